"""Run the tests many times over, to find the one that fails now and then: `make soak RUNS=10`."""

import subprocess
import sys
import time

from ops.project import ROOT


def main(arguments: list[str]) -> int:
    """Run pytest the given number of times; stop at the first failure."""
    runs, *options = arguments
    for number in range(1, int(runs) + 1):
        started = time.monotonic()
        code = subprocess.run(["pytest", "-q", *options], cwd=ROOT).returncode
        print(f"soak: run {number} of {runs} took {time.monotonic() - started:.0f} s", flush=True)
        if code:
            print(f"soak: run {number} failed", flush=True)
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
