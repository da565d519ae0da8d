"""A week in which nothing goes wrong is a quiet one: nobody is suspected, and nothing is told to anybody."""

from __future__ import annotations

from sqlmodel import func, select

from annotator.alerts.watch import Watcher
from annotator.domain.items import ItemState
from annotator.rehearsal.week import Kind
from annotator.storage.tables import Annotation, Item
from annotator.storage.tables_alerts import Alert
from annotator.storage.tables_quality import QualityPause
from tests.rehearsed import lived


def test_after_a_good_week_no_alert_was_ever_open_and_nobody_was_to_be_paused(tmp_path):
    with lived(tmp_path, Kind.GOOD) as (service, week):
        Watcher(service.database, service.opened, service.schema).run(service.now())
        with service.database.reading() as session:
            alerts = [(alert.rule, alert.subject) for alert in session.exec(select(Alert))]
            pauses = session.exec(select(QualityPause.person_id)).all()
            answers = session.exec(select(func.count()).select_from(Annotation)).one()
            settled = session.exec(select(func.count()).where(Item.state == ItemState.AGREED)).one()
    assert answers == week.answers > 500, "a week of work, not of silence"
    assert alerts == []
    assert pauses == []
    assert settled > 50
