"""What `annotator doctor` looks at in the database: its schema, its clock, and what it tells of people, worker and outbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from annotator.commands.checkup_sign_in import check_factor_key
from annotator.commands.finding import Finding, Findings, Verdict
from annotator.domain.errors import AnnotatorError
from annotator.domain.roles import Role
from annotator.intake.orphans import orphans
from annotator.intake.screens import open_vault
from annotator.settings import Settings
from annotator.storage import guideline_life, heartbeat, outbox, people, projects
from annotator.storage.database import MIGRATIONS, Database

_SKEW = 5.0  # seconds
_STALE = 600.0
_LONG = 1800.0  # seconds that no duty should need


def check_database(settings: Settings, now: Callable[[], datetime]) -> Findings:
    try:
        database = Database(settings.database)
    except AnnotatorError as error:
        yield Finding("database", Verdict.WRONG, error.what, error.mend)
        return
    file = database.engine.url.database
    if database.is_sqlite and file and not Path(file).exists():
        yield Finding("database", Verdict.WELL, "There is none yet; the first start makes it.")
        return
    try:
        revision = database.revision()
        yield from _revision(revision)
        if revision == _newest():
            yield from _skew(database, now)
            yield from _people_and_parts(settings, database, now)
            yield from check_factor_key(settings, database)
            yield from _orphans(settings, database, now)
    except SQLAlchemyError as error:
        yield Finding(
            "database",
            Verdict.WRONG,
            f"It does not answer ({type(error).__name__}).",
            "Start it, and see that ANNOTATOR_DATABASE_URL names its host, user, password and name.",
        )
    finally:
        database.dispose()


def _revision(revision: str) -> Findings:
    newest = _newest()
    known = {each.revision for each in _scripts().walk_revisions()}
    if revision == newest:
        yield Finding("database", Verdict.WELL, f"It answers, and its schema is the newest ({revision}).")
    elif not revision:
        yield Finding("database", Verdict.WARNING, "It answers and is empty.", "The first start fills in its schema.")
    elif revision in known:
        yield Finding(
            "database",
            Verdict.WARNING,
            f"Its schema is at {revision}; this program is at {newest}.",
            "Back it up, then start the service: it brings the schema up to date.",
        )
    else:
        yield Finding(
            "database",
            Verdict.WRONG,
            f"Its schema ({revision}) is newer than this program ({newest}).",
            "Run the newer program, or restore the backup from before its migration.",
        )


def _orphans(settings: Settings, database: Database, now: Callable[[], datetime]) -> Findings:
    try:
        vault = open_vault(settings)
        found = len(orphans(database, vault, now())) if vault is not None else 0
    except AnnotatorError:
        return  # told of the vault itself
    if found:
        yield Finding(
            "vault",
            Verdict.WARNING,
            f"No item names {found} of its texts: their batch was cut off, or the database was set back.",
            "Bring the batch in again; then two coordinators delete them: annotator privacy orphans --help",
        )


def _skew(database: Database, now: Callable[[], datetime]) -> Findings:
    if database.is_sqlite:
        return
    with database.engine.connect() as connection:
        theirs: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    apart = abs((theirs - now()).total_seconds())
    if apart > _SKEW:
        yield Finding(
            "clock",
            Verdict.WRONG,
            f"This machine and the database are {apart:.0f} s apart.",
            "Set both by NTP: leases and limits of exposure go by this machine's clock.",
        )


def _people_and_parts(settings: Settings, database: Database, now: Callable[[], datetime]) -> Findings:
    with database.reading() as session:
        coordinator = people.anyone_with(session, Role.COORDINATOR.value)
        project = projects.find(session, settings.guideline)
        usable = project is None or guideline_life.may_be_used(session, project.id, project.guideline_version_id)
        beat = heartbeat.read(session)
        waiting = outbox.state(session)
    if not coordinator:
        yield Finding(
            "people",
            Verdict.WARNING,
            "Nobody can coordinate yet.",
            "annotator up prints a link for the first, or: annotator people invite --role coordinator",
        )
    if not usable:
        yield Finding(
            "approval",
            Verdict.WARNING,
            "Nothing is handed out: the guideline is not approved by both bodies.",
            "annotator guideline status tells what is missing (docs/people.md).",
        )
    yield from _worker(beat, now())
    age = (now() - waiting.oldest).total_seconds() if waiting.oldest else 0.0
    if settings.studio and age > _STALE:
        yield Finding(
            "outbox",
            Verdict.WRONG,
            f"{waiting.waiting} rows wait for Label Studio, the oldest for {age / 60:.0f} minutes.",
            "See that the worker runs and that Label Studio answers; nothing is lost meanwhile.",
        )


def _worker(beat: heartbeat.Heartbeat | None, now: datetime) -> Findings:
    if beat is None:
        yield Finding("worker", Verdict.WARNING, "None has led yet.", "annotator up starts one, or: annotator worker")
        return
    if beat.silent_for(now) > heartbeat.SILENT:
        yield Finding(
            "worker",
            Verdict.WARNING,
            f"The last word of one is {beat.silent_for(now) / 60:.0f} minutes old.",
            "annotator up starts one, or: annotator worker",
        )
        return
    failing = [duty for duty in beat.duties if duty.failures]
    for duty in failing:
        yield Finding(
            "worker",
            Verdict.WARNING,
            f"{duty.name!r} has failed {duty.failures} times in a row: {duty.reason}",
            "worker.log in the home folder tells more.",
        )
    stuck = [duty for duty in beat.duties if duty.busy_since and (now - duty.busy_since).total_seconds() > _LONG]
    for duty in stuck:
        yield Finding(
            "worker",
            Verdict.WARNING,
            f"{duty.name!r} has been under way since {duty.busy_since:%Y-%m-%d %H:%M} UTC; the others go on.",
            "worker.log tells what it waits for. Where that never comes, start the worker again: nothing is lost by it.",
        )
    if not failing and not stuck:
        yield Finding("worker", Verdict.WELL, "It leads, and every duty goes well.")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def _newest() -> str:
    return _scripts().get_current_head() or ""
