"""The servers and the product: are they up, are they set up as they must be."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping

import psycopg

from ops import lock
from ops.archive.restore import journal
from ops.archive.tools import Target, from_environment
from ops.checkup.finding import Finding, fail, ok, warn
from ops.project import ROOT, data_folder
from ops.servers.durable import is_answering
from ops.servers.errors import ServerError
from ops.servers.group import DATABASE_VARIABLES, REDIS_VARIABLES, group
from ops.servers.place import DURABLE, find_place
from ops.servers.resp import ask, hidden
from ops.supervision.web import taken_address

OLDEST_SERVER = 180_000


def findings() -> Iterator[Finding]:
    """Yield what can be said about servers and product; without servers, only that they are down."""
    holder = lock.holder_of(data_folder() / "product.lock")
    if holder:
        yield ok("product", f"{holder.purpose} runs at {holder.url} (process {holder.pid})")
    else:
        yield ok("product", "not running; start it with `make demo` or `make dev`")
        yield port()
    try:
        servers = group(find_place(DURABLE), os.environ, durable=True)
    except ServerError as error:
        yield fail("servers", str(error), "set all four URLs or none")
        return
    embedded = [part for part in (servers.postgres, servers.cache, servers.queue) if part]
    if embedded and not lock.is_in_use(data_folder() / "servers.lock"):
        yield ok("servers", "the embedded ones are not running; nothing to look at")
        return
    if not is_answering(servers):
        advice = f"see the logs in {servers.place.home / 'log'}"
        yield fail("servers", "started, but they do not answer", advice)
        return
    environ = {**os.environ, **servers.environment()}
    yield from database(environ)
    yield from redis(environ)


def port() -> Finding:
    """The web server's port."""
    text = os.environ.get("PORT") or "8000"
    try:
        address = taken_address(int(text))
    except (ValueError, OverflowError):
        return fail("port", f"PORT is {text!r}", "give a number between 1 and 65535")
    except PermissionError:
        return fail("port", f"{text} may only be used by root", "choose one above 1023: PORT=8000")
    if address:
        return warn("port", f"{text} is in use on {address}", f"start with another one: PORT={int(text) + 1}")
    return ok("port", f"{text} is free")


def database(environ: Mapping[str, str]) -> Iterator[Finding]:
    """The database: both roles get in, its version, its migrations, an interrupted restore."""
    for name in DATABASE_VARIABLES:
        try:
            with psycopg.connect(environ[name], connect_timeout=5) as connection:
                found = connection.info.server_version
                role = connection.info.user
        except psycopg.Error as error:
            yield fail("database", f"{name}: {str(error).strip()}", "check the URL, the role and the server")
            return
        if found < OLDEST_SERVER:
            yield fail("database", f"PostgreSQL {found // 10_000}", "PostgreSQL 18 or newer is needed")
            return
        yield ok("database", f"role {role} gets in, PostgreSQL {found // 10_000}.{found % 10_000}")
    yield migrations(environ)
    yield restored(environ)


def migrations(environ: Mapping[str, str]) -> Finding:
    """Whether the database is behind the code."""
    command = [sys.executable, "-m", "ops.checkup.migrations"]
    done = subprocess.run(command, env=dict(environ), cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 0:
        return ok("migrations", "the database is up to date")
    reason = done.stderr.strip().splitlines() or ["the database is behind the code"]
    return fail("migrations", reason[-1], "run `make db-migrate`")


def restored(environ: Mapping[str, str]) -> Finding:
    """Whether a restore was interrupted between database and files."""
    os.environ.setdefault("DATABASE_OWNER_URL", environ["DATABASE_OWNER_URL"])
    try:
        target: Target = from_environment()
    except Exception as error:  # noqa: BLE001  (settings that can't be read are what is looked for)
        return fail("settings", str(error).strip(), "set what is missing")
    if journal(target).exists():
        advice = "repeat the same `make restore`; it finishes what was begun"
        return fail("files", "a restore was interrupted", advice)
    return ok("files", str(target.files))


def redis(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Cache and queue: apart from each other, each with its policy."""
    cache, queue = (environ[name] for name in REDIS_VARIABLES)
    try:
        same = identity(cache) == identity(queue)
        policies = {url: policy(url) for url in (cache, queue)}
    except ServerError as error:
        yield fail("cache and queue", str(error), "check REDIS_URL and REDIS_QUEUE_URL")
        return
    if same:
        advice = "give the queue a database of its own: REDIS_QUEUE_URL"
        yield fail("cache and queue", "both are the same Redis database", advice)
    else:
        yield ok("cache and queue", f"{hidden(cache)} and {hidden(queue)}")
    if policies[cache] == "volatile-lru":
        yield ok("cache policy", "volatile-lru")
    else:
        advice = "set maxmemory-policy volatile-lru on the server of REDIS_URL"
        yield fail("cache policy", policies[cache], advice)
    if policies[queue] != "noeviction":
        advice = "use a server of its own with maxmemory-policy noeviction; evicted jobs only start later"
        yield warn("queue policy", policies[queue], advice)


def identity(url: str) -> tuple[str, str]:
    """Return what tells one database from another, whatever names lead to it."""
    information = str(ask(url, "INFO", "server")).splitlines()
    run_id = next((line for line in information if line.startswith("run_id:")), url)
    client = str(ask(url, "CLIENT", "INFO"))
    return run_id, next((part for part in client.split() if part.startswith("db=")), "")


def policy(url: str) -> str:
    """Return the server's eviction policy."""
    return ask(url, "CONFIG", "GET", "maxmemory-policy")[-1]
