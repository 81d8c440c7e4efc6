"""What every template of the console keeps: the strict content policy, labels, translations, documented contexts."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import get_template

from console.navigation import ADMINISTRATION, OPERATE, WORK
from console.public.account_nav import ACCOUNT, SECURITY

CONSOLE = Path(__file__).parents[2] / "console"
FOLDER = CONSOLE / "templates"
TEMPLATES = sorted(FOLDER.rglob("*.html"))
PYTHON = sorted(CONSOLE.rglob("*.py"))
SPRITE = CONSOLE / "static/console/vendor/lucide/icons.svg"

# What a browser refuses under the policy, or what would need 'unsafe-eval'.
FORBIDDEN = {
    "a style attribute": r"\sstyle\s*=",
    "a style element": r"<style\b",
    "an event attribute": r"\son[a-z]+\s*=",
    "an inline script": r"<script\b(?![^>]*\ssrc=)",
    "hx-on": r"\bhx-on\b",
    "a value that is code": r"[\"'\s](?:js|javascript):",
    "a trigger filter": r"hx-trigger=\"[^\"]*\[",
    "markup that is not escaped": r"\|\s*safe\b|\bsafeseq\b|autoescape\s+off",
}
COMMENT = re.compile(r"\{%\s*comment\s*%\}.*?\{%\s*endcomment\s*%\}", re.S)
TRANSLATED = re.compile(r"\{%\s*blocktranslate\b.*?\{%\s*endblocktranslate\s*%\}", re.S)
TEMPLATE_SYNTAX = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.S)
ELEMENT = re.compile(r"<[^<>]*>", re.S)
CONTROL = re.compile(r"<(button|a)\b([^<>]*)>(.*?)</\1>", re.S)
ICON_IN_TEMPLATE = re.compile(r"\{%\s*icon \"([a-z0-9-]+)\"|\bicon=\"([a-z0-9-]+)\"")
ICON_IN_PYTHON = re.compile(r"\bicon\"?\s*[=:]\s*\"([a-z0-9-]+)\"")
HEARD = re.compile(r"\{\{|\{%\s*(?:translate|blocktranslate)\b")

every_template = pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(FOLDER).as_posix())


@every_template
def test_it_compiles(template: Path) -> None:
    get_template(template.relative_to(FOLDER).as_posix())


@every_template
def test_it_holds_nothing_that_the_content_policy_refuses(template: Path) -> None:
    markup = markup_of(template)

    assert [what for what, pattern in FORBIDDEN.items() if re.search(pattern, markup)] == []


@every_template
def test_its_controls_have_words(template: Path) -> None:
    silent = [
        f"<{name}{attributes}>"
        for name, attributes, inside in CONTROL.findall(markup_of(template))
        if not says_something(inside) and "aria-label=" not in attributes
    ]

    assert silent == []


@every_template
def test_its_tables_have_captions(template: Path) -> None:
    markup = markup_of(template)

    assert markup.count("<table") == markup.count("<caption")


@every_template
def test_its_words_can_be_translated(template: Path) -> None:
    markup = TRANSLATED.sub(" ", markup_of(template))
    left = ELEMENT.sub(" ", TEMPLATE_SYNTAX.sub(" ", markup))

    assert re.findall(r"[^\W\d_]{2,}", left) == []


@every_template
def test_its_labels_can_be_translated(template: Path) -> None:
    fixed = re.findall(r"(?:aria-label|placeholder|title)=\"([^\"{]+)\"", markup_of(template))

    assert fixed == []


@every_template
def test_its_static_files_exist(template: Path) -> None:
    names = re.findall(r"\{%\s*static\s+['\"]([^'\"]+)['\"]", template.read_text())

    assert [name for name in names if finders.find(name) is None] == []


@pytest.mark.parametrize(
    "template",
    [path for path in TEMPLATES if "{% extends" in path.read_text()],
    ids=lambda path: path.relative_to(FOLDER).as_posix(),
)
def test_a_page_says_what_context_it_wants(template: Path) -> None:
    comment = COMMENT.search(template.read_text())

    assert comment is not None
    assert "Context" in comment.group()


def test_every_used_icon_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z0-9-]+)"', SPRITE.read_text()))

    assert set(used_icons()) - drawn == set()


@pytest.mark.parametrize("module", PYTHON, ids=lambda path: path.relative_to(CONSOLE).as_posix())
def test_python_marks_nothing_as_safe(module: Path) -> None:
    assert not re.search(r"\bmark_safe\b|\bSafeString\(", module.read_text())


def markup_of(template: Path) -> str:
    return COMMENT.sub("", template.read_text())


def says_something(inside: str) -> bool:
    """Whether a control holds text: fixed, translated or of a variable, outside of pictures."""
    inside = re.sub(r"\{%\s*icon\b.*?%\}|<svg\b.*?</svg>", "", inside, flags=re.S)
    fixed = ELEMENT.sub("", TEMPLATE_SYNTAX.sub("", inside)).strip()
    return bool(fixed or HEARD.search(ELEMENT.sub("", inside)))


def used_icons() -> Iterator[str]:
    for template in TEMPLATES:
        for literal, included in ICON_IN_TEMPLATE.findall(template.read_text()):
            yield literal or included
    for item in (*OPERATE, *WORK, *ADMINISTRATION, *ACCOUNT, *SECURITY):
        yield item.icon
    for module in PYTHON:
        yield from ICON_IN_PYTHON.findall(module.read_text())
