"""What each finding means, in a sentence for the person who reads the report."""

from typing import Final

from django.utils.translation import gettext_lazy as _

FINDINGS: Final = {
    "background_address": _("A background is only an address; it was kept, not fetched."),
    "creatives_stripped": _("The browser was full and had cut the creatives of this format."),
    "in_trash": _("It is in the trash; nothing was added to it."),
    "kept": _("It was changed here since; it stays as it is."),
    "picture_address": _("A picture is only an address; it was kept, not fetched."),
    "picture_frames": _("A moving picture has too many frames."),
    "picture_lost": _("A picture is not in the dump and can't be brought back."),
    "picture_pixels": _("A picture has too many pixels."),
    "picture_removed": _("A picture was brought in before and has been removed since."),
    "picture_type_refused": _("A picture has a type that is not taken."),
    "picture_undecodable": _("A picture can't be decoded."),
    "picture_unreadable": _("A picture is damaged."),
    "removed": _("It was imported and has been removed since."),
    "too_large": _("A picture is too large a file."),
    "unknown_type": _("A picture is of a kind that can't be an asset."),
}
