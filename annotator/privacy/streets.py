"""Street addresses and dwellings, in the orders that the supported languages write them."""

from __future__ import annotations

import re

from annotator.privacy import lexicon
from annotator.privacy.reading import Reading
from annotator.privacy.tokens import Tokens
from annotator.privacy.values import Kind
from annotator.privacy.whole_names import shouting

_GERMAN_ENDINGS = (
    *("straße", "strasse", "str", "weg", "platz", "allee", "gasse", "damm", "ufer", "chaussee", "steig", "stieg"),
    *("pfad", "graben", "zeile", "brucke", "stiege", "ring", "markt"),
)
_SURE_GERMAN_ENDINGS = ("straße", "strasse", "str", "gasse", "allee", "chaussee")
_NO_GERMAN_STREET = re.compile(
    r".*(?:arbeits|park|stell|spiel|ausbildungs|studien|sitz|schlaf|camping|sport|rast|bau|einsatz|liege|lager)platz"
    r"|(?:um|heim|unter|arbeits|keines|kurz|aus|durch|halb)weg"
    r"|.*(?:super|bau|arbeits|floh|gross|wohnungs|stellen|wochen|weihnachts|getranke|drogerie|verbraucher|lebensmittel)markt"
    r"|.*(?:laden|produktions|fertigungs|wasch)stra(?:ss|ß)e"
)
_JOINTS = frozenset(",.-/#:()º°ª")
_NUMBER_JOINTS = frozenset({",", "bis", "ter", "quater", "b", "-"})
_POLISH = frozenset({"al", "pl", "os"})
_RARE = 1e-6


def find_streets(reading: Reading) -> None:
    """Mask addresses."""
    _find_trailing(reading)
    _find_leading(reading)
    _find_german(reading)
    _find_dwellings(reading)
    reading.tick()


def _find_trailing(reading: Reading) -> None:
    """As in "12 Example Street", "Example Street", "12b example st": up to five words before the street word."""
    tokens, dwellings = reading.tokens, lexicon.words("context", "dwellings")
    for i in tokens.having(lexicon.words("cues", "street_after")):
        if not reading.free(i):
            continue
        first, number, capitals = _before_street(reading, i)
        if (number and _could_be_address(tokens, first, i, capitals)) or (
            capitals and _is_named(reading, first, i, capitals)
        ):
            while reading.free(first - 1) and tokens.words[first - 1] in dwellings:
                first -= 1
            sure = number and tokens.is_capital(i)
            reading.mask(first, _tail(reading, i), Kind.ADDRESS if number else Kind.PLACE, sure=sure)


def _before_street(reading: Reading, i: int) -> tuple[int, bool, int]:
    """Return the first token of a street's name, whether that is a house number, and how many words have a capital."""
    tokens, first, capitals = reading.tokens, i, 0
    for j in range(i - 1, max(i - 8, -1), -1):
        if not reading.free(j) or not tokens.same_line(j, j + 1):
            break
        if tokens.is_digits(j):
            return j, True, capitals
        if not tokens.is_word(j):
            abbreviates = tokens.words[j] == "." and tokens.is_word(j - 1) and len(tokens.words[j - 1]) <= 3
            if tokens.words[j] not in "'-," and not abbreviates:
                break
        elif tokens.is_capital(j):
            first, capitals = j, capitals + 1
        elif (
            capitals
            and tokens.words[j] not in lexicon.words("context", "street_particles")
            and len(tokens.words[j]) > 1
        ):
            break
    return first, False, capitals


def _is_named(reading: Reading, first: int, i: int, capitals: int) -> bool:
    """Without a house number a street word needs a capital, and one before it that does more than open the sentence."""
    tokens = reading.tokens
    if not tokens.is_capital(i) or tokens.exact(i).isupper():
        return False
    if tokens.words[i] in lexicon.words("context", "loose_street_after"):
        opens = tokens.starts_sentence(first) and capitals == 1
        return not (opens or shouting(reading, i)) and reading.language != "de" and tokens.words[i - 1] not in ".,"
    return not (tokens.starts_sentence(first) and capitals == 1 and reading.language == "de")


def _could_be_address(tokens: Tokens, first: int, last: int, capitals: int) -> bool:
    """Between house number and street stand one to five words; a unit or currency makes the number an ordinary one."""
    between = [tokens.words[j] for j in range(first + 1, last) if tokens.is_word(j)]
    if not between or len(between) > 5 or between[0] in lexicon.words("quantities", "currency+time+months"):
        return False
    if capitals:
        return between[0] not in lexicon.words("quantities", "units") or tokens.is_capital(last)
    plain = lexicon.words("quantities", "units+before") | {"the", "to", "and", "or", "a", "with", "in", "from"}
    loose = lexicon.words("context", "loose_street_after") - {"st"}
    return tokens.words[last] not in loose and not any(word in plain for word in between)


