"""What a batch that was cut off leaves in the vault is found, and goes by the word of two people alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from annotator.domain.errors import ForbiddenError, NotFoundError
from annotator.domain.roles import Role
from annotator.intake import screens
from annotator.intake.orphans import LONGEST_BATCH, destroy_orphans, orphans
from annotator.storage.tables import Audit, Item, Person
from tests.intake.test_recheck import HELD, bring, vault  # noqa: F401  a fixture

OTHER = HELD.replace("Kitchen", "Garden")


@pytest.fixture
def cut_off(world, vault, tmp_path, monkeypatch):  # noqa: F811
    """One text that came in, and one whose batch was rolled back after the vault had it."""
    bring(world, vault, tmp_path, HELD)
    keep = screens.FileScreen.keep

    def fail(*given):
        keep(*given)
        raise OSError("No space left on device")

    with monkeypatch.context() as crowded:
        crowded.setattr(screens.FileScreen, "keep", fail)
        with pytest.raises(OSError, match="No space"):
            bring(world, vault, tmp_path, HELD, OTHER)
    return vault


def later():
    return datetime.now(UTC) + LONGEST_BATCH + timedelta(minutes=1)  # ids are of the machine's own clock


def test_a_text_whose_batch_was_rolled_back_is_found_and_what_an_item_names_is_not(world, cut_off):
    named, left = cut_off.ids()
    assert orphans(world.database, cut_off, later()) == [left]
    with world.database.reading() as session:
        assert session.exec(select(Item.id)).all() == [named]


def test_what_may_belong_to_a_batch_under_way_is_left_alone(world, cut_off):
    assert orphans(world.database, cut_off, datetime.now(UTC)) == []


def test_two_people_delete_it_and_the_audit_log_says_so(world, cut_off):
    first, second = pseudonyms(world)
    named, _ = cut_off.ids()
    assert destroy_orphans(world.database, cut_off, first, second, later()) == 1
    assert cut_off.ids() == [named]
    with world.database.reading() as session:
        told = session.exec(select(Audit).where(Audit.action == "vault.orphans_destroyed")).all()
    assert [line.detail for line in told] == [{"entries": 1}] * 2


def test_nobody_deletes_it_alone(world, cut_off):
    first, _ = pseudonyms(world)
    with pytest.raises(ForbiddenError):
        destroy_orphans(world.database, cut_off, first, first, later())
    with pytest.raises(NotFoundError):
        destroy_orphans(world.database, cut_off, first, "nobody", later())
    assert len(cut_off.ids()) == 2


def test_no_volunteer_decides(world, cut_off):
    first, _ = pseudonyms(world)
    volunteer, _ = pseudonyms(world, Role.VOLUNTEER)
    with pytest.raises(ForbiddenError, match="Coordinators"):
        destroy_orphans(world.database, cut_off, first, volunteer, later())
    assert len(cut_off.ids()) == 2


def test_the_text_comes_in_again(world, cut_off, tmp_path):
    assert bring(world, cut_off, tmp_path, HELD, OTHER).quarantined == 1
    assert len(orphans(world.database, cut_off, later())) == 1


def pseudonyms(world, role=Role.COORDINATOR):
    names = [f"{role.value}-{number}" for number in range(2)]
    with world.database.writing() as session:
        session.add_all(Person(pseudonym=name, role=role.value, created_at=world.clock.now()) for name in names)
    return names
