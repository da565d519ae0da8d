"""The editor is found in the installed build, compressed once, and served so that browsers keep it."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from annotator.domain.errors import ConfigError
from annotator.studio import editor_assets
from annotator.studio.editor_assets import EDITOR_CSP, find_editor
from annotator.web.frame.packed import editor_files


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def assets(cache):
    return find_editor(cache)


@pytest.fixture(scope="module")
def client(assets):
    app = Starlette()
    app.mount(assets.url, editor_files(assets))
    with TestClient(app) as made:
        yield made


def test_the_runtime_runs_last_and_every_chunk_of_the_editor_before_it(assets):
    names = [address.rpartition("/")[2] for address in assets.scripts]
    assert names[0] == "vendor.js"
    assert names[-2:] == ["main.js", "runtime.js"]
    assert {f"{chunk}.js" for chunk in assets.chunks} - set(names) == {f"{chunk_of_vendor(assets)}.js"}
    assert re.fullmatch(r"[\d ]+:\d+", assets.loader)


def chunk_of_vendor(assets):
    source = gzip.decompress(assets.files["vendor.js"].read_bytes()).decode()
    return re.search(r"push\(\[\[(\d+)\]", source).group(1)


def test_every_address_is_served_compressed_and_kept_for_ever(assets, client):
    for address in (*assets.scripts, *assets.styles):
        response = client.get(address)
        assert response.status_code == 200, address
        assert response.headers["content-encoding"] == "gzip"
        assert "immutable" in response.headers["cache-control"]
        assert f"/{assets.version}" in address


def test_a_client_without_gzip_gets_the_plain_file(assets, client):
    plain = client.get(assets.scripts[-1], headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == client.get(assets.scripts[-1]).text


def test_stylesheets_lie_in_a_layer_and_find_their_fonts_beside_them(assets, client):
    sheet = client.get(assets.styles[0]).text
    assert sheet.startswith("@layer editor {")
    fonts = re.findall(r"url\((fonts/[^)]+)\)", sheet)
    assert fonts
    assert "/static/fonts" not in sheet
    for font in fonts:
        response = client.get(f"{assets.url}/{font}")
        assert response.headers["content-type"] == "font/ttf"


@pytest.mark.parametrize(
    "path", ["167.js", "index.html", "main.js.map", "../../pyproject.toml", "%2e%2e/settings.py", ""]
)
def test_nothing_else_is_served(assets, client, path):
    assert client.get(f"{assets.url}/{path}").status_code == 404


def test_files_are_only_read(assets, client):
    assert client.post(assets.scripts[0]).status_code == 405


def test_a_second_start_compresses_nothing_again(assets, cache):
    before = {path: path.stat().st_mtime_ns for path in cache.rglob("*.gz")}
    assert find_editor(cache) == assets
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*.gz")} == before


def test_processes_that_start_at_once_do_not_take_each_others_files(tmp_path, monkeypatch):
    source, target = tmp_path / "part.js", tmp_path / "part.js.gz"
    source.write_text("whole")
    finish = Path.replace

    def after_another(unfinished, place):
        with monkeypatch.context() as other:
            other.setattr(Path, "replace", finish)
            other.setattr(os, "getpid", lambda: 1)
            editor_assets._compressed(source, target)
        return finish(unfinished, place)

    monkeypatch.setattr(Path, "replace", after_another)
    assert gzip.decompress(editor_assets._compressed(source, target).read_bytes()) == b"whole"
    assert sorted(tmp_path.iterdir()) == [source, target]


def test_another_version_of_label_studio_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(editor_assets, "version", lambda _name: "9.9.9")
    with pytest.raises(ConfigError, match=r"Label Studio is 9\.9\.9, the page is made for 1\.23\.2"):
        find_editor(tmp_path)


@pytest.fixture
def build(tmp_path, monkeypatch):
    """A front end's build of our own making; tests spoil it."""
    folder, fonts = tmp_path / "build", tmp_path / "fonts"
    folder.mkdir()
    fonts.mkdir()
    push = "(self.webpackChunklabelstudio=self.webpackChunklabelstudio||[]).push([["
    (folder / "main.js").write_text("Promise.all([n.e(5),n.e(7)]).then(n.bind(n,77))", encoding="utf-8")
    (folder / "vendor.js").write_text(f"{push}5],{{}}])", encoding="utf-8")
    (folder / "7.js").write_text(f"{push}7],{{77:(e,t,n)=>{{window.LabelStudio=AP;n.e(8)}}}}])", encoding="utf-8")
    for name in ("8.js", "runtime.js", "main.css", "7.css"):
        (folder / name).write_text("", encoding="utf-8")
    monkeypatch.setattr(editor_assets, "_installed", lambda: (folder, fonts))
    return folder


def test_chunks_are_found_by_what_they_hold(build, tmp_path):
    assets = find_editor(tmp_path / "cache")
    assert assets.loader == "5 7:77"
    assert [address.rpartition("/")[2] for address in assets.scripts] == ["vendor.js", "7.js", "main.js", "runtime.js"]
    assert "8.js" in assets.files


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("main.js", "no lazy import", "names 0 lazy modules"),
        ("7.js", "77:(e)=>{}", "names 0 lazy modules"),
        ("vendor.js", "nothing pushed", "vendor.js of the editor pushes no chunk"),
        ("runtime.js", None, "runtime.js is missing"),
    ],
)
def test_an_unknown_build_is_a_clear_message(build, tmp_path, file, content, reason):
    (build / file).unlink()
    if content is not None:
        (build / file).write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=reason):
        find_editor(tmp_path / "cache")


def test_the_policy_allows_no_inline_script_no_eval_and_nothing_from_elsewhere():
    policy = EDITOR_CSP.format(nonce="abc")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "'nonce-abc'" in policy
