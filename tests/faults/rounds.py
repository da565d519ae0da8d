"""Runs seeded rounds and keeps count of what they found, by kind of fault."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.check import after_house, after_round
from tests.faults.disk import Disk
from tests.faults.house import Ground, House, Zygote
from tests.faults.kinds import KINDS, STUDIO_KINDS, Fault, kill_studio, strike
from tests.faults.proxy import Network
from tests.faults.receiver import Receiver
from tests.faults.servers import Postgres


@dataclass
class Tally:
    """What the rounds of one kind came to."""

    rounds: int = 0
    answers: int = 0
    failed: int = 0  # requests without a reply, or with one of 5xx
    found: list[str] = field(default_factory=list)


@dataclass
class Result:
    """All rounds so far, by database and kind of fault."""

    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    statuses: Counter = field(default_factory=Counter)

    def of(self, database: str, kind: str) -> Tally:
        return self.tallies.setdefault((database, kind), Tally())

    def add(self, other: Result) -> None:
        """Take in what another job has found."""
        for key, tally in other.tallies.items():
            mine = self.of(*key)
            mine.rounds, mine.answers, mine.failed = (
                mine.rounds + tally.rounds,
                mine.answers + tally.answers,
                mine.failed + tally.failed,
            )
            mine.found += tally.found
        self.statuses.update(other.statuses)

    @property
    def found(self) -> list[str]:
        return [one for tally in self.tallies.values() for one in tally.found]


@contextmanager
def ground(folder: Path, *, postgres: bool) -> Iterator[Ground]:
    """Start what all houses stand on."""
    disk = Disk(folder)
    server = Postgres(folder / "postgresql") if postgres else None
    made = Ground(folder, Zygote(folder / "editor"), Network(), Receiver(), disk, server)
    try:
        yield made
    finally:
        made.zygote.close()
        made.network.close()
        made.receiver.close()
        if made.postgres is not None:
            made.postgres.close()
        disk.close()


def live(
    house: House, plan: list[tuple[int, str, Fault]], seed: int, result: Result, say=print, label: str = ""
) -> None:
    """Live through the planned rounds in one house, and check the books after each."""
    label = label or house.kind
    tally = Tally()
    for number, kind, fault in plan:
        house.note = ""
        tally, before, began = result.of(label, kind), house.crew.acknowledged, time.monotonic()
        strike(fault, house, random.Random(f"{seed}:{number}"))
        found = after_round(house)
        tally.rounds += 1
        tally.answers += house.crew.acknowledged - before
        failed = 0
        for one in house.crew.volunteers:
            failed += sum(n for status, n in one.statuses.items() if status == "none" or status >= 500)
            result.statuses.update(one.statuses)
            one.statuses.clear()
        tally.failed += failed
        tally.found += [f"round {number}, {label}, {kind}: {one}" for one in found]
        say(
            f"{number:4d} {label:10s} {kind:20s} {house.crew.acknowledged - before:4d} answers {failed:4d} failed "
            f"{time.monotonic() - began:5.1f} s  {house.note}  {'; '.join(found[:3])}"
        )
    found = after_house(house)
    tally.found += [f"after round {plan[-1][0]}, {label}: {one}" for one in found]
    say(f"     {label:10s} end of house: {'; '.join(found) or 'the books balance'}")


def plans(seed: int, rounds: range, each: int, of: list[str]) -> Iterator[tuple[str, list[tuple[int, str, Fault]]]]:
    """Yield database and rounds of one house after another; every kind comes equally often."""
    order = random.Random(seed)
    kinds: list[str] = []
    for house, first in enumerate(range(rounds.start, rounds.stop, each)):
        plan = []
        for number in range(first, min(first + each, rounds.stop)):
            if not kinds:
                kinds = list(of)
                order.shuffle(kinds)
            kind = kinds.pop()
            plan.append((number, kind, KINDS[kind]))
        yield ("postgresql" if house % 2 else "sqlite"), plan


def studio_plan(seed: int, first: int, rounds: int, kills: int) -> list[tuple[int, str, Fault]]:
    """Return rounds with a real Label Studio; it is killed in some of them."""
    order = random.Random(f"{seed}:studio")
    plan = [(sorted(STUDIO_KINDS)[n % len(STUDIO_KINDS)]) for n in range(rounds - kills)]
    order.shuffle(plan)
    for _ in range(kills):
        plan.insert(order.randrange(len(plan) + 1), "Label Studio killed")
    faults = {**STUDIO_KINDS, "Label Studio killed": kill_studio}
    return [(first + n, kind, faults[kind]) for n, kind in enumerate(plan)]
