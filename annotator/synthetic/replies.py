"""How a simulated annotator answers a whole synthetic posting: rating, indicators, passages, tags and the time it took."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from annotator.domain.answers import Answer, Span
from annotator.synthetic.people import CANNOT_TELL, NOT_STATED_CODE, Person, PersonKind, judge, rate
from annotator.synthetic.postings import CONTEXT, INDICATORS, PROTECTIVE, STATES, PlantedSpan, SyntheticPosting

_CONCERN, _INDICATORS, _CONTEXT, _PROTECTIVE = "concern", "indicators", "context", "protective"
"""Question ids of the `postings` guideline."""
_CANNOT_TELL_VALUE = "CT"
_SECONDS_A_WORD, _SECONDS_A_MARK = 0.25, 4.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What one person says of one posting. `rating` is None for "cannot tell"; `seconds` is the time it took."""

    rating: int | None
    indicators: Mapping[str, str]
    spans: tuple[PlantedSpan, ...]
    tags: tuple[str, ...]
    seconds: float

    def to_answer(self, text: str) -> Answer:
        """Return the reply as an answer of the service, for the posting's text."""
        rating = _CANNOT_TELL_VALUE if self.rating is None else str(self.rating)
        context = tuple(tag for tag in self.tags if tag != PROTECTIVE)
        choices: dict[str, tuple[str, ...]] = {_CONCERN: (rating,)}
        if context:
            choices[_CONTEXT] = context
        if PROTECTIVE in self.tags:
            choices[_PROTECTIVE] = (PROTECTIVE,)
        spans = tuple(
            Span(_INDICATORS, span.label, span.state, span.start, span.end, text[span.start : span.end])
            for span in self.spans
        )
        return Answer(choices=choices, spans=spans)


def reply(person: Person, posting: SyntheticPosting, rng: np.random.Generator, *, position: float = 0.0) -> Reply:
    """Return what the person says of the posting, `position` 0 at the start of a session to 1 at its end."""
    hard = posting.difficulty
    rating = int(rate([posting.rating], [0], [person], rng, difficulty=hard, position=position)[0])
    true = [[STATES.index(posting.indicators[code]) for code in INDICATORS]]
    given = judge(true, [0], [person], rng, difficulty=hard, position=position)[0]
    marked = {code: STATES[state] for code, state in zip(INDICATORS, given, strict=True) if state != NOT_STATED_CODE}
    spans = tuple(sorted((_passage(person, posting, code, state, rng) for code, state in marked.items()), key=_place))
    return Reply(
        rating=None if rating == CANNOT_TELL else rating,
        indicators={code: marked.get(code, STATES[NOT_STATED_CODE]) for code in INDICATORS},
        spans=spans,
        tags=_tags(person, posting, rng),
        seconds=_seconds(person, posting, len(spans), rng),
    )


def _passage(person: Person, posting: SyntheticPosting, code: str, state: str, rng: np.random.Generator) -> PlantedSpan:
    """Return the passage that the person marks: the planted one where there is one, else one on the topic, else any."""
    candidates = [span for span in (*posting.spans, *posting.decoys) if span.label == code]
    start, end = (candidates[0].start, candidates[0].end) if candidates else _any_line(posting.text, rng)
    if rng.random() < person.jitter:
        start, end = _shifted(posting.text, start, end, rng)
    return PlantedSpan(start, end, code, state)


def _any_line(text: str, rng: np.random.Generator) -> tuple[int, int]:
    lines = [line for line in text.split("\n") if line.strip()]
    line = lines[int(rng.integers(len(lines)))]
    start = text.index(line)
    return start, start + len(line)


def _shifted(text: str, start: int, end: int, rng: np.random.Generator) -> tuple[int, int]:
    """Move one end inwards by one to three words, leaving at least one."""
    words = text[start:end].split(" ")
    drop = min(int(rng.integers(1, 4)), len(words) - 1)
    if drop == 0:
        return start, end
    if rng.random() < 0.5:
        return start + len(" ".join(words[:drop])) + 1, end
    return start, end - len(" ".join(words[-drop:])) - 1


def _tags(person: Person, posting: SyntheticPosting, rng: np.random.Generator) -> tuple[str, ...]:
    ticked = []
    for tag in (*CONTEXT, PROTECTIVE):
        chance = person.hit * (1 - person.careless) if tag in posting.tags else person.false_alarm
        if (rng.random() < chance) != (person.kind is PersonKind.ADVERSARIAL):
            ticked.append(tag)
    return tuple(ticked)


def _seconds(person: Person, posting: SyntheticPosting, marks: int, rng: np.random.Generator) -> float:
    """Reading, thinking and marking; who does not read is quick."""
    reading = posting.text.count(" ") * _SECONDS_A_WORD * (1 + posting.difficulty)
    usual = (1 - 0.85 * person.careless) * (reading + marks * _SECONDS_A_MARK)
    return round(float(rng.lognormal(math.log(max(usual, 1.0)), 0.35)), 1)


def _place(span: PlantedSpan) -> tuple[int, int, str]:
    return span.start, span.end, span.label
