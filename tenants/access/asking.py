"""What may be asked about access: by whom, about whom, and about which objects."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.errors import NotFound
from kernel.tenancy.context import Actor
from tenants.access.catalogue import PERMISSIONS
from tenants.access.granted import object_types
from tenants.access.models import Membership, Owned
from tenants.access.resolver import can, find, visible


def object_asked(*, actor: Actor, object_type: str, object_id: UUID) -> Owned:
    """Return the object that a question is about; NotFound where `actor` can't see it."""
    model = object_types().get(object_type)
    if model is None:
        raise NotFound()
    return find(actor, f"{model.resource}:view", model, object_id)


def actions_on(obj: Owned | None) -> list[str]:
    """Return what can be asked: the permissions about this kind of object, all without one."""
    return [name for name, found in PERMISSIONS.items() if obj is None or found.resource == obj.resource]


def may_ask(*, actor: Actor, person_id: UUID | None, obj: Owned | None) -> bool:
    """Whether `actor` may ask about this person (None: about everybody): themselves, or by right, or as who shares."""
    if person_id is not None and person_id == actor.user_id:
        return True
    return can(actor, "access:explain") or (obj is not None and can(actor, f"{obj.resource}:share", obj))


def people_to_ask_about(*, actor: Actor, obj: Owned | None) -> Sequence[Membership]:
    """Return the people about whom `actor` may ask, by name; suspended and invited ones are among them."""
    people = Membership.objects.exclude(status=Membership.Status.HOLDER)
    if not may_ask(actor=actor, person_id=None, obj=obj):
        people = people.filter(user_id=actor.user_id) if actor.user_id else people.none()
    return without_addresses(actor, people.order_by("name", "email", "id"))


def without_addresses(actor: Actor, people: Iterable[Membership]) -> list[Membership]:
    """Return these people; addresses that stand for the names of the invited are for those who may see the people."""
    found = list(people)
    if not can(actor, "member:view"):
        for person in found:
            if person.status == Membership.Status.INVITED and person.name in ("", person.email[:120]):
                person.name = _("Invited person")
    return found


def objects_to_ask_about(*, actor: Actor, text: str, limit: int) -> list[tuple[str, Owned]]:
    """Return objects that `actor` can see with the word for their kind, by name, at most `limit` of each kind."""
    found: list[tuple[str, Owned]] = []
    for word, model in object_types().items():
        # Every model that is shared has a name, which its base does not know.
        named = {"trashed_at": None, "name__icontains": text}
        rows = visible(actor, f"{model.resource}:view", model).filter(**named)
        found += [(word, row) for row in rows.order_by("name", "id")[:limit]]
    return found
