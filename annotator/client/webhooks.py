"""For receivers of webhooks: whether a delivery is from the service, and what it tells. The standard library does."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from annotator.client.errors import ClientError

TOLERANCE = 300.0


class SignatureError(ClientError):
    """The delivery is not from the service, was changed on its way, or is too old."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery that was verified. The same `id` may come again: it is the same event."""

    id: str
    type: str
    timestamp: datetime
    data: dict[str, str]


def verify(secret: str, headers: Mapping[str, str], body: bytes, *, now: float | None = None) -> Delivery:
    """Return what a delivery tells, once its signature is found right. `body` is what came, byte for byte.

    Raises:
        SignatureError: it is not signed with the secret, or older (or newer) than five minutes.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message, moment, signatures = (given[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
        sent = int(moment)
    except (KeyError, ValueError) as error:
        raise SignatureError("The headers of a webhook are missing.") from error
    if abs((time.time() if now is None else now) - sent) > TOLERANCE:
        raise SignatureError("The delivery is too old.")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = b"v1," + base64.b64encode(hmac.digest(key, f"{message}.{moment}.".encode() + body, "sha256"))
    if not any(hmac.compare_digest(right, each.encode()) for each in signatures.split()):
        raise SignatureError("The signature is not right.")
    told = json.loads(body)
    return Delivery(message, told["type"], datetime.fromisoformat(told["timestamp"]), told["data"])
