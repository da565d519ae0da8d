"""Which numbers of a posting are ordinary: prices, hours, dates, amounts. What is not explained here is left over.

Every pattern is bounded, and is matched against a run that is short already.
"""

from __future__ import annotations

import re
from enum import Enum

from annotator.privacy import lexicon
from annotator.privacy.runs import Run
from annotator.privacy.tokens import Tokens

_HOUR = r"(?:[01]?\d|2[0-4])"
_TIME = rf"{_HOUR}[:.h][0-5]\d"
_TIMES = re.compile(rf"{_TIME}(?:\s?[-/]\s?{_TIME})?|{_HOUR}\s?-\s?{_TIME}|{_TIME}\s?-\s?{_HOUR}")
_HOURS = re.compile(rf"({_HOUR})\s?-\s?({_HOUR})")
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19[5-9]\d|20[0-4]\d)"
_SHORT_YEAR = rf"(?:{_YEAR}|[0-4]\d)"
_DATE = re.compile(
    rf"{_DAY}([./-]){_MONTH}\1{_SHORT_YEAR}\.?|{_MONTH}([./-]){_DAY}\2{_SHORT_YEAR}|{_YEAR}-{_MONTH}-{_DAY}"
    rf"|{_DAY}[./]{_MONTH}\.?(?:\s?-\s?{_DAY}[./]{_MONTH}\.?(?:{_YEAR})?)?"
)
_YEARS = re.compile(rf"{_YEAR}(?:\s?[-/]\s?(?:{_YEAR}|\d\d))?")
_FIGURE = r"(?:0|[1-9]\d{0,2}(?:[., ']\d{3}){1,2}|[1-9]\d{0,5})(?:[.,]\d{1,2})?"
_AMOUNT = re.compile(rf"{_FIGURE}(?:\s?[-/x+]\s?{_FIGURE})?(?:,-)?")
_SMALL = re.compile(
    r"0|[1-9]\d{0,2}(?:[.,/]\d{1,2})?|\d{1,2}[.,]\d{1,2}|[1-9]\d{0,2}\s?-\s?[1-9]\d{0,2}|[1-9]\d?\s?[/x+:]\s?[1-9]\d?(?:\s?x\s?[1-9]\d?)?"
)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}[.,']\d{3}(?:\s?-\s?[1-9]\d{0,2}[.,']\d{3})?")
_PART = re.compile(r"\n+\s*|\.\s+|\s*[,;|&+]\s+|\s+/\s+|\s+-\s+|\s*[()\[\]]\s*|\s*•\s*")
_RANGES = frozenset(
    [
        "to",
        "bis",
        "a",
        "au",
        "do",
        "la",
        "hanggang",
        "and",
        "y",
        "et",
        "und",
        "i",
        "si",
        "or",
        "ou",
        "o",
        "oder",
        "lub",
        "sau",
    ]
)
_JOINS_NUMBERS = frozenset("_@#+/-.:,")
_PLANS = frozenset({"401", "403"})  # 401(k), 403(b): pension plans
_OLD_YEAR = re.compile(r"(?:19[2-9]\d|200\d|201[0-2])")
_BIRTH = re.compile(
    rf"{_DAY}\s?[./-]\s?{_MONTH}\s?[./-]\s?(?:19\d\d|20\d\d|\d\d)|{_MONTH}[./-]{_DAY}[./-](?:19|20)\d\d|(?:19|20)\d\d[./-]{_MONTH}[./-]{_DAY}"
)


class Ordinary(Enum):
    """How well a run is explained."""

    NO = 0
    LOOSELY = 1  # a small number before an ordinary word
    YES = 2


def birth_date(text: str) -> bool:
    """Say whether a run reads as a full date of a year that postings do not speak of but people were born in."""
    return len(text) > 5 and _BIRTH.fullmatch(text.strip()) is not None and _OLD_YEAR.search(text) is not None


def birth_year(text: str) -> bool:
    """Say whether a year is one that people of working age were born in."""
    return _OLD_YEAR.fullmatch(text) is not None


def full_date(text: str) -> bool:
    """Say whether a run reads as a date with its year."""
    return _BIRTH.fullmatch(text.strip()) is not None


