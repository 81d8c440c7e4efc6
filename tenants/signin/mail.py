"""The messages of coming in, as plain text."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
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


def _send(to: str, subject: str, text: str) -> None:
    EmailMessage(subject=" ".join(subject.split()), body=text + "\n", to=[to]).send()
