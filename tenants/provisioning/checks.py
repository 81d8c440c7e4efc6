"""Smoke checks of a new schema: it can be written, its changes are recorded, and it can't see its neighbours."""

from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.utils.translation import gettext as _

from kernel.errors import Conflict
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.names import PUBLIC_SCHEMA
from kernel.tenancy.scope import scope
from tenants.access.models import Role, Team
from tenants.models import Organization


def smoke_checks(organization: Organization) -> list[str]:
    """Try what the organization will need; return what passed, raise Conflict with what did not."""
    _write_and_record(organization)
    _isolated(organization)
    return [_("rows"), _("roles"), _("change log"), _("isolation")]


def _write_and_record(organization: Organization) -> None:
    """Write a row and look for its log entry, then roll both back."""
    with scope(organization, actor=SYSTEM, source="system", reason="smoke check"):
        probe = Team.objects.create(name="smoke check")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM audit_entry WHERE object_pk = %s", [str(probe.pk)])
            recorded = cursor.fetchone()[0]
        roles = Role.objects.filter(builtin=True).count()
        transaction.set_rollback(True)
    if recorded != 1:
        raise Conflict(_("A change made %(count)d entries in the log instead of one.") % {"count": recorded})
    if roles == 0:
        raise Conflict(_("The built-in roles are missing."))


def _isolated(organization: Organization) -> None:
    """Without a tenant's role the neighbours' rows are a matter of search_path only, so there is nothing to try."""
    if not settings.TENANT_DB_ROLES:
        return
    with scope(organization, actor=SYSTEM, source="system", reason="smoke check"):
        for table in ("tenants_user", "django_session"):
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(f'SELECT 1 FROM "{PUBLIC_SCHEMA}"."{table}" LIMIT 1')
            except ProgrammingError:
                continue
            raise Conflict(_("The organization's role can read %(table)s.") % {"table": table})
        transaction.set_rollback(True)
