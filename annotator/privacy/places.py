"""Where somebody can be found: streets with their numbers, dwellings, and places told by what stands beside them."""

from __future__ import annotations

import re

from annotator.privacy import lexicon
from annotator.privacy.reading import Reading
from annotator.privacy.tokens import Tokens
from annotator.privacy.values import Kind

_GERMAN = re.compile(
    r"[^\W\d_]{2,30}(?:straße|strasse|str|weg|platz|allee|gasse|damm|ufer|chaussee|steig|stieg|pfad|graben|zeile|brucke|stiege|ring|markt)"
)
_GERMAN_ENDINGS = (
    "straße",
    "strasse",
    "str",
    "weg",
    "platz",
    "allee",
    "gasse",
    "damm",
    "ufer",
    "chaussee",
    "steig",
    "stieg",
    "pfad",
    "graben",
    "zeile",
    "brucke",
    "stiege",
    "ring",
    "markt",
)
_GERMAN_LEADS = frozenset("am an im in zum zur auf unter alte alter alten neue neuer neuen der den dem".split())
_GERMAN_APART = frozenset("straße strasse str weg platz allee gasse ring damm ufer".split())
_GERMAN_WORDS = re.compile(
    r".*(?:arbeits|park|stell|spiel|ausbildungs|studien|sitz|schlaf|camping|sport|rast|bau|einsatz|liege|lager)platz"
    r"|(?:um|heim|unter|arbeits|keines|kurz|aus|durch|halb)weg|.*(?:super|bau|arbeits|floh|gross|wohnungs|stellen|wochen|weihnachts|getranke|drogerie|verbraucher|lebensmittel)markt"
    r"|.*(?:laden|produktions|fertigungs|wasch)stra(?:ss|ß)e"
)
_PARTICLES = frozenset(
    "de del de la las los el le les l d du des dela ng sa nr no n numero num numer der den dem die das am im an in von vom zum "
    "zur alten neuen the of saint san santa st and y".split()
)
_LOOSE = frozenset(
    "house hall tower building place way walk row square close drive court quay rise trail park parade gardens mews circus dr st ct".split()
)
_OFTEN_OTHER = frozenset(
    "al pl os st av bd pza so place route cours passage lote zona camino carrer ronda colonia plaza calle plac cartier subdivision "
    "intrarea avenue boulevard highway promenade esplanade carretera rue".split()
)
_DWELLINGS = frozenset(
    "flat apt apartment unit suite ste box lot blk appt wohnung whg mieszkanie apartament bloc lok lokal klatka scara portal "
    "escalera batiment bldg depto departamento hausnummer purok".split()
)
_BESIDE = frozenset(
    "opposite behind across facing detras enfrente frente derriere face hinter gegenuber naprzeciwko naprzeciw vizavi vis spatele "
    "tapat likod above encima dessus uber nad deasupra beside junto al langa obok neben tabi katabi next cote za drum fata".split()
)
_JOINTS = frozenset("and y et und i si at con with de".split())
_MILESTONES = frozenset("km kilometre kilometer kilometro kilometrul kilometr milepost pk exit sortie ausfahrt".split())


def find_places(reading: Reading) -> None:
    """Mask addresses first, then places told by their surroundings."""
    _find_trailing_streets(reading)
    _find_leading_streets(reading)
    _find_german_streets(reading)
    _find_dwellings(reading)
    reading.tick()
    _find_corners(reading)
    _find_beside_landmarks(reading)
    _find_milestones(reading)
    _find_meetings(reading)
    reading.tick()


def _find_trailing_streets(reading: Reading) -> None:
    """ "12 Example Street", "Example Street", "12b example st": up to five words before the street word."""
    tokens = reading.tokens
    streets = lexicon.words("cues", "street_after")
    for i, word in enumerate(tokens.words):
        if word in streets and reading.free(i) and i:
            first, number, capitals = _before_street(reading, i)
            named = (
                capitals
                and tokens.is_capital(i)
                and word not in _LOOSE
                and not (tokens.starts_sentence(first) and capitals == 1 and reading.language == "de")
            )
            if named or (number and _could_be_address(tokens, first, i, capitals)):
                while first and tokens.words[first - 1] in _DWELLINGS and reading.free(first - 1):
                    first -= 1
                reading.mask(first, _tail(reading, i), Kind.ADDRESS, sure=bool(number and tokens.is_capital(i)))


