"""Put back a backup: `make restore FILE=path`, with CONFIRM=yes over existing data."""

import os
import sys
from pathlib import Path

import psycopg

from ops.archive.manifest import Damaged
from ops.archive.restore import OLD, beside, restore
from ops.archive.tools import from_environment
from ops.servers.errors import ServerError
from ops.servers.resp import ask


def main(arguments: list[str]) -> int:
    """Restore the archive, empty the caches and say what is there now."""
    if len(arguments) != 1 or not arguments[0]:
        print("restore: which backup? make restore FILE=path", file=sys.stderr)
        return 2
    try:
        target = from_environment()
        caches = [os.environ[name] for name in ("REDIS_URL", "REDIS_QUEUE_URL") if os.environ.get(name)]
        for url in caches:
            ask(url, "PING")
        manifest = restore(target, Path(arguments[0]), confirmed=os.environ.get("CONFIRM") == "yes")
    except (ServerError, Damaged, psycopg.Error, OSError) as error:
        print(f"restore: {error}\nrestore: nothing has been changed", file=sys.stderr)
        return 1
    for url in caches:
        # What they hold was computed from the data that is gone; jobs are in the database.
        ask(url, "FLUSHDB")
    rows = sum(table.rows for table in manifest.tables.values())
    print(f"restore: {target.database} is as it was at {manifest.created_at}, verified:")
    print(f"restore: {len(manifest.tables)} tables with {rows} rows, {len(manifest.files)} files")
    print(f"restore: kept aside: database {target.database}{OLD} and {beside(target.files, OLD)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
