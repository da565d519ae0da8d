"""`python -m tests.faults --rounds 500 --seed 1`: kill, cut, fill and jump while people label, and check the books after each round."""

from __future__ import annotations

import argparse
import pickle
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from annotator.studio.server import EmbeddedStudio
from tests.faults.house import House
from tests.faults.kinds import KINDS
from tests.faults.rounds import Result, ground, live, plans, studio_plan
from tests.ports import free_port


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=1, help="number of the first round: where an earlier run ended")
    parser.add_argument("--house", type=int, default=20, help="rounds that one database lives through")
    parser.add_argument("--studio", type=int, default=0, help="how many of the rounds are with a Label Studio server")
    parser.add_argument("--kills", type=int, default=4, help="how many of those kill it")
    parser.add_argument("--jobs", type=int, default=1, help="houses at once, each in a process of its own")
    parser.add_argument("--kind", choices=sorted(KINDS), help="rounds of one kind alone")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="houses on one database alone")
    parser.add_argument("--to", type=Path, help=argparse.SUPPRESS)  # where a job leaves its result
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is stopped
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="annotator-faults-"))
    print(f"Homes and logs are in {folder}.", flush=True)
    result = Result()
    try:
        _in_jobs(asked, folder, result) if asked.jobs > 1 else _run(asked, folder, result)
    finally:
        if asked.to is not None:
            asked.to.write_bytes(pickle.dumps(result))
        print(_table(result), f"\n{time.monotonic() - began:.0f} s; replies by status: {dict(result.statuses)}")
    for one in result.found:
        print(one)
    return 1 if result.found else 0


def _run(asked: argparse.Namespace, folder: Path, result: Result) -> None:
    def say(line: str) -> None:
        print(line, flush=True)

    plain = range(asked.first, asked.first + asked.rounds - asked.studio)
    with ground(folder, postgres=True) as made:
        for kind, plan in plans(asked.seed, plain, asked.house, [asked.kind] if asked.kind else sorted(KINDS)):
            kind = asked.database or kind  # noqa: PLW2901
            house = House(made, kind, plan[0][0], random.Random(f"{asked.seed}:{plan[0][0]}"))
            try:
                live(house, plan, asked.seed, result, say)
            finally:
                house.close()
        if asked.studio:
            _with_studio(asked, made, plain.stop, result, say)


def _in_jobs(asked: argparse.Namespace, folder: Path, result: Result) -> None:
    """Let each job live through its share of the rounds; the last one has the Label Studio."""
    plain, jobs = asked.rounds - asked.studio, []
    share = -(-plain // asked.jobs // asked.house) * asked.house
    for first in range(0, plain, share):
        rounds, left = min(share, plain - first), folder / f"{first}.result"
        jobs.append((_job(asked, asked.first + first, rounds, 0, left), left))
    if asked.studio:
        left = folder / "studio.result"
        jobs.append((_job(asked, asked.first + plain, asked.studio, asked.studio, left), left))
    for job, left in jobs:
        job.wait()
        if left.exists():
            result.add(pickle.loads(left.read_bytes()))


def _job(asked: argparse.Namespace, first: int, rounds: int, studio: int, left: Path) -> subprocess.Popen:
    numbers = {"seed": asked.seed, "house": asked.house, "kills": asked.kills}
    numbers |= {"first": first, "rounds": rounds, "studio": studio}
    options = [part for name, value in numbers.items() for part in (f"--{name}", str(value))]
    return subprocess.Popen([sys.executable, "-m", "tests.faults", *options, "--to", str(left)])


def _with_studio(asked: argparse.Namespace, made, first: int, result: Result, say) -> None:
    studio = EmbeddedStudio(made.folder / "label-studio", port=free_port())
    studio.start()
    try:
        studio.wait_ready()
        half = asked.studio // 2
        for kind, start, count in (("postgresql", first, half), ("sqlite", first + half, asked.studio - half)):
            kills = asked.kills // 2 if kind == "postgresql" else asked.kills - asked.kills // 2
            house = House(made, kind, start, random.Random(f"{asked.seed}:{start}"), studio)
            try:
                live(house, studio_plan(asked.seed, start, count, kills), asked.seed, result, say)
            finally:
                house.close()
    finally:
        studio.stop()


def _table(result: Result) -> str:
    rows = [
        "| database | fault | rounds | answers acknowledged | requests that failed | discrepancies |",
        "|---|---|--:|--:|--:|--:|",
    ]
    for (database, kind), tally in sorted(result.tallies.items()):
        rows.append(
            f"| {database} | {kind} | {tally.rounds} | {tally.answers:,} | {tally.failed:,} | {len(tally.found)} |"
        )
    every = result.tallies.values()
    total = [sum(getattr(one, name) for one in every) for name in ("rounds", "answers", "failed")]
    rows.append(f"| all | | {total[0]} | {total[1]:,} | {total[2]:,} | {len(result.found)} |")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
