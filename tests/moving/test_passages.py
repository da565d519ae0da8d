"""What the gate and people change in a text, its passages follow; and no word leaves the vault or the gate with an answer."""

from __future__ import annotations

import pytest

from annotator.domain.recheck import Decision
from annotator.privacy.values import Kind
from annotator.storage.tables import Annotation, Item, Person
from guidelines.loader import load
from tests.moving import exports
from tests.moving.conftest import MARKED, Mover, bring, dump, mapping_text
from tests.moving.exports import ASTRAL, FEE, HELD, LEAKY, WORDS, place, two_people
from tests.world import World


def test_passages_follow_what_the_gate_replaces(mover, tmp_path):
    bring(mover, two_people(tmp_path, LEAKY))
    mover.let_in()
    assert "<EMAIL>" in mover.all(Item)[0].text
    assert mover.answers()[0] == ("M-ANNA", "1", MARKED)
    assert "cook@example.org" not in dump(mover)


def test_a_passage_that_reaches_into_what_was_replaced_takes_all_that_stands_there(mover, tmp_path):
    words = "@example.org before"
    result = (exports.studio_choice("rating", "weak"), exports.studio_labels("tags", LEAKY, "fee", words=words))
    task = exports.studio_task(1, LEAKY, exports.studio_annotation(1, "anna", *result))
    bring(mover, exports.document(tmp_path / "p.json", [task]))
    mover.let_in()
    assert mover.answers() == [("M-ANNA", "1", [("FEE", "present", "<EMAIL> before")])]


def test_of_a_text_in_the_vault_no_word_is_stored_until_it_is_let_in(mover, tmp_path):
    summary = bring(mover, two_people(tmp_path, HELD))
    assert (summary.held_back, summary.waiting) == (1, 2)
    assert WORDS not in dump(mover)
    assert "qzxvw" not in dump(mover)
    mover.let_in()
    assert mover.answers() == [("M-ANNA", "1", MARKED), ("M-BEN", "1", [])]


@pytest.mark.parametrize("text", [FEE, HELD], ids=["stored", "in the vault"])
def test_passages_follow_what_people_mask_further(mover, tmp_path, text):
    bring(mover, two_people(tmp_path, text))
    now = mover.world.clock.now()
    first, second = mover.world.volunteers(2)
    shown = mover.desk.show("label-studio-1", first, now)
    mover.desk.mask("label-studio-1", first, "Kitchen", Kind.PLACE, shown.recheck.version, now)
    mover.desk.mask("label-studio-1", first, "uniform", Kind.NAME, shown.recheck.version + 1, now)
    mover.desk.decide("label-studio-1", second, Decision.ACCEPT, shown.recheck.version + 2, now)
    assert mover.answers()[0] == ("M-ANNA", "1", [("FEE", "present", "You pay for the <NAME>")])
    again = bring(mover, tmp_path / "p.json")
    assert (again.new, again.already, again.lost_place) == (0, 2, 0)


def test_offsets_of_a_browser_are_understood_by_the_words_or_by_the_mapping(mover, tmp_path):
    start, end = place(ASTRAL)
    told = exports.studio_labels("tags", ASTRAL, "fee")
    told["value"] |= {"start": start + 2, "end": end + 2}
    silent = {**told, "value": {k: v for k, v in told["value"].items() if k != "text"}}
    choice = exports.studio_choice("rating", "weak")
    for name, region, more in (("a", told, ""), ("b", silent, "offsets: utf-16\n")):
        task = exports.studio_task(1, ASTRAL, exports.studio_annotation(1, name, choice, region))
        text = mapping_text("label-studio", more=more)
        mover.bring("label-studio", exports.document(tmp_path / f"{name}.json", [task]), text)
    mover.let_in()
    assert [spans for _, _, spans in mover.answers()] == [MARKED, MARKED]


def test_line_ends_become_unix_ones_and_passages_follow(mover, tmp_path):
    bring(mover, two_people(tmp_path, FEE.replace(". ", ".\r\n")))
    mover.let_in()
    assert "\r" not in mover.all(Item)[0].text
    assert mover.answers()[0] == ("M-ANNA", "1", MARKED)


def test_notes_go_through_the_gate(database, clock, vault, tmp_path):
    mover = Mover(World(database, clock, schema=load("postings", "1.0.0").schema), vault, tmp_path)
    notes = {
        "clean": "The words about the uniform are clear to me.",
        "masked": "They ask people to write to cook@example.org before the start of the work.",
        "held": "Ask for qzxvw 4x7k9 m2p5 at the door.",
    }
    rows = [
        exports.studio_annotation(
            n,
            who,
            exports.studio_choice("rating", "weak"),
            {"id": "n", "from_name": "why", "to_name": "text", "type": "textarea", "value": {"text": [words]}},
        )
        for n, (who, words) in enumerate(notes.items())
    ]
    path = exports.document(tmp_path / "p.json", [exports.studio_task(1, FEE, *rows)])
    people = "people: {clean: M-CLEAN, masked: M-MASKED, held: M-HELD}\n"
    summary = mover.bring("label-studio", path, mapping_text("label-studio", more="notes: {why: note}\n" + people))
    assert (summary.waiting, summary.notes_held_back) == (3, 1)
    mover.let_in()
    people = {person.id: person.pseudonym for person in mover.all(Person)}
    kept = {people[row.person_id]: row.answer["notes"].get("note") for row in mover.all(Annotation)}
    masked = notes["masked"].replace("cook@example.org", "<EMAIL>")
    assert kept == {"M-CLEAN": notes["clean"], "M-MASKED": masked, "M-HELD": None}
    assert "cook@example.org" not in dump(mover)
    assert "qzxvw" not in dump(mover)
