"""What the pages on security claim is proven by tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")


@pytest.mark.parametrize("page", ["security.md", "asvs.md"])
def test_every_test_that_a_page_names_exists(page):
    named = _NAMED.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))
    assert len(named) > 15
    for path, test in named:
        assert (ROOT / path).is_file(), path
        assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path}::{test}"


def test_every_test_of_security_is_named_by_the_threat_model_or_supports_one_that_is():
    """A file of attacks that no threat names would be an attack on nothing."""
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    beside = {"test_documented.py", "test_audit_command.py"}
    for path in (ROOT / "tests" / "security").glob("test_*.py"):
        assert path.name in beside or f"tests/security/{path.name}" in page, path.name
