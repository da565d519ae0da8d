"""A receiver of webhooks that takes, fails or hangs as told, and the changes that tests tell it of."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sqlmodel import select

from annotator.domain.errors import ConflictError
from annotator.domain.items import ItemState
from annotator.domain.webhooks import Event
from annotator.storage import item_state
from annotator.storage.tables_webhooks import WebhookDelivery, WebhookEndpoint

EVENTS = [event.value for event in Event]


class Recorder(BaseHTTPRequestHandler):
    """Answers with the statuses of its server in turn, the last for ever; a status of 0 hangs."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((dict(self.headers), body))
        status = self.server.statuses[min(len(self.server.seen), len(self.server.statuses)) - 1]
        if status == 0:
            self.server.released.wait(60)
            return
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def receiving(*statuses, handler=Recorder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.statuses, server.seen, server.released = statuses, [], threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()


def listen(world, endpoints, server, events=EVENTS):
    return endpoints.add(server.url, events, world.clock.now(), private=True)


def agree(world, number=0):
    """Let an item be agreed; return its public id."""
    (name,) = world.add_items(1, first=number)
    move(world, name, ItemState.AGREED)
    return name


def move(world, name, to):
    with world.database.writing() as session:
        item_state.move(session, world.clock.now(), "test", world.item(name).id, to)


def move_and_fail(world, name):
    with world.database.writing() as session:
        item_state.move(session, world.clock.now(), "test", world.item(name).id, ItemState.AGREED)
        raise ConflictError("something else went wrong")


def waiting(world):
    with world.database.reading() as session:
        return list(session.exec(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def the_endpoint(world):
    with world.database.reading() as session:
        return session.exec(select(WebhookEndpoint)).one()
