"""An authenticator app, as RFC 6238 describes it, and people who use it."""

import base64
import hmac
import re
import struct
import time
from dataclasses import dataclass, field

from django.contrib.sessions.models import Session
from django.http import HttpResponse

from kernel.tenancy.scope import public_scope
from tenants.commands.second_factor import add_second_factor, recovery_codes
from tenants.models import SessionRecord, User
from tenants.signin.commands import user_actor
from tenants.signin.sessions import MFA, SessionStore
from tests.identity.browser import Browser
from tests.identity.world import BASE, PASSWORD

SLOWEST = 3


def code_of(secret: str, step: int) -> str:
    """The six digits of one step of thirty seconds."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


@dataclass(slots=True)
class App:
    """An app that never shows the same code twice: it goes through the steps around now that are accepted."""

    secret: str = field(default_factory=lambda: base64.b32encode(b"0123456789abcdefghij").decode())
    last: int = 0

    def code(self) -> str:
        """A code that is right now and was not used; three within half a minute at most."""
        now, gone = divmod(time.time(), 30)
        now, left = int(now), 30 - gone
        # The oldest code is over with this half minute: near its end it would be so before it is looked at.
        self.last = max(self.last + 1, now - 1 if left > SLOWEST else now)
        if self.last == now + 2 and left <= SLOWEST:
            time.sleep(left)
            now += 1
        assert self.last <= now + 1, "too many codes at once"
        return code_of(self.secret, self.last)


def with_factor(user: User, keep: Browser | None = None) -> tuple[App, list[str]]:
    """Give the person a second factor, which ends their sessions but that of `keep`; return app and recovery codes."""
    app, actor = App(), user_actor(user)
    key = str(keep.at("localhost:8000").cookies["__Host-session"].value) if keep else ""
    with public_scope(actor=actor, source="console"):
        add_second_factor(actor=actor, secret=app.secret, code=app.code(), session_key=key)
        return app, recovery_codes(actor=actor)


def give_password(browser: Browser, user: User, next_path: str = "/") -> HttpResponse:
    """The first step of signing in."""
    data = {"login": user.email, "password": PASSWORD, "next": next_path}
    return browser.post(f"{BASE}/sign-in/", data)


def give_code(browser: Browser, code: str) -> HttpResponse:
    """The second step of signing in."""
    return browser.post(f"{BASE}/second-factor/", {"code": code})


def signed_in_with_code(user: User, app: App, browser: Browser | None = None) -> Browser:
    """A browser in which the person signed in with password and code on the base host."""
    browser = browser or Browser()
    assert give_password(browser, user)["Location"] == "/second-factor/"
    response = give_code(browser, app.code())
    assert response.status_code == 302, response.content.decode()
    return browser


def session_of(user: User, host: str, second_factor: str = "") -> str:
    """The key of a committed session of the person on a host, as another device opened it."""
    session = SessionStore()
    session.update(
        {
            "_auth_user_id": str(user.pk),
            "_auth_user_backend": "tenants.authentication.Backend",
            "_auth_user_hash": user.get_session_auth_hash(),
            "host": host,
            MFA: second_factor,
        }
    )
    session.save()
    return str(session.session_key)


def factor_in(browser: Browser, host: str) -> object:
    """What the browser's session on a host says about second factors."""
    return browser.at(host).session.get(MFA)


def is_stored(key: str) -> tuple[bool, bool]:
    """Whether there are a session and a record with this key."""
    return (
        Session.objects.filter(session_key=key).exists(),
        SessionRecord.objects.filter(session_key=key).exists(),
    )


def key_shown(page: HttpResponse) -> str:
    """The secret on the page that sets up an app."""
    found = re.search(r"<code class=\"copy-text\"[^>]*>([A-Z2-7 ]+)</code>", page.content.decode())
    assert found is not None
    return found.group(1).replace(" ", "")
