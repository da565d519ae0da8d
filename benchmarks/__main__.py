"""`make bench`: every benchmark in turn, each in a process of its own. `python -m benchmarks NAME …` runs some of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HELPERS = {"__init__", "__main__", "peers"}
KNOWN = sorted(
    path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in HELPERS and path.stem[0] != "_"
)


def main(names: list[str]) -> int:
    unknown = set(names) - set(KNOWN)
    if unknown:
        print(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(KNOWN)}.")
        return 2
    failed = []
    for name in names or KNOWN:
        print(f"\n== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"\nNot finished: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
