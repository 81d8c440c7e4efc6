"""Planned times as the organization plans them, whatever clock the reader's browser shows."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _


def on_our_clock(moment: datetime | None) -> str:
    """Return the moment with its clock; empty for none."""
    return f"{date_format(timezone.localtime(moment), 'j M Y, H:i')} ({zone()})" if moment else ""


def clock_words() -> str:
    """Return whose clock a form's times are on."""
    return _("Clock of %(zone)s.") % {"zone": zone()}


def zone() -> str:
    """Return the present clock's name, as people read it."""
    return timezone.get_current_timezone_name().replace("_", " ")
