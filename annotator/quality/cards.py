"""The training set: synthetic postings with planted truth, every hard case of the guideline and every indicator among them, the
easy ones first. The same cards for everybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from annotator.domain.schema import Schema
from annotator.quality.bank import fits, is_fair, truth_of
from annotator.synthetic.generator import generate
from annotator.synthetic.postings import CLEAR, INDICATORS, PRESENT, SyntheticPosting

CASES = {
    "seasonal_housing": "case-seasonal",
    "regulated_fee": "case-agency-fee",
    "live_in": "case-live-in",
    "commission": "case-commission",
    "machine_translated": "case-translated",
    "passport_required": "case-passport",
    "plain_scam": "case-scam",
    "warning": "case-warning",
}
"""Each hard case of the generator with the clause of the guideline that explains it."""
_SEED, _LOOKED_AT = 4, 400


@dataclass(frozen=True, slots=True)
class Card:
    """One posting to train on. `expected` are flat labels; `clauses` are those of its hard cases."""

    id: str
    text: str
    expected: dict[str, str | None]
    spans: tuple[dict[str, Any], ...]
    clauses: tuple[str, ...]
    difficulty: float

    def touches(self, clauses: Iterable[str], schema: Schema) -> bool:
        """Say whether the card teaches one of these clauses."""
        shown = {span["label"] for span in self.spans} | {
            name for name, value in self.expected.items() if value == "yes"
        }
        taught = {choice.clause for q in schema.questions for choice in q.choices if choice.value in shown}
        return bool({*taught, *self.clauses} & set(clauses))


@cache
def _cards() -> tuple[Card, ...]:
    postings = sorted(
        filter(is_fair, generate(_LOOKED_AT, _SEED)), key=lambda posting: (posting.difficulty, posting.id)
    )
    chosen: dict[str, SyntheticPosting] = {}
    for case in CASES:
        fitting = (posting for posting in postings if case in posting.cases and posting.id not in chosen)
        posting = next(fitting, None)
        if posting is not None:
            chosen[posting.id] = posting
    for code in INDICATORS:
        if any(posting.indicators[code] == PRESENT for posting in chosen.values()):
            continue
        posting = next(p for p in postings if p.realisation[code] in CLEAR and p.id not in chosen)
        chosen[posting.id] = posting
    return tuple(_card(posting) for posting in sorted(chosen.values(), key=lambda posting: posting.difficulty))


def cards(schema: Schema) -> tuple[Card, ...]:
    """Return the training set for a guideline, the easy ones first; empty where the generator plants other things than it asks."""
    return _cards() if fits(schema) else ()


def _card(posting: SyntheticPosting) -> Card:
    expected, spans = truth_of(posting)
    clauses = tuple(CASES[case] for case in posting.cases if case in CASES)
    return Card(posting.id, posting.text, expected, tuple(spans), clauses, posting.difficulty)
