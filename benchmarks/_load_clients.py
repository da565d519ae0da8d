"""Volunteers over HTTP, by locust, in a process of its own: it reads a plan from standard input and prints what happened as JSON.

Each signs in as a person of their own, then answers with the session's cookies and token, and gets the next item with the reply, as
the page does; or, where the plan has them apart, asks and answers in two calls; or, against Label Studio, asks a project's `next` and
posts an annotation with a token of their own.
"""

from __future__ import annotations

import locust  # first: it replaces what waits in the standard library

# ruff: isort: split
import json
import random
import sys
import time
import uuid
from itertools import count
from typing import Any, ClassVar

import gevent
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment

PLAN: dict[str, Any] = {}
_WHO = count()
_A_SECOND = 8  # so many come in, as hashing their passwords takes a processor a while


class Happened:
    """What is measured: only what begins after everybody has signed in."""

    measuring = False
    began = 0.0
    asked: ClassVar[list[float]] = []
    answered: ClassVar[list[float]] = []
    pairs: ClassVar[list[float]] = []
    signed_in: ClassVar[list[float]] = []
    acknowledged: ClassVar[list[tuple[str, str]]] = []
    errors: ClassVar[list[str]] = []
    empty = 0


class Client(FastHttpUser):
    """Somebody who asks and answers until the run ends."""

    abstract = True
    connection_timeout = network_timeout = 60.0
    _ready = False
    held: Any = None
    """The item that came with the answer before."""

    def wait_time(self) -> float:
        return random.expovariate(1 / PLAN["think"]) if PLAN["think"] else 0.0

    def on_start(self) -> None:
        self.number = next(_WHO)
        began = time.perf_counter()
        try:
            self.enter()
        except Exception as error:  # whatever it is, it is counted
            Happened.errors.append(f"sign in: {error!r}")
            raise
        Happened.signed_in.append(time.perf_counter() - began)
        self._ready = True
        while not Happened.measuring:
            gevent.sleep(0.05)

    @locust.task
    def label(self) -> None:
        """Ask, unless the item came with the answer before, then answer; the time in between is the volunteer's own."""
        if not self._ready:
            gevent.sleep(1)
            return
        began = time.perf_counter()
        given, self.held = self.held or self.ask(), None
        asked = time.perf_counter() - began
        if given is None:
            return
        if PLAN["think"]:
            gevent.sleep(self.wait_time())
        between = time.perf_counter()
        if not self.answer(given):
            return
        answered = time.perf_counter() - between
        if began < Happened.began:
            return
        if PLAN["apart"]:
            Happened.asked.append(asked)
            Happened.answered.append(answered)
            Happened.pairs.append(asked + answered)
        elif self.held is not None:
            Happened.pairs.append(answered)

    def call(self, method: str, path: str, wanted: tuple[int, ...], **more: Any) -> Any:
        """Return a reply of a status that is wanted; anything else is an error and gives None."""
        with self.client.request(
            method, path, name=path.split("?", maxsplit=1)[0], catch_response=True, **more
        ) as reply:
            if reply.status_code in wanted:
                reply.success()
                return reply
            said = (reply.text or "")[:200] if reply.status_code else repr(reply.error)
            reply.failure(said)
        Happened.errors.append(f"{method} {path}: {reply.status_code} {said}")
        gevent.sleep(0.2)
        return None

    def enter(self) -> None:
        raise NotImplementedError

    def ask(self) -> Any:
        raise NotImplementedError

    def answer(self, given: Any) -> bool:
        raise NotImplementedError


class Volunteer(Client):
    """A volunteer of ours."""

    abstract = False

    def enter(self) -> None:
        body = {"email": PLAN["emails"][self.number], "password": PLAN["password"]}
        if self.call("POST", "/api/v1/session", (200,), json=body) is None:
            raise RuntimeError("not signed in")
        self.token = next(cookie.value for cookie in self.client.cookiejar if cookie.name == "csrf")
        self.tries, self.run = count(), uuid.uuid4().hex

    def ask(self) -> Any:
        reply = self.call("POST", "/api/v1/next", (200, 204), headers={"X-CSRF-Token": self.token})
        if reply is not None and reply.status_code == 204:
            Happened.empty += 1
            gevent.sleep(0.2)
        return reply.json() if reply is not None and reply.status_code == 200 else None

    def answer(self, given: Any) -> bool:
        key = f"{self.run}-{self.number}-{next(self.tries)}"
        body = {"lease": given["lease"], "result": _result(given["item"]["text"]), "lead_time": 4.2, "key": key}
        body["then_next"] = not PLAN["apart"]
        reply = self.call("POST", "/api/v1/answers", (201,), json=body, headers={"X-CSRF-Token": self.token})
        if reply is None:
            return False
        stored = reply.json()
        Happened.acknowledged.append((key, stored["annotation"]))
        self.held = stored["next"]
        return True


class Native(Client):
    """An annotator at Label Studio's own API."""

    abstract = False

    def enter(self) -> None:
        self.headers = {"Authorization": f"Token {PLAN['tokens'][self.number]}"}

    def ask(self) -> Any:
        reply = self.call("GET", f"/api/projects/{PLAN['project']}/next", (200,), headers=self.headers)
        return reply.json() if reply is not None else None

    def answer(self, given: Any) -> bool:
        body = {"result": _result(given["data"]["text"]), "lead_time": 4.2}
        path = f"/api/tasks/{given['id']}/annotations/"
        return self.call("POST", path, (201,), json=body, headers=self.headers) is not None


def _result(text: str) -> list[dict[str, Any]]:
    """Return a rating and one marked passage, as the editor gives them."""
    place = {"start": 0, "end": 7, "text": text[:7]}
    common = {"to_name": "text", "origin": "manual"}
    rating = {"choices": [random.choice("0123")]}
    return [
        {**common, "id": "r", "from_name": "concern", "type": "choices", "value": rating},
        {
            **common,
            "id": "s",
            "from_name": "indicators",
            "type": "labels",
            "value": {**place, "labels": [PLAN["code"]]},
        },
        {
            **common,
            "id": "s",
            "from_name": "indicators_state",
            "type": "choices",
            "value": {**place, "choices": [PLAN["state"]]},
        },
    ]


def main() -> None:
    PLAN.update(json.load(sys.stdin))
    users = [Native if PLAN["native"] else Volunteer]
    environment = Environment(user_classes=users, host=PLAN["url"], events=locust.events)
    runner = environment.create_local_runner()
    runner.start(PLAN["clients"], spawn_rate=min(PLAN["clients"], _A_SECOND))
    patience = time.monotonic() + PLAN["patience"]
    while len(Happened.signed_in) + len(Happened.errors) < PLAN["clients"] and time.monotonic() < patience:
        gevent.sleep(0.1)
    print("signed in", file=sys.stderr, flush=True)
    Happened.measuring, Happened.began = True, time.perf_counter() + PLAN["warm"]
    gevent.sleep(PLAN["warm"])
    print("measuring", file=sys.stderr, flush=True)
    gevent.sleep(PLAN["seconds"])
    print("measured", file=sys.stderr, flush=True)
    told = {name: list(getattr(Happened, name)) for name in ("asked", "answered", "pairs", "signed_in", "errors")}
    told |= {"seconds": time.perf_counter() - Happened.began, "empty": Happened.empty}
    environment.stop_timeout = 30  # whoever waits for a reply hears it
    runner.stop()
    json.dump({**told, "acknowledged": Happened.acknowledged}, sys.stdout)


if __name__ == "__main__":
    main()
