"""The second factor: django-allauth's one-time and recovery codes, with our keys, our step of signing in, our clock.

A one-time code is good for 30 seconds, before and after as well, and works once: the authenticator's row remembers
the last step that was used, so neither a flushed cache nor two tries at once let a code in twice.
"""

from typing import Any

from allauth.account.stages import LoginStage, LoginStageController
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.crypto import constant_time_compare

from kernel import secrets
from tenants.models import User
from tenants.signin.paths import SECOND_FACTOR

TOTP_KIND = "totp"
RECOVERY_KIND = "recovery_codes"
LAST_COUNTER = "last_counter"


class Adapter(DefaultMFAAdapter):
    """What allauth asks of us: secrets are encrypted at rest."""

    def encrypt(self, text: str) -> str:
        """Return the secret as it may stand in the database."""
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret of a row."""
        return secrets.decrypt(encrypted_text)


class OneTimeCodes(TOTP):
    """allauth's codes by time, each of which works once."""

    def validate_code(self, code: str) -> bool:
        """Whether the code is right and later than the last one; it is used up then. Needs the row's lock."""
        counter = matching_counter(secrets.decrypt(self.instance.data["secret"]), code)
        if counter is None or counter <= self.instance.data.get(LAST_COUNTER, 0):
            return False
        self.instance.data[LAST_COUNTER] = counter
        self.instance.save(update_fields=["data"])
        return True


def matching_counter(secret: str, code: str) -> int | None:
    """Return the step of time that the code belongs to, None for a code that is wrong now."""
    for counter in yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter))):
            return int(counter)
    return None


def wrapped(row: Authenticator) -> OneTimeCodes | RecoveryCodes:
    """Return the authenticator with what its kind can do."""
    return OneTimeCodes(row) if row.type == TOTP_KIND else RecoveryCodes(row)


class SecondFactorStage(LoginStage):
    """Stops signing in after the password where the account has a second factor. Nothing is open until then.

    What is known so far lies in the session for ACCOUNT_LOGIN_TIMEOUT seconds and gives access to nothing.
    """

    key = "second_factor"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Send the browser to the page that asks for a code, or go on."""
        user = self.login.user
        if not Authenticator.objects.filter(user_id=user.pk, type=TOTP_KIND).exists():
            return None, True
        self.state["password"] = user.get_session_auth_hash()
        return HttpResponseRedirect(SECOND_FACTOR), True

    @property
    def user(self) -> User:
        """Who gave the password."""
        user: User = self.login.user
        return user

    @property
    def is_current(self) -> bool:
        """Whether the account is on and still has the password that was given."""
        known: Any = self.state.get("password", "")
        return self.user.is_active and constant_time_compare(known, self.user.get_session_auth_hash())


def pending_stage(request: HttpRequest) -> SecondFactorStage | None:
    """Return where signing in waits for a code in this browser, None where it does not or no longer."""
    stage = LoginStageController.enter(request, SecondFactorStage.key)
    if not isinstance(stage, SecondFactorStage) or stage.login.user is None:
        return None
    return stage if stage.is_current else None