def _before_street(reading: Reading, i: int) -> tuple[int, bool, int]:
    """Return the first token of a street's name, whether that is a house number, and how many words have a capital."""
    tokens, first, capitals = reading.tokens, i, 0
    for j in range(i - 1, max(i - 8, -1), -1):
        if not reading.free(j) or "\n" in tokens.between(j, j + 1):
            break
        if tokens.is_digits(j):
            return j, True, capitals
        if not tokens.is_word(j):
            if tokens.words[j] not in "'-.,":
                break
            continue
        if tokens.is_capital(j):
            first, capitals = j, capitals + 1
        elif capitals and tokens.words[j] not in _PARTICLES and len(tokens.words[j]) > 1:
            break
    return first, False, capitals


def _could_be_address(tokens: Tokens, first: int, last: int, capitals: int) -> bool:
    """Between house number and street stand one to four words; a unit or currency makes the number an ordinary one."""
    between = [tokens.words[j] for j in range(first + 1, last) if tokens.is_word(j)]
    if not between or len(between) > 5 or between[0] in lexicon.words("quantities", "currency+time+months"):
        return False
    if capitals:
        return between[0] not in lexicon.words("quantities", "units") or tokens.is_capital(last)
    plain = lexicon.words("quantities", "units+before") | {"the", "to", "and", "or", "a", "with", "in", "from"}
    return tokens.words[last] not in _LOOSE - {"st"} and not any(word in plain for word in between)


def _find_leading_streets(reading: Reading) -> None:
    """ "calle Ejemplo 12", "rue de l'Exemple", "ul. Przykładowa 3/4", "str. Exemplu nr. 5"."""
    tokens = reading.tokens
    short = []
    if reading.language == "es":
        short = [(i, i + 2) for i, word in enumerate(tokens.words[:-2]) if word == "c" and tokens.words[i + 1] == "/"]
    for first, end in [*reading.cues.get("street_before", ()), *short]:
        if not reading.free(first):
            continue
        last, capital, numbered = _street_name(reading, first, end)
        if last < end or not (capital or numbered):
            continue
        loose = tokens.words[first] in _OFTEN_OTHER
        dotted = end < len(tokens) and tokens.words[end] == "."
        if (
            loose
            and not (capital and (numbered or dotted or tokens.is_digits(max(0, first - 1))))
            and not (dotted and numbered)
        ):
            if not (
                numbered
                and tokens.words[first] in {"calle", "plaza", "colonia", "plac", "carretera", "avenue", "boulevard"}
            ):
                continue
        start = _number_before(reading, first)
        reading.mask(start, _tail(reading, last), Kind.ADDRESS, sure=capital and (numbered or start < first))
    for first, end in reading.cues.get("street_before", ()):
        start = _number_before(reading, first)
        if (
            start < first
            and reading.free(first)
            and reading.free(end)
            and tokens.is_word(end)
            and reading.language == "fr"
        ):
            last, _, _ = _street_name(reading, first, end, words=3)
            reading.mask(start, _tail(reading, max(last, end)), Kind.ADDRESS, sure=False)


def _street_name(reading: Reading, first: int, end: int, words: int = 1) -> tuple[int, bool, bool]:
    """Follow a street's name after its kind: particles, words with a capital (or the first ones), and the number."""
    tokens = reading.tokens
    loose = tokens.words[first] in _OFTEN_OTHER and words == 1
    last, capital, numbered, small = end - 1, False, False, 0
    i = end
    while i < min(len(tokens), end + 12) and reading.free(i) and "\n" not in tokens.between(i - 1, i):
        word = tokens.words[i]
        if tokens.is_digits(i):
            if _quantity_after(tokens, i):
                break
            last, numbered = i, True
            if not (i + 2 < len(tokens) and tokens.words[i + 1] in "/-" and tokens.words[i + 2][0].isalnum()):
                break
        elif tokens.is_word(i) and tokens.is_capital(i):
            last, capital = i, True
        elif tokens.is_word(i) and word not in _PARTICLES:
            ahead = any(tokens.is_digits(j) for j in range(i + 1, min(i + 5, len(tokens))))
            if small >= words + ahead or (loose and not ahead):
                break
            small += 1
            last = i if words > 1 else last
        elif not tokens.is_word(i) and word not in ".,-/'º°#":
            break
        i += 1
    return last, capital, numbered


