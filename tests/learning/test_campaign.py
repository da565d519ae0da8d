"""A whole campaign through the dispenser, with the worker's duties in between: fewer judgements, and ratings that can be trusted."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from sqlmodel import select

from annotator.dispensing.dispense import Nothing, next_item
from annotator.dispensing.finishing import close_certain
from annotator.domain.items import ItemState
from annotator.insight.consensus import refit_if_due
from annotator.learning.standing import read_pool
from annotator.learning.training import train_if_due
from annotator.storage.tables import Item, Lease
from tests.learning import campaigns
from tests.world import SCHEMA

pytestmark = pytest.mark.usefixtures("no_limits")


def run(world, home, campaign, skills, seed=7):
    """Let people come at random until nobody finds anything; return how many judgements they gave."""
    rng, people = np.random.default_rng(seed), world.volunteers(len(skills))
    skill, active, given_answers = dict(zip(people, skills, strict=True)), list(people), 0
    truth = dict(zip(campaign.ids, campaign.truth.tolist(), strict=True))
    common = (world.database, world.project, SCHEMA)
    while active:
        person = active[rng.integers(len(active))]
        given = next_item(*common, person, world.clock.now(), rng)
        if isinstance(given, Nothing):
            active.remove(person)
            continue
        right = rng.random() < skill[person]
        wrong = int(np.clip(truth[given.item_id] + rng.choice([-1, 1]), 0, 3))
        world.answer(person, given.lease_id, str(truth[given.item_id] if right else wrong))
        given_answers += 1
        world.pass_time(seconds=20)
        if given_answers % 25 == 0:
            train_if_due(*common, home, world.clock.now())
            if refit_if_due(*common, world.clock.now()):
                close_certain(*common, world.clock.now())
    return given_answers


def test_a_campaign_asks_where_it_matters_and_ends(world, tmp_path):
    world.change(overlap=2, max_overlap=5, audit_share=0.1, retrain_every=60)
    campaign = campaigns.add(world, 80)
    judgements = run(world, tmp_path, campaign, (0.9, 0.85, 0.8, 0.8, 0.75, 0.7, 0.9, 0.85))
    world.check_books()
    with world.database.reading() as session:
        found = {item.id: item for item in session.exec(select(Item))}
        picks = Counter(lease.pick for lease in session.exec(select(Lease)))
    states = Counter(item.state for item in found.values())
    assert states.keys() == {ItemState.AGREED.value, ItemState.ADJUDICATING.value}
    agreed = [
        (item, campaign.truth[place])
        for place, item in enumerate(map(found.get, campaign.ids))
        if item.state == ItemState.AGREED
    ]
    assert np.mean([int(np.argmax(item.posterior)) == truth for item, truth in agreed]) > 0.93
    assert judgements < 3.6 * 80, "certain items need fewer people than five"
    assert picks.keys() == {"audit", "model", "random"}
    pool = read_pool(world.database, world.project, SCHEMA)
    assert pool.model.version > 1
    assert pool.open == 0
