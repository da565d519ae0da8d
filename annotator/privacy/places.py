"""Where somebody can be found: street addresses, units, and places described by what stands beside them."""

from __future__ import annotations

import re

from annotator.privacy import lexicon
from annotator.privacy.reading import Reading
from annotator.privacy.tokens import Tokens
from annotator.privacy.values import Kind

_GERMAN = re.compile(
    r"[^\W\d_]{2,30}(?:straße|strasse|str|weg|platz|allee|gasse|damm|ufer|chaussee|steig|stieg|pfad|graben|zeile|brucke|stiege|ring|markt)"
)
_GERMAN_WORDS = frozenset(
    "arbeitsplatz arbeitsplatze parkplatz stellplatz spielplatz weg platz umweg unterwegs heimweg arbeitsweg fahrweg markt supermarkt baumarkt arbeitsmarkt einsatzplatz ausbildungsplatz studienplatz sitzplatz schlafplatz campingplatz marktplatz flohmarkt grossmarkt wohnungsmarkt stellenmarkt ring sportplatz rastplatz bauplatz ladenstrasse kurzweg keinesweg wochenmarkt weihnachtsmarkt getrankemarkt drogeriemarkt verbrauchermarkt lebensmittelmarkt produktionsstrasse stadtring arbeitsplatzes".split()
)
_BEFORE_STREET = frozenset(
    "de del la las los el le les l d du des dela ng sa nr no n numero num numer der den dem die das am im an in von vom zum zur alten neuen the of saint san santa st".split()
)
_NUMBERED = frozenset(
    "street st road rd avenue ave lane ln drive dr court ct close crescent terrace boulevard blvd highway hwy parkway pkwy alley mews grove square sq walk row gardens circus quay wharf trail way place".split()
)
_LOOSE_STREET = frozenset(
    "place way walk row square close drive court quay rise trail park parade gardens mews circus dr st ct".split()
)
_NOT_NAMES = frozenset(
    "high main the a this that our your each every on off side busy quiet same one two any same working single open".split()
)


def find_places(reading: Reading) -> None:
    """Mask addresses first, then places told by their surroundings."""
    _find_english_streets(reading)
    _find_leading_streets(reading)
    if reading.language == "de" or "str" in reading.tokens.folded:
        _find_german_streets(reading)
    _find_units(reading)
    reading.tick()
    _find_corners(reading)
    _find_beside_landmarks(reading)
    _find_kilometres(reading)
    reading.tick()


def _find_english_streets(reading: Reading) -> None:
    """ "12 Example Street", "Example Street", "12b example st": up to four words before the street word."""
    tokens = reading.tokens
    streets = lexicon.words("cues", "street_after")
    for i, word in enumerate(tokens.words):
        if word not in streets or not reading.free(i) or i == 0:
            continue
        first, number, capitals = i, False, 0
        for j in range(i - 1, max(i - 7, -1), -1):
            if tokens.is_digits(j) and reading.free(j):
                first, number = j, True
                break
            if not tokens.is_word(j) or not reading.free(j) or "\n" in tokens.between(j, j + 1):
                if tokens.words[j] in ",.-'" and j == i - 1 or tokens.words[j] in "'-.":
                    continue
                break
            if tokens.is_capital(j):
                first, capitals = j, capitals + 1
            elif capitals and tokens.words[j] in _BEFORE_STREET:
                continue
            elif capitals:
                break
        if not number and not capitals:
            continue
        if number and not _could_be_address(tokens, first, i, capitals):
            continue
        if not number and (
            word in _LOOSE_STREET
            or not tokens.is_capital(i)
            or tokens.starts_sentence(first)
            and capitals == 1
            and not tokens.is_capital(i)
        ):
            continue
        if first and tokens.words[first - 1] in "#-" and tokens.glued(first):
            first -= 1
        reading.mask(first, _tail(reading, i), Kind.ADDRESS, sure=number and tokens.is_capital(i))


