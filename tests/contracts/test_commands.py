"""Every command explains itself with an example, and errors of ours reach the terminal plainly."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer

from annotator.cli import app
from annotator.commands.lazily import PLACES, purpose


def commands(group, prefix=()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*prefix, name))
        else:
            yield " ".join((*prefix, name)), command


ALL = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", sorted(ALL))
def test_help_shows_an_example(name):
    assert f"annotator {name}" in (ALL[name].help or ""), "the help has an example"


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_option_is_described(name):
    for parameter in ALL[name].params:
        assert getattr(parameter, "help", None) or parameter.name == "help", parameter.name


@pytest.mark.parametrize("name", sorted(PLACES))
def test_the_list_of_commands_says_what_the_command_itself_says(name):
    assert purpose(PLACES[name]) == typer.main.get_command(app).commands[name].help


def test_the_list_of_commands_is_whole_and_loads_none_of_them():
    code = "import sys; from annotator.cli import app\ntry: app()\nfinally: print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True)
    *listed, loaded = done.stdout.splitlines()
    assert loaded == "False"
    assert [name for name in PLACES if not any(line.startswith(f"│ {name} ") for line in listed)] == []


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "annotator", *arguments], capture_output=True, text=True, check=False, env=environment
    )


def test_version_is_printed():
    assert run("--version", PATH="").stdout.startswith("annotator 0.")


def test_our_errors_are_plain_and_set_the_exit_code(tmp_path):
    done = run("ingest", str(tmp_path / "no.jsonl"), ANNOTATOR_HOME=str(tmp_path / "home"))
    assert done.returncode == 2
    assert "There is no such file" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_setting_is_named(tmp_path):
    done = run("export", "--out", str(tmp_path / "out"), ANNOTATOR_PORT="many", ANNOTATOR_HOME=str(tmp_path / "home"))
    assert done.returncode == 2
    assert "ANNOTATOR_PORT" in done.stderr
