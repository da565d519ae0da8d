"""Agreement fell: after a guideline version was taken up, or since the beginning of a week, question by question.

The rating has half of the chance of a false alarm to itself, all other labels share the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from annotator.alerts.pairs import PairTable
from annotator.consensus.agreement import Agreement, krippendorff_alpha
from annotator.consensus.shift import Shift, first_fall, shift, still_there
from annotator.domain.alerts import Finding, Rule
from annotator.domain.quality import accuracy_interval
from annotator.domain.schema import LabelSpec, Schema
from annotator.domain.words import Words, worded

ALPHA = 0.02
"""Chance of a false alarm a moment, over all labels and all looks."""
BEFORE = timedelta(days=28)
WEEKS = 4
"""So many beginnings of a week are under watch."""
LONG_AGO = timedelta(days=60)
"""A version taken up before that is no news any more."""
SHOWN = 50
_BOOTSTRAP, _SEED = 500, 20_260_101


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that may have changed something: a version taken up, or the beginning of a week, where `version` is empty."""

    at: datetime
    before: tuple[str, ...]  # ids of the versions that answers before it were given under
    after: str
    version: str = ""


def watched_since(now: datetime) -> datetime:
    """Return from when on answers are needed."""
    return now - LONG_AGO - BEFORE


def moments(activations: Sequence[tuple[Any, str]], in_use: str, now: datetime) -> list[Moment]:
    """Return the moments under watch, oldest first. `activations` are those of `storage.alert_data.activations`."""
    found = []
    newest = activations[-1] if activations else None
    if newest is not None and newest[0].previous_id is not None and now - newest[0].at <= LONG_AGO:
        activation, number = newest
        found.append(Moment(activation.at, (activation.previous_id,), activation.guideline_version_id, number))
    monday = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=now.weekday())
    for weeks in range(WEEKS):
        at = monday - timedelta(weeks=weeks)
        if newest is None or newest[0].at <= at - timedelta(weeks=1):  # else the version's own moment tells it better
            found.append(Moment(at, (in_use,), in_use))
    return sorted(found, key=lambda moment: moment.at)


def fallen(schema: Schema, pairs: PairTable, watched: Sequence[Moment]) -> list[Finding]:
    """Return a finding a label whose agreement fell and has not come back, told of the moment that it is clearest for."""
    findings = []
    for spec in schema.labels:
        falls = [fall for moment in watched if (fall := _fall(schema, pairs, spec, moment)) is not None]
        if falls:
            clearest = max(falls, key=lambda fall: (bool(fall.moment.version), fall.shift.z))
            findings.append(_finding(schema, pairs, clearest))
    return findings


def share_of_alpha(schema: Schema, spec: LabelSpec) -> float:
    """Return the chance of a false alarm that a label has at one moment."""
    return ALPHA / 2 if spec == schema.rating else ALPHA / 2 / max(1, len(schema.labels) - 1)


@dataclass(frozen=True, slots=True)
class _Fall:
    spec: LabelSpec
    moment: Moment
    shift: Shift
    before: NDArray[np.int64]  # rows of pairs that have the label
    after: NDArray[np.int64]


def _fall(schema: Schema, pairs: PairTable, spec: LabelSpec, moment: Moment) -> _Fall | None:
    before, rows_before = pairs.distances(spec, pairs.between(moment.at - BEFORE, moment.at, moment.before))
    after, rows_after = pairs.distances(spec, pairs.between(moment.at, None, (moment.after,)))
    known_at = first_fall(before, after, share_of_alpha(schema, spec))
    if known_at is None or not still_there(before, after, known_at):
        return None
    return _Fall(spec, moment, shift(before, after), rows_before, rows_after)


def _finding(schema: Schema, pairs: PairTable, fall: _Fall) -> Finding:
    spec, moment, moved = fall.spec, fall.moment, fall.shift
    title = schema.title_of(spec.name)
    alphas = [_alpha(pairs, spec, rows) for rows in (fall.before, fall.after)]
    mixed = most_mixed(schema, pairs, spec, fall.before, fall.after)
    when = f"{moment.at:%Y-%m-%d %H:%M}"
    if moment.version:
        headline = worded("Agreement on {title} fell after guideline {version}", title=title, version=moment.version)
        cause = worded("guideline {version} was taken up on {when} UTC", version=moment.version, when=when)
    else:
        headline = worded("Agreement on {title} fell", title=title)
        cause = worded("the week of {day} began", day=when[:10])
    went = worded(
        "Since {cause}, alpha of {title} went from {before} to {after}.",
        cause=cause,
        title=title,
        before=_words(alphas[0]),
        after=_words(alphas[1]),
    )
    numbers = {
        "label": spec.name,
        "version": moment.version,
        "before": alphas[0].to_json(),
        "after": alphas[1].to_json(),
        "shift": {"value": moved.value, "low": moved.low, "high": moved.high},
        "clause": mixed.clause if mixed is not None else "",
        "mixed": mixed.name if mixed is not None else "",
    }
    links = (
        [(worded("The clause that is mixed up most"), f"/guideline#{mixed.clause}")] if mixed and mixed.clause else []
    )
    query = urlencode({"label": spec.name})
    links.append((worded("What gets mixed up"), f"/coordinator/agreement/confusions?{query}"))
    links.append((worded("{title} over time", title=title), f"/coordinator/agreement/time?{query}"))
    return Finding(
        Rule.AGREEMENT_FELL,
        spec.name,
        headline,
        (went, _moved(spec, moved), *((mixed.words,) if mixed is not None else ())),
        moment.at,
        numbers,
        _apart(pairs, spec, fall.after),
        tuple(links),
    )


