"""The documentation says what is there."""

import re
from pathlib import Path

import pytest

from config.docs import stale
from config.settings.env import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


def targets() -> list[str]:
    """The commands of `make help`."""
    return re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_generated_pages_are_current() -> None:
    assert stale() == []


def test_every_variable_that_is_read_is_documented() -> None:
    read = set()
    for path in [*(ROOT / "platform").rglob("*.py"), *(ROOT / "ops").rglob("*.py")]:
        read |= set(re.findall(r"env\.read(?:_switch)?\(\s*\"([A-Z_]+)\"", path.read_text()))
    assert read - VARIABLES.keys() == set()


def test_every_command_is_in_the_documentation() -> None:
    text = "\n".join(page.read_text() for page in PAGES)
    assert [target for target in targets() if f"make {target}" not in text] == []


def test_every_command_that_is_documented_exists() -> None:
    text = "\n".join(page.read_text() for page in PAGES)
    named = set(re.findall(r"`make ([a-z][a-z-]+)", text))
    assert named - set(targets()) == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_names_a_machine(page: Path) -> None:
    assert re.findall(r"(?<![\w.])/(?:root|home|work|tmp)/|/simple\b|\.internal\b", page.read_text()) == []


def test_the_decisions_are_numbered_and_titled() -> None:
    for page in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        number = int(page.name[:4])
        assert page.read_text().startswith(f"# {number}. "), page.name


def test_every_package_we_ask_for_is_explained() -> None:
    asked = re.findall(r"^([a-z0-9-]+)", (ROOT / "requirements" / "runtime.in").read_text(), re.MULTILINE)
    explained = re.findall(r"^\| ([a-z0-9-]+) \|", (ROOT / "docs" / "packages.md").read_text(), re.MULTILINE)
    assert set(asked) - set(explained) == set()


def test_the_suites_that_packages_name_exist() -> None:
    named = re.findall(r"`(tests/[a-z]+)`", (ROOT / "docs" / "packages.md").read_text())
    assert [suite for suite in named if not (ROOT / suite).is_dir()] == []
