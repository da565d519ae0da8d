"""One real Label Studio server for the whole test run, on a free port of loopback, in a temporary home."""

from __future__ import annotations

import socket

import pytest

from annotator.studio.client import StudioClient
from annotator.studio.server import EmbeddedStudio


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def label_studio(tmp_path_factory):
    """A server that answers. A test that ends it starts it again."""
    studio = EmbeddedStudio(tmp_path_factory.mktemp("label-studio") / "home", port=free_port())
    studio.start()
    try:
        studio.wait_ready()
        yield studio
    finally:
        studio.stop()


@pytest.fixture
def client(label_studio):
    return StudioClient(label_studio.url, label_studio.secrets.token)
