"""The label table says what the answers say, whatever is missing from them."""

from __future__ import annotations

import orjson

from annotator.insight.agreement import agreement_by_label
from annotator.insight.labels import LabelTable
from tests.world import SCHEMA


def test_rows_become_codes_and_what_is_missing_or_unknown_minus_one(world):
    labels = [{"concern": "2", "FEE": "present"}, {"concern": None, "FEE": "not stated", "DEBT": "of old"}]
    table = LabelTable.of(SCHEMA, ["b", "a"], ["p", "p"], [orjson.dumps(row).decode() for row in labels])
    assert table.items.tolist() == ["b", "a"]
    assert table.people.tolist() == ["p"]
    assert table.codes.tolist() == [[2, -1], [0, 2], [-1, -1]]
    assert table.matrix(SCHEMA.labels[2]) is None
    assert table.matrix(SCHEMA.rating).task.tolist() == [0]


def test_the_table_of_a_project_is_read_from_its_answers(world):
    world.add_items(2)
    ada, ben = world.volunteers(2)
    world.answer(ada, world.next(ada).lease_id, "3")
    world.answer(ben, world.next(ben).lease_id, "CT")
    with world.database.reading() as session:
        table = LabelTable.read(session, SCHEMA, world.project.id)
    assert table.n_answers == 2
    assert table.people.tolist() == [ada, ben]
    assert table.codes[0].tolist() == [3, -1]
    rating = agreement_by_label(SCHEMA, table)[0]
    assert (rating.agreement.value, rating.cannot_tell) == (None, 0.5)


def test_without_answers_nothing_is_defined(world):
    with world.database.reading() as session:
        table = LabelTable.read(session, SCHEMA, world.project.id)
    assert [row.agreement.value for row in agreement_by_label(SCHEMA, table)] == [None] * 3
