"""What one person may do in this organization, read in one statement and kept for one transaction.

It is read from PostgreSQL in the transaction that acts on it, never from Redis: a revoke, a demotion or an expiry acts
on the very next request, whatever state the cache is in. Times are compared with the database's clock.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import connection

from kernel.tenancy.context import Actor, current_scope
from tenants.access.catalogue import PERMISSIONS, ROLES, known

_MEMO = "access"
_LIVE = "(%(name)s.expires_at IS NULL OR %(name)s.expires_at > now())"
_PEOPLE = f"""
SELECT m.id, m.user_id, m.name, m.email, r.slug, r.name, r.position, r.permissions::text,
    (SELECT json_agg(json_build_array(tm.team_id, tm.role)) FROM access_teammembership tm
        WHERE tm.user_id = m.user_id AND {_LIVE % {"name": "tm"}})::text,
    (SELECT json_agg(json_build_array(t.id, t.parent_id)) FROM access_team t WHERE t.parent_id IS NOT NULL)::text,
    (SELECT value FROM access_accessepoch)
FROM access_membership m JOIN access_role r ON r.id = m.role_id
WHERE m.status = 'active' AND {_LIVE % {"name": "m"}}
"""
_TOKEN = f"""
SELECT p.*, s.scopes::text FROM ({_PEOPLE} AND m.user_id = %s) p JOIN access_servicetoken s ON s.owner_id = p.id
WHERE s.id = %s AND s.revoked_at IS NULL AND s.expires_at > now()
    AND (%s OR s.secret_hash = %s OR (s.former_hash = %s AND s.former_until > now()))
"""


@dataclass(frozen=True, slots=True)
class Access:
    """An active member with their role, teams and, for a token, its scopes.

    `permissions` are the role's, before scopes. `teams` are those the person belongs to, `led` those they lead or that
    stand below one they lead. `epoch` grows with every change of access in the organization.
    """

    user_id: UUID
    membership_id: UUID
    name: str
    email: str
    role: str
    role_name: str
    position: int
    permissions: Mapping[str, str]
    teams: frozenset[UUID]
    led: frozenset[UUID]
    epoch: int
    scopes: frozenset[str] | None = None

    @property
    def reached_teams(self) -> frozenset[UUID]:
        """The teams whose objects are within reach "team"."""
        return self.teams | self.led

    def in_scope(self, action: str) -> bool:
        """Whether `action` is within the token's scopes; always, for a person."""
        return self.scopes is None or known(action) in self.scopes

    def reach(self, action: str) -> str | None:
        """Return how far the role permits `action`, None for not at all."""
        return self.permissions.get(known(action)) if self.in_scope(action) else None


def access_of(actor: Actor) -> Access | None:
    """Return what `actor` may do now; None for operators, the system and whoever is no active member here.

    One statement per transaction and actor. A token brings its scopes, as far as `actor` was not narrowed further.
    """
    if actor.user_id is None or actor.kind not in ("person", "token"):
        return None
    memo = current_scope().memo.setdefault(_MEMO, {})
    key = (actor.user_id, actor.token_id, actor.scopes, actor.proof)
    if key not in memo:
        memo[key] = _of_token(actor) if actor.kind == "token" else next(iter(accesses([actor.user_id])), None)
    found: Access | None = memo[key]
    return found


def accesses(user_ids: Collection[UUID] | None = None) -> list[Access]:
    """Return what these people may do (everybody active by default), in one statement."""
    if user_ids is None:
        return [_access(row) for row in _rows(_PEOPLE, [])]
    return [_access(row) for row in _rows(f"{_PEOPLE} AND m.user_id = ANY(%s)", [list(user_ids)])]


def forget() -> None:
    """Read access again at the next question: this transaction is changing it."""
    current_scope().memo.pop(_MEMO, None)


def _of_token(actor: Actor) -> Access | None:
    proof = (actor.proof == b"", actor.proof, actor.proof)
    for *row, scopes in _rows(_TOKEN, [actor.user_id, actor.token_id, *proof]):
        given = frozenset(json.loads(scopes))
        return replace(_access(row), scopes=given if actor.scopes is None else given & actor.scopes)
    return None


def _rows(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _access(row: Iterable[Any]) -> Access:
    membership_id, user_id, name, email, role, role_name, position, permissions, teams, tree, epoch = row
    mine = [(UUID(team), kind) for team, kind in json.loads(teams or "[]")]
    below = [(UUID(team), UUID(parent)) for team, parent in json.loads(tree or "[]")]
    return Access(
        user_id=user_id,
        membership_id=membership_id,
        name=name,
        email=email,
        role=role,
        role_name=role_name,
        position=position,
        permissions=role_permissions(role, json.loads(permissions)),
        teams=frozenset(team for team, _kind in mine),
        led=_with_those_below({team for team, kind in mine if kind == "lead"}, below),
        epoch=epoch or 0,
    )


def role_permissions(slug: str, stored: Mapping[str, str]) -> Mapping[str, str]:
    """Return what a role permits: a built-in one by the code, a custom one by those names in its row that are known."""
    if slug in ROLES:
        return ROLES[slug].permissions
    return MappingProxyType({action: reach for action, reach in stored.items() if action in PERMISSIONS})


def _with_those_below(led: set[UUID], tree: Collection[tuple[UUID, UUID]]) -> frozenset[UUID]:
    found, grew = set(led), bool(led)
    while grew:
        more = {team for team, parent in tree if parent in found} - found
        found |= more
        grew = bool(more)
    return frozenset(found)
