"""Who stands above whom: nobody gives, suspends or resumes a role of a higher rank than their own."""

from django.utils.translation import gettext as _

from kernel.errors import NotAllowed
from kernel.tenancy.context import Actor
from tenants.access.catalogue import ROLES
from tenants.access.models import Role

_ABOVE_ALL, _BELOW_ALL = 0, 2**15


def rank_of(actor: Actor) -> int:
    """Return the position of the actor's role: the lower, the higher the rank.

    The system stands above everybody, somebody without a role here below everybody. Only a custom role costs a query.
    """
    if actor.kind == "system":
        return _ABOVE_ALL
    if actor.role in ROLES:
        return ROLES[actor.role].position
    position = Role.objects.filter(slug=actor.role).values_list("position", flat=True).first()
    return _BELOW_ALL if position is None else position


def require_rank(actor: Actor, role: Role, permission: str) -> None:
    """Raise NotAllowed where `role` is of a higher rank than the actor's own; `permission` is what they are using."""
    if rank_of(actor) <= role.position:
        return
    holders = (found for found in ROLES.values() if found.position <= role.position)
    raise NotAllowed(
        _("%(role)s is of a higher rank than your own role.") % {"role": role.name},
        code="above_own_rank",
        permission=permission,
        granted_by=[str(found.name) for found in holders if permission in found.permissions],
    )
