"""Studio: the public tables, to look at."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from console.ops.studio import SECRET, studio
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope
from tenants.commands.invitations import invite_first_admin
from tenants.models import Invitation, Organization, User
from tests.console_ops import desk
from tests.jobs.work import ask

TABLES = [model for model in studio._registry]  # noqa: C416 - a registry that mypy takes for a generic mapping


def address(model: Any, row: Any = None) -> str:
    table = f"/studio/{model._meta.app_label}/{model._meta.model_name}/"
    return f"{table}{row.pk}/change/" if row is not None else table


@pytest.fixture
def rows(organization: Organization, operator: User) -> Organization:
    """At least one row in most tables."""
    ask(organization, "test.look")
    with public_scope(actor=SYSTEM, source="system"):
        invite_first_admin(organization=organization, email="mira@example.com", name="Mira", invited_by="Olga")
    return organization


def test_its_first_page_lists_the_tables(client: Client) -> None:
    page = client.get("/studio/").content.decode()

    assert all(f'href="{address(model)}"' in page for model in TABLES)
    assert "Back to the operator console" in page
    for word in ("Log out", "Change password", "Recent actions", "addlink", "changelink"):
        assert word not in page


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model._meta.model_name)
def test_each_table_and_row_opens(client: Client, rows: Organization, model: Any) -> None:
    assert client.get(address(model)).status_code == 200

    row = model.objects.order_by("-pk").first()
    if row is not None:
        assert client.get(address(model, row)).status_code == 200


def test_an_organization_is_found_by_its_address(client: Client, rows: Organization) -> None:
    page = client.get("/studio/tenants/organization/", {"q": rows.slug}).content.decode()

    assert rows.name in page
    assert "1 organization" in page


def test_it_shows_no_password_and_no_token(client: Client, rows: Organization, operator: User) -> None:
    account = client.get(address(User, operator)).content.decode()
    invitation = Invitation.objects.get(organization=rows)
    invited = client.get(address(Invitation, invitation)).content.decode()

    assert operator.email in account
    assert operator.password not in account
    assert "md5" not in account.lower()
    assert "assword" not in account
    assert "mira@example.com" in invited
    assert "oken hash" not in invited
    assert bytes(invitation.token_hash).hex() not in invited


@pytest.mark.parametrize(
    ("table", "question"),
    [
        ("tenants/user", "password__startswith"),
        ("tenants/user", "password"),
        ("tenants/user", "password__isnull"),
        ("tenants/user", "handoffcode__code_hash"),
        ("tenants/operator", "user__password__startswith"),
        ("tenants/directoryentry", "user__password__startswith"),
        ("tenants/invitation", "token_hash"),
        ("tenants/organization", "invitations__token_hash"),
    ],
)
def test_a_secret_can_not_be_asked_for(client: Client, rows: Organization, table: str, question: str) -> None:
    answers = [client.get(f"/studio/{table}/", {question: value}) for value in ("md5", "x", "1")]

    assert [answer.status_code for answer in answers] == [400, 400, 400]


def test_no_column_that_holds_a_hash_is_shown_or_asked_for() -> None:
    for model, table in studio._registry.items():
        hashed = {field.name for field in model._meta.concrete_fields if re.search("hash|password|key$", field.name)}
        assert hashed <= SECRET | {"dedupe_key", "serial_key", "migration_key"}, table


def test_sessions_and_codes_are_not_in_it(client: Client) -> None:
    for table in ("sessions/session", "tenants/handoffcode", "auth/permission", "account/emailaddress"):
        assert client.get(f"/studio/{table}/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_changed(client: Client, rows: Organization, method: str) -> None:
    for page in ("/studio/", address(Organization), address(Organization, rows)):
        assert getattr(client, method)(page, {"name": "Hacked"}).status_code == 405

    for way in ("add/", f"{rows.pk}/delete/", f"{rows.pk}/history/", f"{rows.pk}/"):
        assert client.get(address(Organization) + way).status_code == 404
    assert Organization.objects.get(pk=rows.pk).name == rows.name


@pytest.mark.parametrize("given", [{"q": "\x00"}, {"status__exact": "x'"}, {"id": "x"}, {"password": "x"}, {"p": "x"}])
def test_whatever_is_asked_it_does_not_break(client: Client, given: dict[str, str]) -> None:
    assert client.get("/studio/tenants/user/", given).status_code in (200, 302, 400)


def test_a_row_that_is_not_there_leads_back(client: Client) -> None:
    assert client.get("/studio/tenants/user/x/change/")["Location"] == "/studio/"


def test_it_reads_tables_as_they_are_now(client: Client, rows: Organization) -> None:
    with public_scope(actor=SYSTEM, source="system"):
        Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
        User.objects.filter(email__startswith="nobody").delete()

    assert client.get("/studio/tenants/invitation/", {"q": "mira"}).status_code == 200
    assert desk.queries_of(client, "/studio/tenants/organization/") <= 5
