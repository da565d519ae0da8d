"""What is withdrawn between two releases: the later one is made without it and says so, the earlier one stays and says so too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, select

from annotator.app import create_app
from annotator.dispensing.returns import quarantine
from annotator.dispensing.withdrawal import finish_withdrawals, leave
from annotator.domain.errors import ConflictError
from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.insight.release import Places, built, frozen_for
from annotator.insight.release_plan import blockers
from annotator.people.erasure import erase_account
from annotator.storage import item_state, withdrawal
from annotator.storage.tables import Annotation, Item, Person
from exports import load_release
from exports.checksums import files_of, sha256_of, verify_checksums
from exports.diff import compare
from exports.release import Plan
from tests.releases.conftest import DESPITE
from tests.web.conftest import Site, editor  # noqa: F401


@pytest.fixture
def one_leaves(here, database, clock):
    """A volunteer takes their answers back, some of them on items that an adjudicator had settled, and a text is taken down."""
    clock.advance(timedelta(days=3))
    with database.writing() as session:
        person = session.exec(select(Person).where(Person.pseudonym == "V-0")).one()
        theirs = select(Annotation.item_id).where(Annotation.person_id == person.id)
        settled = session.exec(
            select(Item).where(col(Item.id).in_(theirs)).order_by(col(Item.public_id)).limit(9)
        ).all()
        for item in settled:
            item.state = ItemState.GOLD.value
        taken = session.exec(
            select(Item).where(col(Item.id).not_in(theirs)).order_by(col(Item.public_id)).limit(1)
        ).one()
        quarantine(session, "a coordinator", taken.id, "taken down", clock.now())
        item_state.move(session, clock.now(), "a coordinator", taken.id, ItemState.WITHDRAWN, reason="taken down")
        names = {item.public_id for item in settled}, taken.public_id
    return person.id, *names


def test_a_later_release_is_without_what_was_withdrawn_and_the_earlier_says_so(
    here,
    database,
    clock,
    answers,
    one_leaves,
    editor,  # noqa: F811
):
    person, settled, taken = one_leaves
    folder = here.settings.home / "releases"
    hashes = {name: sha256_of(folder / "1.0.0" / name) for name in files_of(folder / "1.0.0")}
    assert leave(database, here.schema, person, clock.now(), withdraw_answers=True)
    erase_account(database, person, clock.now())
    clock.advance(timedelta(hours=1))

    places = Places(folder / "2.0.0")
    frozen = frozen_for(database, here.project, here.guideline, places.snapshot, clock.now())
    built(database, here.project, frozen, Plan("2.0.0", answers, despite=DESPITE), places, "test", clock.now())
    before, after = load_release(folder, version="1.0.0"), load_release(folder, version="2.0.0")

    left = set(after.items()["id"])
    assert taken in set(before.items()["id"]) - left
    assert settled <= left
    assert set(after.annotations().groupby("item").size()[list(settled & set(after.gold()["id"]))]) == {2}
    gold = after.gold().set_index("id")
    assert set(gold.loc[list(settled & set(gold.index)), "judgements"]) == {2}
    assert after.manifest["counts"]["annotators"] == before.manifest["counts"]["annotators"] - 1
    assert after.manifest["counts"]["left_out"]["withdrawn"] == 1

    found = compare(before, after)
    assert taken in found.removed
    assert set(found.fewer) == settled & set(gold.index) & set(before.gold()["id"])
    changelog = (after.folder / "CHANGELOG.md").read_text()
    assert "can't be recalled" in changelog.split("## 1.0.0")[0]
    assert "can't be recalled" not in changelog.split("## 1.0.0")[1]

    assert {name: sha256_of(folder / "1.0.0" / name) for name in files_of(folder / "1.0.0")} == hashes
    assert verify_checksums(before.folder) == []
    page = Site(here, create_app(here, editor)).enter(Role.RESEARCHER).get
    assert "1 text and " in page("/researcher/releases/1.0.0").text
    assert "published copies can't be recalled" in page("/researcher/releases/1.0.0").text
    assert "published copies" not in page("/researcher/releases/2.0.0").text.partition("What changed")[0]


def test_answers_whose_withdrawal_is_not_finished_block_a_release(here, database, clock, answers, one_leaves, tmp_path):
    person = one_leaves[0]
    with database.writing() as session:
        withdrawal.depart(session, clock.now(), person, withdraws=True)
    places = Places(tmp_path / "next")
    freeze = lambda: frozen_for(database, here.project, here.guideline, places.snapshot, clock.now())  # noqa: E731
    with pytest.raises(ConflictError, match="withdrawn and still stand"):
        built(database, here.project, freeze(), Plan("2.0.0", answers, despite=DESPITE), places, "test", clock.now())
    finish_withdrawals(database, here.schema, clock.now())
    assert "withdrawals" not in [one.code for one in blockers(freeze(), [], gate=False)]