def ordinary(tokens: Tokens, run: Run, *, cued: bool) -> Ordinary:  # noqa: PLR0911 -- one line a rule
    """Explain a run of figures. `cued` says that a telephone cue stands before it."""
    text = tokens.text[tokens.starts[run.first] : tokens.ends[run.last]]
    if _international(tokens, run):
        return Ordinary.NO
    if text in _PLANS and tokens.word(run.last + 1) == "(":
        return Ordinary.YES
    if money(tokens, run) and _every(_AMOUNT, text):
        return Ordinary.YES
    parts = [part for part in _PART.split(text) if part]
    timed = [bool(_TIMES.fullmatch(part) or _date(part) or _YEARS.fullmatch(part)) for part in parts]
    if all(timed) and (len(parts) <= 4 or ":" in text) and not (cued and _YEARS.fullmatch(text)):
        return Ordinary.YES
    if _counted(tokens, run) and "\n" not in text and _every(_AMOUNT, text) and len(run.digits) <= 12:
        return Ordinary.YES
    if not all(known or _hours(part) or _SMALL.fullmatch(part) for known, part in zip(timed, parts, strict=True)):
        return _thousands(tokens, run, text, cued=cued)
    return _small(tokens, run, parts, cued=cued)


def plainly_counted(tokens: Tokens, i: int) -> bool:
    """Say at a glance whether figures i are up to four digits with a unit, a currency or a month beside them."""
    words = tokens.words
    if len(words[i]) > 4 or words[i][0] == "0":
        return False
    before = words[i - 1] if i else ""
    if before in _JOINS_NUMBERS:
        return False
    after = words[i + 1] if i + 1 < len(words) else ""
    return before in lexicon.words("quantities", "currency+months") or after in lexicon.words(
        "quantities", "currency+months+units+time"
    )


def money(tokens: Tokens, run: Run) -> bool:
    """Say whether a currency stands beside the run."""
    currency = lexicon.words("quantities", "currency")
    before = tokens.words[run.first - 1] if run.first else ""
    after = [tokens.words[i] for i in range(run.last + 1, min(run.last + 3, len(tokens)))]
    return (
        before in currency
        or any(word in currency for word in after[:1])
        or (len(after) > 1 and after[0] in {"-", "k", ",", "(", "de", "na"} and after[1] in currency)
    )


def _international(tokens: Tokens, run: Run) -> bool:
    """As in "+44 7": a plus that begins a word, before three digits or more."""
    i = run.first - 1
    return len(run.digits) >= 3 and tokens.word(i) == "+" and tokens.glued(run.first) and not tokens.glued(i)


def _every(pattern: re.Pattern[str], text: str) -> bool:
    return all(pattern.fullmatch(part) for part in _PART.split(text) if part)


def _date(part: str) -> bool:
    return _DATE.fullmatch(part) is not None


def _hours(part: str) -> bool:
    match = _HOURS.fullmatch(part)
    return match is not None and match[1] != match[2]


def _counted(tokens: Tokens, run: Run) -> bool:
    """A unit of measure or time stands after the run, or a month beside it."""
    units = lexicon.words("quantities", "units+time")
    months = lexicon.words("quantities", "months")
    i = run.last + 1
    after = tokens.words[i] if i < len(tokens) else ""
    if after in {"-", "+", "/"} and i + 1 < len(tokens):
        after = tokens.words[i + 1]
    if after in {"de", "of", ".", "na", "ng"} and i + 1 < len(tokens):
        after = tokens.words[i + 1]
    before = tokens.words[run.first - 1] if run.first else ""
    return after in units or after in months or before in months


def _small(tokens: Tokens, run: Run, parts: list[str], *, cued: bool) -> Ordinary:
    total = len(run.digits)
    if total >= 7 and (len(parts) > 4 or max(map(len, parts)) < 3):
        return Ordinary.NO
    prepositions = lexicon.words("quantities", "before")
    before = tokens.words[run.first - 1] if run.first else ""
    ranged = tokens.word(run.last + 1) in _RANGES and tokens.word(run.last + 2).isdecimal()
    if _counted(tokens, run) or money(tokens, run) or before in prepositions or ranged:
        return Ordinary.YES
    if len(parts) > 1 and any(len(re.sub(r"\D", "", part)) > 2 for part in parts) and total >= 5:
        return Ordinary.NO
    following = tokens.next_word(run.last, 2)
    named = following is not None and tokens.is_word(following) and len(tokens.words[following]) > 1
    if cued and not (total <= 2 and named):
        return Ordinary.NO
    return Ordinary.LOOSELY if total <= 2 or named or _hours(parts[0]) or "." in parts[0] else Ordinary.NO


def _thousands(tokens: Tokens, run: Run, text: str, *, cued: bool) -> Ordinary:
    following = tokens.next_word(run.last, 1)
    named = following is not None and tokens.is_word(following) and len(tokens.words[following]) > 2
    if not cued and (
        _THOUSANDS.fullmatch(text) or (named and re.fullmatch(r"[1-9]\d{3}|[1-9]\d{0,2}[ \u202f]\d{3}", text))
    ):
        return Ordinary.LOOSELY
    return Ordinary.NO
