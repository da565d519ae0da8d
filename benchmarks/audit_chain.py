"""What the chains of the audit log cost answers given at once: sixteen chains, one, and lines without any.

python -m benchmarks.audit_chain
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pgserver
from sqlalchemy import delete, insert, select

from annotator.storage import audit, audit_chain
from annotator.storage.database import Database
from annotator.storage.tables import Audit
from annotator.storage.tables_audit import AuditHead

THREADS, TRANSACTIONS, ROUNDS = 16, 3_200, 3
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def chained(database: Database, number: int) -> None:
    with database.writing() as session:
        audit.record(session, NOW, f"P{number}", "annotation.created", f"I{number}", annotation="A")


def bare(database: Database, number: int) -> None:
    """The same line, with nothing of a chain but a place of its own."""
    line = {"at": NOW, "actor": f"P{number}", "action": "annotation.created", "subject": f"I{number}", "detail": {}}
    with database.writing() as session:
        session.execute(insert(Audit), [line | {"chain": 99, "position": number, "hash": "0" * 64}])


def per_second(database: Database, write: Callable[[Database, int], None]) -> float:
    with database.engine.begin() as connection:
        connection.execute(delete(Audit).where(Audit.chain == 99))
    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda number: write(database, number), range(TRANSACTIONS)))
    return TRANSACTIONS / (time.perf_counter() - began)


def measured(database: Database, name: str) -> None:
    rounds = {"bare": [], "sixteen chains": [], "one chain": []}
    for _ in range(ROUNDS):
        rounds["bare"].append(per_second(database, bare))
        rounds["sixteen chains"].append(per_second(database, chained))
        heads = _only_one(database)
        rounds["one chain"].append(per_second(database, chained))
        with database.engine.begin() as connection:
            connection.execute(insert(AuditHead), heads)
    base = statistics.median(rounds["bare"])
    for way, found in rounds.items():
        rate = statistics.median(found)
        print(f"{name:10}  {way:15} {rate:7.0f} transactions/s  {rate / base:5.2f} of bare")
    with database.frozen() as session:
        report = audit_chain.verify(session)
    print(f"{name:10}  verified {report.lines} lines: {[f for f in report.findings if f.chain != 99]}")


def _only_one(database: Database) -> list[dict]:
    """Take all heads but the first away; return them."""
    with database.engine.begin() as connection:
        found = connection.execute(
            select(AuditHead.chain, AuditHead.position, AuditHead.hash).where(AuditHead.chain > 0)
        )
        rows = [dict(row) for row in found.mappings()]
        connection.execute(delete(AuditHead).where(AuditHead.chain > 0))
    return rows


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    server = pgserver.get_server(folder / "pg", cleanup_mode="stop")
    for name, url in (("postgresql", server.get_uri()), ("sqlite", f"sqlite:///{folder / 'a.sqlite3'}")):
        database = Database(url, pool_size=THREADS + 2)
        database.migrate()
        measured(database, name)
        database.dispose()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
