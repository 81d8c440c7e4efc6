"""Make `.venv` ready and run a command in it: `python3 ops/bootstrap.py [--with-browser] -- COMMAND...`.

This file alone runs outside the virtual environment: standard library only, on any Python >= 3.8.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator, NoReturn  # noqa: UP035  (collections.abc.Iterator[...] needs Python 3.9)

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "campaign-builder.stamp"
UNFINISHED = VENV / "campaign-builder.unfinished"
REQUIREMENTS = ROOT / "requirements" / "dev.txt"
SOURCE_ROOTS = (ROOT, ROOT / "platform")
OLDEST = (3, 12)
KNOWN_MINORS = ("3.13", "3.14", "3.12")

# What a candidate must be able to do. It names its base interpreter: one in .venv would be removed with it.
PROBE = (
    "import sys, venv, ensurepip, ssl; "
    "print('%d.%d|%s' % (sys.version_info[0], sys.version_info[1], sys._base_executable))"
)


def main(arguments: list[str]) -> int:
    """Prepare the environment, then become the given command."""
    with_browser = "--with-browser" in arguments[: arguments.index("--") if "--" in arguments else None]
    command = arguments[arguments.index("--") + 1 :] if "--" in arguments else []
    if not is_ready():
        with exclusive():
            if not is_ready():
                build()
    environment = child_environment()
    if with_browser:
        browser = subprocess.run([str(PYTHON), "-m", "ops.browser"], cwd=str(ROOT), env=environment)
        if browser.returncode:
            return browser.returncode
    if not command:
        return 0
    os.chdir(str(ROOT))
    program = VENV / "bin" / command[0]
    executable = str(program) if program.exists() else command[0]
    sys.stdout.flush()
    try:
        os.execvpe(executable, command, environment)  # noqa: S606
    except OSError as error:
        fail(f"{command[0]} can't be run: {error.strerror}.")


def is_ready() -> bool:
    """Tell whether `.venv` is complete and made from the present requirement files."""
    try:
        return PYTHON.exists() and not UNFINISHED.exists() and STAMP.read_text() == fingerprint()
    except OSError:
        return False


def fingerprint() -> str:
    """Return what `.venv` depends on: the locked file, where it stands, which Python it should be."""
    digest = hashlib.sha256(str(VENV).encode())
    digest.update(REQUIREMENTS.read_bytes())
    digest.update(wanted_version().encode())
    return digest.hexdigest()


def wanted_version() -> str:
    """Return the version that `.python-version` asks for, such as 3.13."""
    try:
        return (ROOT / ".python-version").read_text().strip()
    except OSError:
        return KNOWN_MINORS[0]


@contextlib.contextmanager
def exclusive() -> Iterator[None]:
    """Let one bootstrap work at a time; the others wait and then find everything ready."""
    folder = ROOT / ".data"
    folder.mkdir(exist_ok=True)
    with (folder / "bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build() -> None:
    """Create or repair `.venv` and install exactly the locked packages."""
    if UNFINISHED.exists() or was_moved() or not has_wanted_version():
        interpreter = find_interpreter()
        say(f"Building .venv with {interpreter} (once; about a minute)")
        if VENV.exists():
            shutil.rmtree(str(VENV))
        VENV.mkdir()
        UNFINISHED.touch()
        run([interpreter, "-m", "venv", str(VENV)], "The virtual environment could not be made.")
    else:
        say("Updating .venv to the locked requirements")
    UNFINISHED.touch()
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    run(
        [*pip, "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(REQUIREMENTS)],
        "The packages could not be installed; pip's own message stands above. "
        "A package index must be reachable, and its files must match the hashes in requirements/dev.txt.",
    )
    drop_packages_no_longer_locked(pip)
    make_importable()
    STAMP.write_text(fingerprint())
    UNFINISHED.unlink()


def was_moved() -> bool:
    """Tell whether the project has been moved since `.venv` was made: its scripts point to the old place."""
    try:
        lines = (VENV / "pyvenv.cfg").read_text().splitlines()
    except OSError:
        return True
    commands = [line for line in lines if line.startswith("command = ")]
    return bool(commands) and not commands[0].endswith(" " + str(VENV))


def has_wanted_version() -> bool:
    """Tell whether `.venv` works and is of the version that `.python-version` asks for."""
    found = probe([str(PYTHON)])
    return found is not None and found[0] == wanted_version()


def drop_packages_no_longer_locked(pip: list[str]) -> None:
    """Uninstall what an earlier lock brought and this one does not name."""
    lines = REQUIREMENTS.read_text().splitlines()
    kept = {"pip"} | {normal(line.split("==")[0].split("[")[0]) for line in lines if "==" in line}
    listed = subprocess.run([*pip, "list", "--format=freeze"], stdout=subprocess.PIPE, text=True, check=True)
    installed = {line.split("==")[0] for line in listed.stdout.splitlines() if "==" in line}
    stale = sorted(name for name in installed if normal(name) not in kept)
    if stale:
        run(
            [*pip, "uninstall", "--quiet", "--yes", *stale],
            "Packages of an earlier lock could not be removed.",
        )


def normal(name: str) -> str:
    """Return a package's name as the index compares it."""
    return name.strip().lower().replace("_", "-").replace(".", "-")


