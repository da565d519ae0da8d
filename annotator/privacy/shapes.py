"""Identifiers of a fixed form: e-mail, web address, @handle, IP, coordinates, IBAN, wallet, plate, postcode.

Every pattern is bounded and anchored on a character that has to be there, so a text of any shape costs O(n).
"""

from __future__ import annotations

import re

from annotator.privacy import lexicon
from annotator.privacy.reading import Reading
from annotator.privacy.values import Kind

TOP_DOMAINS = frozenset(
    "com net org edu gov mil int info biz name pro mobi app dev io co me tv cc xyz online site shop store web club live top "
    "link page blog cloud art jobs work agency tech space website world life today social chat email icu vip fun click "
    "example test invalid localhost onion uk us ca au nz ie in ph sg my id th vn hk tw jp kr cn ru ua by kz tr gr bg rs hr si "
    "sk cz hu ro pl de at ch li lu be nl fr es pt it mt cy ee lv lt fi se no dk is mx ar cl pe ec bo py uy ve cr pa gt hn ni "
    "sv do cu br za ng ke gh eg ma tn dz ae sa qa kw il ir iq pk bd lk np eu cat su asia gg ly am fm gl to ai ws st tk ml ga cf".split()
)
"""Endings that make a dotted word a web address: the usual ones, the supported countries, and those reserved for examples."""

