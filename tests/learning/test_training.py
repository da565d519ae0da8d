"""Training in the service: what is registered, what is said of items, and what consensus makes of it."""

from __future__ import annotations

import numpy as np
import pytest
from sqlmodel import select

from annotator.domain.items import ItemState
from annotator.insight.consensus import drift_from_refit, refit, refit_if_due
from annotator.learning import training
from annotator.learning.features import open_store
from annotator.learning.text_model import TextModel
from annotator.learning.training import read_material, score_newcomers, train, train_if_due
from annotator.storage import consensus, item_state, learning
from annotator.storage.tables import Annotation, Item
from annotator.storage.tables_learning import ModelVersion, Prediction
from tests.learning import campaigns
from tests.world import SCHEMA


def trained(world, home):
    return train(world.database, world.project, SCHEMA, home, world.clock.now())


def rows(world, table):
    with world.database.reading() as session:
        return list(session.exec(select(table)))


def test_there_is_nothing_to_learn_from_before_the_first_rating(world, tmp_path):
    campaigns.add(world, 10)
    assert trained(world, tmp_path) is None
    assert not train_if_due(world.database, world.project, SCHEMA, tmp_path, world.clock.now())
    assert rows(world, ModelVersion) == []


def test_a_version_keeps_what_it_was_trained_on_and_what_it_came_to(world, tmp_path):
    campaign = campaigns.add(world, 120)
    campaigns.answer(world, campaign, np.arange(80))
    model = trained(world, tmp_path)
    (stored,) = rows(world, ModelVersion)
    assert (stored.version, stored.active, stored.n_labelled, stored.n_items, stored.n_answers) == (
        1,
        True,
        80,
        120,
        160,
    )
    assert stored.features == open_store(tmp_path).features.version
    assert stored.metrics["accuracy"] > stored.metrics["most_common"]
    assert not stored.lift_proven
    assert "not measured yet" in stored.lift_reason
    said = {one.item_id: one for one in rows(world, Prediction)}
    assert said.keys() == set(campaign.ids)
    assert all(sum(one.probability) == pytest.approx(1, abs=1e-4) and one.model_id == model.id for one in said.values())


def test_the_same_data_give_the_same_hash_and_the_same_model(world, tmp_path):
    campaign = campaigns.add(world, 60)
    campaigns.answer(world, campaign, np.arange(50))
    first = trained(world, tmp_path)
    again = read_material(world.database, world.project, SCHEMA)
    assert again.sha256 == first.data_sha256
    campaigns.answer(world, campaign, np.arange(50, 60))
    assert read_material(world.database, world.project, SCHEMA).sha256 != first.data_sha256


def test_what_is_learned_is_as_doubtful_as_the_people_who_rated(world):
    campaign = campaigns.add(world, 120)
    campaigns.answer(world, campaign, np.arange(60), skill=0.6)
    with world.database.reading() as session:
        given = session.exec(select(Annotation.item_id, Annotation.rating)).all()
    said = {item_id: {rating for item, rating in given if item == item_id} for item_id, _ in given}
    material = read_material(world.database, world.project, SCHEMA)
    agree = np.array([len(said[item_id]) == 1 for item_id in material.labelled])
    surest = material.targets.max(axis=1)
    assert material.targets.sum(axis=1) == pytest.approx(np.ones(60))
    assert surest[~agree].max() < surest[agree].max() < 1


def test_only_the_newest_version_is_in_use_and_keeps_its_parameters(world, tmp_path):
    campaign = campaigns.add(world, 80)
    campaigns.answer(world, campaign, np.arange(40))
    trained(world, tmp_path)
    campaigns.answer(world, campaign, np.arange(40, 60))
    trained(world, tmp_path)
    with world.database.reading() as session:
        newest, oldest = session.exec(select(ModelVersion).order_by(ModelVersion.version.desc())).all()
    assert (newest.version, newest.active, newest.parameters is None) == (2, True, False)
    assert (oldest.version, oldest.active, oldest.parameters is None) == (1, False, True)


