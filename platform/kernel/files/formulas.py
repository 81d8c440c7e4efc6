"""Spreadsheets take a cell that starts in a certain way for a formula; an apostrophe before it makes it a text."""

from typing import Final

STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(STARTS) else text


def plain(text: str) -> str:
    """Return what harmless() was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(STARTS) else text
