"""The worker that leads says that it is well, in one place, which every page and command about it reads."""

from __future__ import annotations

import time
from threading import Event, Thread

from annotator.storage import heartbeat
from annotator.working import Duty, work


def test_the_leading_worker_says_that_it_is_well_and_what_its_duties_are(site, clock):
    stopping, done = Event(), Event()
    worker = Thread(target=work, args=(site.service, [Duty("a duty", done.set, pause=60)], stopping))
    worker.start()
    try:
        assert done.wait(30)
        deadline = time.monotonic() + 90
        while (beat := read(site)) is None and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        stopping.set()
        worker.join()
    assert beat.at.isoformat() == clock.now().isoformat()
    assert [duty.name for duty in beat.duties] == ["a duty"]


def read(site):
    with site.service.database.reading() as session:
        return heartbeat.read(session)
