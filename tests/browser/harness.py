"""A stand-in for the service behind the labelling page: the same requests over items in memory.

For the page's own tests of what goes wrong (an expired lease, a failing save, a refused result). The real service is driven by
its own end-to-end test. Run it to look at the page: `python -m tests.browser.harness` and open the address it prints.
"""

from __future__ import annotations

import secrets
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from annotator.domain.errors import InputError
from annotator.studio.editor_assets import EDITOR_CSP, EditorAssets, find_editor
from annotator.studio.label_config import build_label_config
from annotator.studio.results import parse_result
from annotator.web.frame.packed import editor_files, packed
from annotator.web.frame.pages import environment
from annotator.web.volunteer.care import CARDS, Care
from guidelines.loader import load
from guidelines.render import render

HERE = Path(__file__).parent
WEB = HERE.parents[1] / "annotator" / "web"
GUIDELINE = load("postings", "1.0.0")
LABEL_CONFIG = build_label_config(GUIDELINE.schema)
POSTINGS = [
    (
        "Warehouse helpers wanted, start Monday. You pay a registration fee of 300 before the first shift.\n"
        "Passports are kept in the office until the season ends. Free room beside the site, lost when you leave the job.\n"
        "Call <PHONE> & ask for the shift lead."
    ),
    (
        "Kitchen assistant, 38 hours a week, written contract on the first day. No fees of any kind are charged to workers.\n"
        "Pay is monthly to your own account. Write to jobs@example.org."
    ),
    (
        "Seasonal picking 🍓 with housing. Travel costs are advanced and worked off over two months.\n"
        "No experience needed. Decide today, papers come later."
    ),
]


@dataclass
class Fault:
    """How one coming answer to a path goes wrong."""

    status: int
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    store: bool = False  # the answer is stored, and the response is lost


@dataclass
class Harness:
    """What the stand-in was asked and what it keeps; tests read and set it."""

    items: deque[tuple[str, str]] = field(default_factory=deque)
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    answers: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    empty_reason: str = "done"
    label_config: str = LABEL_CONFIG
    lease: dict[str, Any] | None = None
    slip: tuple[tuple[str, str], dict[str, Any]] | None = None  # the item skipped last, and its lease
    url: str = ""
    token: str = "test-token"

    def reset(self, *, items: int = 6) -> None:
        self.items = deque((f"item-{n}", POSTINGS[n % len(POSTINGS)]) for n in range(items))
        self.faults, self.answers, self.calls = {}, [], []
        self.empty_reason, self.lease, self.slip, self.label_config = "done", None, None, LABEL_CONFIG
        self.token = secrets.token_urlsafe(16)  # what a closed page had under way is none of the next test's

    def fail(self, path: str, *faults: Fault) -> None:
        self.faults.setdefault(path, deque()).extend(faults)

    def bodies(self, path: str) -> list[Any]:
        return [body for called, body in self.calls if called == path]


def create_app(state: Harness, assets: EditorAssets) -> FastAPI:
    app = FastAPI()
    templates = environment()
    app.mount(assets.url, editor_files(assets))
    app.mount("/static/test", packed(WEB / "static"))

    @app.get("/label")
    def label() -> HTMLResponse:
        nonce = secrets.token_urlsafe(16)
        page = templates.get_template("label.html").render(
            static=lambda name: f"/static/test/{name}",
            editor=assets,
            csp_nonce=nonce,
            caller=SimpleNamespace(person=SimpleNamespace(pseudonym="volunteer-7")),
            csrf=state.token,
            language="en",
            direction="ltr",
            look="",
            guideline_language="en",
            flags=GUIDELINE.schema.flags,
            care=Care("Ada Example, ada@example.org", CARDS["GB"]),
            time_zone="Europe/London",
            own=SimpleNamespace(covered=False, session_goal=None),
        )
        response = HTMLResponse(page, headers={"content-security-policy": EDITOR_CSP.format(nonce=nonce)})
        response.set_cookie("csrf", state.token)
        return response

    @app.get("/guideline/{name}/{version}")
    def guideline(name: str, version: str) -> HTMLResponse:
        return HTMLResponse(render(GUIDELINE.text))

    @app.get("/favicon.ico")
    def favicon() -> Response:
        return Response(status_code=204)

    @app.get("/api/v1/progress")
    def progress() -> dict[str, int]:
        return {"session": len(state.answers), "today": len(state.answers) + 7}

    @app.post("/api/v1/{path}")
    async def call(path: str, request: Request) -> Response:
        body = await request.json() if await request.body() else None
        if request.headers.get("x-csrf-token") != state.token:
            return JSONResponse({"error": {"what": "The request has no valid token.", "where": "", "mend": ""}}, 403)
        state.calls.append((path, body))
        faults = state.faults.get(path)
        fault = faults.popleft() if faults else None
        if fault is not None:
            if fault.store:
                answer(state, body)
            return JSONResponse(fault.body, fault.status, fault.headers)
        return HANDLERS[path](state, body)

    return app


