"""Where Django's cache goes while Redis is away: one table, few rows, JSON text."""

from collections.abc import Sequence
from typing import Any, cast

from django.db import connections


class FallbackTable:
    """Keeps key, JSON text and the time it ends, by the database's clock."""

    def __init__(self, name: str) -> None:
        self._name = connections["default"].ops.quote_name(name)

    def get_many(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the texts that have not ended yet."""
        return dict(
            self._rows("SELECT key, value FROM {} WHERE key = ANY(%s) AND ends_at > clock_timestamp()", [list(keys)])
        )

    def put(self, key: str, value: str, seconds: float | None) -> None:
        """Store `value`; without seconds it stays for a day, because the fallback is not meant to last."""
        self._rows(
            "INSERT INTO {} (key, value, ends_at) VALUES (%s, %s, clock_timestamp() + %s * interval '1 second')"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value, ends_at = excluded.ends_at RETURNING key, ''",
            [key, value, _seconds(seconds)],
        )

    def add(self, key: str, value: str, seconds: float | None) -> bool:
        """Store `value` unless one stands there; exactly one of several callers succeeds."""
        return bool(
            self._rows(
                "INSERT INTO {} AS old (key, value, ends_at)"
                " VALUES (%s, %s, clock_timestamp() + %s * interval '1 second')"
                " ON CONFLICT (key) DO UPDATE SET value = excluded.value, ends_at = excluded.ends_at"
                " WHERE old.ends_at <= clock_timestamp() RETURNING key, ''",
                [key, value, _seconds(seconds)],
            )
        )

    def touch(self, key: str, seconds: float | None) -> bool:
        """Give a standing value another end."""
        return bool(
            self._rows(
                "UPDATE {} SET ends_at = clock_timestamp() + %s * interval '1 second'"
                " WHERE key = %s AND ends_at > clock_timestamp() RETURNING key, ''",
                [_seconds(seconds), key],
            )
        )

    def increase(self, key: str, delta: int) -> int | None:
        """Add to a standing whole number and return it, or None where there is none."""
        rows = self._rows(
            "UPDATE {} SET value = (value::bigint + %s)::text"
            " WHERE key = %s AND ends_at > clock_timestamp() RETURNING key, value",
            [delta, key],
        )
        return int(rows[0][1]) if rows else None

    def drop(self, keys: Sequence[str]) -> int:
        """Remove the keys, and what has ended; return how many of the keys stood there."""
        rows = self._rows(
            "DELETE FROM {} WHERE key = ANY(%s) OR ends_at < clock_timestamp() - interval '1 minute'"
            " RETURNING key, (ends_at > clock_timestamp())::text",
            [list(keys)],
        )
        return sum(1 for key, standing in rows if key in keys and standing == "true")

    def _rows(self, sql: str, params: list[Any]) -> list[tuple[str, str]]:
        with connections["default"].cursor() as cursor:
            cursor.execute(sql.format(self._name), params)
            return cast("list[tuple[str, str]]", cursor.fetchall())


def _seconds(seconds: float | None) -> float:
    return 24 * 3600 if seconds is None else seconds
