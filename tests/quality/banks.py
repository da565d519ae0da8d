"""A bank of control items for the small schema of `tests.world`, without the generator."""

from __future__ import annotations

from annotator.domain.controls import Placement
from annotator.domain.ids import new_id
from annotator.domain.items import ItemState
from annotator.quality.bank import ensure_policy
from annotator.storage import items, project_settings
from annotator.storage.tables import Project
from annotator.storage.tables_quality import Control


def add_controls(
    world, count: int, *, rating: str = "1", indicators=(), placement: Placement | None = None
) -> list[str]:
    """Add control items whose expected rating is given, and which show these indicators; return their item ids."""
    now = world.clock.now()
    with world.database.writing() as session:
        policy = ensure_policy(session, world.project, now, placement)
        bank = session.get_one(Project, policy.bank_id)
        rows = []
        for _ in range(count):
            text = f"Control {new_id()}: seasonal work with housing."
            rows.append(items.NewItem(new_id(), text, items.text_hash(text), "synthetic", ItemState.READY))
        assert items.add(session, bank, rows, now) == []
        expected = {"concern": rating} | dict.fromkeys(indicators, "present")
        session.add_all(
            Control(item_id=row.id, expected=expected, spans=[], origin="synthetic", added_at=now, added_by="test")
            for row in rows
        )
    return [row.id for row in rows]


def place_controls(world, placement: Placement) -> None:
    with world.database.writing() as session:
        values = {"control_first": placement.first, "control_rate": placement.rate}
        project_settings.change(session, world.clock.now(), "test", world.project.id, values)
