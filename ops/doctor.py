"""What is wrong with this machine or set-up, and what to do: `make doctor`."""

import sys

from ops.checkup import machine, running
from ops.checkup.finding import Finding
from ops.servers.errors import ServerError

SIGNS = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


def main() -> int:
    """Print every finding; return 1 if something does not work."""
    failed = 0
    for findings in (machine.findings, running.findings):
        try:
            for finding in findings():
                print(line(finding), flush=True)
                failed += finding.level == "fail"
        except ServerError as error:
            print(line(Finding("fail", "servers", str(error))), flush=True)
            failed += 1
    print("doctor: all is well" if not failed else f"doctor: {failed} to mend", flush=True)
    return 1 if failed else 0


def line(finding: Finding) -> str:
    """Return the finding as a line, with the advice below it."""
    text = f"{SIGNS[finding.level]}  {finding.subject:<16} {finding.detail}"
    return f"{text}\n      {'':<16} -> {finding.advice}" if finding.advice else text


if __name__ == "__main__":
    sys.exit(main())
