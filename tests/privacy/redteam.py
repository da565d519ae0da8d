"""A generated red-team set: families of identifiers by languages by ways of hiding them, from reserved values only.

`FAMILIES` were looked at while rules were written; `HELD_OUT` were not, and are only counted. An item knows where its
identifier is, so a leak is exact: a letter or figure of it that is still there in a row that is not quarantined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from tests.privacy.carriers import AROUND, CUES
from tests.privacy.hiding import hide
from tests.privacy.redteam_numbers import bank, birth, coordinates, document, ip, plate, wallet
from tests.privacy.values import (
    DOMAINS,
    FIRST,
    LANGUAGES,
    digits_of,
    email,
    name,
    phone,
    pick,
    spelled,
    words,
)

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Item:
    family: str
    language: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Family:
    """How to make an identifier, and which sentences carry it."""

    cue: str
    make: Callable[[Rng, str], str]
    languages: tuple[str, ...] = LANGUAGES


def generate(family: str, count: int, rng: Rng) -> Iterator[Item]:
    spec = {**FAMILIES, **HELD_OUT}[family]
    for i in range(count):
        language = spec.languages[i % len(spec.languages)]
        value = spec.make(rng, language)
        carrier = pick(rng, CUES[spec.cue][language]).replace("PLATFORM", pick(rng, PLATFORMS))
        at = carrier.index("{}")
        sentence = carrier.format(value)
        before = pick(rng, AROUND[language]) if rng.random() < 0.8 else ""
        after = pick(rng, AROUND[language]) if rng.random() < 0.6 else ""
        glue = pick(rng, (" ", " ", "\n"))
        lead = before + glue if before else ""
        text = lead + sentence + (glue + after if after else "")
        yield Item(family, language, text, len(lead) + at, len(lead) + at + len(value))


def _phone(way: str) -> Callable[[Rng, str], str]:
    return lambda rng, language: hide(way, phone(rng), rng, language)


def _email(way: str) -> Callable[[Rng, str], str]:
    return lambda rng, language: hide(way, email(rng, language), rng, language)


def _url(way: str) -> Callable[[Rng, str], str]:
    return lambda rng, language: hide(
        way,
        "www." * (rng.random() < 0.3)
        + "-".join(words(rng, "en"))
        + "."
        + pick(rng, DOMAINS)
        + "/jobs" * (rng.random() < 0.3),
        rng,
        language,
    )


def _domain(rng: Rng, _: str) -> str:
    return f"{words(rng, 'en', 1)[0]}.{pick(rng, DOMAINS)}"


def _name(way: str) -> Callable[[Rng, str], str]:
    return lambda rng, language: hide(way, name(rng, language), rng, language)


PLATFORMS = ("Telegram", "telegram", "Instagram", "insta", "Snapchat", "WeChat", "Viber", "Skype", "Kik")


def _handle(style: str) -> Callable[[Rng, str], str]:
    return lambda rng, language: _join(style, words(rng, language if style == "words" else "en", 2), rng)


def _join(style: str, parts: list[str], rng: Rng) -> str:
    if style == "at":
        return "@" + "_".join(parts)
    if style == "number":
        return "".join(parts) + str(rng.integers(10, 99))
    if style == "under":
        return "_".join(parts)
    if style == "joined":
        return "".join(parts)
    return " ".join(parts)


def _address(rng: Rng, language: str) -> str:
    n, f = int(rng.integers(1, 99)), int(rng.integers(1, 9))
    return pick(
        rng,
        {
            "en": [
                f"{n} Example Street",
                f"{n} Sample Road, Flat {f}B",
                f"Apt {f}, {n} Example Avenue",
                f"{n} Specimen Lane, Sampletown",
            ],
            "es": [f"calle Ejemplo {n}", f"C/ del Ejemplo, {n}, {f}º B", f"Avenida de la Muestra {n}"],
            "fr": [f"{n} rue de l'Exemple", f"{n} bis, avenue du Modèle", f"{n}, boulevard de l'Exemple"],
            "de": [f"Musterstraße {n}", f"Beispielweg {n}a", f"Musterplatz {n}, {f}. OG"],
            "tl": [f"{n} Halimbawa Street, Barangay Halimbawa", f"Blk {f} Lot {n} Halimbawa Subdivision"],
            "pl": [f"ul. Przykładowa {n}/{f}", f"ulica Wzorcowa {n} m. {f}", f"al. Przykładowa {n}"],
            "ro": [f"str. Exemplului nr. {n}", f"strada Modelului {n}, bl. {f}, ap. {n}", f"bd. Exemplului nr. {n}"],
        }[language],
    )


def _lower_address(rng: Rng, language: str) -> str:
    return _address(rng, language).lower()


def _place(rng: Rng, language: str) -> str:
    return pick(
        rng,
        {
            "en": [
                "behind the old mill",
                "opposite the petrol station",
                "corner of maple and oak",
                "across from the bakery",
            ],
            "es": ["detrás del molino", "frente a la panadería", "enfrente de la iglesia"],
            "fr": ["derrière le moulin", "en face de la boulangerie", "à côté de la gare"],
            "de": ["hinter der Mühle", "gegenüber der Bäckerei", "neben der Tankstelle"],
            "tl": ["sa tapat ng simbahan", "sa likod ng palengke"],
            "pl": ["za młynem", "naprzeciwko piekarni", "obok szpitala"],
            "ro": ["în spatele morii", "vizavi de brutărie", "lângă biserica"],
        }[language],
    )


FAMILIES: dict[str, Family] = {
    **{
        f"phone/{way}": Family("phone", _phone(way))
        for way in (
            "plain",
            "spaced",
            "mixed separators",
            "words",
            "half words",
            "unicode digits",
            "emoji digits",
            "invisible",
            "look-alike letters",
            "across lines",
            "doubled",
            "then",
        )
    },
    **{
        f"email/{way}": Family("email", _email(way))
        for way in ("plain", "at dot", "brackets", "gaps", "wide", "invisible", "homoglyphs")
    },
    **{f"url/{way}": Family("url", _url(way)) for way in ("plain", "scheme", "dot words", "gaps", "homoglyphs")},
    "url/bare domain": Family("url", _domain),
    **{f"handle/{style}": Family("handle", _handle(style)) for style in ("at", "number", "under", "joined", "words")},
    **{
        f"name/{way}": Family("name", _name(way))
        for way in ("plain", "lower", "upper", "initial", "homoglyphs", "invisible", "reversed")
    },
    "address/plain": Family("where", _address),
    "address/lower": Family("where", _lower_address),
    "place/beside": Family("where", _place),
    "id/plain": Family("id", document),
    "bank/plain": Family("bank", bank),
    "wallet/plain": Family("bank", wallet),
    "plate/plain": Family("plate", plate),
    "birth/plain": Family("birth", birth),
    "ip/plain": Family("bare", ip),
    "coordinates/plain": Family("bare", coordinates),
}

HELD_OUT: dict[str, Family] = {
    **{
        f"phone/{way}": Family("phone", _phone(way))
        for way in ("glued words", "parentheses", "dashes in words", "arabic digits", "emoji between", "copied twice")
    },
    "email/glued": Family("email", _email("glued")),
    "email/spelled": Family("email", _email("spelled")),
    "url/defanged": Family("url", _url("defanged")),
    "name/spaced": Family("name", _name("spaced letters")),
    "name/alone": Family("name", lambda rng, language: pick(rng, FIRST[language])),
    "bank/gaps": Family("bank", lambda rng, language: hide("mixed separators", bank(rng, language), rng, language)),
    "id/invisible": Family("id", lambda rng, language: hide("invisible", document(rng, language), rng, language)),
    "coordinates/words": Family(
        "bare", lambda rng, language: spelled(rng, language, digits_of(coordinates(rng, language)[:18] + "123456"))
    ),
}
