"""Sealed files come back byte by byte, under their own secret alone, and any damage is refused before it is used."""

from __future__ import annotations

import io
import shutil
import stat
import tarfile

import pytest
from hypothesis import given, strategies as st

from annotator.domain.errors import InputError
from annotator.storage.sealing import (
    CHUNK,
    HEADER,
    Key,
    Passphrase,
    SealedReader,
    SealedWriter,
    make_key_file,
    read_key_file,
)
from annotator.storage.whole_files import whole

KEY = Key(b"k" * 32)
PASSPHRASE = Passphrase("six plain words for a test", cost=10)
SIZES = st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17])


def sealed(plain, secret=KEY, parts=1):
    target = io.BytesIO()
    with SealedWriter(target, secret) as file:
        for part in range(parts):
            file.write(
                plain[part::parts]
                if parts == 1
                else plain[len(plain) * part // parts : len(plain) * (part + 1) // parts]
            )
    return target.getvalue()


def opened(data, secret=KEY):
    return SealedReader(io.BytesIO(data), secret).read()


@given(size=SIZES, parts=st.integers(1, 9), secret=st.sampled_from([KEY, PASSPHRASE]))
def test_what_was_sealed_comes_back(size, parts, secret):
    plain = bytes(number * 7 % 251 for number in range(size))
    made = sealed(plain, secret, parts)
    assert opened(made, secret) == plain
    assert made != sealed(plain, secret, parts), "two sealings of one text differ"


@given(size=SIZES, where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_changed_bit_is_refused(size, where, bit):
    made = bytearray(sealed(b"x" * size))
    made[int(where * len(made))] ^= 1 << bit
    with pytest.raises(InputError):
        opened(bytes(made))


@given(size=SIZES, where=st.floats(0, 1, exclude_max=True))
def test_a_file_that_was_cut_off_is_refused(size, where):
    made = sealed(b"x" * size)
    with pytest.raises(InputError):
        opened(made[: int(where * len(made))])


def test_cuts_between_chunks_swaps_and_additions_are_refused():
    made, step = sealed(b"a" * (3 * CHUNK)), CHUNK + 16
    first, second, third = (made[HEADER + n * step : HEADER + (n + 1) * step] for n in range(3))
    head, other = made[:HEADER], sealed(b"b" * CHUNK)
    for wrong in (
        head + first + second,
        head + second + first + third,
        head + first + third,
        head + first + second + third + third,
        head + first + second + other[HEADER:],
        made + b"\0",
        head,
    ):
        with pytest.raises(InputError):
            opened(wrong)


def test_nothing_of_a_damaged_chunk_is_given_out():
    made = bytearray(sealed(b"a" * (2 * CHUNK)))
    made[-1] ^= 1
    reader = SealedReader(io.BytesIO(bytes(made)), KEY)
    assert io.BufferedReader(reader, 1).read(CHUNK) == b"a" * CHUNK
    with pytest.raises(InputError, match="chunk 2"):
        reader.read()


def test_another_secret_is_told_from_damage():
    for right, wrong in ((KEY, Key(b"l" * 32)), (PASSPHRASE, Passphrase("six other words for a test"))):
        with pytest.raises(InputError, match="another passphrase or key"):
            opened(sealed(b"x", right), wrong)
    with pytest.raises(InputError, match="with a passphrase"):
        opened(sealed(b"x", PASSPHRASE), KEY)
    with pytest.raises(InputError, match="with a key file"):
        opened(sealed(b"x"), PASSPHRASE)
    with pytest.raises(InputError, match="not a sealed file"):
        opened(b"PK\x03\x04" * 100)


def test_a_header_cannot_ask_for_boundless_memory():
    made = bytearray(sealed(b"x", PASSPHRASE))
    made[len(b"annotator-sealed-1\n") + 1] = 40
    with pytest.raises(InputError, match="rounds"):
        opened(bytes(made), PASSPHRASE)


def test_a_short_passphrase_is_refused():
    with pytest.raises(InputError, match="12 characters"):
        sealed(b"x", Passphrase("short", cost=10))


def test_a_writer_that_failed_leaves_what_no_reader_takes():
    target = io.BytesIO()

    def fail():
        with SealedWriter(target, KEY) as file:
            file.write(b"x" * (2 * CHUNK))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with pytest.raises(InputError):
        opened(target.getvalue())


def unseal(source, target, secret):
    with source.open("rb") as file, whole(target) as plain:
        shutil.copyfileobj(SealedReader(file, secret), plain)


def test_files_are_sealed_and_opened_whole_or_not_at_all(tmp_path):
    key = make_key_file(tmp_path / "key")
    assert read_key_file(tmp_path / "key") == key
    plain, safe, back = tmp_path / "plain", tmp_path / "safe", tmp_path / "back"
    plain.write_bytes(b"n" * 200_000)
    with whole(safe) as file, SealedWriter(file, key) as to_seal:
        to_seal.write(plain.read_bytes())
    assert b"nnnn" not in safe.read_bytes()
    unseal(safe, back, key)
    assert back.read_bytes() == plain.read_bytes()
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "key", safe, back)} == {0o600}
    back.unlink()
    safe.write_bytes(safe.read_bytes()[:-1])
    with pytest.raises(InputError):
        unseal(safe, back, key)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key", "plain", "safe"]
    with pytest.raises(InputError, match="already"):
        make_key_file(tmp_path / "key")
    for wrong in (b"not base64 !", b"c2hvcnQ="):
        (tmp_path / "wrong").write_bytes(wrong)
        with pytest.raises(InputError):
            read_key_file(tmp_path / "wrong")


def test_an_archive_streams_through(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"a" * 100_000)
    target = io.BytesIO()
    with SealedWriter(target, KEY) as file, tarfile.open(fileobj=file, mode="w|") as archive:
        archive.add(tmp_path / "a.txt", "a.txt")
    with tarfile.open(fileobj=SealedReader(io.BytesIO(target.getvalue()), KEY), mode="r|") as archive:
        assert [(member.name, member.size) for member in archive] == [("a.txt", 100_000)]


def test_secrets_do_not_show_themselves():
    assert "plain" not in repr(PASSPHRASE)
    assert "kkk" not in repr(KEY)
