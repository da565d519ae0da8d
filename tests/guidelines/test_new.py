"""A guideline made by command works as it stands, and what is wrong with a folder is told all at once."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from annotator.commands.guideline import app
from annotator.domain.answers import flat_labels
from annotator.domain.errors import ConfigError
from annotator.studio.config_check import LEAST_CONTRAST, contrast
from annotator.studio.editor_assets import EditorAssets
from annotator.studio.label_config import COLOURS, STRONG_COLOURS
from annotator.studio.results import parse_result, to_result
from annotator.web.guideline.preview import create_preview
from guidelines.inspection import inspect
from guidelines.scaffold import Task, make


def run(*arguments: str):
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


@pytest.mark.parametrize("task", list(Task))
def test_a_new_guideline_is_valid_and_its_examples_survive_the_editor_s_form(task, tmp_path):
    made = run("new", "mine", "--task", task.value, "--root", str(tmp_path))
    assert f"annotator guideline preview {tmp_path}/mine/1.0.0" in made.stdout
    assert "Valid." in run("check", str(tmp_path / "mine")).stdout
    found = inspect(tmp_path / "mine" / "1.0.0")
    schema = found.guideline.schema
    for example in found.examples:
        assert parse_result(schema, example.text, to_result(schema, example.text, example.answer)) == example.answer
    chosen = {flat_labels(schema, example.answer)[schema.rating.name] for example in found.examples}
    assert chosen == {*schema.rating.values, None}, "every value has an example, and so has cannot tell"


def test_a_name_that_is_taken_or_has_another_form_is_refused(tmp_path):
    make("mine", Task.TEXT, tmp_path)
    with pytest.raises(ConfigError, match="already"):
        run("new", "mine", "--root", str(tmp_path))
    with pytest.raises(ConfigError, match="no name of a guideline"):
        run("new", "../mine", "--root", str(tmp_path))


BROKEN = {
    "schema": (
        "schema.yaml",
        [('hotkey: "2"', 'hotkey: "1"'), ("clause: praise}", "clause: prase}")],
        ["questions[0].choices[1].hotkey: '1' is a hotkey already", "has no clause 'prase'"],
    ),
    "shape": (
        "schema.yaml",
        [("ordered: false", "ordered: no-idea"), ("media: text", "media: sound")],
        ["questions[0].ordered", "media"],
    ),
    "examples": (
        "examples.yaml",
        [("tone: [praise]}\n    why: The last", "tone: [joy]}\n    why: The last"), ("[neither]", "[neither, praise]")],
        ["examples[0].choices.tone: 'joy' is no choice", "examples[4].choices: there is no rating"],
    ),
    "quiz": ("quiz.yaml", [("clauses: [praise]", "clauses: [nowhere]")], ["the text has no clause 'nowhere'"]),
    "key": ("schema.yaml", [("hotkey: p,", "hotkey: u,")], ["The editor uses the key 'u' itself"]),
    "title": ("schema.yaml", [("title: Price", "title: Price $")], ["holds a $"]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_everything_wrong_is_told_with_its_place_and_how_to_mend_it(name, tmp_path):
    file, changes, told = BROKEN[name]
    path = make("mine", Task.TEXT, tmp_path) / file
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        run("check", str(path.parent))
    whole = f"{error.value.what}\n{error.value.mend}"
    for words in told:
        assert words in whole


def test_a_picture_takes_no_passages_and_needs_its_file(tmp_path):
    folder = make("mine", Task.IMAGE, tmp_path)
    (folder / "pictures" / "box.png").unlink()
    with pytest.raises(ConfigError, match=r"examples\[2\]\.image: there is no such file"):
        run("check", str(folder))
    spans = (make("other", Task.SPANS, tmp_path) / "schema.yaml").read_text(encoding="utf-8")
    marked = spans.replace("media: text", "media: image")
    (tmp_path / "other" / "1.0.0" / "schema.yaml").write_text(marked, encoding="utf-8")
    with pytest.raises(ConfigError, match="an image has no words to mark"):
        run("check", str(tmp_path / "other"))


@pytest.mark.parametrize("colour", [*COLOURS, *STRONG_COLOURS])
def test_the_colours_of_passages_can_be_read(colour):
    assert contrast(colour) >= LEAST_CONTRAST
    assert contrast("#ffffff") == pytest.approx(1)
    assert contrast("#000000") == pytest.approx(21)


def test_the_preview_says_what_the_data_would_hold_and_what_is_to_be_mended(tmp_path):
    folder = make("mine", Task.SPANS, tmp_path / "guidelines")
    client = TestClient(create_preview(folder, EditorAssets("1", "/editor", (), (), (), "1", {})))
    assert "Times and places in notices" in client.get("/").text
    given = client.get("/examples/hall").json()
    held = client.post("/tried", json={"example": "hall", "result": given["answer"]}).json()["labels"]
    assert {row["label"]: row["given"] for row in held} == {"Clarity": "2", "Time": "marked", "Place": "marked"}
    assert all(row["given"] == row["meant"] for row in held)
    refused = client.post("/tried", json={"example": "hall", "result": []})
    assert refused.status_code == 422
    assert client.get("/pictures/hall").status_code == 404
    before = client.get("/stamp").json()
    schema = folder / "schema.yaml"
    schema.write_text(schema.read_text(encoding="utf-8").replace("hotkey: l", "hotkey: t"), encoding="utf-8")
    assert client.get("/stamp").json() != before
    assert "is a hotkey already" in client.get("/").text
    assert client.get("/examples/hall").status_code == 404
