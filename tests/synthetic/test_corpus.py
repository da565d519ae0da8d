"""Files: postings that ingest takes, the truth apart from them, and a manifest of what made them."""

from __future__ import annotations

import json
import re

import orjson
import pytest
from typer.testing import CliRunner

from annotator.cli import app
from annotator.domain.errors import InputError
from annotator.domain.intake import COLUMNS, check_row
from annotator.synthetic.corpus import POSTINGS, TRUTH, write_corpus
from annotator.synthetic.generator import generate
from annotator.synthetic.grammar import load_grammar
from annotator.synthetic.manifest import NAME, read_manifest

ITEMS, SEED = 120, 9


@pytest.fixture
def folder(tmp_path):
    write_corpus(tmp_path, ITEMS, SEED)
    return tmp_path


def _rows(path):
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_postings_have_the_columns_of_ingest_and_nothing_of_the_truth(folder):
    rows = _rows(folder / POSTINGS)
    assert len(rows) == ITEMS
    for row, posting in zip(rows, generate(ITEMS, SEED), strict=True):
        assert tuple(row) == COLUMNS
        checked = check_row(row)
        assert (checked.text, checked.campaign, checked.epoch) == (posting.text, posting.campaign, posting.epoch)


def test_truth_stands_apart_by_id_and_without_the_text(folder):
    truths = _rows(folder / TRUTH)
    assert [truth["id"] for truth in truths] == [row["id"] for row in _rows(folder / POSTINGS)]
    assert all("text" not in truth for truth in truths)
    assert {"rating", "indicators", "realisation", "spans", "difficulty", "pair", "copy_of", "seed"} <= set(truths[0])


def test_the_same_seed_writes_the_same_bytes(folder, tmp_path_factory):
    again = tmp_path_factory.mktemp("again")
    write_corpus(again, ITEMS, SEED)
    for name in (POSTINGS, TRUTH, NAME):
        assert (again / name).read_bytes() == (folder / name).read_bytes()


def test_the_manifest_says_what_made_the_files_and_counts_them(folder):
    manifest = read_manifest(folder / NAME)
    truths = _rows(folder / TRUTH)
    assert (manifest.seed, manifest.items) == (SEED, ITEMS)
    assert manifest.grammar_sha256 == load_grammar().sha256
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest.generator)
    for rating, count in manifest.counts["rating"].items():
        assert count == sum(truth["rating"] == int(rating) for truth in truths)
    for code, states in manifest.counts["indicators"].items():
        for state, count in states.items():
            assert count == sum(truth["indicators"][code] == state for truth in truths)
    assert manifest.files[TRUTH]["rows"] == ITEMS
    assert manifest.files[POSTINGS]["bytes"] == (folder / POSTINGS).stat().st_size


def test_a_file_without_a_manifest_is_refused(folder):
    (folder / NAME).unlink()
    with pytest.raises(InputError, match="synthesize"):
        read_manifest(folder / NAME)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b"{}", b'{"files": {}}', b'{"kind": "another", "files": {}}', b"null", b'"text"'],
)
def test_a_manifest_that_is_not_ours_is_refused(folder, content):
    (folder / NAME).write_bytes(content)
    with pytest.raises(InputError, match="not a manifest"):
        read_manifest(folder / NAME)


@pytest.mark.parametrize(("field", "value"), [("files", []), ("kind", "something else")])
def test_a_manifest_with_a_damaged_field_is_refused(folder, field, value):
    data = json.loads((folder / NAME).read_text())
    (folder / NAME).write_text(json.dumps({**data, field: value}))
    with pytest.raises(InputError):
        read_manifest(folder / NAME)


def test_the_command_writes_the_three_files(tmp_path):
    result = CliRunner().invoke(
        app, ["synthesize", "--items", "40", "--seed", "3", "--out", str(tmp_path / "new" / "c")]
    )
    assert result.exit_code == 0
    assert {path.name for path in (tmp_path / "new" / "c").iterdir()} == {POSTINGS, TRUTH, NAME}
    assert read_manifest(tmp_path / "new" / "c" / NAME).items == 40


def test_the_command_refuses_what_makes_no_sense(tmp_path):
    run = CliRunner().invoke
    assert run(app, ["synthesize", "--items", "0", "--out", str(tmp_path)]).exit_code == 2
    assert run(app, ["synthesize", "--seed", "-1", "--out", str(tmp_path)]).exit_code == 2
    file = tmp_path / "file"
    file.touch()
    assert run(app, ["synthesize", "--out", str(file)]).exit_code == 2
