"""The books: whether what is stored agrees with itself, down to the last answer. Looking changes nothing.

A fault of a machine may stop anything at any moment; each change is one transaction, so no moment leaves half of one. This is how
anybody sees that it is so: after a crash, a full disk or a restored backup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

import numpy as np
from sqlmodel import Session, select

from annotator.dispensing.posterior import skills_of
from annotator.domain.schema import LabelSpec, Schema
from annotator.insight.consensus import CLASSIFIER
from annotator.storage import books, consensus, learning
from annotator.storage.audit_chain import verify
from annotator.storage.books import Wrong
from annotator.storage.consensus import Evidence
from annotator.storage.tables import Project

APART = 1e-3
"""A stored probability may lie so far from the one worked out anew: a refit leaves alone what has moved less than a tenth of it."""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Something that does not agree: in which book, whose, and how."""

    book: str
    subject: str
    what: str


BOOKS = ("counters", "states", "answers", "leases", "exposure", "audit log", "mirror", "consensus")


def discrepancies(session: Session, schema: Schema, now: datetime, *, mirrored: bool) -> Iterator[Discrepancy]:
    """Yield everything that does not agree; give a session of `Database.frozen`, so that it stands still meanwhile.

    `mirrored` says that the service has a Label Studio. A refit that is under way is no discrepancy.
    """
    found: dict[str, Iterable[Wrong]] = {
        "counters": books.counters(session),
        "states": books.states(session),
        "answers": books.answers(session),
        "leases": books.leases(session, now),
        "exposure": books.ledger(session, now),
        "audit log": _audit(session),
        "mirror": books.unmirrored(session) if mirrored else (),
        "consensus": _consensus(session, schema),
    }
    for book in BOOKS:
        for wrong in found[book]:
            yield Discrepancy(book, wrong.subject, wrong.what)


def _audit(session: Session) -> Iterator[Wrong]:
    yield from books.unrecorded(session)
    for finding in verify(session).findings:
        yield Wrong(f"chain {finding.chain}, line {finding.position}", finding.what)


def _consensus(session: Session, schema: Schema) -> Iterator[Wrong]:
    for project in session.exec(select(Project).order_by(Project.id)).all():
        if not _under_way(session, project.id, schema.rating):
            yield from _posteriors(session, project.id, schema.rating)


def _under_way(session: Session, project_id: str, spec: LabelSpec) -> bool:
    """Say whether a refit has to come, or to end, before posteriors are those of the newest fit again."""
    fit, standing = consensus.newest_fit(session, project_id, spec.name), learning.standing(session, project_id)
    newer = fit is not None and standing is not None and standing.model_id != fit.model.get(CLASSIFIER)
    return newer or consensus.refit_asked(session, project_id) or consensus.refit_open(session, project_id)


def _posteriors(session: Session, project_id: str, spec: LabelSpec) -> Iterator[Wrong]:
    """Compare each item's stored posterior with the one that its ratings come to under the newest fit."""
    fit = consensus.newest_fit(session, project_id, spec.name)
    known = {} if fit is None else consensus.skills_of(session, project_id, spec.name)
    confusion = {person: row.confusion for person, row in known.items() if fit is not None and row.fit_id == fit.id}
    skills = skills_of(Evidence([], fit.model if fit is not None else None, confusion), spec)
    priors = learning.predictions(session, project_id) if fit is not None and fit.model["bias"] is not None else {}
    for item, rows in groupby(books.rated(session, project_id), key=itemgetter(0)):
        ratings = [
            (stored, person, spec.values.index(value)) for _, stored, person, value in rows if value in spec.values
        ]
        if not ratings:
            continue
        stored = ratings[0][0]
        p = skills.posterior([person for _, person, _ in ratings], [code for *_, code in ratings], priors.get(item))
        apart = 1.0 if stored is None or len(stored) != len(p) else float(np.abs(np.array(stored) - p).max())
        if apart > APART:
            yield Wrong(item, f"has a posterior that is {apart:.4f} off what its answers come to")
