"""`/api/v1/settings`: the settings of the project, explained; changing them, and what was changed before."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from annotator.domain.limits import PRECAUTIONARY
from annotator.domain.project_settings import GROUPS, LIMITS
from annotator.domain.scopes import Scope
from annotator.storage import people, project_settings
from annotator.storage.project_settings import Standing
from annotator.web.desk.settings import settings_desk
from annotator.web.frame import contract
from annotator.web.frame.numbers import LARGEST
from annotator.web.frame.security import Caller, CoordinatorDep, scoped
from annotator.web.frame.service import ServiceDep

router = APIRouter(prefix="/api/v1/settings", tags=["settings"])
ReaderDep = Annotated[Caller, scoped(Scope.SETTINGS_READ)]
_CHANGED: dict[int | str, dict[str, Any]] = {
    404: {"model": contract.ErrorOut, "description": "There is no such change, or no bank of control items yet."},
    409: {"model": contract.ErrorOut, "description": "Somebody has changed the settings since they were looked at."},
}


class SettingOut(BaseModel):
    name: str = Field(examples=["overlap"])
    group: str
    title: str
    value: float = Field(description="A share is a share here: 0.1 is a tenth.", examples=[3])
    least: float
    most: float
    precautionary: float | None = Field(
        description="Of a limit of exposure: it can be stricter than this, never looser."
    )
    does: str
    meanwhile: str = Field(description="What becomes of what is in progress when it changes.")


class SettingsOut(BaseModel):
    version: int = Field(description="Send it back with a change: it fails where somebody was quicker.", examples=[4])
    following: bool = Field(description="Open items have yet to follow the last change; labelling goes on meanwhile.")
    settings: list[SettingOut]


class SettingsIn(contract.Strict):
    version: int = Field(ge=0, le=LARGEST, description="Of the settings that were looked at.", examples=[4])
    values: dict[str, float] = Field(
        min_length=1, description="By name; those left out stay.", examples=[{"overlap": 3, "max_overlap": 5}]
    )


class PutBackIn(contract.Strict):
    version: int = Field(ge=0, le=LARGEST, examples=[5])
    change: int = Field(
        ge=1, le=LARGEST, description="Id of the change whose earlier values come back.", examples=[812]
    )


class ChangeOut(BaseModel):
    id: int
    version: int
    at: datetime
    by: str = Field(description="A pseudonym.")
    values: dict[str, tuple[float, float]] = Field(
        description="Before and after, by name.", examples=[{"overlap": [3, 4]}]
    )


class HistoryOut(BaseModel):
    changes: list[ChangeOut] = Field(description="Newest first.")
    next: int | None = Field(description="Cursor of the next page; null on the last.")


@router.get("")
def get_settings(service: ServiceDep, _: ReaderDep) -> SettingsOut:
    """The settings in force."""
    with service.database.reading() as session:
        standing = project_settings.standing(session, service.opened.id)
    return _out(standing, following=settings_desk(service).following())


@router.patch("", responses=_CHANGED)
def change_settings(body: SettingsIn, service: ServiceDep, caller: CoordinatorDep) -> SettingsOut:
    """Put values in force at once, in every process. Nobody loses what they hold."""
    desk = settings_desk(service)
    standing = desk.change(caller.id, body.values, body.version, service.now())
    return _out(standing, following=desk.following())


@router.post("/put-back", responses=_CHANGED)
def put_back(body: PutBackIn, service: ServiceDep, caller: CoordinatorDep) -> SettingsOut:
    """Put the values in force that a change had replaced."""
    desk = settings_desk(service)
    standing = desk.put_back(caller.id, body.change, body.version, service.now())
    return _out(standing, following=desk.following())


@router.get("/history")
def get_history(
    service: ServiceDep,
    _: ReaderDep,
    cursor: Annotated[int | None, Query(ge=1, le=LARGEST, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Changes a page, at the most.")] = 50,
) -> HistoryOut:
    """Every change with who made it, what was before and what after."""
    with service.database.reading() as session:
        found = project_settings.history(session, service.opened.id, limit + 1, cursor)
        pseudonyms = people.pseudonyms(session)
    changes = [
        ChangeOut(
            id=one.id, version=one.version, at=one.at, by=pseudonyms.get(one.actor, one.actor), values=dict(one.values)
        )
        for one in found[:limit]
    ]
    return HistoryOut(changes=changes, next=changes[-1].id if len(found) > limit else None)


def _out(standing: Standing, *, following: bool) -> SettingsOut:
    rows = [
        SettingOut(
            name=setting.name,
            group=group.title,
            title=setting.title,
            value=standing.values[setting.name],
            least=setting.least,
            most=setting.most,
            precautionary=getattr(PRECAUTIONARY, setting.name) if setting.name in LIMITS else None,
            does=setting.does,
            meanwhile=setting.meanwhile,
        )
        for group in GROUPS
        for setting in group.settings
    ]
    return SettingsOut(version=standing.version, following=following, settings=rows)
