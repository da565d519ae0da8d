"""Training pages and their half of the HTTP contract: the labelling page deals cards here instead of items, and then explains.

Nothing stored here reaches an item, a consensus or Label Studio.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from annotator.domain.answers import Answer
from annotator.domain.errors import NotFoundError
from annotator.domain.feedback import Comparison, comparison
from annotator.quality import training as course
from annotator.quality.cards import Card
from annotator.quality.training import NoCard
from annotator.storage import training as attempts
from annotator.studio.results import parse_result
from annotator.web.frame import contract
from annotator.web.frame.pages import render
from annotator.web.frame.security import VolunteerDep
from annotator.web.frame.service import Service, ServiceDep
from annotator.web.volunteer.api import name_of
from annotator.web.volunteer.label import editor_page
from annotator.web.volunteer.welcome import next_address
from guidelines.excerpt import Excerpt, excerpts

pages = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/v1/training", tags=["training"])


class Explained(contract.AnswerOut):
    feedback: str = Field(description="Where the answer is explained.")


@pages.get("/training")
def training_page(request: Request, service: ServiceDep, caller: VolunteerDep) -> Response:
    if address := next_address(service, caller.id):
        return RedirectResponse(address, 303)
    with service.database.reading() as session:
        standing = course.standing(session, service.schema, caller.id)
    return render(
        request,
        "training.html",
        caller=caller,
        standing=standing,
        study=excerpts(service.guideline.text, standing.study),
    )


@pages.get("/training/label")
def training_editor(request: Request, service: ServiceDep, caller: VolunteerDep) -> Response:
    if address := next_address(service, caller.id):
        return RedirectResponse(address, 303)
    return editor_page(request, service, caller, training=True)


@pages.get("/training/feedback/{attempt}")
def feedback_page(
    request: Request, service: ServiceDep, caller: VolunteerDep, attempt: Annotated[str, Path(max_length=64)]
) -> Response:
    with service.database.reading() as session:
        found = attempts.attempt(session, caller.id, attempt)
        if found is None:
            raise NotFoundError("There is no such attempt of yours.", mend="Go back to the training page.")
        tries = [each for each in attempts.attempts_of(session, caller.id) if each.card == found.card]
        standing = course.standing(session, service.schema, caller.id)
    card = course.card_of(service.schema, found.card)
    compared = comparison(service.schema, card.text, card.expected, card.spans, found.labels)
    return render(
        request,
        "feedback.html",
        caller=caller,
        compared=compared,
        again=not found.right and len(tries) < course.TRIES,
        standing=standing,
        clauses=_clauses(service, compared, card),
    )


@api.post("/next", response_model=contract.Next, responses={204: {"description": "No card now; `reason` says why."}})
def next_card(service: ServiceDep, caller: VolunteerDep) -> Response | contract.Next:
    """Get the next training card. Asking again gives the same one."""
    dealt = course.deal(service.database, service.project, service.schema, caller.id, service.now())
    if isinstance(dealt, NoCard):
        headers = {"reason": dealt.reason.value}
        if dealt.retry_after is not None:
            headers["retry-after"] = str(dealt.retry_after)
        return Response(status_code=204, headers=headers)
    schema, card = service.schema, dealt.card
    return contract.Next(
        lease=card.id,
        expires_at=dealt.until,
        item=contract.ItemOut(id=name_of(card.id), text=card.text),
        guideline=contract.GuidelineOut(name=schema.name, version=schema.version, sha256=schema.sha256),
        label_config=service.label_config,
    )


@api.post("/answers", status_code=201, responses=contract.NOT_HERE)
def post_attempt(body: contract.AnswerIn, service: ServiceDep, caller: VolunteerDep) -> Explained:
    """Store an attempt once; `feedback` is where it is explained."""
    card = course.card_of(service.schema, body.lease)
    answer: Answer = parse_result(service.schema, card.text, body.result)
    stored, created = course.attempt(
        service.database, service.schema, caller.id, card.id, body.key, answer, service.now()
    )
    return Explained(annotation=stored, created=created, feedback=f"/training/feedback/{stored}")


@api.post("/skip", responses=contract.NOT_HERE)
def skip_card(body: contract.LeaseIn, service: ServiceDep, caller: VolunteerDep) -> contract.Done:
    """Leave a card out, without a reason."""
    course.pass_over(service.database, service.schema, caller.id, body.lease, service.now())
    return contract.Done()


@api.post("/flag", responses=contract.NOT_HERE)
def flag_card(body: contract.FlagIn, service: ServiceDep, caller: VolunteerDep) -> contract.Done:
    """Leave a card out by a flag: it is made up, so nobody has to look at it."""
    course.pass_over(service.database, service.schema, caller.id, body.lease, service.now())
    return contract.Done()


@api.post("/undo", responses=contract.NOT_HERE)
def undo_card(body: contract.LeaseIn, service: ServiceDep, caller: VolunteerDep) -> contract.Done:
    """Deal a card again that was left out a moment ago."""
    course.take_back(service.database, service.schema, caller.id, body.lease, service.now())
    return contract.Done()


@api.post("/pause")
def pause_training(service: ServiceDep, caller: VolunteerDep) -> contract.Done:
    """Take a break: the time stops."""
    course.rest(service.database, caller.id, service.now())
    return contract.Done()


def _clauses(service: Service, compared: Comparison, card: Card) -> list[Excerpt]:
    """Return the clauses to read: those of the hard case, and of what was read otherwise than the guideline does."""
    anchors = dict.fromkeys([*card.clauses, *(row.clause for row in compared.rows if not row.right and row.clause)])
    return excerpts(service.guideline.text, anchors)


router = APIRouter()
router.include_router(api)
router.include_router(pages)
