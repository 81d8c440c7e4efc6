"""What an entry holds: auditlog's own format, by field name, with secrets left out."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from auditlog.diff import model_instance_diff
from django.db import IntegrityError, connection
from django.utils import timezone

from campaigns.models import Campaign
from kernel.tenancy.context import Actor
from tenants.access.models import Membership, Role, ServiceToken, Team
from tests.audit.conftest import Log, id_of

WHEN = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def test_a_created_row_is_recorded_without_its_nulls(opened: Callable[..., Any], anna: Actor, log: Log) -> None:
    with opened():
        team = Team.objects.create(name="Growth")
        campaign = Campaign.objects.create(
            name="Spring", owner_id=id_of(anna), team=team, starts_at=WHEN, data={"tags": ["a", None], "none": None}
        )
        campaign.refresh_from_db()
        (entry,) = log(object_pk=str(campaign.pk))

    for name in ("created_at", "updated_at"):
        entry.changes[name][1] = moment(entry.changes[name][1])
    assert entry.object_repr == "Spring"
    assert entry.changes == {
        "id": [None, str(campaign.pk)],
        "name": [None, "Spring"],
        "owner": [None, str(anna.user_id)],
        "team": [None, str(team.pk)],
        "status": [None, "draft"],
        "objective": [None, ""],
        "currency": [None, ""],
        "row_version": [None, 1],
        "starts_at": [None, "2026-03-01T12:30:00+00:00"],
        "created_at": [None, campaign.created_at],
        "updated_at": [None, campaign.updated_at],
        "data": [None, {"tags": ["a", None], "none": None}],
        "channels": [None, []],
        "label_ids": [None, []],
        "budget_kind": [None, ""],
        "utm": [None, {}],
        "targeting": [None, {}],
        "is_template": [None, False],
    }


def test_a_change_is_recorded_with_both_values_of_the_changed_fields(
    opened: Callable[..., Any], anna: Actor, log: Log
) -> None:
    with opened():
        campaign = Campaign.objects.create(name="Spring", owner_id=id_of(anna), starts_at=WHEN)
        Campaign.objects.update(
            name="O'Brien's \"sale\" \\ ünïcode 🎉\n", starts_at=None, budget_micros=2**53 + 1, currency="EUR"
        )
        entry = log(object_pk=str(campaign.pk), event="update")[0]

    assert entry.object_repr == "O'Brien's \"sale\" \\ ünïcode 🎉\n"
    assert entry.changes == {
        "name": ["Spring", "O'Brien's \"sale\" \\ ünïcode 🎉\n"],
        "starts_at": ["2026-03-01T12:30:00+00:00", None],
        "budget_micros": [None, 2**53 + 1],
        "currency": ["", "EUR"],
    }


def test_times_are_utc_in_any_session(opened: Callable[..., Any], anna: Actor, log: Log) -> None:
    with opened():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL timezone = 'Asia/Tokyo'")
        campaign = Campaign.objects.create(name="Spring", owner_id=id_of(anna), starts_at=WHEN)
        assert log(object_pk=str(campaign.pk))[0].changes["starts_at"] == [None, "2026-03-01T12:30:00+00:00"]


def test_a_deleted_row_is_recorded_with_its_last_values(opened: Callable[..., Any], log: Log) -> None:
    with opened():
        team = Team.objects.create(name="Growth")
        key = str(team.pk)
        team.delete()
        entry = log(object_pk=key, event="delete")[0]

    assert entry.object_repr == "Growth"
    assert (entry.changes["id"], entry.changes["name"]) == ([key, None], ["Growth", None])
    assert "owner" not in entry.changes


def test_the_log_holds_what_auditlog_would_have_recorded(opened: Callable[..., Any], anna: Actor, log: Log) -> None:
    def comparable(changes: Any) -> Any:
        pairs = json.loads(json.dumps(changes))
        # auditlog writes naive UTC; the same moment, told unambiguously, is what the log holds.
        return pairs | {name: [None, moment(f"{pairs[name][1]}+00:00")] for name in pairs.keys() & {"created_at"}}

    with opened():
        role = Role.objects.create(slug="custom", name="Custom", permissions={"campaign:view": "all"})
        member = Membership.objects.get(user_id=id_of(anna))
        created = comparable(model_instance_diff(None, member, use_json_for_changes=True))
        before = Membership.objects.get(pk=member.pk)
        member.role, member.status = role, Membership.Status.SUSPENDED
        member.save()
        changed = model_instance_diff(before, member, use_json_for_changes=True)
        first, second = log(object_pk=str(member.pk))

    # auditlog also lists reverse relations of a created object; they are no columns.
    first.changes["created_at"][1] = moment(first.changes["created_at"][1])
    assert first.changes == {name: pair for name, pair in created.items() if name in first.changes}
    assert created.keys() - first.changes.keys() <= {"tokens"}
    assert second.changes == json.loads(json.dumps(changed))


def test_masked_values_are_nowhere_in_the_log(opened: Callable[..., Any], anna: Actor, log: Log) -> None:
    secret, other = b"\x01secret-hash-aaaaaaaaaaaaaaaaaaaa", b"\x02secret-hash-bbbbbbbbbbbbbbbbbbbb"
    with opened():
        token = ServiceToken.objects.create(
            name="CI",
            owner=Membership.objects.get(user_id=id_of(anna)),
            secret_hash=secret[:32],
            expires_at=timezone.now() + timedelta(days=1),
        )
        ServiceToken.objects.update(secret_hash=other[:32])
        ServiceToken.objects.update(name="CI 2")
        token.delete()
        entries = log(content_type__model="servicetoken")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM audit_entry e WHERE e::text LIKE ANY (%s)",
                [[f"%{b.hex()[:20]}%" for b in (secret, other)]],
            )
            (leaks,) = cursor.fetchone()

    assert [e.changes.get("secret_hash") for e in entries] == [[None, "***"], ["***", "***"], None, ["***", None]]
    assert leaks == 0


def test_a_change_of_excluded_fields_alone_makes_no_entry(opened: Callable[..., Any], anna: Actor, log: Log) -> None:
    with opened():
        member = Membership.objects.get(user_id=id_of(anna))
        ServiceToken.objects.create(name="CI", owner=member, secret_hash=b"x", expires_at=WHEN)
        ServiceToken.objects.update(last_used_at=timezone.now())
        ServiceToken.objects.update(last_used_at=None, name="CI 2")
        entries = log(content_type__model="servicetoken")

    assert [e.changes for e in entries[1:]] == [{"name": ["CI", "CI 2"]}]
    assert "last_used_at" not in entries[0].changes


def test_a_changed_primary_key_is_refused(opened: Callable[..., Any], log: Log) -> None:
    with opened():
        Team.objects.create(name="Growth")

    with pytest.raises(IntegrityError, match="its history would break off"), opened(request_id="moved"):
        Team.objects.update(id="01900000-0000-7000-8000-000000000001")

    with opened():
        assert log(cid="moved") == []
        assert not Team.objects.filter(id="01900000-0000-7000-8000-000000000001").exists()


def moment(text: str) -> datetime:
    """The time, however many digits of its second are written."""
    return datetime.fromisoformat(text)
