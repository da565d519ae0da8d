"""One real Label Studio server for each process of the test run, on a free port of loopback, in a temporary home."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from annotator.studio.client import StudioClient
from annotator.studio.server import EmbeddedStudio
from tests.ports import free_port


@pytest.fixture(scope="session")
def new_studio_home(tmp_path_factory) -> Path:
    """A home in which a server has started once, to copy: that first start takes a minute, so a run does it once."""
    mine = tmp_path_factory.getbasetemp()
    folder = mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine
    made = folder / "new-label-studio"
    with (folder / "new-label-studio.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            studio = EmbeddedStudio(folder / "label-studio-in-the-making", port=free_port())
            studio.start()
            try:
                studio.wait_ready()
            finally:
                studio.stop()
            studio.home.rename(made)
    return made


@pytest.fixture(scope="session")
def label_studio(tmp_path_factory, new_studio_home):
    """A server that answers. A test that ends it starts it again."""
    home = tmp_path_factory.mktemp("label-studio") / "home"
    shutil.copytree(new_studio_home, home)
    studio = EmbeddedStudio(home, port=free_port())
    studio.start()
    try:
        studio.wait_ready()
        yield studio
    finally:
        studio.stop()


@pytest.fixture
def client(label_studio):
    with StudioClient(label_studio.url, label_studio.secrets.token) as made:
        yield made
