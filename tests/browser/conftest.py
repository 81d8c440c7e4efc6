"""The whole product in its own processes on a database of its own, and a Chromium that reports every complaint."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, BrowserType, Playwright, sync_playwright

from kernel.jobs import conf
from ops.browser import find_chromium
from ops.demo.running import RunningDemo, running_demo
from tests.browser.complaints import Complaints
from tests.databases import conninfo, drop, recreate

ROOT = Path(__file__).parents[2]
ADVICE = "no Chromium found: install Chromium, or name one with CHROMIUM=/path"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is here; skip it where there is no browser, unless this is CI."""
    missing = find_chromium() is None and os.environ.get("CI") != "true"
    for item in items:
        if item.nodeid.startswith("tests/browser/"):
            item.add_marker(pytest.mark.browser)
            if missing:
                item.add_marker(pytest.mark.skip(reason=ADVICE))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line why no browser test ran."""
    if any(ADVICE in str(report.longrepr) for report in terminalreporter.stats.get("skipped", ())):
        terminalreporter.write_line(f"browser tests skipped: {ADVICE}")


@pytest.fixture(scope="package")
def demo(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """The running demo. Its database is its own: a dispatcher must not see the jobs of other tests."""
    name = f"{settings.DATABASES['owner']['NAME']}_browser"
    folder = tmp_path_factory.mktemp("demo")
    environ = dict(os.environ) | {
        "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
        "DATABASE_URL": conninfo("default", name),
        "DATABASE_OWNER_URL": conninfo("owner", name),
        "REDIS_URL": str(settings.CACHES["default"]["LOCATION"]),
        "REDIS_QUEUE_URL": conf.queue_url(),
        "CACHE_NAMESPACE": name,
        "STATIC_ROOT": str(folder / "static"),
    }
    recreate(name)
    try:
        with running_demo(folder, environ) as running:
            yield running
    finally:
        drop(name)


# Playwright keeps an event loop running in this thread, under which Django refuses the ORM and asyncio.run() fails.
# Its own fixtures would keep it until the last test of the run; these end it with the last one of this folder.


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser_type(playwright: Playwright) -> BrowserType:
    return playwright.chromium


@pytest.fixture(scope="package")
def browser(browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    with browser_type.launch(**browser_type_launch_args) as launched:
        yield launched


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = find_chromium()
    if path is None:
        pytest.fail(f"CI must run the browser tests; {ADVICE}.", pytrace=False)
    return browser_type_launch_args | {"executable_path": path, "args": FLAGS}


@pytest.fixture(scope="package")
def browser_context_args() -> dict[str, Any]:
    return {"viewport": {"width": 1440, "height": 900}, "locale": "en", "timezone_id": "Europe/Berlin"}


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What the browser complains about; a test says beforehand what it expects, anything else fails it."""
    heard = Complaints()
    yield heard
    heard.verify()


@pytest.fixture
def new_context(
    demo: RunningDemo, complaints: Complaints, new_context: Callable[..., BrowserContext]
) -> Callable[..., BrowserContext]:
    """A browser of its own for each person, watched."""

    def make(**options: Any) -> BrowserContext:
        context = new_context(**options)
        complaints.listen(context)
        return context

    return make
