"""What a gate does on the red-team set and on clean postings: silent leaks, masking, precision, false quarantine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from scipy.stats import beta

from tests.privacy.redteam import Item

Spans = list[tuple[int, int]]
Verdict = tuple[Spans, bool]
"""Masked passages in offsets of the text, and whether the row is quarantined."""


def upper_bound(events: int, trials: int) -> float:
    """One-sided 95 % upper bound of a proportion (Clopper & Pearson 1934)."""
    return 1.0 if events >= trials else float(beta.ppf(0.95, events + 1, trials - events))


@dataclass(slots=True)
class Tally:
    items: int = 0
    leaks: int = 0
    masked: int = 0
    quarantined: int = 0
    spans: int = 0
    right_spans: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, item: Item, verdict: Verdict) -> None:
        spans, quarantined = verdict
        whole = covered(item, spans)
        self.items += 1
        self.masked += whole
        self.quarantined += quarantined
        if not whole and not quarantined:
            self.leaks += 1
            self.examples.append(item.text)
        self.spans += len(spans)
        self.right_spans += sum(start < item.end and end > item.start for start, end in spans)


def covered(item: Item, spans: Spans) -> bool:
    """Say whether every letter and figure of the identifier is masked."""
    open_places = {i for i in range(item.start, item.end) if item.text[i].isalnum()}
    for start, end in spans:
        open_places.difference_update(range(start, end))
    return not open_places


def tally(items: Iterable[Item], gate: Callable[[str, str], Verdict]) -> Tally:
    result = Tally()
    for item in items:
        result.add(item, gate(item.text, item.language))
    return result
