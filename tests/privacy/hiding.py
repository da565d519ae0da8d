# ruff: noqa: RUF001 -- texts as people write them, look-alikes included
"""Ways in which people hide an identifier from machines but not from readers. Plain functions over one value."""

from __future__ import annotations

import re

import numpy as np

from tests.privacy.values import digits_of, pick, spelled

Rng = np.random.Generator
AT = {"en": "at", "es": "arroba", "fr": "arobase", "de": "at", "tl": "at", "pl": "małpa", "ro": "arond"}
DOT = {"en": "dot", "es": "punto", "fr": "point", "de": "punkt", "tl": "dot", "pl": "kropka", "ro": "punct"}
THEN = {"en": "then", "es": "luego", "fr": "puis", "de": "dann", "tl": "tapos", "pl": "potem", "ro": "apoi"}
_INVISIBLE = ("\u200b", "\u200c", "\u2060", "\u00ad", "\ufeff")
_CYRILLIC = str.maketrans("aceopxyiABCEHKMOPTX", "асеорхуіАВСЕНКМОРТХ")
_DIGIT_BASES = (0x1D7CE, 0x1D7D8, 0x1D7EC, 0x1D7F6, 0xFF10, 0x0966, 0x09E6)


def hide(way: str, value: str, rng: Rng, language: str) -> str:
    return _WAYS[way](value, rng, language)


def _spaced(value: str, rng: Rng, _: str) -> str:
    return pick(rng, (" ", "-", ".", " . ", "_")).join(digits_of(value))


def _mixed(value: str, rng: Rng, _: str) -> str:
    parts = re.findall(r"[^\W_]{1,3}", value)
    gaps = ["".join(pick(rng, " -./*~_|,=") for _ in range(rng.integers(1, 5))) for _ in parts]
    return "".join(part + gap for part, gap in zip(parts, [*gaps[:-1], ""], strict=True))


def _half_words(value: str, rng: Rng, language: str) -> str:
    out = [spelled(rng, language, digit) if rng.random() < 0.5 else digit for digit in digits_of(value)]
    return " ".join(out)


def _unicode_digits(value: str, rng: Rng, _: str) -> str:
    base = _DIGIT_BASES[int(rng.integers(len(_DIGIT_BASES)))]
    return "".join(chr(base + int(char)) if char.isdigit() and char.isascii() else char for char in value)


def _arabic(value: str, rng: Rng, _: str) -> str:
    base = (0x0660, 0x06F0, 0x0E50, 0x1040)[int(rng.integers(4))]
    return "".join(chr(base + int(char)) if char.isdigit() else char for char in value)


def _emoji_digits(value: str, rng: Rng, _: str) -> str:
    return pick(rng, ("", " ")).join(f"{digit}\ufe0f\u20e3" for digit in digits_of(value))


def _invisible(value: str, rng: Rng, _: str) -> str:
    return "".join(
        char + (pick(rng, _INVISIBLE) if rng.random() < 0.6 and i < len(value) - 1 else "")
        for i, char in enumerate(value)
    )


def _letters(value: str, rng: Rng, _: str) -> str:
    swaps = {"0": "Oo", "1": "lI", "5": "S", "8": "B"}
    out = [pick(rng, swaps[char]) if char in swaps and rng.random() < 0.5 else char for char in value]
    return "".join(out)


def _across_lines(value: str, rng: Rng, _: str) -> str:
    digits = digits_of(value)
    cut = int(rng.integers(3, len(digits) - 2))
    return digits[:cut] + pick(rng, ("\n", " \n", "-\n", "...\n")) + digits[cut:]


def _doubled(value: str, rng: Rng, language: str) -> str:
    digits = digits_of(value)
    twice = {"en": "double", "es": "doble", "de": "doppel", "ro": "dublu", "pl": "podwójne"}.get(language, "double")
    return re.sub(r"(\d)\1", lambda m: f"{twice} {m[1]} ", digits).strip()


def _then(value: str, rng: Rng, language: str) -> str:
    return f" {THEN[language]} ".join(re.findall(r"\d{1,3}", digits_of(value)))


