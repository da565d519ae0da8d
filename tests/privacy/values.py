"""Identifiers that belong to nobody: telephone numbers, domains and addresses reserved for fiction and documentation, and specimen
numbers (zeros, X) where no range is reserved. `../shared/design/domain.md` lists the ranges.
"""

from __future__ import annotations

import numpy as np

LANGUAGES = ("en", "es", "fr", "de", "tl", "pl", "ro")

FIRST = {
    "en": ("Jane", "John", "Sarah", "Kevin", "Emily", "Brian"),
    "es": ("Juan", "Lucía", "Carmen", "Javier", "Beatriz"),
    "fr": ("Jeanne", "Étienne", "Camille", "Thierry", "Sandrine"),
    "de": ("Erika", "Jürgen", "Sabine", "Stefan", "Uwe"),
    "tl": ("Maricel", "Jose", "Rowena", "Arnel", "Divina"),
    "pl": ("Anna", "Krzysztof", "Agnieszka", "Paweł", "Zofia"),
    "ro": ("Ioana", "Gheorghe", "Andreea", "Răzvan", "Mihaela"),
}
FAMILY = {
    "en": ("Doe", "Roe", "Bloggs", "Sample"),
    "es": ("Pérez", "Fulánez", "García", "Mengánez"),
    "fr": ("Dupont", "Durand", "Martin", "Exemplet"),
    "de": ("Mustermann", "Musterfrau", "Schmidt", "Beispielmann"),
    "tl": ("dela Cruz", "Reyes", "Halimbawa", "Santos"),
    "pl": ("Kowalski", "Nowak", "Przykładowska", "Iksiński"),
    "ro": ("Popescu", "Ionescu", "Exemplescu", "Vasilescu"),
}
WORDS = {
    "en": (
        "blue",
        "sparrow",
        "quiet",
        "harbour",
        "green",
        "lantern",
        "silver",
        "meadow",
        "copper",
        "falcon",
        "winter",
        "orchard",
    ),
    "es": ("azul", "gorrión", "faro", "verde", "luna", "molino", "plata", "río", "halcón"),
    "fr": ("bleu", "moineau", "phare", "vert", "lanterne", "argent", "rivière", "faucon"),
    "de": ("blau", "sperling", "hafen", "laterne", "silber", "wiese", "falke", "winter"),
    "tl": ("asul", "maya", "dagat", "parola", "pilak", "bukid", "lawin"),
    "pl": ("niebieski", "wróbel", "latarnia", "srebro", "sokół", "zima", "łąka"),
    "ro": ("albastru", "vrabie", "felinar", "argint", "șoim", "iarnă", "pajiște"),
}
DOMAINS = ("example.com", "example.net", "example.org")
DIGITS = {
    "en": "zero one two three four five six seven eight nine",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun",
    "tl": "sero isa dalawa tatlo apat lima anim pito walo siyam",
    "pl": "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć",
    "ro": "zero unu doi trei patru cinci șase șapte opt nouă",
}
TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "fr": "vingt trente quarante cinquante soixante soixante-dix quatre-vingt quatre-vingt-dix",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "tl": "dalawampu tatlumpu apatnapu limampu animnapu pitumpu walumpu siyamnapu",
    "pl": "dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt dziewięćdziesiąt",
    "ro": "douăzeci treizeci patruzeci cincizeci șaizeci șaptezeci optzeci nouăzeci",
}


def pick(rng: np.random.Generator, values: tuple[str, ...] | list[str] | str) -> str:
    return values[int(rng.integers(len(values)))]


def phone(rng: np.random.Generator) -> str:
    """A number of a range that is reserved for fiction, written plainly."""
    n = int(rng.integers(100))
    return pick(
        rng,
        [
            f"202-555-01{n:02d}",
            f"(415) 555-01{n:02d}",
            f"+1 646 555 01{n:02d}",
            f"555-01{n:02d}",
            f"01632 960{n:03d}",
            f"07700 900{n:03d}",
            f"+44 7700 900{n:03d}",
            f"030 23125{n:03d}",
            f"069 90009{n:03d}",
            f"+49 221 4710{n:03d}",
            f"070-17406{n % 95 + 5:02d}",
        ],
    )


def digits_of(number: str) -> str:
    return "".join(char for char in number if char.isdigit())


def name(rng: np.random.Generator, language: str) -> str:
    return f"{pick(rng, FIRST[language])} {pick(rng, FAMILY[language])}"


def words(rng: np.random.Generator, language: str, count: int = 2) -> list[str]:
    return [str(word) for word in rng.choice(WORDS[language], size=count, replace=False)]


def email(rng: np.random.Generator, language: str) -> str:
    local = pick(
        rng,
        [
            ".".join(words(rng, "en")),
            "".join(words(rng, "en")) + str(rng.integers(10, 99)),
            pick(rng, FIRST["en"]).lower(),
        ],
    )
    return f"{local}@{pick(rng, DOMAINS)}"


def spelled(rng: np.random.Generator, language: str, digits: str) -> str:
    """Digits in words: one by one, or some of them in pairs as people say them."""
    ones, tens = DIGITS[language].split(), TENS[language].split()
    out, i, pairs = [], 0, rng.random() < 0.5
    while i < len(digits):
        if pairs and i + 1 < len(digits) and digits[i] in "23456789" and rng.random() < 0.6:
            out.append(_pair(language, tens[int(digits[i]) - 2], digits[i + 1], ones))
            i += 2
        else:
            out.append(ones[int(digits[i])])
            i += 1
    return " ".join(out)


def _pair(language: str, ten: str, one: str, ones: list[str]) -> str:
    if one == "0":
        return ten
    unit = ones[int(one)]
    if language == "de":
        return ("ein" if one == "1" else unit) + "und" + ten
    joint = {"en": "-", "es": " y ", "fr": "-", "tl": "'t ", "pl": " ", "ro": " și "}[language]
    return ten + joint + unit
