"""Searching items: every filter finds what plain Python finds, and pages neither repeat nor drop an item."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlmodel import select

from annotator.domain.errors import InputError
from annotator.domain.items import ItemState
from annotator.storage import item_search
from annotator.storage.item_search import Order, Search
from annotator.storage.tables import Annotation, Item

RATINGS = [("0", "0"), ("0", "3"), ("1", None), (), ("2", "2"), ("3", "1"), ("0",), (None, None)]


@pytest.fixture
def filled(world):
    """Items in several states, campaigns and words, each answered by up to two people."""
    world.add_items(40)
    people = world.volunteers(2)
    with world.database.writing() as session:
        for number, item in enumerate(session.exec(select(Item).order_by(Item.id))):
            item.campaign = f"c{number % 3}"
            item.state = (ItemState.READY if number % 4 else ItemState.AGREED).value
            item.text = f"Posting {number}: {'100% kitchen_work' if number % 5 == 0 else 'Harvest'}"
            item.risk = None if number % 7 == 0 else (number % 6) / 10
            given = RATINGS[number % len(RATINGS)]
            item.answered = len(given)
            for person, rating in zip(people, given, strict=False):
                annotation = answered(world, session, item, person, rating)
                annotation.labels = {"concern": rating, "FEE": "present" if number % 2 else "not stated"}
    return world


def answered(world, session, item, person, rating):
    from annotator.storage.tables import Lease

    now = world.clock.now()
    slot = session.query(Lease).filter_by(item_id=item.id).count()
    lease = Lease(item_id=item.id, person_id=person, slot=slot, state="answered", created_at=now, expires_at=now)
    session.add(lease)
    session.flush()
    annotation = world._annotation(lease, rating)
    session.add(annotation)
    return annotation


def expected(session, search):
    """The same search in plain Python."""
    found = []
    for item in session.exec(select(Item).order_by(Item.id)):
        answers = list(session.exec(select(Annotation).where(Annotation.item_id == item.id)))
        ratings = {a.rating for a in answers if a.rating}
        if (
            (search.state is None or item.state == search.state.value)
            and item.answered >= search.answered
            and search.text.lower() in item.text.lower()
            and search.campaign in ("", item.campaign)
            and (not search.label or any(a.labels.get(search.label) == search.value for a in answers))
            and (not search.disagree or len(ratings) > 1)
            and (search.order is Order.ID or (item.risk is not None and item.answered))
        ):
            found.append(item)
    return [item.id for item in (found if search.order is Order.ID else sorted(found, key=lambda i: (-i.risk, i.id)))]


SEARCHES = st.builds(
    Search,
    state=st.sampled_from([None, ItemState.READY, ItemState.AGREED, ItemState.GOLD]),
    answered=st.integers(0, 2),
    text=st.sampled_from(["", "kitchen", "HARVEST", "100%", "n_w", "%", "nowhere"]),
    campaign=st.sampled_from(["", "c1", "none"]),
    label=st.sampled_from(["", "FEE"]),
    value=st.just("present"),
    disagree=st.booleans(),
    order=st.sampled_from(list(Order)),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(search=SEARCHES, size=st.integers(1, 7))
def test_pages_hold_exactly_what_matches_in_order(filled, search, size):
    with filled.database.reading() as session:
        wanted = expected(session, search)
        seen, after = [], ""
        while True:
            found = item_search.page(session, filled.project.id, search, after, size)
            seen += [item.id for item in found.items]
            after = found.cursor
            if not after:
                break
        assert seen == wanted
        assert item_search.count(session, filled.project.id, search, 1000) == len(wanted)
        batches = item_search.batches(session, filled.project.id, search)
        assert [item.id for batch in batches for item in batch] == wanted


def test_answers_under_a_guideline_version_are_found(filled):
    with filled.database.reading() as session:
        search = Search(version=filled.project.guideline_version_id)
        found = item_search.count(session, filled.project.id, search, 1000)
        assert found == len(expected(session, Search(answered=1)))
        assert item_search.count(session, filled.project.id, replace(search, version="other"), 1000) == 0


def test_a_cursor_that_is_none_is_refused(world):
    with world.database.reading() as session, pytest.raises(InputError, match="first page"):
        item_search.page(session, world.project.id, Search(order=Order.RISK), "nonsense", 10)