def _at_dot(value: str, rng: Rng, language: str) -> str:
    return value.replace("@", f" {AT[language]} ").replace(".", f" {DOT[language]} ")


def _brackets(value: str, rng: Rng, language: str) -> str:
    left, right = pick(rng, ["()", "[]", "{}", "<>"])
    word = rng.random() < 0.5
    at, dot = (AT[language], DOT[language]) if word else ("@", ".")
    return value.replace("@", f"{left}{at}{right}").replace(".", f"{left}{dot}{right}")


def _gaps(value: str, rng: Rng, _: str) -> str:
    return re.sub(r"([@.])", r" \1 ", value)


def _wide(value: str, rng: Rng, _: str) -> str:
    return value.replace("@", pick(rng, "＠﹫")).replace(".", pick(rng, "．.。"))


def _homoglyphs(value: str, rng: Rng, _: str) -> str:
    return "".join(char.translate(_CYRILLIC) if rng.random() < 0.7 else char for char in value)


def _scheme(value: str, rng: Rng, _: str) -> str:
    return pick(rng, ("https://", "http://", "hxxps://")) + value


def _defanged(value: str, rng: Rng, _: str) -> str:
    return value.replace(".", pick(rng, ("[.]", "(.)", "[dot]", " . ", "{.}")))


def _reversed(value: str, rng: Rng, _: str) -> str:
    first, last = value.split(" ", 1)
    return f"{last}, {first}"


def _initial(value: str, rng: Rng, _: str) -> str:
    first, last = value.split(" ", 1)
    return f"{first} {pick(rng, 'ABCDEF')}. {last}" if rng.random() < 0.5 else f"{first[0]}. {last}"


def _spaced_letters(value: str, rng: Rng, _: str) -> str:
    return "  ".join(" ".join(word) for word in value.split())


def _glued(value: str, rng: Rng, language: str) -> str:
    return value.replace("@", "AT").replace(".", "DOT")


def _spelled_mail(value: str, rng: Rng, language: str) -> str:
    local, domain = value.split("@")
    return f"{' '.join(local)} {AT[language]} {' '.join(domain.split('.')[0])} {DOT[language]} {domain.split('.')[1]}"


def _emoji_between(value: str, rng: Rng, _: str) -> str:
    return pick(rng, "📞🔥⭐✨").join(re.findall(r"\d{1,3}", digits_of(value)))


def _glued_words(value: str, rng: Rng, language: str) -> str:
    return "".join(spelled(rng, language, digit) for digit in digits_of(value))


_WAYS = {
    "plain": lambda value, rng, language: value,
    "spaced": _spaced,
    "mixed separators": _mixed,
    "words": lambda value, rng, language: spelled(rng, language, digits_of(value)),
    "half words": _half_words,
    "unicode digits": _unicode_digits,
    "emoji digits": _emoji_digits,
    "invisible": _invisible,
    "look-alike letters": _letters,
    "across lines": _across_lines,
    "doubled": _doubled,
    "then": _then,
    "at dot": _at_dot,
    "brackets": _brackets,
    "gaps": _gaps,
    "wide": _wide,
    "homoglyphs": _homoglyphs,
    "scheme": _scheme,
    "dot words": _at_dot,
    "defanged": _defanged,
    "reversed": _reversed,
    "initial": _initial,
    "lower": lambda value, rng, language: value.lower(),
    "upper": lambda value, rng, language: value.upper(),
    "spaced letters": _spaced_letters,
    "glued": _glued,
    "spelled": _spelled_mail,
    "glued words": _glued_words,
    "parentheses": lambda value, rng, language: "".join(f"({digit})" for digit in digits_of(value)),
    "dashes in words": lambda value, rng, language: "-".join(
        spelled(rng, language, digit) for digit in digits_of(value)
    ),
    "arabic digits": _arabic,
    "emoji between": _emoji_between,
    "copied twice": lambda value, rng, language: f"{value} / {spelled(rng, language, digits_of(value))}",
}
