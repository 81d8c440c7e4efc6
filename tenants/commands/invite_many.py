"""Asking many people in at once: a pasted list, read row by row; one bad row stops no other."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.errors import FieldError, Invalid
from kernel.tenancy.context import Actor, TenantLike
from tenants.access.ceiling import role_is_within
from tenants.access.members import role_named
from tenants.access.models import Role
from tenants.access.people import seats_asked_for, seats_taken
from tenants.access.resolver import require
from tenants.commands import inviting
from tenants.commands.checks import person_errors
from tenants.commands.inviting import Guest, TeamPlace

MOST_ROWS = 500
LONGEST_LIST = 200_000
LONGEST_ROW = 500
type Result = Literal["invited", "already_member", "already_invited", "duplicate_in_list", "invalid", "no_right"]

# A comma inside quotes belongs to a name: "Lovelace, Ada" <ada@example.com>.
_ROW = re.compile(r'(?:"[^"\r\n]*"|[^,;\r\n"]|"(?![^"\r\n]*"))+')
_NAMED = re.compile(r"\s*(?P<name>.*?)\s*<(?P<email>[^<>]*)>\s*")


@dataclass(frozen=True, slots=True)
class Row:
    """One person of a list; `text` is what was written, `role` a slug where it differs from the list's."""

    text: str
    email: str
    name: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row. `lacks_seat` warns that the plan may have no seat left when they accept."""

    row: Row
    result: Result
    detail: str = ""
    invitation_id: UUID | None = None
    lacks_seat: bool = False


def read_list(text: str) -> list[Row]:
    """Return the people of a pasted list, divided by commas, semicolons or lines; names may stand with the addresses.

    Raises Invalid for more than 500 people.
    """
    parts = [part for found in _ROW.findall(text[:LONGEST_LIST]) for part in _words(found.strip()) if part]
    if len(parts) > MOST_ROWS or len(text) > LONGEST_LIST:
        raise _too_many("/emails")
    return [_row(part) for part in parts]


def invite_many(
    *,
    actor: Actor,
    organization: TenantLike,
    rows: Sequence[Row],
    role: str,
    teams: Sequence[TeamPlace] = (),
    access_expires_at: datetime | None = None,
) -> list[Outcome]:
    """Ask everybody in who can be, and say of each row what became of it, in the list's order.

    What concerns the whole list (its role, teams, end or length) is refused as a whole.
    """
    require(actor, "member:invite")
    if len(rows) > MOST_ROWS:
        raise _too_many("/people")
    named = Role.objects.filter(slug__in={row.role for row in rows if row.role})
    roles = {role: role_named(role)} | {found.slug: found for found in named}
    inviting.lock(actor, organization)
    inviting.check_places(actor, teams, access_expires_at)
    allowed = {slug for slug, found in roles.items() if role_is_within(actor, found)}
    present = inviting.known(organization, {row.email for row in rows})
    seen: set[str] = set()
    outcomes: list[Outcome] = []
    guests: dict[int, Guest] = {}
    for row in rows:
        chosen = roles.get(row.role or role)
        outcome = _judged(actor, row, chosen, present, seen=seen, allowed=allowed)
        if chosen is not None and outcome.result == "invited":
            guests[len(outcomes)] = Guest(row.email, row.name, chosen)
        outcomes.append(outcome)
    free = seats_left(organization)
    people = list(guests.values())
    invitations = inviting.ask_in(actor, organization, people, present, places=teams, ends=access_expires_at)
    for place, (number, invitation) in enumerate(zip(guests, invitations, strict=True)):
        lacks = free is not None and place >= free
        outcomes[number] = Outcome(rows[number], "invited", "", invitation.pk, lacks)
    return outcomes


def seats_left(organization: TenantLike) -> int | None:
    """Return how many more people can be asked in before the plan's seats are spoken for; None without a limit."""
    maximum = organization.limits["seats"]
    return None if maximum is None else max(maximum - seats_taken() - seats_asked_for(), 0)


def _judged(
    actor: Actor, row: Row, role: Role | None, present: inviting.Known, *, seen: set[str], allowed: Collection[str]
) -> Outcome:
    errors = person_errors(row.email, row.name)
    if errors:
        return Outcome(row, "invalid", errors[0].message)
    if role is None:
        return Outcome(row, "invalid", _("There is no such role."))
    if row.email.lower() in seen:
        return Outcome(row, "duplicate_in_list", _("The address stands in the list before."))
    seen.add(row.email.lower())
    obstacle = present.obstacle(actor, row.email)
    if obstacle == "already_member":
        return Outcome(row, "already_member", _("Belongs to the organization already."))
    if obstacle == "already_invited":
        return Outcome(row, "already_invited", _("Was invited already; send that invitation again."))
    if obstacle == "no_right" or role.slug not in allowed:
        return Outcome(row, "no_right", _("%(role)s permits more than your own role.") % {"role": role.name})
    return Outcome(row, "invited")


def _words(part: str) -> list[str]:
    """Addresses alone may also be divided by blanks."""
    words = part.split()
    return words if len(words) > 1 and all("@" in word and "<" not in word for word in words) else [part]


def _row(part: str) -> Row:
    # Longer ones are no address with a name, and searching them takes the square of their length.
    named = _NAMED.fullmatch(part) if len(part) <= LONGEST_ROW else None
    if named is None:
        return Row(part[:300], part)
    return Row(part[:300], named["email"].strip(), named["name"].strip('"').strip())


def _too_many(pointer: str) -> Invalid:
    message = _("Ask at most %(count)d people in at once.") % {"count": MOST_ROWS}
    return Invalid(errors=[FieldError(pointer, "too_many", message)])
