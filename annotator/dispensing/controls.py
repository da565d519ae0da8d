"""Which control item, if any, comes next for a person: by a keyed hash, so that nobody can tell beforehand.

The same queries run whether one is due or not, so that neither the time a request takes nor what it leaves behind tells the
two apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from annotator.dispensing import wellbeing
from annotator.domain.controls import Placement, order_of
from annotator.domain.exposure import high_ratings
from annotator.domain.schema import Schema
from annotator.storage import controls
from annotator.storage.known import Condition
from annotator.storage.tables_quality import QualityPolicy


def placement(policy: QualityPolicy) -> Placement:
    """Return the places that a project's policy gives to control items."""
    return Placement(policy.control_first, policy.control_rate)


def drawn(
    session: Session,
    policy: QualityPolicy | None,
    schema: Schema,
    person_id: str,
    wanted: Sequence[Condition],
    opt_outs: frozenset[str],
    *,
    mild: bool,
    only: bool,
) -> str | None:
    """Return the control item that comes next; None when an ordinary item does, or when the bank has none for this person.

    `only` is for somebody who is not qualified yet: every place is for a control item.
    """
    if policy is None:
        return None
    key = bytes.fromhex(policy.key)
    place = controls.place(session, person_id)
    conditions = [*wanted, *_bearable(schema, opt_outs, mild=mild)]
    unmet = controls.unmet(session, policy.bank_id, person_id, conditions)
    if not unmet or not (only or placement(policy).is_control(key, person_id, place)):
        return None
    return min(unmet, key=lambda item_id: order_of(key, person_id, item_id))


def _bearable(schema: Schema, opt_outs: frozenset[str], *, mild: bool) -> list[Condition]:
    """Return what a control item must be so that no promise of wellbeing is broken: opt-outs, and a mild one where it is time."""
    found = [controls.does_not_show(codes, state) for codes, state in wellbeing.unwanted(schema, opt_outs)]
    if mild:
        high = high_ratings(schema)
        found.append(controls.rated([value for value in schema.rating.values if value not in high], schema.rating.name))
    return found
