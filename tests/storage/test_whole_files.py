"""Secrets and records are on disk before they stand under their name, whatever ends the process or the machine."""

from __future__ import annotations

import os
import stat

import pytest

from annotator.domain.errors import InputError
from annotator.storage.sealing import make_key_file, read_key_file
from annotator.storage.whole_files import whole
from annotator.studio import processes
from annotator.studio.secrets import kept_secrets

WRITTEN = {
    "a key": make_key_file,
    "Label Studio's secrets": kept_secrets,
    "the record of a process": lambda path: processes.record(os.getpid(), path),
}


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_a_file_is_seen_to_the_disk_before_its_name_and_its_name_before_anybody_relies_on_it(
    tmp_path, monkeypatch, write
):
    target, seen, sync = tmp_path / "kept", [], os.fsync

    def look(descriptor):
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        seen.append((is_folder, os.fstat(descriptor).st_size if not is_folder else 0, target.exists()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    write(target)
    assert seen == [(False, target.stat().st_size, False), (True, 0, True)]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_what_the_disk_has_no_room_for_is_not_there_in_part(tmp_path, monkeypatch, write):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path / "kept")
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_links_never_has_a_key_replaced(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    key = make_key_file(tmp_path / "key")
    with pytest.raises(InputError, match="already"):
        make_key_file(tmp_path / "key")
    assert read_key_file(tmp_path / "key") == key


def test_a_file_that_is_written_again_is_the_old_one_or_the_new_one(tmp_path):
    target = tmp_path / "kept"
    target.write_bytes(b"old")

    def broken():
        with whole(target) as file:
            file.write(b"half of what is n")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert target.read_bytes() == b"old"
    with whole(target) as file:
        file.write(b"new")
    assert target.read_bytes() == b"new"
