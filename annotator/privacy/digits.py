"""Rules for runs of digits: telephone, account and document numbers, plates, dates of birth.

A run that `quantities` cannot explain is an identifier. Which kind is read from the cue before it and from its length.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import groupby

from annotator.privacy import lexicon, quantities
from annotator.privacy.codes import CUED_KINDS, LOOK_ALIKES, series
from annotator.privacy.quantities import Ordinary
from annotator.privacy.reading import Reading
from annotator.privacy.runs import Run, digit_runs
from annotator.privacy.tokens import Tokens
from annotator.privacy.values import Kind

MOST_SCATTERED = 7
"""Most digits of small numbers that only an ordinary word after them explains: more could be a number dealt out."""

MOST_SIGNS = 8
"""Most signs between two figures of one number."""

_NUMERIC = frozenset({Kind.PHONE, Kind.ID, Kind.BANK, Kind.PLATE, Kind.WALLET})
_ANNOUNCERS = ("phone", "platform", "value_cue", "document", "bank", "plate", "wallet")
_KEYPAD_JOINTS = frozenset("-.")
_DOTTED = re.compile(r"(?:\d{1,3}\s?\.\s?){3}\d{1,3}")
_USUAL_GAPS = re.compile(r"\d+(?:[ .\-/()]{1,2}\d+){0,6}")
_DEALT_OUT = re.compile(r"\b\d\b\D{1,2}\b\d\b")


def find_digits(reading: Reading) -> None:
    """Mask every run that is no ordinary quantity; leave a reason where numbers stay unexplained."""
    _find_written_dates(reading)
    scattered = sum(_judge(reading, run) for run in digit_runs(reading.tokens, reading.taken))
    _absorb_neighbours(reading)
    reachable = any(name in reading.cues for name in _ANNOUNCERS)
    if scattered > (MOST_SCATTERED if reachable else 2 * MOST_SCATTERED):
        reading.reason("digits: many small numbers that nothing explains")
    reading.tick()


def _find_written_dates(reading: Reading) -> None:
    """As in "16 January 1959", "17 de enero de 1964": a year that people were born in, or a cue of birth before any date."""
    tokens, months = reading.tokens, lexicon.words("quantities", "months")
    for i in tokens.having(months):
        near = [j for j in range(max(0, i - 3), i + 5) if reading.free_digits(j)]
        days = [j for j in near if len(tokens.words[j]) <= 2]
        years = [j for j in near if len(tokens.words[j]) == 4 and j > i]
        born = days and any(quantities.birth_year(tokens.words[j]) for j in years)
        if born or (near and reading.cued(min(near[0], i), "birth")):
            last = max([*days, *years, i])
            end = _spelled_year(reading, last)
            reading.mask(min([*days, *years, i]), end, Kind.BIRTH, sure=end == last)
        elif not near and reading.cued(i, "birth"):
            _mask_spelled_birth(reading, i)


def _mask_spelled_birth(reading: Reading, i: int) -> None:
    """As in "born on the twelfth of March nineteen ninety": from the day after the cue, whatever word it is, to the year."""
    tokens, plain = reading.tokens, lexicon.function_words(reading.language)
    past = max(end for _, end in reading.cues["birth"] if end <= i)
    first = next((j for j in range(past, i) if reading.free_word(j) and tokens.words[j] not in plain), i)
    last = _spelled_year(reading, i)
    if first < last:
        reading.mask(first, last, Kind.BIRTH, sure=False)


def _spelled_year(reading: Reading, i: int) -> int:
    """Return the last of two or more number words that follow token i closely; i where there are none."""
    tokens, known = reading.tokens, lexicon.numbers()
    last, count = i, 0
    for j in range(i + 1, min(i + 12, len(tokens))):
        word = tokens.words[j]
        if not reading.free(j) or word in ".!?;" or j - last > 2:
            break
        if word in known.spelled or word in known.magnitude:
            last, count = j, count + 1
        elif count and word[0].isalpha() and word not in known.filler:
            break
    return last if count > 1 else i


def _judge(reading: Reading, run: Run) -> int:
    """Mask or explain one run; return how many of its digits are only loosely explained."""
    if not run.plain:
        _judge_spelled(reading, run)
        return 0
    tokens, text = reading.tokens, _text(reading.tokens, run)
    if run.first == run.last and quantities.plainly_counted(tokens, run.first):
        _explain(reading, run, firm=True)
        return 0
    if quantities.birth_date(text) or (quantities.full_date(text) and reading.cued(run.first, "birth")):
        reading.mask(run.first, run.last, Kind.BIRTH)
        return 0
    if quantities.birth_year(text) and reading.cued(run.first, "birth"):
        reading.mask(run.first, run.last, Kind.BIRTH, sure=False)
        return 0
    explained = quantities.ordinary(tokens, run, cued=reading.cued(run.first, *_ANNOUNCERS))
    if explained is Ordinary.NO or _part_of_name(tokens, run):
        _mask_run(reading, run, text)
        return 0
    _explain(reading, run, firm=explained is Ordinary.YES)
    return len(text) if explained is Ordinary.LOOSELY and text.isdecimal() else 0


def _explain(reading: Reading, run: Run, *, firm: bool) -> None:
    reading.explained.append((reading.tokens.starts[run.first], reading.tokens.ends[run.last]))
    if firm:
        reading.firm.update(range(run.first, run.last + 1))


def _judge_spelled(reading: Reading, run: Run) -> None:
    """Mask number words from five digits on, or four in four words; from three after a cue; where they name an amount, from seven."""
    if _mixed_but_ordinary(reading, run):
        return
    tokens, size, known = reading.tokens, len(run.digits), lexicon.numbers()
    amount = any(tokens.word(i) in known.magnitude for i in range(run.first, run.last + 2))
    cued = len(run.atoms) >= 3 and reading.cued(run.first, *_ANNOUNCERS, "birth", reach=6)
    least = 3 if cued else 7 if amount else 4 if len(run.atoms) >= 4 else 5
    if size >= least:
        first = run.first
        while tokens.word(first - 1) in known.multiplier:
            first -= 1
        reading.mask(first, run.last, _kind(reading, run) or Kind.PHONE, sure=False)


def _mixed_but_ordinary(reading: Reading, run: Run) -> bool:
    """As in "15:00 to 23:00, two days": figures that are explained by themselves, and one number word beside them."""
    groups = [(spelled, tuple(atoms)) for spelled, atoms in groupby(run.atoms, key=lambda atom: atom.spelled)]
    words = [atoms for spelled, atoms in groups if spelled]
    figures = [Run(atoms) for spelled, atoms in groups if not spelled]
    if not figures or len(words) > 2 or any(len(atoms) > 1 for atoms in words):
        return False
    for part in figures:
        dated = quantities.full_date(_text(reading.tokens, part))
        if not dated and quantities.ordinary(reading.tokens, part, cued=False) is not Ordinary.YES:
            return False
    for part in figures:
        _judge(reading, part)
    return True


def _mask_run(reading: Reading, run: Run, text: str) -> None:
    size = len(run.digits)
    first, last = _edges(reading, run)
    kind = _kind(reading, run)
    usual = _USUAL_GAPS.fullmatch(text) is not None and not _DEALT_OUT.search(text)
    if _DOTTED.fullmatch(text) and all(int(part) < 256 for part in re.findall(r"\d+", text)):
        reading.mask(first, last, Kind.IP)
    elif size >= 7:
        reading.mask(first, last, kind or (Kind.BANK if _account_long(reading, run) else Kind.PHONE), sure=usual)
    elif size >= 5 or (size >= 3 and kind not in {None, Kind.PHONE}):
        reading.mask(first, last, kind or Kind.ID, sure=usual and size >= 5)
    else:
        reading.mask(first, last, Kind.UNCLEAR, sure=False)


def _kind(reading: Reading, run: Run) -> Kind | None:
    return next((kind for name, kind in CUED_KINDS if reading.cued(run.first, name)), None)


def _account_long(reading: Reading, run: Run) -> bool:
    """Card and account numbers have 13 to 19 digits; so have few telephone numbers, and those begin with a plus."""
    return 13 <= len(run.digits) <= 19 and reading.tokens.word(run.first - 1) != "+"


def _edges(reading: Reading, run: Run) -> tuple[int, int]:
    """Take in a plus, an opening bracket and short letter groups in capitals (plates, document series) on both sides."""
    tokens, first, last = reading.tokens, run.first, run.last
    while reading.free(first - 1) and tokens.glued(first) and tokens.words[first - 1] in "+(#":
        first -= 1
    while reading.free(first - 1) and series(tokens, first - 1) and len(tokens.between(first - 1, first)) <= 1:
        first -= 1
        if (
            tokens.glued(first)
            and tokens.words[first - 1] == "-"
            and reading.free(first - 2)
            and series(tokens, first - 2)
        ):
            first -= 2
    while reading.free(last + 1) and series(tokens, last + 1) and len(tokens.between(last, last + 1)) <= 1:
        last += 1
    return first, last


def _absorb_neighbours(reading: Reading) -> None:
    """Figures, look-alike letters and single capitals right beside a masked number are part of it."""
    tokens = reading.tokens
    for match in [match for match in reading.matches if match.kind in _NUMERIC]:
        first = low = bisect_left(tokens.starts, match.start)
        last = high = bisect_left(tokens.starts, match.end) - 1
        while low <= high and (before := _neighbour(reading, low, -1)) is not None:
            low = before
        while low <= high and (after := _neighbour(reading, high, 1)) is not None:
            high = after
        if low <= high:
            high = _keypad_end(reading, high)
        if (low, high) != (first, last):
            reading.mask(low, high, match.kind, sure=False)


def _keypad_end(reading: Reading, i: int) -> int:
    """As in "202-555-JOBS": capitals joined to a number by a sign stand for its keys. Return the last token of them."""
    tokens = reading.tokens
    while tokens.word(i + 1) in _KEYPAD_JOINTS and tokens.glued(i + 1) and reading.free_word(i + 2):
        if not tokens.glued(i + 2) or not tokens.exact(i + 2).isupper():
            break
        i += 2
    return i


def _neighbour(reading: Reading, i: int, step: int) -> int | None:
    """Return the figures beside token i over a few signs, or the letters right beside it, that belong to its number."""
    tokens = reading.tokens
    j = i + step
    while 0 <= j < len(tokens) and abs(j - i) <= MOST_SIGNS and reading.free(j) and not tokens.words[j][0].isalnum():
        j += step
    if (
        0 <= j < len(tokens)
        and reading.free_digits(j)
        and tokens.same_line(min(i, j), max(i, j))
        and _belongs(reading, j)
    ):
        return j
    near = i + step
    close = 0 <= near < len(tokens) and len(tokens.between(min(i, near), max(i, near))) <= 1
    return near if close and _belongs(reading, near) else None


def _belongs(reading: Reading, i: int) -> bool:
    if not reading.free(i):
        return False
    tokens = reading.tokens
    if tokens.is_digits(i):
        return i not in reading.firm
    if not tokens.is_word(i):
        return tokens.words[i] == "+"
    if LOOK_ALIKES.issuperset(tokens.words[i]) and (tokens.glued(i) or (i + 1 < len(tokens) and tokens.glued(i + 1))):
        return True
    return len(tokens.words[i]) == 1 and tokens.is_capital(i) and tokens.words[i] not in "aioy"


def _part_of_name(tokens: Tokens, run: Run) -> bool:
    """A number that touches an underscore, at sign or hash is no amount."""
    left = tokens.glued(run.first) and tokens.words[run.first - 1] in "_@#"
    right = run.last + 1 < len(tokens) and tokens.glued(run.last + 1) and tokens.words[run.last + 1] in "_@#"
    return left or right


def _text(tokens: Tokens, run: Run) -> str:
    return tokens.text[tokens.starts[run.first] : tokens.ends[run.last]]