def _could_be_address(tokens: Tokens, first: int, last: int, capitals: int) -> bool:
    """Between house number and street stand one to four words that are no unit of an ordinary number."""
    between = [tokens.words[j] for j in range(first + 1, last) if tokens.is_word(j)]
    if not between or between[0] in lexicon.words("quantities", "units+currency+time+months"):
        return (
            bool(between)
            and capitals > 0
            and tokens.is_capital(last)
            and between[0] not in lexicon.words("quantities", "currency")
        )
    if capitals or tokens.words[last] not in _LOOSE_STREET:
        return len(between) <= 4 and not any(
            word in {"minutes", "from", "the", "to", "and", "or", "a", "per", "with"}
            for word in between[:-1]
            if not capitals
        )
    return False


def _find_leading_streets(reading: Reading) -> None:
    """ "calle Ejemplo 12", "rue de l'Exemple", "ul. Przykładowa 3/4", "str. Exemplu nr. 5"."""
    tokens = reading.tokens
    for first, end in reading.cues.get("street_before", ()):
        if not reading.free(first) or (first and tokens.words[first] in {"av", "bd"} and tokens.is_digits(first - 1)):
            continue
        i, named, numbered = end, False, False
        last = end - 1
        while i < len(tokens) and i < end + 12:
            word = tokens.words[i]
            if not reading.free(i) or "\n" in tokens.between(i - 1, i):
                break
            if tokens.is_digits(i):
                numbered, last = True, i
                i += 1
                if named and not (i + 1 < len(tokens) and tokens.words[i] in "/-" and tokens.words[i + 1][0].isalnum()):
                    break
                continue
            if (
                tokens.is_word(i)
                and (tokens.is_capital(i) or word in _BEFORE_STREET or (not named and i == end))
                or word in ".,-/'º°#"
            ):
                named |= tokens.is_word(i) and word not in _BEFORE_STREET
                last = i if tokens.is_word(i) and (tokens.is_capital(i) or i == end) else last
                i += 1
                continue
            if _number_follows(tokens, i) and tokens.is_word(i):
                named = True
                i += 1
                continue
            break
        capital = any(tokens.is_word(j) and tokens.is_capital(j) for j in range(end, last + 1))
        if (
            last >= end
            and named
            and (capital or numbered)
            and _is_street(tokens, first, end, capital=capital, numbered=numbered)
        ):
            if first and tokens.is_digits(first - 1) and reading.free(first - 1):
                first -= 1
            elif first > 1 and tokens.words[first - 1] in {",", "bis", "ter", "b"} and tokens.is_digits(first - 2):
                first -= 2
            reading.mask(first, _tail(reading, last), Kind.ADDRESS, sure=capital and numbered)
        elif (
            first
            and tokens.is_digits(first - 1)
            and reading.free(first - 1)
            and last >= end
            and reading.language == "fr"
        ):
            reading.mask(first - 1, last, Kind.ADDRESS, sure=False)


def _number_follows(tokens: Tokens, i: int) -> bool:
    return any(tokens.is_digits(j) for j in range(i + 1, min(i + 4, len(tokens))))


def _is_street(tokens: Tokens, first: int, end: int, *, capital: bool, numbered: bool) -> bool:
    """Short forms such as "al", "pl" or "os" are other words too and need a full stop or both a name and a number."""
    word = tokens.words[first]
    if word in {
        "al",
        "pl",
        "os",
        "st",
        "av",
        "bd",
        "pza",
        "so",
        "sos",
        "place",
        "route",
        "cours",
        "passage",
        "lote",
        "zona",
        "camino",
        "carrer",
        "ronda",
    }:
        dotted = end < len(tokens) and tokens.words[end] == "."
        return (dotted and capital) or (capital and numbered)
    return capital or numbered


