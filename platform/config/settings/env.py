"""The environment the product reads: typed, documented, and complete in one table."""

import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

SHORTEST_KEY = 32


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable; `default` None means that production must set it."""

    name: str
    meaning: str
    default: str | None


VARIABLES = {
    v.name: v
    for v in (
        Variable("DATABASE_URL", "PostgreSQL, role app: what requests and jobs use.", None),
        Variable("DATABASE_OWNER_URL", "PostgreSQL, role owner: migrations and provisioning.", None),
        Variable("REDIS_URL", "Redis or Valkey database of the cache (policy volatile-lru).", None),
        Variable("REDIS_QUEUE_URL", "Redis or Valkey database of the job queue; never the cache's.", None),
        Variable("BASE_DOMAIN", "Sign-in host; organizations live on <slug>.<base>.", "localhost"),
        Variable("PORT", "Port of the web server, as browsers see it.", "8000"),
        Variable("SECRET_KEY", "Signs cookies and cursors; at least 32 random characters.", None),
        Variable(
            "ENCRYPTION_KEYS",
            "Encrypt stored secrets, such as those of second factors: texts of at least 32 random characters,"
            " the newest first, with commas between them.",
            None,
        ),
        Variable(
            "EMAIL_URL",
            "smtp://user:password@host:port (STARTTLS with a user; ?starttls=on or off says otherwise),"
            " smtps://user:password@host:port, or file:///folder for the outbox.",
            None,
        ),
        Variable("PRIVATE_STORAGE_ROOT", "Folder of uploaded dumps and other private files.", None),
        Variable(
            "ASSET_STORAGE_URL",
            "Bucket for assets and uploads that speaks S3: s3://key:secret@bucket/folder?region=eu-central-1, with"
            " &endpoint=https://host for others than AWS; without key and secret the machine's own role is used."
            " Empty: PRIVATE_STORAGE_ROOT.",
            "",
        ),
        Variable("TENANT_DB_ROLES", "on: one database role per organization; off: only search_path.", "on"),
        Variable(
            "TRUSTED_PROXIES",
            "How many proxies of yours stand in front and add to X-Forwarded-For; without them everybody"
            " behind a proxy shares one limit on signing in.",
            "0",
        ),
        Variable("ENVIRONMENT", "Name shown in the operator console, such as demo or production.", "development"),
    )
}


def read(name: str, fallback: str | None = None) -> str:
    """Return the variable's value, else `fallback`, else its default; name every missing one at once."""
    value = os.environ.get(name) or fallback or VARIABLES[name].default
    if value is None:
        missing = [v for v in VARIABLES.values() if v.default is None and not os.environ.get(v.name)]
        lines = "\n".join(f"  {v.name}: {v.meaning}" for v in missing)
        raise ImproperlyConfigured(f"These environment variables are not set:\n{lines}")
    return value


def read_switch(name: str) -> bool:
    """Return whether the variable says on; only on and off are understood."""
    value = read(name)
    if value not in ("on", "off"):
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be on or off.")
    return value == "on"


def read_count(name: str) -> int:
    """Return the variable as a whole number that is not negative."""
    value = read(name)
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number from 0.")
    return int(value)


def read_keys(name: str, fallback: str | None = None) -> list[str]:
    """Return the variable's comma-separated keys; a short one is refused, because it could be guessed."""
    keys = [key.strip() for key in read(name, fallback).split(",") if key.strip()]
    if not keys or any(len(key) < SHORTEST_KEY for key in keys):
        raise ImproperlyConfigured(f"{name} must hold keys of at least {SHORTEST_KEY} characters, with commas between.")
    return keys


def database(url: str, engine: str) -> dict[str, Any]:
    """Return Django's DATABASES entry for a libpq URL or key/value string."""
    parts = conninfo_to_dict(url)
    if not parts.get("dbname"):
        raise ImproperlyConfigured("The database URL names no database: postgresql://user@host:port/name")
    known = {"dbname", "user", "password", "host", "port"}
    return {
        "ENGINE": engine,
        "NAME": parts["dbname"],
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "OPTIONS": {key: value for key, value in parts.items() if key not in known},
    }


