"""Whatever takes access away acts on the very next request, by token and by session, however Redis is."""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker

from campaigns.models import Campaign, CampaignTeamGrant, CampaignUserGrant
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import scope
from tenants import records
from tenants.access.catalogue import ROLES
from tenants.access.members import add_member
from tenants.access.models import Membership, Role, ServiceToken, Team, TeamMembership
from tenants.access.resolver import permissions_of
from tenants.access.tokens import create_token
from tenants.models import User
from tests.api.caller import Caller
from tests.api.world import World, make_user, make_world
from tests.cache.away import dead_redis_url
from tests.cache.lasting import lasting_values as lasting_values
from tests.console_ops.desk import signed_in
from tests.tenants import remove_organization

SCOPES = {"campaign:view", "campaign:edit", "audit:view"}
Change = Callable[["Somebody"], Any]


@dataclass(slots=True)
class Somebody:
    """A person with a token and a session, and a campaign of the owner's that the test is about."""

    world: World
    actor: Actor
    campaign: Campaign
    caller: Caller = field(init=False)
    browser: Client = field(init=False)

    @property
    def user_id(self) -> UUID:
        assert self.actor.user_id is not None
        return self.actor.user_id

    def answers(self, path: str) -> tuple[int, int]:
        """What the API answers to the token, and the console to the session."""
        path = path.format(id=self.campaign.pk)
        page = "/audit/" if path == "/audit" else f"{path}/"
        return self.caller("GET", path).status_code, self.browser.get(page).status_code


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """An organization with an owner; every test brings its own person."""
    with django_db_blocker.unblock():
        made = make_world(roles=("owner",))
        yield made
        remove_organization(made.row)


def somebody(world: World, role: str) -> Somebody:
    user = make_user(role)
    with scope(world.organization, actor=SYSTEM, source="system"):
        slug = role if role in ROLES else custom_role().slug
        add_member(actor=SYSTEM, user=user, role_slug=slug)
        campaign = Campaign.objects.create(name="Spring", owner_id=world.actors["owner"].user_id or "")
    actor = Actor("person", user.pk, user.name, user.email, slug)
    made = Somebody(world, actor, campaign)
    with scope(world.organization, actor=actor, source="console"):
        _token, text = create_token(actor=actor, name="CI", scopes=SCOPES & permissions_of(actor).keys())
    made.caller = Caller(text)
    made.browser = signed_in(user, host=f"{world.organization.slug}.localhost")
    return made


def custom_role() -> Role:
    name = f"custom-{secrets.token_hex(4)}"
    wanted = {"campaign:view": "all", "campaign:edit": "all", "audit:view": "all", "token:create": "own"}
    return Role.objects.create(slug=name, name=name, permissions=wanted)


def past() -> datetime:
    return timezone.now() - timedelta(seconds=1)


def shared_with_person(who: Somebody) -> None:
    CampaignUserGrant.objects.assign_perm("access_editor", User(pk=who.user_id), who.campaign)


def shared_with_team(who: Somebody) -> None:
    team = joined(who)
    CampaignTeamGrant.objects.assign_perm("access_viewer", team, who.campaign)


def joined(who: Somebody, role: str = "member") -> Team:
    team = Team.objects.create(name=f"Team {who.user_id}")
    TeamMembership.objects.create(user_id=who.user_id, team=team, role=role)
    return team


def in_the_team_of_the_campaign(who: Somebody) -> None:
    Campaign.objects.filter(pk=who.campaign.pk).update(team=joined(who))


def leading_the_team_above(who: Somebody) -> None:
    below = Team.objects.create(name=f"Below {who.user_id}", parent=joined(who, "lead"))
    Campaign.objects.filter(pk=who.campaign.pk).update(team=below)


def nothing(_who: Somebody) -> None:
    """The role alone gives what the case takes away."""


def grants(who: Somebody) -> Any:
    return CampaignUserGrant.objects.filter(content_object=who.campaign)


