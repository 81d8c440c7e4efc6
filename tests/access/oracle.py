"""The decision rule written down a second time, slowly and plainly, to hold the resolver against."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tenants.access.catalogue import LEVEL_ORDER, PERMISSIONS, ROLES


@dataclass
class Person:
    """A member as the test made them."""

    user_id: UUID
    role: str
    status: str = "active"
    expires_at: datetime | None = None


@dataclass
class Share:
    """An object shared with a person or a team."""

    object_id: UUID
    level: str
    user_id: UUID | None = None
    team_id: UUID | None = None
    expires_at: datetime | None = None


@dataclass
class Thing:
    """An object that somebody owns, perhaps in a team."""

    id: UUID
    resource: str
    owner_id: UUID
    team_id: UUID | None


@dataclass
class World:
    """Everything that decides; `now` is the database's clock."""

    now: datetime
    people: dict[UUID, Person] = field(default_factory=dict)
    custom: dict[str, dict[str, str]] = field(default_factory=dict)
    parents: dict[UUID, UUID | None] = field(default_factory=dict)
    belongs: list[tuple[UUID, UUID, str, datetime | None]] = field(default_factory=list)
    things: dict[UUID, Thing] = field(default_factory=dict)
    shares: list[Share] = field(default_factory=list)

    def allows(self, user_id: UUID, action: str, thing: Thing, scopes: set[str] | None = None) -> bool:
        """Whether this person, or a token of theirs with these scopes, may do `action` to `thing`."""
        person = self.people[user_id]
        if person.status != "active" or not self._lasts(person.expires_at):
            return False
        if scopes is not None and action not in scopes:
            return False
        permissions = self.custom.get(person.role) or ROLES[person.role].permissions
        reach = permissions.get(action)
        if reach == "all":
            return True
        if reach in ("own", "team") and thing.owner_id == user_id:
            return True
        if reach == "team" and thing.team_id is not None and self._reaches(user_id, thing.team_id):
            return True
        return self._level(user_id, thing) >= self._needed(action, thing)

    def shared_level(self, user_id: UUID, thing: Thing) -> str | None:
        """The highest level at which `thing` is shared with this person, whatever their membership says."""
        number = self._level(user_id, thing)
        return next((level for level, place in LEVEL_ORDER.items() if place == number), None)

    def _needed(self, action: str, thing: Thing) -> int:
        level = PERMISSIONS[action].level
        return LEVEL_ORDER[level] if level else 99

    def _level(self, user_id: UUID, thing: Thing) -> int:
        teams = {team for user, team, _role, until in self.belongs if user == user_id and self._lasts(until)}
        found = [
            LEVEL_ORDER[share.level]
            for share in self.shares
            if share.object_id == thing.id
            and self._lasts(share.expires_at)
            and (share.user_id == user_id or share.team_id in teams)
        ]
        return max(found, default=0)

    def _reaches(self, user_id: UUID, team_id: UUID) -> bool:
        for user, team, role, until in self.belongs:
            if user != user_id or not self._lasts(until):
                continue
            if team == team_id or (role == "lead" and team in self._above(team_id)):
                return True
        return False

    def _above(self, team_id: UUID) -> list[UUID]:
        found: list[UUID] = []
        parent = self.parents[team_id]
        while parent is not None:
            found.append(parent)
            parent = self.parents[parent]
        return found

    def _lasts(self, until: datetime | None) -> bool:
        return until is None or until > self.now
