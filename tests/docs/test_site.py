"""The documentation builds with strict links, and its reference pages are those of the code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.test_commands import ALL

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [Path(sys.executable).with_name("mkdocs"), "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


def test_every_command_is_in_the_reference(site):
    page = (site / "reference" / "commands.html").read_text(encoding="utf-8")
    missing = [name for name in ALL if f"annotator {name}" not in page]
    assert not missing


def test_routes_and_tables_are_there_with_who_may_call(site):
    routes = (site / "reference" / "routes.html").read_text(encoding="utf-8")
    assert re.search(r"POST /api/v1/answers</code></td>\s*<td>volunteer</td>", routes)
    assert "lease" in (site / "reference" / "tables.html").read_text(encoding="utf-8")


def test_pages_load_nothing_from_outside(site):
    for page in site.rglob("*.html"):
        assert not re.search(r'<(?:script|link|img)[^>]+(?:src|href)="https?://', page.read_text(encoding="utf-8")), (
            page
        )
