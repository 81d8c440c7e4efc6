"""A job exists exactly if the transaction that asked for it committed."""

import threading
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import DataError, IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from kernel.jobs import enqueue
from kernel.jobs.models import Job
from kernel.jobs.registry import UnknownKind
from kernel.jobs.submit import channel
from kernel.tenancy.context import SYSTEM, Actor, TenancyError
from kernel.tenancy.names import tenant_role
from kernel.tenancy.scope import public_scope, scope
from tenants.models import Organization
from tests.jobs.work import ask, hand_out, run_next


def test_a_job_outside_a_transaction_is_refused(organization: Organization) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        enqueue("test.look", actor=SYSTEM, organization=organization)

    assert Job.objects.count() == 0


def test_a_rollback_leaves_no_job(organization: Organization) -> None:
    with pytest.raises(ZeroDivisionError), scope(organization, actor=SYSTEM, source="api"):
        enqueue("test.look", actor=SYSTEM)
        raise ZeroDivisionError

    assert Job.objects.count() == 0


def test_a_commit_leaves_exactly_one_job_with_all_it_needs(organization: Organization) -> None:
    token = UUID(int=3)
    actor = Actor("token", UUID(int=2), "Mia", "mia@example.com", "marketer", token, frozenset({"campaign:view"}))
    with scope(organization, actor=actor, source="api", request_id="r-1"):
        job_id = enqueue("test.look", {"batch": UUID(int=9)}, actor=actor)

    [job] = Job.objects.all()
    assert job.id == job_id
    assert (job.organization_id, job.kind, job.state) == (organization.id, "test.look", "pending")
    assert job.tenant_role == tenant_role(connection.settings_dict["NAME"], organization.schema_name)
    assert job.payload == {"batch": "00000000-0000-0000-0000-000000000009"}
    assert (job.actor_kind, job.actor_name, job.actor_role, job.actor_token_id) == ("token", "Mia", "marketer", token)
    assert job.actor_scopes == ["campaign:view"]
    assert job.request_id == "r-1"
    assert (job.attempt, job.fence, job.deaths) == (0, 0, 0)


def test_the_platform_has_jobs_of_its_own() -> None:
    ask(None, "test.look")

    [job] = Job.objects.all()
    assert (job.organization_id, job.tenant_role) == (None, "")


def test_an_unknown_kind_is_refused(organization: Organization) -> None:
    with pytest.raises(UnknownKind):
        ask(organization, "test.nothing")

    assert Job.objects.count() == 0


def test_a_large_payload_is_refused(organization: Organization) -> None:
    with pytest.raises(ValueError, match="8192 bytes"):
        ask(organization, "test.look", {"text": "x" * 8192})

    assert Job.objects.count() == 0


@pytest.mark.parametrize("payload", ["text", [1]])
def test_a_payload_that_is_no_mapping_is_refused(organization: Organization, payload: object) -> None:
    with pytest.raises(TypeError):
        ask(organization, "test.look", payload)

    assert Job.objects.count() == 0


def test_a_payload_that_postgres_cannot_hold_is_refused(organization: Organization) -> None:
    with pytest.raises(DataError):
        ask(organization, "test.look", {"text": "a\x00b"})

    assert Job.objects.count() == 0


def test_a_job_for_another_organization_is_refused(
    organization: Organization, other_organization: Organization
) -> None:
    with pytest.raises(TenancyError), scope(organization, actor=SYSTEM, source="api"):
        enqueue("test.look", actor=SYSTEM, organization=other_organization)

    assert Job.objects.count() == 0


def test_the_same_dedupe_key_gives_the_same_job_until_it_is_over(organization: Organization) -> None:
    first = ask(organization, "test.look", dedupe_key="nightly")
    assert ask(organization, "test.look", dedupe_key="nightly") == first
    assert Job.objects.count() == 1

    assert run_next().state == "done"
    second = ask(organization, "test.look", dedupe_key="nightly")
    assert second != first
    assert Job.objects.count() == 2


def test_a_dedupe_key_belongs_to_one_organization_and_kind(
    organization: Organization, other_organization: Organization
) -> None:
    ids = {
        ask(organization, "test.look", dedupe_key="k"),
        ask(other_organization, "test.look", dedupe_key="k"),
        ask(organization, "test.team", {"name": "a"}, dedupe_key="k"),
        ask(None, "test.look", dedupe_key="k"),
    }

    assert len(ids) == 4
    assert ask(None, "test.look", dedupe_key="k") in ids


def test_two_who_ask_at_once_get_one_job(organization: Organization) -> None:
    barrier, found = threading.Barrier(2), []

    def work() -> None:
        try:
            with scope(organization, actor=SYSTEM, source="api"):
                barrier.wait(5)
                found.append(enqueue("test.look", actor=SYSTEM, dedupe_key="once"))
                barrier.reset()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert len(found) == 2
    assert len(set(found)) == 1
    assert Job.objects.count() == 1


def test_a_job_for_later_waits(organization: Organization) -> None:
    ask(organization, "test.look", run_at=timezone.now() + timedelta(hours=1))

    assert hand_out() == []


def test_the_dispatcher_hears_of_a_job_when_it_commits(organization: Organization) -> None:
    entry = connection.settings_dict
    with psycopg.connect(
        dbname=entry["NAME"],
        user=entry["USER"],
        host=entry["HOST"] or None,
        port=entry["PORT"] or None,
        password=entry["PASSWORD"] or None,
        autocommit=True,
    ) as listener:
        listener.execute(f'LISTEN "{channel()}"')
        with scope(organization, actor=SYSTEM, source="api"):
            enqueue("test.look", actor=SYSTEM)
            assert list(listener.notifies(timeout=0.2)) == []

        assert len(list(listener.notifies(timeout=5, stop_after=1))) == 1


@pytest.mark.skipif(not settings.TENANT_DB_ROLES, reason="without tenant roles only the scope separates rows")
def test_a_tenants_role_neither_sees_nor_finishes_anothers_job(
    organization: Organization, other_organization: Organization
) -> None:
    job_id = ask(organization, "test.look")
    hand_out()
    with public_scope(actor=SYSTEM, source="system"):
        enqueue("test.look", actor=SYSTEM)

    with scope(other_organization, actor=SYSTEM, source="api"):
        assert Job.objects.count() == 0
        assert Job.objects.filter(pk=job_id).update(state="done") == 0
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM jobs_job")

    with scope(organization, actor=SYSTEM, source="api"):
        assert [job.id for job in Job.objects.all()] == [job_id]
    assert Job.objects.get(pk=job_id).state == "dispatched"


@pytest.mark.skipif(not settings.TENANT_DB_ROLES, reason="without tenant roles only the scope separates rows")
def test_a_tenants_role_cannot_write_a_job_in_anothers_name(
    organization: Organization, other_organization: Organization
) -> None:
    job_id = ask(organization, "test.look")
    job = Job.objects.get(pk=job_id)
    job.id, job.tenant_role = UUID(int=1), tenant_role(connection.settings_dict["NAME"], other_organization.schema_name)

    with pytest.raises((ProgrammingError, IntegrityError)), scope(organization, actor=SYSTEM, source="api"):
        job.save(force_insert=True)

    assert [job.id for job in Job.objects.all()] == [job_id]
