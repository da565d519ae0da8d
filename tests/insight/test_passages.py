"""Agreement on passages, by hand: which words are compared, in which kind, and what is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from annotator.consensus.agreement import NO_PAIR
from annotator.consensus.spans import NOTHING_MARKED
from annotator.domain.answers import Answer, Span
from annotator.domain.ids import new_id
from annotator.domain.items import ItemState
from annotator.domain.schema import Kind
from annotator.insight import current
from annotator.insight.current import CurrentAgreement
from annotator.insight.passages import Passages
from annotator.storage import items
from annotator.storage.tables import Annotation, GuidelineVersion, Lease
from exports.spans import touched
from tests.world import SCHEMA

TEXT = "Posting 0: seasonal work with housing."
"""Of each item but for its number."""


def mark(words, label="FEE", state="present"):
    start = TEXT.index(words)
    return Span("indicators", label, state, start, start + len(words), words)


def say(world, answers, version=None):
    """Store who marked what in which item: rows of (number of the item, person, marks)."""
    now = world.clock.now()
    with world.database.writing() as session:
        for number, person, marks in answers:
            item = items.by_public_id(session, world.project.id, f"item-{number:05d}")
            lease = Lease(
                item_id=item.id, person_id=person, slot=item.answered, state="answered", created_at=now, expires_at=now
            )
            item.answered += 1
            session.add(lease)
            session.flush()
            session.add(
                Annotation(
                    lease_id=lease.id,
                    item_id=item.id,
                    person_id=person,
                    guideline_version_id=version or world.project.guideline_version_id,
                    key=new_id(),
                    result=[],
                    answer=Answer(spans=tuple(marks)).to_json(),
                    labels={},
                    lead_time=1.0,
                    created_at=now,
                )
            )
            session.flush()


def read(world, schema=SCHEMA):
    with world.database.reading() as session:
        return Passages.read(session, schema, world.project.id, world.clock.now())


def of(found, label="FEE", state="present"):
    return next(row.agreement for row in found.kinds if (row.label, row.state) == (label, state))


@pytest.fixture
def people(world):
    world.add_items(3)
    return world.volunteers(3)


def test_of_two_people_it_is_the_f1_of_their_words(world, people):
    ada, ben, _ = people
    say(
        world,
        [
            (0, ada, [mark("seasonal work")]),
            (0, ben, [mark("work with housing")]),
            (1, ada, [mark("housing", "DEBT", "contradicted")]),
            (1, ben, [mark("housing.", "DEBT", "contradicted")]),
        ],
    )
    found = read(world)
    assert of(found).value == pytest.approx(2 * 1 / (2 + 3))
    assert of(found, "DEBT", "contradicted").value == pytest.approx(2 * 1 / (1 + 2))
    assert found.together.value == pytest.approx(2 * (1 + 1) / (2 + 3 + 1 + 2))
    assert [(row.label, row.state) for row in found.kinds] == [
        ("FEE", "present"),
        ("FEE", "contradicted"),
        ("DEBT", "present"),
        ("DEBT", "contradicted"),
    ]


def test_of_three_people_each_two_count_and_who_marked_nothing_as_well(world, people):
    ada, ben, cleo = people
    say(world, [(0, ada, [mark("seasonal work")]), (0, ben, [mark("work")]), (0, cleo, [])])
    pairs = [(1, 2 + 1), (0, 2 + 0), (0, 1 + 0)]  # words in common, words in all
    assert of(read(world)).value == pytest.approx(2 * sum(c for c, _ in pairs) / sum(n for _, n in pairs))


def test_a_word_counts_as_a_whole_and_once_however_it_is_marked(world, people):
    ada, ben, _ = people
    say(world, [(0, ada, [mark("seas"), mark("sonal"), mark("nal w")]), (0, ben, [mark("seasonal work")])])
    assert of(read(world)).value == 1


def test_the_same_words_in_two_states_are_not_the_same(world, people):
    ada, ben, _ = people
    say(world, [(0, ada, [mark("work")]), (0, ben, [mark("work", state="contradicted")])])
    found = read(world)
    assert [of(found).value, of(found, state="contradicted").value, found.together.value] == [0, 0, 0]


def test_items_and_answers_are_those_of_items_where_somebody_marked_it(world, people):
    ada, ben, cleo = people
    say(world, [(0, who, [mark("work")]) for who in people])
    say(world, [(1, ada, []), (1, ben, [mark("work", "DEBT")]), (2, cleo, [mark("work")])])
    found = read(world)
    assert (of(found).n_items, of(found).n_labels, of(found).n_raters) == (1, 3, 3)
    assert (of(found, "DEBT").n_items, of(found, "DEBT").n_labels) == (1, 2)
    assert (found.together.n_items, found.together.n_labels, found.answers) == (2, 5, 6)


def test_the_interval_comes_from_drawing_items(world, people):
    ada, ben, _ = people
    say(world, [(n, ada, [mark("seasonal work")]) for n in range(3)])
    say(world, [(0, ben, [mark("seasonal work")]), (1, ben, [mark("work")]), (2, ben, [])])
    found = of(read(world))
    assert found.low < found.value < found.high
    assert found == of(read(world))


def test_answers_to_one_item_under_two_versions_are_not_compared(world, people):
    ada, ben, cleo = people
    with world.database.writing() as session:
        newer = GuidelineVersion(name="small", version="1.1.0", sha256="1" * 64, created_at=world.clock.now())
        session.add(newer)
        session.flush()
        newer_id = newer.id
    say(world, [(0, ada, [mark("work")]), (0, ben, [mark("work")])])
    say(world, [(0, cleo, [mark("housing")])], version=newer_id)
    found = of(read(world))
    assert (found.value, found.n_items, found.n_labels) == (1, 1, 2)


def test_what_the_guideline_no_longer_asks_for_and_items_that_are_shut_are_left_out(world, people):
    ada, ben, _ = people
    say(world, [(0, who, [mark("work", "PAST"), mark("housing")]) for who in (ada, ben)])
    say(world, [(1, ada, [mark("work")]), (1, ben, [mark("with")])])
    with world.database.writing() as session:
        items.by_public_id(session, world.project.id, "item-00001").state = ItemState.WITHDRAWN.value
    found = read(world)
    assert (found.answers, found.together.value, found.together.n_items) == (2, 1, 1)


def test_where_it_is_undefined_it_says_why(world, people):
    ada, ben, _ = people
    assert read(world).together.reason == NO_PAIR
    say(world, [(0, ada, [mark("work")])])
    assert [of(read(world)).value, of(read(world)).reason] == [None, NO_PAIR]
    say(world, [(0, ben, [])])
    assert of(read(world)).value == 0
    assert [of(read(world), "DEBT").value, of(read(world), "DEBT").reason] == [None, NOTHING_MARKED]


def test_a_guideline_without_passages_has_no_figure(world, people):
    say(world, [(0, people[0], [])])
    schema = replace(SCHEMA, questions=tuple(q for q in SCHEMA.questions if q.kind is not Kind.SPANS))
    found = read(world, schema)
    assert (found.answers, found.together, found.kinds) == (1, None, [])


def test_it_is_worked_out_when_it_is_looked_at_and_again_only_after_another_answer(world, people, monkeypatch):
    worked, work_out = [], Passages.read
    monkeypatch.setattr(current.Passages, "read", lambda *given: worked.append(given) or work_out(*given))
    agreement = CurrentAgreement(world.database, SCHEMA, world.project.id, world.clock)
    ada, ben, _ = people
    say(world, [(0, ada, [mark("work")])])
    agreement.standing()
    assert not worked
    assert [agreement.passages().answers, agreement.passages().answers, len(worked)] == [1, 1, 1]
    say(world, [(0, ben, [mark("work")])])
    assert [agreement.passages().answers, len(worked)] == [2, 2]


@given(st.text("ab .,é", min_size=1), st.data())
def test_a_passage_touches_the_words_that_it_shares_a_character_with(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    every = touched(text, 0, len(text))
    assert touched(text, start, end) == [(low, high) for low, high in every if low < end and high > start]