def _find_german_streets(reading: Reading) -> None:
    tokens = reading.tokens
    for i, word in enumerate(tokens.words):
        if not reading.free(i) or not tokens.is_word(i):
            continue
        compound = _GERMAN.fullmatch(word) is not None and word not in _GERMAN_WORDS
        apart = (
            word in {"straße", "strasse", "str", "weg", "platz", "allee", "gasse", "ring", "damm", "ufer"}
            and i
            and tokens.is_word(i - 1)
            and tokens.is_capital(i - 1)
            and tokens.is_capital(i)
        )
        if not compound and not apart:
            continue
        j = i + 1
        while j < len(tokens) and tokens.words[j] in ".,":
            j += 1
        numbered = j < len(tokens) and tokens.is_digits(j) and reading.free(j) and "\n" not in tokens.between(j - 1, j)
        street = word.endswith(("straße", "strasse", "str", "gasse", "allee", "chaussee"))
        if not numbered and not (
            compound and street and tokens.is_capital(i) and lexicon.common_words().get(word, 0.0) < 5e-6
        ):
            continue
        first = (
            i - 1
            if i
            and tokens.is_word(i - 1)
            and tokens.is_capital(i - 1)
            and (apart or tokens.words[i - 1].endswith(("er", "en", "e")))
            and not tokens.starts_sentence(i - 1)
            or apart
            else i
        )
        reading.mask(first, _tail(reading, j if numbered else i), Kind.ADDRESS, sure=numbered)


def _tail(reading: Reading, last: int) -> int:
    """After a street: house letters, units, postcodes and towns, as far as commas and capitals carry."""
    tokens = reading.tokens
    units = lexicon.words("cues", "unit")
    for _ in range(8):
        j = last + 1
        while j < len(tokens) and tokens.words[j] in ",.-/#:()" and "\n\n" not in tokens.between(j - 1, j):
            j += 1
        if (
            not reading.free(j)
            or j > last + 3
            or (
                tokens.text[tokens.ends[last] : tokens.starts[j]].startswith((". ", ".\n"))
                and tokens.words[last] not in units
                and len(tokens.words[last]) > 3
            )
        ):
            return last
        gap = tokens.text[tokens.ends[last] : tokens.starts[j]]
        word = tokens.words[j]
        if "\n" in gap and not (tokens.is_digits(j) and j + 1 < len(tokens) and tokens.is_capital(j + 1)):
            return last
        if tokens.is_digits(j):
            if _quantity_after(tokens, j):
                return last
            last = j
        elif (
            word in units
            and j + 1 < len(tokens)
            and (_number_follows(tokens, j) or tokens.ends[j + 1] - tokens.starts[j + 1] == 1)
        ):
            k = next((k for k in range(j + 1, min(j + 4, len(tokens))) if tokens.is_digits(k)), j + 1)
            last = k
        elif len(word) == 1 and (tokens.glued(j) or tokens.is_capital(j)) and tokens.is_word(j):
            last = j
        elif (
            tokens.is_capital(j)
            and tokens.is_word(j)
            and ("," in gap or tokens.is_digits(last))
            and word not in lexicon.names().roles
            and (reading.language != "de" or tokens.is_digits(last) or "," in gap)
        ):
            last = j
            while (
                reading.free(last + 1)
                and tokens.is_word(last + 1)
                and tokens.is_capital(last + 1)
                and "\n" not in tokens.between(last, last + 1)
                and tokens.words[last + 1] not in lexicon.names().roles
            ):
                last += 1
        else:
            return last
    return last


def _quantity_after(tokens: Tokens, j: int) -> bool:
    after = tokens.words[j + 1] if j + 1 < len(tokens) else ""
    return after in lexicon.words("quantities", "units+currency+time") or after in {":", "%"}


