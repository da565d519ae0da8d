"""The gate of a release looks at many texts at once, and decides on every one as it would on that one alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from annotator.insight.lexicon_scan import only_lexicon
from annotator.insight.release_gate import recheck
from annotator.synthetic.generator import generate
from annotator.synthetic.grammar import load_grammar
from annotator.synthetic.lexicon import verify_lexicon
from tests.privacy import redteam

POSTINGS = [posting.text for posting in generate(60, 11)]
TRICKS = [
    item.text[item.start : item.end]
    for family in {**redteam.FAMILIES, **redteam.HELD_OUT}
    for item in redteam.generate(family, 14, np.random.default_rng(5))
]
PHONE = load_grammar().locales[0]["phones"][0]
OWN_NUMBER = f"{PHONE['prefix']}{PHONE['low']:0{PHONE['width']}d}"
GLUE = [
    "",
    " ",
    "  ",
    "\n",
    "\t",
    "\u00a0",
    "\u2028",
    "-",
    "(",
    ")",
    ",",
    ".",
    "@",
    "+",
    "'",
    "_",
    "1",
    "5 5",
    "\u0663",
]
PIECES = st.one_of(
    st.sampled_from([chunk for text in POSTINGS for chunk in text.split(" ")]),
    st.sampled_from([word for trick in TRICKS for word in trick.split(" ")]),
    st.sampled_from([OWN_NUMBER, *OWN_NUMBER.split("-"), "12", "3.50", "a@b.example", "x.test"]),
    st.text(max_size=4).filter(lambda text: not any("\ud800" <= char <= "\udfff" for char in text)),
)
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from(GLUE)), max_size=25).map(
    lambda pairs: "".join(piece + glue for piece, glue in pairs)
)


def one_by_one(texts):
    return [not verify_lexicon(text) for text in texts]


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_any_texts_get_the_verdicts_they_get_alone(texts):
    assert only_lexicon(texts) == one_by_one(texts)


def test_every_way_of_hiding_gets_the_verdict_it_gets_alone_wherever_it_stands():
    rng = np.random.default_rng(7)
    texts = list(POSTINGS)
    for trick in TRICKS:
        words = POSTINGS[rng.integers(len(POSTINGS))].split(" ")
        words.insert(int(rng.integers(len(words))), trick)
        texts.append(str(rng.choice([" ", ""], p=[0.8, 0.2])).join(words) if rng.random() < 0.3 else " ".join(words))
    verdicts = only_lexicon(texts)
    assert verdicts == one_by_one(texts)
    assert all(verdicts[: len(POSTINGS)])
    assert sum(verdicts[len(POSTINGS) :]) < len(TRICKS) / 10


@pytest.mark.parametrize("between", [" ", "  ", "\n", "-", "\t", " ("])
def test_a_number_of_chunks_that_are_harmless_alone_is_seen(between):
    texts = [between.join(["Pay", "10", "20", "30", "40"]), between.join(OWN_NUMBER.split("-"))]
    assert only_lexicon(texts) == one_by_one(texts)


def test_texts_of_other_sources_are_asked_of_the_whole_gate():
    texts = [POSTINGS[0], "Zzyzx qwrtp", "Write to jane.doe@example.org", "A job on a farm near the sea"]
    reasons = recheck(texts, ["synthetic", "synthetic", "deidentified", "deidentified"], ["en"] * 4)
    assert [bool(reason) for reason in reasons] == [False, True, True, False]


def test_nothing_is_fine():
    assert recheck([], [], []) == []
