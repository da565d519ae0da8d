"""Identifiers of a fixed form: e-mail, web address, @handle, IP, coordinates, IBAN, wallet, plate, postcode.

Every pattern is bounded and costs O(n) on a text of any shape. A cheap hint is looked for first, since most postings have
none of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from annotator.privacy import lexicon
from annotator.privacy.reading import Reading
from annotator.privacy.values import Kind

_TITLED_ENDINGS = frozenset({"com", "net", "org", "example", "info"})
_TRAILING = ".,;:!?)]}'\""
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_HEX = r"[0-9A-Fa-f]"
_CODE = "23456789CFGHJMPQRVWXcfghjmpqrvwx"  # Open Location Code
_DEGREE = r"-?\d{1,3}(?:\.\d{1,8})?\s?°\s?(?:\d{1,2}(?:\.\d{1,6})?\s?'\s?(?:\d{1,2}(?:\.\d{1,6})?\s?(?:\"|'')\s?)?)?[NSEWOnsewo]?"
_DECIMAL = r"[-+]?\d{1,3}[.,]\d{3,10}"


@dataclass(frozen=True, slots=True)
class Shape:
    """A pattern, what a text must have for it to be worth trying (given the text and its lower case), and a check."""

    kind: Kind
    pattern: re.Pattern[str]
    hint: Callable[[str, str], object]
    check: Callable[[str], bool] = lambda _: True
    sure: bool = True


def _has(*parts: str) -> Callable[[str, str], bool]:
    return lambda _, folded: any(part in folded for part in parts)


def _seen(*patterns: str) -> Callable[[str, str], object]:
    compiled = [re.compile(pattern) for pattern in patterns]
    return lambda text, _: any(pattern.search(text) for pattern in compiled)


def _has_letter(found: str) -> bool:
    return any(map(str.isalpha, found))


def _twice(pattern: str) -> Callable[[str, str], object]:
    compiled = re.compile(pattern)
    return lambda text, _: len(compiled.findall(text)) >= 2


def _is_ipv4(found: str) -> bool:
    return all(int(part) < 256 for part in re.findall(r"\d+", found)[:4])


def _is_ipv6(found: str) -> bool:
    groups = [group for group in found.split(":") if group]
    hexadecimal = any(char in "abcdefABCDEF" for char in found)
    return len(found) >= 6 and len(groups) >= 2 and ("::" in found or len(groups) == 8 or hexadecimal)


def _is_pair(found: str) -> bool:
    """Two numbers of exactly three decimals without a sign or a compass point may be two prices."""
    decimals = [len(re.split("[.,]", number)[1]) for number in re.findall(r"\d+[.,]\d+", found)]
    return decimals != [3, 3] or re.search(r"[-+NSEWnsew]", found) is not None or found.lstrip().startswith("0")


def _is_degrees(found: str) -> bool:
    return "'" in found or re.search(r"°\s?[NSEWO]|\.\d{3}", found) is not None


def _is_iban(found: str) -> bool:
    compact = re.sub(r"[ .\-]", "", found)
    return (
        15 <= len(compact) <= 34
        and sum(map(str.isdigit, compact)) >= 8
        and (compact[:2].isupper() or compact.islower())
    )


def _is_wallet(found: str) -> bool:
    return any(map(str.isdigit, found))


def _is_code(found: str) -> bool:
    """Currencies, norms and clock words beside a number make it no plate and no postcode."""
    plain = lexicon.words("context", "no_series")
    return len(re.sub(r"\W", "", found)) >= 5 and not any(
        part.lower() in plain for part in re.findall(r"[A-Za-z]+", found)
    )


_LETTER_FIGURE = _seen(r"[A-Za-z]\d", r"[A-Z]{2} \d\d")
_SHAPES = (
    Shape(
        Kind.EMAIL,
        re.compile(rf"[\w.+'%-]{{1,64}}\s?@\s?{_LABEL}(?:(?:\.|\s\.\s?){_LABEL}){{1,6}}|[\w.+%-]{{1,64}}@{_LABEL}"),
        _has("@"),
    ),
    Shape(Kind.HANDLE, re.compile(r"(?<![\w@])@_{0,3}[^\W_][\w.-]{1,39}(?<![.-])"), _has("@")),
    Shape(
        Kind.URL,
        re.compile(
            r"\b(?:(?:h[tx]{2}ps?|ftp|mailto|ipfs|magnet)\s?:\s?/{0,2}\s?|[a-z]{2,12}://)[^\s<>\"]{2,300}",
            re.IGNORECASE,
        ),
        _has("http", "hxxp", "htxp", "hxtp", "ftp", "mailto", "ipfs", "magnet", "://"),
    ),
    Shape(Kind.URL, re.compile(r"(?<!\w)(?:/{3}\w{1,20}\.\w{1,20}\.\w{1,20}|[ur]/[A-Za-z0-9_-]{3,21})"), _has("/")),
    Shape(
        Kind.URL,
        re.compile(r"\bw{2,3}\d?\s?\.\s?[^\s<>\"]{2,200}", re.IGNORECASE),
        _has("ww.", "ww .", "ww1.", "ww2.", "ww3."),
    ),
    Shape(
        Kind.HANDLE,
        re.compile(r"(?<![\w<])_{0,2}[^\W_]{1,30}(?:_{1,3}[^\W_]{1,30}){1,5}_{0,2}(?!\w)"),
        _has("_"),
        _has_letter,
    ),
    Shape(Kind.HANDLE, re.compile(r"\b[\w.]{2,32}#\d{4}\b"), _has("#")),
    Shape(Kind.HANDLE, re.compile(r"(?<![\w$])\$[A-Za-z][\w-]{3,30}"), _has("$")),
    Shape(
        Kind.IP,
        re.compile(
            rf"(?<![\w:])(?:{_HEX}{{1,4}}:){{2,7}}(?::?{_HEX}{{1,4}}){{0,6}}(?![\w:])"
            rf"|(?<![\w:])(?:{_HEX}{{1,4}}:){{1,6}}:(?:{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{0,5}})?"
        ),
        _seen(rf":{_HEX}{{0,4}}:"),
        _is_ipv6,
    ),
    Shape(
        Kind.IP,
        re.compile(rf"\b(?:{_HEX}{{2}}[:-]){{5}}{_HEX}{{2}}\b"),
        _has(":", "-"),
    ),
    Shape(
        Kind.IP,
        re.compile(r"(?<![\d.])(?:\d{1,3}\s?(?:\.|\[\.\]|\(\.\))\s?){3}\d{1,3}(?![\d.]\d)(?:[:/]\d{1,5})?"),
        _seen(r"\d\s?[.(\[]+\s?\d{1,3}\D{1,4}\d"),
        _is_ipv4,
    ),
    Shape(Kind.COORDINATES, re.compile(rf"{_DEGREE}(?:[\s,;/]{{0,4}}{_DEGREE})?"), _has("°"), _is_degrees),
    Shape(
        Kind.COORDINATES,
        re.compile(
            rf"(?<![\w.])(?:lat(?:itude)?[\s:=]{{0,3}})?[NSns]?\s?{_DECIMAL}\s?[NSns]?(?:\s{{0,2}}[,;/|]\s{{0,2}}|\s{{1,3}})"
            rf"(?:(?:lon|lng|long|longitude)[\s:=]{{0,3}})?[EWOewo]?\s?{_DECIMAL}\s?[EWOewo]?(?!\w)"
        ),
        _twice(r"\d[.,]\d{3}"),
        _is_pair,
    ),
    Shape(
        Kind.COORDINATES,
        re.compile(
            r"\b(?:lat|latitude|latitud|lon|lng|longitude|longitud|breite|lange)[\s:=]{0,3}[-+]?\d{1,3}[.,]\d{1,10}",
            re.IGNORECASE,
        ),
        _has("lat ", "lat:", "lat=", "lon ", "lon:", "lon=", "lng", "itud", "breite", "lange"),
    ),
    Shape(Kind.COORDINATES, re.compile(rf"\b[{_CODE}]{{4,8}}\+[{_CODE}]{{2,3}}\b"), _has("+")),
    Shape(
        Kind.BANK,
        re.compile(r"\b[A-Za-z]{2}\s?\d{2}(?:[ .\-]?[A-Za-z0-9]{4}){2,7}(?:[ .\-]?[A-Za-z0-9]{1,4})?(?![A-Za-z0-9])"),
        _LETTER_FIGURE,
        _is_iban,
    ),
    Shape(
        Kind.WALLET,
        re.compile(
            r"\b(?:0x[0-9A-Fa-f]{12,64}|(?:bc1|tb1|ltc1|addr1|bnb1|cosmos1)[0-9a-z]{10,90}|[1-9A-HJ-NP-Za-km-z]{25,110})\b"
        ),
        lambda text, _: max(map(len, text.split()), default=0) >= 14,
        _is_wallet,
    ),
    Shape(
        Kind.ADDRESS, re.compile(r"(?<!\w)[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}(?!\w)"), _LETTER_FIGURE, _is_code
    ),
    Shape(
        Kind.ADDRESS,
        re.compile(r"(?<!\w)\d{2}-\d{3}\s[A-ZĄĆĘŁŃÓŚŹŻ][^\W\d_]{2,30}|(?<!\w)[A-Z]{2},?\s\d{5}(?:-\d{4})?(?!\w)"),
        _seen(r"\d-\d{3}\s|[A-Z],?\s\d{5}"),
        _is_code,
    ),
    Shape(
        Kind.PLATE,
        re.compile(r"(?<![\w<-])[A-Z]{1,3}[ .-]?\d{1,4}[ .-]?[A-Z]{1,3}(?![\w>])"),
        _seen(r"[A-Z][ .-]?\d{1,4}[ .-]?[A-Z]"),
        _is_code,
    ),
    Shape(
        Kind.PLATE,
        re.compile(
            r"(?<![\w<-])[A-Z]{1,3}-[A-Z]{1,2}[ -]?\d{1,4}[EH]?(?!\w)|(?<!\w)\d{4}[ -]?[B-DF-HJ-NP-TV-Z]{3}(?!\w)"
            r"|(?<![\w<-])[A-Z]{3}[ -]?\d{3,5}(?!\w)|(?<![\w<-])[A-Z]{2}[ -]\d{4,5}[A-Z]{0,2}(?!\w)"
        ),
        _seen(r"[A-Z][ -]?\d\d", r"\d{4}[ -]?[A-Z]"),
        _is_code,
        sure=False,
    ),
)
_DOMAIN = re.compile(rf"(?<![\w@.])({_LABEL}(?:\.{_LABEL}){{1,6}})((?::\d{{2,5}})?(?:[/?#][^\s<>\"]{{0,300}})?)")
_DOTTED = re.compile(r"\w\.\w")


def find_shapes(reading: Reading) -> None:
    """Mask everything of a fixed form."""
    text, folded = reading.tokens.text, reading.tokens.folded
    for shape in _SHAPES:
        if shape.hint(text, folded):
            for match in shape.pattern.finditer(text):
                if shape.check(match[0]):
                    _mask(reading, match.start(), match.end(), shape.kind, sure=shape.sure)
            reading.tick()
    if any(not (dotted[0][0].isdigit() and dotted[0][2].isdigit()) for dotted in _DOTTED.finditer(text)):
        for match in _DOMAIN.finditer(text):
            if _is_domain(match[1], match[2]):
                _mask(reading, match.start(), match.end(), Kind.URL, sure=True)
        reading.tick()


def _mask(reading: Reading, start: int, end: int, kind: Kind, *, sure: bool) -> None:
    """Mask what no shape before this one has; closing punctuation stays."""
    while end > start and reading.tokens.text[end - 1] in _TRAILING:
        end -= 1
    if end - start > 1 and not any(reading.covered[start:end]):
        reading.mask_text(start, end, kind, sure=sure)
        reading.take(start, end)


def _is_domain(host: str, path: str) -> bool:
    """A dotted word is an address if it ends in a known domain and is no abbreviation or missing space after a full stop."""
    ending = host.rsplit(".", 1)[1]
    if (not path and all(len(part) <= 2 for part in host.split("."))) or host.replace(".", "").isdigit():
        return False
    known = ending.lower() in lexicon.words("context", "top_domains") and (
        not ending.istitle() or ending.lower() in _TITLED_ENDINGS
    )
    return known or (path != "" and len(ending) > 1 and ending.isalpha())
