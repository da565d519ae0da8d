"""`annotator simulate` as people call it: files in, a folder with report, curves and a page out, plain errors."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from annotator.cli import app
from annotator.domain.errors import InputError

RUN = CliRunner()


def simulate(*arguments):
    done = RUN.invoke(app, ["simulate", *map(str, arguments)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.mark.parametrize("protocol", ["item", "person"])
def test_recorded_answers_are_replayed(folder, tmp_path, protocol):
    out = tmp_path / "out"
    files = ("--labels", folder / "labels.csv", "--truth", folder / "truth.csv")
    done = simulate(*files, "--seeds", 2, "--protocol", protocol, "--budget", 2, "--report", out)
    assert "adaptive" in done.stdout
    found = json.loads((out / "report.json").read_text())
    assert (found["protocol"], found["items"], found["labels"]) == (protocol, 60, 360)
    page = (out / "report.html").read_text()
    assert "<svg" in page
    assert "<script" not in page
    assert "http-equiv" not in page
    assert (out / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert (out / "curves.svg").read_text().startswith("<svg")


def test_without_labels_simulated_people_answer_and_texts_help(folder, tmp_path):
    files = ("--truth", folder / "truth.csv", "--items", folder / "items.csv")
    crowd = ("--people", 8, "--answers", 5, "--skill", "0.6,0.8", "--policies", "random-dawid-skene,adaptive")
    simulate(*files, *crowd, "--seeds", 1, "--budget", 3, "--report", tmp_path)
    found = json.loads((tmp_path / "report.json").read_text())
    assert found["text"] is True
    assert found["labels"] == 300
    assert found["bound"]["text_bits"] > 0
    assert 0.5 < found["bound"]["text_accuracy"] <= 1
    for target, judgements in found["bound"]["judgements"].items():
        assert judgements <= found["bound"]["judgements_by_accuracy"][target] + 1e-9


def test_the_same_seeds_give_the_same_report(folder, tmp_path):
    files = ("--labels", folder / "labels.csv", "--truth", folder / "truth.csv", "--seeds", 1, "--budget", 1.5)
    for name in ("one", "two"):
        simulate(*files, "--seed", 7, "--report", tmp_path / name)
    assert (tmp_path / "one" / "report.json").read_text() == (tmp_path / "two" / "report.json").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--policies", "clever"), "'clever'"),
        (("--skill", "good"), "'good' is not two numbers"),
        (("--skill", "0.9,0.2"), "no range of skills"),
        (("--answers", "40"), "cannot be"),
        (("--labels", "missing.csv"), "missing.csv: cannot be read"),
    ],
)
def test_bad_input_is_named(folder, tmp_path, arguments, message):
    with pytest.raises(InputError, match=message):
        simulate("--truth", folder / "truth.csv", "--report", tmp_path, *arguments)


def test_an_item_without_a_text_and_a_task_that_stands_twice_are_named(folder, tmp_path):
    few, twice, one = tmp_path / "few.csv", tmp_path / "twice.csv", tmp_path / "one.csv"
    few.write_text("task,text\nt0,a red thing\n")
    twice.write_text("task,label\nt0,a\nt0,b\n")
    one.write_text("task,label\nt0,a\nt1,a\n")
    with pytest.raises(InputError, match="'t1' has no row"):
        simulate("--truth", folder / "truth.csv", "--items", few, "--report", tmp_path)
    with pytest.raises(InputError, match="row 2, column task"):
        simulate("--truth", twice, "--report", tmp_path)
    with pytest.raises(InputError, match="a single class"):
        simulate("--truth", one, "--report", tmp_path)
