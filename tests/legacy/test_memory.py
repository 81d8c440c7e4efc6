"""The memory that reading takes: it ..."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READ = """
import json, sys
from django.conf import settings
settings.configure(USE_I18N=False)
from campaigns.legacy.policy import staged_rows
from campaigns.legacy.stream import read_dump

class Dump:
    def __init__(self, rows):
        self.parts = self.make(rows)
    def read(self, size):
        return next(self.parts, b"")
    def make(self, rows):
        yield b'{"auth": "' + b"x" * 1000
        for _ in range(rows):
            yield b"y" * 400
        yield b'", "campaigns": "['
        for number in range(rows):
            ad = {"audience": {"type": "dink"}, "headline": "Try it " * 20, "adSize": "320x50"}
            row = json.dumps({"id": str(1745000000000 + number), "name": f"C {number}", "adData": ad})
            yield ("," * bool(number) + row).replace('"', chr(92) + '"').encode()
        yield b']"}'

count = sum(1 for _ in staged_rows(read_dump(Dump(int(sys.argv[1])))))
status = open("/proc/self/status").read()
print(count, status.partition("VmHWM:")[2].split()[0])
"""


def peak(rows: int) -> int:
    """Peak memory in KiB of a process that reads a dump of `rows` campaigns.

    From the kernel's own mark: ru_maxrss would count what the test process held when it made the child.
    """
    done = subprocess.run(
        [sys.executable, "-c", READ, str(rows)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"},
    )
    count, kib = done.stdout.split()
    assert int(count) == rows + 1
    return int(kib)


@pytest.mark.processes
def test_it_does_not_grow_with_the_dump() -> None:
    few, many = peak(500), peak(20_000)

    assert many <= few * 1.1
    assert many <= 150 * 1024
