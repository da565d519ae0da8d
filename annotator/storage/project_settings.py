"""A project's settings as stored: on the project's row, in its control policy and its limits. Every change goes through here.

A change takes the project's row, so that of two at once the second sees the first; whoever reads the row in a transaction of
their own (`projects.current`) has the new values from the next transaction on, in whatever process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from annotator.domain.errors import ConflictError, NotFoundError
from annotator.domain.limits import Limits
from annotator.domain.project_settings import CONTROLS, FOR_OPEN_ITEMS, LIMITS, SETTINGS, Values, check, limits_in
from annotator.storage import audit, markers, projects
from annotator.storage.tables import Audit, Project
from annotator.storage.tables_exposure import Wellbeing
from annotator.storage.tables_quality import QualityPolicy
from annotator.storage.wellbeing import limits_of, welfare_contact

CHANGED = "settings.changed"
_WHOLE = frozenset(name for name, setting in SETTINGS.items() if not setting.share)


@dataclass(frozen=True, slots=True)
class Standing:
    """The settings in force and how often they were changed; without a bank there is nothing for a control rate to be of."""

    version: int
    values: Values
    has_bank: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the past: (before, after) by name of the setting."""

    id: int
    at: datetime
    actor: str
    version: int
    values: Mapping[str, tuple[float, float]]


def standing(session: Session, project_id: str) -> Standing:
    """Return the settings in force."""
    project = session.get_one(Project, project_id, populate_existing=True)
    return _standing(session, project)


def change(
    session: Session,
    at: datetime,
    actor: str,
    project_id: str,
    given: Values,
    *,
    version: int | None = None,
    may_be_looser: bool = False,
) -> Standing:
    """Put values in force; those not named stay. The change is written to the audit log, with what was before.

    `version` is that of the settings the person looked at; None takes whatever is in force.

    Raises:
        ConflictError: the settings have been changed since.
        SettingsError: values are not taken, see `domain.project_settings.check`.
        NotFoundError: there are no control items to have a rate.
    """
    project = session.get_one(Project, project_id, with_for_update=True, populate_existing=True)
    before = _standing(session, project)
    if version is not None and version != before.version:
        raise ConflictError(
            "Somebody has changed the settings since you opened them.",
            mend="See what is in force now, then save again.",
        )
    after = {**before.values, **{name: _number(name, value) for name, value in given.items()}}
    check(before.values, after, may_be_looser=may_be_looser)
    changes = {name: (before.values[name], after[name]) for name in SETTINGS if after[name] != before.values[name]}
    if not changes:
        return before
    if not before.has_bank and set(CONTROLS) & set(changes):
        raise NotFoundError("This project has no control items yet.", mend="Fill the bank first, on the page Quality.")
    _store(session, project, after)
    project.settings_version += 1
    session.add(project)
    if set(FOR_OPEN_ITEMS) & set(changes):
        markers.put(session, open_items_marker(project_id), "")
    audit.record(session, at, actor, CHANGED, project_id, version=project.settings_version, values=changes)
    session.flush()
    return Standing(project.settings_version, after, before.has_bank)


def set_limits(
    session: Session, at: datetime, actor: str, project_id: str, limits: Limits, *, may_be_looser: bool = False
) -> Standing:
    """Put a whole set of limits of exposure in force; raises as `change` does."""
    return change(session, at, actor, project_id, asdict(limits), may_be_looser=may_be_looser)


def history(session: Session, project_id: str, limit: int, before: int | None = None) -> list[Change]:
    """Return past changes, the newest first; with `before`, those that came before that one."""
    statement = select(Audit).where(Audit.subject == project_id, Audit.action == CHANGED)
    if before is not None:
        statement = statement.where(col(Audit.id) < before)
    return [_change(row) for row in session.exec(statement.order_by(col(Audit.id).desc()).limit(limit))]


def past(session: Session, project_id: str, change_id: int) -> Change:
    """Return one change of the past. Raises `NotFoundError`."""
    row = session.get(Audit, change_id)
    if row is None or (row.subject, row.action) != (project_id, CHANGED):
        raise NotFoundError("There is no such change.")
    return _change(row)


def open_items_marker(project_id: str) -> str:
    """Return the name of the marker that says how far open items have followed a change; there is none when all have."""
    return f"open-items:{project_id}"


def _standing(session: Session, project: Project) -> Standing:
    policy = session.get(QualityPolicy, project.id, populate_existing=True)
    bounds = projects.bounds(project)
    values: dict[str, float] = {
        "overlap": bounds.least,
        "max_overlap": bounds.most,
        "risk_threshold": bounds.risk,
        "audit_share": project.audit_share,
        "retrain_every": project.retrain_every,
        "lease_seconds": project.lease_seconds,
        "control_first": policy.control_first if policy is not None else 0,
        "control_rate": policy.control_rate if policy is not None else 0.0,
    }
    return Standing(project.settings_version, values | asdict(limits_of(session, project.id)), policy is not None)


def _store(session: Session, project: Project, values: Values) -> None:
    policy = session.get(QualityPolicy, project.id)
    for name, value in values.items():
        if name in CONTROLS:
            if policy is not None:
                setattr(policy, name, value)
        elif name not in LIMITS:
            setattr(project, name, value)
    limits, contact = limits_in(values), welfare_contact(session, project.id)
    if limits != limits_of(session, project.id):
        session.merge(Wellbeing(project_id=project.id, limits=asdict(limits), welfare_contact=contact))


def _number(name: str, value: float) -> float:
    return int(value) if name in _WHOLE and float(value).is_integer() else value


def _change(row: Audit) -> Change:
    values = {name: (before, after) for name, (before, after) in row.detail["values"].items()}
    return Change(row.id or 0, row.at, row.actor, row.detail["version"], values)
