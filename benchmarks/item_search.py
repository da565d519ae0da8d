"""How long each filter of the list of items takes over a pool of 100,000 items with 300,000 answers: one page and its count.

python -m benchmarks.item_search [--items 100000] [--url postgresql://…]
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime

from annotator.domain.clock import ManualClock
from annotator.domain.ids import new_id
from annotator.domain.items import ItemState
from annotator.storage import item_search, items
from annotator.storage.database import Database
from annotator.storage.item_search import Order, Search
from annotator.storage.tables import Annotation, Item, Lease
from tests.world import World

SEARCHES = {
    "all": Search(),
    "state, rare": Search(state=ItemState.GOLD),
    "campaign, rare": Search(campaign="campaign-77"),
    "most doubtful first": Search(order=Order.RISK),
    "a word, everywhere": Search(text="harvest"),
    "a word, nowhere": Search(text="zebra"),
    "ratings differ": Search(disagree=True),
    "an answer says, rare": Search(label="FEE", value="present"),
    "an answer says, never": Search(label="FEE", value="contradicted"),
    "a clause, rare": Search(clause="fee", rests_on=(("FEE", "present"),)),
    "all of it": Search(ItemState.AGREED, 3, "harvest", "", "concern", "2", disagree=True, order=Order.RISK),
}


def fill(world: World, count: int) -> None:
    rng = random.Random(7)
    words = [f"word{n}" for n in range(4000)]
    people = world.volunteers(20)
    now = world.clock.now()
    for start in range(0, count, 5000):
        rows, answers = [], []
        for n in range(start, min(start + 5000, count)):
            text = " ".join(rng.choices(words, k=110)) + f" harvest {n}"
            rows.append(items.NewItem(f"item-{n:07d}", text, items.text_hash(text), "synthetic", ItemState.READY))
        with world.database.writing() as session:
            items.add(session, world.project, rows, now)
            for number, row in enumerate(rows):
                item = session.get_one(Item, row.id)
                item.state = (ItemState.GOLD if number % 1000 == 0 else ItemState.AGREED).value
                item.answered, item.risk, item.campaign = 3, rng.random(), f"campaign-{rng.randrange(2000)}"
                for slot, person in enumerate(rng.sample(people, 3)):
                    lease = Lease(
                        item_id=row.id, person_id=person, slot=slot, state="answered", created_at=now, expires_at=now
                    )
                    rating = str(rng.choice((0, 0, 0, 1, 2)))
                    labels = {"concern": rating, "FEE": "present" if rng.random() < 0.001 else "not stated"}
                    answers.append((lease, row.id, person, rating, labels))
                    session.add(lease)
            session.flush()
            session.add_all(
                Annotation(
                    lease_id=lease.id,
                    item_id=item_id,
                    person_id=person,
                    guideline_version_id=world.project.guideline_version_id,
                    key=new_id(),
                    result=[],
                    answer={},
                    labels=labels,
                    rating=rating,
                    lead_time=3.0,
                    created_at=now,
                )
                for lease, item_id, person, rating, labels in answers
            )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--url", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(given.url or f"sqlite:///{folder}/search.sqlite3")
        database.migrate()
        world = World(database, ManualClock(datetime(2026, 3, 2, 9, tzinfo=UTC)))
        fill(world, given.items)
        for name, search in SEARCHES.items():
            pages, counts = [], []
            for _ in range(5):
                with database.reading() as session:
                    began = time.perf_counter()
                    found = item_search.page(session, world.project.id, search, "", 50)
                    between = time.perf_counter()
                    if found.cursor and search.cheap:  # as the page does: a page that is not full is its own count
                        item_search.count(session, world.project.id, search, 10_000)
                    pages.append(between - began)
                    counts.append(time.perf_counter() - between)
            print(
                f"{name:24} page {1000 * statistics.median(pages):7.1f} ms, count {1000 * statistics.median(counts):7.1f} ms",
                flush=True,
            )
        database.dispose()


if __name__ == "__main__":
    main()
