"""Secrets of endpoints and signatures of deliveries, after Standard Webhooks (standardwebhooks.com, version 1).

A secret is derived from a key of this database, the endpoint and its generation, so it stands nowhere and can be shown once.
"""

from __future__ import annotations

import base64
import hmac
from datetime import datetime

from annotator.domain.webhooks import BOTH_SECRETS
from annotator.storage import markers
from annotator.storage.database import Database
from annotator.storage.tables_webhooks import WebhookEndpoint

PREFIX = "whsec_"
_KEY = "webhook_key"


def secret_of(database: Database, endpoint_id: str, generation: int) -> str:
    """Return an endpoint's secret: `whsec_` and 32 bytes in base64."""
    key = markers.secret(database, _KEY).encode()
    return PREFIX + base64.b64encode(hmac.digest(key, f"{endpoint_id}/{generation}".encode(), "sha256")).decode()


def secrets_in_force(database: Database, endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """Return the secrets that sign now: the newest, and for a day after a change the one before."""
    rotated = endpoint.rotated_at
    both = rotated is not None and now - rotated < BOTH_SECRETS
    generations = [endpoint.generation, endpoint.generation - 1] if both else [endpoint.generation]
    return [secret_of(database, endpoint.id, generation) for generation in generations]


def headers(delivery_id: str, body: str, secrets: list[str], now: datetime) -> dict[str, str]:
    """Return the headers of a delivery: its id, the moment, and a signature by every secret."""
    moment = str(int(now.timestamp()))
    signed = f"{delivery_id}.{moment}.{body}".encode()
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
