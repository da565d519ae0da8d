"""The house's words and looks that a machine can hold: the terms of the field in both languages, colours and directions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from annotator.locale.messages import found, read
from annotator.web.frame.language import ENGLISH, LANGUAGES

STATIC = Path(__file__).parents[2] / "annotator" / "web" / "static"
SHEETS = sorted(STATIC.glob("*.css"))

AVOIDED = {
    "en": r"\bvictims?\b|\bsuspects?\b|\bsuspicious\b|\bcriminals?\b|\bpimps?\b|\bprostitut\w+|\bslaves?\b(?! & )|\brescue\w*"
    r"|\billegals?\b|\bwhitelist|\bblacklist|\bcrazy\b|\binvalid\b|\boops\b|\bplease\b|\bsimply\b|\bfailed to\b|likelihood",
    "es": r"\bv[ií]ctimas?\b|\bsospechos\w+|\bcriminal(es)?\b|\bprostitu\w+|\besclav\w+|\brescat\w+|\bilegal(es)?\b"
    r"|\binv[áa]lid\w+|\blo sentimos\b|\bpor favor\b|\bsimplemente\b|\bprobabilidad de trata\b|\btraficante\w*",
}
"""Words that judge people, frighten, or say nothing. `UK Modern Slavery & Exploitation Helpline` is a name."""

TERMS = {
    "annotation": "anotaci",
    "posting": "anuncio",
    "guideline": "guía",
    "adjudication": "arbitraje",
    "agreement": "acuerdo|concuerda",
    "consensus": "consenso",
    "control item": "control",
    "pseudonym": "seudónimo",
    "volunteer": "voluntaria",
    "clause": "cláusula",
    "overlaps": "solapamiento",
}
"""Terms of the field, and what each is in Spanish wherever it stands."""


def texts(language):
    for message in found() if language == ENGLISH else read(language):
        forms = message.id if language == ENGLISH else message.string
        yield from (forms,) if isinstance(forms, str) else forms or ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_uses_a_word_that_the_house_avoids(language):
    plain = [text.replace("UK Modern Slavery & Exploitation Helpline", "") for text in texts(language)]
    assert [text for text in plain if re.search(AVOIDED[language], text, re.IGNORECASE)] == []


def test_spanish_keeps_the_terms_of_the_field():
    strays = []
    for message in read("es"):
        english, spanish = (text if isinstance(text, str) else " ".join(text) for text in (message.id, message.string))
        words = re.sub(
            r"<code>.*?</code>|<[^>]*>|`[^`]*`|%\(\w+\)s|\{\w*\}|\.jsonl|ANNOTATOR_\w+", " ", english
        ).lower()
        for term, spoken in TERMS.items():
            if re.search(rf"\b{term}s?\b", words) and not re.search(spoken, spanish.lower()):
                strays.append((term, english, spanish))
    assert strays == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_no_rule_names_left_or_right(sheet):
    """Right-to-left is then a matter of `dir` alone."""
    rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert (
        re.findall(
            r"[\w-]*(?<![\w-])(?:margin|padding|border)-(?:left|right)[\w-]*|(?<![\w-])(?:left|right|float)\s*:", rules
        )
        == []
    )
    assert re.findall(r"text-align\s*:\s*(?:left|right)", rules) == []
    for name, values in re.findall(r"(?<![\w-])(margin|padding|inset|border-radius)\s*:\s*([^;}]+)", rules):
        plain = re.sub(r"\((?:[^()]|\([^()]*\))*\)", "", values.replace("!important", ""))
        parts = plain.split()
        assert name == "border-radius" or len(parts) < 4 or parts[1] == parts[3], (name, values)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_colour_is_a_token_or_comes_in_light_and_dark(sheet):
    rules = re.sub(r"/\*.*?\*/|@media print \{.*", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    rules = re.sub(r"light-dark\((?:[^()]|\([^()]*\))*\)", "", rules)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*;)|\brgb\(|:\s*(?:white|black)\b", rules) == []
