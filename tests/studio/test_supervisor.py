"""The watch over a child process: it goes on whatever a start runs into."""

from __future__ import annotations

import time

from annotator.studio.supervisor import Supervisor


class Failing:
    """A child that the machine has no room for at first, and that ends as soon as it runs."""

    def __init__(self, log_path):
        self.log_path, self.begun, self.tries = log_path, False, 0

    def start(self):
        self.tries += 1
        if self.tries == 2:
            raise OSError(28, "No space left on device")
        self.begun = self.tries > 2

    def is_alive(self):
        return self.begun

    def stop(self):
        self.begun = False


def test_a_full_disk_does_not_end_the_watch(tmp_path):
    child = Failing(tmp_path / "log")
    supervisor = Supervisor(child, first=0.01)
    supervisor.start()
    try:
        deadline = time.monotonic() + 10
        while not child.is_alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert child.is_alive()
        assert child.tries == 3
    finally:
        supervisor.stop()
