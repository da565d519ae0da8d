"""The stream: reproducible byte for byte, built of campaigns, pairs and copies, with a drift at a known epoch."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter, defaultdict

import pytest

from annotator.domain.errors import InputError
from annotator.synthetic.compose import Identity
from annotator.synthetic.generator import drafts, finish, generate
from annotator.synthetic.grammar import load_grammar
from annotator.synthetic.postings import PRESENT

DIGEST = """
import hashlib
from annotator.synthetic.generator import generate
digest = hashlib.sha256()
for posting in generate(300, 11):
    digest.update(repr((posting.row(), posting.truth())).encode())
print(digest.hexdigest())
"""


def _digest() -> str:
    digest = hashlib.sha256()
    for posting in generate(300, 11):
        digest.update(repr((posting.row(), posting.truth())).encode())
    return digest.hexdigest()


@pytest.mark.parametrize(("hash_seed", "zone"), [("1", "Pacific/Auckland"), ("4242", "America/Lima")])
def test_another_process_hash_seed_or_time_zone_gives_the_same_bytes(hash_seed, zone):
    surroundings = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone, "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-c", DIGEST], env=surroundings, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == _digest()


def test_fewer_items_are_the_beginning_of_more():
    few, many = list(generate(60, 5)), list(generate(200, 5))
    assert [posting.row() for posting in few] == [posting.row() for posting in many[:60]]


def test_another_seed_gives_other_postings():
    assert {posting.text for posting in generate(50, 1)}.isdisjoint({posting.text for posting in generate(50, 2)})


@pytest.mark.parametrize(("items", "seed"), [(-1, 0), (1, -1)])
def test_negative_numbers_are_refused(items, seed):
    with pytest.raises(InputError, match="whole numbers from 0"):
        generate(items, seed)


def test_no_items_is_an_empty_stream():
    assert list(generate(0, 3)) == []


def test_ids_are_unique_and_texts_almost_always(corpus):
    assert len({posting.id for posting in corpus}) == len(corpus)
    assert len({posting.text for posting in corpus}) >= len(corpus) - 2


def test_matched_pairs_differ_by_one_indicator_and_nothing_else(corpus):
    pairs = defaultdict(list)
    for posting in corpus:
        if posting.pair:
            pairs[posting.pair].append(posting)
    assert len(pairs) > 200
    same_words = 0
    for one, other in pairs.values():
        differing = [code for code in one.indicators if one.indicators[code] != other.indicators[code]]
        assert len(differing) == 1
        assert (one.campaign, one.template, one.register) == (other.campaign, other.template, other.register)
        outside = [_outside(posting, differing[0]) for posting in (one, other)]
        assert outside[0] == outside[1]
        same_words += sorted(one.text.split()) == sorted(other.text.split())
    assert same_words > 0.03 * len(pairs)  # a clause moves from one list to the other, and every word stays


def _outside(posting, code):
    """The words of the posting but for the passage on one indicator, as a bag: a clause may move to the other list."""
    text = posting.text
    for span in (*posting.spans, *posting.decoys):
        if span.label == code:
            text = text[: span.start] + text[span.end :]
    return Counter(bare for word in text.split() if (bare := word.strip(".-*+>?!")))


def test_copies_are_near_duplicates_of_the_first(corpus):
    by_id = {posting.id: posting for posting in corpus}
    copies = [posting for posting in corpus if posting.copy_of]
    assert len(copies) > 100
    alike = [_jaccard(copy.text, by_id[copy.copy_of].text) for copy in copies]
    assert sum(alike) / len(alike) > 0.75
    flipped = sum(copy.indicators != by_id[copy.copy_of].indicators for copy in copies)
    assert 0.2 * len(copies) < flipped < 0.8 * len(copies)
    strangers = [_jaccard(a.text, b.text) for a, b in zip(corpus[::40], corpus[20::40], strict=False)]
    assert sum(strangers) / len(strangers) < 0.35


def _jaccard(one, other):
    first, second = set(one.split()), set(other.split())
    return len(first & second) / len(first | second)


def test_the_drift_begins_at_its_epoch(corpus):
    drift = load_grammar().model["drift_epoch"]
    before = [posting for posting in corpus if posting.epoch < drift]
    after = [posting for posting in corpus if posting.epoch >= drift]
    assert not any(posting.withheld for posting in before)
    assert 0.5 < sum(posting.withheld for posting in after) / len(after) < 0.9
    assert not any("payouts" in posting.text.casefold() for posting in before)
    assert any("payouts" in posting.text.casefold() for posting in after)

    def share(postings, code):
        shown = sum(posting.indicators[code] == PRESENT for posting in postings)
        return shown / sum(state == PRESENT for posting in postings for state in posting.indicators.values())

    assert share(after, "WAGE") > share(before, "WAGE")
    assert share(after, "FEE") < share(before, "FEE")
    high = [sum(posting.rating >= 2 for posting in era) / len(era) for era in (before, after)]
    assert high[0] == pytest.approx(high[1], abs=0.05)  # what drifts is how, not how much


def test_a_postings_cues_and_register_can_be_swapped_and_its_truth_stays():
    register, cues = "translated", Identity("Nepali", "women")
    changed = 0
    for draft, names in drafts(load_grammar(), 300, 3):
        plain = finish(draft, names)
        other = finish(draft, names, register=register, identity=cues)
        assert (plain.rating, plain.indicators, plain.tags) == (other.rating, other.indicators, other.tags)
        assert [(s.label, s.state) for s in plain.spans] == [(s.label, s.state) for s in other.spans]
        assert other.register == register
        if plain.nationality:
            assert (other.nationality, other.gender) == ("Nepali", "women")
            assert "Nepali" in other.text
        changed += plain.text != other.text
    assert changed > 200


def test_cues_stand_in_the_text_and_are_named_only_where_they_do(corpus):
    nationalities = load_grammar().identity["nationality"]
    for posting in corpus:
        found = {name for name in nationalities if name in posting.text}
        assert found == ({posting.nationality} if posting.nationality else set())
        assert posting.gender.rpartition(" ")[2] in posting.text.casefold()
    assert 0.1 < sum(bool(posting.nationality) for posting in corpus) / len(corpus) < 0.4
