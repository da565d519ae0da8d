from __future__ import annotations

import pytest
from typer.testing import CliRunner

from annotator.commands.guideline import app
from annotator.domain.errors import ConfigError, ConflictError, InputError
from annotator.studio.label_config import build_label_config
from guidelines.loader import load


def run(*arguments: str):
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def test_check_sums_up_the_newest_version():
    result = run("check")
    assert result.exit_code == 0
    assert "postings 1.0.0" in result.stdout
    assert load("postings", "1.0.0").schema.sha256 in result.stdout
    assert "Valid." in result.stdout


def test_check_refuses_a_broken_guideline(folder):
    folder.replace("schema.yaml", "hotkey: d", "hotkey: f")
    with pytest.raises(ConfigError, match="is a hotkey already"):
        run("check", "sample", "1.0.0", "--root", str(folder.root))


def test_check_refuses_a_guideline_that_the_editor_could_not_show(folder):
    folder.replace("schema.yaml", "hotkey: d", "hotkey: u")
    with pytest.raises(ConfigError, match="The editor uses the key 'u' itself"):
        run("check", "sample", "--root", str(folder.root))


def test_show_config_prints_what_is_built(folder):
    assert run("show-config").stdout.strip() == build_label_config(load("postings", "1.0.0").schema)
    own = run("show-config", "sample", "1.0.0", "--root", str(folder.root))
    assert 'alias="DEBT"' in own.stdout


@pytest.mark.parametrize("command", ["check", "show-config"])
def test_help_shows_an_example(command):
    assert f"Example: annotator guideline {command} postings 1.0.0" in run(command, "--help").stdout


def test_a_version_is_approved_and_refused_on_the_command_line(tmp_path, monkeypatch):
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ANNOTATOR_STUDIO", "false")
    assert "missing: Survivor" in run("status").stdout.replace("\n", " ")
    said = run(
        "approve", "1.0.0", "--body", "survivor-advisory-group", "--words", "Yes.", "--dissent", "One would not."
    )
    assert "Still missing: Migrant- and sex-worker-rights review." in said.stdout
    assert "Approved by both." in run("approve", "1.0.0", "--body", "rights-review", "--words", "Yes.").stdout
    assert "approved" in run("status").stdout
    assert "Still missing" in run("approve", "1.0.0", "--body", "rights-review", "--words", "No.", "--refused").stdout
    with pytest.raises(ConflictError, match="in use already"):
        run("activate", "1.0.0")
    assert run("demonstration", "on").exit_code == 0
    assert "synthetic postings only" in run("status").stdout
    with pytest.raises(InputError, match="neither on nor off"):
        run("demonstration", "maybe")
