"""Sealed files: streaming authenticated encryption under a passphrase or a key file, for backups that leave the machine.

A file begins with a header (kind of secret, cost of scrypt, random salt, a tag that tells a wrong secret from a damaged file),
then come chunks of 64 KiB, each sealed by ChaCha20-Poly1305 (RFC 8439) under a key of this file alone: HKDF (RFC 5869) of the key
file, or of scrypt (RFC 7914) of the passphrase, with the salt. A chunk's nonce is its number and whether it is the last
(the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015), so chunks that were changed, moved, dropped or
cut off are refused. Nothing that is not authentic is ever given out; that the end is whole is known at the end alone, so use
`unseal_file` or read everything before acting on it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import io
import secrets
import struct
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from annotator.domain.errors import InputError
from annotator.storage.whole_files import whole

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

MAGIC = b"annotator-sealed-1\n"
CHUNK = 65_536  # bytes of plain text
MIN_PASSPHRASE = 12  # characters
_TAG = 16
_KEY_BYTES = 32
_COST, _LARGEST_COST = 17, 20  # log2 of scrypt's N: 128 MiB, and at most 1 GiB to open what somebody else wrote
_FIXED = struct.Struct(f">{len(MAGIC)}sBB32s")
HEADER = _FIXED.size + _TAG
_KEY_FILE, _PASSPHRASE = 0, 1


@dataclass(frozen=True, slots=True, repr=False)
class Passphrase:
    """A secret that people remember; stretched by scrypt."""

    text: str
    cost: int = _COST  # log2 of scrypt's N


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """A random secret of 32 bytes, kept in a file."""

    secret: bytes


Secret = Passphrase | Key


def make_key_file(path: Path) -> Key:
    """Write a new random key to a file that only its owner can read.

    Raises:
        InputError: the file is there already; a key that something is sealed with must not be lost.
    """
    key = secrets.token_bytes(_KEY_BYTES)
    try:
        with whole(path, new=True) as file:
            file.write(base64.urlsafe_b64encode(key) + b"\n")
    except FileExistsError as error:
        raise InputError(f"{path} is there already.", where="key file", mend="Name another file.") from error
    return Key(key)


def read_key_file(path: Path) -> Key:
    """Read a key.

    Raises:
        InputError: it can't be read, or it is not a key that `make_key_file` wrote.
    """
    try:
        key = base64.b64decode(path.read_bytes().strip(), altchars=b"-_", validate=True)
    except (OSError, binascii.Error) as error:
        raise InputError(f"{path} can't be read as a key.", where="key file") from error
    if len(key) != _KEY_BYTES:
        raise InputError(f"{path} holds no key of {_KEY_BYTES} bytes.", where="key file")
    return Key(key)


class SealedWriter(io.RawIOBase):
    """A binary file that seals what is written to it. Leaving its block well ends it; by an error leaves it unfinished,
    which every reader refuses.
    """

    def __init__(self, target: IO[bytes], secret: Secret) -> None:
        super().__init__()
        self._target = target
        kind = _PASSPHRASE if isinstance(secret, Passphrase) else _KEY_FILE
        cost = secret.cost if isinstance(secret, Passphrase) else 0
        if isinstance(secret, Passphrase) and len(secret.text) < MIN_PASSPHRASE:
            raise InputError(f"A passphrase has at least {MIN_PASSPHRASE} characters.", where="passphrase")
        self._header = _FIXED.pack(MAGIC, kind, cost, secrets.token_bytes(32))
        key = _file_key(secret, self._header)
        self._cipher, self._number, self._waiting = ChaCha20Poly1305(key), 0, bytearray()
        self._finished = False
        target.write(self._header + _header_tag(key, self._header))

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        self._waiting += memoryview(data)
        while len(self._waiting) > CHUNK:  # the last chunk is sealed as such, so one is always kept back
            self._put(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return memoryview(data).nbytes

    def finish(self) -> None:
        """Seal the last chunk. Without it the file counts as cut off."""
        if not self._finished:
            self._put(bytes(self._waiting), last=True)
            self._target.flush()
            self._finished = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.finish()
        self.close()

    def _put(self, plain: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last=last), plain, self._header))
        self._number += 1


class SealedReader(io.RawIOBase):
    """A binary file that gives out what is sealed in another, chunk by chunk, each checked before.

    Raises:
        InputError: from the start: it is not a sealed file, or the secret is another one; from any read: it is damaged or cut off.
    """

    def __init__(self, source: IO[bytes], secret: Secret) -> None:
        super().__init__()
        self._source = source
        given = source.read(HEADER)
        self._header = given[: _FIXED.size]
        if len(given) < HEADER or not given.startswith(MAGIC):
            raise InputError("That is not a sealed file.", where="sealed file")
        key = _file_key(secret, self._header)
        if not hmac.compare_digest(_header_tag(key, self._header), given[_FIXED.size :]):
            raise InputError("It was sealed with another passphrase or key.", where="sealed file")
        self._cipher, self._number, self._left, self._ended = ChaCha20Poly1305(key), 0, b"", False
        self._ahead = source.read(CHUNK + _TAG)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        if not self._left and not self._ended:
            self._left = self._next()
        room = memoryview(buffer).cast("B")
        given, self._left = self._left[: len(room)], self._left[len(room) :]
        room[: len(given)] = given
        return len(given)

    def _next(self) -> bytes:
        sealed, self._ahead = self._ahead, self._source.read(CHUNK + _TAG)
        self._ended = not self._ahead
        try:
            plain = self._cipher.decrypt(_nonce(self._number, last=self._ended), sealed, self._header)
        except InvalidTag as error:
            place = f"chunk {self._number + 1}"
            raise InputError("The sealed file is damaged or cut off.", where=place, mend="Use another copy.") from error
        self._number += 1
        return plain


def _file_key(secret: Secret, header: bytes) -> bytes:
    """Return the key of one file.

    Raises:
        InputError: the header asks for another kind of secret, or for more memory than we lend it.
    """
    _, kind, cost, salt = _FIXED.unpack(header)
    if kind != (_PASSPHRASE if isinstance(secret, Passphrase) else _KEY_FILE):
        needed = {_PASSPHRASE: "a passphrase", _KEY_FILE: "a key file"}.get(kind, "a kind of secret unknown here")
        raise InputError(f"It was sealed with {needed}.", where="sealed file")
    if isinstance(secret, Key):
        stretched = secret.secret
    elif 10 <= cost <= _LARGEST_COST:
        text = secret.text.encode("utf-8", "surrogatepass")
        stretched = Scrypt(salt=salt, length=_KEY_BYTES, n=2**cost, r=8, p=1).derive(text)
    else:
        raise InputError(f"It asks for scrypt with 2^{cost} rounds.", where="sealed file")
    return HKDF(hashes.SHA256(), _KEY_BYTES, salt, header).derive(stretched)


def _header_tag(key: bytes, header: bytes) -> bytes:
    return hmac.digest(key, b"header" + header, "sha256")[:_TAG]


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
