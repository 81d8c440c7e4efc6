"""Chromium for the browser tests: `python -m ops.browser` makes sure that there is one."""

import os
import shutil
import subprocess
import sys

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of the system's Chromium, or None if there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next((path for path in map(shutil.which, PROGRAMS) if path), None)


def install_chromium() -> str | None:
    """Install Chromium where the system lets us (root on Debian and its kin); return its path if that worked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    print("browser: installing Chromium with apt-get", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
        done = subprocess.run(
            ["apt-get", *step], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if done.returncode:
            print(f"browser: apt-get {step[0]} failed:\n{done.stderr.strip()}", file=sys.stderr)
            return None
    return find_chromium()


def main() -> int:
    """Provide the browser; without one, say so and succeed, except under CI=true."""
    if find_chromium() or install_chromium():
        return 0
    advice = "install Chromium, or name one with CHROMIUM=/path"
    if os.environ.get("CI") == "true":
        print(f"browser: no Chromium found, and CI must run the browser tests: {advice}.", file=sys.stderr)
        return 1
    print(f"browser: no Chromium found, so the browser tests will be skipped; {advice}.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
