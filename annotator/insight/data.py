"""The data of a project as a coordinator sees them: quarantine by reason, epochs and their rates, drift, regions, class balance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import numpy as np
import orjson
from sqlmodel import Session

from active_learning.audit import Estimate, estimate
from annotator.domain.schema import Schema
from annotator.domain.small_cells import suppress
from annotator.insight.drift import SAMPLE, Drift, Posting, drift_between
from annotator.storage import desk_data, markers
from annotator.storage.database import Database
from annotator.storage.tables import Project

_EVERY = timedelta(hours=1)
_READ = 4 * SAMPLE  # of an epoch's postings, before one a campaign is taken


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch: its items, those of the audit slice that are answered, and the share of each rating as they tell it."""

    name: str
    items: int
    audited: int
    rates: dict[str, Estimate]


@dataclass(frozen=True, slots=True)
class Measured:
    """The newest measurement of drift, and of how many items it was made."""

    at: datetime
    items: int
    drifts: tuple[Drift, ...]


@dataclass(frozen=True, slots=True)
class Data:
    """`quarantine` has items by reason, of which one item may have several; `given` answers by rating, None "cannot tell";
    `regions` items by region, None where fewer than ten.
    """

    quarantined: int
    quarantine: list[tuple[str, int]]
    given: dict[str | None, int]
    epochs: list[Epoch]
    regions: dict[str, int | None]
    drift: Measured | None

    def given_share(self, rating: str) -> float | None:
        """Return the share of a rating among all ratings given: of the items that were picked, whoever picked them."""
        n = sum(count for value, count in self.given.items() if value is not None)
        return self.given.get(rating, 0) / n if n else None


def read_data(session: Session, project: Project, schema: Schema) -> Data:
    """Read the data as they stand."""
    sizes = {name: size for name, size in desk_data.by_epoch(session, project.id).items() if name}
    audited = desk_data.audited_by_epoch(session, project, len(schema.rating.values))
    return Data(
        quarantined=desk_data.count_quarantined(session, project.id),
        quarantine=quarantine(session, project.id),
        given=desk_data.ratings_given(session, project.id),
        epochs=_epochs(sizes, audited, schema.rating.values),
        regions=suppress(
            {name or "not told": size for name, size in sorted(desk_data.by_region(session, project.id).items())}
        ),
        drift=read_drift(markers.get(session, kept_under(project))),
    )


def quarantine(session: Session, project_id: str) -> list[tuple[str, int]]:
    """Return how many items are in quarantine by reason, the most common first."""
    count = Counter(
        reason
        for found in desk_data.quarantine_reasons(session, project_id).values()
        for reason in dict.fromkeys(found)
    )
    return sorted(count.items(), key=lambda row: (-row[1], row[0]))


def measure_drift_if_due(database: Database, project: Project, now: datetime) -> bool:
    """Compare the epochs' words again where items have come in or gone, every hour at the most, and keep what was found."""
    with database.reading() as session:
        kept = read_drift(markers.get(session, kept_under(project)))
        if kept is not None and now - kept.at < _EVERY:
            return False
        sizes = desk_data.by_epoch(session, project.id)
        if kept is not None and kept.items == sum(sizes.values()):
            return False
        found = [
            Posting(epoch, campaign, text)
            for epoch in sorted(filter(None, sizes))
            for campaign, text in desk_data.sample_of_epoch(session, project.id, epoch, _READ)
        ]
    drifts = drift_between(found, np.random.default_rng(project.order_seed % 2**32))
    measured = Measured(now, sum(sizes.values()), tuple(drifts))
    with database.writing() as session:
        markers.put(session, kept_under(project), orjson.dumps(asdict(measured)).decode())
    return True


def kept_under(project: Project) -> str:
    """Return the name under which the newest measurement is kept."""
    return f"drift:{project.id}"


def read_drift(kept: str | None) -> Measured | None:
    """Read what was kept."""
    if kept is None:
        return None
    values = orjson.loads(kept)
    drifts = [
        Drift(**{**one, "words": tuple((word, before, after) for word, before, after in one["words"])})
        for one in values["drifts"]
    ]
    return Measured(datetime.fromisoformat(values["at"]), values["items"], tuple(drifts))


def _epochs(sizes: Mapping[str, int], audited: Sequence[desk_data.AuditedOf], values: Sequence[str]) -> list[Epoch]:
    """Estimate the rates of each epoch: its part of the slice is a simple random sample of its items."""
    found = []
    for name in sorted(sizes):
        p = np.array([one.posterior for one in audited if one.epoch == name]).reshape(-1, len(values)).clip(0, 1)
        chance = np.full(len(p), len(p) / max(sizes[name], len(p), 1))
        rates = {value: estimate(p[:, place], chance) for place, value in enumerate(values)}
        found.append(Epoch(name, sizes[name], len(p), rates))
    return found