def places(who: Somebody) -> Any:
    return TeamMembership.objects.filter(user_id=who.user_id)


def person(who: Somebody) -> Any:
    return Membership.objects.filter(user_id=who.user_id)


def tokens(who: Somebody) -> Any:
    return ServiceToken.objects.filter(owner__user_id=who.user_id)


def demoted(who: Somebody) -> None:
    person(who).update(role=Role.objects.get(slug="viewer"))


def role_narrowed(who: Somebody) -> None:
    Role.objects.filter(memberships__user_id=who.user_id).update(
        permissions={"campaign:view": "all", "token:create": "own"}
    )


@dataclass(frozen=True, slots=True)
class Case:
    """How a person comes to their access, what takes it away, and what both doors answer afterwards.

    `by_clock`: nobody writes when it happens, so nobody announces it either.
    """

    role: str
    path: str
    given: Change
    taken: Change
    after: tuple[int, int]
    by_clock: bool = False


CAMPAIGN = "/campaigns/{id}"
CASES = {
    "share revoked": Case("marketer", CAMPAIGN, shared_with_person, lambda who: grants(who).delete(), (404, 404)),
    "share expired": Case(
        "marketer", CAMPAIGN, shared_with_person, lambda who: grants(who).update(expires_at=past()), (404, 404), True
    ),
    "team share revoked": Case(
        "marketer",
        CAMPAIGN,
        shared_with_team,
        lambda who: CampaignTeamGrant.objects.filter(content_object=who.campaign).delete(),
        (404, 404),
    ),
    "removed from a team with a share": Case(
        "marketer", CAMPAIGN, shared_with_team, lambda who: places(who).delete(), (404, 404)
    ),
    "removed from the team": Case(
        "marketer", CAMPAIGN, in_the_team_of_the_campaign, lambda who: places(who).delete(), (404, 404)
    ),
    "team membership expired": Case(
        "marketer",
        CAMPAIGN,
        in_the_team_of_the_campaign,
        lambda who: places(who).update(expires_at=past()),
        (404, 404),
        True,
    ),
    "no lead any more": Case(
        "marketer", CAMPAIGN, leading_the_team_above, lambda who: places(who).update(role="member"), (404, 404)
    ),
    "demoted": Case("manager", "/audit", nothing, demoted, (403, 403)),
    "role narrowed": Case("custom", "/audit", nothing, role_narrowed, (403, 403)),
    "suspended": Case("manager", CAMPAIGN, nothing, lambda who: person(who).update(status="suspended"), (401, 302)),
    "membership expired": Case(
        "manager", CAMPAIGN, nothing, lambda who: person(who).update(expires_at=past()), (401, 302), True
    ),
    "token revoked": Case("manager", CAMPAIGN, nothing, lambda who: tokens(who).update(revoked_at=past()), (401, 200)),
    "token expired": Case(
        "manager", CAMPAIGN, nothing, lambda who: tokens(who).update(expires_at=past()), (401, 200), True
    ),
    "token rotated without overlap": Case(
        "manager", CAMPAIGN, nothing, lambda who: tokens(who).update(secret_hash=b"1" * 32), (401, 200)
    ),
    "former secret over": Case(
        "manager",
        CAMPAIGN,
        lambda who: tokens(who).update(former_hash=former(who), secret_hash=b"1" * 32, former_until=later()),
        lambda who: tokens(who).update(former_until=past()),
        (401, 200),
        True,
    ),
    "scopes narrowed": Case(
        "manager", "/audit", nothing, lambda who: tokens(who).update(scopes=["campaign:view"]), (403, 200)
    ),
}


def former(who: Somebody) -> bytes:
    return bytes(tokens(who).get().secret_hash)


def later() -> datetime:
    return timezone.now() + timedelta(hours=1)


