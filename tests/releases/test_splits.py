"""Splits: what belongs together stays together, and what is alike never lies apart."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from annotator.synthetic.generator import generate
from exports import load_release, near_duplicates, splits
from exports.splits import LeakageError, leaking, place

WORDS = st.lists(
    st.sampled_from(["fee", "debt", "work", "pay", "house", "farm", "day", "night", "office", "road", "sea", "tree"]),
    max_size=40,
)


def placed(texts, campaigns=None):
    campaigns = campaigns or [None] * len(texts)
    ids = [f"i{n:04d}" for n in range(len(texts))]
    return place(lambda: [pa.chunked_array([pa.array(texts, pa.string())])], campaigns, ids, lambda n: texts[n])


def test_campaigns_and_near_duplicates_are_never_divided(released):
    items = load_release(released.out).items()
    by_campaign = items.groupby("campaign", observed=True)["split"].nunique()
    assert by_campaign.max() == 1
    assert items.groupby("group", observed=True)["split"].nunique().max() == 1
    texts = items["text"].tolist()
    for one in range(0, len(texts), 7):
        for other in range(one + 1, len(texts)):
            if items["split"].iloc[one] != items["split"].iloc[other]:
                assert near_duplicates.resemblance(texts[one], texts[other]) < splits.LEAK


def test_copies_that_differ_in_a_number_or_in_letter_case_are_one_group():
    text = (
        "Pickers wanted on a farm in the south, board and bed are free, call the office on Monday about the {} places"
    )
    found = placed(
        [text.format(12), text.format(37).upper(), "Something else altogether, a desk job in a bank by the sea"]
    )
    assert found.group.tolist() == [0, 0, 2]


def test_a_campaign_of_several_epochs_stays_together_with_what_is_like_any_of_it():
    alike = "An advert that is long enough to be compared with others of its kind and that says little"
    found = placed(["first text of it", alike, alike + " more", "another one"], ["c1", "c1", None, "c2"])
    assert found.group.tolist() == [0, 0, 0, 3]


def test_items_keep_their_split_when_others_come(released):
    texts = [posting.text for posting in generate(120, 5)]
    campaigns = [posting.campaign for posting in generate(120, 5)]
    before, after = placed(texts[:80], campaigns[:80]), placed(texts, campaigns)
    assert before.split.tolist() == after.split[:80].tolist()


@settings(max_examples=60, deadline=None)
@given(WORDS, WORDS)
def test_the_estimate_is_near_the_exact_resemblance(one, other):
    texts = [" ".join(one), " ".join(other)]
    found = near_duplicates.signatures(pa.array(texts, pa.string()), 3)
    estimate = float((found[0] == found[1]).mean())
    assert abs(estimate - near_duplicates.resemblance(*texts)) < 0.25  # five standard errors of 128 hashes


def test_the_leakage_test_finds_what_the_grouping_missed(monkeypatch):
    text = (
        "A text that stands in two splits at once because the grouping was told to find nothing alike, whatever it is"
    )
    monkeypatch.setattr(splits, "_assigned", lambda roots, campaigns, ids: np.array([0, 1], dtype=np.int8))
    with pytest.raises(LeakageError):
        placed([text, text + " now"])
    assert leaking(np.array([0, 1], dtype=np.int8), np.array([[0, 1]]), lambda n: text).tolist() == [[0, 1]]
    assert leaking(np.array([0, 0], dtype=np.int8), np.array([[0, 1]]), lambda n: text).tolist() == []


def test_shares_are_near_those_asked_for():
    found = placed(
        [f"text number {chr(97 + n % 26)}{chr(97 + n // 26)} of its own words" for n in range(26 * 26)],
        [f"campaign {n}" for n in range(26 * 26)],
    )
    shares = np.bincount(found.split, minlength=len(splits.SHARES)) / len(found.split)
    assert np.abs(shares - np.array(splits.SHARES)).max() < 0.06


def test_nothing_to_split_is_no_error():
    assert placed([]).n_groups == 0
