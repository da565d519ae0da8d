"""`freeze`: the database as of one moment becomes a frozen snapshot for a release, with pseudonyms that no other release knows.

The consensus is fitted anew to exactly the judgements that are in the snapshot. Notes stay behind, rare combinations of metadata are
suppressed, times and durations become bands, and no id of a judgement goes out, since ids would link releases.
"""

from __future__ import annotations

import shutil
from collections import Counter
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

from annotator import __version__
from annotator.domain.governance import Body
from annotator.domain.items import ItemState
from annotator.domain.schema import Schema
from annotator.insight.agreement import agreement_by_label
from annotator.insight.cue_swaps import cue_swaps
from annotator.insight.labels import LabelTable
from annotator.insight.planted import Planted
from annotator.insight.released_consensus import Adjudicated, ReleasedConsensus
from annotator.privacy.coarsen import quarter, suppress
from annotator.storage import guideline_life, items, snapshot
from annotator.storage.database import Database
from annotator.storage.tables import Project
from exports import columns
from exports.bias import SWAPS
from exports.columns import specs_to_json
from exports.frozen import BATCH, GUIDELINE, TRUTH, Frozen, FrozenWriter
from exports.pseudonyms import Pseudonyms
from guidelines.loader import Guideline

ASSISTANCE = "none"
"""Suggestions are never shown before an answer, so no judgement was assisted."""

_SWAPPED = 20_000
"""Items from which on no more texts are made for the bias test: enough for any interval."""

_DURATIONS = ((15.0, "under 15 s"), (60.0, "15 s to 1 min"), (180.0, "1 to 3 min"))
_LONGER = "over 3 min"
_WORKLOADS = ((10, "1 to 9"), (100, "10 to 99"), (1_000, "100 to 999"))
_MORE = "1,000 and more"


@dataclass
class _Tally:
    """What is counted on the way."""

    states: Counter[str] = field(default_factory=Counter)
    by_person: Counter[str] = field(default_factory=Counter)
    guidelines: Counter[str] = field(default_factory=Counter)
    versions: set[str] = field(default_factory=set)
    notes: int = 0
    cannot_tell: int = 0


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
    tally = _Tally()
    with (
        database.frozen() as session,
        Pseudonyms() as pseudonyms,
        FrozenWriter(folder, schema.labels) as writer,
        (folder / SWAPS).open("wb") as swaps,
    ):
        table = _of_finished(LabelTable.read(session, schema, project.id), snapshot.finished_ids(session, project.id))
        consensus = ReleasedConsensus.of(schema, table, _decided(session, project.id))
        rare = _rare_cells(session, project.id)
        written, swapped = 0, 0
        for rows in snapshot.finished_items(session, project.id, BATCH):
            given = snapshot.judgements(session, project.id, rows[0].public_id, rows[-1].public_id)
            versions = snapshot.guideline_versions(session)
            annotations, spans = _judgements(schema, given, versions, pseudonyms, tally)
            tally.states.update(row.state for row in rows)
            writer.write(
                {
                    "items": _items(rows, rare, planted),
                    "annotations": annotations,
                    "consensus": consensus.table([(row.id, row.public_id) for row in rows]),
                    "spans": spans,
                }
            )
            written += len(rows)
            if swapped < _SWAPPED:
                swapped += len(rows)
                swaps.writelines(cue_swaps((row.public_id, row.text, row.source) for row in rows))
            advance(written)
        facts = {
            **_origin(project, guideline, now),
            **_counted(session, project, tally),
            "agreement": [
                {"label": row.spec.name, "title": row.title, "cannot_tell": row.cannot_tell, **row.agreement.to_json()}
                for row in agreement_by_label(schema, table)
            ],
            "consensus": consensus.facts(),
        }
    _add_files(folder, guideline, planted)
    return writer.finish(facts | ({"planted": planted.facts()} if planted else {}))


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
    schema: Schema, rows: Sequence[Any], versions: Mapping[str, Any], pseudonyms: Pseudonyms, tally: _Tally
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
                    "duration_band": _band(row.lead_time, _DURATIONS, _LONGER),
                    "assistance": ASSISTANCE,
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


def _origin(project: Project, guideline: Guideline, now: datetime) -> dict[str, Any]:
    schema = guideline.schema
    titles = {choice.value: choice.title for question in schema.questions for choice in question.choices}
    titles |= {question.id: question.title for question in schema.questions}
    return {
        "project": project.name,
        "purpose": project.purpose,
        "guideline": {
            "name": schema.name,
            "version": schema.version,
            "title": schema.title,
            "sha256": schema.sha256,
            "language": schema.language,
        },
        "labels": specs_to_json(schema.labels, titles),
        "overlap": project.overlap,
        "frozen_at": now.isoformat(timespec="seconds"),
        "made_by": f"annotator {__version__}",
    }


def _counted(session: Session, project: Project, tally: _Tally) -> dict[str, Any]:
    states = items.count_by_state(session, project.id)
    workload = Counter(_band(count, _WORKLOADS, _MORE) for count in tally.by_person.values())
    total = sum(tally.by_person.values())
    return {
        "counts": {
            "judgements": total,
            "annotators": len(tally.by_person),
            "cannot_tell": tally.cannot_tell,
            "skips": suppress({"skips": snapshot.skips(session, project.id)})["skips"],
            "notes_withheld": tally.notes,
            "unadjudicated": tally.states[ItemState.ADJUDICATING.value],
            "left_out": {
                "unfinished": states[ItemState.READY] + states[ItemState.LEASED],
                "quarantined": states[ItemState.QUARANTINED],
                "withdrawn": states[ItemState.WITHDRAWN],
            },
        },
        "workload": suppress(dict(sorted(workload.items()))),
        "guidelines": dict(sorted(tally.guidelines.items())),
        "guideline_reviews": _reviews(session, tally.versions),
        "gate_of_intake": snapshot.gate_versions(session, project.id),
    }


def _reviews(session: Session, version_ids: set[str]) -> list[dict[str, Any]]:
    """Return what each body last said of the guideline versions that were judged under; None where it said nothing."""
    versions = snapshot.guideline_versions(session)
    found = []
    for version_id in sorted(version_ids, key=lambda one: (versions[one].name, versions[one].version)):
        said = {review.body: review for review in guideline_life.approvals(session, version_id)}
        for body in Body:
            review = said.get(body.value)
            found.append(
                {
                    "guideline": f"{versions[version_id].name} {versions[version_id].version}",
                    "body": body.full_name,
                    "approved": review.approved if review else None,
                    "on": review.at.date().isoformat() if review else None,
                    "dissent": review.dissent if review else "",
                }
            )
    return found


def _band(value: float, bands: Sequence[tuple[float, str]], more: str) -> str:
    return next((name for limit, name in bands if value < limit), more)


def _add_files(folder: Path, guideline: Guideline, planted: Planted | None) -> None:
    (folder / GUIDELINE).mkdir()
    for path in sorted(guideline.path.iterdir()):
        if path.suffix in {".yaml", ".md"}:
            shutil.copyfile(path, folder / GUIDELINE / path.name)
    if planted is not None:
        planted.write(folder / TRUTH)
