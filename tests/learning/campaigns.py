"""Campaigns made in one go: postings whose words tell of their rating, or tell nothing, and answers of people of known skill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from annotator.domain.ids import new_id
from annotator.domain.items import ItemState
from annotator.domain.leases import LeaseState
from annotator.storage import items
from annotator.storage.tables import Annotation, Lease
from tests.world import World

TELLING = (
    ("salary", "insured", "contract", "weekends", "pension"),
    ("overtime", "shifts", "uniform", "deposit", "agency"),
    ("fee", "advance", "housing", "deducted", "urgent"),
    ("debt", "passport", "locked", "owed", "guarded"),
)
FILLER = [f"word{n}" for n in range(400)]


@dataclass
class Campaign:
    """Ids and true ratings of the items in order, and the people who answered."""

    ids: list[str]
    truth: np.ndarray
    people: list[str]


def add(
    world: World, n: int, *, telling: bool = True, seed: int = 0, copies: int = 1, campaign: str | None = None
) -> Campaign:
    """Add items; with `telling` most of an item's marked words are of its rating. So many after one another are copies of a text."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(4, n // copies, p=(0.4, 0.3, 0.2, 0.1)).repeat(copies)
    rows, words = [], []
    for number, rating in enumerate(truth):
        if number % copies == 0:
            words = list(rng.choice(FILLER, 12))
            source = rng.choice(4, 4, p=np.full(4, 0.1) + 0.6 * np.eye(4)[rating]) if telling else rng.integers(0, 4, 4)
            words = rng.permutation(words + [TELLING[k][rng.integers(5)] for k in source])
        name, text = f"item-{seed}-{number:05d}", f"Posting {seed}-{number}: {' '.join(words)}"
        digest = items.text_hash(text)
        rows.append(items.NewItem(name, text, digest, "synthetic", ItemState.READY, campaign=campaign))
    with world.database.writing() as session:
        assert items.add(session, world.project, rows, world.clock.now()) == []
    return Campaign([row.id for row in rows], truth, [])


def answer(
    world: World,
    campaign: Campaign,
    places: np.ndarray,
    *,
    people: int = 6,
    per_item: int = 2,
    skill: float = 0.85,
    seed: int = 1,
    pick: str | None = None,
) -> None:
    """Let people answer items of the campaign, as many as `per_item` each, `skill` of the answers right."""
    rng, now = np.random.default_rng(seed), world.clock.now()
    campaign.people = campaign.people or world.volunteers(people)
    with world.database.writing() as session:
        for place in places:
            item = session.get_one(items.Item, campaign.ids[place])
            for slot, who in enumerate(rng.choice(len(campaign.people), per_item, replace=False)):
                said = campaign.truth[place] if rng.random() < skill else rng.integers(0, 4)
                lease = Lease(
                    item_id=item.id,
                    person_id=campaign.people[who],
                    slot=slot,
                    state=LeaseState.ANSWERED.value,
                    created_at=now,
                    expires_at=now,
                    ended_at=now,
                    pick=pick,
                )
                session.add(lease)
                session.flush()
                session.add(_annotation(world, lease, str(said)))
            item.answered = per_item
            session.add(item)
            session.flush()


def _annotation(world: World, lease: Lease, rating: str) -> Annotation:
    return Annotation(
        lease_id=lease.id,
        item_id=lease.item_id,
        person_id=lease.person_id,
        guideline_version_id=world.project.guideline_version_id,
        key=new_id(),
        result=[],
        answer={},
        labels={"concern": rating},
        rating=rating,
        lead_time=20.0,
        created_at=world.clock.now(),
    )
