"""The courier: sends what is due, each endpoint for itself, so that a slow or a dead one holds up nobody else.

A delivery is forgotten only after the receiver has said 2xx, so each arrives at least once; its id tells a repeat.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np

from annotator import __version__
from annotator.domain.clock import Clock
from annotator.domain.errors import InputError
from annotator.domain.webhooks import pause_before
from annotator.domain.words import marked
from annotator.storage import webhooks
from annotator.storage.database import Database
from annotator.storage.tables_webhooks import WebhookDelivery, WebhookEndpoint
from annotator.webhooks import signing
from annotator.webhooks.address import choose, read_url

DEADLINE = 10.0
"""Seconds that one delivery may take, from looking the name up to the receiver's status."""

_EACH = 20
_GONE = 410


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a delivery was not taken; `gone` where the receiver wants no more."""

    why: str
    gone: bool = False


class Courier:
    """Sends deliveries; `private` lets it call private and loopback addresses."""

    def __init__(
        self, database: Database, clock: Clock, rng: np.random.Generator, *, private: bool, deadline: float = DEADLINE
    ) -> None:
        self._database, self._clock, self._rng = database, clock, rng
        self._private, self._deadline = private, deadline

    def deliver(self) -> int:
        """Send what is due; return how many deliveries were taken."""
        with self._database.reading() as session:
            found = webhooks.due(session, self._clock.now(), _EACH)
        return asyncio.run(self._all(list(found.values()))) if found else 0

    async def _all(self, due: list[tuple[WebhookEndpoint, list[WebhookDelivery]]]) -> int:
        options: dict[str, Any] = {"trust_env": False, "follow_redirects": False, "timeout": self._deadline}
        async with httpx.AsyncClient(**options, headers={"User-Agent": f"annotator/{__version__}"}) as client:
            return sum(await asyncio.gather(*(self._each(client, *one) for one in due)))

    async def _each(self, client: httpx.AsyncClient, endpoint: WebhookEndpoint, rows: list[WebhookDelivery]) -> int:
        """Send one endpoint's deliveries in turn, up to the first that fails."""
        secrets = signing.secrets_in_force(self._database, endpoint, self._clock.now())
        taken = 0
        for row in rows:
            failure = await self._send(client, endpoint, row, secrets)
            now = self._clock.now()
            with self._database.writing() as session:
                if failure is None:
                    webhooks.delivered(session, row, now)
                    taken += 1
                    continue
                pause = pause_before(row.tries + 1, self._rng)
                webhooks.failed(session, row, now, failure.why, pause, gone=failure.gone)
            break
        return taken

    async def _send(
        self, client: httpx.AsyncClient, endpoint: WebhookEndpoint, row: WebhookDelivery, secrets: list[str]
    ) -> Failure | None:
        try:
            async with asyncio.timeout(self._deadline):
                return await self._post(client, endpoint.url, row, secrets)
        except TimeoutError:
            return Failure(marked(f"no reply within {self._deadline:g} s"))
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            return Failure(marked(f"no reply ({type(error).__name__})"))
        except InputError as error:
            return Failure(error.what)

    async def _post(
        self, client: httpx.AsyncClient, url: str, row: WebhookDelivery, secrets: list[str]
    ) -> Failure | None:
        place = read_url(url, private=self._private)
        infos = await asyncio.get_running_loop().getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
        address = choose([str(info[4][0]) for info in infos], private=self._private)
        headers = signing.headers(row.id, row.body, secrets, self._clock.now())
        request = client.build_request(
            "POST",
            place.at(address),
            content=row.body.encode(),
            headers={**headers, "Host": place.authority, "Content-Type": "application/json"},
            extensions={
                "sni_hostname": place.host
            },  # the certificate is asked of the name, the call goes to the address
        )
        reply = await client.send(request, stream=True)
        await reply.aclose()
        if reply.is_success:
            return None
        redirected = marked("redirects are not followed")
        said = redirected if reply.is_redirect else marked(f"the receiver said {reply.status_code}")
        return Failure(said, gone=reply.status_code == _GONE)
