"""The mirror's server and client: how soon it is up, and how fast items and answers get there.

The peer is `label-studio start` exactly as installed (phoning home switched off), driven by the same client in the same run.
Run: python -m benchmarks.studio [--tasks 20000] [--annotations 200]
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from annotator.studio.client import StudioClient
from annotator.studio.rows import AnnotationRow, TaskRef, TaskRow
from annotator.studio.server import QUIET, EmbeddedStudio
from tests.ports import free_port

TOKEN = "0123456789abcdef" * 2 + "01234567"
TEXT = "We need people for the harvest from June. Housing is offered near the fields; a fee is due before travel. " * 6
CONFIG = """<View><Text name="text" value="$text"/>
<Choices name="concern" toName="text"><Choice value="0"/><Choice value="1"/></Choices></View>"""
RESULT = [{"id": "r", "from_name": "concern", "to_name": "text", "type": "choices", "value": {"choices": ["1"]}}]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=20_000)
    parser.add_argument("--annotations", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        peer = measured(Peer(Path(folder) / "peer"), asked.tasks, asked.annotations)
        ours = measured(Ours(Path(folder) / "ours"), asked.tasks, asked.annotations)
    print(f"{'':32}{'as installed':>14}{'embedded':>12}{'ratio':>8}")
    for name, theirs in peer.items():
        print(f"{name:32}{theirs:14.3f}{ours[name]:12.3f}{ours[name] / theirs:8.2f}")


def measured(server: Ours | Peer, tasks: int, annotations: int) -> dict[str, float]:
    figures: dict[str, float] = {}
    with server.running() as first:
        figures["first start, s"] = first
    with server.running() as later:
        figures["later start, s"] = later
        client = StudioClient(server.url, server.token)
        project, user = client.ensure_project("benchmark", "Benchmark", CONFIG), client.ensure_user("bench-1")
        figures["health, s"] = statistics.median(taken(client.health) for _ in range(20))
        rows = [TaskRow(f"item-{i:06}", TEXT) for i in range(tasks)]
        begin = time.perf_counter()
        found = client.import_tasks(project, rows)
        figures["tasks imported a second"] = tasks / (time.perf_counter() - begin)
        figures["2,500 tasks asked again, s"] = taken(lambda: client.import_tasks(project, rows[-2500:]))
        since = client.newest_change(project)
        pairs = [
            (TaskRef(row.item_id, found[row.item_id]), AnnotationRow(f"key-{row.item_id}", RESULT, user, 3.0))
            for row in rows[:annotations]
        ]
        begin = time.perf_counter()
        list(client.put_annotations(project, pairs))
        figures["annotations put a second"] = annotations / (time.perf_counter() - begin)
        assert since is not None
        figures["changes since read, s"] = taken(lambda: list(client.changed_since(project, since)))
        carried = [
            TaskRow(
                f"late-{i}", TEXT, annotations=tuple(AnnotationRow(f"late-{i}-{j}", RESULT, user) for j in range(3))
            )
            for i in range(2500)
        ]
        figures["annotations carried a second"] = 7500 / taken(lambda: client.import_tasks(project, carried))
    return figures


def taken(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


class Ours:
    """The embedded server."""

    def __init__(self, home: Path) -> None:
        self.studio = EmbeddedStudio(home, port=free_port())
        self.url = self.studio.url
        self.token = self.studio.secrets.token

    @contextmanager
    def running(self) -> Iterator[float]:
        begin = time.perf_counter()
        self.studio.start()
        try:
            self.studio.wait_ready()
            yield time.perf_counter() - begin
        finally:
            self.studio.stop()


class Peer:
    """The installed console script with its own settings."""

    def __init__(self, home: Path) -> None:
        self.home, self.port, self.token = home, free_port(), TOKEN
        self.url = f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator[float]:
        silent = {name: value for name, value in QUIET.items() if "LABEL_STUDIO" not in name}
        who = {
            "LABEL_STUDIO_USERNAME": "peer@annotator.invalid",
            "LABEL_STUDIO_PASSWORD": "only-for-this-run",
            "LABEL_STUDIO_USER_TOKEN": TOKEN,
            "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        }
        script = str(Path(sys.executable).with_name("label-studio"))
        options = [
            "--no-browser",
            "--internal-host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--data-dir",
            str(self.home),
        ]
        begin = time.perf_counter()
        with subprocess.Popen(
            [script, "start", *options],
            env=os.environ | silent | who,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                while socket.socket().connect_ex(("127.0.0.1", self.port)):
                    time.sleep(0.1)
                yield time.perf_counter() - begin
            finally:
                process.kill()


if __name__ == "__main__":
    main()