def own_redis(url: str, worker: str) -> str:
    """Return the Redis URL of one of several test processes (gw0, gw1, ...): a database of its own each."""
    number = worker.removeprefix("gw")
    if not number.isdecimal():
        return url
    parts = urlsplit(url)
    own = int(number) * 2 + 2
    if parts.scheme == "unix":
        return f"{parts.scheme}://{parts.path}?db={int(parse_qs(parts.query).get('db', ['0'])[0]) + own}"
    return parts._replace(path=f"/{int(parts.path.strip('/') or 0) + own}").geturl()


def mailers(url: str) -> dict[str, Any]:
    """Return Django's MAILERS for smtp://user:password@host:port, smtps://... or file:///folder.

    smtp:// with a user goes over to TLS before the password is sent (STARTTLS, port 587); without one it stays plain
    (port 25, a relay of one's own). `?starttls=on` and `?starttls=off` say otherwise. smtps:// is TLS from the start.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # Not chained: the message repeats what may hold a password.
        raise ImproperlyConfigured("EMAIL_URL can't be read; write special characters of a password as %XX.") from None
    options: dict[str, Any]
    if parts.fragment or "#" in url:
        raise ImproperlyConfigured("EMAIL_URL holds a #; in a password write %23.")
    if parts.scheme == "file":
        backend, options = "filebased", {"file_path": unquote(parts.path)}
    elif parts.scheme in ("smtp", "smtps"):
        if not parts.hostname or parts.path not in ("", "/"):
            raise ImproperlyConfigured(
                "EMAIL_URL must name a host and nothing behind it; write a / or ? of a password as %2F or %3F."
            )
        backend, over = "smtp", _starttls(parts)
        options = {
            "host": parts.hostname,
            "port": port or (465 if parts.scheme == "smtps" else 587 if over else 25),
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_ssl": parts.scheme == "smtps",
            "use_tls": over,
            "timeout": 10,
        }
    else:
        raise ImproperlyConfigured("EMAIL_URL must start with smtp://, smtps:// or file://")
    return {"default": {"BACKEND": f"django.core.mail.backends.{backend}.EmailBackend", "OPTIONS": options}}


def asset_storage(url: str) -> dict[str, Any]:
    """Return Django's STORAGES entry for ASSET_STORAGE_URL: a folder of ours, or a bucket."""
    if not url:
        return {"BACKEND": "kernel.storage.PrivateStorage"}
    try:
        parts = urlsplit(url)
        asked = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        # Not chained: the message repeats what may hold a secret.
        raise ImproperlyConfigured(
            "ASSET_STORAGE_URL can't be read; write special characters of a secret as %XX."
        ) from None
    if parts.scheme != "s3" or not parts.hostname or asked.keys() - {"region", "endpoint"} or parts.fragment:
        raise ImproperlyConfigured(
            "ASSET_STORAGE_URL must be s3://key:secret@bucket/folder, with ?region= and &endpoint= where needed."
        )
    if bool(parts.username) != bool(parts.password):
        raise ImproperlyConfigured("ASSET_STORAGE_URL needs key and secret, or neither.")
    options: dict[str, Any] = {
        "bucket_name": parts.hostname,
        "location": unquote(parts.path.strip("/")),
        "region_name": asked.get("region", [None])[0],
        "endpoint_url": asked.get("endpoint", [None])[0],
        "access_key": unquote(parts.username) if parts.username else None,
        "secret_key": unquote(parts.password) if parts.password else None,
        "default_acl": None,
        "file_overwrite": True,
    }
    return {"BACKEND": "kernel.bucket.BucketStorage", "OPTIONS": options}


def _starttls(parts: SplitResult) -> bool:
    asked = parse_qs(parts.query, keep_blank_values=True)
    if asked.keys() - {"starttls"} or (asked and parts.scheme == "smtps"):
        raise ImproperlyConfigured(
            "EMAIL_URL understands ?starttls=on or ?starttls=off after smtp://, and nothing else."
        )
    if not asked:
        return parts.scheme == "smtp" and bool(parts.username)
    if asked["starttls"] not in (["on"], ["off"]):
        raise ImproperlyConfigured("EMAIL_URL: starttls must be on or off.")
    return asked["starttls"] == ["on"]
