"""How learning stands: what the coordinator, the API and the command line say of it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sqlmodel import select

from annotator.insight.consensus import refit
from annotator.learning.forecasting import forecast_if_due, forecast_left
from annotator.learning.standing import read_pool
from annotator.learning.training import train
from annotator.storage.tables import Item
from tests.learning import campaigns
from tests.world import SCHEMA


def common(world):
    return world.database, world.project, SCHEMA


def test_before_anything_is_answered_the_pool_says_so(world):
    campaigns.add(world, 20)
    pool = read_pool(*common(world))
    assert (pool.open, pool.model, pool.left, pool.audited, pool.accuracy) == (20, None, None, 0, None)
    assert not pool.model_orders
    assert "training begins after 100 answers" in pool.reason
    assert all((one.n, one.low, one.high) == (0, 0, 1) for one in pool.prevalence.values())


def test_with_a_fixed_overlap_what_is_left_is_counted(world):
    campaign = campaigns.add(world, 50)
    campaigns.answer(world, campaign, np.arange(20), per_item=2)
    left = forecast_left(*common(world), world.clock.now())
    assert (left.judgements, left.low, left.high) == (20 * 1 + 30 * 3,) * 3
    assert read_pool(*common(world)).left == left
    assert str(left) == "About 110 more judgements (110 to 110)"


def test_with_an_adaptive_overlap_what_is_left_is_a_forecast_with_an_interval(world):
    world.change(overlap=2, max_overlap=5)
    campaign = campaigns.add(world, 120)
    campaigns.answer(world, campaign, np.arange(60), per_item=2)
    refit(*common(world), world.clock.now())
    left = forecast_left(*common(world), world.clock.now())
    assert 120 <= left.low < left.judgements < left.high <= 120 * 5
    assert 0 < left.certain <= 1


def test_the_forecast_is_made_again_only_when_there_is_more_to_know(world):
    campaign = campaigns.add(world, 10)
    now = world.clock.now()
    assert forecast_if_due(*common(world), now)
    assert not forecast_if_due(*common(world), now)
    campaigns.answer(world, campaign, np.arange(2))
    assert forecast_if_due(*common(world), now)


def test_when_nothing_is_open_nothing_is_left(world):
    left = forecast_left(*common(world), world.clock.now())
    assert (left.judgements, left.low, left.high, left.certain) == (0, 0, 0, 1)


def test_shares_come_from_the_audit_slice_alone(world, tmp_path):
    """Outside the slice only one rating is answered, as a policy that hunts for it would have it."""
    world.change(audit_share=0.5, overlap=2)
    campaign = campaigns.add(world, 400, telling=True)
    keys = np.random.default_rng(5).integers(0, 2**63, 400)
    with world.database.writing() as session:
        for item_id, key in zip(campaign.ids, keys.tolist(), strict=True):
            session.get_one(Item, item_id).audit_key = key
    in_slice = keys < 2**62
    hunted = np.flatnonzero(~in_slice & (campaign.truth == 3))
    campaigns.answer(world, campaign, np.concatenate([np.flatnonzero(in_slice), hunted]), skill=1.0)
    refit(*common(world), world.clock.now())
    pool = read_pool(*common(world))
    assert pool.audited == in_slice.sum()
    for value, share in pool.prevalence.items():
        assert share.low <= np.mean(campaign.truth == int(value)) <= share.high
    assert sum(one.value for one in pool.prevalence.values()) == pytest.approx(1, abs=1e-3)
    train(*common(world), tmp_path, world.clock.now())
    accuracy = read_pool(*common(world)).accuracy
    assert accuracy.n == in_slice.sum()
    assert 0.4 < accuracy.low < accuracy.value < accuracy.high <= 1


def test_the_next_items_are_those_of_the_largest_priority(world, tmp_path):
    campaign = campaigns.add(world, 150)
    campaigns.answer(world, campaign, np.arange(100))
    train(*common(world), tmp_path, world.clock.now())
    refit(*common(world), world.clock.now())
    pool = read_pool(*common(world), n_waiting=5)
    assert [one.priority for one in pool.waiting] == sorted((one.priority for one in pool.waiting), reverse=True)
    with world.database.reading() as session:
        assert pool.waiting[0].priority == session.exec(select(Item.priority).order_by(Item.priority.desc())).first()


def test_the_commands_say_what_the_api_says(world, tmp_path, monkeypatch, capsys):
    from annotator.commands import pool as pool_command, train as train_command
    from annotator.settings import Settings

    campaign = campaigns.add(world, 60)
    campaigns.answer(world, campaign, np.arange(50))
    service = _Service(world, Settings(home=tmp_path, studio=False))
    for module in (pool_command, train_command):
        monkeypatch.setattr(module, "opened", lambda: service)
    train_command.train(as_json=True)
    trained = json.loads(capsys.readouterr().out)
    assert (trained["version"], trained["n_labelled"], trained["lift"]["proven"]) == (1, 50, False)
    pool_command.pool(items=3, as_json=True)
    report = json.loads(capsys.readouterr().out)
    assert (report["model"], report["order"]["by"], len(report["next"])) == (1, "chance", 3)
    assert report["judgements_left"]["judgements"] == 50 + 30
    train_command.train()
    pool_command.pool()
    said = capsys.readouterr().out
    assert "Version 2" in said
    assert "Chance orders the pool (version 2)" in said
    assert "About 80 more judgements" in said


class _Service:
    """As `runtime.opened` gives it, over the test's database."""

    def __init__(self, world, settings):
        self.database, self.project, self.schema, self.settings = world.database, world.project, SCHEMA, settings
        self.now = world.clock.now

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False
