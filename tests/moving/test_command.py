"""The command, from a draft to the import, and what it says."""

from __future__ import annotations

import pytest
import yaml
from typer.testing import CliRunner

from annotator.cli import app
from annotator.domain.errors import InputError
from tests.moving import exports


@pytest.fixture
def annotator(tmp_path):
    def run(*arguments):
        environment = {"ANNOTATOR_HOME": str(tmp_path / "home")}
        done = CliRunner().invoke(app, list(map(str, arguments)), env=environment)
        if done.exception is not None:
            raise done.exception
        return " ".join(done.output.split())

    return run


def test_a_mapping_is_drafted_tried_and_used(annotator, tmp_path):
    export, mapping = exports.potato_table(tmp_path / "out"), tmp_path / "mapping.yaml"
    annotator("import", export, "--from", "potato", "--draft-mapping", mapping)
    draft = yaml.safe_load(mapping.read_text())
    assert set(draft["people"]) == {"anna@example.org", "ben@example.org"}
    draft["labels"] = {"rating": {"none": "concern/0", "weak": "concern/1"}}
    mapping.write_text(yaml.safe_dump(draft))
    tried = annotator("import", export, "--from", "potato", "--mapping", mapping, "--dry-run")
    assert "Nothing was stored" in tried
    for waiting, there in ((2, 0), (0, 2)):
        said = annotator("import", export, "--from", "potato", "--mapping", mapping)
        assert f"2 answers of 2 people: 0 stored, {waiting} waiting for their text, {there} there already" in said


def test_without_a_mapping_it_says_how_to_get_one_and_a_draft_overwrites_nothing(annotator, tmp_path):
    export = exports.potato_table(tmp_path / "out")
    with pytest.raises(InputError, match="--draft-mapping mapping"):
        annotator("import", export, "--from", "potato")
    with pytest.raises(InputError, match="there already"):
        annotator("import", export, "--from", "potato", "--draft-mapping", export)


def test_an_import_is_listed_and_taken_back(annotator, tmp_path):
    export, mapping = exports.potato_table(tmp_path / "out"), tmp_path / "mapping.yaml"
    mapping.write_text("from: potato\nlabels: {rating: {none: concern/0, weak: concern/1}}\n")
    said = annotator("import", export, "--from", "potato", "--mapping", mapping)
    name = said.partition("annotator imports withdraw ")[2].split()[0]
    assert name.startswith("potato:")
    assert name in annotator("imports", "list")
    assert "0 answers withdrawn, and 2 that waited" in annotator("imports", "withdraw", name, "--yes")
    assert "0 stored, 2 waiting" in annotator("import", export, "--from", "potato", "--mapping", mapping)
    with pytest.raises(InputError, match="one import, or one person"):
        annotator("imports", "withdraw", "--yes")
