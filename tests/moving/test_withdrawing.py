"""Taking back an import, or one imported person: their answers go, wait no longer, and leave everybody else's as they were."""

from __future__ import annotations

import pytest

from annotator.dispensing.withdrawal import finish_withdrawals
from annotator.domain.errors import NotFoundError
from annotator.domain.items import ItemState
from annotator.domain.origins import name_of
from annotator.insight.books import discrepancies
from annotator.insight.export import export_project
from annotator.moving.withdrawing import Withdrawn, withdraw_import, withdraw_person
from annotator.storage import erasure, imports, people, withdrawal
from annotator.storage.tables import Annotation, Audit, Item, Person
from annotator.storage.tables_moving import ImportedAnswer
from annotator.storage.tables_people import Tombstone
from tests.moving import exports
from tests.moving.conftest import bring
from tests.moving.exports import FEE, PLAIN, WORDS, two_people
from tests.world import SCHEMA

OTHER = "Kitchen hands are wanted from May on. " + WORDS + " on the first day."


def take_back(mover, origin):
    world = mover.world
    return withdraw_import(world.database, world.project, SCHEMA, name_of(origin), world.clock.now())


def take_back_person(mover, pseudonym):
    return withdraw_person(mover.world.database, SCHEMA, pseudonym, mover.world.clock.now())


def wrong(mover):
    """What `annotator books` finds."""
    with mover.world.database.frozen() as session:
        return list(discrepancies(session, SCHEMA, mover.world.clock.now(), mirrored=False))


def lines(mover, action):
    return [line.detail for line in mover.all(Audit) if line.action == action]


@pytest.fixture
def twice(mover, tmp_path):
    """Two imports: one of a text that people have let in, which is agreed by then, and one of a text that waits."""
    mover.world.change(overlap=2)
    first = bring(mover, two_people(tmp_path / "a", FEE))
    mover.let_in()
    path = exports.document(
        tmp_path / "more.json",
        [exports.studio_task(5, OTHER, exports.studio_annotation(5, "anna", exports.studio_choice("rating", "none")))],
    )
    return first, bring(mover, path)


def test_the_answers_of_one_import_go_and_those_of_another_stay(mover, twice):
    first, second = twice
    assert first.origin != second.origin
    assert wrong(mover) == []
    assert take_back(mover, first.origin) == Withdrawn(stored=2, waiting=0)
    assert mover.answers() == []
    assert [one.origin for one in mover.all(ImportedAnswer)] == [second.origin]
    assert len(mover.all(Tombstone)) == 2
    item = next(one for one in mover.all(Item) if one.text == FEE)
    assert (item.state, item.answered) == (ItemState.READY, 0)
    assert lines(mover, "import.withdrawn") == [{"origin": first.origin, "answers": 2, "waiting": 0}]
    assert wrong(mover) == []
    mover.world.check_books()


def test_answers_that_wait_go_at_once_and_their_text_comes_in_without_them(mover, twice):
    _, second = twice
    assert take_back(mover, second.origin) == Withdrawn(stored=0, waiting=1)
    mover.let_in()
    assert {who for who, *_ in mover.answers()} == {"M-ANNA", "M-BEN"}
    assert len(mover.answers()) == 2
    mover.world.check_books()


def test_the_list_says_what_stands_what_waits_and_what_was_withdrawn(mover, twice):
    first, second = twice
    take_back(mover, first.origin)
    with mover.world.database.reading() as session:
        found = imports.every(session, mover.world.project.id)
    assert [(one.origin, one.stored, one.waiting, one.withdrawn_at is None) for one in found] == [
        (first.origin, 0, 0, False),
        (second.origin, 0, 1, True),
    ]


def test_the_answers_of_one_person_go_from_every_import_and_never_come_in_again(mover, twice, tmp_path):
    assert take_back_person(mover, "M-ANNA") == Withdrawn(stored=1, waiting=1)
    assert [who for who, *_ in mover.answers()] == ["M-BEN"]
    assert lines(mover, "person.withdrawn") == [{"answers": 1, "waiting": 1}]
    again = bring(mover, two_people(tmp_path / "b", FEE, PLAIN + " " + WORDS + "."))
    assert (again.left, again.waiting + again.stored) == (2, 1)
    mover.let_in()
    assert {who for who, *_ in mover.answers()} == {"M-BEN"}
    mover.world.check_books()


def test_what_a_stopped_process_left_of_an_import_is_finished_by_the_worker_and_holds_a_release_back(mover, twice):
    first, _ = twice
    now = mover.world.clock.now()
    with mover.world.database.writing() as session:
        imports.withdraw(session, first.origin, now)
    with mover.world.database.reading() as session:
        assert withdrawal.count_outstanding(session) == 2
    assert finish_withdrawals(mover.world.database, SCHEMA, now) == 2
    with mover.world.database.reading() as session:
        assert withdrawal.count_outstanding(session) == 0
    assert mover.all(Annotation) == []
    mover.world.check_books()


def test_an_answer_that_both_its_giver_and_its_import_lose_counts_once(mover, twice):
    first, _ = twice
    now = mover.world.clock.now()
    with mover.world.database.writing() as session:
        imports.withdraw(session, first.origin, now)
        imports.withdraw_person(session, people.by_pseudonym(session, "M-ANNA").id, now)
        assert withdrawal.count_outstanding(session) == 2
    assert finish_withdrawals(mover.world.database, SCHEMA, now) == 2


def test_an_account_that_is_erased_stays_so_when_its_imported_answers_are_withdrawn(mover, twice):
    now = mover.world.clock.now()
    with mover.world.database.writing() as session:
        anna = people.by_pseudonym(session, "M-ANNA").id
        withdrawal.depart(session, now, anna, withdraws=False)
        erasure.erase(session, anna)
    take_back_person(mover, "M-ANNA")
    with mover.world.database.reading() as session:
        left = withdrawal.departure_of(session, anna)
        assert (left.answers, left.erased) == ("withdrawn", True)


def test_names_that_nothing_has_are_refused(mover, twice):
    with pytest.raises(NotFoundError, match="imports list"):
        take_back(mover, "imported:doccano:NEVER")
    (volunteer,) = mover.world.volunteers(1)
    with mover.world.database.reading() as session:
        theirs = session.get_one(Person, volunteer).pseudonym
    for pseudonym in ("M-NOBODY", theirs):
        with pytest.raises(NotFoundError, match=f"No imported answer is of {pseudonym}"):
            take_back_person(mover, pseudonym)


def test_an_export_says_where_each_answer_came_from(mover, twice, tmp_path):
    first, _ = twice
    export_project(mover.world.database, mover.world.project, tmp_path / "out", "test", mover.world.clock.now())
    text = (tmp_path / "out" / "annotations.jsonl").read_text()
    assert text.count(f'"origin":"{first.origin}"') == 2
