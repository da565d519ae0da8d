"""What `make release` lets through, and what it makes."""

from __future__ import annotations

import hashlib
import subprocess

import pytest

from tests.wheel.release import ROOT, build, problems, version_of


@pytest.fixture
def tree(tmp_path):
    """A small committed tree with a version and a changelog."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "annotator"\nversion = "1.2.3"\n')
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changelog\n\n## 1.2.3 · 2026-03-02\n- One thing.\n\n## 1.2.2 · 2026-01-01\n"
    )
    git = ["git", "-c", "user.name=test", "-c", "user.email=test@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "All."]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    return tmp_path


def test_a_clean_tree_whose_changelog_names_its_version_may_be_released(tree):
    assert problems(tree) == []


def test_what_is_not_committed_is_counted(tree):
    (tree / "new.txt").write_text("new")
    assert problems(tree) == ["1 files are not committed."]


@pytest.mark.parametrize("heading", ["Unreleased", "1.2.4 · 2026-03-02", "1.2.3", "1.2.30 · 2026-03-02"])
def test_another_heading_on_top_of_the_changelog_stops_it(tree, heading):
    (tree / "CHANGELOG.md").write_text(f"# Changelog\n\n## {heading}\n- One thing.\n")
    assert any(repr(heading) in problem for problem in problems(tree))


def test_a_release_is_the_wheel_what_it_is_made_of_and_checksums(tmp_path):
    (tmp_path / "sbom.json").write_text("{}\n")  # what is in a real one: tests/security/test_dependencies.py
    made = build(ROOT, tmp_path / "dist", tmp_path / "sbom.json")
    names = [file.name for file in made]
    version = version_of(ROOT)
    assert names == [f"annotator-{version}-py3-none-any.whl", f"annotator-{version}.sbom.json", "SHA256SUMS"]
    sums = made[-1].read_text()
    for file in made[:-1]:
        assert f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" in sums
