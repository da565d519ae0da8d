"""The data panel over a real database: quarantine by reason, epochs, regions folded where they are small, drift kept for an hour."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlmodel import select

from annotator.domain.items import ItemState
from annotator.insight.data import measure_drift_if_due, read_data
from annotator.storage import desk_data, item_state, items
from annotator.storage.tables import FlagReport, Item
from annotator.storage.tables_recheck import Recheck
from annotator.web.desk.tile_map import tile_map

pytestmark = pytest.mark.usefixtures("no_limits")


def add(world, count, first=0, **values):
    texts = [f"Posting {n} with housing and word{n % 17}x near the sea." for n in range(first, first + count)]
    rows = [
        items.NewItem(f"d-{first + n}", text, items.text_hash(text), "synthetic", ItemState.READY, **values)
        for n, text in enumerate(texts)
    ]
    with world.database.writing() as session:
        assert items.add(session, world.project, rows, world.clock.now()) == []


def data_of(world):
    with world.database.reading() as session:
        return read_data(session, world.project, world.schema)


def test_regions_of_fewer_than_ten_are_folded_with_one_more(world):
    add(world, 12, region="north")
    add(world, 30, first=20, region="south-east")
    add(world, 3, first=60, region="west")
    regions = data_of(world).regions
    assert regions == {"north": None, "south-east": 30, "west": None}
    drawn = tile_map(regions)
    assert [(tile.name, tile.column, tile.row) for tile in drawn.tiles] == [("south-east", 2, 2)]
    assert drawn.folded == 2


def test_quarantine_is_told_by_the_reasons_of_gate_and_people(world):
    world.add_items(3, ItemState.QUARANTINED)
    (person,) = world.volunteers(1)
    with world.database.writing() as session:
        names = session.exec(select(Item.id).order_by(Item.public_id)).all()
        now = world.clock.now()
        for name in names[:2]:
            session.add(Recheck(item_id=name, reasons=["phone"], spans=[], gate_version="1", opened_at=now))
        session.add(FlagReport(item_id=names[2], person_id=person, kind="personal_data", at=now))
        session.add(FlagReport(item_id=names[0], person_id=person, kind="personal_data", at=now))
    found = data_of(world)
    assert found.quarantined == 3
    assert found.quarantine == [("flag: personal data", 2), ("phone", 2)]


def test_an_item_that_is_flagged_while_the_desk_looks_has_its_reason(world):
    world.add_items(1)
    (person,) = world.volunteers(1)
    item, now = world.item("item-00000"), world.clock.now()
    with world.database.reading() as session:
        asked = []

        @event.listens_for(session, "do_orm_execute")
        def _flag_in_between(_):
            asked.append(now)
            if len(asked) == 2:
                with world.database.writing() as other:
                    other.add(FlagReport(item_id=item.id, person_id=person, kind="personal_data", at=now))
                    item_state.move(other, now, person, item.id, ItemState.QUARANTINED)

        found = desk_data.quarantine_reasons(session, world.project.id)
    assert found in ({}, {item.id: ["flag: personal data"]})  # SQLite shows the moment when the looking began


def test_rates_by_epoch_come_from_the_audit_slice_and_ratings_given_from_all(world):
    world.change(audit_share=1.0, overlap=1)
    add(world, 4, epoch="2024")
    add(world, 2, first=10, epoch="2025")
    (person,) = world.volunteers(1)
    for value in "0011":
        world.answer(person, world.next(person).lease_id, value)
    found = data_of(world)
    assert [(epoch.name, epoch.items) for epoch in found.epochs] == [("2024", 4), ("2025", 2)]
    assert sum(epoch.audited for epoch in found.epochs) == 4
    assert found.given_share("0") == pytest.approx(0.5)
    for epoch in found.epochs:
        for rate in epoch.rates.values():
            assert 0 <= rate.low <= rate.high <= 1


def test_drift_is_measured_when_items_have_come_and_once_an_hour(world):
    add(world, 30, epoch="2024")
    add(world, 30, first=40, epoch="2025")
    measure = (world.database, world.project)
    assert measure_drift_if_due(*measure, world.clock.now())
    (found,) = data_of(world).drift.drifts
    assert (found.before, found.after, found.n_before) == ("2024", "2025", 30)
    assert found.p > 0.01
    add(world, 1, first=80, epoch="2025")
    assert not measure_drift_if_due(*measure, world.clock.now())
    world.pass_time(hours=2)
    assert measure_drift_if_due(*measure, world.clock.now())
    world.pass_time(hours=2)
    assert not measure_drift_if_due(*measure, world.clock.now())
