"""The whole OpenAPI, as every role: no server error, and no status that the contract does not tell of."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import status_code_conformance

from annotator.domain.roles import Role
from tests.security.routes import endless

BOUNDED = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)


@pytest.mark.parametrize("role", [None, *Role])
def test_whatever_is_sent_by_whomever_the_contract_tells_of_the_reply(shared, role):
    client = shared.enter(role) if role is not None else shared.client()
    headers = {"X-CSRF-Token": client.headers.get("X-CSRF-Token", "none")}
    if role is not None:
        headers["Cookie"] = f"session={client.cookies['session']}"
    schema = schemathesis.openapi.from_dict(shared.app.openapi())
    schema.app = shared.app
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if (operation.method.upper(), operation.path) == ("DELETE", "/api/v1/session"):
            continue  # it would end the session of all that follow; it has its own tests

        @BOUNDED
        @given(case=operation.as_strategy())
        def call(case):
            case.call_and_validate(headers=headers, checks=[not_a_server_error, status_code_conformance])

        call()
        tried += 1
    assert tried > 20


def test_every_whole_number_that_may_come_in_has_an_end(shared):
    """One that no database column holds would be a server error."""
    assert list(endless(shared.app)) == []
