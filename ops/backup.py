"""Save database and files into one archive: `make backup`, with FILE=path if you like."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from ops.archive.tools import from_environment
from ops.archive.write import write
from ops.project import data_folder
from ops.servers.errors import ServerError


def main(arguments: list[str]) -> int:
    """Write the archive and say what is in it."""
    try:
        target = from_environment()
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        default = data_folder() / "backups" / f"{target.database}-{stamp}.tar"
        path = Path(arguments[0]).resolve() if arguments else default
        if path.exists():
            raise ServerError(f"{path} exists already.")
        manifest = write(target, path)
    except (ServerError, psycopg.Error, OSError) as error:
        print(f"backup: {error}", file=sys.stderr)
        return 1
    rows = sum(table.rows for table in manifest.tables.values())
    print(f"backup: {path} ({path.stat().st_size / 1e6:.1f} MB)")
    print(f"backup: {len(manifest.tables)} tables with {rows} rows, {len(manifest.files)} files")
    print(f"backup: put it back with `make restore FILE={path}`")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
