"""Whether a job may run, for whom and as whom: its row is only a claim, the answer is the one of now."""

from collections.abc import Callable
from typing import cast

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from kernel.errors import NotAllowed, NotFound
from kernel.jobs import conf
from kernel.jobs.models import Job
from kernel.jobs.registry import Handler
from kernel.tenancy.context import Actor, ActorKind, TenantLike
from kernel.tenancy.names import tenant_role

type ActorResolver = Callable[[TenantLike | None, Actor], Actor | None]


def organization_of(job: Job) -> TenantLike | None:
    """Return the organization that the job is for, None for the platform.

    A tenant's database role can write rows, so one whose `tenant_role` is not exactly the role of the organization it
    names ('' for the platform) was not written by whom it says: NotAllowed.
    """
    found: TenantLike | None = None
    if job.organization_id is not None:
        found = apps.get_model(settings.TENANT_MODEL)._base_manager.filter(pk=job.organization_id).first()
        if found is None:
            raise NotFound(_("The organization of this job does not exist any more."))
    database = str(connections["default"].settings_dict["NAME"])
    role = "" if found is None else tenant_role(database, found.schema_name)
    if job.tenant_role != role:
        raise NotAllowed(_("This job names an organization that did not ask for it."), code="job_forged")
    return found


def refuse_foreign_kind(job: Job, handler: Handler) -> None:
    """Raise NotAllowed where an organization asks for what the platform alone may ask for."""
    if handler.platform and job.organization_id is not None:
        raise NotAllowed(_("Only the platform may ask for jobs of this kind."), code="job_platform_only")


def actor_of(job: Job, organization: TenantLike | None) -> Actor:
    """Return who asked, with the rights they have now; raise NotAllowed where they may not act here any more."""
    stored = Actor(
        kind=cast("ActorKind", job.actor_kind),
        user_id=job.actor_user_id,
        name=job.actor_name,
        email=job.actor_email,
        role=job.actor_role,
        token_id=job.actor_token_id,
        scopes=None if job.actor_scopes is None else frozenset(job.actor_scopes),
    )
    if stored.kind == "system":
        return stored
    resolve = cast("ActorResolver", import_string(conf.current().actor_resolver))
    present = resolve(organization, stored)
    if present is None:
        raise NotAllowed(
            _("%(name)s asked for this job and may not act here any more.") % {"name": stored.name or stored.email},
            code="job_actor_gone",
        )
    return present
