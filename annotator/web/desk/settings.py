"""The coordinator's page of settings: each explained, checked at its field, and every change on record and reversible."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from annotator.coordination.changing import SettingsDesk
from annotator.domain.errors import AnnotatorError, ConflictError
from annotator.domain.limits import PRECAUTIONARY
from annotator.domain.project_settings import CONTROLS, GROUPS, SETTINGS, Setting, SettingsError
from annotator.domain.words import marked
from annotator.storage import people, project_settings
from annotator.web.frame.errors import status_of
from annotator.web.frame.language import told
from annotator.web.frame.numbers import LARGEST
from annotator.web.frame.pages import render
from annotator.web.frame.security import Caller, CoordinatorDep
from annotator.web.frame.service import Service, ServiceDep

router = APIRouter(prefix="/coordinator/settings", include_in_schema=False)

_SHOWN = 50
_Version = Annotated[int, Form(ge=0, le=LARGEST)]


async def fields_of(request: Request) -> dict[str, str]:
    """Return the settings among the fields of a form, as they were written."""
    form = await request.form()
    return {name: str(form[name]) for name in SETTINGS if name in form}


FieldsDep = Annotated[dict[str, str], Depends(fields_of)]


def settings_desk(service: Service) -> SettingsDesk:
    return SettingsDesk(service.database, service.opened, service.schema, service.settings.looser_limits)


@router.get("")
def settings_page(request: Request, service: ServiceDep, caller: CoordinatorDep, saved: str = "") -> Response:
    return _page(request, service, caller, saved=bool(saved))


@router.post("")
def settings_form(
    request: Request, service: ServiceDep, caller: CoordinatorDep, fields: FieldsDep, version: _Version
) -> Response:
    """Store what was written, unless somebody has changed the settings since the page was opened."""
    try:
        settings_desk(service).change(caller.id, _numbers(fields), version, service.now())
    except AnnotatorError as error:
        return _page(request, service, caller, error=error, written=fields, since=version)
    return RedirectResponse("/coordinator/settings?saved=yes", 303)


@router.post("/put-back")
def put_back(
    request: Request,
    service: ServiceDep,
    caller: CoordinatorDep,
    change: Annotated[int, Form(ge=1, le=LARGEST)],
    version: _Version,
) -> Response:
    """Put the values in force that a change had replaced."""
    try:
        settings_desk(service).put_back(caller.id, change, version, service.now())
    except AnnotatorError as error:
        return _page(request, service, caller, error=error, since=version)
    return RedirectResponse("/coordinator/settings?saved=yes", 303)


def _page(
    request: Request,
    service: Service,
    caller: Caller,
    *,
    saved: bool = False,
    error: AnnotatorError | None = None,
    written: dict[str, str] | None = None,
    since: int | None = None,
) -> Response:
    with service.database.reading() as session:
        standing = project_settings.standing(session, service.opened.id)
        changes = project_settings.history(session, service.opened.id, _SHOWN)
        pseudonyms = people.pseudonyms(session)
    shown = {name: as_written(SETTINGS[name], value) for name, value in standing.values.items()}
    problems = error.problems if isinstance(error, SettingsError) else {}
    usual: dict[str, Any] = asdict(PRECAUTIONARY)
    return render(
        request,
        "settings.html",
        status=status_of(error) if error is not None else 200,
        caller=caller,
        groups=GROUPS,
        controls=CONTROLS,
        standing=standing,
        in_force=shown,
        written={**shown, **(written or {})},
        problems=problems,
        problem="" if error is None or problems else told(error),
        newer=[each for each in changes if isinstance(error, ConflictError) and each.version > (since or 0)],
        usual=usual,
        may_be_looser=service.settings.looser_limits,
        changes=changes,
        settings=SETTINGS,
        as_written=as_written,
        pseudonyms=pseudonyms,
        following=settings_desk(service).following(),
        saved=saved,
    )


def as_written(setting: Setting, value: float) -> str:
    """Return a value as the page writes it: a share in a hundred."""
    return f"{round(value * 100, 6) if setting.share else value:.10g}"


def _numbers(fields: dict[str, str]) -> dict[str, float]:
    """Read what was written.

    Raises:
        SettingsError: something is no number.
    """
    found, problems = {}, {}
    for name, written in fields.items():
        try:
            number = float(written.strip().replace(",", "."))
        except ValueError:
            problems[name] = marked("Give a number.")
            continue
        found[name] = round(number / 100, 8) if SETTINGS[name].share else number
    if problems:
        raise SettingsError(problems)
    return found
