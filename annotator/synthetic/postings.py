"""What a synthetic posting is: the text, and apart from it the truth that was planted in it.

The truth says "this indicator was planted", never anything about a person or about trafficking. The rating is the guideline's
rule applied to what was planted; how a posting is drawn and worded lives elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

INDICATORS = ("FEE", "DEBT", "DOCS", "WAGE", "EXIT", "CONFINE", "HOURS", "TERMS", "VAGUE", "PAY", "TIED", "RUSH")
STRONG = frozenset({"DEBT", "DOCS", "WAGE", "EXIT", "CONFINE"})
RELATIVE = frozenset({"HOURS", "PAY"})
"""Indicators that mean something only against a reference line in the text."""
CONTEXT = ("housing", "no_experience", "off_platform", "template")
PROTECTIVE = "protective"

PRESENT, CONTRADICTED, NOT_STATED = "present", "contradicted", "not stated"
STATES = (PRESENT, CONTRADICTED, NOT_STATED)
EXPLICIT, PARAPHRASED, IMPLIED, NEGATED, ABSENT = "explicit", "paraphrased", "implied", "negated", "absent"
REALISATIONS = (EXPLICIT, PARAPHRASED, IMPLIED, NEGATED, ABSENT)
CLEAR = frozenset({EXPLICIT, PARAPHRASED})
"""Realisations that evidence an indicator clearly; implied ones do not."""
STATE_OF = {EXPLICIT: PRESENT, PARAPHRASED: PRESENT, IMPLIED: PRESENT, NEGATED: CONTRADICTED, ABSENT: NOT_STATED}


@dataclass(frozen=True, slots=True)
class PlantedSpan:
    """A planted passage: code-point offsets into the text, `end` exclusive, and what it says of which indicator."""

    start: int
    end: int
    label: str
    state: str


@dataclass(frozen=True, slots=True)
class SyntheticPosting:
    """One posting with its planted truth. `pair` and `copy_of` are empty where they do not apply."""

    id: str
    text: str
    language: str
    campaign: str
    epoch: str  # a half-year, such as 2025-H1
    region: str  # coarse: a point of the compass
    quarter: str
    sector: str
    template: str
    register: str
    indicators: Mapping[str, str]  # code → present | contradicted | not stated
    realisation: Mapping[str, str]  # code → explicit | paraphrased | implied | negated | absent
    spans: tuple[PlantedSpan, ...]  # present and contradicted, in order of the text
    decoys: tuple[PlantedSpan, ...]  # on an indicator's topic, but neither showing nor contradicting it
    context: tuple[str, ...]
    protective: bool
    rating: int  # concern for review 0-3 by the guideline's rule
    difficulty: float  # 0 easy to 1 hard
    cases: tuple[str, ...]  # named hard cases in the text, such as passport_required
    nationality: str  # identity cues in the text, empty where there are none; they never bear on the truth
    gender: str
    shows_contact: bool  # from a reserved range; a labeller who flags it is right
    withheld: bool  # uses the paraphrase family that appears with the drift
    pair: str  # shared by the two postings of a matched pair
    copy_of: str  # id of the first posting of a near-duplicate campaign
    seed: int

    @property
    def tags(self) -> tuple[str, ...]:
        """Context tags, and `protective` last where a protective statement is planted."""
        return (*self.context, PROTECTIVE) if self.protective else self.context

    def row(self) -> dict[str, str]:
        """Return the columns that `annotator ingest` takes: nothing of the truth."""
        return {
            "id": self.id,
            "text": self.text,
            "source": "synthetic",
            "language": self.language,
            "campaign": self.campaign,
            "epoch": self.epoch,
            "region": self.region,
            "quarter": self.quarter,
        }

    def truth(self) -> dict[str, Any]:
        """Return the planted truth by id, without the text."""
        return {
            "id": self.id,
            "rating": self.rating,
            "indicators": dict(self.indicators),
            "realisation": dict(self.realisation),
            "spans": [_span(span) for span in self.spans],
            "decoys": [_span(span) for span in self.decoys],
            "context": list(self.context),
            "protective": self.protective,
            "difficulty": self.difficulty,
            "cases": list(self.cases),
            "campaign": self.campaign,
            "epoch": self.epoch,
            "sector": self.sector,
            "template": self.template,
            "register": self.register,
            "nationality": self.nationality,
            "gender": self.gender,
            "shows_contact": self.shows_contact,
            "withheld": self.withheld,
            "pair": self.pair,
            "copy_of": self.copy_of,
            "seed": self.seed,
        }


def planted_rating(realisation: Mapping[str, str], context: tuple[str, ...], *, protective: bool) -> int:
    """Return the concern for review, 0 to 3, that the guideline's rule gives.

    3: a strong indicator and another, both clearly evidenced. 2: one strong, or two and more. 1: one weak, or context that
    gives pause: two or more context tags and nothing protective. 0: nothing. One tag alone never raises it.
    """
    present = {code for code, way in realisation.items() if STATE_OF[way] == PRESENT}
    clear = {code for code in present if realisation[code] in CLEAR}
    if clear & STRONG and len(clear) >= 2:
        return 3
    if present & STRONG or len(present) >= 2:
        return 2
    return int(bool(present) or (len(context) >= 2 and not protective))


def _span(span: PlantedSpan) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "label": span.label, "state": span.state}
