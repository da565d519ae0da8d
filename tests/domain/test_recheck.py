"""The two-person re-check: whose decisions count, and what is masked where."""

from __future__ import annotations

import pytest

from annotator.domain.recheck import Decision, Outcome, Vote, masked, outcome, places

ACCEPT, DESTROY = Vote(Decision.ACCEPT, 2), Vote(Decision.DESTROY, 2)


@pytest.mark.parametrize(
    ("votes", "comes_to"),
    [
        ([], Outcome.OPEN),
        ([ACCEPT], Outcome.OPEN),
        ([ACCEPT, ACCEPT], Outcome.RELEASED),
        ([ACCEPT, ACCEPT, DESTROY], Outcome.OPEN),
        ([ACCEPT, DESTROY], Outcome.OPEN),
        ([DESTROY, DESTROY], Outcome.DESTROYED),
        ([DESTROY, DESTROY, ACCEPT, ACCEPT], Outcome.DESTROYED),
        ([ACCEPT, Vote(Decision.ACCEPT, 1)], Outcome.OPEN),
        ([ACCEPT, ACCEPT, Vote(Decision.ACCEPT, 1)], Outcome.RELEASED),
        ([DESTROY, Vote(Decision.DESTROY, 1)], Outcome.DESTROYED),
    ],
)
def test_two_people_decide_and_an_acceptance_counts_for_the_text_it_was_made_on(votes, comes_to):
    assert outcome({str(number): vote for number, vote in enumerate(votes)}, version=2) is comes_to


def test_words_are_found_everywhere_whatever_their_case_the_last_first():
    found = places("Anna, ANNA and anna", " Anna ", "<NAME>")
    assert found == [(15, 19, "<NAME>"), (6, 10, "<NAME>"), (0, 4, "<NAME>")]
    assert masked("Anna, ANNA and anna", found) == "<NAME>, <NAME> and <NAME>"


def test_passages_that_would_overlap_are_found_once():
    assert places("aaaa", "aa", "<X>") == [(2, 4, "<X>"), (0, 2, "<X>")]


def test_nothing_is_looked_for_in_white_space():
    assert places("a b", "  ", "<X>") == []


def test_where_folding_makes_a_text_longer_the_words_are_matched_exactly():
    assert places("Straße 5, straße 5", "straße", "<STREET>") == [(10, 16, "<STREET>")]


def test_masks_are_applied_one_after_the_other():
    assert masked("call 12 now", [(5, 7, "<PHONE>"), (0, 4, "ring")]) == "ring <PHONE> now"
