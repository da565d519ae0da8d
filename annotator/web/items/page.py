"""The page of one item: where it stands and why, everybody's passages over the text, the answers side by side, its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from annotator.domain.adjudication import TITLES
from annotator.domain.answers import Answer, Span
from annotator.domain.bulk import WORDING, Action, refusal
from annotator.domain.errors import NotFoundError
from annotator.domain.origins import tool_of
from annotator.domain.words import Words
from annotator.insight.labels import said, titles
from annotator.storage import adjudication, annotation_log, audit, bulk, items, mirror, people
from annotator.storage.tables import GuidelineVersion, Item
from annotator.web.frame.pages import render
from annotator.web.frame.security import DeskDep
from annotator.web.frame.service import Service, ServiceDep
from annotator.web.items import pictures
from annotator.web.items.history import in_words, standing
from annotator.web.items.letters import knows_people, letter
from annotator.web.items.overlay import Layer, overlay

router = APIRouter(prefix="/coordinator", include_in_schema=False)


@router.get("/items/{public_id:path}")
def item_page(public_id: str, request: Request, service: ServiceDep, caller: DeskDep) -> Response:
    """Show all there is about an item. Adjudicators see letters in the place of people."""
    named = knows_people(caller.role)
    with service.database.reading() as session:
        item = items.by_public_id(session, service.opened.id, public_id)
        if item is None:
            raise NotFoundError("There is no such item.")
        answers = annotation_log.of_item(session, item.id)
        history = audit.history(session, item.id)
        flags = items.flags_of(session, item.id)
        changes = mirror.changes_of(session, item.id)
        decisions = adjudication.decisions(session, item.id, standing=False)
        pseudonyms = people.pseudonyms(session) if named else {}
        subject = bulk.subject_of(session, item.id, service.now())
        touching = {one.id: one.action for one in bulk.touching(session, item.id)}
        studio = _studio_task(service, session, item)
    named_as = titles(service.schema)
    layers = [
        Layer(letter(place), _in_titles(named_as, Answer.from_json(annotation.answer).spans))
        for place, (annotation, _) in enumerate(answers)
    ]
    return render(
        request,
        "item.html",
        caller=caller,
        item=item.model_dump(),
        standing=standing(item),
        flag_titles={flag.value: flag.title for flag in service.schema.flags},
        text=overlay(item.text, layers),
        picture=pictures.of_item(service.schema, public_id),
        answers=[(letter(place), name if named else "", given) for place, (given, name) in enumerate(answers)],
        marked=any(layer.spans for layer in layers),
        history=[(line, in_words(line, touching)) for line in history],
        flags=flags,
        changes=changes,
        decisions=decisions,
        causes={cause.value: title for cause, title in TITLES.items()},
        pseudonyms=pseudonyms,
        tool_of=tool_of,
        named=named_as,
        states={state.value: state.title for question in service.schema.questions for state in question.states},
        rating_question=service.schema.rating.question,
        posterior=_posterior(service, item),
        indicators=_indicators(service, item),
        studio=studio,
        actions=[(action.value, WORDING[action]) for action in Action if not refusal(action, subject)] if named else [],
    )


def _in_titles(named_as: Mapping[str, str], spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return passages that say what they show as people read it."""
    return tuple(replace(span, label=named_as.get(span.label, span.label)) for span in spans)


def _studio_task(service: Service, session: Session, item: Item) -> str:
    """Return where the item's task is in Label Studio; empty where there is none."""
    task = mirror.task_of(session, item.id, service.opened.guideline_version_id)
    project = session.get_one(GuidelineVersion, service.opened.guideline_version_id).ls_project_id
    if not service.studio_url or task is None or project is None:
        return ""
    return f"{service.studio_url}/projects/{project}/data?task={task}"


def _posterior(service: Service, item: Item) -> list[tuple[str, float]]:
    """Return each rating with its probability; empty before the first answer: nobody decides on a classifier's word alone."""
    return list(zip(service.schema.rating.values, (item.posterior if item.answered else None) or (), strict=False))


def _indicators(service: Service, item: Item) -> list[tuple[str, Words | str, float]]:
    """Return label, most probable state and its probability, of what the newest refit says beyond "not stated" and "no"."""
    schema, named = service.schema, titles(service.schema)
    specs = {spec.name: spec for spec in schema.labels}
    best = [
        (specs[name], specs[name].values[max(range(len(values)), key=values.__getitem__)], max(values))
        for name, values in (item.indicators or {}).items()
        if name in specs
    ]
    return [
        (named[spec.name], said(schema, spec, value), share) for spec, value, share in best if value != spec.values[-1]
    ]
