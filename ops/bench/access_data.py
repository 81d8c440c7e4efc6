"""Two organizations with the same 100,000 campaigns: one with our shares, one where every right is a guardian row."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, connections

from campaigns.models import Campaign, CampaignTeamGrant, CampaignUserGrant
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import scope
from tenants.access.models import Membership, Role, Team, TeamMembership
from tenants.access.models.grants import level_ids
from tenants.access.roles import install_roles
from tenants.models import Organization
from tenants.provisioning.schemas import make_schema

PERSONAS = ("all", "3 teams", "1 team", "guest with 4 objects")


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is; the issue's figures by default."""

    campaigns: int = 100_000
    people: int = 500
    teams: int = 40
    user_shares: int = 30_000
    team_shares: int = 10_000


@dataclass(frozen=True, slots=True)
class House:
    """One organization and its personas."""

    organization: Organization
    personas: dict[str, Actor]


def make_houses(size: Size) -> tuple[House, House]:
    """Return (ours, guardian's), filled alike and analyzed."""
    ours, theirs = (_house(name, size) for name in ("bench-ours", "bench-guardian"))
    with connections["owner"].cursor() as cursor:
        _spread_rights(cursor, theirs.organization.schema_name)
        for house in (ours, theirs):
            for table in _tables(house.organization.schema_name):
                cursor.execute(f"VACUUM ANALYZE {table}")
    return ours, theirs


def _house(slug: str, size: Size) -> House:
    row = Organization.objects.using("owner").create(slug=slug, name=slug, plan_id="enterprise", status="active")
    make_schema(row)
    organization = Organization.objects.get(pk=row.pk)
    with scope(organization, actor=SYSTEM, source="system"):
        install_roles()
        Role.objects.create(slug="guest", name="Guest", position=9)
    with connections["owner"].cursor() as cursor:
        tables = _tables(organization.schema_name)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        _fill(cursor, organization.schema_name, size)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    return House(organization, _personas(organization))


def _tables(schema: str) -> list[str]:
    models = (Campaign, CampaignUserGrant, CampaignTeamGrant, Membership, Role, Team, TeamMembership)
    return [f'"{schema}".{model._meta.db_table}' for model in models]