def make_importable() -> None:
    """Put both source roots on the environment's path; no build step, nothing to go stale."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    found = subprocess.run([str(PYTHON), "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    lines = "".join(f"{root}\n" for root in SOURCE_ROOTS)
    (Path(found.stdout.strip()) / "campaign_builder.pth").write_text(lines)


def find_interpreter() -> str:
    """Return a Python >= 3.12 that really runs, of the wanted version if possible; else say what to do."""
    wanted = wanted_version()
    fallback = None
    tried = []
    for candidate in candidates(wanted):
        found = probe(candidate)
        tried.append(" ".join(candidate))
        if found is None:
            continue
        version, executable = found
        if version == wanted:
            return executable
        fallback = fallback or executable
    offered = fallback or installed_by_uv(wanted)
    if offered is None:
        fail(
            "No Python >= 3.12 that can make virtual environments was found. Tried: "
            + ", ".join(tried)
            + ".\nInstall one, for example: `pyenv install 3.13`, `uv python install 3.13`, or your system's "
            "packages `python3.13` and `python3.13-venv`. Then run the same command again."
        )
    return offered


def candidates(wanted: str) -> Iterator[list[str]]:
    """Yield the commands that may be a fitting Python, likeliest first."""
    yield [sys.executable]
    minors = [wanted, *(minor for minor in KNOWN_MINORS if minor != wanted)]
    for minor in minors:
        for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
            program = Path(folder) / ("python" + minor)
            if program.is_file():
                yield [str(program)]
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for minor in minors:
        for folder_of_version in sorted(versions.glob(minor + "*"), reverse=True):
            yield [str(folder_of_version / "bin" / "python")]
    for minor in minors if shutil.which("uv") else ():
        found = subprocess.run(
            ["uv", "python", "find", "--no-project", minor],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        if found.returncode == 0:
            yield [found.stdout.strip()]


def installed_by_uv(wanted: str) -> str | None:
    """Let uv, where present, fetch the wanted Python; return it if that worked."""
    if not shutil.which("uv"):
        return None
    say(f"No Python >= 3.12 found; asking uv to install {wanted}")
    if subprocess.run(["uv", "python", "install", wanted]).returncode:
        return None
    found = subprocess.run(["uv", "python", "find", "--no-project", wanted], stdout=subprocess.PIPE, text=True)
    probed = probe([found.stdout.strip()]) if found.returncode == 0 else None
    return probed[1] if probed else None


def probe(candidate: list[str]) -> tuple[str, str] | None:
    """Run the candidate; return its version and path, or None if it fails (as shims may) or is too old."""
    try:
        result = subprocess.run(
            [*candidate, "-c", PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=30,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if result.returncode or "|" not in result.stdout:
        return None
    version, executable = result.stdout.strip().split("|", 1)
    major, minor = (int(part) for part in version.split("."))
    return (version, executable) if (major, minor) >= OLDEST else None


def child_environment() -> dict[str, str]:
    """Return the environment of a command that runs inside `.venv`."""
    environment = dict(os.environ, VIRTUAL_ENV=str(VENV))
    environment["PATH"] = str(VENV / "bin") + os.pathsep + environment.get("PATH", os.defpath)
    environment.pop("PYTHONHOME", None)
    return environment


def run(command: list[str], complaint: str) -> None:
    """Run a step of the build; stop with the complaint if it fails."""
    if subprocess.run(command, stdin=subprocess.DEVNULL).returncode:
        fail(complaint)


def say(message: str) -> None:
    """Print one line about the progress."""
    print(f"bootstrap: {message}", flush=True)


def fail(message: str) -> NoReturn:
    """Stop with one clear message."""
    sys.exit(f"bootstrap: {message}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
