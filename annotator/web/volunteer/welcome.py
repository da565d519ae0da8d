"""Onboarding, a page a step: what the work is, age and consent, conduct, support, preferences. It works without JavaScript.

The dispenser keeps everybody out who is not through; these pages only lead the way.
"""

from __future__ import annotations

from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from annotator.domain.errors import ConflictError, InputError
from annotator.domain.onboarding import SIGNED, Step
from annotator.domain.words import marked
from annotator.people.texts import translation
from annotator.storage import onboarding, own, wellbeing
from annotator.storage.tables_people import Signature
from annotator.storage.wellbeing import Preferences
from annotator.web.frame.language import ENGLISH, current, say, told
from annotator.web.frame.pages import render
from annotator.web.frame.security import Caller, VolunteerDep
from annotator.web.frame.service import Service, ServiceDep
from annotator.web.volunteer.care import CARDS, card_for
from annotator.web.volunteer.me import indicators
from guidelines.render import render as render_markdown

router = APIRouter(prefix="/welcome", include_in_schema=False)

_TITLES = {
    Step.ABOUT: marked("What the work is"),
    Step.CONSENT: marked("Age and consent"),
    Step.CONDUCT: marked("Code of conduct"),
    Step.SUPPORT: marked("Support"),
    Step.PREFERENCES: marked("Your choices"),
}
_CHANGED = marked("You have signed an earlier version of this text. It has changed, so you are asked again.")
_TAKEN_BACK = marked(
    "You took your consent back. If you want to come back, sign again. Answers that you withdrew stay withdrawn."
)
_Yes = Annotated[str, Form(max_length=8)]


@router.get("")
def welcome(service: ServiceDep, caller: VolunteerDep) -> RedirectResponse:
    """Lead to the step that comes next; who is through goes to labelling."""
    return RedirectResponse(next_address(service, caller.id) or "/label", 303)


@router.get("/{step}")
def step_page(step: Step, request: Request, service: ServiceDep, caller: VolunteerDep) -> Response:
    """Show a step; one that is not due yet leads to the one that is."""
    return _page(request, service, caller, step) or welcome(service, caller)


@router.post("/support")
def choose_support(
    service: ServiceDep, caller: VolunteerDep, region: Annotated[str, Form(max_length=8)] = ""
) -> Response:
    with service.database.writing() as session:
        opt_outs = wellbeing.preferences_of(session, caller.id).opt_outs
        wellbeing.set_preferences(session, caller.id, Preferences(opt_outs, region if region in CARDS else ""))
        onboarding.sign(session, service.now(), caller.id, Step.SUPPORT)
    return RedirectResponse("/welcome", 303)


@router.post("/preferences")
def choose_preferences(
    request: Request,
    service: ServiceDep,
    caller: VolunteerDep,
    zone: Annotated[str, Form(max_length=64)] = "",
    opt_out: Annotated[list[str] | None, Form()] = None,
    covered: _Yes = "",
) -> Response:
    """Store the choices. A time zone has to be chosen, since quiet hours and days go by it."""
    now, known = service.now(), {choice.value for choice in indicators(service.schema)}
    chosen = tuple(code for code in opt_out or () if code in known)
    try:
        with service.database.writing() as session:
            wellbeing.choose_zone(session, now, caller.id, zone.strip())
            region = wellbeing.preferences_of(session, caller.id).region
            wellbeing.set_preferences(session, caller.id, Preferences(chosen, region))
            goal = own.choice_of(session, caller.id).session_goal
            own.choose(session, caller.id, covered=covered == "yes", session_goal=goal)
            onboarding.sign(session, now, caller.id, Step.PREFERENCES)
    except InputError as error:
        page = _page(request, service, caller, Step.PREFERENCES, problem=told(error), chosen=chosen, status=422)
        return page or welcome(service, caller)
    return RedirectResponse("/welcome", 303)


@router.post("/{step}")
def sign_step(
    step: Step,
    request: Request,
    service: ServiceDep,
    caller: VolunteerDep,
    text: Annotated[str, Form(max_length=64)] = "",
    agree: _Yes = "",
    adult: _Yes = "",
) -> Response:
    """Sign a text, by the version that was shown."""
    problem = ""
    if step is Step.CONSENT and adult != "yes":
        problem = say("Taking part is for people of 18 years or older. Tick the box if you are.")
    elif agree != "yes":
        problem = say("Tick the box if you agree. If you don't, you can sign out; nothing else happens.")
    try:
        if not problem:
            with service.database.writing() as session:
                onboarding.sign(session, service.now(), caller.id, step, text)
            return RedirectResponse("/welcome", 303)
        status = 422
    except ConflictError as error:
        problem, status = told(error), 409
    return _page(request, service, caller, step, problem=problem, status=status) or welcome(service, caller)


def next_address(service: Service, person_id: str) -> str:
    """Return the page of the next step; empty for somebody who is through."""
    with service.database.reading() as session:
        step = onboarding.next_step(session, person_id)
    return f"/welcome/{step.value}" if step is not None else ""


def _page(
    request: Request,
    service: Service,
    caller: Caller,
    step: Step,
    *,
    problem: str = "",
    chosen: tuple[str, ...] | None = None,
    status: int = 200,
) -> Response | None:
    """Return the page of a step, or None when an earlier one comes first."""
    with service.database.reading() as session:
        steps = onboarding.standing(session, caller.id)
        preferences = wellbeing.preferences_of(session, caller.id)
        zone = wellbeing.zone_of(session, caller.id) or wellbeing.zone_of(session, service.opened.id)
        last = onboarding.last_signature(session, caller.id, step)
        contact = wellbeing.welfare_contact(session, service.opened.id)
        covered = own.choice_of(session, caller.id).covered
    due = next((each.step for each in steps if each.signed is None), None)
    here = next(each for each in steps if each.step is step)
    if here.signed is None and due is not step:
        return None
    return render(
        request,
        "welcome.html",
        status=status,
        caller=caller,
        here=here,
        signs=step in SIGNED,
        steps=[(each, say(_TITLES[each.step])) for each in steps],
        title=say(_TITLES[step]),
        html=render_markdown(here.text.text) if here.text is not None else "",
        translated=_translated(here),
        again=_again(last) if last is not None and here.signed is None else "",
        cards=CARDS,
        region=preferences.region or card_for(request.headers.get("accept-language", "")),
        contact=contact,
        indicators=indicators(service.schema),
        opt_outs=preferences.opt_outs if chosen is None else chosen,
        covered=covered,
        zone=zone,
        zones=sorted(available_timezones()),
        problem=problem,
    )


def _translated(here: onboarding.StepStanding) -> str:
    """Return a text in the page's language, where that is not its own and a translation was shipped with it."""
    if here.text is None or current() == ENGLISH:
        return ""
    return render_markdown(translation(here.step, here.text.version, current()))


def _again(last: Signature) -> str:
    return say(_TAKEN_BACK if last.revoked_at is not None else _CHANGED)
