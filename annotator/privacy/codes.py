"""Chunks that mix letters and figures: "AB12CDE", "sunny22", "X1234567L". Ordinary ones, such as "2h/week", pass."""

from __future__ import annotations

import re
from bisect import bisect_left

from annotator.privacy import lexicon
from annotator.privacy.normalise import fold
from annotator.privacy.reading import Reading
from annotator.privacy.tokens import Tokens
from annotator.privacy.values import Kind

CUED_KINDS = (
    ("bank", Kind.BANK),
    ("birth", Kind.BIRTH),
    ("document", Kind.ID),
    ("plate", Kind.PLATE),
    ("wallet", Kind.WALLET),
    ("phone", Kind.PHONE),
    ("platform", Kind.PHONE),
    ("reference", Kind.ID),
    ("street_before", Kind.ADDRESS),
    ("unit", Kind.ADDRESS),
)
"""Which kind a number or code is by the cue before it, the first that applies."""

LOOK_ALIKES = frozenset("oilszb")
LONG_CHUNK = 6
"""From so many figures and look-alike letters on a chunk is a number of its own, however few of them are figures."""

_HANDLES = (("handle", Kind.HANDLE), ("platform", Kind.HANDLE))
_NAMERS = ("handle", "platform", "announce", "reach", "document", "plate", "reference", "wallet", "name")
_SHORT_AMOUNT = re.compile(r"\d{1,3}[a-z]{1,3}")
_SERIES = re.compile(r"[A-Z]{1,3}")
_CHUNK = re.compile(r"[^\W_]+(?:[-_./#+]?[^\W_]+){0,12}")
_INSIDE_CHUNK = frozenset("-_./#+")
_PIECES = re.compile(r"[-/+#]")
_UNITS = (
    "st nd rd th s am pm a p h hr hrs k m m2 m² m³ m3 qm kg g km km2 cm mm ml cl l x t er ere eme ème ième e ª º d w y yrs yr yo min "
    "mins gb mb tb lb lbs ft sq sqm ha kw kwh v hz mbps pcm pw ph pp usd eur gbp php pln ron zl lei kr kc tl j std euro euros mo mth "
    "mths bed bath br ba bhk ter bis in hp cc rpm cv zoll uhr og eg chf mxn cad aud c f"
)
_AMOUNT = re.compile(rf"\d{{1,6}}(?:[.,:]\d{{1,3}})?(?:{'|'.join(_UNITS.split())})?\.?", re.IGNORECASE)
_ORDINARY = re.compile(
    r"[a-z]{1,2}\d{1,2}|[bcd]1e|\d{1,2}[a-z]{1,2}|\d{1,2}h[0-5]\d|\d{1,2}[x:]\d{1,4}(?:x\d{1,4})?|\d{1,2}:\d\d(?:am|pm|h)|covid-?19|mp[34]"
    r"|nvq-?\d|en-?\d{2,3}|cat-?[1-6]|class-?\d|level-?\d|web3|b2[bc]|h2o|co2|a\+{1,3}",
    re.IGNORECASE,
)
"""Licence classes, norms, clock times and the like."""


def find_codes(reading: Reading) -> None:
    """Mask chunks of letters and figures that are not ordinary language."""
    tokens = reading.tokens
    starts, ends, words = tokens.starts, tokens.ends, tokens.words
    done = 0
    for i in range(1, len(words)):  # letters and figures are tokens of their own: two that touch make a code
        if starts[i] != ends[i - 1] or starts[i] < done or not (words[i][0].isalnum() and words[i - 1][0].isalnum()):
            continue
        match = _CHUNK.search(tokens.text, starts[_chunk_start(tokens, i - 1)])
        if match is None:
            continue
        done = match.end()
        inside = range(bisect_left(starts, match.start()), bisect_left(starts, done))
        free = [j for j in inside if reading.free(j)]
        if not free or _is_ordinary(match[0]):
            continue
        if not _is_spelled(tokens, free):
            _mask_code(reading, free[0], free[-1], match[0])
        elif sum(map(str.isalnum, match[0])) >= LONG_CHUNK:
            reading.mask(free[0], free[-1], Kind.PHONE, sure=False)
    reading.tick()


def series(tokens: Tokens, i: int) -> bool:
    """Say whether token i is a short group of capitals, as in plates and document numbers."""
    return _SERIES.fullmatch(tokens.exact(i)) is not None and tokens.words[i] not in lexicon.words(
        "context", "no_series"
    )


def _chunk_start(tokens: Tokens, i: int) -> int:
    while tokens.glued(i) and (tokens.words[i - 1][0].isalnum() or tokens.words[i - 1] in _INSIDE_CHUNK):
        i -= 1
    return i


def _is_ordinary(chunk: str) -> bool:
    """As in "6am-2:30pm", "2h/semaine", "12-month": amounts first, then words that the languages know."""
    if _ORDINARY.fullmatch(chunk):
        return True
    first, *rest = _PIECES.split(chunk)
    if not _AMOUNT.fullmatch(first) and not _ORDINARY.fullmatch(first):
        return False
    common = lexicon.common_words()
    return all(_AMOUNT.fullmatch(piece) or _ORDINARY.fullmatch(piece) or fold(piece) in common for piece in rest)


def _is_spelled(tokens: Tokens, inside: list[int]) -> bool:
    """Figures with number words or look-alike letters alone are a run of digits, which `digits` sees to."""
    known = lexicon.numbers().digits
    return all(
        not tokens.is_word(i) or tokens.words[i] in known or LOOK_ALIKES.issuperset(tokens.words[i]) for i in inside
    )


def _mask_code(reading: Reading, first: int, last: int, chunk: str) -> None:
    tokens = reading.tokens
    size, figures = sum(map(str.isalnum, chunk)), sum(map(str.isdigit, chunk))
    while reading.free(first - 1) and series(tokens, first - 1) and len(tokens.between(first - 1, first)) <= 1:
        first -= 1
    while (
        reading.free(last + 1)
        and len(tokens.between(last, last + 1)) <= 1
        and (series(tokens, last + 1) or tokens.is_digits(last + 1))
    ):
        last += 1
    uncued = not any(reading.cued(first, name, reach=3) for name in _NAMERS)
    if uncued and _SHORT_AMOUNT.fullmatch(chunk):
        return
    cued = next((kind for name, kind in (*_HANDLES, *CUED_KINDS) if reading.cued(first, name)), None)
    reading.mask(first, last, cued or _kind(chunk, size), sure=size >= 16 or (chunk.isupper() and figures >= 2))


def _kind(chunk: str, size: int) -> Kind:
    if size >= 20:
        return Kind.WALLET
    if not chunk.isupper():
        return Kind.HANDLE
    return Kind.PLATE if size <= 8 else Kind.ID
