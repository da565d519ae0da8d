"""The kinds of fault. Each strikes at a random moment of a round and is mended a moment later; what was killed is started again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from tests.faults.house import House
from tests.faults.proxy import Way
from tests.faults.receiver import Manner
from tests.faults.servers import kill

Fault = Callable[[House, random.Random], Callable[[], None]]
"""Strikes a house, and returns what mends it."""


def kill_web(house: House, rng: random.Random) -> Callable[[], None]:
    for part in rng.sample(house.of("web"), rng.choice((1, 1, 2))):
        kill(part.pid)
    return house.start


def kill_worker(house: House, rng: random.Random) -> Callable[[], None]:
    for part in rng.sample(house.of("worker"), rng.choice((1, 1, 2))):
        kill(part.pid)
    return house.start


def kill_database(house: House, rng: random.Random) -> Callable[[], None]:
    """PostgreSQL: one process of the server, or all of it. SQLite lives in our processes: all of them at once."""
    if not house.name:
        for part in house.parts:
            kill(part.pid)
        return house.start
    backends = house.ground.postgres.backends(house.name)
    if backends and rng.random() < 0.7:
        house.note = "one process"
        kill(rng.choice(backends).pid)  # the server ends every other one, and recovers
    else:
        house.ground.postgres.kill()
    return house.start


def cut_network(house: House, rng: random.Random) -> Callable[[], None]:
    """Between clients and pages, service and PostgreSQL, worker and Label Studio."""
    line = house.lines[rng.choice(sorted(house.lines))]
    kind = rng.choice(("cut", "half", "stall", "stall and cut", "deaf", "refuse"))
    house.note = f"{kind}, port {line.port}"
    if kind == "cut":
        line.cut()
    elif kind == "half":
        line.half_close()
    else:
        line.be({"deaf": Way.DEAF, "refuse": Way.REFUSE}.get(kind, Way.STALL))
    if kind == "refuse":
        line.cut()

    def mend() -> None:
        if kind in ("stall and cut", "deaf"):
            line.cut()
        line.be(Way.PASS)
        house.start()

    return mend


def fill_disk(house: House, rng: random.Random) -> Callable[[], None]:
    left = rng.choice((0, 16_384, 65_536, 262_144))
    house.fill_disk(left)
    house.note = f"{left} bytes left"

    def mend() -> None:
        house.fill_disk(None)
        house.start()

    return mend


def jump_clock(house: House, rng: random.Random) -> Callable[[], None]:
    """Forwards or backwards by minutes, hours or days, in one process or in all."""
    seconds = rng.choice((-1, 1)) * rng.choice((90, 1_000, 2_400, 7_200, 90_000, 2_600_000))
    parts = rng.choice((house.parts, house.of("web"), house.of("worker"), [rng.choice(house.parts)]))
    house.note = f"{seconds} s, {len(parts)} processes"
    for part in parts:
        house.shift(part, seconds)

    def mend() -> None:
        for part in parts:
            house.shift(part, 0.0)

    return mend


def trouble_webhooks(house: House, rng: random.Random) -> Callable[[], None]:
    """The receiver refuses, or takes and hangs up, so that deliveries come again and out of order; the worker dies in between."""
    house.ground.receiver.manner = rng.choice((Manner.REFUSES, Manner.SILENT))

    def mend() -> None:
        for part in house.of("worker"):
            kill(part.pid)
        house.ground.receiver.manner = Manner.WELL
        house.start()

    return mend


def kill_everything(house: House, rng: random.Random) -> Callable[[], None]:
    """As when the machine is switched off: every process of ours and of the database."""
    for part in house.parts:
        kill(part.pid)
    if house.name:
        house.ground.postgres.kill()
    return house.start


def kill_studio(house: House, rng: random.Random) -> Callable[[], None]:
    """Label Studio dies in the middle of a push; half a minute later it is back."""
    kill(house.studio.pid)

    def mend() -> None:
        house.studio.restart()
        house.studio.wait_ready()

    return mend


def cut_studio(house: House, rng: random.Random) -> Callable[[], None]:
    line = house.lines["studio"]
    kind = rng.choice(("cut", "half", "deaf", "refuse"))
    if kind == "deaf":
        line.be(Way.DEAF)
    elif kind == "refuse":
        line.be(Way.REFUSE)
        line.cut()
    else:
        (line.cut if kind == "cut" else line.half_close)()

    def mend() -> None:
        line.cut()
        line.be(Way.PASS)

    return mend


KINDS: dict[str, Fault] = {
    "web killed": kill_web,
    "worker killed": kill_worker,
    "database killed": kill_database,
    "everything killed": kill_everything,
    "network cut": cut_network,
    "disk full": fill_disk,
    "clock jumps": jump_clock,
    "webhooks repeated": trouble_webhooks,
}
STUDIO_KINDS: dict[str, Fault] = {
    "Label Studio cut off": cut_studio,
    "worker killed": kill_worker,
    "everything killed": kill_everything,
}


def strike(fault: Fault, house: House, rng: random.Random) -> None:
    """Let people label, strike, let them try on, mend, and let them label again."""
    crew = house.crew
    crew.start()
    try:
        crew.wait(rng.randrange(1, 20))
        time.sleep(rng.uniform(0.0, 0.05))  # within a request, not right after one
        mend = fault(house, rng)
        crew.wait(rng.randrange(1, 30), at_most=3.0)
        mend()
        crew.wait(rng.randrange(1, 15))
    finally:
        crew.stop()
