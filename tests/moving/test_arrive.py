"""An import: through the gate, into quarantine, and in the end real annotations; the same again adds nothing."""

from __future__ import annotations

from sqlmodel import select

from annotator.domain.items import ItemState
from annotator.domain.recheck import Decision
from annotator.intake.screens import WITHHELD
from annotator.privacy.values import Kind
from annotator.storage import audit, leases, quality
from annotator.storage.tables import Annotation, Audit, Identity, Item, Lease, Outbox, Person
from annotator.storage.tables_moving import ImportedAnswer
from tests.moving import exports
from tests.moving.conftest import MARKED, bring, dump, mapping_text
from tests.moving.exports import FEE, HELD, LEAKY, PLAIN, two_people


def test_answers_wait_with_their_text_and_count_once_two_people_have_let_it_in(mover, tmp_path):
    summary = bring(mover, two_people(tmp_path, FEE))
    assert (summary.new, summary.waiting, summary.stored) == (1, 2, 0)
    assert mover.answers() == []
    mover.decide("label-studio-1")
    assert mover.answers() == [("M-ANNA", "1", MARKED), ("M-BEN", "1", [])]
    (item,) = mover.all(Item)
    assert (item.state, item.answered, item.risk is not None) == ("ready", 2, True)
    assert {row.origin for row in mover.all(Annotation)} == {summary.origin}
    assert summary.origin.startswith("imported:label-studio:")
    assert {row.pick for row in mover.all(Lease)} == {"imported"}
    assert {row.created_at.isoformat() for row in mover.all(Annotation)} == {"2026-01-14T09:30:11.250000+00:00"}
    assert {row.kind for row in mover.all(Outbox)} == {"annotation"}
    mover.world.check_books()


def test_the_same_import_again_adds_nothing_before_and_after_the_text_is_let_in(mover, tmp_path):
    path = two_people(tmp_path, FEE, LEAKY, HELD)
    bring(mover, path)
    before = bring(mover, path)
    mover.let_in()
    after = bring(mover, path)
    for again in (before, after):
        assert (again.new, again.known, again.waiting, again.stored, again.already) == (0, 3, 0, 0, 6)
    assert len(mover.answers()) == 6
    assert len(mover.all(Item)) == 3
    mover.world.check_books()


def test_an_item_whose_people_have_all_answered_elsewhere_is_settled(mover, tmp_path):
    mover.world.change(overlap=2)
    bring(mover, two_people(tmp_path, FEE))
    mover.let_in()
    assert mover.all(Item)[0].state == ItemState.AGREED
    mover.world.check_books()


def test_answers_join_an_item_that_is_out_for_labelling_already(mover, tmp_path):
    (name,) = mover.world.add_items(1)
    text = mover.world.item(name).text
    (person,) = mover.world.volunteers(1)
    lease = mover.world.next(person)
    tasks = [
        exports.studio_task(
            1, text, *(exports.studio_annotation(n, f"p{n}", exports.studio_choice("rating", "weak")) for n in range(4))
        )
    ]
    summary = mover.bring("label-studio", exports.document(tmp_path / "p.json", tasks))
    assert (summary.new, summary.known, summary.stored) == (0, 1, 4)
    item = mover.world.item(name)
    assert (item.answered, item.leased, item.overlap) == (4, 1, 5)
    mover.world.answer(person, lease.lease_id)
    assert mover.world.item(name).state == ItemState.AGREED
    mover.world.check_books()


def test_an_answer_to_a_settled_item_is_kept_and_leaves_it_settled(mover, tmp_path):
    mover.world.change(overlap=2)
    bring(mover, two_people(tmp_path, FEE))
    mover.let_in()
    third = exports.studio_annotation(9, "cleo", exports.studio_choice("rating", "none"))
    path = exports.document(tmp_path / "more.json", [exports.studio_task(1, FEE, third)])
    assert bring(mover, path).stored == 1
    (item,) = mover.all(Item)
    assert (item.state, item.answered, item.overlap) == (ItemState.AGREED, 3, 3)
    mover.world.check_books()


