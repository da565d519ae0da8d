"""A model put in use without a training, and what was picked under it."""

from __future__ import annotations

import numpy as np
from sqlmodel import select

from annotator.dispensing.dispense import Dispensed
from annotator.storage import items
from annotator.storage.tables import Lease


def picks_of(world):
    with world.database.reading() as session:
        return list(session.exec(select(Lease).order_by(Lease.id)))


def with_model(world, probabilities, *, share=1.0, pace=(10.0, 0.0)):
    """Put a model in use that says so of the items, by public id, as after a training and a refit."""
    world.use_model(probabilities, share=share, pace=pace)
    with world.database.writing() as session:
        for name, p in probabilities.items():
            item = items.by_public_id(session, world.project.id, name)
            item.priority = float(-(np.array(p) * np.log2(p)).sum())


def answer_all(world, person, rating="1"):
    met = []
    while isinstance(given := world.next(person), Dispensed):
        met.append(given.public_id)
        world.answer(person, given.lease_id, rating)
    return met
