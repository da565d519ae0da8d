"""An export is there with its manifest or not at all, whatever ends it on its way."""

from __future__ import annotations

import json
import os
import signal
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pytest

from annotator.domain.errors import InputError
from exports.files import Snapshot, write_export

ITEMS = [pa.RecordBatch.from_pylist([{"item": "a", "text": "A posting."}])]
ANNOTATIONS = [
    pa.RecordBatch.from_pylist(
        [{"item": "a", "labels": "{}", "result": "[]", "answer": '{"choices": {}, "spans": []}'}]
    )
]
NAMES = {"items.jsonl", "annotations.jsonl", "manifest.json"}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def whole() -> Snapshot:
    return Snapshot(ITEMS, ANNOTATIONS, {})


def killed_half_way(out: Path) -> None:
    def annotations():
        yield from ANNOTATIONS
        os.kill(os.getpid(), signal.SIGKILL)

    write_export(Snapshot(ITEMS, annotations(), {}), out)


def test_an_export_that_is_killed_leaves_no_folder_and_does_not_stand_in_the_way_of_the_next(tmp_path):
    out = tmp_path / "export"
    process = get_context("spawn").Process(target=killed_half_way, args=(out,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert not out.exists()
    write_export(whole(), out)
    assert names(tmp_path) == {"export"}
    assert names(out) == NAMES
    assert set(json.loads((out / "manifest.json").read_bytes())["files"]) == NAMES - {"manifest.json"}


def test_an_export_that_fails_leaves_nothing(tmp_path):
    def broken():
        yield from ANNOTATIONS
        raise OSError("The disk is full.")

    with pytest.raises(OSError, match="full"):
        write_export(Snapshot(ITEMS, broken(), {}), tmp_path / "export")
    assert names(tmp_path) == set()


def test_an_empty_folder_is_filled_and_one_that_holds_something_is_left_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("export").mkdir()
    write_export(whole(), Path("export"))
    before = (tmp_path / "export" / "manifest.json").read_bytes()
    with pytest.raises(InputError, match="not empty"):
        write_export(whole(), Path("export"))
    assert (tmp_path / "export" / "manifest.json").read_bytes() == before
    assert names(tmp_path) == {"export"}


def test_a_mounted_disk_is_refused_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "is_mount", lambda path: path == tmp_path)
    with pytest.raises(InputError, match="mounted"):
        write_export(whole(), tmp_path)
    assert names(tmp_path) == set()
