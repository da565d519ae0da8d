"""Raw quarantined rows: encrypted at rest, whole after a crash, and out only by two people."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from annotator.domain.errors import ConfigError, ConflictError, ForbiddenError, InputError, NotFoundError
from annotator.privacy.vault import KEY_VARIABLE, RawRow, Vault, new_key

ROW = RawRow("r1", "Call 202-555-0134", ("phone: found by a guess",))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "quarantine"


@pytest.fixture
def vault(path):
    return Vault(path, new_key())


def test_what_was_added_is_read(vault):
    vault.append(ROW, RawRow("r2", "second"))
    assert vault.read("r1") == ROW
    assert vault.ids() == ["r1", "r2"]


@given(st.text(), st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_comes_back(tmp_path_factory, text, row_id):
    vault = Vault(tmp_path_factory.mktemp("vault") / "quarantine", new_key())
    vault.append(RawRow(row_id, text))
    assert vault.read(row_id).text == text


def test_nothing_lies_there_in_the_open(vault, path):
    vault.append(RawRow("posting-41", ROW.text, ROW.reasons))
    for word in (b"posting-41", b"202-555-0134", b"Call 202", b"found by a guess"):
        assert word not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


def test_the_key_comes_from_the_environment(path, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, new_key())
    Vault(path).append(ROW)
    assert Vault(path).read("r1") == ROW


@pytest.mark.parametrize("key", ["", "short", "x" * 44])
def test_a_bad_key_is_refused(path, key, monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with pytest.raises(ConfigError, match=KEY_VARIABLE):
        Vault(path, key)


def test_another_key_opens_nothing(vault, path):
    vault.append(ROW)
    with pytest.raises(ConfigError, match="cannot be decrypted"):
        Vault(path, new_key()).ids()


def test_an_id_is_added_once(vault):
    vault.append(ROW)
    with pytest.raises(ConflictError):
        vault.append(RawRow("r2", "x"), ROW)
    with pytest.raises(ConflictError):
        vault.append(RawRow("r3", "x"), RawRow("r3", "y"))
    assert vault.ids() == ["r1"]


@pytest.mark.parametrize("leave", [Vault.release, Vault.destroy])
def test_two_people_take_a_row_out(vault, leave):
    vault.append(ROW, RawRow("r2", "second"))
    leave(vault, "r1", "heron", "otter")
    assert vault.ids() == ["r2"]
    with pytest.raises(NotFoundError):
        leave(vault, "r1", "heron", "otter")


def test_several_go_at_once_or_none_does(vault):
    vault.append(ROW, RawRow("r2", "second"), RawRow("r3", "third"))
    with pytest.raises(NotFoundError, match="r9"):
        vault.destroy_all(["r1", "r9"], "heron", "otter")
    assert vault.ids() == ["r1", "r2", "r3"]
    vault.destroy_all(["r1", "r3"], "heron", "otter")
    assert vault.ids() == ["r2"]


@pytest.mark.parametrize("leave", [Vault.release, Vault.destroy])
@pytest.mark.parametrize("second", ["heron", "Heron", " heron "])
def test_one_person_is_not_two(vault, leave, second):
    vault.append(ROW)
    with pytest.raises(ForbiddenError):
        leave(vault, "r1", "heron", second)
    assert vault.ids() == ["r1"]


def test_a_person_has_a_name(vault):
    vault.append(ROW)
    with pytest.raises(InputError):
        vault.release("r1", "heron", " ")


def test_release_gives_the_row(vault):
    vault.append(ROW)
    assert vault.release("r1", "heron", "otter") == ROW


def test_a_crash_while_adding_loses_that_row_only(vault, path):
    vault.append(ROW)
    whole = path.read_bytes()
    vault.append(RawRow("r2", "second"))
    for size in range(len(whole), path.stat().st_size, 25):
        torn = path.read_bytes()[:size]
        path.write_bytes(torn)
        assert vault.ids() == ["r1"]
    vault.append(RawRow("r3", "third"))
    assert vault.ids() == ["r1", "r3"]


def test_rows_that_the_disk_has_no_room_for_are_not_there_in_part(vault, path, monkeypatch):
    vault.append(ROW)
    before = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as crowded:
        crowded.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            vault.append(RawRow("r2", "second"), RawRow("r3", "third"))
    assert path.read_bytes() == before
    vault.append(RawRow("r2", "second"))
    assert vault.ids() == ["r1", "r2"]


def test_a_crash_while_removing_keeps_the_old_file(vault, path, monkeypatch):
    vault.append(ROW, RawRow("r2", "second"))

    def crash(*_):
        raise OSError("no power")

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(OSError, match="no power"):
        vault.destroy("r1", "heron", "otter")
    monkeypatch.undo()
    assert vault.ids() == ["r1", "r2"]
    assert not [other for other in Path(path.parent).iterdir() if other.name.startswith(".")]


def test_a_row_keeps_its_text_out_of_tracebacks():
    assert "202" not in repr(ROW)
