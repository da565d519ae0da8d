"""A release in the hands of others: scikit-learn, spaCy, Hugging Face's library where it is installed, and `evaluate`."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
import spacy
from hypothesis import given, strategies as st
from sklearn import metrics
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from spacy.tokens import DocBin
from spacy.training import Example
from typer.testing import CliRunner

from annotator.cli import app
from annotator.domain.errors import InputError
from exports import columns, load_release, scores
from exports.evaluate import evaluate


@pytest.fixture(scope="module")
def release(released):
    return load_release(released.out)


@pytest.fixture(scope="module")
def model(release):
    made = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(C=10, max_iter=500))
    texts, labels, weights, _ = release.examples("concern", "train", soft=True)
    return made.fit(texts, labels, logisticregression__sample_weight=weights)


def predictions(release, model, path, *, swaps=True, blind=True):
    spec = release.specs["concern"]
    rows = [(item, text) for item, text in release.items()[["id", "text"]].itertuples(index=False)]
    if swaps:
        with (release.folder / "bias" / "swaps.csv").open(encoding="utf-8", newline="") as file:
            rows += [(row["id"], row["text"]) for row in csv.DictReader(file)]
    shares = model.predict_proba([text for _, text in rows])
    order = [list(model.classes_).index(value) for value in spec.values]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["item", *columns.shares(spec)])
        for (item, text), row in zip(rows, shares[:, order], strict=True):
            out.writerow([item, *(row if blind else np.eye(4)[3 if "Polish" in text else 0])])
    return path


def test_scikit_learn_trains_on_soft_labels_and_folds_by_group(release, model):
    texts, labels, _, groups = release.examples("concern", "train")
    for inner, outer in GroupKFold(4).split(texts, labels, groups):
        assert not set(groups[inner]) & set(groups[outer])
    test = release.examples("concern", "test")
    assert model.predict(test.texts).shape == test.labels.shape
    assert model.score(texts, labels) > 0.6


def test_spacy_learns_a_span_categorizer_from_the_docbin(release, tmp_path):
    nlp = spacy.blank("en")
    release.docbin(nlp).to_disk(tmp_path / "train.spacy")
    docs = list(DocBin().from_disk(tmp_path / "train.spacy").get_docs(nlp.vocab))
    assert len(docs) == len(release.gold("train"))
    marked = [doc for doc in docs if doc.spans["indicators"]][:8]
    assert marked
    spancat = nlp.add_pipe(
        "spancat",
        config={
            "spans_key": "indicators",
            "suggester": {"@misc": "spacy.ngram_range_suggester.v1", "min_size": 4, "max_size": 9},
        },
    )
    for doc in marked:
        for one in doc.spans["indicators"]:
            spancat.add_label(one.label_)
    examples = [Example(nlp.make_doc(doc.text), doc) for doc in marked]
    optimizer = nlp.initialize(lambda: examples)
    losses = [nlp.update(examples, sgd=optimizer, losses={})["spancat"] for _ in range(3)]
    assert losses[-1] < losses[0]


def test_passages_in_every_format_are_passages_of_the_text(release):
    texts = release.items().set_index("id")["text"]
    for row in release.spans().itertuples():
        assert texts[row.item][row.start : row.end] == row.text
    for split in ("train", "validation", "test"):
        for example in release.spacy_examples(split):
            for mark in example["spans"]["indicators"]:
                assert 0 <= mark["start"] < mark["end"] <= len(example["text"])


def test_conll_has_every_item_and_tags_what_most_marked(release):
    text = (release.folder / "conll" / "train.conll").read_text()
    assert text.count("# id = ") == len(release.gold("train"))
    tags = {line.split("\t")[1] for line in text.splitlines() if "\t" in line}
    assert "O" in tags
    assert any(tag.startswith("B-") for tag in tags)
    outside = {"I-" + tag[2:] for tag in tags if tag.startswith("B-")} | {"O"}
    assert tags <= outside | {tag for tag in tags if tag.startswith("B-")}


def test_label_studio_tasks_hold_every_annotation(release):
    tasks = [task for path in (release.folder / "label-studio").glob("*.json") for task in json.loads(path.read_text())]
    assert {task["data"]["id"] for task in tasks} == set(release.gold()["id"])
    assert sum(len(task["annotations"]) for task in tasks) == len(release.annotations())
    assert all(
        region["type"] != "textarea" for task in tasks for one in task["annotations"] for region in one["result"]
    )


def test_hugging_face_loads_the_folder_unchanged(release, tmp_path):
    datasets = pytest.importorskip("datasets", reason="the library `datasets` is not installed")
    loaded = datasets.load_dataset(str(release.folder), cache_dir=str(tmp_path))
    assert {name: len(rows) for name, rows in loaded.items()} == {
        split: len(release.gold(split)) for split in ("train", "validation", "test")
    }
    judged = datasets.load_dataset(str(release.folder), "annotations", split="train", cache_dir=str(tmp_path))
    assert len(judged) == len(release.annotations("train"))


def test_evaluation_agrees_with_scikit_learn(release, model, tmp_path):
    path = predictions(release, model, tmp_path / "p.csv")
    found = evaluate(release, path, "test")
    rating = found.labels[0]
    examples = release.examples("concern", "test")
    predicted = model.predict(examples.texts)
    assert rating.hard["accuracy"].value == pytest.approx((predicted == examples.labels).mean())
    kappa = metrics.cohen_kappa_score(examples.labels, predicted, weights="quadratic", labels=list("0123"))
    assert rating.hard["weighted kappa"].value == pytest.approx(kappa)
    shares = release.soft("concern", "test").to_numpy()
    given = np.isfinite(shares).all(axis=1)
    log_loss = -(shares[given] * np.log(_shares(model, release, "test")[given])).sum(axis=1).mean()
    assert rating.soft["cross-entropy"].value == pytest.approx(log_loss, rel=1e-3)
    assert rating.hard["accuracy"].low <= rating.hard["accuracy"].value <= rating.hard["accuracy"].high


def _shares(model, release, split):
    shares = model.predict_proba(release.gold(split)["text"].to_list())
    return shares[:, [list(model.classes_).index(value) for value in "0123"]]


def test_the_bias_test_catches_a_tool_that_looks_at_nationality(release, model, tmp_path):
    found = evaluate(release, predictions(release, model, tmp_path / "p.csv", blind=False), "test")
    by_cue = {row.cue: row for row in found.bias if not row.after}
    assert found.biased
    assert not by_cue["nationality"].passed
    assert by_cue["nationality"].changed.value > 0
    assert by_cue["gender"].changed.value == 0


def test_the_bias_test_passes_a_tool_that_never_moves_and_is_not_run_without_its_texts(release, tmp_path):
    rows = list(release.items()["id"]) + [row["id"] for row in _swaps(release)]
    path = tmp_path / "p.csv"
    path.write_text("item,concern\n" + "".join(f"{item},1\n" for item in rows))
    found = evaluate(release, path, "test")
    assert found.bias
    assert not found.biased
    path.write_text("item,concern\n" + "".join(f"{item},1\n" for item in release.items()["id"]))
    assert evaluate(release, path, "test").bias is None


def _swaps(release):
    with (release.folder / "bias" / "swaps.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_swapped_texts_differ_in_their_cue_alone(release):
    texts = release.items().set_index("id")["text"]
    rows = _swaps(release)
    assert {"nationality", "gender", "register"} == {row["cue"] for row in rows}
    for row in rows:
        before = texts[row["item"]]
        assert row["text"] != before
        if row["cue"] != "register":
            assert before.replace(row["before"], row["after"]) == row["text"]


def test_the_hidden_split_is_scored_with_what_travels_apart(release, released, model, tmp_path):
    path = predictions(release, model, tmp_path / "p.csv", swaps=False)
    with pytest.raises(InputError, match="--apart"):
        evaluate(release, path, "hidden")
    assert evaluate(release, path, "hidden", apart=load_release(released.apart)).n == len(release.items("hidden"))


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("id,concern\na,1\n", "item"),
        ("item,concern\na,1\na,2\n", "twice"),
        ("item,concern\na,1\n", "have no prediction"),
        ("item,mood\n{all},1\n", "No label"),
        ("item,concern\n{all},7\n", "none of 0, 1, 2, 3"),
        ("item,concern_p_0,concern_p_1,concern_p_2,concern_p_3\n{all},1,1,0,0\n", "distribution"),
    ],
)
def test_predictions_of_the_wrong_form_are_explained(release, tmp_path, text, match):
    head, _, row = text.partition("\n")
    lines = [row.replace("{all}", item) for item in release.items()["id"]] if "{all}" in row else [row]
    path = tmp_path / "p.csv"
    path.write_text(head + "\n" + "".join(lines))
    with pytest.raises(InputError, match=match):
        evaluate(release, path, "test")


def test_the_command_prints_scores_and_fails_for_a_biased_tool(release, model, tmp_path):
    path = predictions(release, model, tmp_path / "p.csv", blind=False)
    done = CliRunner().invoke(app, ["evaluate", str(path), "--release", str(release.folder)])
    assert done.exit_code == 1
    assert "weighted kappa" in done.stdout
    assert "moves" in done.stdout


def test_no_score_is_made_up_where_no_item_has_a_clear_value():
    none = np.zeros(0, dtype=np.int64)
    sums = scores.resampled({"hard": scores.hard_sums(none, none, 3)}, none, np.random.default_rng(0))
    for of in (scores.accuracy, scores.macro_f1, scores.weighted_kappa, scores.absolute_error):
        assert scores.score(sums, of) == scores.Score(None, None, None)


def test_many_groups_are_drawn_a_block_at_a_time_and_alike(monkeypatch):
    true, predicted = np.random.default_rng(1).integers(0, 3, (2, 60))
    sums = {"hard": scores.hard_sums(true, predicted, 3)}
    whole = scores.resampled(sums, np.arange(60) // 2, np.random.default_rng(2))["hard"]
    monkeypatch.setattr(scores, "_AT_ONCE", 210)
    assert np.array_equal(scores.resampled(sums, np.arange(60) // 2, np.random.default_rng(2))["hard"], whole)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 4)), min_size=2, max_size=30))
def test_scores_are_those_of_scikit_learn(rows):
    true, predicted, groups = (np.array(column) for column in zip(*rows, strict=True))
    sums = scores.resampled({"hard": scores.hard_sums(true, predicted, 3)}, groups, np.random.default_rng(1))
    assert scores.score(sums, scores.accuracy).value == pytest.approx(metrics.accuracy_score(true, predicted))
    f1 = scores.score(sums, scores.f1(0)).value
    if f1 is not None:
        assert f1 == pytest.approx(metrics.f1_score(true == 0, predicted == 0, zero_division=0))
    error = scores.score(sums, scores.absolute_error)
    assert error.value == pytest.approx(np.abs(true - predicted).mean())
    assert error.low is None or error.low <= error.high