@contextmanager
def redis_away(settings: Settings) -> Iterator[None]:
    """Nothing answers at the cache's address for whoever works inside."""
    there = settings.CACHES
    settings.CACHES = {"default": there["default"] | {"LOCATION": dead_redis_url()}}
    try:
        yield
    finally:
        settings.CACHES = there


def write(who: Somebody, change: Change, *, announced: bool = True) -> None:
    with scope(who.world.organization, actor=SYSTEM, source="system"):
        if announced:
            records.access_changing(who.world.organization.id)
        change(who)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the test commit."""
    with django_db_blocker.unblock():
        yield


def opened(world: World, case: Case) -> Somebody:
    """Somebody whom both doors have let in twice, so that whatever is remembered is remembered now."""
    who = somebody(world, case.role)
    write(who, case.given)
    assert [who.answers(case.path) for _time in range(2)] == [(200, 200), (200, 200)]
    return who


@pytest.mark.parametrize("name", CASES)
def test_the_next_request_is_refused_with_redis_up(committed: None, world: World, name: str) -> None:
    case = CASES[name]
    who = opened(world, case)

    write(who, case.taken, announced=not case.by_clock)

    assert who.answers(case.path) == case.after


@pytest.mark.parametrize("name", CASES)
def test_the_next_request_is_refused_with_redis_stale(
    committed: None, world: World, settings: Settings, name: str
) -> None:
    case = CASES[name]
    who = opened(world, case)

    with redis_away(settings):
        write(who, case.taken, announced=not case.by_clock)

    assert who.answers(case.path) == case.after


@pytest.mark.parametrize("name", CASES)
def test_the_next_request_is_refused_with_redis_down(
    committed: None, world: World, settings: Settings, name: str
) -> None:
    case = CASES[name]
    who = opened(world, case)

    with redis_away(settings):
        assert who.answers(case.path) == (200, 200)
        write(who, case.taken, announced=not case.by_clock)
        assert who.answers(case.path) == case.after


def test_a_writer_without_redis_leaves_old_records_behind(committed: None, world: World, settings: Settings) -> None:
    who = opened(world, CASES["demoted"])
    with scope(world.organization, actor=SYSTEM, source="system"):
        token_id = tokens(who).get().pk

    with redis_away(settings):
        write(who, demoted)
        write(who, CASES["token revoked"].taken)

    member, token = records.member(world.organization, who.user_id), records.token(world.organization, token_id)
    assert member is not None
    assert (member.role, token is None) == ("manager", False)


def test_who_am_i_tells_the_role_of_now(committed: None, world: World, settings: Settings) -> None:
    who = opened(world, CASES["demoted"])

    with redis_away(settings):
        write(who, demoted)

    me = json.loads(who.caller("GET", "/me").content)
    assert (me["role"], me["permissions"]) == ("viewer", {"campaign:view": "team"})


def test_the_databases_clock_ends_everything_without_a_write(committed: None, world: World) -> None:
    """Every request that began after the end is refused, every one that was answered before it is not."""
    clocked: dict[str, Callable[[Somebody], Any]] = {
        "share revoked": grants,
        "removed from the team": places,
        "suspended": person,
        "token revoked": tokens,
    }
    people = {name: opened(world, CASES[name]) for name in clocked}
    end = database_now() + timedelta(seconds=3)
    for name, who in people.items():
        rows = clocked[name]
        write(who, lambda found, rows=rows: rows(found).update(expires_at=end))  # type: ignore[misc]
    before, wrong = 0, []
    refused: set[str] = set()
    while refused != set(people):
        for name, who in people.items():
            began = database_now()
            answers, ended = who.answers(CASES[name].path), database_now()
            if ended < end:
                before += 1
                wrong += [(name, "before", answers)] if answers != (200, 200) else []
            elif began >= end:
                refused.add(name)
                wrong += [(name, "after", answers)] if answers != CASES[name].after else []
        time.sleep(0.1)

    assert wrong == []
    assert before > 0


def database_now() -> datetime:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found
