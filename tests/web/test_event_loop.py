"""The database is asked in threads, never in the event loop, where one that waits keeps everybody waiting."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import event

from annotator.domain.roles import Role


@pytest.fixture
def in_the_loop(site):
    """The statements that a thread with an event loop sent."""
    engine, found = site.service.database.engine, []

    def note(_connection, _cursor, statement, *_):
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return
        found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def test_error_pages_forms_and_the_duty_of_a_second_factor_ask_in_threads(site, in_the_loop):
    volunteer, coordinator = site.enter(Role.VOLUNTEER), site.enter(Role.COORDINATOR)
    assert volunteer.get("/nowhere").status_code == 404
    assert volunteer.get("/coordinator").status_code == 403
    assert volunteer.post("/guideline/new", data={"fee": "1"}).status_code == 404
    site.service.settings.__dict__["second_factor_duty"] = True
    assert coordinator.get("/coordinator").headers["location"] == "/me/second-factor"
    assert in_the_loop == []
