"""Who lives the week: simulated volunteers, when they come, and how they answer on each day of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from annotator.rehearsal.guideline import LABEL
from annotator.storage.tables_quality import Control
from annotator.synthetic.people import Person, PersonKind, draw_person
from annotator.synthetic.postings import CONTEXT, NOT_STATED, PRESENT, PROTECTIVE, PlantedSpan, SyntheticPosting
from annotator.synthetic.replies import Reply, reply

DAYS_A_WEEK = 4
"""The precautionary limits allow no more."""
ANSWERS_A_DAY = 18
MOST = 3


@dataclass(frozen=True, slots=True)
class Volunteer:
    """One of the team. `wide` says how a clause is read that can be read in two ways; `days` (0 to 6) when they come."""

    person_id: str
    habits: Person
    wide: bool
    days: tuple[int, ...]


def gather(person_ids: Sequence[str], rng: np.random.Generator) -> list[Volunteer]:
    """Return a team of careful and typical people, spread over the week."""
    kinds = [PersonKind.CAREFUL, PersonKind.TYPICAL] * len(person_ids)
    team = []
    for place, person_id in enumerate(person_ids):
        days = tuple(sorted((place + step) % 7 for step in (0, 2, 4, 5)[:DAYS_A_WEEK]))
        team.append(Volunteer(person_id, draw_person(kinds[place], rng), bool(place % 2), days))
    return team


def careless(rng: np.random.Generator) -> Person:
    """Return the habits of somebody who clicks through."""
    return replace(draw_person(PersonKind.CARELESS, rng), careless=0.9, favourite=0)


def answer(
    habits: Person, posting: SyntheticPosting, rng: np.random.Generator, *, position: float, wide: bool
) -> Reply:
    """Return what somebody says of a posting; a `wide` reader takes any cost for a fee, and is the more concerned for it."""
    said = reply(habits, posting, rng, position=position)
    if not wide or said.rating is None or said.indicators[LABEL] != NOT_STATED or rng.random() < 0.05:
        return said
    end = posting.text.find("\n")
    line = PlantedSpan(0, end if end > 0 else len(posting.text), LABEL, PRESENT)
    return Reply(
        rating=min(said.rating + 1, MOST),
        indicators={**said.indicators, LABEL: PRESENT},
        spans=tuple(sorted((*said.spans, line), key=lambda span: (span.start, span.end, span.label))),
        tags=said.tags,
        seconds=said.seconds,
    )


def as_posting(control: Control, text: str, like: SyntheticPosting) -> SyntheticPosting:
    """Return a control item as a posting with its expected answer as truth; what is not known of it is taken from `like`."""
    expected = control.expected
    spans = [PlantedSpan(*(span[name] for name in ("start", "end", "label", "state"))) for span in control.spans]
    return replace(
        like,
        text=text,
        rating=int(expected["concern"] or 0),
        indicators={code: expected.get(code) or NOT_STATED for code in like.indicators},
        spans=tuple(spans),
        decoys=(),
        context=tuple(tag for tag in CONTEXT if expected.get(tag) == "yes"),
        protective=expected.get(PROTECTIVE) == "yes",
        difficulty=0.3,
    )
