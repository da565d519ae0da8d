"""What `annotator up --demo` fills an empty home with: synthetic postings, and people to sign in as."""

from __future__ import annotations

import csv
import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from annotator.commands.people import write_credentials
from annotator.commands.progress import bar, terminal
from annotator.domain.controls import Placement
from annotator.domain.limits import PRECAUTIONARY
from annotator.domain.roles import Role
from annotator.intake.examples import add_examples
from annotator.intake.run import ingest_file
from annotator.people.accounts import Credentials, add_in_bulk
from annotator.quality import bank
from annotator.rehearsal.team import ANSWERS_A_DAY, DAYS_A_WEEK
from annotator.rehearsal.week import Kind, live
from annotator.storage import guideline_life, people, project_settings
from annotator.storage.audit import SERVICE
from annotator.synthetic.corpus import POSTINGS, write_corpus
from annotator.web.frame.service import Service
from guidelines.lessons import load_examples

ITEMS = 500
CONTROLS = 60
SEED = 2026
TEAM = 15
_LETTERS = "abcdefghijkmnpqrstuvwxyz"
PEOPLE = (
    ("coordinator", Role.COORDINATOR),
    ("volunteer-1", Role.VOLUNTEER),
    ("volunteer-2", Role.VOLUNTEER),
    ("volunteer-3", Role.VOLUNTEER),
    ("adjudicator", Role.ADJUDICATOR),
    ("researcher", Role.RESEARCHER),
)


def fill(service: Service, week: Kind | None = None) -> list[Credentials]:
    """Fill the home once; return the sign-ins, the same ones at every later start.

    With a week, the project has been worked on for seven days, and may have taken up another guideline version: open the service
    again before it is used.
    """
    file = service.settings.home / "demo-sign-ins.csv"
    if not file.exists():
        prepare(service)
        if week is None:
            _items(service, service.settings.home / "demo-postings")
            _people(service, file, PEOPLE)
        else:
            _week(service, week, file)
    with file.open(encoding="utf-8", newline="") as rows:
        return [Credentials(row["email"], row["password"]) for row in csv.DictReader(rows)]


def password() -> str:
    """Return a new password. Its end is letters: with digits the whole would be "demo" with little added, which is refused."""
    return "demo-" + "".join(secrets.choice(_LETTERS) for _ in range(10))


def prepare(service: Service) -> None:
    """Make the project a demonstration with control items, open at any hour."""
    _demonstration(service)
    _no_quiet_hours(service)
    _controls(service)


def _demonstration(service: Service) -> None:
    """Synthetic postings only, under a guideline that nobody has approved; every page says so."""
    with service.database.writing() as session:
        guideline_life.set_demonstration(session, service.now(), SERVICE, service.opened.id, demonstration=True)


def _no_quiet_hours(service: Service) -> None:
    """The demo is looked at by whoever runs it, at any hour; every other limit stands."""
    with service.database.writing() as session:
        limits = replace(PRECAUTIONARY, quiet_from=0, quiet_until=0)
        project_settings.set_limits(session, service.now(), SERVICE, service.opened.id, limits, may_be_looser=True)


def _controls(service: Service) -> None:
    """Place control items as the settings say, and fill the bank."""
    settings, now = service.settings, service.now()
    with service.database.writing() as session:
        bank.ensure_policy(session, service.project, now, Placement(settings.control_first, settings.control_rate))
    if bank.fits(service.schema):
        bank.fill(service.database, service.project, service.schema, CONTROLS, SERVICE, now)


def _items(service: Service, folder: Path) -> None:
    """Postings for the guideline that they are made for; for any other, the made-up items of its worked examples."""
    if not bank.fits(service.schema):
        add_examples(service.database, service.project, load_examples(service.guideline), service.now())
        return
    write_corpus(folder, ITEMS, SEED)
    ingest_file(service.database, service.project, folder / POSTINGS, SERVICE, service.clock)


def _week(service: Service, week: Kind, file: Path) -> None:
    """Let a team of fifteen live the seven days before today."""
    more = [(f"volunteer-{number}", Role.VOLUNTEER) for number in range(4, TEAM + 1)]
    _people(service, file, (*PEOPLE, *more))
    with service.database.reading() as session:
        volunteers = [one.id for one in people.everyone(session) if one.role == Role.VOLUNTEER]
    with bar(terminal(), "Living the week", TEAM * DAYS_A_WEEK * ANSWERS_A_DAY) as advance:
        live(service, week, volunteers, SEED, advance)


def _people(service: Service, file: Path, who: Sequence[tuple[str, Role]]) -> None:
    made = [(role, Credentials(f"{name}@example.org", password())) for name, role in who]
    for role in dict.fromkeys(role for role, _ in made):
        given = [credentials for each, credentials in made if each is role]
        add_in_bulk(service.database, role, given, service.now(), qualified=role is Role.VOLUNTEER)
    write_credentials(file, [credentials for _, credentials in made])
