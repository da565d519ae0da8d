"""`annotator worker`: the background duties of one database, for set-ups where `annotator up` does not run them."""

from __future__ import annotations

import signal
from threading import Event

from annotator.commands.children import end_with_parent_if_child
from annotator.runtime import opened
from annotator.studio.connect import studio_if_mirrored
from annotator.worker import duties
from annotator.working import work


def worker() -> None:
    """Do what nobody waits for, such as ending overdue leases and mirroring answers, until stopped. Of several workers one leads.

    Example: ANNOTATOR_DATABASE_URL=postgresql://annotator@localhost/annotator annotator worker
    """
    end_with_parent_if_child()
    stopping = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with opened() as service, studio_if_mirrored(service.settings) as studio:
        work(service, duties(service, studio), stopping)
