"""What a row must be to enter: its columns, their forms, and the column names that are never let in.

Columns that could identify a person are refused by name, before a single row is read into the service. Reasons never quote a
value, since a rejects file is kept.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from annotator.domain.items import Source

COLUMNS = ("id", "text", "source", "language", "campaign", "epoch", "region", "quarter")
REQUIRED = ("id", "text", "source")
OF_PICTURES = tuple("image" if column == "text" else column for column in COLUMNS)
"""The columns of a list of pictures: each row names a file in the place of a text."""
MAX_TEXT = 20_000
MAX_FIELD = 200

_IDENTIFYING = frozenset(
    [
        "name",
        "names",
        "fullname",
        "firstname",
        "lastname",
        "surname",
        "forename",
        "givenname",
        "familyname",
        "nickname",
        "alias",
        "person",
        "phone",
        "phones",
        "telephone",
        "tel",
        "mobile",
        "cell",
        "cellphone",
        "fax",
        "whatsapp",
        "viber",
        "signal",
        "telegram",
        "wechat",
        "line",
        "email",
        "emails",
        "mail",
        "handle",
        "handles",
        "username",
        "user",
        "userid",
        "screenname",
        "account",
        "profile",
        "facebook",
        "instagram",
        "twitter",
        "tiktok",
        "url",
        "urls",
        "uri",
        "link",
        "links",
        "website",
        "site",
        "web",
        "href",
        "ip",
        "ipaddress",
        "address",
        "addresses",
        "street",
        "city",
        "town",
        "postcode",
        "postalcode",
        "zip",
        "zipcode",
        "house",
        "coordinates",
        "coordinate",
        "coords",
        "gps",
        "geo",
        "latitude",
        "longitude",
        "lat",
        "lon",
        "lng",
        "long",
        "location",
        "photo",
        "photos",
        "picture",
        "pictures",
        "image",
        "images",
        "img",
        "avatar",
        "face",
        "selfie",
        "video",
        "birthdate",
        "birthday",
        "dob",
        "birth",
        "passport",
        "ssn",
        "licence",
        "license",
        "plate",
        "iban",
        "card",
        "wallet",
        "bank",
        "contact",
        "contacts",
        "poster",
        "author",
    ]
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_QUARTER = re.compile(r"\d{4}-?Q[1-4]")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True, slots=True)
class Row:
    """One checked row. `text` has Unix line ends and no character that a database cannot keep."""

    id: str
    text: str
    source: Source
    language: str | None = None
    campaign: str | None = None
    epoch: str | None = None
    region: str | None = None
    quarter: str | None = None
    image: str | None = None


@dataclass(frozen=True, slots=True)
class Dots:
    """A picture that was written anew from its dots alone."""

    content: bytes
    media_type: str
    width: int
    height: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class RowError(ValueError):
    """Why one row can't be taken; the message names the column and never quotes the value."""


def required(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that must not be empty, of those that a file may have."""
    return tuple(columns[: len(REQUIRED)])


def identifying(columns: Iterable[str], known: Sequence[str] = COLUMNS) -> list[str]:
    """Return the column names that could identify a person, in the order given."""
    return [column for column in columns if column not in known and _is_identifying(column)]


def check_row(raw: Mapping[str, Any], known: Sequence[str] = COLUMNS) -> Row:
    """Return the row in its checked form; `known` are the columns of texts or of pictures.

    Raises:
        RowError: a column is missing or has the wrong form.
    """
    if found := identifying(raw, known):
        raise RowError(f"column {found[0]!r} could identify a person")
    for column in required(known):
        if raw.get(column) in (None, ""):
            raise RowError(f"column 'id', {known[1]!r} and 'source' are needed: {column!r} is empty")
    body = raw[known[1]]
    if not isinstance(body, str):
        raise RowError(f"column {known[1]!r} is not text")
    is_text = known[1] == "text"
    fields = {column: _field(column, raw.get(column)) for column in COLUMNS if column != "text"}
    return Row(
        id=str(fields["id"]),
        text=_text(body) if is_text else "",
        image=None if is_text else _field("image", body),
        source=_source(fields["source"]),
        language=_formed("language", fields["language"], _LANGUAGE, "such as en or es-MX"),
        campaign=fields["campaign"],
        epoch=fields["epoch"],
        region=fields["region"],
        quarter=_formed("quarter", fields["quarter"], _QUARTER, "such as 2026-Q1"),
    )


def _is_identifying(column: str) -> bool:
    words = [word.lower() for word in _WORDS.findall(column)]
    joined = "".join(words)
    pairs = {first + second for first, second in pairwise(words)}
    return joined in _IDENTIFYING or bool(_IDENTIFYING & (set(words) | pairs))


def _text(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise RowError("column 'text' holds white space only")
    if len(text) > MAX_TEXT:
        raise RowError(f"column 'text' is longer than {MAX_TEXT:,} characters")
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise RowError("column 'text' holds bytes that are not UTF-8 text")
    return text


def _field(column: str, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RowError(f"column {column!r} is neither text nor a whole number")
    value = str(value).strip()
    if len(value) > MAX_FIELD:
        raise RowError(f"column {column!r} is longer than {MAX_FIELD} characters")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in value):
        raise RowError(f"column {column!r} holds control characters")
    return value or None


def _source(value: str | None) -> Source:
    try:
        return Source(str(value))
    except ValueError:
        raise RowError("column 'source' is neither 'synthetic' nor 'de-identified'") from None


def _formed(column: str, value: str | None, form: re.Pattern[str], example: str) -> str | None:
    if value is not None and not form.fullmatch(value):
        raise RowError(f"column {column!r} is not of the form {example}")
    return value
