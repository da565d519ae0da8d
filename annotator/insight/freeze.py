"""`freeze`: the database as of one moment becomes a frozen snapshot for a release, with pseudonyms that no other release knows.

The consensus is fitted anew to exactly the judgements that are in the snapshot. Notes stay behind, rare combinations of metadata are
suppressed, times and durations become bands, and no id of a judgement goes out, since ids would link releases.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from sqlmodel import Session

from annotator.domain.schema import Schema
from annotator.domain.small_cells import suppress
from annotator.insight import frozen_facts
from annotator.insight.cue_swaps import cue_swaps
from annotator.insight.frozen_facts import Tally, band
from annotator.insight.labels import LabelTable
from annotator.insight.planted import Planted
from annotator.insight.released_consensus import Adjudicated, ReleasedConsensus
from annotator.privacy.coarsen import quarter
from annotator.storage import items, snapshot
from annotator.storage.database import Database
from annotator.storage.tables import GuidelineVersion, Project
from exports import columns
from exports.bias import SWAPS
from exports.frozen import BATCH, GUIDELINE, TRUTH, Frozen, FrozenWriter
from exports.pseudonyms import Pseudonyms
from guidelines.loader import Guideline

ASSISTANCE = "none"
"""Suggestions are never shown before an answer, so no judgement that was given here was assisted."""

NOT_KNOWN = "not known"
"""Said of judgements that came from another tool, where it does not say."""

_SWAPPED = 20_000
"""Items from which on no more texts are made for the bias test: enough for any interval."""

_DURATIONS = ((15.0, "under 15 s"), (60.0, "15 s to 1 min"), (180.0, "1 to 3 min"))
_LONGER = "over 3 min"


def freeze(
    database: Database,
    project: Project,
    guideline: Guideline,
    folder: Path,
    now: datetime,
    *,
    planted: Planted | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> Frozen:
    """Write the snapshot into a new folder. `advance` hears how many items are written.

    Raises:
        InputError: the folder holds something already.
    """
    schema = guideline.schema
    with (
        database.frozen() as session,
        Pseudonyms() as pseudonyms,
        FrozenWriter(folder, schema.labels) as writer,
        (folder / SWAPS).open("wb") as swaps,
    ):
        table = _of_finished(LabelTable.read(session, schema, project.id), snapshot.finished_ids(session, project.id))
        consensus = ReleasedConsensus.of(schema, table, _decided(session, project.id))
        batches = _Batches(session, project.id, schema, consensus, pseudonyms, planted)
        written = 0
        for rows in snapshot.finished_items(session, project.id, BATCH):
            writer.write(batches.tables(rows))
            if written < _SWAPPED:
                swaps.writelines(cue_swaps((row.public_id, row.text, row.source) for row in rows))
            written += len(rows)
            advance(written)
        facts = {
            **frozen_facts.of(session, project, guideline, batches.tally, now),
            "agreement": frozen_facts.agreement(schema, table),
            "consensus": consensus.facts(),
        }
    _add_files(folder, guideline, planted)
    return writer.finish(facts | ({"planted": planted.facts()} if planted else {}))


@dataclass
class _Batches:
    """Makes the tables of the snapshot, a batch of items at a time, and counts on the way."""

    session: Session
    project_id: str
    schema: Schema
    consensus: ReleasedConsensus
    pseudonyms: Pseudonyms
    planted: Planted | None
    tally: Tally = field(default_factory=Tally, init=False)

    def __post_init__(self) -> None:
        self.rare = _rare_cells(self.session, self.project_id)
        self.versions = snapshot.guideline_versions(self.session)

    def tables(self, rows: Sequence[Any]) -> dict[str, pa.Table]:
        """Return the tables of one batch of items."""
        given = snapshot.judgements(self.session, self.project_id, rows[0].public_id, rows[-1].public_id)
        annotations, spans = _judgements(self.schema, given, self.versions, self.pseudonyms, self.tally)
        self.tally.states.update(row.state for row in rows)
        return {
            "items": _items(rows, self.rare, self.planted),
            "annotations": annotations,
            "consensus": self.consensus.table([(row.id, row.public_id) for row in rows]),
            "spans": spans,
        }


def _decided(session: Session, project_id: str) -> dict[str, Adjudicated]:
    """Return the decisions that settled items, by internal item id."""
    rows = snapshot.decisions(session, project_id)
    return {row.item_id: Adjudicated(row.labels, row.cause, row.role) for row in rows}


def _of_finished(table: LabelTable, finished: set[str]) -> LabelTable:
    """Return the judgements of finished items only: the others are not in the release."""
    kept = np.array([item in finished for item in table.items], dtype=bool)[table.item]
    return replace(table, item=table.item[kept], person=table.person[kept], codes=table.codes[:, kept])


def _items(rows: Sequence[Any], rare: set[tuple[Any, Any]], planted: Planted | None) -> pa.Table:
    made = []
    for row in rows:
        kept = (row.region, row.quarter) not in rare
        known = planted.of(row.public_id) if planted is not None and row.source == "synthetic" else {}
        made.append(
            {
                "id": row.public_id,
                "text": row.text,
                "sha256": items.text_hash(row.text),
                **{name: getattr(row, name) for name in ("source", "language", "campaign", "epoch")},
                "region": row.region if kept else None,
                "quarter": row.quarter if kept else None,
                **known,
            }
        )
    return pa.Table.from_pylist(made, schema=columns.ITEMS)


def _judgements(
    schema: Schema, rows: Sequence[Any], versions: Mapping[str, GuidelineVersion], pseudonyms: Pseudonyms, tally: Tally
) -> tuple[pa.Table, pa.Table]:
    made: list[dict[str, Any]] = []
    marked: list[dict[str, Any]] = []
    for item, given in groupby(rows, key=lambda row: row.public_id):
        for order, row in enumerate(given, start=1):
            who, version = pseudonyms.of(row.person_id), versions[row.guideline_version_id]
            key = {"item": item, "order": order, "annotator": who}
            answer, labels = orjson.loads(row.answer), orjson.loads(row.labels)
            tally.by_person[who] += 1
            tally.guidelines[f"{version.name} {version.version}"] += 1
            tally.versions.add(version.id)
            tally.notes += bool(answer.get("notes"))
            tally.cannot_tell += bool(row.cannot_tell)
            marked += [{**key, **span} for span in answer.get("spans", ())]
            made.append(
                {
                    **key,
                    "guideline": version.name,
                    "guideline_version": version.version,
                    "guideline_sha256": version.sha256,
                    "cannot_tell": row.cannot_tell,
                    "time_band": quarter(row.created_at),
                    "duration_band": _duration(row),
                    "assistance": ASSISTANCE if row.origin is None else NOT_KNOWN,
                    "pick": row.pick,
                    "propensity": row.propensity,
                    **{spec.name: labels.get(spec.name) for spec in schema.labels},
                    "result": _without_notes(orjson.loads(row.result)),
                }
            )
    return pa.Table.from_pylist(made, schema=columns.judged_frozen(schema.labels)), pa.Table.from_pylist(
        marked, schema=columns.SPANS
    )


def _without_notes(result: Sequence[Mapping[str, Any]]) -> str:
    """Return a Label Studio result without free text, and with region ids of its own: the editor's would link releases."""
    names: dict[str, str] = {}
    kept = []
    for region in result:
        if region.get("type") == "textarea":
            continue
        name = names.setdefault(str(region.get("id")), f"r{len(names) + 1}")
        kept.append({**region, "id": name})
    return orjson.dumps(kept).decode()


def _rare_cells(session: Session, project_id: str) -> set[tuple[Any, Any]]:
    """Return the combinations of region and quarter that too few items share."""
    cells = snapshot.region_cells(session, project_id)
    return {cell for cell, count in suppress(cells).items() if count is None}


def _duration(row: Any) -> str:
    if row.origin is not None and not row.lead_time:
        return NOT_KNOWN
    return band(row.lead_time, _DURATIONS, _LONGER)


def _add_files(folder: Path, guideline: Guideline, planted: Planted | None) -> None:
    (folder / GUIDELINE).mkdir()
    for path in sorted(guideline.path.iterdir()):
        if path.suffix in {".yaml", ".md"}:
            shutil.copyfile(path, folder / GUIDELINE / path.name)
    if planted is not None:
        planted.write(folder / TRUTH)
