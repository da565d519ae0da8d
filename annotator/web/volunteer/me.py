"""The volunteer's own page: time so far and what is left of it, time zone, what they would rather not see, support.

For their eyes alone: no coordinator, score or export sees any of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from annotator.dispensing import returns
from annotator.dispensing.wellbeing import decision
from annotator.domain.errors import InputError
from annotator.domain.exposure import Rest, Used, used
from annotator.domain.limits import Limits, looser
from annotator.domain.project_settings import SETTINGS
from annotator.domain.schema import Choice, Kind, Schema
from annotator.domain.words import marked
from annotator.storage import annotation_log, exposure, onboarding, own, vetting, wellbeing
from annotator.storage.tables import Annotation
from annotator.storage.wellbeing import Preferences
from annotator.web.frame.language import say, told
from annotator.web.frame.pages import render
from annotator.web.frame.security import Caller, VolunteerDep
from annotator.web.frame.service import Service, ServiceDep
from annotator.web.volunteer.care import CARDS, care_for

router = APIRouter(include_in_schema=False)

SHOWN = 20
MOODS = {1: marked("Low"), 2: marked("Rather low"), 3: marked("So-so"), 4: marked("Quite well"), 5: marked("Well")}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person's time stands, on their own clock."""

    zone: str
    zone_chosen: bool
    limits: Limits
    looser: tuple[str, ...]
    used: Used
    rest: Rest | None
    returns: datetime | None
    now: datetime


@router.get("/me")
def my_page(request: Request, service: ServiceDep, caller: VolunteerDep, saved: str = "") -> Response:
    return _page(request, service, caller, saved=bool(saved))


@router.post("/me")
def my_preferences(
    request: Request,
    service: ServiceDep,
    caller: VolunteerDep,
    zone: Annotated[str, Form(max_length=64)] = "",
    region: Annotated[str, Form(max_length=8)] = "",
    opt_out: Annotated[list[str] | None, Form()] = None,
    covered: Annotated[str, Form(max_length=8)] = "",
    goal: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    """Store what was chosen. What is held goes back to the pool: it was given out under the old choice."""
    now = service.now()
    known = {choice.value for choice in indicators(service.schema)}
    chosen = Preferences(tuple(code for code in opt_out or () if code in known), region if region in CARDS else "")
    try:
        with service.database.writing() as session:
            if zone.strip():
                wellbeing.choose_zone(session, now, caller.id, zone.strip())
            wellbeing.set_preferences(session, caller.id, chosen)
            own.choose(session, caller.id, covered=covered == "yes", session_goal=_goal(goal))
    except InputError as error:
        return _page(request, service, caller, problem=told(error), status=422)
    returns.release(service.database, caller.id, now)
    return RedirectResponse("/me?saved=yes", 303)


@router.post("/me/mood")
def note_mood(service: ServiceDep, caller: VolunteerDep, mood: Annotated[int, Form(ge=1, le=5)]) -> Response:
    """Note how one is. Nobody else sees it, nothing reads it."""
    with service.database.writing() as session:
        own.note_mood(session, service.now(), caller.id, mood)
    return RedirectResponse("/me#mood", 303)


@router.post("/me/mood/forget")
def forget_mood(service: ServiceDep, caller: VolunteerDep, note: Annotated[str, Form(max_length=64)] = "") -> Response:
    """Forget one note, or all where none is named."""
    with service.database.writing() as session:
        own.forget_moods(session, caller.id, note or None)
    return RedirectResponse("/me#mood", 303)


def indicators(schema: Schema) -> list[Choice]:
    """Return what can be opted out of: every indicator of the guideline."""
    return [choice for question in schema.questions if question.kind is Kind.SPANS for choice in question.choices]


def standing(service: Service, person_id: str) -> Standing:
    """Return how a person's time stands now."""
    now, project = service.now(), service.opened.id
    with service.database.reading() as session:
        zones = wellbeing.zones_of(session, person_id, project, now)
        limits = wellbeing.limits_of(session, project)
        ledger = exposure.ledger(session, person_id, now)
        decided = decision(session, project, person_id, now)
        chosen = bool(wellbeing.zone_of(session, person_id))
    zone = zones[0]
    rest = decided if isinstance(decided, Rest) else None
    return Standing(
        zone=zone.name,
        zone_chosen=chosen,
        limits=limits,
        looser=tuple(SETTINGS[name].title for name in looser(limits)),
        used=used(now, ledger, limits, zone.info),
        rest=rest,
        returns=rest.until.astimezone(zone.info) if rest is not None else None,
        now=now.astimezone(zone.info),
    )


def _goal(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not text.isdecimal():
        raise InputError("A goal is a number.", where="goal", mend="Leave it empty for none.")
    return int(text)


def _history(service: Service, answers: list[Annotation], zone: str) -> list[tuple[datetime, str, list[str]]]:
    """Return when, the rating's title and the indicators found, of one's own answers. No posting is shown again."""
    rated = [question for question in service.schema.questions if question.kind is Kind.RATING]
    ratings = {choice.value: choice.title for question in rated for choice in question.choices}
    titles = {choice.value: choice.title for choice in indicators(service.schema)}
    return [
        (
            given.created_at.astimezone(ZoneInfo(zone)),
            ratings.get(given.rating or "", say("Cannot tell")),
            sorted({titles.get(span["label"], span["label"]) for span in given.answer.get("spans", ())}),
        )
        for given in answers
    ]


def _page(
    request: Request, service: Service, caller: Caller, *, saved: bool = False, problem: str = "", status: int = 200
) -> Response:
    with service.database.reading() as session:
        care = care_for(session, service.opened.id, caller.id)
        preferences = wellbeing.preferences_of(session, caller.id)
        choice = own.choice_of(session, caller.id)
        moods = own.moods_of(session, caller.id)
        answers = annotation_log.latest_of(session, caller.id, SHOWN)
        count = annotation_log.count_since(session, caller.person.created_at, caller.id)
        signed = onboarding.standing(session, caller.id)
        paused = vetting.pause_of(session, caller.id)
    here = standing(service, caller.id)
    return render(
        request,
        "me.html",
        status=status,
        caller=caller,
        standing=here,
        own=choice,
        moods=[(note.id, note.at.astimezone(ZoneInfo(here.zone)), say(MOODS[note.mood])) for note in moods],
        mood_titles={value: say(title) for value, title in MOODS.items()},
        history=_history(service, answers, here.zone),
        count=count,
        paused=paused,
        signed=[each for each in signed if each.text is not None],
        purpose=service.project.purpose,
        preferences=preferences,
        indicators=indicators(service.schema),
        cards=CARDS,
        care=care,
        zones=sorted(available_timezones()),
        saved=saved,
        problem=problem,
    )
