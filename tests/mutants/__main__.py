"""`python -m tests.mutants --package domain --sample 300 --seed 1`: the share of mutants that tests kill, and those that live."""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.mutants import find, trace, trial

TESTS = {
    "domain": ["domain", "adjudication", "alerts", "dispensing", "intake", "people", "quality", "webhooks"],
    "consensus": ["consensus", "reference"],
    "dispensing": ["dispensing", "adjudication", "desk", "domain", "moving", "people", "quality"],
}
"""The folders of tests that are asked about each package."""
COMPILED = {"consensus"}
"""Packages with compiled loops, which run as plain Python here so that their lines are seen."""
CHOSEN = ["-k", "not postgresql", "-m", "not browser and not studio"]
KEPT = Path("build/mutants")
MOST_SECONDS = 5.0
"""Of tests for one mutant."""


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--package", choices=TESTS, required=True, help="the folder of annotator/ to change")
    parser.add_argument("--sample", type=int, default=300, help="how many mutants; 0 for all")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--only", default="", help="only files whose path holds this")
    parser.add_argument("--width", type=int, default=2, help="how many mutants at a time")
    parser.add_argument("--again", action="store_true", help="learn again which test runs which line")
    parser.add_argument("--least", type=float, default=0.0, help="fail under this share of killed mutants")
    given = parser.parse_args()
    os.environ |= {"NUMBA_DISABLE_JIT": str(int(given.package in COMPILED)), "HYPOTHESIS_PROFILE": "mutants"}
    traced = _map_of(given.package, again=given.again)
    chosen = _sample(given.package, given.only, given.sample, given.seed)
    trials = [_trial(mutant, traced) for mutant in chosen]
    killed = _killed(trials, given.package, given.width)
    return _told(killed, len(trials), given.least)


def _map_of(package: str, *, again: bool) -> trace.Traced:
    kept = KEPT / f"{package}.json"
    if again or not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.unlink(missing_ok=True)
        asked = [*_folders(package), *CHOSEN]
        subprocess.run(
            [sys.executable, "-m", "tests.mutants.trace", f"annotator/{package}", str(kept), *asked], check=True
        )
    return trace.load(kept)


def _folders(package: str) -> list[str]:
    return [f"tests/{name}" for name in TESTS[package]]


def _sample(package: str, only: str, size: int, seed: int) -> list[find.Mutant]:
    paths = [path for path in sorted(Path("annotator", package).rglob("*.py")) if only in str(path)]
    every = [mutant for path in paths for mutant in find.mutants(path)]
    print(f"{len(every)} mutants of {len(paths)} files", flush=True)
    return random.Random(seed).sample(every, size) if 0 < size < len(every) else every


def _trial(mutant: find.Mutant, traced: trace.Traced) -> trial.Trial:
    """Give a mutant its tests: the package's own, then the others, the quickest first. What runs at import is left to the own."""
    at_import = mutant.function is None or traced.at_import(mutant.path, mutant.line)
    near = f"tests/{mutant.path.parts[1]}/"
    running = traced.tests(mutant.path, mutant.line, at_import=at_import)
    own = [test for test in running if test.startswith(near)]
    tests, spent = [], 0.0
    for test in sorted(
        own if own and at_import else running, key=lambda test: (test not in own, traced.seconds[test], test)
    ):
        spent += traced.seconds[test]
        if spent > MOST_SECONDS:
            break
        tests.append(test)
    return trial.Trial(mutant, tuple(tests), min(spent, MOST_SECONDS), at_import)


def _killed(trials: Sequence[trial.Trial], package: str, width: int) -> int:
    """Return how many mutants are killed, and print each that is not once that is known."""
    codes = [trial.KILLED if one.tests else _noted(one, trial.SURVIVED) for one in trials]
    inside = [place for place, one in enumerate(trials) if one.tests and not one.at_import]
    for place, code in zip(inside, _in_place([trials[place] for place in inside], package, width), strict=True):
        codes[place] = code
    at_import = [one for one, code in zip(trials, codes, strict=True) if one.tests and one.at_import]
    at_import += [one for one, code in zip(trials, codes, strict=True) if code == trial.CANNOT]
    found: list[int] = []
    forks = trial.Forks(width, lambda one, code: found.append(_noted(one, code)))
    _import_what_others_wrote()
    for one in at_import:
        forks.start(one, trial.from_changed_text)
    forks.finish()
    return len(trials) - codes.count(trial.SURVIVED) - found.count(trial.SURVIVED)


def _noted(one: trial.Trial, code: int) -> int:
    if code == trial.SURVIVED:
        print(f"\n{one.mutant.path}:{one.mutant.line} ({len(one.tests)} tests run it)\n{one.mutant.diff()}", flush=True)
    return code


def _in_place(trials: list[trial.Trial], package: str, width: int) -> list[int]:
    """Run trials in copies of a process that has collected every test; that process is not this one, which stays unburdened."""
    reading, writing = os.pipe()
    if child := os.fork():
        os.close(writing)
        with os.fdopen(reading) as told:
            codes = json.load(told)
        os.waitpid(child, 0)
        return codes
    import pytest

    codes: dict[int, int] = {}
    plugin = trial.InPlace(trials, trial.Forks(width, lambda one, code: codes.__setitem__(id(one), _noted(one, code))))
    quiet = [
        "-o",
        "addopts=",
        "-o",
        "tmp_path_retention_policy=none",
        "-p",
        "no:terminal",
        "-p",
        "no:cacheprovider",
        "-s",
    ]
    pytest.main([*quiet, *_folders(package), *CHOSEN], plugins=[plugin])
    with os.fdopen(writing, "w") as told:
        json.dump([codes[id(one)] for one in trials], told)
    os._exit(0)


def _import_what_others_wrote() -> None:
    """Import the large libraries once, before processes are forked that import our packages anew."""
    import sqlmodel  # noqa: F401


def _told(killed: int, tried: int, least: float) -> int:
    share, z = killed / tried, 1.96
    middle, spread = (
        (share + z * z / tried / 2),
        z * math.sqrt(share * (1 - share) / tried + z * z / (4 * tried * tried)),
    )
    low, high = (middle - spread) / (1 + z * z / tried), (middle + spread) / (1 + z * z / tried)
    print(f"\n{killed} of {tried} mutants killed: {share:.1%}, 95 % interval {low:.1%} to {high:.1%} (Wilson)")
    return int(share < least)


if __name__ == "__main__":
    raise SystemExit(main())
