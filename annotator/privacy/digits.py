"""Rules for whatever has digits and no fixed form: telephone, account and document numbers, plates, dates of birth, codes.

A run of digits that `quantities` cannot explain is an identifier. Which kind is read from the cue before it and from its length.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from annotator.privacy import lexicon, quantities
from annotator.privacy.normalise import fold
from annotator.privacy.quantities import Ordinary
from annotator.privacy.reading import Reading
from annotator.privacy.shapes import NO_PLATES
from annotator.privacy.runs import Atom, Run, digit_runs
from annotator.privacy.tokens import Tokens
from annotator.privacy.values import Kind

_CUES = (
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
_NUMERIC = frozenset({Kind.PHONE, Kind.ID, Kind.BANK, Kind.PLATE, Kind.WALLET})
_LABELS = frozenset("nr no tel id ref ssn dni nie nif cnp sss tin nip ni reg dob mob cel iban am pm".split())
_SHORT_CODE = re.compile(r"[A-Z]{1,3}")
_DOTTED = re.compile(r"(?:\d{1,3}\s?\.\s?){3}\d{1,3}")
_CODE = re.compile(r"[^\W_]+(?:[-_./#+]?[^\W_]+){0,12}")
_PIECES = re.compile(r"[-/+#]")
_AMOUNT_PIECE = re.compile(
    r"\d{1,6}(?:[.,:]\d{1,3})?(?:st|nd|rd|th|s|am|pm|a|p|h|hr|hrs|k|m|m2|m²|m³|m3|qm|kg|g|km|km2|cm|mm|ml|cl|l|x|t|er|ere|eme|ème|ième|e|ª|º|d|w|y|yrs|yr|"
    r"yo|min|mins|gb|mb|tb|lb|lbs|ft|sq|sqm|ha|kw|kwh|v|hz|mbps|pcm|pw|ph|pp|pm|usd|eur|gbp|php|pln|ron|zl|lei|kr|kc|tl|j|std|euro|"
    r"euros|mo|mth|mths|bed|bath|br|ba|bhk|ter|bis|in|hp|cc|rpm|cv|zoll|uhr|og|eg|chf|mxn|cad|aud|p|c|f)?\.?",
    re.IGNORECASE,
)
_ORDINARY_CODE = re.compile(
    r"[a-z]{1,2}\d{1,2}|[bcd]1?e|[bcd]1e|\d{1,2}[a-z]{1,2}|\d{1,2}h[0-5]\d|\d{1,2}(?:x|:)\d{1,4}(?:x\d{1,4})?|\d{1,2}:\d\d(?:am|pm|h)|covid-?19|mp[34]|nvq-?\d|"
    r"en-?\d{2,3}|cat-?[1-6]|class-?\d|level-?\d|q[1-4]|web3|b2[bc]|h2o|co2|ks[1-5]|s[1-5]|a\+{1,3}|cdl-?[abc]",
    re.IGNORECASE,
)
"""Codes that are part of ordinary language, such as licence classes, norms and clock times."""


def find_digits(reading: Reading) -> None:
    """Mask every run and code that is no ordinary quantity; leave a reason where a number stays unexplained."""
    tokens = reading.tokens
    _find_written_dates(reading)
    _find_codes(reading)
    scattered = 0
    for run in digit_runs(tokens, reading.taken):
        scattered += _judge(reading, run)
    _absorb_neighbours(reading)
    if scattered >= 8:
        reading.reason("digits: many small numbers that nothing explains")


def _find_written_dates(reading: Reading) -> None:
    """ "16 January 1959", "17 de enero de 1964": a year that people were born in, or a cue of birth before any date."""
    tokens, months = reading.tokens, lexicon.words("quantities", "months")
    for i, word in enumerate(tokens.words):
        if word not in months:
            continue
        near = [j for j in range(max(0, i - 3), min(i + 5, len(tokens))) if tokens.is_digits(j) and reading.free(j)]
        days = [j for j in near if len(tokens.words[j]) <= 2]
        years = [j for j in near if len(tokens.words[j]) == 4 and j > i]
        born = any(quantities.birth_year(tokens.words[j]) for j in years)
        if (days and born) or (near and reading.cued(min(near[0], i), "birth")):
            reading.mask(min(days + years + [i]), max(days + years + [i]), Kind.BIRTH)


def _judge(reading: Reading, run: Run) -> int:
    """Mask or explain one run; return how many of its digits are only loosely explained."""
    if not run.plain:
        return _judge_spelled(reading, run)
    tokens = reading.tokens
    text = tokens.text[tokens.starts[run.first] : tokens.ends[run.last]]
    if quantities.birth_date(text) or (quantities.full_date(text) and reading.cued(run.first, "birth")):
        reading.mask(run.first, run.last, Kind.BIRTH)
        return 0
    cued = reading.cued(run.first, "phone", "platform", "value_cue", "document", "bank", "plate", "wallet")
    explained = quantities.ordinary(tokens, run, cued=cued)
    if explained is not Ordinary.NO and not _part_of_name(tokens, run):
        reading.explained.append((tokens.starts[run.first], tokens.ends[run.last]))
        return len(text) if explained is Ordinary.LOOSELY and text.isdecimal() else 0
    _mask_run(reading, run, text)
    return 0


def _judge_spelled(reading: Reading, run: Run) -> int:
    tokens, size = reading.tokens, len(run.digits)
    if _mixed_but_ordinary(reading, run):
        return 0
    magnitude = lexicon.numbers().magnitude
    amount = any(tokens.words[i] in magnitude for i in range(run.first, min(run.last + 2, len(tokens))))
    cued = reading.cued(run.first, "phone", "platform", "value_cue", "document", "bank", "birth", reach=6)
    many = len(run.atoms) >= 4 and size >= 4
    if (
        size >= (9 if amount else 7)
        or ((size >= 5 or many) and not amount)
        or (cued and size >= 3 and len(run.atoms) >= 3)
    ):
        first = run.first
        while first and tokens.words[first - 1] in lexicon.numbers().multiplier:
            first -= 1
        reading.mask(first, run.last, _kind(reading, run), sure=False)
    return 0


def _mixed_but_ordinary(reading: Reading, run: Run) -> bool:
    """ "15:00 to 23:00, two days": figures that are explained by themselves, and one number word beside them."""
    groups: list[list[Atom]] = []
    for atom in run.atoms:
        if groups and groups[-1][0].spelled == atom.spelled:
            groups[-1].append(atom)
        else:
            groups.append([atom])
    spelled = [group for group in groups if group[0].spelled]
    figures = [Run(tuple(group)) for group in groups if not group[0].spelled]
    if not figures or any(len(group) > 1 for group in spelled) or len(spelled) > 2:
        return False
    if not all(
        _dated(reading, part) or quantities.ordinary(reading.tokens, part, cued=False) is Ordinary.YES
        for part in figures
    ):
        return False
    for part in figures:
        _judge(reading, part)
    return True


def _dated(reading: Reading, run: Run) -> bool:
    return quantities.full_date(reading.tokens.text[reading.tokens.starts[run.first] : reading.tokens.ends[run.last]])


def _mask_run(reading: Reading, run: Run, text: str) -> None:
    size = len(run.digits)
    first, last = _edges(reading, run)
    if _DOTTED.fullmatch(text) and all(int(part) < 256 for part in re.findall(r"\d+", text)):
        reading.mask(first, last, Kind.IP)
    elif size >= 7:
        reading.mask(first, last, _kind(reading, run), sure=_usual_gaps(text))
    elif size >= 5 or (size >= 3 and _kind(reading, run) is not Kind.PHONE):
        reading.mask(first, last, _kind(reading, run, short=Kind.ID), sure=_usual_gaps(text) and size >= 5)
    else:
        reading.mask(first, last, Kind.UNCLEAR, sure=False)


def _absorb_neighbours(reading: Reading) -> None:
    """Figures, look-alike letters and single capitals right beside a masked number are part of it."""
    tokens = reading.tokens
    numeric = [match for match in reading.matches if match.kind in _NUMERIC]
    for match in numeric:
        first = bisect_left(tokens.starts, match.start)
        last = bisect_left(tokens.starts, match.end) - 1
        if not 0 <= first <= last:
            continue
        low, high = first, last
        while _belongs(reading, low - 1) and len(tokens.between(low - 1, low)) <= 1:
            low -= 1
        while _belongs(reading, high + 1) and len(tokens.between(high, high + 1)) <= 1:
            high += 1
        if (low, high) != (first, last):
            reading.mask(low, high, match.kind, sure=False)


def _belongs(reading: Reading, i: int) -> bool:
    if not reading.free(i):
        return False
    tokens = reading.tokens
    if tokens.is_digits(i):
        return not any(start <= tokens.starts[i] < end for start, end in reading.explained)
    if tokens.words[i] == "+":
        return True
    mixed = (
        tokens.is_word(i)
        and set(tokens.words[i]) <= set("oilszb")
        and (tokens.glued(i) or (i + 1 < len(tokens) and tokens.glued(i + 1)))
    )
    single = len(tokens.words[i]) == 1 and tokens.is_word(i) and tokens.is_capital(i) and tokens.words[i] not in "aioy"
    return mixed or single


def _usual_gaps(text: str) -> bool:
    """A number is written plainly when nothing but single spaces, hyphens, points and brackets part its digits."""
    return (
        re.fullmatch(r"\d+(?:[ .\-/()]{1,2}\d+){0,6}", text) is not None
        and re.search(r"\b\d\b\D{1,2}\b\d\b", text) is None
    )


def _kind(reading: Reading, run: Run, short: Kind = Kind.PHONE) -> Kind:
    for name, kind in _CUES:
        if reading.cued(run.first, name):
            return kind
    size = len(run.digits)
    if 13 <= size <= 19 and not reading.tokens.text.startswith("+", max(0, reading.tokens.starts[run.first] - 1)):
        return Kind.BANK
    return Kind.PHONE if size >= 7 else short


def _edges(reading: Reading, run: Run) -> tuple[int, int]:
    """Take in a plus, an opening bracket and short letter groups in capitals (plates, document series) on both sides."""
    tokens = reading.tokens
    first, last = run.first, run.last
    while reading.free(first - 1) and tokens.glued(first) and tokens.words[first - 1] in "+(#":
        first -= 1
    while reading.free(first - 1) and _series(tokens, first - 1) and tokens.starts[first] - tokens.ends[first - 1] <= 1:
        first -= 1
        if (
            tokens.glued(first)
            and tokens.words[first - 1] == "-"
            and reading.free(first - 2)
            and _series(tokens, first - 2)
        ):
            first -= 2
    while reading.free(last + 1) and _series(tokens, last + 1) and tokens.starts[last + 1] - tokens.ends[last] <= 1:
        last += 1
    return first, last


def _series(tokens: Tokens, i: int) -> bool:
    """Say whether token i is a short group of capitals, as in plates and document numbers."""
    written = tokens.exact(i)
    return _SHORT_CODE.fullmatch(written) is not None and written not in NO_PLATES and tokens.words[i] not in _LABELS


def _part_of_name(tokens: Tokens, run: Run) -> bool:
    """A number that touches an underscore, at sign or hash is no amount."""
    left = tokens.words[run.first - 1] if tokens.glued(run.first) else ""
    right = tokens.words[run.last + 1] if run.last + 1 < len(tokens) and tokens.glued(run.last + 1) else ""
    return left in {"_", "@", "#"} or right in {"_", "@", "#"}


def _find_codes(reading: Reading) -> None:
    """Chunks of letters and figures ("AB12 CDE", "sunny22"): ordinary ones pass, the rest are masked."""
    tokens = reading.tokens
    starts, ends, words = tokens.starts, tokens.ends, tokens.words
    done = 0
    for i in range(1, len(words)):  # letters and figures are tokens of their own: two that touch make a code
        if starts[i] != ends[i - 1] or starts[i] < done or not (words[i][0].isalnum() and words[i - 1][0].isalnum()):
            continue
        first = i - 1
        while (
            first
            and starts[first] == ends[first - 1]
            and (words[first - 1][0].isalnum() or words[first - 1] in "-_./#+")
        ):
            first -= 1
        match = _CODE.search(tokens.text, starts[first])
        if match is None:
            continue
        done, chunk = match.end(), match[0]
        inside = [i for i in _inside(tokens, match.start(), match.end()) if reading.free(i)]
        if not inside or _ordinary_code(chunk) or _spelled_chunk(tokens, inside):
            continue
        _mask_code(reading, inside[0], inside[-1], chunk)


def _ordinary_code(chunk: str) -> bool:
    """ "6am-2:30pm", "2h/semaine", "12-month": amounts first, then words that the languages know."""
    if _ORDINARY_CODE.fullmatch(chunk):
        return True
    first, *rest = _PIECES.split(chunk)
    if not _AMOUNT_PIECE.fullmatch(first) and not _ORDINARY_CODE.fullmatch(first):
        return False
    common = lexicon.common_words()
    return all(
        _AMOUNT_PIECE.fullmatch(piece) or _ORDINARY_CODE.fullmatch(piece) or fold(piece) in common for piece in rest
    )


def _spelled_chunk(tokens: Tokens, inside: list[int]) -> bool:
    """Figures and number words or look-alikes alone: the runs see to it. So do figures between hyphens and known words."""
    known = lexicon.numbers().digits
    return all(
        tokens.is_digits(i)
        or not tokens.words[i][0].isalnum()
        or tokens.words[i] in known
        or set(tokens.words[i]) <= set("oilszb")
        for i in inside
    )


def _inside(tokens: Tokens, start: int, end: int) -> list[int]:
    first = bisect_left(tokens.starts, start)
    last = bisect_left(tokens.starts, end)
    return list(range(first, last))


def _mask_code(reading: Reading, first: int, last: int, chunk: str) -> None:
    size = sum(map(str.isalnum, chunk))
    figures = sum(map(str.isdigit, chunk))
    while (
        reading.free(first - 1)
        and _series(reading.tokens, first - 1)
        and reading.tokens.starts[first] - reading.tokens.ends[first - 1] <= 1
    ):
        first -= 1
    while (
        reading.free(last + 1)
        and (_series(reading.tokens, last + 1) or reading.tokens.is_digits(last + 1))
        and reading.tokens.starts[last + 1] - reading.tokens.ends[last] <= 1
    ):
        last += 1
    kind = next(
        (
            kind
            for name, kind in (("handle", Kind.HANDLE), ("platform", Kind.HANDLE), *_CUES)
            if reading.cued(first, name)
        ),
        None,
    )
    if kind is None:
        kind = (
            Kind.WALLET
            if size >= 20
            else Kind.PLATE
            if chunk.isupper() and size <= 8
            else Kind.ID
            if chunk.isupper()
            else Kind.HANDLE
        )
    reading.mask(first, last, kind, sure=chunk.isupper() and figures >= 2 or size >= 16)
