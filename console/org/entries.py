"""Entries of the change log as the organization's pages show them."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from django.urls import reverse

from audit.lines import Line

PAGES = {"campaign": "org:campaign", "product": "org:product", "asset": "org:asset"}


def linked(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Return entries with the address of what they are about, where that has a page."""
    return [{field.name: getattr(line, field.name) for field in fields(line)} | _address(line) for line in lines]


def _address(line: Line) -> dict[str, str]:
    view = PAGES.get(line.object_type_code)
    return {"object_url": reverse(view, args=[line.object_id]) if view and line.event != "delete" else ""}
