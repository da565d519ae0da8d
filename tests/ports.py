"""Ports of loopback for servers that tests and benchmarks start."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from pathlib import Path

FIRST, LAST = 20_000, 31_999  # below the ports that the system hands out by itself: 32,768 and up on Linux
TURN = Path(tempfile.gettempdir()) / f"annotator-ports-{os.getuid()}"


def free_port() -> int:
    """Return a free port, and no other process of ours the same one for the next 12,000 calls.

    A server may take a minute until it listens, and a port that the system chose could be chosen again meanwhile.
    """
    with os.fdopen(os.open(TURN, os.O_RDWR | os.O_CREAT, 0o600), "r+") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        port = _after(int(turn.read() or LAST))
        while not _is_free(port):
            port = _after(port)
        turn.seek(0)
        turn.write(str(port))  # always five digits
    return port


def _after(port: int) -> int:
    return port + 1 if port < LAST else FIRST


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
