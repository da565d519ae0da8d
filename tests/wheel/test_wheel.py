"""The wheel: everything that the packages need is in it, and it serves a demonstration far from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.browser.running import up

ROOT = Path(__file__).parents[2]
PACKAGES = ("annotator", "active_learning", "guidelines", "exports")


def run(*command, **options) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built as `make wheel` builds it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder, cwd=ROOT)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel alone in a folder of its own; what it depends on comes from the environment of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", folder, wheel)
    return folder


def test_every_file_of_the_packages_is_in_it_and_nothing_else(wheel):
    tracked = set(run("git", "ls-files", *PACKAGES, cwd=ROOT).split("\n")) - {""}
    with zipfile.ZipFile(wheel) as files:
        held = {name for name in files.namelist() if ".dist-info/" not in name}
    assert {name for name in tracked if not name.endswith(".py")} > {"annotator/storage/migrations/script.py.mako"}
    assert tracked - held == set()
    beside = {name for name in held - tracked if "__pycache__" not in name}
    assert {name for name in beside if not (ROOT / name).is_file()} == set()  # files that git does not know yet may be


def test_it_serves_a_demonstration_outside_the_checkout(installed, tmp_path):
    path = {"PYTHONPATH": str(installed)}
    where = run(
        sys.executable, "-c", "import annotator; print(annotator.__file__)", cwd=tmp_path, env=os.environ | path
    )
    assert Path(where.strip()).is_relative_to(installed)
    with up(tmp_path / "home", "--demo", folder=tmp_path, ANNOTATOR_STUDIO="false", **path) as running:
        page = httpx.get(f"{running.url}/sign-in", trust_env=False)
        assert (page.status_code, "E-mail address" in page.text) == (200, True)
        style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        assert httpx.get(running.url + style, trust_env=False).status_code == 200
        volunteer = running.people["volunteer-1"]
        body = {"email": volunteer["email"], "password": volunteer["password"]}
        with httpx.Client(base_url=running.url, trust_env=False) as client:
            assert client.post("/api/v1/session", json=body).json()["home"] == "/label"
            client.headers["X-CSRF-Token"] = client.cookies["csrf"]
            assert client.post("/api/v1/next").json()["item"]["text"]
