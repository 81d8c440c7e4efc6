"""The platform audit, the operators, and the mail that goes nowhere."""

import re
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope
from tenants.models import Organization, User
from tests.console_ops import desk


def rename(organization: Organization, actor: Actor, name: str, request_id: str = "") -> None:
    with public_scope(actor=actor, source="operator", request_id=request_id):
        Organization.objects.filter(pk=organization.pk).update(name=name)


@pytest.fixture
def oscar() -> Actor:
    """Another operator."""
    return desk.actor_for(desk.make_operator("Oscar Operator"))


def test_it_tells_who_changed_what_and_links_to_it(client: Client, organization: Organization, oscar: Actor) -> None:
    rename(organization, oscar, "Kestrel Coffee", "rename-1")

    page = client.get("/audit/").content.decode()

    assert "<b>Oscar Operator</b> changed" in page
    assert f'<a href="/tenants/{organization.slug}/">Kestrel Coffee</a>' in page
    assert f"<del>{organization.name}</del>" in page
    assert "<ins>Kestrel Coffee</ins>" in page
    assert 'href="/audit/?request_id=rename-1"' in page


def test_its_filters_narrow_it(client: Client, organization: Organization, operator: User, oscar: Actor) -> None:
    rename(organization, oscar, "By Oscar", "by-oscar")
    rename(organization, desk.actor_for(operator), "By Olga", "by-olga")

    def shown(**filters: str) -> list[str]:
        page = client.get("/audit/", filters, headers={"hx-request": "true"}).content.decode()
        return [name for name in ("By Oscar", "By Olga") if f"<ins>{name}</ins>" in page]

    assert shown() == ["By Oscar", "By Olga"]
    assert shown(actor="oscar operator") == ["By Oscar"]
    assert shown(actor=operator.email) == ["By Olga"]
    assert shown(request_id="by-olga") == ["By Olga"]
    assert shown(object_type="organization", request_id="by-oscar") == ["By Oscar"]
    assert shown(object_type="plan") == []
    assert shown(since="2999-01-01") == []
    assert shown(until="2001-01-01") == []
    assert shown(since="2001-01-01", until="2999-01-01", actor="oscar") == ["By Oscar"]


@pytest.mark.parametrize(
    ("filters", "status"),
    [
        ({"since": "yesterday"}, 422),
        ({"until": "2026-02-30"}, 422),
        ({"until": "9999-12-31"}, 422),
        ({"object_type": "secret"}, 422),
        ({"cursor": "x"}, 400),
        ({"actor": "\x00"}, 200),
        ({"request_id": "\x00'"}, 200),
    ],
)
def test_a_filter_that_means_nothing_is_refused(client: Client, filters: dict[str, str], status: int) -> None:
    assert client.get("/audit/", filters).status_code == status


def test_it_goes_on_after_the_last_entry_of_a_page(client: Client, organization: Organization, oscar: Actor) -> None:
    for number in range(51):
        rename(organization, oscar, f"Name {number:02}", "pages")

    first = client.get("/audit/", {"request_id": "pages"}).content.decode()
    [onward] = re.findall(r'href="(/audit/\?request_id=pages&amp;cursor=[^"]+)"', first)
    second = client.get(onward.replace("&amp;", "&")).content.decode()

    assert "<ins>Name 50</ins>" in first
    assert "<ins>Name 00</ins>" not in first
    assert "<ins>Name 00</ins>" in second


def test_it_asks_the_same_number_of_questions_for_two_and_for_thirty(
    client: Client, organization: Organization, oscar: Actor
) -> None:
    for number in range(2):
        rename(organization, oscar, f"Name {number}", "count")
    few = desk.queries_of(client, "/audit/", request_id="count")

    for number in range(28):
        rename(organization, oscar, f"Name {number}", "count")

    assert desk.queries_of(client, "/audit/", request_id="count") == few == 2


def test_operators_stand_on_their_page(client: Client, operator: User) -> None:
    page = client.get("/operators/").content.decode()

    assert operator.email in page
    assert "Olga Operator" in page
    assert "manage.py operator add" in page


@pytest.fixture
def outbox(settings: Settings, tmp_path: Path) -> Path:
    """A mailer that writes files."""
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path)},
        }
    }
    return tmp_path


def send(*subjects: str) -> None:
    connection = mail.mailers["default"]
    connection.send_messages(
        [
            mail.EmailMessage(
                subject=subject,
                body=f"Grüße, {subject}:\n\nhttp://localhost:8000/invitation/abc/\n",
                to=["Mira Ålder <mira@example.com>"],
            )
            for subject in subjects
        ]
    )


def test_mail_that_goes_nowhere_can_be_read(client: Client, outbox: Path) -> None:
    send("First Größe", "Second")

    listed = client.get("/outbox/").content.decode()
    addresses = re.findall(r'href="(/outbox/[^"]+/)"', listed)
    letter = client.get(addresses[1]).content.decode()

    assert listed.index("Second") < listed.index("First Größe")
    assert len(addresses) == 2
    assert "Grüße, First Größe:" in letter
    assert "Mira Ålder &lt;mira@example.com&gt;" in letter
    assert '<a href="http://localhost:8000/invitation/abc/" rel="nofollow">' in letter
    assert ">http://localhost:8000/invitation/abc/</code>" in letter


def test_an_empty_outbox_says_so(client: Client, outbox: Path) -> None:
    page = client.get("/outbox/").content.decode()

    assert "No mail yet" in page
    assert 'href="/outbox/"' in page


def test_an_outbox_of_many_files_has_pages(client: Client, outbox: Path) -> None:
    send("Old")
    [file] = outbox.iterdir()
    for number in range(60):
        (outbox / f"20260101-0000{number:02}-1.log").write_bytes(file.read_bytes())
    file.unlink()

    first = client.get("/outbox/").content.decode()
    [onward] = re.findall(r'href="(/outbox/\?cursor=[^"]+)"', first)
    second = client.get(onward).content.decode()

    assert first.count("/outbox/20260101") == 50
    assert second.count("/outbox/20260101") == 10


@pytest.mark.parametrize("letter_id", ["x", "..", "..%2Fsecret.0", "20260101-000000-1.0", "%00", "secret.0"])
def test_no_name_leads_out_of_the_outbox(client: Client, outbox: Path, letter_id: str) -> None:
    (outbox.parent / "secret.log").write_text("Subject: secret\n\nsecret")

    assert client.get(f"/outbox/{letter_id}/").status_code == 404


def test_where_mail_is_sent_there_is_no_outbox(client: Client) -> None:
    assert client.get("/outbox/").status_code == 404
    assert client.get("/outbox/x.0/").status_code == 404
    assert "/outbox/" not in client.get("/").content.decode()


def test_who_changed_it_is_recorded_as_an_operator(client: Client, organization: Organization, operator: User) -> None:
    client.post(f"/tenants/{organization.slug}/suspend/", {"reason": "Unpaid"})
    answer = client.get("/audit/", {"actor": operator.email}, headers={"hx-request": "true"})

    page = answer.content.decode()
    assert "<b>Olga Operator</b> changed" in page
    assert "via Operator" in page
    with public_scope(actor=SYSTEM, source="system"):
        assert Organization.objects.get(pk=organization.pk).status == "suspended"
