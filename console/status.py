"""How each state of each thing is shown: a shape, a colour and always a word."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class StatusLook:
    """`shape` is ok (dot), warn or bad (diamond), busy (ring) or idle (square)."""

    shape: str
    label: str | Promise


LOOKS: dict[str, StatusLook] = {
    # organizations
    "provisioning": StatusLook("busy", _("Setting up")),
    "live": StatusLook("ok", _("Live")),
    "suspended": StatusLook("idle", _("Suspended")),
    "removed": StatusLook("idle", _("Removed")),
    # people, products, tokens
    "active": StatusLook("ok", _("Active")),
    "invited": StatusLook("busy", _("Invited")),
    "holder": StatusLook("idle", _("Holder account")),
    "accepted": StatusLook("ok", _("Accepted")),
    "expired": StatusLook("idle", _("Expired")),
    "revoked": StatusLook("idle", _("Revoked")),
    # campaigns and products
    "draft": StatusLook("idle", _("Draft")),
    "in_review": StatusLook("busy", _("In review")),
    "approved": StatusLook("ok", _("Approved")),
    "scheduled": StatusLook("busy", _("Scheduled")),
    "paused": StatusLook("warn", _("Paused")),
    "ended": StatusLook("idle", _("Ended")),
    "archived": StatusLook("idle", _("Archived")),
    "trashed": StatusLook("idle", _("In the trash")),
    "pending": StatusLook("busy", _("Scheduled")),
    "serving": StatusLook("ok", _("Running")),
    "limited": StatusLook("warn", _("Limited")),
    "blocked": StatusLook("bad", _("Blocked")),
    # jobs and their steps
    "queued": StatusLook("idle", _("Queued")),
    "leased": StatusLook("busy", _("Starting")),
    "running": StatusLook("busy", _("Running")),
    "retrying": StatusLook("warn", _("Waiting to retry")),
    "done": StatusLook("ok", _("Done")),
    "failed": StatusLook("bad", _("Failed")),
    "dead": StatusLook("bad", _("Dead")),
    "cancelled": StatusLook("idle", _("Cancelled")),
    "rolling_back": StatusLook("warn", _("Rolling back")),
    "rolled_back": StatusLook("idle", _("Rolled back")),
    # imports
    "uploaded": StatusLook("idle", _("Uploaded")),
    "checking": StatusLook("busy", _("Checking")),
    "ready": StatusLook("warn", _("Waiting for you")),
    "applying": StatusLook("busy", _("Importing")),
    "working": StatusLook("busy", _("Bringing in")),
    "created": StatusLook("ok", _("Created")),
    "updated": StatusLook("ok", _("Changed")),
    "unchanged": StatusLook("idle", _("As it is")),
    "duplicate": StatusLook("idle", _("Duplicate")),
    "conflict": StatusLook("warn", _("Conflict")),
    "rejected": StatusLook("bad", _("Rejected")),
}


def look_of(state: str) -> StatusLook:
    """The look of a state; one that is not listed here is a grey square with its own name."""
    return LOOKS.get(state) or StatusLook("idle", state.replace("_", " ").capitalize())
