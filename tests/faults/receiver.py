"""Somebody's program that our webhooks go to: it takes, refuses, hangs or takes without saying so."""

from __future__ import annotations

import json
import random
from collections import Counter
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread


class Manner(StrEnum):
    WELL = "well"
    REFUSES = "refuses"
    SILENT = "silent"  # keeps the delivery, and hangs up without a word: it comes again


class Receiver:
    """Keeps what comes, by the delivery's id."""

    def __init__(self) -> None:
        self.manner = Manner.WELL
        self.bodies: dict[str, set[bytes]] = {}
        self.times: Counter[str] = Counter()
        self._rng, self._lock = random.Random(1), Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def forget(self) -> None:
        self.bodies, self.times = {}, Counter()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, delivery: str, body: bytes) -> Manner:
        with self._lock:
            manner = self.manner if self._rng.random() < 0.7 else Manner.WELL
            if manner is not Manner.REFUSES:
                self.bodies.setdefault(delivery, set()).add(body)
                self.times[delivery] += 1
        return manner

    def items(self) -> Counter[str]:
        """Return how many different deliveries told of each item."""
        return Counter(json.loads(next(iter(bodies)))["data"]["item"] for bodies in self.bodies.values())


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:  # its sender was killed half-way: no program would take that for a delivery
                self.close_connection = True
                return
            manner = receiver.take(self.headers["webhook-id"], body)
            if manner is Manner.SILENT:
                self.close_connection = True
                return
            self.send_response(503 if manner is Manner.REFUSES else 204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler
