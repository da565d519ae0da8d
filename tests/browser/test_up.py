"""`annotator up` as an operator meets it: starting, starting again, beginning anew, being stopped, and what it says."""

from __future__ import annotations

import re
import signal
import socket
import time

import httpx
import psutil
import pytest

from tests.browser.running import environment_for, run_annotator, up
from tests.ports import free_port

pytestmark = [pytest.mark.studio, pytest.mark.timeout(180)]


def log_of(home):
    return (home.parent / f"{home.name}.log").read_text()


def test_a_second_start_keeps_the_data_and_fresh_begins_anew(tmp_path):
    home = tmp_path / "home"
    with up(home, "--demo", ANNOTATOR_STUDIO="false") as first:
        people = first.people
        assert first.health()["label_studio"] == {"state": "off"}
    with up(home, "--demo", ANNOTATOR_STUDIO="false") as second:
        assert second.people == people
    with up(home, "--demo", "--fresh", ANNOTATOR_STUDIO="false") as third:
        assert third.people != people


def test_an_empty_start_prints_a_link_that_makes_the_first_coordinator_once(tmp_path):
    home = tmp_path / "home"
    with up(home, ANNOTATOR_STUDIO="false") as running:
        end = time.monotonic() + 60
        while not (found := re.search(r"http\S+/invitation\?token=\S+", log_of(home))):
            assert time.monotonic() < end
            time.sleep(0.1)
        token = found.group().partition("token=")[2]
        form = {"token": token, "email": "first@example.org", "password": "four plain words here"}
        with httpx.Client(base_url=running.url, trust_env=False) as client:
            made = client.post("/invitation", data=form)
            assert (made.status_code, made.headers["location"]) == (303, "/coordinator")
            assert client.get("/coordinator").status_code == 200
            assert client.post("/invitation", data={**form, "email": "second@example.org"}).status_code == 404


def test_a_taken_port_is_a_clear_message(tmp_path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        done = run_annotator(["up"], environment_for(tmp_path / "home", port))
    assert done.returncode == 2
    assert f"Port {port} of 127.0.0.1 is taken" in done.stderr
    assert "ANNOTATOR_PORT" in done.stderr


def test_fresh_never_removes_a_folder_that_is_not_ours(tmp_path):
    home = tmp_path / "thesis"
    home.mkdir()
    (home / "chapter-1.txt").write_text("years of work")
    done = run_annotator(["up", "--fresh"], environment_for(home, free_port()))
    assert done.returncode == 2
    assert (home / "chapter-1.txt").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_it_ends_everything_it_started(tmp_path, number):
    home = tmp_path / "home"
    with up(home) as running:
        end = time.monotonic() + 90
        while len(children := psutil.Process(running.process.pid).children(recursive=True)) < 2:
            assert time.monotonic() < end
            time.sleep(0.1)
        running.process.send_signal(number)
        running.process.wait(40)
        _, alive = psutil.wait_procs(children, timeout=20)
        assert alive == []
    assert number is signal.SIGKILL or "Stopped." in log_of(home)
