"""Which test runs which line, and how long it takes: learnt in one run of the tests, kept as JSON under build/mutants.

Compiled loops run as plain Python here, so that their lines are seen and can be changed. A test that then takes too long is
left out, which can only make the share of killed mutants smaller.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import coverage
import pytest

MOST_SECONDS = 5.0
"""Of the processor, for one test of the map."""


@dataclass(frozen=True)
class Traced:
    """Tests that passed, with their seconds; and for each file the tests of each line, none for what ran at import only."""

    seconds: dict[str, float]
    lines: dict[str, dict[int, list[str]]]

    def at_import(self, path: Path, line: int) -> bool:
        """Say whether a line ran while its module was imported, and in no test."""
        return self.lines.get(str(path), {}).get(line) == []

    def tests(self, path: Path, line: int, *, at_import: bool) -> list[str]:
        """Return the tests that run a line; for what runs at import those that run anything of the file, or else all."""
        there = self.lines.get(str(path), {})
        if not at_import:
            return there.get(line, [])
        return sorted({test for tests in there.values() for test in tests}) or list(self.seconds)


def load(kept: Path) -> Traced:
    """Read a map."""
    told = json.loads(kept.read_text(encoding="utf-8"))
    names = list(told["seconds"])
    lines = {
        file: {int(line): [names[test] for test in tests] for line, tests in of_file.items()}
        for file, of_file in told["lines"].items()
    }
    return Traced(told["seconds"], lines)


def main(package: str, kept: str, *arguments: str) -> int:
    """Run pytest with these arguments and keep what was learnt of the package."""
    tracer = _Tracer(package)
    code = pytest.main([*arguments, "-p", "no:cacheprovider"], plugins=[tracer])
    if code not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        return int(code)  # half a map would let mutants live that tests do kill
    Path(kept).write_text(json.dumps(tracer.told()), encoding="utf-8")
    return 0


class _Tracer:
    def __init__(self, package: str) -> None:
        self.coverage = coverage.Coverage(data_file=None, config_file=False, include=[f"{package}/*"])
        self.coverage.start()
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item):
        self.coverage.switch_context(item.nodeid)
        began = time.process_time()
        yield
        self.seconds[item.nodeid] = round(time.process_time() - began, 3)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_pyfunc_call(self):
        signal.signal(signal.SIGPROF, _too_long)
        signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
        yield
        signal.setitimer(signal.ITIMER_PROF, 0)

    def pytest_runtest_logreport(self, report):
        if not report.passed:
            self.failed.add(report.nodeid)

    def told(self) -> dict:
        self.coverage.stop()
        passed = {name: seconds for name, seconds in self.seconds.items() if name not in self.failed}
        place = {name: number for number, name in enumerate(passed)}
        data, lines = self.coverage.get_data(), defaultdict(dict)
        for file in sorted(data.measured_files()):
            for line, contexts in data.contexts_by_lineno(file).items():
                tests = sorted(place[context] for context in contexts if context in place)
                if tests or "" in contexts:
                    lines[str(Path(file).relative_to(Path.cwd()))][line] = tests
        return {"seconds": passed, "lines": lines}


def _too_long(_number, _frame):
    pytest.fail(f"More than {MOST_SECONDS:g} s of the processor without compiled loops.")


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