def _find_units(reading: Reading) -> None:
    """ "Flat 4B", "Apt 12", "PO Box 77", "Blk 5 Lot 12", "Room 204": a dwelling told by its number."""
    tokens = reading.tokens
    strong = frozenset(
        "flat apt apartment unit suite ste box lot blk appt wohnung whg mieszkanie apartament bloc lok lokal klatka scara portal escalera batiment bldg depto departamento hausnummer purok".split()
    )
    for i, word in enumerate(tokens.words):
        if word not in strong or not reading.free(i):
            continue
        j = i + 1
        while (
            j < len(tokens)
            and tokens.words[j] in ".#:"
            or j < len(tokens)
            and tokens.words[j] in {"no", "nr", "numero", "number"}
        ):
            j += 1
        if (
            reading.free(j)
            and tokens.is_digits(j)
            and "\n" not in tokens.between(j - 1, j)
            and not _quantity_after(tokens, j)
        ):
            first = (
                i - 2
                if word == "box" and i > 1 and tokens.words[i - 1] in {"o", "."}
                else i - 1
                if word == "box" and i
                else i
            )
            reading.mask(max(first, 0), _tail(reading, j), Kind.ADDRESS, sure=False)


def _find_corners(reading: Reading) -> None:
    """ "corner of maple and oak": the two words that meet there."""
    tokens = reading.tokens
    for first, end in reading.cues.get("place_cue", ()):
        joint = next(
            (
                j
                for j in range(end, min(end + 7, len(tokens)))
                if tokens.words[j] in {"and", "y", "et", "und", "i", "si", "at", "con", "con", "with", "de", "at"}
                and j > end
            ),
            None,
        )
        if joint is None or not reading.free(end) or any(tokens.words[j] in ".!?\n" for j in range(end, joint)):
            continue
        last = joint
        for j in range(joint + 1, min(joint + 4, len(tokens))):
            if not tokens.is_word(j) or not reading.free(j) or "\n" in tokens.between(j - 1, j):
                break
            last = j
            if tokens.words[j] not in _BEFORE_STREET:
                break
        if last > joint:
            reading.mask(end, last, Kind.PLACE, sure=False)


def _find_beside_landmarks(reading: Reading) -> None:
    """ "behind the old mill", "opposite St Example church": relation, up to four words, landmark."""
    tokens = reading.tokens
    landmarks = {first: end for first, end in reading.cues.get("landmark", ())}
    exact = frozenset(
        "opposite behind across facing detras enfrente frente derriere face hinter gegenuber naprzeciwko naprzeciw vizavi spatele tapat likod above encima dessus uber nad deasupra beside junto al langa obok neben tabi katabi next cote".split()
    )
    for first, end in reading.cues.get("relation", ()):
        mark = next((j for j in range(end, min(end + 6, len(tokens))) if j in landmarks), None)
        if mark is None or any(tokens.words[j] in ".!?,;:\n" for j in range(end, mark)):
            continue
        inner = [j for j in range(end, mark) if tokens.is_word(j)]
        capital = (
            any(tokens.is_capital(j) and not tokens.starts_sentence(j) for j in inner) and reading.language != "de"
        )
        precise = tokens.words[first] in exact or any(word in exact for word in tokens.words[first:end])
        if not (capital or precise) or not all(reading.free(j) for j in range(end, landmarks[mark])):
            continue
        last = landmarks[mark] - 1
        while (
            reading.free(last + 1)
            and tokens.is_word(last + 1)
            and tokens.is_capital(last + 1)
            and "\n" not in tokens.between(last, last + 1)
        ):
            last += 1
        reading.mask(first, last, Kind.PLACE, sure=False)


def _find_kilometres(reading: Reading) -> None:
    """ "km 14 of the road": the unit before the number tells a place, after it a distance."""
    tokens = reading.tokens
    for i, word in enumerate(tokens.words[:-1]):
        if (
            word
            in {
                "km",
                "kilometre",
                "kilometer",
                "kilometro",
                "kilometrul",
                "kilometr",
                "milepost",
                "pk",
                "exit",
                "sortie",
                "ausfahrt",
            }
            and reading.free(i)
            and reading.free(i + 1)
            and tokens.is_digits(i + 1)
        ):
            if not (i and tokens.is_digits(i - 1)):
                reading.mask(i, i + 1, Kind.PLACE, sure=False)
