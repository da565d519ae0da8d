"""The process in which Label Studio's own `start` command runs: it cannot outlive its parent nor speak beyond this machine.

Run as a script by `annotator.studio.server`, never imported by the service. The parent holds the other end of standard input:
when the parent dies, however it dies, the pipe closes and this process ends. Every socket it opens or resolves is held to
loopback by an audit hook, which cannot be taken off again, so no switch left out can make it phone home. The three settings
at the end of `main` were measured; the server is otherwise as installed.
"""

from __future__ import annotations

import gc
import ipaddress
import os
import signal
import sys
import threading
from typing import Any

GRACE = 5.0  # seconds between asking this process to end and ending it
ADDRESSED = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")  # their second argument is an address
# Of these it is their first one.
RESOLVED = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")


def main() -> None:
    """Run `label-studio` with this script's arguments."""
    sys.addaudithook(hold_to_loopback)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    threading.Thread(target=end_with_parent, daemon=True, name="end-with-parent").start()

    from django.core.servers.basehttp import WSGIRequestHandler

    WSGIRequestHandler.disable_nagle_algorithm = True  # else each answer waits 40 ms for a delayed acknowledgement
    WSGIRequestHandler.log_request = lambda *_: None  # errors are logged elsewhere
    gc.set_threshold(50_000, 20, 100)  # the first start builds 22,000 model classes: fewer collections, a sixth faster

    from label_studio.server import main as label_studio

    sys.argv[0] = "label-studio"
    label_studio()


def hold_to_loopback(event: str, args: tuple[Any, ...]) -> None:
    """Refuse to bind, connect, send to or resolve anything but this machine (PEP 578 audit events)."""
    if not event.startswith("socket."):
        return
    if event in ADDRESSED and isinstance(args[1], tuple):
        refuse_unless_local(event, args[1][0])
    elif event in RESOLVED and args[0] is not None:
        refuse_unless_local(event, args[0][0] if isinstance(args[0], tuple) else args[0])


def refuse_unless_local(event: str, host: str | bytes) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if not is_local(name):
        sys.stderr.write(f"refused: {event} to {name!r}, which is not this machine\n")
        raise PermissionError(f"{event} to {name!r} is refused: this server speaks on loopback only")


def is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def end_with_parent() -> None:
    """Wait for the parent's end of standard input to close, then end this process."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(GRACE)
    os._exit(1)


if __name__ == "__main__":
    main()
