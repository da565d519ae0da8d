"""What is said beside a frozen snapshot: where it comes from, what was counted on the way, and who had approved its guidelines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from annotator import __version__
from annotator.domain.governance import Body
from annotator.domain.items import ItemState
from annotator.domain.schema import Schema
from annotator.domain.small_cells import suppress
from annotator.insight.agreement import agreement_by_label
from annotator.insight.labels import LabelTable
from annotator.storage import guideline_life, items, snapshot, withdrawal
from annotator.storage.tables import Project
from exports.columns import specs_to_json
from guidelines.loader import Guideline

_WORKLOADS = ((10, "1 to 9"), (100, "10 to 99"), (1_000, "100 to 999"))
_MORE = "1,000 and more"


@dataclass
class Tally:
    """What is counted on the way."""

    states: Counter[str] = field(default_factory=Counter)
    by_person: Counter[str] = field(default_factory=Counter)
    guidelines: Counter[str] = field(default_factory=Counter)
    versions: set[str] = field(default_factory=set)
    notes: int = 0
    cannot_tell: int = 0


def of(session: Session, project: Project, guideline: Guideline, tally: Tally, now: datetime) -> dict[str, Any]:
    """Return what is known of a snapshot before anything is worked out from its labels."""
    return {
        **_origin(project, guideline, now),
        **_counted(session, project, tally),
        "withdrawals_outstanding": withdrawal.count_outstanding(session),
    }


def agreement(schema: Schema, table: LabelTable) -> list[dict[str, Any]]:
    """Return the agreement on each label of the judgements in the snapshot."""
    return [
        {"label": row.spec.name, "title": row.title, "cannot_tell": row.cannot_tell, **row.agreement.to_json()}
        for row in agreement_by_label(schema, table)
    ]


def guideline_facts(schema: Schema) -> dict[str, str]:
    """Return what tells a version of a guideline from others."""
    return {
        "name": schema.name,
        "version": schema.version,
        "title": schema.title,
        "sha256": schema.sha256,
        "language": schema.language,
    }


def band(value: float, bands: Sequence[tuple[float, str]], more: str) -> str:
    """Return the name of the first band that a value lies under; `more` where there is none."""
    return next((name for limit, name in bands if value < limit), more)


def _origin(project: Project, guideline: Guideline, now: datetime) -> dict[str, Any]:
    schema = guideline.schema
    titles = {choice.value: choice.title for question in schema.questions for choice in question.choices}
    titles |= {question.id: question.title for question in schema.questions}
    return {
        "project": project.name,
        "purpose": project.purpose,
        "guideline": guideline_facts(schema),
        "labels": specs_to_json(schema.labels, titles),
        "overlap": project.overlap,
        "frozen_at": now.isoformat(timespec="seconds"),
        "made_by": f"annotator {__version__}",
    }


def _counted(session: Session, project: Project, tally: Tally) -> dict[str, Any]:
    states = items.count_by_state(session, project.id)
    workload = Counter(band(count, _WORKLOADS, _MORE) for count in tally.by_person.values())
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