def _find_leading(reading: Reading) -> None:
    """As in "calle Ejemplo 12", "12 rue de l'Exemple", "ul. Przykładowa 3/4", "str. Exemplu nr. 5"."""
    tokens = reading.tokens
    leads = list(reading.cues.get("street_before", ()))
    if reading.language == "es":
        leads += [(i, i + 2) for i, word in enumerate(tokens.words[:-2]) if word == "c" and tokens.words[i + 1] == "/"]
    for first, end in leads:
        if not reading.free(first):
            continue
        start = _number_before(reading, first)
        last, capital, numbered = _street_name(reading, first, end, numbered_before=start < first)
        if last >= end and _is_leading(
            tokens, reading.language, first, end, capital=capital, numbered=numbered or start < first
        ):
            reading.mask(start, _tail(reading, last), Kind.ADDRESS, sure=capital and (numbered or start < first))


def _is_leading(tokens: Tokens, language: str, first: int, end: int, *, capital: bool, numbered: bool) -> bool:
    """Street words that are other words too, such as "place" or "al.", need more beside them than the others."""
    if tokens.words[first] not in lexicon.words("context", "loose_street_before"):
        return capital or numbered
    if tokens.words[first] in _POLISH and language != "pl":
        return False
    dotted = tokens.word(end) == "." and len(tokens.words[first]) <= 4
    french = tokens.words[first] in {"rue", "avenue", "boulevard", "place"}
    usual = tokens.words[first] in lexicon.words("context", "numbered_street_before")
    return (capital and (numbered or dotted)) or (numbered and (dotted or usual or french))


def _street_name(reading: Reading, first: int, end: int, *, numbered_before: bool) -> tuple[int, bool, bool]:
    """Follow a street's name after its kind: particles, words with a capital (or a few small ones), and the number."""
    tokens = reading.tokens
    loose = tokens.words[first] in lexicon.words("context", "loose_street_before") and not numbered_before
    few = 3 if numbered_before and reading.language == "fr" else 1
    last, capital, small = end - 1, False, 0
    for i in range(end, min(len(tokens), end + 12)):
        word = tokens.words[i]
        if not reading.free(i) or not tokens.same_line(i - 1, i):
            break
        if tokens.is_digits(i):
            if quantity_after(tokens, i):
                break
            return _house_number_end(tokens, i), capital, True
        if not tokens.is_word(i):
            if word not in ".,-/'º°#" or (word == "." and i > end and len(tokens.words[i - 1]) > 3):
                break
        elif tokens.is_capital(i):
            last, capital = i, True
        elif word not in lexicon.words("context", "street_particles"):
            ahead = any(tokens.is_digits(j) for j in range(i + 1, min(i + 5, len(tokens))))
            if small >= few + ahead or (loose and not ahead):
                break
            small += 1
            last = i if few > 1 else last
    return last, capital, False


def _house_number_end(tokens: Tokens, i: int) -> int:
    while tokens.word(i + 1) in {"/", "-"} and i + 2 < len(tokens) and tokens.is_digits(i + 2):
        i += 2
    return i


def _number_before(reading: Reading, first: int) -> int:
    """Return the house number that stands before "rue", over a comma and "bis", or `first`."""
    tokens, j = reading.tokens, first - 1
    while j > 0 and tokens.words[j] in _NUMBER_JOINTS:
        j -= 1
    return j if reading.free_digits(j) and tokens.same_line(j, first) else first


def _find_german(reading: Reading) -> None:
    """As in "Musterstraße 12", "Am Alten Markt 3": compounds, or a street word after one with a capital."""
    tokens = reading.tokens
    if not any(word.endswith(_GERMAN_ENDINGS) for word in tokens.distinct):
        return
    for i, word in enumerate(tokens.words):
        compound = word.endswith(_GERMAN_ENDINGS) and len(word) > 5 and not _NO_GERMAN_STREET.fullmatch(word)
        apart = (
            word in lexicon.words("context", "german_street_words")
            and tokens.is_capital(i)
            and reading.free_capital(i - 1)
        )
        if not (compound or apart) or not reading.free(i):
            continue
        j = i + 1
        while tokens.word(j) in {".", ","}:
            j += 1
        numbered = reading.free_digits(j) and tokens.same_line(j - 1, j) and not quantity_after(tokens, j)
        rare = lexicon.common_words().get(word, 0.0) < 5 * _RARE
        if numbered or (compound and rare and word.endswith(_SURE_GERMAN_ENDINGS) and tokens.is_capital(i)):
            first = _german_start(reading, i - 1 if apart and not tokens.starts_sentence(i - 1) else i)
            reading.mask(first, _tail(reading, j if numbered else i), Kind.ADDRESS, sure=numbered)


