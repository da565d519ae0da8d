"""Servers that tests start get ports that nobody else can be given while they come up."""

import re
import socket
import subprocess
import sys
from pathlib import Path

from tests import ports
from tests.ports import FIRST, LAST, free_port

ROOT = Path(__file__).parents[2]
LET_GO = re.compile(r"with socket\.socket\(\) as \w+:\n\s+\w+\.bind\(\(.*, 0\)\)\n\s+return")


def test_processes_that_ask_at_once_get_different_ports():
    code = "from tests.ports import free_port\nfor _ in range(50): print(free_port())"
    asking = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) for _ in range(4)]
    ports = [int(line) for one in asking for line in one.communicate()[0].split()]
    assert len(ports) == len(set(ports)) == 200
    assert all(FIRST <= port <= LAST for port in ports)


def test_a_port_in_use_is_passed_over(tmp_path, monkeypatch):
    port, turn = free_port(), tmp_path / "turn"
    turn.write_text(str(port - 1))
    monkeypatch.setattr(ports, "TURN", turn)  # of the next one another process may be the owner
    with socket.create_server(("127.0.0.1", port)) as holder:
        assert free_port() != holder.getsockname()[1]


def test_they_lie_below_the_ports_that_the_system_hands_out():
    handed_out = Path("/proc/sys/net/ipv4/ip_local_port_range")
    if handed_out.exists():
        assert int(handed_out.read_text().split()[0]) > LAST


def test_no_test_asks_the_system_for_a_port_and_lets_it_go():
    """Another process may be given it before the server listens."""
    files = [path for folder in ("tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
    assert len(files) > 100
    assert not [path.name for path in files if LET_GO.search(path.read_text())]
