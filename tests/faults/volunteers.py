"""Volunteers who label over HTTP whatever happens, and write down what they were told: what is acknowledged has to be there."""

from __future__ import annotations

import http.client
import json
import random
import time
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread

_PATIENCE = 4.0  # seconds that a volunteer waits for a reply
_GIVE_UP = 60.0
_LEASE_GONE = (404, 409)


@dataclass
class Pending:
    """An answer that was sent and not acknowledged yet."""

    key: str
    lease: str
    rating: str


@dataclass
class Acknowledged:
    """An answer of which the service said that it is stored."""

    key: str
    lease: str
    rating: str
    annotation: str


@dataclass
class Volunteer:
    """One person with one browser, who asks any web process in turn; an answer goes out again until it is acknowledged."""

    person_id: str
    token: str
    csrf: str
    ports: Callable[[], list[int]]
    rng: random.Random
    done: list[Acknowledged] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    statuses: Counter = field(default_factory=Counter)
    requests: int = 0
    pending: Pending | None = None
    _held: dict | None = None  # what came with the reply to an answer
    _count: int = 0
    _line: http.client.HTTPConnection | None = None

    def label(self, stop: Event) -> None:
        """Work until told to stop."""
        while not stop.is_set():
            if self.step() is None:
                stop.wait(0.15)

    def step(self) -> bool | None:
        """Do one thing; None where there was no reply."""
        if self.pending is not None:
            return self._send()
        chance = self.rng.random()
        if self.done and chance < 0.06:
            return self._repeat(self.rng.choice(self.done))
        given, self._held = self._held or self._next(), None
        if given is None:
            return None
        lease = given["lease"]
        if chance > 0.96:
            return self._post("/api/v1/skip", {"lease": lease})[0] is not None or None
        if chance > 0.94:
            return self._post("/api/v1/pause", {})[0] is not None or None
        self._count += 1
        self.pending = Pending(f"{self.person_id[-6:]}-{self._count}", lease, self._rating(given["item"]["text"]))
        return self._send()

    def settle(self) -> None:
        """Send what is not acknowledged until it is, or is refused for good."""
        end = time.monotonic() + _GIVE_UP
        while self.pending is not None and time.monotonic() < end:
            if self._send() is None:
                time.sleep(0.2)
        if self.pending is not None:
            self.wrong.append(f"no reply about {self.pending.key} for {_GIVE_UP:.0f} s, last {self.statuses}")

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _send(self) -> bool | None:
        one = self.pending
        assert one is not None
        status, said = self._answer(one.key, one.lease, one.rating, then_next=self.rng.random() < 0.7)
        if status == 201:
            self._held = said["next"]
            self.done.append(Acknowledged(one.key, one.lease, one.rating, said["annotation"]))
            self.pending = None
        elif status in _LEASE_GONE:  # it took too long, and others may have the item now
            self.pending = None
        elif status is not None and status < 500 and status != 401:
            self.wrong.append(f"answer {one.key} was refused with {status}: {said}")
            self.pending = None
        return None if status is None or status >= 401 else True

    def _repeat(self, one: Acknowledged) -> bool | None:
        """Send an answer that is acknowledged once more, as a page does whose reply was lost."""
        status, said = self._answer(one.key, one.lease, one.rating)
        if status == 201 and (said["annotation"], said["created"]) != (one.annotation, False):
            self.wrong.append(f"answer {one.key} was stored twice: {one.annotation}, {said}")
        elif status in _LEASE_GONE:
            self.wrong.append(f"answer {one.key} was acknowledged, and is refused with {status} now: {said}")
        return status is not None or None

    def _next(self) -> dict | None:
        status, given = self._post("/api/v1/next", {})
        return given if status == 200 else None

    def _answer(self, key: str, lease: str, rating: str, *, then_next: bool = False) -> tuple[int | None, dict]:
        region = {"id": "r1", "from_name": "concern", "to_name": "text", "type": "choices", "origin": "manual"}
        result = [{**region, "value": {"choices": [rating]}}]
        body = {"lease": lease, "key": key, "lead_time": 9.0, "result": result, "then_next": then_next}
        return self._post("/api/v1/answers", body)

    def _rating(self, text: str) -> str:
        """Rate as the text deserves, with slips of one's own."""
        true = zlib.crc32(text.encode()) % 4
        slip = self.rng.random() < 0.15
        return str((true + self.rng.choice((1, 3))) % 4 if slip else true)

    def _post(self, path: str, body: dict) -> tuple[int | None, dict]:
        """Return status and reply; None where there was none."""
        try:
            if self._line is None:
                port = self.rng.choice(self.ports())
                self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
            headers = {
                "Content-Type": "application/json",
                "Cookie": f"session={self.token}; csrf={self.csrf}",
                "X-CSRF-Token": self.csrf,
            }
            self._line.request("POST", path, json.dumps(body), headers)
            reply = self._line.getresponse()
            said = reply.read()
            self.statuses[reply.status] += 1
            if reply.status >= 500:
                self.close()  # the next try asks whichever process it finds
            return reply.status, json.loads(said) if said and reply.status < 500 else {}
        except (OSError, http.client.HTTPException):
            self.statuses["none"] += 1
            self.close()
            return None, {}
        finally:
            self.requests += 1


class Crew:
    """Everybody who labels, each in a thread of their own."""

    def __init__(self, volunteers: list[Volunteer]) -> None:
        self.volunteers = volunteers
        self._stop = Event()
        self._threads: list[Thread] = []

    def start(self) -> None:
        self._stop.clear()
        self._threads = [Thread(target=one.label, args=(self._stop,)) for one in self.volunteers]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait(self, requests: int, at_most: float = 10.0) -> None:
        """Return once so many more requests have come to an end, well or not."""
        end, wanted = time.monotonic() + at_most, self.requests + requests
        while self.requests < wanted and time.monotonic() < end:
            time.sleep(0.005)

    @property
    def requests(self) -> int:
        return sum(one.requests for one in self.volunteers)

    def settle(self) -> None:
        """Bring everybody's last answer to its end, all at once."""
        threads = [Thread(target=one.settle) for one in self.volunteers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one in self.volunteers:
            one.close()  # a process that is stopped does not wait for them

    @property
    def acknowledged(self) -> int:
        return sum(len(one.done) for one in self.volunteers)
