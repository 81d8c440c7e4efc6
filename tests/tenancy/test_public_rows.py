"""A tenant's role sees and changes its own rows of public tables and nobody else's."""

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.names import tenant_role
from kernel.tenancy.scope import scope
from tenants.models import Invitation, Organization, User

pytestmark = pytest.mark.skipif(not settings.TENANT_DB_ROLES, reason="TENANT_DB_ROLES is off: there is no tenant role")


def job_of(organization: Organization) -> Job:
    return Job.objects.create(
        organization_id=organization.id,
        tenant_role=tenant_role(connection.settings_dict["NAME"], organization.schema_name),
        kind="probe",
        queue="default",
        actor_kind="system",
    )


def test_a_tenant_can_neither_see_nor_finish_anothers_job(
    organization: Organization, other_organization: Organization
) -> None:
    own, foreign = job_of(organization), job_of(other_organization)

    with scope(organization, actor=SYSTEM, source="job"):
        assert list(Job.objects.values_list("id", flat=True)) == [own.id]
        assert Job.objects.filter(pk=foreign.id).update(state="done") == 0
        assert Job.objects.filter(pk=own.id).update(state="done") == 1

    assert Job.objects.get(pk=foreign.pk).state == "pending"
    Job.objects.filter(pk__in=[own.pk, foreign.pk]).delete()


def test_a_tenant_cannot_write_a_job_for_another(organization: Organization, other_organization: Organization) -> None:
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        scope(organization, actor=SYSTEM, source="job"),
    ):
        job_of(other_organization)

    assert Job.objects.filter(organization_id=other_organization.id).count() == 0


@pytest.mark.parametrize(
    "table",
    ["tenants_user", "django_session", "tenants_organization", "tenants_handoffcode", "audit_platform_platformentry"],
)
def test_a_tenant_has_nothing_on_the_platforms_tables(organization: Organization, table: str) -> None:
    User.objects.exists()
    with scope(organization, actor=SYSTEM, source="api"):
        for statement in (f"SELECT * FROM public.{table}", f"DELETE FROM public.{table}"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                connection.cursor().execute(statement)


def test_the_app_role_cannot_change_structure(organization: Organization) -> None:
    for statement in ("CREATE TABLE public.x (id int)", f'DROP SCHEMA "{organization.schema_name}" CASCADE'):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_tenant_cannot_name_another_organization_in_its_own_rows(
    organization: Organization, other_organization: Organization
) -> None:
    role = tenant_role(connection.settings_dict["NAME"], organization.schema_name)
    for stranger in (other_organization.id, None):
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            scope(organization, actor=SYSTEM, source="job"),
        ):
            Job.objects.create(
                organization_id=stranger, tenant_role=role, kind="probe", queue="default", actor_kind="system"
            )
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        scope(organization, actor=SYSTEM, source="console"),
    ):
        Invitation.objects.create(
            organization_id=other_organization.id,
            email="mallory@example.com",
            role="owner",
            token_hash=b"0" * 32,
            expires_at=timezone.now(),
            tenant_role=role,
        )

    assert Job.objects.filter(kind="probe").count() == 0
    assert Invitation.objects.filter(email="mallory@example.com").count() == 0


def test_a_tenant_cannot_leave_a_temporary_table_behind(organization: Organization) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        scope(organization, actor=SYSTEM, source="job"),
        connection.cursor() as cursor,
    ):
        cursor.execute("CREATE TEMPORARY TABLE access_team (id uuid, name text)")
