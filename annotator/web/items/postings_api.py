"""`POST /api/v1/postings`: a batch of postings in, through the same checks and the same gate as a file on the page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from annotator.domain.scopes import Scope
from annotator.web.frame import contract
from annotator.web.frame.security import Caller, scoped
from annotator.web.frame.service import ServiceDep
from annotator.web.items.postings import read_in

router = APIRouter(prefix="/api/v1", tags=["postings"])

_SHOWN = 1_000
_ERRORS: dict[int | str, dict[str, Any]] = {
    413: {"model": contract.ErrorOut, "description": "The file is too large."},
    422: {"model": contract.ErrorOut, "description": "The file may not come in at all; nothing of it was stored."},
}


class RejectRow(BaseModel):
    line: int
    reason: str = Field(description="Names the column; values are never quoted.")


class IntakeOut(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "rows": 3,
                    "ready": 2,
                    "quarantined": 0,
                    "duplicates": 0,
                    "rejected": 1,
                    "left_out": ["price"],
                    "rejects": [{"line": 3, "reason": "column 'text' holds white space only"}],
                }
            ]
        }
    )

    rows: int
    ready: int
    quarantined: int = Field(description="Wait for two people: nothing imported passes by itself.")
    duplicates: int
    rejected: int
    left_out: list[str] = Field(description="Columns that are not ours, and were not stored.")
    rejects: list[RejectRow] = Field(description="The first thousand rows that were refused, and why.")


@router.post("/postings", status_code=201, responses=_ERRORS)
def post_postings(
    service: ServiceDep,
    caller: Annotated[Caller, scoped(Scope.POSTINGS_WRITE)],
    file: Annotated[UploadFile, File(description="JSONL, CSV or Parquet; its name's ending says which.")],
    manifest: Annotated[
        UploadFile | None, File(description="The generator's `manifest.json`, for synthetic postings.")
    ] = None,
) -> IntakeOut:
    """Read a batch in. Sending the same batch again adds nothing: its rows count as duplicates."""
    found = read_in(service, caller.id, file, manifest, _SHOWN)
    summary = found.summary
    return IntakeOut(
        rows=summary.rows,
        ready=summary.ready,
        quarantined=summary.quarantined,
        duplicates=summary.duplicates,
        rejected=summary.rejected,
        left_out=list(summary.left_out),
        rejects=[RejectRow(**row) for row in found.rejects],
    )
