"""Mail by SMTP, to a real server on this machine."""

import re
import ssl
import traceback
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from config.settings import env
from kernel.jobs.models import Job
from kernel.tenancy.scope import scope
from tenants.commands.invitations import invite
from tenants.models import Organization, PasswordReset
from tests.identity import post
from tests.identity.browser import Browser
from tests.identity.post_office import PASSWORD, URL_USER, USER, certificate, office
from tests.identity.world import BASE, email, house, join, person


@pytest.fixture(autouse=True)
def nothing_waits(committed: None) -> None:
    post.forget()


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The server's side of a certificate that this process trusts."""
    trusted, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    return context


def send_by(settings: Settings, url: str) -> None:
    settings.MAILERS = env.mailers(url)


def ask_for_link(address: str) -> int:
    return Browser().post(f"{BASE}/password/", {"email": address}).status_code


def again() -> None:
    """Make every job that waits for its next attempt due."""
    Job.objects.using("owner").filter(state="pending").update(run_at=Now())
    post.deliver()


def test_an_invitation_and_a_reset_travel_by_starttls_with_a_password(
    organization: Organization, settings: Settings, tls: ssl.SSLContext
) -> None:
    house(organization)
    admin, user, guest = join(organization, person(), "admin"), person(), email()

    with office(tls_context=tls, require_starttls=True, with_password=True) as server:
        send_by(settings, f"smtp://{URL_USER}@localhost:{server.port}")
        with scope(organization, actor=admin, source="console"):
            invite(actor=admin, organization=organization, email=guest, name="Grace", role="viewer")
        assert ask_for_link(user.email) == 200
        post.deliver()

    [invitation], [reset] = server.to(guest), server.to(user.email)
    assert server.was_safe == [True, True]
    assert server.users == [USER, USER]
    assert invitation["Subject"] == f"Join {organization.name}"
    assert str(reset["From"]) == "Campaign Builder <no-reply@localhost>"
    text = reset.get_content()
    link = re.search(rf"{BASE}/password/reset/[A-Za-z0-9_-]{{43}}/", text)
    assert link is not None
    assert Browser().open(link.group()).status_code == 200


def test_tls_from_the_start(settings: Settings, tls: ssl.SSLContext) -> None:
    user = person()

    with office(ssl_context=tls, with_password=True, auth_require_tls=False) as server:
        send_by(settings, f"smtps://{URL_USER}@localhost:{server.port}")
        ask_for_link(user.email)
        post.deliver()

    assert len(server.to(user.email)) == 1
    assert server.users == [USER]


def test_a_relay_of_ones_own_needs_neither(settings: Settings) -> None:
    user = person()

    with office() as server:
        send_by(settings, f"smtp://localhost:{server.port}")
        ask_for_link(user.email)
        post.deliver()

    assert len(server.to(user.email)) == 1
    assert (server.was_safe, server.users) == ([False], [])


def test_no_password_goes_to_a_server_without_tls_or_with_an_unknown_certificate(
    settings: Settings, tmp_path: Path
) -> None:
    user = person()
    _trusted, context = certificate(tmp_path)

    for how in ({"with_password": True, "auth_require_tls": False}, {"tls_context": context, "with_password": True}):
        post.forget()
        with office(**how) as server:
            send_by(settings, f"smtp://{URL_USER}@localhost:{server.port}")
            assert ask_for_link(user.email) == 200
            post.deliver()

        assert (server.users, server.letters) == ([], [])
        job = Job.objects.get(kind="tenants.send_password_reset")
        assert (job.state, job.attempt > 0) == ("pending", True)
        assert PASSWORD not in job.error_text


def test_a_refusing_server_is_tried_again_and_nobody_notices(settings: Settings) -> None:
    user = person()

    with office() as server:
        send_by(settings, f"smtp://localhost:{server.port}")
        server.open = False
        assert ask_for_link(user.email) == 200
        post.deliver()
        waiting = Job.objects.get(kind="tenants.send_password_reset")
        before = len(server.letters)
        server.open = True
        again()

    assert (waiting.state, waiting.attempt > 0, before) == ("pending", True, 0)
    assert "451" in waiting.error_text
    assert Job.objects.get(pk=waiting.pk).state == "done"
    [letter] = server.to(user.email)
    token = re.findall(r"reset/([A-Za-z0-9_-]{43})/", letter.get_content())[0]
    assert Browser().open(f"{BASE}/password/reset/{token}/").status_code == 200
    assert PasswordReset.objects.filter(user=user).count() >= 2


def test_a_server_that_is_down_is_tried_again(settings: Settings) -> None:
    user = person()
    with office() as server:
        pass
    send_by(settings, f"smtp://localhost:{server.port}")

    assert ask_for_link(user.email) == 200
    post.deliver()

    job = Job.objects.get(kind="tenants.send_password_reset")
    assert (job.state, job.attempt > 0) == ("pending", True)


@pytest.mark.parametrize(
    ("url", "port", "use_tls", "use_ssl", "username"),
    [
        ("smtp://mail.example.com", 25, False, False, ""),
        ("smtp://me:secret@mail.example.com", 587, True, False, "me"),
        ("smtp://me:secret@mail.example.com:2525", 2525, True, False, "me"),
        ("smtp://me:secret@mail.example.com?starttls=off", 25, False, False, "me"),
        ("smtp://mail.example.com/?starttls=on", 587, True, False, ""),
        ("smtps://me:secret@mail.example.com", 465, False, True, "me"),
    ],
)
def test_the_address_says_how_mail_is_sent(url: str, port: int, use_tls: bool, use_ssl: bool, username: str) -> None:
    options = env.mailers(url)["default"]["OPTIONS"]

    assert (options["host"], options["port"]) == ("mail.example.com", port)
    assert (options["use_tls"], options["use_ssl"], options["username"]) == (use_tls, use_ssl, username)


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example.com",
        "mail.example.com",
        "smtp://mail.example.com?starttls=maybe",
        "smtp://",
        "smtp://user:secret@",
        "smtp://user:se#cret@mail.example.com",
        "smtp://user:se/cret@mail.example.com",
        "smtp://user:se?cret@mail.example.com",
        "smtp://mail.example.com#",
        "smtp://mail.example.com/folder",
        "smtp://mail.example.com:port",
        "smtp://mail.example.com:99999",
        "smtp://user:secret@[mail.example.com",
        "smtp://mail.example.com?tls=on",
        "smtps://mail.example.com?starttls=on",
        "smtp://mail.example.com?starttls=on&starttls=off",
    ],
)
def test_an_address_that_is_not_understood_stops_the_start(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL") as caught:
        env.mailers(url)

    told = "".join(traceback.format_exception(caught.value, chain=True)).split("ImproperlyConfigured:")[1:]
    assert not any("secret" in line or "cret@" in line for line in told)
    assert caught.value.__cause__ is None
