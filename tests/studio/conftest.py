from __future__ import annotations

import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from annotator.studio.client import StudioClient
from annotator.studio.rows import AnnotationRow, TaskRow

CONFIG = """
<View>
  <Text name="text" value="$text"/>
  <Choices name="concern" toName="text" required="true"><Choice value="0"/><Choice value="1"/></Choices>
  <Labels name="indicator" toName="text"><Label value="FEE"/></Labels>
</View>
"""
TEXT = "Harvest work from June. Housing is offered; a fee of two weeks' pay is due before travel."
RESULT = [{"id": "r1", "from_name": "concern", "to_name": "text", "type": "choices", "value": {"choices": ["1"]}}]


@pytest.fixture
def project(client, request):
    return client.ensure_project(f"test/{request.node.name}", f"Test {request.node.name}", CONFIG)


@pytest.fixture
def volunteer(client):
    return client.ensure_user("quiet-heron-17")


@pytest.fixture
def coordinator(label_studio):
    """A coordinator's own hand on the server, past our client."""
    headers = {"Authorization": f"Token {label_studio.secrets.token}"}
    with httpx.Client(base_url=label_studio.url, headers=headers, timeout=30, trust_env=False) as hand:
        yield hand


@pytest.fixture
def lossy(label_studio):
    """A client whose line drops the answer to the next POST, once armed: the server did it, and we never hear."""
    with LossyLine(label_studio.port) as line, StudioClient(line.url, label_studio.secrets.token) as client:
        yield line, client


def rows(prefix, count):
    return [TaskRow(f"{prefix}-{i}", TEXT, {"quarter": "2026-Q1"}) for i in range(count)]


def answer(key, volunteer):
    return AnnotationRow(key, RESULT, volunteer, lead_time=4.5)


class LossyLine:
    def __init__(self, port):
        self.armed = False
        line = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                server = HTTPConnection("127.0.0.1", port, timeout=30)
                server.request(self.command, self.path, body, dict(self.headers))
                answer = server.getresponse()
                content = answer.read()
                server.close()
                if line.armed and self.command == "POST":
                    line.armed = False
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.headers["Content-Type"] or "text/plain")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_DELETE = forward  # noqa: N815

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