def _number_before(reading: Reading, first: int) -> int:
    """Return the house number that stands before "rue", over a comma and "bis", or `first`."""
    tokens, j = reading.tokens, first - 1
    while j > 0 and tokens.words[j] in {",", "bis", "ter", "quater", "b", "-"}:
        j -= 1
    return j if j >= 0 and tokens.is_digits(j) and reading.free(j) and "\n" not in tokens.between(j, first) else first


def _find_german_streets(reading: Reading) -> None:
    """ "Musterstraße 12", "Am Alten Markt 3": compounds, or a street word after one with a capital."""
    tokens = reading.tokens
    for i, word in enumerate(tokens.words):
        compound = (
            word.endswith(_GERMAN_ENDINGS)
            and _GERMAN.fullmatch(word) is not None
            and _GERMAN_WORDS.fullmatch(word) is None
        )
        apart = (
            word in _GERMAN_APART
            and i > 0
            and tokens.is_word(i - 1)
            and tokens.is_capital(i - 1)
            and tokens.is_capital(i)
        )
        if not (compound or apart) or not reading.free(i):
            continue
        j = i + 1
        while j < len(tokens) and tokens.words[j] in ".,":
            j += 1
        numbered = (
            j < len(tokens)
            and tokens.is_digits(j)
            and reading.free(j)
            and "\n" not in tokens.between(j - 1, j)
            and not _quantity_after(tokens, j)
        )
        street = word.endswith(("straße", "strasse", "str", "gasse", "allee", "chaussee")) and tokens.is_capital(i)
        if numbered or (compound and street and lexicon.common_words().get(word, 0.0) < 5e-6):
            first = i - 1 if apart and not tokens.starts_sentence(i - 1) else i
            while (
                first
                and tokens.words[first - 1] in _GERMAN_LEADS
                and reading.free(first - 1)
                and (tokens.is_capital(first - 1) or first < i)
            ):
                first -= 1
            reading.mask(first, _tail(reading, j if numbered else i), Kind.ADDRESS, sure=numbered)


def _tail(reading: Reading, last: int) -> int:
    """After a street: house letters, floors, dwellings, postcodes and towns, as far as commas and capitals carry."""
    for _ in range(10):
        grown = _tail_step(reading, last)
        if grown == last:
            return last
        last = grown
    return last


def _tail_step(reading: Reading, last: int) -> int:
    tokens, units = reading.tokens, lexicon.words("cues", "unit")
    j = last + 1
    while j < min(len(tokens), last + 3) and tokens.words[j] in ",.-/#:()º°ª":
        j += 1
    if not reading.free(j) or tokens.words[j] in ",.-/#:()º°ª":
        return last
    gap, word = tokens.text[tokens.ends[last] : tokens.starts[j]], tokens.words[j]
    floor = tokens.is_digits(last) and word in units
    if (
        gap.startswith((". ", ".\n", "\n"))
        and not floor
        and tokens.words[last] not in units
        and not tokens.is_digits(j)
    ):
        return last
    if tokens.is_digits(j):
        return (
            last
            if _quantity_after(tokens, j)
            or (gap.startswith(".") and tokens.words[last] not in units and len(tokens.words[last]) > 3)
            else j
        )
    if word in units:
        for k in range(j + 1, min(j + 4, len(tokens))):
            if reading.free(k) and (
                tokens.is_digits(k) or tokens.ends[k] - tokens.starts[k] == 1 and tokens.is_word(k)
            ):
                return k
        if floor:
            return j
    if len(word) == 1 and tokens.is_word(j) and (tokens.glued(j) or (tokens.is_capital(j) and "." not in gap)):
        return j
    town = "," in gap or tokens.is_digits(last)
    if (
        tokens.is_word(j)
        and town
        and tokens.is_capital(j)
        and "\n" not in gap.replace(",\n", ",")
        and "." not in gap
        and word not in lexicon.names().roles
    ):
        while (
            reading.free(j + 1)
            and tokens.is_word(j + 1)
            and tokens.is_capital(j + 1)
            and tokens.between(j, j + 1) in {" ", ""}
            and tokens.words[j + 1] not in lexicon.names().roles
        ):
            j += 1
        return j
    if (
        tokens.is_word(j)
        and "," in gap
        and not tokens.is_capital(last)
        and lexicon.common_words().get(word, 0.0) < 1e-6
    ):
        return j
    return last