def test_answers_of_a_text_that_turns_out_to_be_there_already_go_to_that_one(mover, tmp_path):
    first, second = FEE, FEE.replace("Kitchen", "Canteen")
    bring(mover, two_people(tmp_path / "a", first))
    mover.world.change(overlap=3)
    now = mover.world.clock.now()
    person, other = mover.world.volunteers(2)
    mover.desk.mask("label-studio-1", person, "Kitchen", Kind.PLACE, 1, now)
    mover.desk.decide("label-studio-1", other, Decision.ACCEPT, 2, now)
    text = mapping_text("label-studio", more="ids: b\npeople: {anna: M-ADA, ben: M-BO}\n")
    mover.bring("label-studio", two_people(tmp_path / "b", second.replace("Canteen", "Qzxvw")), text)
    waits = next(item for item in mover.all(Item) if item.public_id == "b-1")
    assert waits.text == WITHHELD
    shown = mover.desk.show(waits.public_id, person, now)
    masked = shown.text.split(" help")[0]
    mover.desk.mask("b-1", person, masked, Kind.PLACE, shown.recheck.version, now)
    mover.desk.decide("b-1", other, Decision.ACCEPT, shown.recheck.version + 1, now)
    assert [who for who, *_ in mover.answers()] == ["M-ADA", "M-ANNA", "M-BEN", "M-BO"]
    mover.world.check_books()


def test_answers_of_a_destroyed_text_go_with_it_and_do_not_come_back(mover, tmp_path):
    path = two_people(tmp_path, HELD)
    bring(mover, path)
    mover.decide("label-studio-1", Decision.DESTROY)
    assert mover.all(ImportedAnswer) == []
    (line,) = [line for line in mover.all(Audit) if line.action == "item.withdrawn"]
    assert line.detail["answers"] == 2
    again = bring(mover, path)
    assert (again.new, again.withdrawn, again.waiting, again.stored) == (0, 1, 0, 0)


def test_people_are_pseudonyms_that_cannot_sign_in_and_stay_the_same(mover, tmp_path):
    path = exports.label_studio(tmp_path)
    mover.bring("label-studio", path)
    people = [person for person in mover.all(Person) if person.pseudonym.startswith("M-")]
    assert len(people) == 2
    assert mover.all(Identity) == []
    assert "ben@example.org" not in dump(mover)
    mover.bring(
        "label-studio",
        exports.document(
            tmp_path / "more.json",
            [
                exports.studio_task(
                    7,
                    PLAIN,
                    exports.studio_annotation(
                        1, {"id": 2, "email": "ben@example.org"}, exports.studio_choice("rating", "none")
                    ),
                )
            ],
        ),
    )
    assert len([person for person in mover.all(Person) if person.pseudonym.startswith("M-")]) == 2


def test_imported_answers_are_no_evidence_about_anybody(mover, tmp_path):
    mover.world.change(overlap=2)
    bring(mover, two_people(tmp_path, FEE))
    mover.let_in()
    with mover.world.database.reading() as session:
        assert quality.unweighed_answers(session, mover.world.project.id, 10) == []
        assert leases.any_items(session, mover.world.project.id)


def test_the_log_says_what_came_and_from_where(mover, tmp_path):
    origin = bring(mover, two_people(tmp_path, FEE)).origin
    mover.let_in()
    with mover.world.database.reading() as session:
        (line,) = session.exec(select(Audit).where(Audit.action == "answers.imported")).all()
        item = session.exec(select(Item)).one()
        actions = [row.action for row in audit.history(session, item.id)]
    assert (line.detail["origin"], line.detail["waiting"], line.detail["people"]) == (origin, 2, 2)
    assert actions.count("annotation.imported") == 2
