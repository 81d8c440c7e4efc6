"""The log is read by names, page by page, and only as far as the reader may."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit import queries
from audit.lines import Line
from audit.models import Entry
from audit.reading import Wanted, first_id
from campaigns.models import Campaign
from catalog.catalogs.default import default_catalog
from catalog.models import Product
from kernel.errors import DomainError, Invalid, NotAllowed
from kernel.recorder.events import event
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import scope
from tenants.access.models import Membership, Role, ServiceToken, Team
from tenants.models import Organization
from tests.audit.conftest import id_of, make_member

UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture
def adam(organization: Organization) -> Actor:
    """An admin of the disposable organization."""
    return make_member(organization, "Adam Admin", "admin")


def words_of(line: Line) -> list[str]:
    texts = [line.actor_name, line.verb, line.source, line.object_type, line.object_name]
    return texts + [text or "" for change in line.changes for text in (change.field, change.before, change.after)]


def test_a_line_says_who_did_what_to_what(opened: Callable[..., Any], anna: Actor, adam: Actor) -> None:
    with opened(request_id="make"):
        team = Team.objects.create(name="Growth")
        product = Product.objects.create(catalog=default_catalog(), name="Oat drink", owner_id=id_of(anna))
        campaign = Campaign.objects.create(
            name="Spring",
            owner_id=id_of(anna),
            team=team,
            product=product,
            budget_micros=1_500_000_000,
            currency="EUR",
        )
    with opened(request_id="change", source="console"):
        Campaign.objects.update(
            team=None, status="active", budget_micros=None, owner_id=id_of(adam), data={"tags": ["a", "b"], "deep": {}}
        )

        (line,) = queries.entries(actor=adam, wanted=Wanted(request_id="change")).lines

    assert (line.actor_name, line.actor_email, line.actor_kind) == ("Anna Marketer", anna.email, "person")
    assert (line.verb, line.object_type, line.object_name, line.source) == ("changed", "campaign", "Spring", "Console")
    assert (line.object_type_code, line.object_id, line.source_code) == ("campaign", str(campaign.pk), "console")
    assert {(c.field, c.before, c.after) for c in line.changes} == {
        ("Owner", "Anna Marketer", "Adam Admin"),
        ("Team", "Growth", None),
        ("Status", "Draft", "Active"),
        ("Budget", "1,500.00", None),
        ("Data: deep", None, "0 values"),
        ("Data: tags", None, "a, b"),
    }


def test_names_of_deleted_objects_come_from_the_log(opened: Callable[..., Any], anna: Actor, adam: Actor) -> None:
    with opened():
        team = Team.objects.create(name="Short-lived")
        campaign = Campaign.objects.create(name="Spring", owner_id=id_of(anna), team=team)
        team.delete()
        Membership.objects.filter(user_id=id_of(anna)).delete()

        removed, created = queries.history(campaign).lines

    assert [(c.before, c.after) for c in removed.changes if c.field == "Team"] == [("Short-lived", None)]
    assert [(c.before, c.after) for c in created.changes if c.field == "Owner"] == [(None, "Anna Marketer")]


def test_no_line_ever_shows_a_bare_id(opened: Callable[..., Any], anna: Actor, adam: Actor) -> None:
    with opened():
        gone = "01900000-0000-7000-8000-000000000009"
        campaign = Campaign.objects.create(name="Spring", owner_id=gone, data={"ref": gone, "refs": [gone]})
        ServiceToken.objects.create(
            name="CI",
            owner=Membership.objects.get(user_id=id_of(anna)),
            secret_hash=b"x",
            expires_at=datetime.now(UTC),
        )
        Role.objects.create(slug="own", name="Own", permissions={"campaign:view": "all"})
        campaign.delete()
        event("export.made", label="Everything")

        lines = queries.entries(actor=adam, limit=200).lines

    assert len(lines) >= 8
    assert [text for line in lines for text in words_of(line) if UUID_TEXT.search(text)] == []


def test_secrets_are_shown_as_hidden(opened: Callable[..., Any], anna: Actor, adam: Actor) -> None:
    with opened(request_id="token"):
        owner = Membership.objects.get(user_id=id_of(anna))
        ServiceToken.objects.create(name="CI", owner=owner, secret_hash=b"x", expires_at=datetime.now(UTC))

        (line,) = queries.entries(actor=adam, wanted=Wanted(request_id="token")).lines

    assert [(c.before, c.after) for c in line.changes if c.name == "secret_hash"] == [(None, "(hidden)")]


def test_a_marketer_reads_their_own_doings_only(
    organization: Organization, opened: Callable[..., Any], anna: Actor, adam: Actor
) -> None:
    with scope(organization, actor=adam, source="console", request_id="of-adam"):
        Team.objects.create(name="Of Adam")
    with opened(request_id="of-anna"):
        Team.objects.create(name="Of Anna")

        assert [line.object_name for line in queries.entries(actor=anna).lines] == ["Of Anna"]
        assert {line.object_name for line in queries.entries(actor=adam).lines} >= {"Of Adam", "Of Anna"}


def test_who_may_not_read_the_log_is_told_so(organization: Organization) -> None:
    viewer = make_member(organization, "Vera Viewer", "viewer")

    with scope(organization, actor=viewer, source="console"), pytest.raises(NotAllowed) as refused:
        queries.entries(actor=viewer)

    assert refused.value.extra["permission"] == "audit:view"


def test_pages_follow_each_other_without_gap_or_repeat(opened: Callable[..., Any], adam: Actor) -> None:
    with opened(request_id="pages"):
        Team.objects.bulk_create([Team(name=f"Team {place:02}") for place in range(25)])

    seen: list[str] = []
    cursor = None
    with opened():
        for _page in range(3):
            page = queries.entries(actor=adam, wanted=Wanted(request_id="pages"), cursor=cursor, limit=10)
            seen += [line.object_name for line in page.lines]
            Team.objects.create(name=f"Written in between {_page}")
            cursor = page.next

    assert cursor is None
    assert seen == [f"Team {place:02}" for place in reversed(range(25))]


def test_a_cursor_continues_only_its_own_list(opened: Callable[..., Any], adam: Actor) -> None:
    with opened(request_id="pages"):
        Team.objects.bulk_create([Team(name="One"), Team(name="Two")])
        cursor = queries.entries(actor=adam, limit=1).next

        with pytest.raises(DomainError, match="Start again"):
            queries.entries(actor=adam, wanted=Wanted(event="create"), cursor=cursor)


def test_filters_narrow_exactly(opened: Callable[..., Any], anna: Actor, adam: Actor) -> None:
    with opened(request_id="before"):
        default_catalog()
    with opened(request_id="filters"):
        team = Team.objects.create(name="Growth")
        Product.objects.create(catalog=default_catalog(), name="Oat drink", owner_id=id_of(anna))
        event("team.exported", team)

        def found(**wanted: Any) -> list[tuple[str, str]]:
            lines = queries.entries(actor=adam, wanted=Wanted(request_id="filters", **wanted)).lines
            return [(line.event, line.object_name) for line in reversed(lines)]

        assert found() == [("create", "Growth"), ("create", "Oat drink"), ("team.exported", "Growth")]
        assert found(object_type="product") == [("create", "Oat drink")]
        assert found(object_id=str(team.pk)) == [("create", "Growth"), ("team.exported", "Growth")]
        assert found(event="team.exported") == [("team.exported", "Growth")]
        assert len(found(actor_id=anna.user_id)) == len(found(person="anna m")) == len(found(person=anna.email)) == 3
        assert found(actor_id=adam.user_id) == found(person="adam") == found(person="nobody of that name") == []


def test_a_range_of_time_takes_its_start_and_leaves_its_end(opened: Callable[..., Any], adam: Actor) -> None:
    with opened(request_id="times"):
        Team.objects.create(name="Growth")
        at = Entry.objects.get(cid="times").timestamp

        def count(since: datetime | None, until: datetime | None) -> int:
            return len(queries.entries(actor=adam, wanted=Wanted(request_id="times", since=since, until=until)).lines)

        step = timedelta(milliseconds=1)
        assert (count(at, None), count(at + step, None)) == (1, 0)
        assert (count(None, at), count(None, at + step)) == (0, 1)
        assert count(at - timedelta(microseconds=1), at + timedelta(microseconds=1)) == 1


def test_the_least_id_of_a_moment_is_of_version_7() -> None:
    assert str(first_id(datetime(2026, 1, 1, tzinfo=UTC))) == "019b76da-a800-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("question", "pointer"),
    [
        ({"wanted": Wanted(object_type="invoice")}, "?object_type"),
        ({"limit": 0}, "?limit"),
        ({"limit": 201}, "?limit"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    opened: Callable[..., Any], adam: Actor, question: dict[str, Any], pointer: str
) -> None:
    with opened(), pytest.raises(Invalid) as refused:
        queries.entries(actor=adam, **question)

    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_a_page_costs_one_statement_for_access_and_three_of_its_own_for_any_number_of_entries(
    opened: Callable[..., Any], anna: Actor, adam: Actor
) -> None:
    counts = []
    for size in (2, 40):
        with opened(request_id=f"size-{size}"):
            teams = Team.objects.bulk_create([Team(name=f"{size}-{place}") for place in range(size)])
            Campaign.objects.bulk_create(
                [Campaign(name=f"C {place}", owner_id=id_of(anna), team=team) for place, team in enumerate(teams)]
            )
            with CaptureQueriesContext(connection) as captured:
                lines = queries.entries(actor=adam, wanted=Wanted(request_id=f"size-{size}"), limit=200).lines
            assert len(lines) == size * 2
            counts.append(len(captured))

    assert counts == [4, 4]


def test_every_filter_walks_an_index(opened: Callable[..., Any], anna: Actor) -> None:
    with opened():
        team = Team.objects.create(name="Growth")
        rows = {
            "audit_of_object": Entry.objects.get_for_object(team),
            "audit_of_actor": Entry.objects.filter(actor_id=anna.user_id),
            "audit_of_event": Entry.objects.filter(event="team.exported"),
            "audit_of_request": Entry.objects.filter(cid="request-1"),
            "audit_entry_pkey": Entry.objects.filter(pk__gte=first_id(datetime.now(UTC))),
        }
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        plans = {name: found.order_by("-id")[:50].explain() for name, found in rows.items()}

    for name, plan in plans.items():
        assert f"using {name}" in plan
        assert "Filter" not in plan


def test_a_write_past_the_application_is_shown_as_such(opened: Callable[..., Any], adam: Actor) -> None:
    with opened(request_id="outside"):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL app.source = ''; SET LOCAL app.actor = ''; SET LOCAL app.actor_name = ''")
        Team.objects.create(name="By hand")

        (line,) = queries.entries(actor=adam, wanted=Wanted(request_id="outside")).lines

    assert (line.actor_kind, line.source) == ("outside", "Directly in the database")
    assert line.actor_name == f"Database user {connection.settings_dict['USER']}"


def test_the_system_is_named(organization: Organization, adam: Actor) -> None:
    with scope(organization, actor=SYSTEM, source="job", request_id="nightly"):
        Team.objects.create(name="Nightly")

        (line,) = queries.entries(actor=adam, wanted=Wanted(request_id="nightly")).lines

    assert (line.actor_name, line.actor_kind, line.source) == ("System", "system", "Job")
