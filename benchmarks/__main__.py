"""`make bench`: every benchmark in turn, each in a process of its own; then docs/benchmarks.md anew from what is recorded.

`python -m benchmarks NAME …` runs some of them, `python -m benchmarks --page` none. A benchmark that ends well is recorded in
`benchmarks/results/NAME.json`; one that fails leaves its record as it was.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import time
from datetime import UTC, datetime

from benchmarks._page import KNOWN, PAGE, RESULTS, Record, page, recorded

_LOG = re.compile(r"^\S+ \S+ \[\w+ *\] ")  # lines of the service's own log, which tell nothing here


def main(arguments: list[str]) -> int:
    names = [name for name in arguments if name != "--page"]
    unknown = set(names) - set(KNOWN)
    if unknown:
        print(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(KNOWN)}.")
        return 2
    asked = names or ([] if "--page" in arguments else KNOWN)
    failed = [name for name in asked if not run(name)]
    PAGE.write_text(page(recorded()), encoding="utf-8")
    if failed:
        print(f"\nNot finished: {', '.join(failed)}")
    return 1 if failed else 0


def run(name: str) -> bool:
    """Run one, show what it says, and record it; return whether it ended well."""
    print(f"\n== {name}", flush=True)
    began, lines = time.monotonic(), []
    command = [sys.executable, "-u", "-m", f"benchmarks.{name}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if not _LOG.match(line):
                print(line, end="", flush=True)
                lines.append(line.rstrip())
    if process.returncode:
        return False
    record = Record(
        name=name,
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=f"{os.cpu_count()} processors, {platform.system()} {platform.machine()}, Python {platform.python_version()}",
        load=round(os.getloadavg()[0], 1),
        seconds=round(time.monotonic() - began),
        lines=lines,
    )
    RESULTS.mkdir(exist_ok=True)
    written = json.dumps(vars(record), indent=1, ensure_ascii=False) + "\n"
    (RESULTS / f"{name}.json").write_text(written, encoding="utf-8")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
