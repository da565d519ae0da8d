"""`annotator worker`: the background duties of one database, for set-ups where `annotator up` does not run them."""

from __future__ import annotations

import os
import signal
from threading import Event, Thread

from annotator.commands.children import PARENT
from annotator.runtime import opened
from annotator.studio.child import end_with_parent
from annotator.worker import duties, work


def worker() -> None:
    """Return overdue leases and mirror answers to Label Studio, until stopped. Of several workers one leads, the rest stand by.

    Example: ANNOTATOR_DATABASE_URL=postgresql://annotator@localhost/annotator annotator worker
    """
    if os.environ.pop(PARENT, ""):
        Thread(target=end_with_parent, daemon=True).start()
    stopping = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with opened() as service:
        work(service, duties(service), stopping)
