"""A finding of `annotator doctor`: what was looked at, how it is, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    WELL = "well"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and how to mend it."""

    part: str
    verdict: Verdict
    what: str
    mend: str = ""


Findings = Iterator[Finding]