@dataclass(frozen=True, slots=True)
class Mixed:
    """What is mixed up most: a label or a value, its clause, and it in words."""

    name: str
    clause: str
    words: Words


def most_mixed(
    schema: Schema, pairs: PairTable, spec: LabelSpec, before: NDArray[np.int64], after: NDArray[np.int64]
) -> Mixed | None:
    """Return the marked label whose pairs began to differ most, among all where the rating fell, else of the label itself."""
    ratings = spec.is_rating
    candidates = [each for each in schema.labels if not each.is_rating] if ratings else [spec]
    best: tuple[float, LabelSpec, tuple[int, int], tuple[int, int]] | None = None
    for each in candidates:
        (then, then_n), (now, now_n) = (_differing(pairs, each, rows) for rows in (before, after))
        if not then_n or not now_n or now == 0:
            continue
        rise = now / now_n - then / then_n
        if best is None or rise > best[0]:
            best = (rise, each, (then, then_n), (now, now_n))
    if best is None or best[0] <= 0:
        return None
    _, label, then_counts, now_counts = best
    clause, title = _clause(schema, label), schema.title_of(label.name)
    shares = {"now": _share(*now_counts), "before": _share(*then_counts)}
    if ratings:
        words = worded(
            "Mixed up most: {title}, on which {now} of the pairs differ now, {before} before.", title=title, **shares
        )
    else:
        words = worded("{now} of the pairs differ now, {before} before.", **shares)
    return Mixed(label.name, clause, words)


def _differing(pairs: PairTable, spec: LabelSpec, rows: NDArray[np.int64]) -> tuple[int, int]:
    found, _ = pairs.distances(spec, rows)
    return int((found.distance > 0).sum()), found.n


def _apart(pairs: PairTable, spec: LabelSpec, rows: NDArray[np.int64]) -> tuple[str, ...]:
    """Return the items whose pairs differ, those furthest apart first, newest first among equals."""
    found, kept = pairs.distances(spec, rows)
    order = np.lexsort((-kept, -found.distance))
    return tuple(pairs.item[kept[place]] for place in order[:SHOWN] if found.distance[place] > 0)


def _alpha(pairs: PairTable, spec: LabelSpec, rows: NDArray[np.int64]) -> Agreement:
    rng = np.random.default_rng(_SEED)
    return krippendorff_alpha(pairs.matrix(spec, rows), level=spec.level.value, bootstrap=_BOOTSTRAP, rng=rng)


def _words(found: Agreement) -> Words:
    if found.value is None:
        return worded("not defined (n = {n})", n=found.n_items)
    value = f"{found.value:.2f}"
    if found.low is None or found.high is None:
        return Words("{value} (n = {n})", {"value": value, "n": found.n_items})
    return worded(
        "{value} ({low} to {high}, n = {n})",
        value=value,
        low=f"{found.low:.2f}",
        high=f"{found.high:.2f}",
        n=found.n_items,
    )


def _moved(spec: LabelSpec, moved: Shift) -> Words:
    if spec.is_scale:
        value, low, high = (f"{part:.2f}" for part in (moved.value, moved.low, moved.high))
        return worded(
            "Two answers to one posting are {value} steps further apart, 95 % interval {low} to {high}.",
            value=value,
            low=low,
            high=high,
        )
    value, low, high = (f"{100 * part:.0f}" for part in (moved.value, moved.low, moved.high))
    return worded(
        "Of 100 pairs of answers {value} more differ than before, 95 % interval {low} to {high}.",
        value=value,
        low=low,
        high=high,
    )


def _share(count: int, n: int) -> Words:
    low, high = accuracy_interval(count, n)
    return worded(
        "{value} ({low} to {high}, n = {n})", value=f"{count / n:.0%}", low=f"{low:.0%}", high=f"{high:.0%}", n=n
    )


def _clause(schema: Schema, spec: LabelSpec) -> str:
    return next((choice.clause for q in schema.questions if (choice := q.choice(spec.name)) is not None), "")
