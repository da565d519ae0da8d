"""Documents: every figure from the data, every word from people, and machines read what they describe."""

from __future__ import annotations

import json

import mlcroissant
import pytest
import yaml

from annotator.domain.errors import InputError
from annotator.domain.small_cells import suppress
from exports import load_release
from exports.answers import PROFILE, QUESTIONS, missing, questionnaire, read_answers
from exports.cards import CARDS


def test_a_question_without_an_answer_refuses_the_build(answers_file, tmp_path):
    data = yaml.safe_load(answers_file.read_text())
    data["funding"], data["dissent"] = "TODO", None
    path = tmp_path / "answers.yaml"
    path.write_text(yaml.safe_dump(data))
    with pytest.raises(InputError, match="funding, dissent"):
        read_answers(path)


def test_the_questionnaire_asks_everything_and_answers_nothing():
    assert missing(yaml.safe_load(questionnaire())) == list(QUESTIONS)


def test_unknown_questions_and_bad_profiles_are_named(answers_file, tmp_path):
    path = tmp_path / "answers.yaml"
    data = yaml.safe_load(answers_file.read_text())
    path.write_text(yaml.safe_dump(data | {"founding": "x"}))
    with pytest.raises(InputError, match="founding"):
        read_answers(path)
    path.write_text(yaml.safe_dump(data | {PROFILE: {"age": {"old": "many"}}}))
    with pytest.raises(InputError, match="age"):
        read_answers(path)


def test_small_cells_of_the_profile_are_suppressed_so_that_no_total_gives_them_away():
    assert suppress({"a": 24, "b": 3, "c": 12}) == {"a": 24, "b": None, "c": None}
    assert suppress({"a": 24, "b": 3, "c": 4}) == {"a": 24, "b": None, "c": None}
    assert suppress({"a": 24, "b": 0}) == {"a": 24, "b": 0}


def test_every_card_is_there_with_all_answers(released):
    together = "".join((released.out / card).read_text() for card in CARDS)
    for name in QUESTIONS:
        if name != "licence":
            assert f"The answer to {name}." in together, name
    assert "English 24" in together
    assert "Welsh (not shown)" in together
    assert "{{" not in together


def test_figures_in_the_card_are_those_of_the_data(released):
    release = load_release(released.out)
    card = (released.out / "README.md").read_text()
    for split in ("train", "validation", "test"):
        assert f"| {split} | {len(release.items(split))} | {len(release.annotations(split))} |" in card
    alpha = next(row for row in release.manifest["agreement"] if row["label"] == "concern")
    assert f"| {alpha['value']:.2f} | {alpha['low']:.2f} to {alpha['high']:.2f} |" in card


def test_the_front_matter_names_files_that_are_there(released):
    front = yaml.safe_load((released.out / "README.md").read_text().split("---")[1])
    for config in front["configs"]:
        for file in config["data_files"]:
            assert list(released.out.glob(file["path"])), file
    assert [config["config_name"] for config in front["configs"] if config.get("default")] == ["gold"]


def test_croissant_is_valid_and_reads_the_release(released):
    dataset = mlcroissant.Dataset(str(released.out / "croissant.json"))
    assert not dataset.metadata.ctx.issues.errors
    assert not dataset.metadata.ctx.issues.warnings
    assert dataset.metadata.data_biases
    rows = list(dataset.records("gold"))
    assert len(rows) == len(load_release(released.out).gold())
    found = {row["gold/id"].decode() for row in rows}
    assert found == set(load_release(released.out).gold()["id"])


def test_croissant_names_every_column_of_every_table(released):
    described = json.loads((released.out / "croissant.json").read_text())
    release = load_release(released.out)
    by_name = {records["name"]: {field["name"] for field in records["field"]} for records in described["recordSet"]}
    for table in ("gold", "items", "annotations", "consensus", "spans"):
        assert by_name[table] == set(getattr(release, table)().columns)


def test_charts_are_drawn(released):
    for name in ("rating", "labels", "agreement"):
        assert (released.out / "charts" / f"{name}.svg").read_text().startswith("<svg")
