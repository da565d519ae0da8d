"""What `annotator up --demo` fills an empty home with: synthetic postings, and people to sign in as."""

from __future__ import annotations

import csv
import secrets
from dataclasses import replace
from pathlib import Path

from annotator.commands.people import write_credentials
from annotator.domain.controls import Placement
from annotator.domain.limits import PRECAUTIONARY
from annotator.domain.roles import Role
from annotator.intake.run import ingest_file
from annotator.people.accounts import Credentials, add_in_bulk
from annotator.quality import bank
from annotator.storage import guideline_life, wellbeing
from annotator.storage.audit import SERVICE
from annotator.synthetic.corpus import POSTINGS, write_corpus
from annotator.web.service import Service

ITEMS = 500
CONTROLS = 60
SEED = 2026
PEOPLE = (
    ("coordinator", Role.COORDINATOR),
    ("volunteer-1", Role.VOLUNTEER),
    ("volunteer-2", Role.VOLUNTEER),
    ("volunteer-3", Role.VOLUNTEER),
    ("adjudicator", Role.ADJUDICATOR),
    ("researcher", Role.RESEARCHER),
)


def fill(service: Service) -> list[Credentials]:
    """Fill the home once; return the sign-ins, the same ones at every later start."""
    file = service.settings.home / "demo-sign-ins.csv"
    if not file.exists():
        _demonstration(service)
        _no_quiet_hours(service)
        _controls(service)
        _postings(service, service.settings.home / "demo-postings")
        _people(service, file)
    with file.open(encoding="utf-8", newline="") as rows:
        return [Credentials(row["email"], row["password"]) for row in csv.DictReader(rows)]


def _demonstration(service: Service) -> None:
    """Synthetic postings only, under a guideline that nobody has approved; every page says so."""
    with service.database.writing() as session:
        guideline_life.set_demonstration(session, service.now(), SERVICE, service.project.id, demonstration=True)
    service.project.demonstration = True


def _no_quiet_hours(service: Service) -> None:
    """The demo is looked at by whoever runs it, at any hour; every other limit stands."""
    with service.database.writing() as session:
        limits = replace(PRECAUTIONARY, quiet_from=0, quiet_until=0)
        wellbeing.set_limits(session, service.now(), SERVICE, service.project.id, limits, may_be_looser=True)


def _controls(service: Service) -> None:
    """Place control items as the settings say, and fill the bank."""
    settings, now = service.settings, service.now()
    with service.database.writing() as session:
        bank.ensure_policy(session, service.project, now, Placement(settings.control_first, settings.control_rate))
    bank.fill(service.database, service.project, service.schema, CONTROLS, SERVICE, now)


def _postings(service: Service, folder: Path) -> None:
    write_corpus(folder, ITEMS, SEED)
    ingest_file(service.database, service.project, folder / POSTINGS, SERVICE, service.clock)


def _people(service: Service, file: Path) -> None:
    made = [(role, Credentials(f"{name}@example.org", f"demo-{secrets.token_hex(5)}")) for name, role in PEOPLE]
    for role in dict.fromkeys(role for role, _ in made):
        given = [credentials for each, credentials in made if each is role]
        add_in_bulk(service.database, role, given, service.now(), qualified=role is Role.VOLUNTEER)
    write_credentials(file, [credentials for _, credentials in made])
