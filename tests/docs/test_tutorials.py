"""Tutorials and how-tos: their commands run in the order they stand in, and every page and command they name exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from annotator.app import create_app
from annotator.cli import app
from annotator.domain.clock import SystemClock
from annotator.settings import Settings
from annotator.web.frame.service import Service
from guidelines.loader import latest, load
from tests.contracts.test_commands import ALL
from tests.security.routes import routes_of

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted([*(DOCS / "tutorials").glob("*.md"), *(DOCS / "how-to").glob("*.md")])
RUN = {"operator": ["doctor"], "coordinator": []}
"""Tutorials whose boxes are run, with the commands that may find something to mend on the machine of the tests."""


def boxes(page: Path) -> list[list[str]]:
    """Return the commands in a page's boxes, each as its words after `annotator`."""
    found = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    lines = [shlex.split(line, comments=True) for box in found for line in box.splitlines()]
    return [words[1:] for words in lines if words[:1] == ["annotator"]]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", RUN)
def test_the_commands_run_as_they_stand(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ANNOTATOR_STUDIO", "false")
    commands = boxes(DOCS / "tutorials" / f"{name}.md")
    assert len(commands) >= 3
    for words in commands:
        done = CliRunner().invoke(app, words)
        allowed = {0, 1} if words[0] in RUN[name] else {0}
        assert done.exit_code in allowed, f"annotator {shlex.join(words)}\n{done.output}\n{done.exception!r}"


@pytest.fixture(scope="module")
def addresses():
    """Every address that can be opened, as a pattern."""
    service = Service(Settings(), None, SystemClock(), load("postings", latest("postings")), None)
    opened = [
        route.path
        for route in routes_of(create_app(service, SimpleNamespace(url="/editor", files={})))
        if route.method == "GET"
    ]
    return [re.compile(re.sub(r"\\\{[^}]*\\\}", "[^ ]+", re.escape(path))) for path in opened]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_and_command_that_is_named_exists(page, addresses):
    quoted = re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8"))
    pages = [address for each in quoted for address in re.findall(r"^(?:GET )?(/[a-z/-]*)$", each)]
    assert [address for address in pages if not any(known.fullmatch(address) for known in addresses)] == []
    commands = [each.split()[1:3] for each in quoted if each.startswith("annotator ")]
    assert [words for words in commands if words[0] not in ALL and " ".join(words) not in ALL] == []
