"""The embedded server: alone on loopback, private, and gone when it should be."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from datetime import timedelta

import psutil
import pytest

from annotator.domain.errors import ConfigError, StudioUnavailableError
from annotator.studio import server
from annotator.studio.rows import TaskRef, key_number
from annotator.studio.server import EmbeddedStudio, _status
from annotator.studio.supervisor import Supervisor
from tests.ports import free_port
from tests.studio.conftest import answer, rows

pytestmark = pytest.mark.studio

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def studio(tmp_path):
    made = EmbeddedStudio(tmp_path / "home", port=free_port())
    yield made
    made.stop()


def ended(pid, within=10.0):
    """Whether the process is gone, or soon is."""
    try:
        psutil.Process(pid).wait(within)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_it_listens_on_loopback_alone_and_reaches_for_nothing_else(label_studio, coordinator):
    for page in ("/projects/", "/api/version", "/api/projects/", "/user/account", "/api/dm/columns/?project=1"):
        coordinator.get(page)

    process = psutil.Process(label_studio.pid)
    sockets = [s for each in (process, *process.children(recursive=True)) for s in each.net_connections("inet")]
    assert [s.laddr for s in sockets if s.status == psutil.CONN_LISTEN] == [("127.0.0.1", label_studio.port)]
    assert {s.raddr.ip for s in sockets if s.raddr} <= {"127.0.0.1"}
    assert "refused: socket" not in label_studio.log_path.read_text()


@pytest.mark.parametrize(
    "reach",
    [
        "socket.create_connection(('192.0.2.1', 80), 1)",
        "socket.create_connection(('label-studio.invalid', 80), 1)",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('192.0.2.1', 53))",
        "socket.gethostbyaddr('192.0.2.1')",
        "socket.getnameinfo(('192.0.2.1', 53), 0)",
        "socket.socket().bind(('0.0.0.0', 0))",
        "socket.socket().bind(('', 0))",
        "socket.socket(socket.AF_INET6).bind(('::', 0))",
        "urllib.request.urlopen('http://192.0.2.1/', timeout=1)",
    ],
)
def test_its_process_may_reach_for_nothing_else(reach):
    code = f"import socket, sys, urllib.request; from annotator.studio import child; sys.addaudithook(child.hold_to_loopback); {reach}"
    tried = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert tried.returncode == 1
    assert "refused: socket." in tried.stderr


def test_its_process_may_speak_on_loopback():
    code = "import socket, sys; from annotator.studio import child; sys.addaudithook(child.hold_to_loopback); s = socket.create_server(('localhost', 0)); socket.create_connection(s.getsockname(), 1)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_it_keeps_is_for_its_owner_alone(label_studio):
    assert mode(label_studio.home) == 0o700
    assert {mode(label_studio.home / name) for name in ("secrets.json", "label-studio.log", "label-studio.pid")} == {
        0o600
    }
    assert mode(label_studio.home / "data") == 0o700
    kept = label_studio.secrets
    assert len(kept.token) == 40
    assert len(kept.password) >= 20
    given = " ".join(psutil.Process(label_studio.pid).cmdline())
    assert kept.token not in given
    assert kept.password not in given
    assert kept.token not in label_studio.log_path.read_text()


def test_nobody_signs_up_by_themselves(coordinator, label_studio):
    coordinator.headers.clear()
    page = coordinator.get("/user/signup/")
    form = {
        "email": "stranger@example.invalid",
        "password": "a-long-password-1",
        "csrfmiddlewaretoken": coordinator.cookies["csrftoken"],
    }
    answered = coordinator.post("/user/signup/", data=form, headers={"Referer": f"{label_studio.url}/user/signup/"})
    assert page.status_code == 200
    assert answered.status_code == 403


def test_other_names_for_this_machine_are_refused(coordinator):
    """Against a page elsewhere whose name is made to point at loopback (DNS rebinding)."""
    assert coordinator.get("/health", headers={"Host": "rebound.invalid"}).status_code == 400


def test_a_taken_port_is_named(studio):
    with socket.create_server(("127.0.0.1", studio.port)), pytest.raises(ConfigError, match=str(studio.port)):
        studio.start()
    assert not studio.is_alive()


def test_one_home_has_one_server(label_studio):
    with pytest.raises(ConfigError, match="Another annotator process"):
        EmbeddedStudio(label_studio.home, port=free_port()).start()
    assert label_studio.is_alive()


def test_start_returns_at_once_and_stop_leaves_nothing(studio):
    studio.start()
    pid = studio.pid
    studio.start()
    with socket.socket() as visitor:
        assert visitor.connect_ex(("127.0.0.1", studio.port)) != 0, "it waited until the server answers"
    assert studio.pid == pid

    studio.stop()
    studio.stop()
    assert not psutil.pid_exists(pid)
    assert not studio.is_alive()
    assert not studio.pid_path.exists()


def test_a_server_that_ends_early_tells_its_last_words(studio):
    studio.home.mkdir()
    (studio.home / "data").write_text("not a folder")
    studio.start()
    with pytest.raises(StudioUnavailableError, match=r"(?s)ended before it was ready.*label-studio\.log.*Error"):
        studio.wait_ready(60)


def test_a_server_that_takes_too_long_is_reported(studio):
    studio.start()
    with pytest.raises(StudioUnavailableError, match="did not answer within 0 seconds"):
        studio.wait_ready(0.01)


def test_whatever_else_answers_on_the_port_is_not_taken_for_the_server():
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        answering = threading.Thread(target=_greet, args=(stranger,))
        answering.start()
        assert _status(f"http://127.0.0.1:{stranger.getsockname()[1]}/health") is None
        answering.join()


def _greet(stranger):
    caller, _ = stranger.accept()
    with caller:
        caller.recv(1024)
        caller.sendall(b"220 mail.example.org ready\r\n")


def test_a_start_that_fails_half_way_leaves_no_process(studio, monkeypatch):
    begun = []

    def full(pid, path):
        begun.append(pid)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(server, "record", full)
    with pytest.raises(OSError, match="No space left"):
        studio.start()
    assert not studio.is_alive()
    assert ended(begun[0], within=0)


def test_unreadable_secrets_are_never_replaced(studio):
    studio.home.mkdir()
    (studio.home / "secrets.json").write_text("{}")
    with pytest.raises(ConfigError, match=r"secrets\.json"):
        studio.start()
    assert (studio.home / "secrets.json").read_text() == "{}"


def test_processes_that_come_at_once_share_one_set_of_secrets(studio):
    code = "import pathlib, sys; from annotator.studio.secrets import kept_secrets; print(kept_secrets(pathlib.Path(sys.argv[1])).token)"
    command = [sys.executable, "-c", code, str(studio.home / "secrets.json")]
    many = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    tokens = {process.communicate()[0].strip() for process in many}
    assert tokens == {studio.secrets.token}
    assert [path.name for path in studio.home.iterdir()] == ["secrets.json"]


def test_the_server_of_a_killed_run_is_ended_first(studio):
    with subprocess.Popen(SLEEP, start_new_session=True) as stray:
        studio.home.mkdir()
        studio.pid_path.write_text(json.dumps({"pid": stray.pid, "born": psutil.Process(stray.pid).create_time()}))
        studio.start()
        assert ended(stray.pid, within=0)
        assert json.loads(studio.pid_path.read_text())["pid"] == studio.pid


def test_a_pid_that_belongs_to_somebody_else_by_now_is_left_alone(studio):
    with subprocess.Popen(SLEEP, start_new_session=True) as other:
        studio.home.mkdir()
        studio.pid_path.write_text(json.dumps({"pid": other.pid, "born": 1_000_000.0}))
        studio.start()
        assert other.poll() is None
        other.kill()


@pytest.mark.parametrize("content", ["", "12", '{"pid": "x"}', "[]"])
def test_a_damaged_pid_file_stops_nothing(studio, content):
    studio.home.mkdir()
    studio.pid_path.write_text(content)
    studio.start()
    assert studio.is_alive()


def test_it_ends_when_its_parent_is_killed(tmp_path):
    code = (
        "import pathlib, sys, time; from annotator.studio.server import EmbeddedStudio;"
        "s = EmbeddedStudio(pathlib.Path(sys.argv[1]), port=int(sys.argv[2])); s.start(); print(s.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "home"), str(free_port())], stdout=subprocess.PIPE, text=True
    )
    with parent:
        child = int(parent.stdout.readline())
        assert psutil.pid_exists(child)
        parent.kill()
    assert ended(child)


def test_a_killed_server_is_unavailable_and_comes_back_with_everything(label_studio, client, project, volunteer):
    task = TaskRef("item-0", client.import_tasks(project, rows("item", 1))["item-0"])
    annotation = client.put_annotation(project, task, answer("key-a", volunteer))
    supervisor = Supervisor(label_studio, first=0.5)
    supervisor.start()
    try:
        killed = label_studio.pid
        os.kill(killed, signal.SIGKILL)
        with pytest.raises(StudioUnavailableError):
            client.put_annotation(project, task, answer("key-b", volunteer))

        deadline = time.monotonic() + 30
        while label_studio.pid == killed and time.monotonic() < deadline:
            time.sleep(0.05)
        label_studio.wait_ready()
        assert label_studio.pid != killed
        assert supervisor.starts == 2
        assert client.put_annotation(project, task, answer("key-a", volunteer)) == annotation
        since = client.newest_change(project) - timedelta(minutes=1)
        assert [[a.key_number for a in seen.annotations] for seen in client.changed_since(project, since)] == [
            [key_number("key-a")]
        ]
    finally:
        supervisor.stop()
        label_studio.restart()
        label_studio.wait_ready()
