"""Rights are asked again under the lock: what was taken while a command waited counts."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from campaigns.models import Campaign, CampaignUserGrant
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import scope
from tenants import records
from tenants.access.grants import change, revoke, share
from tenants.access.models import Membership, Role, ServiceToken, Team
from tenants.access.ownership import transfer
from tenants.access.teams import create_team
from tenants.access.tokens import create_token, revoke_token, rotate_token
from tenants.models import Organization
from tests.access.conftest import person, token_of
from tests.tenants import make_organization, remove_organization


@pytest.fixture
def place(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[records.Tenant]:
    """A committed organization."""
    with django_db_blocker.unblock():
        row = make_organization()
        found = records.tenant_by_id(row.pk)
        assert found is not None
        yield found
        remove_organization(Organization.objects.get(pk=row.pk))


def after_waiting(
    place: records.Tenant, actor: Actor, take: Callable[[], object], act: Callable[[], object]
) -> list[str]:
    """What becomes of `act` that waits on a connection of its own while `take` is not committed yet."""
    waits, outcome = threading.Event(), []

    def later() -> None:
        try:
            with scope(place, actor=actor, source="api"):
                waits.set()
                act()
            outcome.append("done")
        except DomainError as error:
            outcome.append(error.code)
        finally:
            connections.close_all()

    thread = threading.Thread(target=later)
    with scope(place, actor=SYSTEM, source="system"):
        records.access_changing(place.id)
        take()
        thread.start()
        assert waits.wait(10)
        thread.join(0.3)
        assert thread.is_alive(), "it waits for the other to commit"
    thread.join(10)
    return outcome


def everything(place: records.Tenant) -> list[Any]:
    with scope(place, actor=SYSTEM, source="system"):
        return [
            list(model._default_manager.order_by("pk").values_list())
            for model in (Campaign, CampaignUserGrant, Team, ServiceToken)
        ]


def demote(actor: Actor) -> None:
    role = Role.objects.get(slug="viewer")
    Membership.objects.filter(user_id=actor.user_id or "").update(role=role)


ACTS: dict[str, Callable[[Actor, Campaign, CampaignUserGrant, int], object]] = {
    "share": lambda actor, row, _grant, _version: share(actor=actor, obj=row, level="viewer", user_id=actor.user_id),
    "change": lambda actor, _row, grant, version: change(
        actor=actor, share_id=grant.pk, version=version, changes={"level": "editor"}
    ),
    "revoke": lambda actor, _row, grant, _version: revoke(actor=actor, share_id=grant.pk),
    "transfer": lambda actor, row, _grant, _version: transfer(
        actor=actor, model=Campaign, object_id=row.pk, version=1, owner_id=actor.user_id or uuid7(), team_id=None
    ),
    "team": lambda actor, _row, _grant, _version: create_team(actor=actor, name="Mine"),
}


@pytest.mark.parametrize("act", ACTS)
def test_who_is_demoted_while_waiting_gives_nothing(place: records.Tenant, act: str) -> None:
    with scope(place, actor=SYSTEM, source="system"):
        admin, owner, guest = person("admin"), person("owner"), person("viewer")
        row = Campaign.objects.create(name="Spring", owner_id=owner.user_id or "")
        made = share(actor=SYSTEM, obj=row, level="viewer", user_id=guest.user_id)
        grant = CampaignUserGrant.objects.get(pk=made.id)
    before = everything(place)

    outcome = after_waiting(place, admin, lambda: demote(admin), lambda: ACTS[act](admin, row, grant, made.version))

    assert outcome == ["not_allowed" if act == "team" else "not_found"]
    assert everything(place) == before


@pytest.mark.parametrize("act", ["share", "change", "revoke", "transfer"])
def test_who_has_handed_it_on_while_waiting_gives_nothing(place: records.Tenant, act: str) -> None:
    with scope(place, actor=SYSTEM, source="system"):
        marketer, heir, guest = person("marketer"), person("owner"), person("viewer")
        row = Campaign.objects.create(name="Spring", owner_id=marketer.user_id or "")
        made = share(actor=SYSTEM, obj=row, level="viewer", user_id=guest.user_id)
        grant = CampaignUserGrant.objects.get(pk=made.id)

    outcome = after_waiting(
        place,
        marketer,
        lambda: Campaign.objects.filter(pk=row.pk).update(owner_id=heir.user_id or ""),
        lambda: (
            ACTS[act](marketer, row, grant, made.version)
            if act != "transfer"
            else transfer(
                actor=marketer,
                model=Campaign,
                object_id=row.pk,
                version=1,
                owner_id=guest.user_id or uuid7(),
                team_id=None,
            )
        ),
    )

    assert outcome == ["not_found"]
    with scope(place, actor=SYSTEM, source="system"):
        assert Campaign.objects.get().owner_id == heir.user_id
        assert [(found.pk, found.level) for found in CampaignUserGrant.objects.all()] == [(made.id, "viewer")]


@pytest.mark.parametrize("act", ["mint", "rotate"])
def test_a_token_that_is_revoked_while_waiting_makes_no_secret(place: records.Tenant, act: str) -> None:
    with scope(place, actor=SYSTEM, source="system"):
        program = token_of(person("marketer"), "token:create", "campaign:view")
        token = ServiceToken.objects.get()
        secret = bytes(token.secret_hash)

    outcome = after_waiting(
        place,
        program,
        lambda: revoke_token(actor=SYSTEM, token_id=token.pk),
        lambda: (
            create_token(
                actor=program, name="Child", scopes={"campaign:view"}, expires_at=timezone.now() + timedelta(hours=1)
            )
            if act == "mint"
            else rotate_token(actor=program, token_id=token.pk)
        ),
    )

    assert outcome == ["not_allowed"]
    with scope(place, actor=SYSTEM, source="system"):
        assert [bytes(found.secret_hash) for found in ServiceToken.objects.all()] == [secret]
