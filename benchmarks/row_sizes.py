"""How many bytes a row takes on PostgreSQL, table and indexes apart, in a pool of 10^6 items with answers to them.

Items are filled by one statement each table, with texts as long as synthetic postings are; every second item is answered once.

python -m benchmarks.row_sizes [--items 1000000] [--url postgresql://…]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from annotator.domain.clock import ManualClock
from annotator.storage.database import Database
from tests.world import World

TABLES = ("item", "lease", "annotation", "audit", "prediction", "exposure", "mirror_task")
LETTERS = 700  # of a synthetic posting, in the middle
ULID = "'01JZ' || lpad(upper(to_hex(g)), 22, '0')"
RESULT = (
    '[{"id":"abcdefghij","from_name":"concern","to_name":"text","type":"choices","value":{"choices":["2"]}},'
    '{"id":"klmnopqrst","from_name":"indicators","to_name":"text","type":"labels",'
    '"value":{"start":40,"end":82,"text":"a passage of some forty letters, as it is.","labels":["FEE"]}}]'
)
FILL = {
    "item": f"""
        INSERT INTO item (id, project_id, public_id, text, text_sha256, source, language, campaign, epoch, region, quarter, state,
            overlap, leased, answered, order_key, created_at, posterior, risk, priority, audit_key)
        SELECT {ULID}, :project, 'item-' || lpad(g::text, 9, '0'),
            (SELECT string_agg(md5((g * 31 + k)::text), ' ') FROM generate_series(1, {LETTERS} / 33) k),
            md5(g::text) || md5((-g)::text), 'synthetic', 'en', 'campaign-' || g % 50000, '2026', 'north', '2026Q1', 'ready',
            3, 0, g % 2, (random() * 9e18)::bigint, now(), '[0.7012,0.2034,0.0712,0.0242]', random(), random(),
            (random() * 9e18)::bigint
        FROM generate_series(1, :n) g""",
    "lease": f"""
        INSERT INTO lease (id, item_id, person_id, slot, state, created_at, expires_at, ended_at, pick)
        SELECT {ULID}, {ULID}, (CAST(:people AS text[]))[1 + g % 500], 0, 'answered', now(), now(), now(), 'priority'
        FROM generate_series(1, :n, 2) g""",
    "annotation": f"""
        INSERT INTO annotation (id, lease_id, item_id, person_id, guideline_version_id, key, result, answer, labels, rating,
            cannot_tell, lead_time, created_at, ls_annotation_id)
        SELECT {ULID}, {ULID}, {ULID}, (CAST(:people AS text[]))[1 + g % 500], :guideline, {ULID}, :result,
            '{{"choices":{{"concern":["2"]}},"spans":[["indicators","FEE","present",40,82]]}}',
            '{{"concern":"2","FEE":"present","DEBT":"not stated"}}', '2', false, 31.5, now() + g * interval '1 second', g
        FROM generate_series(1, :n, 2) g""",
    "audit": f"""
        INSERT INTO audit (chain, position, hash, at, actor, action, subject, detail)
        SELECT g % 16, 1000000 + g, md5(g::text) || md5((-g)::text), now(), (CAST(:people AS text[]))[1 + g % 500], 'annotation.created', {ULID},
            ('{{"annotation": "' || {ULID} || '"}}')::json
        FROM generate_series(1, :n) g""",
    "prediction": f"""
        INSERT INTO prediction (item_id, model_id, probability, mirrored)
        SELECT {ULID}, :model, '[0.701234,0.203412,0.071212,0.024242]', true FROM generate_series(1, :n) g""",
    "exposure": """
        INSERT INTO exposure (person_id, started_at, ended_at, open, high_concern)
        SELECT (CAST(:people AS text[]))[1 + g % 500], now(), now() + interval '30 seconds', false, false FROM generate_series(1, :n, 2) g""",
    "mirror_task": f"""
        INSERT INTO mirror_task (item_id, guideline_version_id, ls_task_id, shown_state, shown_answers, shown_risk)
        SELECT {ULID}, :guideline, g, 'ready', 1, 0.1 FROM generate_series(1, :n, 2) g""",
}
MODEL = """
    INSERT INTO model_version (id, project_id, version, created_at, label, features, data_sha256, n_answers, n_labelled, n_items,
        metrics, curve, looks, lift_proven, lift_reason, share, usable, active)
    VALUES ('model', :project, 1, now(), 'concern', 'f', 'd', 0, 0, 0, '{}', '[]', 0, false, '', 0, false, true)"""
SIZES = """
    SELECT count(*), pg_table_size(:name), pg_indexes_size(:name) FROM {name}"""
INDEXES = """
    SELECT indexrelname, pg_relation_size(indexrelid) FROM pg_stat_user_indexes
    WHERE relname = :name ORDER BY 2 DESC"""


def fill(world: World, n: int) -> None:
    people, given = world.volunteers(500), world.project
    values = {"n": n, "people": people, "project": given.id, "guideline": given.guideline_version_id}
    with world.database.engine.begin() as connection:
        connection.execute(text("SET LOCAL synchronous_commit = off"))
        connection.execute(text(MODEL), values)
        for table, statement in FILL.items():
            began = time.perf_counter()
            connection.execute(text(statement), {**values, "result": RESULT, "model": "model"})
            print(f"{table} filled in {time.perf_counter() - began:.0f} s", flush=True)


def told(database: Database) -> None:
    with database.engine.connect() as connection:
        for name in TABLES:
            rows, table, indexes = connection.execute(text(SIZES.format(name=name)), {"name": name}).one()
            print(f"{name:12} {rows:>9,} rows  table {table / rows:6.0f}  indexes {indexes / rows:6.0f} bytes a row")
        for index, size in connection.execute(text(INDEXES), {"name": "item"}):
            print(f"  {index:32} {size / 2**20:7.1f} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--url", default="")
    given = parser.parse_args()
    folder, server = Path(tempfile.mkdtemp(prefix="annotator-rows-")), None
    try:
        if not given.url:
            import pgserver

            server = pgserver.get_server(folder, cleanup_mode="stop")
        database = Database(given.url or server.get_uri())
        database.migrate()
        fill(World(database, ManualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))), given.items)
        told(database)
        database.dispose()
    finally:
        if server is not None:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
