"""Tests run against a mutant in a forked process, so that everything is imported once.

In a mutant of a function's body the function gets the changed code in a copy of a process that has all tests collected. One of
what runs at import is compiled from the changed text in a copy of a process that has imported none of our packages.
"""

from __future__ import annotations

import functools
import gc
import importlib.abc
import importlib.util
import itertools
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType

import pytest

from tests.mutants.find import Mutant

KILLED, SURVIVED, CANNOT = 0, 1, 2
"""How a trial ends: a test failed or hung, none did, the function could not be changed in place."""


@dataclass(frozen=True)
class Trial:
    """A mutant and the tests that may kill it."""

    mutant: Mutant
    tests: tuple[str, ...]
    seconds: float  # that these tests take without it
    at_import: bool


class Forks:
    """At most `width` trials at a time, each in its own process; one that hangs counts as killed."""

    def __init__(self, width: int, done: Callable[[Trial, int], None]) -> None:
        self.width, self.done = width, done
        self.running: dict[int, tuple[Trial, float]] = {}

    def start(self, trial: Trial, run: Callable[[Trial], int]) -> None:
        while len(self.running) >= self.width:
            self._reap()
        child = os.fork()
        if child == 0:
            _run_alone(trial, run)
        self.running[child] = (trial, time.monotonic() + 20 * (30 + 5 * trial.seconds))

    def finish(self) -> None:
        while self.running:
            self._reap()

    def _reap(self) -> None:
        for child, (trial, end) in list(self.running.items()):
            ended, status = os.waitpid(child, os.WNOHANG)
            if not ended and time.monotonic() > end:
                os.killpg(child, signal.SIGKILL)
                ended, status = os.waitpid(child, 0)
            if ended:
                del self.running[child]
                code = os.waitstatus_to_exitcode(status)
                self.done(trial, code if code in {SURVIVED, CANNOT} else KILLED)
        time.sleep(0.01)


def _run_alone(trial: Trial, run: Callable[[Trial], int]) -> None:
    """Run a trial in this process, out of sight and within its time on the processor; never return."""
    os.setpgid(0, 0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    spent = time.process_time()
    resource.setrlimit(resource.RLIMIT_CPU, (int(spent + 30 + 5 * trial.seconds),) * 2)
    try:
        code = run(trial)
    except BaseException:  # noqa: BLE001 whatever a mutant breaks, it was noticed
        code = KILLED
    os._exit(code)


def from_changed_text(trial: Trial) -> int:
    """Import the changed text in place of the file, then run the tests."""
    name = ".".join(trial.mutant.path.with_suffix("").parts).removesuffix(".__init__")
    sys.meta_path.insert(0, _Instead(name, str(trial.mutant.path.resolve()), trial.mutant.source()))
    ended = pytest.main(["-x", "-p", "no:cacheprovider", "-o", "tmp_path_retention_policy=none", *trial.tests])
    return SURVIVED if ended == pytest.ExitCode.OK else KILLED


class _Instead(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    def __init__(self, name: str, path: str, source: str) -> None:
        self.name, self.path, self.source = name, path, source

    def find_spec(self, fullname, path, target=None):
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)

    def get_source(self, fullname):
        return self.source

    def get_code(self, fullname):
        return compile(self.source, self.path, "exec", dont_inherit=True)


class InPlace:
    """A pytest plugin that, in place of running what was collected, runs the trials."""

    def __init__(self, trials: list[Trial], forks: Forks) -> None:
        self.trials, self.forks = trials, forks
        self.failed = False

    def pytest_runtestloop(self, session):
        self.items = {item.nodeid: item for item in session.items}
        self._make_database_once(session.items)
        paths = {str(trial.mutant.path.resolve()) for trial in self.trials}
        everything = gc.get_objects()
        self.functions = [
            one for one in everything if isinstance(one, FunctionType) and one.__code__.co_filename in paths
        ]
        self.caches = [one for one in everything if isinstance(one, functools._lru_cache_wrapper)]
        gc.freeze()
        for trial in self.trials:
            self.forks.start(trial, self._run)
        self.forks.finish()
        return True

    def pytest_runtest_logreport(self, report):
        self.failed |= report.failed

    def _make_database_once(self, items) -> None:
        """Run one test on SQLite, so that the migrated file that all copy is there already."""
        for item, other in itertools.pairwise(items):
            if "sqlite_template" in item.fixturenames or "[sqlite" in item.name:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=other)
                return

    def _run(self, trial: Trial) -> int:
        if not self._change(trial.mutant):
            return CANNOT
        items = [self.items[name] for name in trial.tests]
        for item, following in itertools.zip_longest(items, items[1:]):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                return KILLED
        return SURVIVED

    def _change(self, mutant: Mutant) -> bool:
        """Give every function made from the changed place its new code; say whether there was one and all could take it."""
        module = compile(mutant.source(), str(mutant.path.resolve()), "exec", dont_inherit=True)
        code = next((code for code in _codes(module) if _place(code) == mutant.function), None)
        found = [one for one in self.functions if _place(one.__code__) == mutant.function]
        found = [one for one in found if one.__code__.co_filename == module.co_filename]
        if code is None or any(one.__code__.co_freevars != code.co_freevars for one in found):
            return False
        for one in found:
            one.__code__ = code
        for one in self.caches:
            if str(one.__module__).startswith("annotator."):
                one.cache_clear()
        return bool(found)


def _place(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _codes(code: CodeType) -> Iterator[CodeType]:
    for within in code.co_consts:
        if isinstance(within, CodeType):
            yield within
            yield from _codes(within)
