"""What volunteers meet when many label at once: our own locust scenario over the real HTTP contract, and the books after it.

The pool is filled past the ORM, the service runs as `annotator web --processes N`, the clients run in a process of their own, all
on loopback. A pair is an answer and the next item, in one call as the page has it, or with `--apart` in two. PostgreSQL's statistics
of the tables that were empty are gathered after the warming up, as its autovacuum does within a minute. Afterwards the database is
held against what clients were told: nothing given out beyond its overlap, nothing answered twice, nothing acknowledged lost.
`--native` lets as many users do the same at a Label Studio server of our own, over its own API, with as many tasks (10,000 at the
most) on the same kind of database.

python -m benchmarks.load [--clients 16 32 64] [--pool 10000 100000] [--database postgresql] [--processes 1 4] [--seconds 20]
python -m benchmarks.load --clients 500 --think 20 --seconds 60
python -m benchmarks.load --native
python -m benchmarks.load --native --database postgresql --own-server
"""

from __future__ import annotations

import argparse
import itertools
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from annotator.storage.database import Database
from benchmarks import (
    _load_books as books,
    _load_native as native,
    _load_pool as pool,
    _load_postgresql as postgresql,
    _load_service as running,
)
from guidelines.loader import latest, load

_GROWN = ("annotation", "lease", "exposure", "outbox", "audit")
_SHOWN = (("next", "asked"), ("answer", "answered"), ("next+answer", "pairs"))


def main(given: list[str] | None = None) -> int:
    """Run what is asked for; return how many runs had errors or books that don't balance."""
    asked = _options().parse_args(given)
    bad = 0
    for kind, size in itertools.product(asked.database, asked.pool):
        with running.scratch() as folder, _database(kind, folder, asked.own_server) as url:
            bad += _one_pool(url, folder, kind, size, asked)
    return bad


@contextmanager
def _database(kind: str, folder: Path, own_server: bool) -> Iterator[str]:
    """Give the URL of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/load.sqlite3"
        return
    with (postgresql.of_the_machine if own_server else postgresql.from_the_wheel)(folder / "pg") as url:
        yield url


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, nargs="+", default=[16])
    parser.add_argument("--pool", type=int, nargs="+", default=[10_000])
    parser.add_argument("--database", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--think", type=float, default=0, help="mean seconds between next and answer, exponential")
    parser.add_argument("--seconds", type=float, default=15, help="measured, after --warm")
    parser.add_argument("--warm", type=float, default=3)
    parser.add_argument("--own-server", action="store_true", help="this machine's own PostgreSQL, not the wheel's")
    parser.add_argument("--apart", action="store_true", help="ask and answer in two calls")
    parser.add_argument("--worker", action="store_true", help="run `annotator up`, with the worker")
    parser.add_argument(
        "--native", action="store_true", help="the same stream at Label Studio's own API, in the same run"
    )
    return parser


def _one_pool(url: str, folder: Path, kind: str, size: int, asked: argparse.Namespace) -> int:
    database, schema = Database(url), load("postings", latest("postings")).schema
    database.migrate()
    began = time.perf_counter()
    _, emails = pool.fill(database, schema, size, max(asked.clients))
    print(f"\n{kind}, {size:,} items, filled in {time.perf_counter() - began:.0f} s", flush=True)
    spans = next(question for question in schema.questions if question.states)
    plan = {
        "emails": emails,
        "password": pool.PASSWORD,
        "code": spans.choices[0].value,
        "state": spans.states[0].value,
        "think": asked.think,
        "seconds": asked.seconds,
        "warm": asked.warm,
        "native": False,
        "apart": asked.apart,
    }
    bad, ours = 0, {}
    for processes, clients in itertools.product(asked.processes, asked.clients):
        home = folder / f"home-{processes}-{clients}"
        with running.service(url, home, processes, worker=asked.worker) as (address, pid):
            servers = {"web": pid} | _server_of(kind, folder)
            run = running.drive(_plan(plan, address, clients), servers, lambda: _gather(database))
        found = books.check(database, run.told["acknowledged"])
        show(f"{clients} clients, {_processes(processes)}", run)
        print(f"  books: {found.over_dispensed} over-dispensed, {found.miscounted} miscounted, ", end="")
        print(f"{found.duplicates} duplicates, {found.lost} lost of {len(run.told['acknowledged'])} acknowledged")
        bad += bool(run.told["errors"]) or not found.balanced
        ours[processes, clients] = run
    database.dispose()
    if asked.native:
        _beside_native(url, folder, kind, size, plan, ours)
    return bad


def _gather(database: Database) -> None:
    """Let PostgreSQL look at what has grown from nothing; until it does, its plans are those for empty tables."""
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"ANALYZE {', '.join(_GROWN)}")


def _plan(plan: dict[str, Any], url: str, clients: int) -> dict[str, Any]:
    return plan | {"url": url, "clients": clients, "patience": 60.0 + 3 * clients}


def _server_of(kind: str, folder: Path) -> dict[str, int]:
    """Return the first process of the PostgreSQL server, where there is one."""
    if kind == "sqlite":
        return {}
    return {"database": int((folder / "pg" / "postmaster.pid").read_text().split()[0])}


def _beside_native(
    url: str, folder: Path, kind: str, size: int, plan: dict[str, Any], ours: dict[tuple[int, int], running.Run]
) -> None:
    clients_of = sorted({clients for _, clients in ours})
    with native.label_studio(url, folder, kind, min(size, native.MOST_TASKS), max(clients_of)) as peer:
        for clients in clients_of:
            more = {"native": True, "apart": True, "project": peer.project, "tokens": peer.tokens}
            run = running.drive(_plan(plan, peer.url, clients) | more, {"web": peer.pid} | _server_of(kind, folder))
            show(f"{clients} clients, Label Studio's own API", run)
            for (processes, same), own in ours.items():
                if same == clients:
                    _compare(processes, own, run)


def _compare(processes: int, ours: running.Run, theirs: running.Run) -> None:
    times = ours.per_second / theirs.per_second if theirs.per_second else float("inf")
    slower = [np.median(run.told["pairs"] or [np.nan]) for run in (theirs, ours)]
    print(f"  beside it ours, {_processes(processes)}: {times:.1f} times the answers a second; ", end="")
    print(f"its answer and next take {slower[0] / slower[1]:.1f} times as long as ours (medians)")


def _processes(number: int) -> str:
    return "1 process" if number == 1 else f"{number} processes"


def show(name: str, run: running.Run) -> None:
    """Print the figures of one run."""
    told, pairs = run.told, len(run.told["pairs"])
    print(f"{name}: {run.per_second:.1f} answers/s, {len(told['errors'])} errors, {told['empty']} empty; ", end="")
    print(f"load average {run.load_average:.1f} on {os.cpu_count()} cores")
    print(f"  {'ms':12}{'n':>7}{'p50':>9}{'p95':>9}{'p99':>9}")
    for title, kind in _SHOWN:
        if not told[kind]:
            continue  # of calls that are one, there are no halves
        times = np.array(told[kind]) * 1000
        middle, high, top = np.quantile(times, [0.5, 0.95, 0.99])
        print(f"  {title:12}{pairs:7}{middle:9.1f}{high:9.1f}{top:9.1f}")
    spent = ", ".join(f"{who} {1000 * seconds / max(pairs, 1):.1f}" for who, seconds in run.spent.items())
    print(f"  processor ms for each pair: {spent}; sign-in median {np.median(told['signed_in'] or [np.nan]):.2f} s")
    for error in sorted(set(told["errors"]))[:5]:
        print(f"  ! {error}")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped then too
    raise SystemExit(min(main(), 1))
