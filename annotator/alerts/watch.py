"""The duty: ask every rule what it sees now, and bring the stored alerts into step with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from annotator.alerts import agreement, floods, parts, people
from annotator.alerts.pairs import PairTable
from annotator.domain.alerts import Finding
from annotator.domain.schema import Schema
from annotator.storage import alert_data, alerts, annotation_log, guideline_life, markers, outbox, quality
from annotator.storage.database import Database
from annotator.storage.markers import STUDIO_STATE
from annotator.storage.tables import Project
from annotator.storage.tables_alerts import Alert

AGAIN = timedelta(hours=1)
"""Agreement is looked at again after so long even where nothing was answered: moments come and go."""
_AWAY_SINCE = "studio_away_since"


@dataclass
class Watcher:
    """Watches one project. What costs most is worked out again only where there are new answers."""

    database: Database
    project: Project
    schema: Schema
    studio: bool = False  # whether there is a Label Studio to be reached
    _mark: tuple[int, str] | None = field(default=None, init=False)
    _looked_at: datetime | None = field(default=None, init=False)
    _fallen: list[Finding] = field(default_factory=list, init=False)

    def run(self, now: datetime) -> list[Alert]:
        """Open what is new and close what is gone; return the alerts that were opened."""
        findings = [*self._agreement(now), *self._people(now), *self._floods(now), *self._parts(now)]
        with self.database.writing() as session:
            return alerts.reconcile(session, self.project.id, findings, now)

    def _agreement(self, now: datetime) -> list[Finding]:
        with self.database.frozen() as session:
            mark = annotation_log.mark(session, self.project.id)
            if mark == self._mark and self._looked_at is not None and now - self._looked_at < AGAIN:
                return self._fallen
            taken_up = alert_data.activations(session, self.project.id)
            rows = alert_data.answers_since(session, self.project.id, agreement.watched_since(now))
        moments = agreement.moments(taken_up, self.project.guideline_version_id, now)
        self._fallen = agreement.fallen(self.schema, PairTable.of(self.schema, rows), moments) if rows else []
        self._mark, self._looked_at = mark, now
        return self._fallen

    def _people(self, now: datetime) -> list[Finding]:
        with self.database.reading() as session:
            rows = alert_data.evidence_since(session, self.project.id, now - people.LOOKED_BACK)
            since = quality.resumed(session, {row.person_id for row in rows})
        return people.changed(rows, since, now)

    def _floods(self, now: datetime) -> list[Finding]:
        week, where = now - floods.WEEK, (self.project.id,)
        with self.database.reading() as session:
            waiting = alert_data.arrivals(session, *where, week, waiting=True)
            everything = alert_data.arrivals(session, *where, floods.watched_since(now), waiting=False)
            texts = alert_data.texts_without_campaign(session, *where, week, floods.MOST_TEXTS)
            pool = alert_data.waiting(session, *where)
        return floods.flooding(waiting, everything, texts, pool, now)

    def _parts(self, now: datetime) -> list[Finding]:
        with self.database.writing() as session:
            usable = guideline_life.may_be_used(session, self.project.id, self.project.guideline_version_id)
            found = parts.not_approved(usable=usable, version=self.schema.version, now=now)
            if not self.studio:
                return found
            state = markers.get(session, STUDIO_STATE) or ""
            since = markers.get(session, _AWAY_SINCE) or ""
            away = bool(state) and not state.startswith("up ")
            if away != bool(since):
                since = now.isoformat() if away else ""
                markers.put(session, _AWAY_SINCE, since)
            found += parts.studio_away(state.partition(" ")[0], datetime.fromisoformat(since) if since else None, now)
            return found + parts.outbox_behind(outbox.state(session), now)
