"""The commands of the guideline author's tutorial are run as they stand there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from typer.testing import CliRunner

from annotator.cli import app

PAGE = Path(__file__).parents[2] / "docs" / "tutorials" / "guideline-author.md"
SERVES = ("annotator guideline preview", "annotator up", "annotator ingest")  # run by tests of their own


def test_the_tutorial_s_commands_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines()]
    run = [line for line in commands if not line.startswith(SERVES)]
    assert len(run) == 3
    for line in run:
        program, *arguments = shlex.split(line)
        assert program == "annotator"
        done = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert done.exit_code == 0
    assert "Valid." in done.stdout
    assert Path("reviews/1.0.0/schema.yaml").is_file()


def test_every_command_of_the_tutorial_exists():
    from tests.contracts.test_commands import ALL

    words = re.findall(r"^annotator (guideline \w+|\w+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(words) <= set(ALL)
