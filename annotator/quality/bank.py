"""Filling the bank of control items: from the synthetic generator, and from gold in one step. A bank is a project of its own.

The generator's seed comes from the bank's key, so that nobody can make the bank's postings anew from the public code.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Any

from sqlmodel import Session

from annotator.domain.answers import Answer
from annotator.domain.controls import Placement
from annotator.domain.errors import ConflictError, InputError, NotFoundError
from annotator.domain.ids import new_id
from annotator.domain.items import ItemState, Source
from annotator.domain.schema import Kind, Schema
from annotator.storage import adjudication, audit, controls, items
from annotator.storage.database import Database
from annotator.storage.tables import Item, Project
from annotator.storage.tables_quality import Control, QualityPolicy
from annotator.synthetic.generator import generate
from annotator.synthetic.postings import INDICATORS, SyntheticPosting

UNLIMITED = 1_000_000
RETIRE_AFTER = 60
_LOOKED_AT = 6  # postings looked at for each one kept
_HARDEST = 0.5


def ensure_policy(
    session: Session, project: Project, now: datetime, placement: Placement | None = None
) -> QualityPolicy:
    """Return the project's policy, made with an empty bank where there is none; `placement` is for a new one.

    Raises:
        ConflictError: another project has the name that the bank is to have.
    """
    known = controls.policy(session, project.id)
    if known is not None:
        return known
    chosen = placement or Placement()
    bank = Project(
        id=new_id(),
        name=f"{project.name}, control items",
        purpose="Control items with known answers: they say how labelling goes, and are no data.",
        guideline_version_id=project.guideline_version_id,
        overlap=UNLIMITED,
        lease_seconds=project.lease_seconds,
        order_seed=project.order_seed,
        created_at=now,
    )
    if not controls.add_bank(session, bank):
        made_meanwhile = controls.policy(session, project.id)
        if made_meanwhile is None:
            raise ConflictError(f"There is a project {bank.name} already.", mend="Give one of the two another name.")
        return made_meanwhile
    policy = QualityPolicy(
        project_id=project.id,
        bank_id=bank.id,
        key=secrets.token_hex(32),
        control_rate=chosen.rate,
        control_first=chosen.first,
        retire_after=RETIRE_AFTER,
    )
    session.add(policy)
    session.flush()
    audit.record(session, now, audit.SERVICE, "controls.opened", project.id, **asdict(chosen))
    return policy


def fits(schema: Schema) -> bool:
    """Say whether the generator's truth answers this guideline's questions."""
    return set(INDICATORS) <= {choice.value for q in schema.questions if q.kind is Kind.SPANS for choice in q.choices}


def fill(database: Database, project: Project, schema: Schema, count: int, actor: str, now: datetime) -> int:
    """Bring the bank to `count` control items in use from the generator; return how many were added.

    Raises:
        InputError: the guideline asks other things than the generator plants.
    """
    if not fits(schema):
        raise InputError(
            "The generator plants nothing that this guideline asks for.", mend="Make control items from gold."
        )
    with database.writing() as session:
        return fill_up(session, project, count, actor, now)


def fill_up(session: Session, project: Project, count: int, actor: str, now: datetime) -> int:
    """The same within a transaction, for a guideline that the generator plants for. Whoever fills the bank meanwhile waits."""
    policy = ensure_policy(session, project, now)
    bank = session.get_one(Project, policy.bank_id, with_for_update=True)
    known = controls.bank(session, bank.id)
    missing = count - sum(control.retired_at is None for control, _ in known)
    if missing <= 0:
        return 0
    seed = int.from_bytes(bytes.fromhex(policy.key)[:6], "big") + len(known)
    for posting in _usable(seed, missing):
        expected, spans = truth_of(posting)
        _add(session, bank, posting.text, Source.SYNTHETIC, expected, spans, "synthetic", None, actor, now)
    audit.record(session, now, actor, "controls.filled", project.id, added=missing)
    return missing


def from_gold(database: Database, project: Project, public_id: str, actor: str, now: datetime) -> str:
    """Make a control item of an adjudicated one, with the decision as what is expected; return the control item's id.

    Raises:
        NotFoundError: there is no such item.
        ConflictError: the item is not gold, cannot be told, or is a control item already.
    """
    with database.writing() as session:
        item = items.by_public_id(session, project.id, public_id)
        if item is None:
            raise NotFoundError("There is no such item.")
        return make_control(session, project, item, actor, now)


def make_control(session: Session, project: Project, item: Item, actor: str, now: datetime) -> str:
    """The same within a transaction. A control item that was taken back before anybody met it comes into use again."""
    decision = next((made for made in adjudication.decisions(session, item.id) if made.settles), None)
    if item.state != ItemState.GOLD or decision is None:
        raise ConflictError("Only a gold item can become a control item.", mend="Adjudicate it first.")
    if decision.rating is None:
        raise ConflictError("An item that nobody can tell is no control item.", mend="Choose another.")
    bank = session.get_one(Project, ensure_policy(session, project, now).bank_id)
    spans = [span | {"text": ""} for span in Answer.from_json(decision.answer).to_json()["spans"]]
    known = controls.made_from(session, item.id)
    if known is not None:
        if not controls.reuse(session, known, decision.labels, spans):
            raise ConflictError("This item is a control item already.")
        audit.record(session, now, actor, "control.added", known.item_id, origin="gold")
        return known.item_id
    source = Source(item.source)
    return _add(session, bank, item.text, source, decision.labels, spans, "gold", item, actor, now)


def retire_worn(database: Database, project: Project, now: datetime) -> int:
    """Retire the control items that too many people have met; return how many."""
    with database.writing() as session:
        policy = controls.policy(session, project.id)
        return controls.retire_worn(session, policy.bank_id, policy.retire_after, now) if policy is not None else 0


def truth_of(posting: SyntheticPosting) -> tuple[dict[str, str | None], list[dict[str, Any]]]:
    """Return the planted truth as flat labels, and the planted passages."""
    expected: dict[str, str | None] = {"concern": str(posting.rating), **posting.indicators}
    expected |= dict.fromkeys(posting.tags, "yes")
    return expected, [asdict(span) for span in posting.spans]


def is_fair(posting: SyntheticPosting) -> bool:
    """Say whether a posting's truth is beyond dispute: no copy or twin, not resting on hints alone, no contact to flag."""
    plain = not (posting.copy_of or posting.pair or posting.withheld or posting.shows_contact)
    return plain and posting.difficulty <= _HARDEST


def _usable(seed: int, count: int) -> list[SyntheticPosting]:
    return list(islice(filter(is_fair, generate(count * _LOOKED_AT, seed)), count))


def _add(
    session: Session,
    bank: Project,
    text: str,
    source: Source,
    expected: dict[str, str | None],
    spans: Sequence[dict[str, Any]],
    origin: str,
    made_from: Item | None,
    actor: str,
    now: datetime,
) -> str:
    row = items.NewItem(new_id(), text, items.text_hash(text), source.value, ItemState.READY)
    if items.add(session, bank, [row], now):
        raise ConflictError("The bank holds that text already.")
    session.add(
        Control(
            item_id=row.id,
            expected=expected,
            spans=list(spans),
            origin=origin,
            origin_item_id=made_from.id if made_from is not None else None,
            added_at=now,
            added_by=actor,
        )
    )
    audit.record(session, now, actor, "control.added", row.id, origin=origin)
    return row.id
