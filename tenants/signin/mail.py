"""The messages of coming in, as plain text."""

from collections.abc import Mapping, Sequence
from contextlib import closing

from django.core.mail import EmailMessage, mailers
from django.utils import formats
from django.utils.translation import gettext as _

from tenants.addresses import base_url
from tenants.models import Invitation
from tenants.queries.people import Place


def invitation(invitation: Invitation, organization_name: str, link: str) -> None:
    """Mail the link to the invited person."""
    facts = {
        "organization": organization_name,
        "by": invitation.invited_by or organization_name,
        "link": link,
        "ends": formats.date_format(invitation.expires_at, "j F Y, H:i") + " UTC",
    }
    _send(
        invitation.email,
        _("Join %(organization)s") % facts,
        _(
            "%(by)s invited you to %(organization)s in Campaign Builder.\n\n"
            "Open this link to accept. It works once, until %(ends)s:\n\n%(link)s\n\n"
            "If you did not expect this, ignore this message."
        )
        % facts,
    )


def addresses(email: str, places: Sequence[Place]) -> None:
    """Mail where the person's organizations are; where there are none, say that."""
    if places:
        lines = "\n".join(f"{place.name}: {place.url}" for place in places)
        text = _("Your account belongs to these organizations:\n\n%(lines)s") % {"lines": lines}
    else:
        text = _("Your account belongs to no organization. An administrator of yours can invite you.")
    end = _("You can always sign in at %(url)s") % {"url": base_url()}
    _send(email, _("Your organizations in Campaign Builder"), f"{text}\n\n{end}")


def password_reset(email: str, token: str) -> None:
    """Mail the link that sets a new password."""
    _send(
        email,
        _("A new password for Campaign Builder"),
        _(
            "Somebody, probably you, asked for a new password.\n\n"
            "Open this link to set it. It works once, for an hour:\n\n%(link)s\n\n"
            "If it was not you, ignore this message: your password stays as it is."
        )
        % {"link": base_url(f"/password/reset/{token}/")},
    )


def email_change(email: str, before: str, token: str) -> None:
    """Mail the link that moves an account to this address."""
    _send(
        email,
        _("Confirm your new address for Campaign Builder"),
        _(
            "The account %(before)s asked to use this address from now on.\n\n"
            "Open this link, signed in to that account, to confirm. It works once, for an hour:\n\n%(link)s\n\n"
            "If this says nothing to you, ignore this message: nothing happens."
        )
        % {"before": before, "link": base_url(f"/account/email/confirm/{token}/")},
    )


def account_notice(email: str, what: str, facts: Mapping[str, str]) -> None:
    """Tell a person what was done with their account, and what to do if it was not them."""
    subject, text = {
        "password_changed": (
            _("Your password was changed"),
            _("The password of your account was changed. You are signed out everywhere else."),
        ),
        "email_change_asked": (
            _("Your address is about to be changed"),
            _("Somebody who knows your password asked to move your account to %(email)s."),
        ),
        "email_changed": (
            _("Your address was changed"),
            _("Your account has the address %(email)s from now on. Messages go there."),
        ),
    }[what]
    end = _("If it was not you, set a new password at %(url)s and tell an administrator of yours.") % {
        "url": base_url("/password/")
    }
    _send(email, subject, f"{text % facts}\n\n{end}")


def second_factor_notice(email: str, change: str) -> None:
    """Tell a person what became of their second factor, and what to do if it was not them."""
    subject, text = _second_factor_words(change)
    link = base_url("/account/security/")
    end = _("If this was not you, change your password and look at your sessions: %(link)s") % {"link": link}
    _send(email, subject, f"{text}\n\n{end}")


def _second_factor_words(change: str) -> tuple[str, str]:
    if change == "added":
        return _("A second factor was added to your account"), _(
            "From now on signing in to Campaign Builder asks for a code from your authenticator app."
        )
    if change == "moved":
        return _("The second factor of your account was moved to another app"), _(
            "Codes of the former app and former recovery codes do not work any more."
        )
    if change == "reset":
        return _("Your second factor was reset"), _(
            "The people who run the platform removed the second factor of your account. Your password alone signs"
            " you in now."
        )
    return _("The second factor of your account was removed"), _(
        "From now on your password alone signs you in to Campaign Builder."
    )


def _send(to: str, subject: str, text: str) -> None:
    mailer = mailers.default
    # EmailMessage.send() leaves a connection open that broke while it was being secured.
    with closing(mailer):
        mailer.send_messages([EmailMessage(subject=" ".join(subject.split()), body=text + "\n", to=[to])])
