"""What an organization is called and by which clock it lives: public facts that its own people may change."""

from collections.abc import Mapping
from zoneinfo import available_timezones

from django.db.models import F
from django.utils.translation import gettext as _

from kernel.errors import FieldError, Invalid, PreconditionFailed
from kernel.recorder.events import event
from kernel.tenancy.context import Actor, TenantLike
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.resolver import require
from tenants.commands.checks import name_errors
from tenants.models import Organization

CHANGED = "organization.changed"


def change_organization(
    *,
    actor: Actor,
    organization: TenantLike,
    seen: Mapping[str, str],
    changes: Mapping[str, str],
    request_id: str = "",
) -> None:
    """Change `name` and `time_zone`, where they still are as `seen`. Runs in the public phase.

    Raises Invalid with an error at each wrong value, PreconditionFailed where somebody was faster.
    """
    with scope(organization, actor=actor, source="console", request_id=request_id):
        require(actor, "organization:settings")
    wanted = {name: changes.get(name, seen[name]).strip() for name in ("name", "time_zone")}
    errors = name_errors(wanted["name"], required=True)
    if wanted["time_zone"] not in available_timezones():
        errors.append(FieldError("time_zone", "time_zone_unknown", _("Choose a time zone from the list.")))
    if errors:
        raise Invalid(errors=errors)
    different = {name: value for name, value in wanted.items() if value != seen[name]}
    if not different:
        return
    with public_scope(actor=actor, source="console", request_id=request_id):
        records.organization_changing(organization.id)
        rows = Organization.objects.filter(pk=organization.id, **seen)
        if not rows.update(**different, row_version=F("row_version") + 1):
            raise PreconditionFailed()
        # The row's change stands in the platform's log; this is for the organization's own.
        with scope(organization, actor=actor, source="console", request_id=request_id):
            event(CHANGED, label=wanted["name"], data={name: [seen[name], value] for name, value in different.items()})
