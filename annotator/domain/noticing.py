"""When a change in somebody's answers is worth a talk, long before a pause would be proposed. The evidence is that of `domain.quality`.

The threshold grows with what is answered, so that all people together raise about as many false alarms a month in a large project
as in a small one: Page's statistic passes a threshold one higher about e times more rarely (Page 1954; measured by
`benchmarks.alarms`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from annotator.domain.quality import THRESHOLD

LEAST = 7.0
USUAL_ANSWERS = 1500
"""Weighed answers a month up to which the least threshold holds."""


@dataclass(frozen=True, slots=True)
class Change:
    """What has gathered, and the place of the first answer that it gathered over."""

    gathered: float
    begins: int


def threshold(answers: int) -> float:
    """Return the threshold for a project with so many weighed answers a month; never above the one of a pause."""
    return min(THRESHOLD, LEAST + math.log(max(answers, 1) / USUAL_ANSWERS)) if answers > USUAL_ANSWERS else LEAST


def change(ratios: Sequence[float], least: float) -> Change | None:
    """Return what has gathered by the last of these log-likelihood ratios, where it reaches `least`; else None."""
    begins, gathered = 0, 0.0
    for place, ratio in enumerate(ratios):
        gathered = max(0.0, gathered + ratio)
        begins = place + 1 if gathered == 0 else begins
    return Change(gathered, begins) if gathered >= least else None