def next_item(state: Harness, _body: Any) -> Response:
    if state.lease is None:
        if not state.items:
            return Response(status_code=204, headers={"reason": state.empty_reason, "retry-after": "600"})
        item, text = state.items[0]
        state.lease = {
            "lease": f"lease-{item}",
            "expires_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1800)),
            "item": {"id": item, "text": text},
            "guideline": {"name": "postings", "version": "1.0.0"},
            "label_config": state.label_config,
        }
    return JSONResponse(state.lease)


def answer(state: Harness, body: dict[str, Any]) -> Response:
    if body["key"] in [stored["key"] for stored in state.answers]:
        return stored(state, body)
    if state.lease is None or body["lease"] != state.lease["lease"]:
        return JSONResponse(
            {"error": {"what": "The lease has ended.", "where": "lease", "mend": "Ask for the next one."}}, 409
        )
    try:
        parsed = parse_result(GUIDELINE.schema, state.lease["item"]["text"], body["result"])
    except InputError as error:
        return JSONResponse({"error": {"what": error.what, "where": error.where, "mend": error.mend}}, 422)
    state.answers.append({**body, "answer": parsed})
    leave(state, body)
    return stored(state, body)


def stored(state: Harness, body: dict[str, Any]) -> Response:
    """Say that the answer is there, with the next item or why there is none."""
    assert body["then_next"], "the page asks for both in one call"
    given = next_item(state, None)
    there = {"next": state.lease, "nothing": None}
    if given.status_code != 200:
        there = {"next": None, "nothing": {"reason": given.headers["reason"], "retry_after": 600}}
    return JSONResponse({"annotation": body["key"], **there}, 201)


def leave(state: Harness, _body: Any) -> Response:
    if state.lease is not None:
        state.items.popleft()
        state.lease = None
    return Response(status_code=204)


def skip(state: Harness, body: Any) -> Response:
    if state.lease is not None:
        state.slip = (state.items[0], state.lease)
    return leave(state, body)


def undo(state: Harness, body: Any) -> Response:
    if state.slip is None or state.slip[1]["lease"] != body["lease"]:
        return JSONResponse({"error": {"what": "Too late to take that back.", "where": "", "mend": ""}}, 409)
    (item, state.lease), state.slip = state.slip, None
    state.items.appendleft(item)
    return Response(status_code=204)


def pause(state: Harness, _body: Any) -> Response:
    state.lease = None
    return Response(status_code=204)


HANDLERS = {"next": next_item, "answers": answer, "skip": skip, "flag": skip, "undo": undo, "pause": pause}


@contextmanager
def serve(state: Harness, *, port: int = 0) -> Iterator[Harness]:
    """Run the stand-in in a thread; `state.url` is its address."""
    assets = find_editor(Path(tempfile.gettempdir()) / "annotator-editor-assets")
    server = uvicorn.Server(uvicorn.Config(create_app(state, assets), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    state.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield state
    finally:
        server.should_exit = True
        thread.join(timeout=5)


if __name__ == "__main__":
    shown = Harness()
    shown.reset(items=500)
    with serve(shown, port=8123):
        print(f"{shown.url}/label")
        threading.Event().wait()
