"""A small client of the API, for programs of other people: `Annotator(url, token)`. It knows nothing of the service's inside."""

from annotator.client.calls import Annotator
from annotator.client.errors import (
    AuthenticationError,
    ClientError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    RateLimitError,
    ServerError,
    UnreachableError,
)
from annotator.client.models import (
    Agreement,
    AgreementRow,
    Answer,
    Consensus,
    Event,
    Intake,
    Item,
    Person,
    Quality,
    Queue,
    Reject,
    Release,
    Waiting,
)
from annotator.client.webhooks import Delivery, SignatureError, verify

__all__ = [
    "Agreement",
    "AgreementRow",
    "Annotator",
    "Answer",
    "AuthenticationError",
    "ClientError",
    "ConflictError",
    "Consensus",
    "Delivery",
    "Event",
    "ForbiddenError",
    "Intake",
    "InvalidError",
    "Item",
    "NotFoundError",
    "Person",
    "Quality",
    "Queue",
    "RateLimitError",
    "Reject",
    "Release",
    "ServerError",
    "SignatureError",
    "UnreachableError",
    "Waiting",
    "verify",
]