def _fill(cursor: Any, schema: str, size: Size) -> None:
    """The same rows in every run: ids and choices are hashes of numbers.

    Person 0 sees all, person 1 is in 3 teams, person 2 in 1, person 3 is the guest; the others are in 1 to 3 teams.
    """
    viewer = level_ids(Campaign)["viewer"]
    cursor.execute(f'SET search_path TO "{schema}", public')
    cursor.execute("CREATE TEMPORARY TABLE IF NOT EXISTS names (kind text, n int, id uuid, PRIMARY KEY (kind, n))")
    cursor.execute("DELETE FROM names")
    for kind, count in (("person", size.people), ("team", size.teams), ("campaign", size.campaigns)):
        cursor.execute(
            "INSERT INTO names SELECT %s, n, md5(%s || n)::uuid FROM generate_series(0, %s - 1) n", [kind, kind, count]
        )
    cursor.execute("ANALYZE names")
    cursor.execute(
        "INSERT INTO access_membership (id, user_id, email, name, role_id, status, created_at, row_version)"
        " SELECT md5('m' || n)::uuid, id, 'p' || n || '@example.test', 'Person ' || n, (SELECT id FROM access_role"
        " WHERE slug = CASE n WHEN 0 THEN 'admin' WHEN 3 THEN 'guest' ELSE 'marketer' END), 'active', now(), 1"
        " FROM names WHERE kind = 'person'"
    )
    cursor.execute("INSERT INTO access_team (id, name) SELECT id, 'Team ' || n FROM names WHERE kind = 'team'")
    cursor.execute(
        "INSERT INTO access_teammembership (id, user_id, team_id, role)"
        " SELECT md5(p.n || '-' || k)::uuid, p.id, t.id, 'member' FROM names p, generate_series(0, 2) k, names t"
        " WHERE p.kind = 'person' AND t.kind = 'team' AND t.n = (p.n * 7 + k * 11) %% %s AND p.n NOT IN (0, 3)"
        " AND k < CASE p.n WHEN 1 THEN 3 WHEN 2 THEN 1 ELSE 1 + p.n %% 3 END",
        [size.teams],
    )
    # 70 % belong to a team; owners and times are spread evenly, no two times are the same, and each row is as wide as
    # a small targeting document makes it.
    cursor.execute(
        "INSERT INTO campaigns_campaign (id, name, owner_id, team_id, created_at, updated_at, data)"
        " SELECT c.id, 'Campaign ' || c.n, p.id, CASE WHEN c.n %% 10 < 7 THEN t.id END, now() - interval '2 years',"
        " now() - interval '2 years' + (hashint8(c.n)::bigint + 2147483648) * interval '14 milliseconds',"
        " jsonb_build_object('audience', repeat(md5(c.n::text), 10))"
        " FROM names c JOIN names p ON p.kind = 'person' AND p.n = CASE WHEN (c.n * 31) %% %s = 3 THEN 4"
        " ELSE (c.n * 31) %% %s END"
        " JOIN names t ON t.kind = 'team' AND t.n = (c.n / 10) %% %s WHERE c.kind = 'campaign'",
        [size.people, size.people, size.teams],
    )
    for kind, table, column, count, salt in (
        ("person", "campaigns_campaignusergrant", "user_id", size.user_shares, 17),
        ("team", "campaigns_campaignteamgrant", "group_id", size.team_shares, 23),
    ):
        cursor.execute(
            f"INSERT INTO {table} (id, {column}, content_object_id, permission_id, sort_at, created_at)"
            " SELECT md5('g' || s.i)::uuid, h.id, c.id, %s, c.updated_at, now() FROM generate_series(0, %s - 1) s (i)"
            " JOIN names h ON h.kind = %s AND h.n = CASE WHEN %s AND s.i %% %s = 3 THEN 4 ELSE s.i %% %s END"
            " JOIN names k ON k.kind = 'campaign' AND k.n = (s.i::bigint * %s * 37) %% %s"
            " JOIN campaigns_campaign c ON c.id = k.id ON CONFLICT DO NOTHING",
            [
                viewer,
                count,
                kind,
                kind == "person",
                *[size.people if kind == "person" else size.teams] * 2,
                salt,
                size.campaigns,
            ],
        )
    # The guest's four stand evenly in the order of time, so that the middle of their list is the middle of all.
    cursor.execute(
        "INSERT INTO campaigns_campaignusergrant (id, user_id, content_object_id, permission_id, sort_at, created_at)"
        " SELECT md5('guest' || c.place)::uuid, p.id, c.id, %s, c.updated_at, now() FROM names p,"
        " (SELECT id, updated_at, row_number() OVER (ORDER BY updated_at) AS place FROM campaigns_campaign) c"
        " WHERE p.kind = 'person' AND p.n = 3 AND c.place IN (%s, %s, %s, %s)",
        [viewer, *(size.campaigns * eighth // 8 for eighth in (1, 3, 5, 7))],
    )
    cursor.execute("RESET search_path")


def _spread_rights(cursor: Any, schema: str) -> None:
    """Write a row for every right that ours derives from owner, team and role: what guardian alone would need."""
    viewer = level_ids(Campaign)["viewer"]
    cursor.execute(f'SET search_path TO "{schema}", public')
    for table in ("campaigns_campaignusergrant", "campaigns_campaignteamgrant"):
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    cursor.execute(
        "INSERT INTO access_team (id, name) VALUES (md5('everybody')::uuid, 'Everybody');"
        " INSERT INTO access_teammembership (id, user_id, team_id, role) SELECT md5('e')::uuid, md5('person0')::uuid,"
        " md5('everybody')::uuid, 'member'"
    )
    for table, column, source in (
        ("campaigns_campaignusergrant", "user_id", "SELECT owner_id, id, updated_at FROM campaigns_campaign"),
        (
            "campaigns_campaignteamgrant",
            "group_id",
            "SELECT team_id, id, updated_at FROM campaigns_campaign WHERE team_id IS NOT NULL"
            " UNION ALL SELECT md5('everybody')::uuid, id, updated_at FROM campaigns_campaign",
        ),
    ):
        cursor.execute(
            f"INSERT INTO {table} (id, {column}, content_object_id, permission_id, sort_at, created_at)"
            f" SELECT uuidv7(), r.principal, r.id, %s, r.at, now() FROM ({source}) r (principal, id, at)"
            " ON CONFLICT DO NOTHING",
            [viewer],
        )
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    cursor.execute("RESET search_path")


def _personas(organization: Organization) -> dict[str, Actor]:
    with scope(organization, actor=SYSTEM, source="system"), connection.cursor() as cursor:
        found: dict[str, Actor] = {}
        for number, name in enumerate(PERSONAS):
            cursor.execute("SELECT md5('person' || %s)::uuid", [number])
            user_id: UUID = cursor.fetchone()[0]
            found[name] = Actor("person", user_id, name, "bench@example.test")
    return found
