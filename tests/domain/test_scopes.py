"""Roles and scopes: who may hold what, who may invite whom, and where each begins. The whole table stands here on purpose."""

from __future__ import annotations

import pytest

from annotator.domain.errors import ForbiddenError, InputError
from annotator.domain.roles import HOME, MAY_INVITE, Role
from annotator.domain.scopes import HOLDERS, TITLES, Scope, held_by, read_scopes

DESK = {"coordinator", "admin"}
BENCH, DATA = DESK | {"adjudicator"}, DESK | {"researcher"}


def test_each_scope_is_held_by_the_roles_whose_work_it_is():
    assert {scope.value: set(holders) for scope, holders in HOLDERS.items()} == {
        "items:read": BENCH,
        "items:write": DESK,
        "answers:read": BENCH,
        "agreement:read": DATA,
        "consensus:read": DATA,
        "people:read": DESK,
        "adjudication:read": BENCH,
        "learning:read": DATA,
        "quality:read": DESK,
        "metrics:read": DESK,
        "alerts:read": DESK,
        "settings:read": DESK,
        "releases:read": DATA,
        "postings:write": DESK,
    }
    assert list(TITLES) == list(HOLDERS) == list(Scope)
    assert all(TITLES.values())


def test_volunteers_hold_no_scope_and_coordinators_all():
    assert held_by(Role.VOLUNTEER) == []
    assert held_by(Role.COORDINATOR) == list(Scope)
    assert held_by(Role.ADJUDICATOR) == [Scope.ITEMS_READ, Scope.ANSWERS_READ, Scope.ADJUDICATION_READ]


def test_scopes_are_read_for_the_role_that_asks():
    assert read_scopes(["agreement:read", "releases:read"], Role.RESEARCHER) == {
        Scope.AGREEMENT_READ,
        Scope.RELEASES_READ,
    }
    with pytest.raises(ForbiddenError, match="items:write"):
        read_scopes(["agreement:read", "items:write"], Role.RESEARCHER)


@pytest.mark.parametrize("words", [[], ["items:delete"], ["items:read", ""]])
def test_no_scope_and_an_unknown_one_are_refused_with_the_place(words):
    with pytest.raises(InputError) as refused:
        read_scopes(words, Role.ADMIN)
    assert refused.value.where == "scopes"


def test_who_may_invite_whom():
    desk = {"volunteer", "adjudicator", "researcher", "coordinator"}
    assert {role.value: set(others) for role, others in MAY_INVITE.items()} == {
        "volunteer": set(),
        "adjudicator": set(),
        "researcher": set(),
        "coordinator": desk,
        "admin": desk | {"admin"},
    }


def test_each_role_begins_at_its_own_page():
    assert {role.value: page for role, page in HOME.items()} == {
        "volunteer": "/label",
        "adjudicator": "/coordinator/adjudication",
        "coordinator": "/coordinator",
        "researcher": "/researcher",
        "admin": "/coordinator",
    }
