"""The tables behind the pages of data and of learning: each stands on its page, beside its chart where it has one, and as CSV.

The words here are English, as CSV has them; a page says them in its own language.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from annotator.domain.errors import NotFoundError
from annotator.domain.words import Words, marked, worded
from annotator.insight.data import Data
from annotator.web.frame.board import Learning
from annotator.web.frame.csv_files import Cell
from annotator.web.frame.language import say

_INTERVAL = (marked("low"), marked("high"))


@dataclass(frozen=True, slots=True)
class Table:
    """Headers, and rows of as many cells."""

    name: str
    title: str
    headers: tuple[str, ...]
    rows: list[list[Cell]]


def data_tables(data: Data, learning: Learning) -> dict[str, Table]:
    """Return the tables of the page of data, by name."""
    return _named(_quarantine(data), _balance(data, learning), _epochs(data), _drift(data), _regions(data))


def learning_tables(learning: Learning) -> dict[str, Table]:
    """Return the tables of the page of learning, by name."""
    return _named(_curve(learning), _lift(learning), _versions(learning))


def pick(tables: dict[str, Table], name: str) -> Table:
    """Return a table by name. Raises `NotFoundError` where there is none."""
    if name not in tables:
        raise NotFoundError("There is no such table.")
    return tables[name]


def fallback_words(learning: Learning) -> str:
    """Say in a sentence what picks items now, and what it falls back on."""
    pool = learning.pool
    if pool.model_orders:
        return say("The model orders the pool. Where it has nothing for somebody, the seeded random order stands in.")
    if pool.model is None:
        return say(
            "The seeded random order picks items. That is what everything falls back on, and nothing is lost by it."
        )
    if pool.model.share > 0:
        return say(
            "The model picks {share} of what the audit leaves, as a trial, and the seeded random order the rest, until its picks are "
            "proven to be worth more than random ones.",
            share=f"{pool.model.share:.0%}",
        )
    return say(
        "The model has lost the trial, so the seeded random order picks everything. It is tried again when it has learned more."
    )


def _quarantine(data: Data) -> Table:
    headers = (marked("reason"), marked("items"))
    return Table(
        "quarantine",
        marked("Quarantine by reason"),
        headers,
        [[Words(reason), count] for reason, count in data.quarantine],
    )


def _balance(data: Data, learning: Learning) -> Table:
    headers = (
        marked("rating"),
        marked("share of all items"),
        *_INTERVAL,
        marked("audited items"),
        marked("share of answers given"),
    )
    rows: list[list[Cell]] = [
        [rating, one.value if one.n else None, one.low, one.high, one.n, data.given_share(rating)]
        for rating, one in learning.pool.prevalence.items()
    ]
    return Table("class-balance", marked("Class balance"), headers, rows)


def _epochs(data: Data) -> Table:
    headers = (
        marked("epoch"),
        marked("items"),
        marked("audited items"),
        marked("rating"),
        marked("share"),
        *_INTERVAL,
    )
    rows: list[list[Cell]] = [
        [epoch.name, epoch.items, epoch.audited, rating, one.value if one.n else None, one.low, one.high]
        for epoch in data.epochs
        for rating, one in epoch.rates.items()
    ]
    return Table("epochs", marked("Ratings by epoch"), headers, rows)


def _drift(data: Data) -> Table:
    headers = (
        marked("from"),
        marked("to"),
        marked("postings before"),
        marked("postings after"),
        marked("distance"),
        marked("by chance up to"),
        marked("p"),
        marked("words that moved most"),
    )
    rows: list[list[Cell]] = [
        [
            one.before,
            one.after,
            one.n_before,
            one.n_after,
            one.distance,
            one.usual,
            None if one.p is None else f"{one.p:.3f}",
            ", ".join(f"{word} {'↑' if after > before else '↓'}" for word, before, after in one.words)
            or Words(one.reason),
        ]
        for one in (data.drift.drifts if data.drift else ())
    ]
    return Table("drift", marked("Drift of words"), headers, rows)


def _regions(data: Data) -> Table:
    too_few = worded("fewer than 10, or kept with one that has")
    rows: list[list[Cell]] = [[name, too_few if count is None else count] for name, count in data.regions.items()]
    return Table("regions", marked("Items by coarse region"), (marked("region"), marked("items")), rows)


def _curve(learning: Learning) -> Table:
    headers = (
        marked("version"),
        marked("labelled items"),
        marked("right on the audit slice"),
        *_INTERVAL,
        marked("audited items"),
        marked("trained"),
    )
    rows: list[list[Cell]] = [
        [one.version, one.labelled, one.value, one.low, one.high, one.n, _moment(one.at)] for one in learning.curve
    ]
    return Table("curve", marked("Learning curve"), headers, rows)


def _lift(learning: Learning) -> Table:
    headers = (marked("labels"), marked("AUC, chosen by the model"), marked("AUC, chosen at random"))
    rows: list[list[Cell]] = [list(point) for point in learning.looked.curve] if learning.looked is not None else []
    return Table("lift", marked("Lift"), headers, rows)


def _versions(learning: Learning) -> Table:
    headers = (
        marked("version"),
        marked("trained"),
        marked("labelled items"),
        marked("right out of fold"),
        marked("AUC out of fold"),
        marked("lift proven"),
        marked("in use"),
    )
    rows: list[list[Cell]] = [
        [
            one.version,
            _moment(one.created_at),
            one.n_labelled,
            one.metrics.get("accuracy"),
            one.metrics.get("auc"),
            _yes(one.lift_proven),
            _yes(one.active),
        ]
        for one in learning.versions
    ]
    return Table("versions", marked("Versions of the model"), headers, rows)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _named(*tables: Table) -> dict[str, Table]:
    return {table.name: table for table in tables}


def _yes(holds: bool) -> Words:
    return worded("yes") if holds else worded("no")
