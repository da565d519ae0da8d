"""Imported and flagged texts: two different people, the very text they saw, and nothing raw where it may not be."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st
from sqlmodel import select

from annotator.dispensing.returns import flag
from annotator.domain.errors import ConflictError, InputError, NotFoundError
from annotator.domain.items import ItemState
from annotator.domain.recheck import Decision, Outcome, Vote, masked, outcome, places
from annotator.intake.recheck import RecheckDesk
from annotator.intake.run import ingest_file
from annotator.intake.screens import WITHHELD
from annotator.privacy.values import Kind
from annotator.privacy.vault import Vault, new_key
from annotator.storage.tables import Audit, Item
from annotator.storage.tables_recheck import Recheck, RecheckVote
from tests.world import SCHEMA

CLEAN = "We are looking for kitchen help in a small hotel. The pay is monthly and the contract is written."
LEAKY = "Kitchen help wanted, write to cook@example.org before the start. The contract is written."
HELD = "Kitchen help wanted. Ask for qzxvw 4x7k9 m2p5 at the door. The contract is written."


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "quarantine.vault", new_key())


@pytest.fixture
def desk(world, vault):
    return RecheckDesk(world.database, world.project, SCHEMA, vault)


def bring(world, vault, tmp_path, *texts):
    path = tmp_path / "in.jsonl"
    rows = [{"id": f"d{n}", "text": text, "source": "de-identified", "language": "en"} for n, text in enumerate(texts)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return ingest_file(world.database, world.project, path, "test", world.clock, vault=vault)


def decide(world, desk, person, decision=Decision.ACCEPT, item="d0", version=None):
    now = world.clock.now()
    if version is None:
        version = desk.show(item, person, now).recheck.version
    return desk.decide(item, person, decision, version, now)


def dump(world):
    """Everything that the database holds, as text."""
    with world.database.reading() as session:
        return repr([session.exec(select(table)).all() for table in (Item, Recheck, RecheckVote, Audit)])


def test_an_imported_text_is_stored_masked_and_waits_for_two_people(world, vault, desk, tmp_path):
    assert bring(world, vault, tmp_path, LEAKY).quarantined == 1
    item = world.item("d0")
    assert (item.state, "<EMAIL>" in item.text) == (ItemState.QUARANTINED, True)
    assert "cook@example" not in dump(world)
    ada, ben = world.volunteers(2)
    assert decide(world, desk, ada) is Outcome.OPEN
    assert decide(world, desk, ada) is Outcome.OPEN, "the second person can't be the first"
    assert decide(world, desk, ben) is Outcome.RELEASED
    assert world.item("d0").state == ItemState.READY
    with pytest.raises(NotFoundError):
        desk.show("d0", ada, world.clock.now())


def test_what_the_gate_holds_back_lies_only_in_the_vault(world, vault, desk, tmp_path):
    assert bring(world, vault, tmp_path, HELD).quarantined == 1
    assert world.item("d0").text == WITHHELD
    assert "qzxvw" not in dump(world)
    assert b"qzxvw" not in (tmp_path / "quarantine.vault").read_bytes()
    ada, ben = world.volunteers(2)
    shown = desk.show("d0", ada, world.clock.now())
    assert shown.text.startswith("Kitchen help wanted.")
    decide(world, desk, ada)
    assert decide(world, desk, ben) is Outcome.RELEASED
    assert world.item("d0").text == shown.text
    assert vault.ids() == []


def test_without_a_vault_what_the_gate_holds_back_is_not_stored_at_all(world, tmp_path):
    summary = bring(world, None, tmp_path, HELD, CLEAN)
    assert (summary.quarantined, summary.rejected) == (1, 1)
    reason = summary.rejects_file.read_text()
    assert "no vault" in reason
    assert "qzxvw" not in reason + dump(world)


def test_masking_more_makes_a_new_version_that_takes_two_people_again(world, vault, desk, tmp_path):
    bring(world, vault, tmp_path, CLEAN)
    ada, ben, cyn = world.volunteers(3)
    decide(world, desk, ada)
    assert desk.mask("d0", ben, "small HOTEL", Kind.PLACE, 1, world.clock.now()) == 1
    with pytest.raises(ConflictError):
        decide(world, desk, cyn, version=1)
    assert decide(world, desk, cyn) is Outcome.RELEASED, "the person who masked accepts the rest"
    assert "in a <PLACE>." in world.item("d0").text


def test_masking_more_of_what_lies_in_the_vault(world, vault, desk, tmp_path):
    bring(world, vault, tmp_path, HELD)
    ada, ben = world.volunteers(2)
    desk.mask("d0", ada, "kitchen", Kind.PLACE, 1, world.clock.now())
    desk.mask("d0", ada, "t", Kind.UNCLEAR, 2, world.clock.now())
    text = desk.show("d0", ben, world.clock.now()).text
    assert text.startswith("<PLACE> help wan<UNCLEAR>ed.")
    assert "ch" not in text
    decide(world, desk, ben)
    assert world.item("d0").text == text


def test_words_that_do_not_stand_there_are_refused(world, vault, desk, tmp_path):
    bring(world, vault, tmp_path, CLEAN)
    (ada,) = world.volunteers(1)
    for words in ("nowhere to be seen", "   "):
        with pytest.raises(InputError):
            desk.mask("d0", ada, words, Kind.NAME, 1, world.clock.now())


@pytest.mark.parametrize("text", [CLEAN, HELD])
def test_two_people_destroy(world, vault, desk, tmp_path, text):
    bring(world, vault, tmp_path, text)
    ada, ben, cyn = world.volunteers(3)
    decide(world, desk, ada)
    assert decide(world, desk, ben, Decision.DESTROY) is Outcome.OPEN
    assert decide(world, desk, cyn, Decision.DESTROY) is Outcome.DESTROYED
    item = world.item("d0")
    assert (item.state, item.text) == (ItemState.WITHDRAWN, WITHHELD)
    assert vault.ids() == []
    actions = [line.action for line in _audit(world, item.id)]
    assert actions.count("recheck.destroy") == 2


def test_a_flagged_item_that_was_fine_goes_on_with_its_answers(world, desk):
    (name,) = world.add_items(1)
    ada, ben, cyn, dan = world.volunteers(4)
    world.answer(ada, world.next(ada).lease_id)
    flag(world.database, ben, world.next(ben).lease_id, SCHEMA.flags[0], None, world.clock.now())
    decide(world, desk, cyn, item=name)
    assert decide(world, desk, dan, item=name) is Outcome.RELEASED
    item = world.item(name)
    assert (item.state, item.answered) == (ItemState.READY, 1)
    world.check_books()


def test_a_flagged_item_that_is_masked_after_answers_comes_back_as_a_new_one(world, desk):
    (name,) = world.add_items(1)
    ada, ben, cyn, dan = world.volunteers(4)
    world.answer(ada, world.next(ada).lease_id)
    flag(world.database, ben, world.next(ben).lease_id, SCHEMA.flags[0], None, world.clock.now())
    desk.mask(name, cyn, "Posting 0", Kind.NAME, 1, world.clock.now())
    assert (world.item(name).state, world.item(name).text) == (ItemState.WITHDRAWN, WITHHELD)
    assert decide(world, desk, dan, item=f"{name}-masked") is Outcome.RELEASED
    assert world.item(f"{name}-masked").text == "<NAME>: seasonal work with housing."
    assert world.next(ada).public_id == f"{name}-masked"


def test_a_text_that_masking_makes_the_same_as_another_is_refused_or_withdrawn(world, vault, desk, tmp_path):
    bring(world, vault, tmp_path, CLEAN, CLEAN.replace("kitchen", "garden"), HELD, HELD.replace("Kitchen", "Garden"))
    ada, ben = world.volunteers(2)
    for item, word in (("d0", "kitchen"), ("d2", "kitchen"), ("d3", "garden")):
        desk.mask(item, ada, word, Kind.UNCLEAR, 1, world.clock.now())
        decide(world, desk, ben, item=item)
    assert [world.item(item).state for item in ("d0", "d2", "d3")] == ["ready", "ready", "withdrawn"]
    with pytest.raises(ConflictError, match="there already"):
        desk.mask("d1", ada, "garden", Kind.UNCLEAR, 1, world.clock.now())


def test_what_a_crash_left_in_the_vault_is_taken_out(world, vault, desk, tmp_path):
    bring(world, vault, tmp_path, HELD)
    ada, ben = world.volunteers(2)
    careless = RecheckDesk(world.database, world.project, SCHEMA, vault)
    careless._empty = lambda *_: None
    decide(world, careless, ada)
    decide(world, careless, ben)
    assert len(vault.ids()) == 1
    assert (desk.tidy(), desk.tidy(), vault.ids()) == (1, 0, [])


def test_the_same_held_back_text_is_a_duplicate(world, vault, tmp_path):
    bring(world, vault, tmp_path, HELD)
    again = bring(world, vault, tmp_path, HELD, CLEAN.replace("hotel", "inn"))
    assert again.duplicates == 1
    assert len(vault.ids()) == 1


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(list(Decision)), st.integers(1, 3))), st.integers(1, 3)
)
def test_nothing_is_ever_released_or_destroyed_by_one_person(votes, version):
    latest = {person: Vote(decision, number) for person, decision, number in votes}
    found = outcome(latest, version)
    agree = {Outcome.RELEASED: Decision.ACCEPT, Outcome.DESTROYED: Decision.DESTROY}
    if found is not Outcome.OPEN:
        assert sum(vote.decision is agree[found] for vote in latest.values()) >= 2
    if found is Outcome.RELEASED:
        assert sum(vote.version == version for vote in latest.values()) >= 2


@given(st.text(max_size=60), st.text(min_size=1, max_size=4))
def test_masked_words_are_gone(text, words):
    found = places(text, words, "<X>")
    if found:
        assert len(masked(text, found)) == len(text) + sum(3 - (end - start) for start, end, _ in found)
        assert all(text[start:end].casefold() == words.strip().casefold() for start, end, _ in found)


def _audit(world, subject):
    with world.database.reading() as session:
        return list(session.exec(select(Audit).where(Audit.subject == subject)))
