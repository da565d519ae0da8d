"""Rules of the house that a machine can hold: imports, file sizes, words, templates, settings."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from jinja2 import nodes

from annotator.settings import Settings
from annotator.web.frame.pages import environment

ROOT = Path(__file__).parents[2]
PACKAGES = ("annotator", "active_learning", "guidelines", "exports")
SOURCES = {".py", ".js", ".html", ".css"}
OURS = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*")) if path.suffix in SOURCES]
PYTHON = [path for path in OURS if path.suffix == ".py" and "versions" not in path.parts]


def name(path):
    return str(path.relative_to(ROOT))


def test_imports_point_one_way():
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout


def test_the_picture_of_the_house_is_that_of_the_imports():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = [layer.replace("annotator.", "").split(" : ") for layer in contracts[0]["layers"]]
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn = re.search(r"`cli` →.*?`domain`", page, re.DOTALL)
    assert drawn
    assert [sorted(re.findall(r"`(\w+)`", each)) for each in drawn[0].split("→")] == list(map(sorted, layers))


@pytest.mark.parametrize("path", [*PACKAGES, "tests", "benchmarks", "deploy", "docs"])
def test_no_file_has_three_hundred_lines(path):
    long = {
        name(each): count
        for each in sorted((ROOT / path).rglob("*"))
        if each.suffix in SOURCES
        and not {"versions", ".venv"} & set(each.parts)
        and (count := len(each.read_text(encoding="utf-8").splitlines())) >= 300
    }
    assert long == {}


@pytest.mark.parametrize(
    "path", [path for path in PYTHON if path.name != "__init__.py" or path.stat().st_size], ids=name
)
def test_modules_say_what_lives_in_them(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    first = next((line for line in lines if not line.startswith("#")), "")
    assert first.startswith('"""') or "migrations" in path.parts


@pytest.mark.parametrize("path", OURS, ids=name)
def test_the_rating_is_never_called_a_likelihood_of_trafficking(path):
    text = path.read_text(encoding="utf-8").lower()
    assert not re.search(r"trafficking (likelihood|probability|score|risk)|likelihood of trafficking", text)


@pytest.mark.parametrize("template", sorted(environment().list_templates()))
def test_templates_compile_and_hold_no_inline_script_or_style(template):
    source, *_ = environment().loader.get_source(environment(), template)
    assert environment().parse(source).find(nodes.Output) is not None
    environment().get_template(template)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=\"|javascript:", source)
    assert not re.search(r"(src|href|action)=\"(https?:)?//", source)


@pytest.mark.parametrize("setting", sorted(Settings.model_fields))
def test_every_setting_is_described_and_documented(setting):
    description = Settings.model_fields[setting].description
    assert description
    assert f"ANNOTATOR_{setting.upper()}" in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def test_nothing_names_an_index_host_or_a_path_of_a_machine():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    wrong = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|deb\.debian\.org|/root/|/work/(?!flow)|/home/[a-z]+/")
    for each in filter(None, tracked):
        path = ROOT / each
        if path.suffix in {".png", ".svg", ".parquet"} or not path.is_file() or path == Path(__file__):
            continue
        assert not wrong.search(path.read_text(encoding="utf-8", errors="replace")), each
