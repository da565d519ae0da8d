"""The shapes of the HTTP contract, as OpenAPI shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from annotator.domain.leases import EmptyReason

Key = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]
Id = Annotated[str, Field(min_length=1, max_length=64)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignIn(Strict):
    email: str = Field(max_length=254, examples=["volunteer-1@example.org"])
    password: str = Field(max_length=256, examples=["four unrelated plain words"])
    code: str | None = Field(
        default=None, max_length=40, description="Of the second factor, for those who have one.", examples=["123456"]
    )


class Session(BaseModel):
    pseudonym: str
    role: str
    home: str = Field(description="The page this role starts from.")


class ItemOut(BaseModel):
    id: str = Field(
        description="A name of the item's own, the same for everybody; it says nothing of where the item is from."
    )
    text: str = Field(description="Empty where the item is a picture.")
    image: str | None = Field(default=None, description="Where the picture is, for whoever holds the item.")


class GuidelineOut(BaseModel):
    name: str
    version: str
    sha256: str


class Next(BaseModel):
    lease: str = Field(description="Send it back with the answer.")
    expires_at: datetime
    item: ItemOut
    guideline: GuidelineOut
    label_config: str = Field(description="Label Studio's config, built from the guideline.")


class AnswerIn(Strict):
    lease: Id
    result: list[dict[str, Any]] = Field(max_length=500, description="Label Studio's result: a list of regions.")
    lead_time: float = Field(
        ge=0, le=86_400, description="Seconds from showing to sending, those behind a hidden screen left out."
    )
    key: Key = Field(description="Chosen by the client, kept over retries: the same key stores one answer.")
    then_next: bool = Field(
        default=False, description="Ask for the next item in the same call, once the answer is stored."
    )


class Nothing(BaseModel):
    """There is no item now."""

    reason: EmptyReason
    retry_after: int | None = Field(default=None, description="Seconds, where waiting helps.")


class AnswerOut(BaseModel):
    annotation: str
    created: bool = Field(description="False when this key had stored it before.")
    next: Next | None = Field(default=None, description="The next item, where it was asked for.")
    nothing: Nothing | None = Field(default=None, description="Why there is no next item, where it was asked for.")


class LeaseIn(Strict):
    lease: Id


class FlagIn(Strict):
    lease: Id
    kind: str = Field(max_length=50, examples=["personal_data"])
    note: str | None = Field(default=None, max_length=500)


class Done(BaseModel):
    done: bool = True


class Progress(BaseModel):
    session: int = Field(description="Answers since this session was opened.")
    today: int = Field(description="Answers since midnight UTC.")


class ErrorBody(BaseModel):
    what: str
    where: str = Field(description="The field, path or row; empty where it is the call as a whole.")
    mend: str = Field(description="What to do about it; empty where there is nothing.")


class ErrorOut(BaseModel):
    """A problem in the form of RFC 9457, sent as `application/problem+json`; `error` holds its parts for programs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "There is no such item.",
                    "error": {"what": "There is no such item.", "where": "", "mend": ""},
                }
            ]
        }
    )

    type: str = Field(description="Always `about:blank`: the status says what kind of problem it is.")
    title: str
    status: int
    detail: str
    error: ErrorBody


class AgreementOut(BaseModel):
    """Krippendorff's alpha of one label; `value` is null with a `reason` where it is not defined."""

    label: str
    question: str
    level: str
    value: float | None
    low: float | None
    high: float | None
    items: int = Field(description="Items with at least two answers that can be paired.")
    labels: int = Field(description="Answers that can be paired.")
    reason: str
    cannot_tell: float | None = Field(default=None, description="Share of answers that were 'cannot tell'.")


class AgreementReport(BaseModel):
    guideline: GuidelineOut
    answers: int
    agreement: list[AgreementOut]


NOT_HERE: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorOut, "description": "There is no such thing, or not for you."},
    409: {"model": ErrorOut, "description": "It is not as it was when you looked."},
}
"""Replies of calls that name an object."""