def _quantity_after(tokens: Tokens, j: int) -> bool:
    after = tokens.words[j + 1] if j + 1 < len(tokens) else ""
    return (
        after in lexicon.words("quantities", "units+currency+time")
        and after not in {"-", "/", "+", "m", "b", "a"}
        or after in {":", "%"}
    )


def _find_dwellings(reading: Reading) -> None:
    """ "Flat 4B", "Apt 12", "PO Box 77", "Blk 5 Lot 12": a dwelling told by its number."""
    tokens = reading.tokens
    for i, word in enumerate(tokens.words):
        if word not in _DWELLINGS or not reading.free(i):
            continue
        j = i + 1
        while j < len(tokens) and (tokens.words[j] in ".#:" or tokens.words[j] in {"no", "nr", "numero", "number"}):
            j += 1
        if (
            reading.free(j)
            and tokens.is_digits(j)
            and "\n" not in tokens.between(j - 1, j)
            and not _quantity_after(tokens, j)
        ):
            first = i
            while word == "box" and first and tokens.words[first - 1] in {"p", "o", "po", "."} and i - first < 4:
                first -= 1
            reading.mask(first, _tail(reading, j), Kind.ADDRESS, sure=False)


def _find_corners(reading: Reading) -> None:
    """ "corner of maple and oak": the two names that meet there."""
    tokens = reading.tokens
    for _, end in reading.cues.get("place_cue", ()):
        joint = next((j for j in range(end + 1, min(end + 7, len(tokens))) if tokens.words[j] in _JOINTS), None)
        if joint is None or not reading.free(end) or any(tokens.words[j] in ".!?" for j in range(end, joint)):
            continue
        last = joint
        for j in range(joint + 1, min(joint + 4, len(tokens))):
            if not tokens.is_word(j) or not reading.free(j) or "\n" in tokens.between(j - 1, j):
                break
            last = j
            if tokens.words[j] not in _PARTICLES:
                break
        if last > joint:
            reading.mask(end, last, Kind.PLACE, sure=False)


def _find_beside_landmarks(reading: Reading) -> None:
    """ "behind the old mill", "near St Example church": a relation, up to four words, and a landmark."""
    tokens, landmarks = reading.tokens, dict(reading.cues.get("landmark", ()))
    for first, end in reading.cues.get("relation", ()):
        mark = next((j for j in range(end, min(end + 6, len(tokens))) if j in landmarks), None)
        if (
            mark is None
            or not reading.free(first)
            or any(tokens.words[j] in ".!?,;:" and len(tokens.words[j - 1]) > 2 for j in range(end, mark))
        ):
            continue
        last = landmarks[mark] - 1
        capital = reading.language != "de" and any(tokens.is_capital(j) for j in range(end, mark) if tokens.is_word(j))
        beside = any(word in _BESIDE for word in tokens.words[first:end])
        if (capital or beside) and all(reading.free(j) for j in range(end, last + 1)):
            while (
                reading.free(last + 1)
                and tokens.is_word(last + 1)
                and tokens.is_capital(last + 1)
                and tokens.between(last, last + 1) == " "
            ):
                last += 1
            reading.mask(first, last, Kind.PLACE, sure=False)


def _find_meetings(reading: Reading) -> None:
    """ "meet at the second gate": where people are told to be, up to the end of the clause."""
    tokens = reading.tokens
    plain = lexicon.names().roles - {"the", "el", "la", "le", "der", "die", "das", "den", "dem"} | lexicon.words(
        "quantities", "time+before"
    )
    for _, end in reading.cues.get("meeting", ()):
        i = end
        while i < len(tokens) and tokens.words[i] in ":-":
            i += 1
        if not reading.free(i) or not tokens.is_word(i) or tokens.words[i] in plain or "\n" in tokens.between(i - 1, i):
            continue
        last = i
        while (
            reading.free(last + 1)
            and last < i + 6
            and tokens.words[last + 1][0].isalnum()
            and "\n" not in tokens.between(last, last + 1)
        ):
            last += 1
        reading.mask(i, last, Kind.PLACE, sure=False)


def _find_milestones(reading: Reading) -> None:
    """ "km 14": the unit before the number tells a place, after it a distance."""
    tokens = reading.tokens
    for i, word in enumerate(tokens.words[:-1]):
        if word in _MILESTONES and reading.free(i) and reading.free(i + 1) and tokens.is_digits(i + 1):
            if not (i and (tokens.is_digits(i - 1) or tokens.words[i - 1] == "/")):
                reading.mask(i, i + 1, Kind.PLACE, sure=False)