def _german_start(reading: Reading, i: int) -> int:
    """Take in "Am", "An der", "Alte" and the like before a street."""
    first = i
    while reading.free(first - 1) and reading.tokens.words[first - 1] in lexicon.words(
        "context", "german_street_leads"
    ):
        if first == i and not reading.tokens.is_capital(first - 1):
            break
        first -= 1
    return first


def _find_dwellings(reading: Reading) -> None:
    """As in "Flat 4B", "Apt 12", "PO Box 77", "Blk 5 Lot 12": a dwelling told by its number."""
    tokens = reading.tokens
    for i in tokens.having(lexicon.words("context", "dwellings")):
        word = tokens.words[i]
        if not reading.free(i):
            continue
        j = i + 1
        while tokens.word(j) in {".", "#", ":", "no", "nr", "numero", "number"}:
            j += 1
        if reading.free_digits(j) and tokens.same_line(j - 1, j) and not quantity_after(tokens, j):
            first = i
            while word == "box" and i - first < 4 and tokens.word(first - 1) in {"p", "o", "po", "."}:
                first -= 1
            reading.mask(first, _tail(reading, j), Kind.ADDRESS, sure=False)


def quantity_after(tokens: Tokens, j: int) -> bool:
    """Say whether a unit, a currency or a time makes number j an ordinary one and no house number."""
    after = tokens.word(j + 1)
    if after in {"-", "/", "+", "m", "b", "a"}:
        return False
    return after in {":", "%"} or after in lexicon.words("quantities", "units+currency+time")


def _tail(reading: Reading, last: int) -> int:
    """After a street: house letters, floors, dwellings, postcodes and towns, as far as commas and capitals carry."""
    for _ in range(10):
        grown = _tail_step(reading, last)
        if grown == last:
            break
        last = grown
    return last


def _tail_step(reading: Reading, last: int) -> int:
    tokens, units = reading.tokens, lexicon.words("cues", "unit")
    j = last + 1
    while j < last + 3 and tokens.word(j) in _JOINTS:
        j += 1
    if not reading.free(j) or tokens.words[j] in _JOINTS:
        return last
    gap, word = tokens.between(last, j), tokens.words[j]
    floor = tokens.is_digits(last) and word in units
    unit_last = tokens.words[last] in units
    if gap.startswith((". ", ".\n", "\n")) and not floor and not unit_last and not tokens.is_digits(j):
        return last
    if tokens.is_digits(j):
        ends = gap.startswith(".") and not unit_last and len(tokens.words[last]) > 3
        return last if ends or quantity_after(tokens, j) else j
    if word in units:
        return _dwelling_end(reading, j, floor=floor) or _town(reading, last, j, gap)
    if len(word) == 1 and (tokens.glued(j) or (tokens.is_capital(j) and "." not in gap)):
        return j
    return _town(reading, last, j, gap)


def _dwelling_end(reading: Reading, j: int, *, floor: bool) -> int:
    """Return the number or letter of a dwelling that is named at j, or 0."""
    tokens = reading.tokens
    for k in range(j + 1, min(j + 4, len(tokens))):
        letter = tokens.is_word(k) and len(tokens.words[k]) == 1
        if reading.free(k) and (tokens.is_digits(k) or letter):
            return k
    return j if floor else 0


def _town(reading: Reading, last: int, j: int, gap: str) -> int:
    """A town after a comma or a number: words with a capital, or, in an address in small letters, a rare one."""
    tokens, roles = reading.tokens, lexicon.names().roles
    if not tokens.is_word(j) or not ("," in gap or tokens.is_digits(last)):
        return last
    if tokens.is_capital(j) and "." not in gap and "\n" not in gap.replace(",\n", ",") and tokens.words[j] not in roles:
        while reading.free_capital(j + 1) and tokens.between(j, j + 1) == " " and tokens.words[j + 1] not in roles:
            j += 1
        return j
    rare = lexicon.common_words().get(tokens.words[j], 0.0) < _RARE
    return j if rare and "," in gap and not tokens.is_capital(last) else last
