"""Ending and recognising processes and ports of ours. A pid alone proves nothing: it is held to the process's start time."""

from __future__ import annotations

import contextlib
import json
import socket
from pathlib import Path

import psutil

from annotator.domain.errors import ConfigError
from annotator.storage.whole_files import whole


def record(pid: int, path: Path) -> None:
    """Write a process's pid and start time for `end_recorded` to find after a crash."""
    with whole(path) as file:
        file.write(json.dumps({"pid": pid, "born": psutil.Process(pid).create_time()}).encode())


def end_recorded(path: Path, grace: float = 5) -> None:
    """End the recorded process if it still is the same one, and forget the record."""
    try:
        kept = json.loads(path.read_text())
        pid, born = int(kept["pid"]), float(kept["born"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        if psutil.Process(pid).create_time() == born:
            end(pid, grace)
    path.unlink()


def end(pid: int, grace: float) -> None:
    """End a process and its descendants: asked first, after `grace` seconds made to."""
    try:
        leader = psutil.Process(pid)
        family = [leader, *leader.children(recursive=True)]
        leader.terminate()
    except psutil.NoSuchProcess:
        return
    _, left = psutil.wait_procs(family, timeout=grace)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=grace)


def listens_alone(pid: int, host: str, port: int) -> bool:
    """Say whether the process listens at that address and at no other."""
    try:
        sockets = psutil.Process(pid).net_connections("inet")
    except psutil.NoSuchProcess:
        return False
    return [s.laddr for s in sockets if s.status == psutil.CONN_LISTEN] == [(host, port)]


def require_free(host: str, port: int) -> None:
    """Raise ConfigError when something listens at that address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            mend = "Stop what listens there, or choose another port."
            raise ConfigError(
                f"Port {port} of {host}, meant for Label Studio, cannot be had ({error.strerror}).", mend=mend
            ) from error
