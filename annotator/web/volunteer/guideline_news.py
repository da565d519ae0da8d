"""The volunteer's page when the guideline has changed: what is new, clause by clause, and a few questions on it.

Answering is no test of anybody: a wrong answer is explained and can be given again at once, and how often is not kept.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from annotator.domain.errors import NotFoundError
from annotator.storage import asker, guideline_life
from annotator.web.frame.pages import render
from annotator.web.frame.security import Caller, VolunteerDep
from annotator.web.frame.service import Service, ServiceDep
from annotator.web.guideline.versions import News, graded, news_in_use

router = APIRouter(prefix="/guideline/new", include_in_schema=False)


@router.get("")
def what_is_new(request: Request, service: ServiceDep, caller: VolunteerDep) -> Response:
    return _page(request, service, caller, _news(service), {})


async def fields_of(request: Request) -> dict[str, str]:
    """Return the fields of the form: which they are is known to the guideline alone."""
    return {name: str(value) for name, value in (await request.form()).items()}


@router.post("")
def answer_quiz(
    request: Request, service: ServiceDep, caller: VolunteerDep, fields: Annotated[dict[str, str], Depends(fields_of)]
) -> Response:
    """Let the person go on when every question is answered rightly; else explain, and ask again."""
    news = _news(service)
    given = graded(news.questions, fields)
    if any(given[question.id] != question.right for question in news.questions):
        return _page(request, service, caller, news, given, status=422)
    with service.database.writing() as session:
        guideline_life.pass_quiz(session, service.now(), caller.id, service.project.guideline_version_id)
    return RedirectResponse("/label", 303)


def _news(service: Service) -> News:
    with service.database.reading() as session:
        found = news_in_use(service, session)
    if found is None:
        raise NotFoundError("Nothing has changed in the guideline.", mend="Go on labelling.")
    return found


def _page(
    request: Request, service: Service, caller: Caller, news: News, given: dict[str, int | None], status: int = 200
) -> Response:
    project = service.project
    with service.database.reading() as session:
        due = asker.of(session, project, caller.id).quiz_due
    return render(
        request, "guideline_new.html", status=status, caller=caller, news=news, given=given, asked=bool(given), due=due
    )
