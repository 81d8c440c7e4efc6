"""Eight people lead one campaign at once: only the table's steps happen, each once, each recorded."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from audit.models import Entry
from campaigns.clock import KEEP_TIME
from campaigns.commands import schedule_campaign, set_status, unschedule_campaign
from campaigns.models import Campaign
from campaigns.transitions import TABLE
from kernel.errors import Conflict, PreconditionFailed
from kernel.jobs import registry
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import scope
from tenants.models import Organization
from tests.access.conftest import person
from tests.campaigns.ready import ready_campaign
from tests.campaigns.test_clock import Context
from tests.tenants import make_organization, remove_organization

ACTORS, TURNS = 8, 14


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Organization, list[Actor]]]:
    """An organization with eight people who may do everything."""
    with django_db_blocker.unblock():
        organization = make_organization()
        with scope(organization, actor=SYSTEM, source="system"):
            people = [person("owner") for _number in range(ACTORS)]
        yield organization, people
        remove_organization(organization)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_only_allowed_steps_happen_each_once_and_recorded(
    shared: tuple[Organization, list[Actor]], django_db_blocker: DjangoDbBlocker, seed: int
) -> None:
    organization, people = shared
    with django_db_blocker.unblock():
        with scope(organization, actor=people[0], source="api"):
            campaign = ready_campaign(people[0])

        def work(number: int) -> list[tuple[int, str]]:
            try:
                return _lead(organization, people[number], campaign.pk, random.Random(seed * 100 + number))
            finally:
                connections.close_all()

        with ThreadPoolExecutor(ACTORS) as pool:
            done = sorted(step for steps in pool.map(work, range(ACTORS)) for step in steps)
        with scope(organization, actor=SYSTEM, source="system"):
            row = Campaign.objects.get(pk=campaign.pk)
            entries = Entry.objects.filter(object_pk=str(campaign.pk), changes__has_key="status").order_by("id")
            recorded = [(entry.changes["row_version"][1], *entry.changes["status"]) for entry in entries]

    steps = [(before, after) for _version, before, after in recorded if before is not None]
    assert steps
    assert set(steps) <= set(TABLE)
    # Each step starts where the one before it ended, and what somebody was told happened happened once.
    assert [before for before, _after in steps] == ["draft", *(after for _before, after in steps)][:-1]
    assert [(version, after) for version, before, after in recorded if before is not None] == done
    assert row.status == steps[-1][1]
    assert len({version for version, _after in done}) == len(done)


def _lead(organization: Organization, actor: Actor, campaign_id: UUID, dice: random.Random) -> list[tuple[int, str]]:
    """Try steps for a while; return those that were acknowledged as (version, status)."""
    done = []
    for _turn in range(TURNS):
        try:
            with scope(organization, actor=actor, source="api"):
                row = Campaign.objects.get(pk=campaign_id)
                before = row.row_version
                led = _step(actor, row, dice)
        except (Conflict, PreconditionFailed):
            continue
        if led is not None and led.row_version > before:
            done.append((led.row_version, led.status))
    return done


def _step(actor: Actor, row: Campaign, dice: random.Random) -> Campaign | None:
    way = dice.random()
    version = row.row_version
    if way < 0.1 and row.status == "draft":
        # One change for the dates, one for the status: only the second one is a step.
        starts = timezone.now() + timedelta(hours=dice.randint(1, 9))
        return schedule_campaign(
            actor=actor, campaign_id=row.pk, version=version, starts_at=starts, ends_at=row.ends_at
        )
    if way < 0.2 and row.status == "scheduled":
        return unschedule_campaign(actor=actor, campaign_id=row.pk, version=version)
    if way < 0.3:
        registry.find(KEEP_TIME).work(Context(row))  # type: ignore[arg-type]  # nothing is due
        return None
    return set_status(actor=actor, campaign_id=row.pk, version=version, status=dice.choice(Campaign.Status.values))
