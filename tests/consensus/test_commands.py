"""`annotator consensus` and `annotator agreement`, from files to files."""

import csv
import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from annotator.commands.agreement import agreement
from annotator.commands.consensus import Method, consensus
from annotator.consensus.agreement import krippendorff_alpha
from annotator.consensus.files import read_labels
from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.domain.errors import InputError
from tests.consensus.matrices import planted

app = typer.Typer()
app.command("consensus")(consensus)
app.command("agreement")(agreement)


def run(*arguments):
    """Run a command; errors of ours come through, as they do to the one place that prints them."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def write(path, header, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.fixture
def files(tmp_path):
    labels, truth = planted(np.random.default_rng(0), n_tasks=150, n_workers=9, per_task=5, skill=0.75)
    names = ["low", "middle", "high"]
    rows = [
        (f"post-{t}", f"{w:03}", names[v], "1.0" if t % 2 else "1.1")
        for t, w, v in zip(labels.task, labels.worker, labels.label, strict=True)
    ]
    return (
        write(tmp_path / "labels.csv", ["task", "worker", "label", "version"], rows),
        write(tmp_path / "truth.csv", ["task", "label"], [(f"post-{t}", names[v]) for t, v in enumerate(truth)]),
    )


def read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("method", Method)
def test_every_method_writes_its_results_and_a_report_with_the_accuracy(files, tmp_path, method):
    labels, truth = files
    out = tmp_path / "out"
    run("consensus", labels, "--truth", truth, "--method", method, "--classes", "low,middle,high", "--out", out)
    report = json.loads((out / "report.json").read_text())
    tasks = read(out / "consensus.csv")
    true = {row["task"]: row["label"] for row in read(truth)}
    right = [row["label"] == true[row["task"]] for row in tasks if row["label"]]
    assert report["method"] == method
    assert len(tasks) == report["n_tasks"] == report["n_truth"] == 150
    assert report["n_tied"] == sum(row["tied"] == "true" for row in tasks) == len(tasks) - len(right)
    assert sum(right) / 150 <= report["accuracy"] <= (sum(right) + report["n_tied"]) / 150
    assert report["accuracy"] > 0.85
    probabilities = [float(tasks[0][f"probability_{name}"]) for name in ("low", "middle", "high")]
    assert sum(probabilities) == pytest.approx(1)
    assert (out / "workers.csv").exists() == (method != "majority")


def test_the_tables_of_the_workers_say_what_was_learned(files, tmp_path):
    labels, _ = files
    run("consensus", labels, "--out", tmp_path)
    model = HierarchicalDawidSkene().fit(matrix := read_labels(labels))
    confusion, workers = read(tmp_path / "confusion.csv"), read(tmp_path / "workers.csv")
    assert len(confusion) == 9 * 3 * 3
    assert {row["worker"] for row in workers} == {f"{w:03}" for w in range(9)}
    entry = next(row for row in confusion if (row["worker"], row["true"], row["observed"]) == ("004", "low", "high"))
    place = matrix.workers.tolist().index("004"), *(matrix.classes.tolist().index(name) for name in ("low", "high"))
    assert float(entry["probability"]) == pytest.approx(model.confusion_[place])
    assert float(entry["low"]) < float(entry["probability"]) < float(entry["high"])
    assert all(float(row["low"]) < float(row["accuracy"]) < float(row["high"]) for row in workers)


def test_a_tie_is_left_empty(tmp_path):
    labels = write(tmp_path / "labels.csv", ["task", "worker", "label"], [(1, "a", 0), (1, "b", 1), (2, "a", 1)])
    run("consensus", labels, "--method", "majority", "--out", tmp_path)
    assert [row["label"] for row in read(tmp_path / "consensus.csv")] == ["", "1"]


def test_a_classifier_comes_in_as_a_prior(files, tmp_path):
    labels, truth = files
    sure = [
        (row["task"], *(0.9 if row["label"] == name else 0.05 for name in ("low", "middle", "high")))
        for row in read(truth)
    ]
    prior = write(tmp_path / "prior.csv", ["task", "low", "middle", "high"], sure)
    run("consensus", labels, "--truth", truth, "--prior", prior, "--out", tmp_path)
    assert json.loads((tmp_path / "report.json").read_text())["accuracy"] > 0.98


def test_truth_may_write_its_numbers_otherwise_and_know_other_tasks_and_classes(tmp_path):
    rows = [(t, w, t % 2) for t in range(4) for w in "abc"]
    labels = write(tmp_path / "labels.csv", ["task", "worker", "label"], rows)
    truth = write(tmp_path / "truth.csv", ["task", "label"], [(0, "0.0"), (1, "1.0"), (2, "7"), (99, "0")])
    run("consensus", labels, "--truth", truth, "--method", "majority", "--out", tmp_path)
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["n_truth"], report["accuracy"]) == (3, pytest.approx(2 / 3))


def test_agreement_prints_every_measure_as_json(files):
    labels, _ = files
    out = run(
        "agreement", labels, "--level", "ordinal", "--classes", "low,middle,high", "--by", "version", "--json"
    ).stdout
    report = json.loads(out)
    alone = krippendorff_alpha(
        read_labels(labels, ["low", "middle", "high"]), level="ordinal", bootstrap=1000, rng=np.random.default_rng(0)
    )
    assert (report["alpha"], report["low"], report["high"]) == (alone.value, alone.low, alone.high)
    assert set(report["workers"]) == {f"{w:03}" for w in range(9)}
    assert set(report["slices"]["version"]) == {"1.0", "1.1"}
    assert set(report["positive_agreement"]) == {"low", "middle", "high"}
    assert len(report["pairs"]) == 36
    assert report["low"] < report["fleiss_kappa"]["value"] + 0.3


def test_agreement_prints_a_table_for_people(files):
    labels, _ = files
    out = run("agreement", labels, "--bootstrap", 50).stdout
    assert "alpha (nominal)" in out
    assert "fleiss kappa" in out


def test_sets_of_tags_are_measured_with_masi(tmp_path):
    rows = [(1, "a", "FEE;DOCS"), (1, "b", "FEE"), (2, "a", ""), (2, "b", ""), (3, "a", "WAGE"), (3, "b", "WAGE")]
    labels = write(tmp_path / "tags.csv", ["task", "worker", "label"], rows)
    report = json.loads(run("agreement", labels, "--separator", ";", "--json", "--bootstrap", 0).stdout)
    assert report["level"] == "masi"
    assert 0.5 < report["alpha"] < 1


def test_what_is_undefined_is_null_with_a_reason(tmp_path):
    labels = write(tmp_path / "labels.csv", ["task", "worker", "label"], [(1, "a", "x"), (2, "b", "y")])
    report = json.loads(run("agreement", labels, "--json").stdout)
    assert (report["alpha"], report["reason"]) == (None, "no item has two labels")


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        (["task", "worker", "answer"], [(1, 1, 1)], "column label is missing; the file has task, worker, answer"),
        (["task", "worker", "label"], [], "there are no rows"),
        (["task", "worker", "label"], [(1, "a", "x"), (1, "b", "")], "row 2, column label: is missing"),
        (["task", "worker", "label"], [(1, "a", 1), ("", "b", 2)], "row 2, column task: is missing"),
        (["task", "worker", "label"], [(1, "a", 1), (2, "b", "NaN")], "row 2, column label: is missing"),
        (["task", "worker", "label"], [(1, "a", "x"), (2, "b", "x")], "column label: every row says 'x'"),
        (["task", "worker", "label"], [(1, "a", "x"), (2, "a", "y")], "column worker: every row is by 'a'"),
        (["task", "worker", "label"], [(n, "a", n) for n in range(5000)], "holds 5,000 distinct labels"),
        (["task", "worker", "label"], [(1, "a", "x"), (1, "b")], "Expected 3 columns, got 2"),
    ],
)
def test_bad_files_are_refused_with_their_place(tmp_path, header, rows, message):
    labels = write(tmp_path / "labels.csv", header, rows)
    with pytest.raises(InputError, match=message):
        run("consensus", labels, "--out", tmp_path)


def test_truth_of_other_tasks_and_unordered_ratings_are_refused(files, tmp_path):
    labels, _ = files
    truth = write(tmp_path / "other.csv", ["task", "label"], [("nothing", "low")])
    with pytest.raises(InputError, match="names none of the tasks"):
        run("consensus", labels, "--truth", truth, "--out", tmp_path)
    with pytest.raises(InputError, match="order of the classes is not known"):
        run("consensus", labels, "--method", "ordinal", "--out", tmp_path)
    with pytest.raises(InputError, match="takes no prior"):
        run("consensus", labels, "--method", "one-coin", "--prior", truth, "--out", tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        run("consensus", tmp_path / "missing.csv", "--out", tmp_path)
    with pytest.raises(InputError, match="row 3, columns task and worker"):
        run("agreement", write(tmp_path / "twice.csv", ["task", "worker", "label"], [(1, 1, 0), (1, 2, 0), (1, 1, 1)]))


@pytest.mark.parametrize("command", ["consensus", "agreement"])
def test_help_shows_an_example(command):
    assert f"annotator {command} labels.csv" in " ".join(run(command, "--help").stdout.split())
