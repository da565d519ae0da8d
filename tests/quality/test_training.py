"""Training and qualification: cards until they fit, control items until the test decides, and nothing of it in the data."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import func, select

from annotator.dispensing.dispense import Dispensed, Nothing
from annotator.domain.answers import Answer, Span
from annotator.domain.errors import ConflictError, NotFoundError
from annotator.domain.leases import UNDO, EmptyReason
from annotator.domain.limits import UNLIMITED
from annotator.domain.qualification import Verdict
from annotator.quality import training
from annotator.quality.bank import fill
from annotator.quality.cards import CASES, cards
from annotator.quality.decisions import assess
from annotator.quality.training import TRIES, Dealt, NoCard
from annotator.storage import controls, quality
from annotator.storage.tables import Annotation, Lease, Outbox, Person
from annotator.storage.tables_quality import Control
from annotator.synthetic.postings import CONTEXT, INDICATORS, PROTECTIVE
from guidelines.loader import latest, load
from tests.world import World

SCHEMA = load("postings", latest("postings")).schema


@pytest.fixture
def school(database, clock):
    """A project of the real guideline with a full bank, and somebody who is not qualified."""
    made = World(database, clock, SCHEMA, UNLIMITED)
    fill(database, made.project, SCHEMA, 40, "test", clock.now())
    (person,) = made.volunteers(1)
    with database.writing() as session:
        session.get_one(Person, person).qualified_at = None
    return made, person


def truth(expected, spans, text) -> Answer:
    """The answer that is expected."""
    choices = {"concern": (expected["concern"],)}
    tags = tuple(tag for tag in CONTEXT if expected.get(tag) == "yes")
    if tags:
        choices["context"] = tags
    if expected.get(PROTECTIVE) == "yes":
        choices["protective"] = (PROTECTIVE,)
    marks = (
        Span("indicators", span["label"], span["state"], span["start"], span["end"], text[span["start"] : span["end"]])
        for span in spans
    )
    return Answer(choices=choices, spans=tuple(marks))


WRONG = Answer(choices={"concern": ("0",)})


def train(world, person, give=None) -> list[str]:
    """Go through the training with the truth, or with what `give` says; return the cards in order."""
    dealt = []
    while isinstance(now := training.deal(world.database, world.project, SCHEMA, person, world.clock.now()), Dealt):
        card = now.card
        answer = give(card) if give else truth(card.expected, card.spans, card.text)
        key = f"{len(dealt)}"
        training.attempt(
            world.database, SCHEMA, person, card.id, key + world.clock.now().isoformat(), answer, world.clock.now()
        )
        dealt.append(card.id)
        world.pass_time(seconds=30)
    assert now == NoCard(EmptyReason.TRAINED)
    return dealt


def take(world, person, *, right: bool, most: int = 60) -> Verdict | None:
    """Answer control items until the test decides."""
    for _ in range(most):
        given = world.next(person)
        assert isinstance(given, Dispensed), given
        with world.database.reading() as session:
            control = session.get_one(Control, given.item_id)
        opposite = Answer(choices={"concern": ("3" if control.expected["concern"] in "01" else "0",)})
        world._submit(
            person, given.lease_id, truth(control.expected, control.spans, given.text) if right else opposite, None
        )
        world.pass_time(seconds=30)
        verdict = assess(world.database, world.project, SCHEMA, person, world.clock.now())
        if verdict is not Verdict.CONTINUE:
            return verdict
    raise AssertionError("the test did not decide")


def test_the_set_holds_every_hard_case_and_every_indicator_and_grows_harder():
    dealt = cards(SCHEMA)
    assert {clause for card in dealt for clause in card.clauses} == set(CASES.values())
    assert {code for card in dealt for code, state in card.expected.items() if state == "present"} >= set(INDICATORS)
    assert any(card.expected["DOCS"] == "present" for card in dealt), "passport kept beside passport required"
    assert [card.difficulty for card in dealt] == sorted(card.difficulty for card in dealt)
    assert {card.expected["concern"] for card in dealt} == {"0", "1", "2", "3"}
    assert 12 <= len(dealt) <= 24
    for card in dealt:
        assert all(card.text[span["start"] : span["end"]].strip() for span in card.spans)


def test_training_then_qualification_then_real_work(school):
    world, person = school
    world.add_items(4)
    assert world.next(person) == Nothing(EmptyReason.NOT_QUALIFIED)
    assert train(world, person) == [card.id for card in cards(SCHEMA)]
    assert take(world, person, right=True) is Verdict.PASS
    with world.database.reading() as session:
        assert session.get_one(Person, person).qualified_at is not None
        assert session.exec(select(func.count()).select_from(Lease)).one() == 7
        bank = controls.policy(session, world.project.id).bank_id
        assert all(row.answered in (0, 1) for _, row in controls.bank(session, bank))
    assert isinstance(world.next(person), Dispensed)


def test_a_wrong_card_comes_again_and_after_some_tries_one_may_go_on(school):
    world, person = school
    hard = next(card for card in cards(SCHEMA) if card.expected["concern"] == "3").id
    dealt = train(world, person, lambda card: WRONG if card.id == hard else truth(card.expected, card.spans, card.text))
    assert dealt.count(hard) == TRIES
    assert all(dealt.count(card.id) == 1 for card in cards(SCHEMA) if card.id != hard)


def test_failing_says_what_to_study_and_cards_on_it_come_again(school):
    world, person = school
    train(world, person)
    assert take(world, person, right=False) is Verdict.STUDY
    assert world.next(person) == Nothing(EmptyReason.NOT_QUALIFIED)
    with world.database.reading() as session:
        standing = training.standing(session, SCHEMA, person)
        known = {choice.clause for question in SCHEMA.questions for choice in question.choices}
    assert standing.study
    assert set(standing.study) <= known
    assert 0 == standing.done < standing.total
    again = train(world, person)
    assert set(again) <= {card.id for card in cards(SCHEMA) if card.touches(standing.study, SCHEMA)} or len(
        again
    ) == len(cards(SCHEMA))
    assert take(world, person, right=True) is Verdict.PASS
    with world.database.reading() as session:
        assert [one.outcome for one in quality.rounds_of(session, person)] == ["study", "pass"]


def test_training_leaves_nothing_where_data_are_read(school):
    world, person = school
    train(world, person)
    with world.database.reading() as session:
        for table in (Annotation, Lease, Outbox):
            assert session.exec(select(func.count()).select_from(table)).one() == 0


def test_an_attempt_is_stored_once_a_key(school):
    world, person = school
    first, second = cards(SCHEMA)[:2]
    now = world.clock.now()
    stored = training.attempt(world.database, SCHEMA, person, first.id, "k", WRONG, now)
    assert stored[1] is True
    assert training.attempt(world.database, SCHEMA, person, first.id, "k", WRONG, now) == (stored[0], False)
    with pytest.raises(ConflictError):
        training.attempt(world.database, SCHEMA, person, second.id, "k", WRONG, now)
    with pytest.raises(NotFoundError):
        training.attempt(world.database, SCHEMA, person, "nothing", "k2", WRONG, now)


def test_a_card_may_be_left_out_without_a_reason(school):
    world, person = school
    first, second = cards(SCHEMA)[:2]
    training.pass_over(world.database, SCHEMA, person, first.id, world.clock.now())
    assert training.deal(world.database, world.project, SCHEMA, person, world.clock.now()).card == second


def test_a_card_left_out_by_mistake_comes_again_until_the_next_answer(school):
    world, person = school
    first, second = cards(SCHEMA)[:2]
    where = (world.database, SCHEMA, person)
    with pytest.raises(ConflictError):
        training.take_back(*where, first.id, world.clock.now())
    training.pass_over(*where, first.id, world.clock.now())
    training.take_back(*where, first.id, world.clock.now())
    assert training.deal(world.database, world.project, SCHEMA, person, world.clock.now()).card == first
    training.pass_over(*where, first.id, world.clock.now())
    world.pass_time(seconds=UNDO.total_seconds() + 1)
    with pytest.raises(ConflictError):
        training.take_back(*where, first.id, world.clock.now())
    training.pass_over(*where, second.id, world.clock.now())
    world.pass_time(seconds=1)
    training.attempt(*where, first.id, "k", WRONG, world.clock.now())
    with pytest.raises(ConflictError):
        training.take_back(*where, second.id, world.clock.now())


def test_the_limits_of_exposure_hold_in_training(database, clock):
    world = World(database, clock, SCHEMA)
    (person,) = world.volunteers(1)
    reasons = []
    for _ in range(40):
        dealt = training.deal(database, world.project, SCHEMA, person, clock.now())
        if isinstance(dealt, NoCard):
            reasons.append(dealt)
            break
        clock.advance(timedelta(minutes=2))
    assert [each.reason for each in reasons] == [EmptyReason.BREAK]
    assert reasons[0].retry_after >= 240


def test_somebody_qualified_stays_so_and_may_practise(school):
    world, _ = school
    (person,) = world.volunteers(1)
    train(world, person)
    with world.database.reading() as session:
        assert quality.rounds_of(session, person) == []