_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL}){{1,6}}"
_EMAIL = re.compile(
    rf"[\w.+'%-]{{1,64}}\s?@\s?{_LABEL}(?:\s?\.\s?{_LABEL}){{1,6}}|[\w.+%-]{{1,64}}@{_LABEL}", re.IGNORECASE
)
_SCHEME = re.compile(
    r"\b(?:(?:h[tx]{2}ps?|ftp|mailto|ipfs|magnet)\s?:\s?/{0,2}\s?|(?:tg|whatsapp|skype|sms|tel|viber|line)://)[^\s<>\"]{2,300}",
    re.IGNORECASE,
)
_WWW = re.compile(r"\bw{2,3}\d?\s?\.\s?[^\s<>\"]{2,200}", re.IGNORECASE)
_DOMAIN = re.compile(rf"(?<![\w@.])({_HOST})((?::\d{{2,5}})?(?:[/?#][^\s<>\"]{{0,300}})?)")
_AT_HANDLE = re.compile(r"(?<![\w@])@\s?_{0,3}[^\W_][\w.-]{1,39}(?<![.-])")
_SLASH_NAME = re.compile(r"(?<!\w)(?:/{3}\w{1,20}\.\w{1,20}\.\w{1,20}|[ur]/[A-Za-z0-9_-]{3,21})")
_HASH_NAME = re.compile(r"\b[\w.]{2,32}#\d{4}\b")
_UNDERSCORED = re.compile(r"(?<![\w<])_{0,2}[^\W_]{1,30}(?:_{1,3}[^\W_]{1,30}){1,5}_{0,2}(?!\w)")
_IPV6 = re.compile(
    r"(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4}){0,6}(?![\w:])|(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){1,6}:(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,5})?"
)
_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\s?(?:\.|\[\.\]|\(\.\))\s?){3}\d{1,3}(?![\d.]\d)(?:[:/]\d{1,5})?")
_MAC = re.compile(r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b")
_DEGREES = re.compile(
    r"-?\d{1,3}(?:\.\d{1,8})?\s?°\s?(?:\d{1,2}(?:\.\d{1,6})?\s?'\s?(?:\d{1,2}(?:\.\d{1,6})?\s?(?:\"|'')\s?)?)?[NSEWOnsewo]?"
    r"(?:[\s,;/]{0,4}-?\d{1,3}(?:\.\d{1,8})?\s?°\s?(?:\d{1,2}(?:\.\d{1,6})?\s?'\s?(?:\d{1,2}(?:\.\d{1,6})?\s?(?:\"|'')\s?)?)?[NSEWOnsewo]?)?"
)
_PAIR = re.compile(
    r"(?<![\w.])(?:lat(?:itude)?[\s:=]{0,3})?[NSns]?\s?[-+]?\d{1,3}[.,]\d{3,10}\s?[NSns]?(?:\s{0,2}[,;/|]\s{0,2}|\s{1,3})(?:(?:lon|lng|long|longitude)[\s:=]{0,3})?[EWOewo]?\s?[-+]?\d{1,3}[.,]\d{3,10}\s?[EWOewo]?(?!\w)"
)
_LAT_LON = re.compile(
    r"\b(?:lat|latitude|latitud|lon|lng|longitude|longitud|breite|lange|szerokosc|dlugosc)[\s:=]{0,3}[-+]?\d{1,3}[.,]\d{1,10}",
    re.IGNORECASE,
)
_PLUS_CODE = re.compile(r"\b[23456789CFGHJMPQRVWXcfghjmpqrvwx]{4,8}\+[23456789CFGHJMPQRVWXcfghjmpqrvwx]{2,3}\b")
_IBAN = re.compile(r"\b[A-Za-z]{2}\s?\d{2}(?:[ .\-]?[A-Za-z0-9]{4}){2,7}(?:[ .\-]?[A-Za-z0-9]{1,4})?(?![A-Za-z0-9])")
_WALLET = re.compile(
    r"\b(?:0x[0-9A-Fa-f]{12,64}|(?:bc1|tb1|ltc1|addr1|bnb1|cosmos1)[0-9a-z]{10,90}|[13LMTXDrRA][1-9A-HJ-NP-Za-km-z]{24,44}|[1-9A-HJ-NP-Za-km-z]{30,110})\b"
)
_PLATE = re.compile(
    r"(?<![\w<-])[A-Z]{1,3}[ .-]?\d{1,4}[ .-]?[A-Z]{1,3}(?![\w>])|(?<![\w<-])[A-Z]{1,3}-[A-Z]{1,2}[ -]?\d{1,4}[EH]?(?!\w)|(?<!\w)\d{4}[ -]?[B-DF-HJ-NP-TV-Z]{3}(?!\w)|(?<![\w<-])[A-Z]{3}[ -]?\d{3,5}(?!\w)|(?<![\w<-])[A-Z]{2}[ -]\d{4,5}[A-Z]{0,2}(?!\w)"
)
_UK_POSTCODE = re.compile(r"(?<!\w)[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}(?!\w)")
_POSTCODE = re.compile(r"(?<!\w)\d{2}-\d{3}(?!\w)(?:\s[^\W\d_]{3,30})?|(?<!\w)[A-Z]{2},?\s\d{5}(?:-\d{4})?(?!\w)")


def find_shapes(reading: Reading) -> None:
    """Mask everything of a fixed form."""
    text = reading.tokens.text
    has_digit = any(char in text for char in "0123456789")
    if "@" in text:
        _mask_all(reading, _EMAIL, Kind.EMAIL)
        _mask_all(reading, _AT_HANDLE, Kind.HANDLE)
    if "/" in text or ":" in text:
        _mask_all(reading, _SCHEME, Kind.URL)
        _mask_all(reading, _SLASH_NAME, Kind.URL)
    if "." in text:
        _mask_all(reading, _WWW, Kind.URL)
        _find_domains(reading)
    if "_" in text:
        _mask_all(reading, _UNDERSCORED, Kind.HANDLE)
    if has_digit:
        _find_figures(reading)


def _find_figures(reading: Reading) -> None:
    text = reading.tokens.text
    if "#" in text:
        _mask_all(reading, _HASH_NAME, Kind.HANDLE)
    if ":" in text or text.count("-") >= 5:
        _mask_all(reading, _IPV6, Kind.IP, needs=_is_ipv6)
        _mask_all(reading, _MAC, Kind.IP)
    if "." in text:
        _mask_all(reading, _IPV4, Kind.IP, needs=_is_ipv4)
    if "°" in text:
        _mask_all(
            reading,
            _DEGREES,
            Kind.COORDINATES,
            needs=lambda found: "'" in found or re.search(r"°\s?[NSEWO]|\.\d{3}", found) is not None,
        )
    _mask_all(reading, _PAIR, Kind.COORDINATES, needs=_is_pair)
    _mask_all(reading, _LAT_LON, Kind.COORDINATES)
    if "+" in text:
        _mask_all(reading, _PLUS_CODE, Kind.COORDINATES)
    _mask_all(reading, _IBAN, Kind.BANK, needs=_is_iban)
    _mask_all(reading, _WALLET, Kind.WALLET, needs=lambda found: any(map(str.isdigit, found)))
    _mask_all(reading, _UK_POSTCODE, Kind.ADDRESS, needs=_is_code)
    _mask_all(reading, _POSTCODE, Kind.ADDRESS, needs=_is_code)
    for match in _PLATE.finditer(text):
        if _is_code(match[0]) and not _overlaps(reading, match.start(), match.end()):
            sure = match[0][0].isalpha() and match[0][-1].isalpha()
            reading.mask_text(match.start(), match.end(), Kind.PLATE, sure=sure)
            reading.take([match.span()])


def _mask_all(reading: Reading, pattern: re.Pattern[str], kind: Kind, needs: object = None) -> None:
    spans = []
    for match in pattern.finditer(reading.tokens.text):
        start, end = match.span()
        if callable(needs) and not needs(match[0]):
            continue
        while end > start and reading.tokens.text[end - 1] in ".,;:!?)]}'\"":
            end -= 1
        if end - start > 1 and not _overlaps(reading, start, end):
            reading.mask_text(start, end, kind)
            spans.append((start, end))
    reading.take(spans)
    reading.tick()


def _overlaps(reading: Reading, start: int, end: int) -> bool:
    return any(match.start < end and match.end > start for match in reading.matches)


def _find_domains(reading: Reading) -> None:
    """A dotted word is an address if it ends in a known domain and is no missing space after a full stop."""
    for match in _DOMAIN.finditer(reading.tokens.text):
        host, path = match[1], match[2]
        ending = host.rsplit(".", 1)[1]
        known = ending.lower() in TOP_DOMAINS and (ending.islower() or host.isupper())
        if (known or (path and len(ending) > 1 and ending.isalpha())) and not host.replace(".", "").isdigit():
            end = match.end()
            while reading.tokens.text[end - 1] in ".,;:!?)]}'\"":
                end -= 1
            if not _overlaps(reading, match.start(), end) and not _abbreviation(host):
                reading.mask_text(match.start(), end, Kind.URL)
                reading.take([(match.start(), end)])


def _abbreviation(host: str) -> bool:
    """Dotted letters such as a.m, e.g, z.B or p.w are no host."""
    return all(len(part) <= 2 for part in host.split("."))


def _is_ipv4(found: str) -> bool:
    return all(int(part) < 256 for part in re.findall(r"\d+", found)[:4])


def _is_ipv6(found: str) -> bool:
    groups = [group for group in found.split(":") if group]
    return (
        len(found) >= 6
        and ("::" in found or len(groups) == 8 or any(c in "abcdefABCDEF" for c in found))
        and len(groups) >= 2
    )


def _is_pair(found: str) -> bool:
    numbers = re.findall(r"\d+[.,]\d+", found)
    return (
        len(numbers) == 2
        and all(len(re.split("[.,]", number)[1]) != 3 for number in numbers)
        or "." in found
        and "," in found
        and " " not in found.strip()
        or re.search(r"\d\.\d{3,}\D+\d{1,3}\.\d{3,}", found) is not None
        and any(len(number.split(".")[1]) > 3 for number in numbers if "." in number)
    )


def _is_iban(found: str) -> bool:
    compact = re.sub(r"[ .\-]", "", found)
    return (
        15 <= len(compact) <= 34 and sum(map(str.isdigit, compact)) >= 8 and compact[:2].isupper() | compact.islower()
    )


def _is_code(found: str) -> bool:
    """Currencies, norms and clock words beside a number make it no plate and no postcode."""
    letters = re.findall(r"[A-Za-z]+", found)
    return len(re.sub(r"\W", "", found)) >= 5 and not any(part in _NO_PLATES for part in letters)


_NO_PLATES = frozenset(
    "ISO DIN EN CAT NVQ SAP GCSE HGV LGV BTEC CEO CNC TIG MIG MAG LPG VAT IVA TVA GDPR COVID USD EUR GBP PHP PLN RON LEI MXN CAD AUD "
    "CHF SEK CZK HUF AM PM HR HRS MIN KG KM LB LBS FT SQ ML MB GB KW HP RPM MPH DM TO OR AND THE FOR PER MAX ZL H".split()
)
