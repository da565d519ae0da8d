"""The reviewed grammar: how much of it there is, that every slot has something to stand in it, and what may never be in it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from annotator.domain.errors import ConfigError
from annotator.synthetic.campaigns import draw_campaign, draw_facts
from annotator.synthetic.dice import Dice
from annotator.synthetic.grammar import load_grammar
from annotator.synthetic.lexicon import grammar_patterns, lexicon, verify_lexicon
from annotator.synthetic.postings import INDICATORS, REALISATIONS
from annotator.synthetic.wording import compile_pattern, literals, render, slots

SECTORS = {"farm", "construction", "care", "hospitality", "domestic", "factory", "transport", "office"}
RESERVED = [
    ("555-0", 100, 199),
    ("01632 960", 0, 999),
    ("07700 900", 0, 999),
    ("030 23125", 0, 999),
    ("069 90009", 0, 999),
    ("040 66969", 0, 999),
    ("0221 4710", 0, 999),
    ("089 99998", 0, 999),
    ("070-1740", 605, 699),
]
NEVER = [
    "child",
    "children",
    "kid",
    "kids",
    "girl",
    "girls",
    "boy",
    "boys",
    "teen",
    "teens",
    "teenage",
    "minor",
    "minors",
    "baby",
    "babies",
    "school",
    "student",
    "students",
    "young",
    "sex",
    "sexual",
    "sexy",
    "escort",
    "escorts",
    "massage",
    "erotic",
    "adult",
    "nude",
    "webcam",
    "whatsapp",
    "telegram",
    "facebook",
    "instagram",
    "signal",
    "viber",
    "wechat",
    "tiktok",
    "google",
    "gmail",
    "amazon",
    "uber",
    "craigslist",
    "london",
    "paris",
    "berlin",
    "madrid",
    "warsaw",
    "bucharest",
    "manila",
    "stockholm",
    "york",
    "chicago",
]


def test_there_are_at_least_sixty_templates_over_the_eight_sectors():
    sectors = load_grammar().sectors
    assert {sector.name for sector in sectors} == SECTORS
    ids = [template.id for sector in sectors for template in sector.templates]
    assert len(ids) == len(set(ids)) >= 60


@pytest.mark.parametrize("code", INDICATORS)
@pytest.mark.parametrize("way", REALISATIONS)
def test_each_realisation_has_six_paraphrases_and_a_withheld_family(code, way):
    indicator = load_grammar().indicators[code]
    assert len({sentence.pattern for sentence in indicator.ways[way]}) >= 6
    assert len(indicator.withheld[way]) >= 2
    assert all(sentence.withheld for sentence in indicator.withheld[way])
    assert not set(indicator.ways[way]) & set(indicator.withheld[way])


def test_no_wording_stands_for_two_states_of_an_indicator():
    for code, indicator in load_grammar().indicators.items():
        patterns = [s.pattern for way in REALISATIONS for s in (*indicator.ways[way], *indicator.carried[way])]
        assert len(patterns) == len(set(patterns)), code


def test_every_slot_is_a_fact_or_a_word_list():
    grammar = load_grammar()
    campaign, dice = draw_campaign(grammar, 0, 0)
    facts = {**campaign.facts, **draw_facts(grammar, campaign, dice), "phone": "", "nationality": "", "gender": ""}
    for phase in grammar.words.values():
        known = set(facts) | set(phase)
        assert {slot for pattern in grammar_patterns(grammar) for slot in slots(pattern)} <= known


def test_telephone_numbers_lie_in_the_reserved_ranges():
    phones = [phone for locale in load_grammar().locales for phone in locale["phones"]]
    assert {(p["prefix"], p["low"], p["high"]) for p in phones} == set(RESERVED)
    assert all(phone["width"] == 3 for phone in phones)


def test_no_minor_sexual_content_brand_or_city_is_in_the_lexicon():
    assert lexicon().isdisjoint(NEVER)


def test_addresses_are_of_reserved_domains():
    words = load_grammar().words["early"]
    addresses = ["".join(literals(pattern)) for slot in ("email", "web") for pattern in words[slot]]
    assert len(addresses) >= 8
    for address in addresses:
        assert re.search(r"(^|[@.])(example\.(com|net|org)|[a-z]+\.(example|test|invalid))(/|$)", address), address


def test_own_postings_hold_no_word_from_elsewhere(corpus):
    assert [found for posting in corpus for found in verify_lexicon(posting.text)] == []


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("Ask for Mariana at the office.", ("Mariana",)),
        ("Call 07700 901000.", ("07700 901000",)),
        ("Call 555-0200.", ("555-0200",)),
        ("Call +44 1632 960114.", ("+44 1632 960114",)),
        ("Call 070-1740604.", ("070-1740604",)),
        ("Write to jobs@example.com.uk yesterday.", ("jobs@example.com.uk", "yesterday")),
        ("See www.example.com/other.", ("www.example.com/other.",)),
        ("The 77123 job.", ("77123",)),
        ("The job\u200b is open.", ("\u200b",)),
        ("The j\u043eb is open.", ("j\u043eb",)),
        ("The job\tis open.", ("\t",)),
    ],
)
def test_what_is_not_of_the_grammar_is_found(text, foreign):
    assert set(foreign) <= set(verify_lexicon(text))


@pytest.mark.parametrize(("prefix", "low", "high"), RESERVED)
def test_reserved_numbers_are_of_the_lexicon_and_their_neighbours_are_not(prefix, low, high):
    assert verify_lexicon(f"Call {prefix}{low:03d} or {prefix}{high:03d}.") == ()
    assert verify_lexicon(f"Call {prefix}{high:03d}7.") != ()
    if low:
        assert verify_lexicon(f"Call {prefix}{low - 1:03d}.") != ()


@given(st.text(max_size=300))
def test_any_text_can_be_checked(text):
    assert isinstance(verify_lexicon(text), tuple)


def test_choices_nest_and_slots_are_filled():
    pattern = compile_pattern("{You|Everybody} {pay|{can|may} pay} {fee}{, once|}.")
    texts = {render(pattern, Dice(seed), {"fee": "£90"}, {}) for seed in range(200)}
    assert len(texts) == 2 * 3 * 2
    assert "Everybody may pay £90, once." in texts
    assert list(slots(pattern)) == ["fee"]


def test_a_fact_goes_before_a_word_list():
    pattern, words = compile_pattern("{boss}"), {"boss": (compile_pattern("the office"),)}
    assert render(pattern, Dice(1), {}, words) == "the office"
    assert render(pattern, Dice(1), {"boss": "the agency"}, words) == "the agency"


@pytest.mark.parametrize("source", ["{one|two", "one} two", "{Two Words}", "{}", "a {b|c}} d"])
def test_a_broken_pattern_is_a_clear_error(source):
    with pytest.raises(ConfigError, match="here"):
        compile_pattern(source, "here")


def test_dice_are_the_same_on_every_machine():
    """Raw PCG64 bits are promised to be stable; these are their first draws."""
    dice = Dice(7, 3)
    assert [dice.below(1000) for _ in range(5)] == [975, 884, 231, 731, 405]
    assert sorted(Dice(1).shuffled(range(50))) == list(range(50))
    assert len(set(Dice(1).sample("abcdef", [1, 1, 1, 1, 1, 1], 6))) == 6


@given(st.integers(0, 2**32), st.lists(st.floats(0.01, 10), min_size=1, max_size=8))
def test_weighted_draws_are_among_the_options(seed, weights):
    assert Dice(seed).weighted(range(len(weights)), weights) in range(len(weights))
