"""Pictures to look at: a volunteer's while they hold it, and those of the desk. Addresses say nothing of what a picture shows."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response

from annotator.domain.errors import NotFoundError
from annotator.domain.items import SHUT
from annotator.domain.roles import Role
from annotator.domain.schema import Media, Schema
from annotator.storage import items, leases, pictures
from annotator.storage.tables_pictures import Picture
from annotator.web.frame.security import DeskDep, VolunteerDep
from annotator.web.frame.service import ServiceDep

router = APIRouter(include_in_schema=False)


def of_lease(schema: Schema, lease_id: str) -> str | None:
    """Return where a volunteer finds the picture they hold; None for texts."""
    return f"/label/pictures/{lease_id}" if schema.media is Media.IMAGE else None


def of_item(schema: Schema, public_id: str) -> str | None:
    """Return where the desk finds the picture of an item; None for texts."""
    return f"/coordinator/pictures/{quote(public_id)}" if schema.media is Media.IMAGE else None


@router.get("/label/pictures/{lease}")
def held_picture(lease: str, service: ServiceDep, caller: VolunteerDep) -> Response:
    """Show the picture that the caller holds now, and to nobody else."""
    with service.database.reading() as session:
        return _shown(pictures.of_item(session, leases.held_item(session, caller.id, lease)))


@router.get("/coordinator/pictures/{public_id:path}")
def picture_of_item(public_id: str, service: ServiceDep, caller: DeskDep) -> Response:
    """Show the picture of an item; one that is shut away to coordinators alone, who re-check it."""
    with service.database.reading() as session:
        item = items.by_public_id(session, service.opened.id, public_id)
        if item is None or (item.state in SHUT and caller.role is Role.ADJUDICATOR):
            raise NotFoundError("There is no such picture.")
        return _shown(pictures.of_item(session, item))


def _shown(picture: Picture) -> Response:
    return Response(picture.content, media_type=picture.media_type)
