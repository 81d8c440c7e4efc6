"""Template tags of the console. Load them with `{% load console %}`."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from django import template
from django.forms import (
    BaseForm,
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    DateInput,
    DateTimeInput,
    NumberInput,
    Select,
)
from django.templatetags.static import static
from django.utils import formats
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from console.status import look_of
from tenants.addresses import base_url
from tenants.pictures import url_of

register = template.Library()

SPRITE = "console/vendor/lucide/icons.svg"
NEAR_LIMIT = 0.9
NOTHING = "\N{EN DASH}"


@register.simple_tag
def icon(name: str, css_class: str = "") -> SafeString:
    """A picture from the sprite. It says nothing to a screen reader: the control needs a label."""
    classes = f"icon {css_class}".strip()
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        classes,
        static(SPRITE),
        name,
    )


@register.inclusion_tag("console/parts/status.html")
def status(state: str, label: str | Promise = "") -> dict[str, Any]:
    """A state as shape and word, never as a colour alone."""
    look = look_of(state)
    return {"shape": look.shape, "label": label or look.label}


@register.inclusion_tag("console/parts/field.html")
def field(bound: BoundField, suffix: str = "", label: str | Promise = "") -> dict[str, Any]:
    """One form field: label, control, and its errors in place of its hint."""
    note_id = f"{bound.auto_id}_note"
    attrs: dict[str, str | bool] = {}
    if bound.errors or bound.help_text:
        attrs["aria-describedby"] = note_id
    if bound.errors:
        attrs["aria-invalid"] = "true"
    widget = bound.field.widget
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attrs),
        "note_id": note_id,
        "label": label or bound.label,
        "suffix": suffix,
        "is_check": isinstance(widget, CheckboxInput),
        "is_group": isinstance(widget, CheckboxSelectMultiple),
        "is_half": isinstance(widget, DateInput | DateTimeInput | NumberInput | Select)
        and not getattr(widget, "is_wide", False),
    }


@register.inclusion_tag("console/parts/meter.html")
def meter(label: str | Promise, used: int, limit: int | None) -> dict[str, Any]:
    """How much of a limit is used; `None` is no limit, and then there is no bar."""
    share = min(used / limit, 1.0) if limit else 0.0
    return {
        "label": label,
        "used": used,
        "limit": limit,
        "percent": round(share * 100),
        "is_near": limit is not None and used >= limit * NEAR_LIMIT,
    }


@register.simple_tag(name="base_url")
def base_address(path: str = "/") -> str:
    """A page on the sign-in host."""
    return base_url(path)


@register.filter
def has_field_errors(form: BaseForm) -> bool:
    """Whether an error belongs to a field that the person sees."""
    return any(bound.errors for bound in form.visible_fields())


@register.filter
def is_near(used: int, limit: int | None) -> bool:
    """Whether a limit is nearly or wholly used."""
    return limit is not None and used >= limit * NEAR_LIMIT


@register.inclusion_tag("console/parts/bar.html")
def bar(percent: float, tone: str = "") -> dict[str, Any]:
    """A drawn bar without words; `tone` is near, done, bad or empty."""
    return {"percent": max(0, min(100, round(percent))), "tone": tone}


@register.simple_tag
def local_time(moment: datetime | Literal[""] | None, style: str = "") -> SafeString | str:
    """A moment in UTC that the browser turns into the reader's clock; `style="relative"` counts from now."""
    if not moment:
        return NOTHING
    utc = moment.astimezone(UTC)
    return format_html(
        '<local-time{}><time datetime="{}">{} UTC</time></local-time>',
        " relative" if style == "relative" else "",
        utc.isoformat(timespec="seconds"),
        formats.date_format(utc, "j M Y, H:i"),
    )


@register.simple_tag
def money(micros: int | None, currency: str) -> str:
    """An amount in millionths of a currency as a person writes it: 1,234.50 EUR."""
    if micros is None:
        return NOTHING
    amount = Decimal(micros) / 1_000_000
    places = max(2, len(f"{amount:.6f}".rstrip("0").partition(".")[2]))
    return f"{formats.number_format(amount, places, use_l10n=True, force_grouping=True)} {currency}"


@register.filter
def seconds(value: float | Literal[""] | None) -> str:
    """A duration as a person says it: 40 ms, 0.4 s, 12 s, 3 min 5 s; nothing for one that is not known."""
    if value is None or value == "":
        return ""
    if 0 < value < 0.1:
        return f"{max(round(value * 1000), 1)} ms"
    if value < 10:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@register.filter
def picture_url(key: str) -> str:
    """Where a stored picture of a person is shown, on whatever host the page is."""
    return url_of(key)


@register.filter
def initials(name: str) -> str:
    """Up to two letters that stand for a person."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