def test_a_training_that_broke_off_does_not_stop_the_next(world, tmp_path, monkeypatch):
    campaign = campaigns.add(world, 80)
    campaigns.answer(world, campaign, np.arange(40))
    trained(world, tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(training, "store_predictions", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            trained(world, tmp_path)
    assert trained(world, tmp_path) is not None
    with world.database.reading() as session:
        versions = session.exec(select(ModelVersion).order_by(ModelVersion.version)).all()
    assert [(one.version, one.active, one.parameters is None) for one in versions] == [
        (1, False, True),
        (2, False, True),
        (3, True, False),
    ]


def test_labelled_items_get_probabilities_of_models_that_have_not_seen_them(world, tmp_path):
    campaign = campaigns.add(world, 200, telling=False)
    campaigns.answer(world, campaign, np.arange(200), skill=1.0, per_item=3)
    trained(world, tmp_path)
    said = {one.item_id: one.probability for one in rows(world, Prediction)}
    own = np.mean([said[item_id][rating] for item_id, rating in zip(campaign.ids, campaign.truth, strict=True)])
    share = np.bincount(campaign.truth) / 200
    assert own < (share**2).sum() + 0.05, "words that tell nothing can't know the label of their own item"


def test_a_model_comes_back_from_its_bytes_as_it_was(world, tmp_path):
    campaign = campaigns.add(world, 90)
    campaigns.answer(world, campaign, np.arange(80))
    model = trained(world, tmp_path)
    with world.database.reading() as session:
        restored = TextModel.from_bytes(learning.parameters_of(session, model.id))
    said = {one.item_id: one.probability for one in rows(world, Prediction)}
    unlabelled = campaign.ids[80:]
    p = restored.predict_proba(open_store(tmp_path).rows(unlabelled))
    assert p == pytest.approx(np.array([said[item_id] for item_id in unlabelled]), abs=1e-6)


def test_training_waits_for_enough_new_answers(world, tmp_path):
    with world.database.writing() as session:
        world.project.retrain_every = 40
        session.merge(world.project)
    campaign = campaigns.add(world, 60)
    due = lambda: train_if_due(world.database, world.project, SCHEMA, tmp_path, world.clock.now())  # noqa: E731
    campaigns.answer(world, campaign, np.arange(19))
    assert not due()
    campaigns.answer(world, campaign, np.arange(19, 21))
    assert due()
    assert not due()
    campaigns.answer(world, campaign, np.arange(21, 41))
    assert due()
    assert sorted(one.version for one in rows(world, ModelVersion)) == [1, 2]


def test_items_that_come_in_later_are_scored_by_the_model_in_use(world, tmp_path):
    campaign = campaigns.add(world, 60)
    campaigns.answer(world, campaign, np.arange(50))
    model = trained(world, tmp_path)
    late = campaigns.add(world, 20, seed=9)
    assert score_newcomers(world.database, world.project, tmp_path, model.id) == 20
    assert score_newcomers(world.database, world.project, tmp_path, model.id) == 0
    assert {one.item_id for one in rows(world, Prediction)} == {*campaign.ids, *late.ids}


def test_another_kind_of_features_is_trained_at_once_and_the_old_rows_go(world, tmp_path):
    pytest.importorskip("wordllama", reason="the extra `embeddings` is not installed")
    common = (world.database, world.project, SCHEMA, tmp_path, world.clock.now())
    campaign = campaigns.add(world, 60)
    campaigns.answer(world, campaign, np.arange(50))
    assert train_if_due(*common)
    assert train_if_due(*common, "embeddings")
    assert not train_if_due(*common, "embeddings")
    late = campaigns.add(world, 5, seed=9)
    assert train_if_due(*common, "embeddings")  # scores them with the model in use
    newest = max(rows(world, ModelVersion), key=lambda one: one.version)
    assert [one.name for one in (tmp_path / "features").iterdir()] == [newest.features]
    assert (newest.version, newest.features.startswith("wordllama-")) == (2, True)
    assert {one.item_id for one in rows(world, Prediction) if one.model_id == newest.id} >= set(late.ids)


def test_a_withdrawn_item_leaves_the_features_and_the_training(world, tmp_path):
    campaign = campaigns.add(world, 50)
    campaigns.answer(world, campaign, np.arange(40))
    trained(world, tmp_path)
    gone = campaign.ids[3]
    with world.database.writing() as session:
        item_state.move(session, world.clock.now(), "test", gone, ItemState.WITHDRAWN)
    assert trained(world, tmp_path).n_labelled == 39
    assert gone not in open_store(tmp_path)


def test_a_proven_classifier_becomes_the_prior_of_items_answered_or_not(world, tmp_path):
    campaign = campaigns.add(world, 500)
    campaigns.answer(world, campaign, np.arange(300), skill=0.75)
    refit(world.database, world.project, SCHEMA, world.clock.now())
    alone = _right(world, campaign, slice(0, 300))
    assert trained(world, tmp_path).usable
    assert refit_if_due(world.database, world.project, SCHEMA, world.clock.now()), "a new model asks for a refit"
    assert not refit_if_due(world.database, world.project, SCHEMA, world.clock.now())
    assert _right(world, campaign, slice(0, 300)) > alone
    assert _right(world, campaign, slice(300, 500)) > np.bincount(campaign.truth).max() / 500 + 0.1
    assert drift_from_refit(world.database, world.project, SCHEMA) <= consensus.MOVED


@pytest.mark.parametrize("campaign", [None, "one"], ids=["without a campaign", "of one campaign"])
def test_copies_of_a_text_do_not_vouch_for_each_other(world, tmp_path, campaign):
    """Their words tell nothing of the rating of any other text."""
    copied = campaigns.add(world, 200, telling=False, copies=5, campaign=campaign)
    campaigns.answer(world, copied, np.arange(200), skill=1)
    model = trained(world, tmp_path)
    assert not model.usable
    assert model.metrics["fallback"] == "out of fold, the text says no more than the prior"


def test_one_campaign_gives_an_order_and_no_prior(world, tmp_path):
    """What tells its items apart may not tell others; the order has to prove itself, a prior could not."""
    alone = campaigns.add(world, 200, campaign="one")
    campaigns.answer(world, alone, np.arange(200))
    model = trained(world, tmp_path)
    assert model.metrics["fallback"] == ""
    assert model.metrics["accuracy"] > model.metrics["most_common"] + 0.1
    assert not model.usable


def test_copies_of_one_text_alone_teach_nothing(world, tmp_path):
    copied = campaigns.add(world, 20, copies=20)
    campaigns.answer(world, copied, np.arange(20), skill=0.5)
    assert "nothing can be held out" in trained(world, tmp_path).metrics["fallback"]


def test_an_answer_counts_with_the_prior_that_the_newest_fit_takes(world, tmp_path):
    campaign = campaigns.add(world, 400)
    campaigns.answer(world, campaign, np.arange(300))
    trained(world, tmp_path)
    refit(world.database, world.project, SCHEMA, world.clock.now())
    (ada,) = world.volunteers(1)
    given = world.next(ada)
    before = {item.id: item for item in rows(world, Item)}[given.item_id]
    world.answer(ada, given.lease_id, "3")
    with world.database.reading() as session:
        fit = consensus.newest_fit(session, world.project.id, "concern").model
        after = session.get_one(Item, given.item_id)
    expected = np.array(before.posterior) * np.array(fit["unknown"])[:, 3] ** fit["temper"]
    assert after.posterior == pytest.approx((expected / expected.sum()).tolist(), abs=0.01)
    assert after.priority != before.priority


def test_useless_text_makes_consensus_no_worse(world, tmp_path):
    campaign = campaigns.add(world, 300, telling=False)
    campaigns.answer(world, campaign, np.arange(250), skill=0.75)
    refit(world.database, world.project, SCHEMA, world.clock.now())
    alone = _posteriors(world)
    assert not trained(world, tmp_path).usable
    refit(world.database, world.project, SCHEMA, world.clock.now())
    assert _posteriors(world) == alone
    assert all(item.posterior is None for item in rows(world, Item) if not item.answered)


def _posteriors(world):
    with world.database.reading() as session:
        return consensus.stored(session, world.project.id)


def _right(world, campaign, part):
    stored = {item.id: item.posterior for item in rows(world, Item)}
    return np.mean([np.argmax(stored[i]) == t for i, t in zip(campaign.ids[part], campaign.truth[part], strict=True)])
