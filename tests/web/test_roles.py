"""Who may open what: every route declares it, and the table here is what they declare. The default is deny."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from annotator.domain.roles import Role
from annotator.web.security import admitted_roles

EVERYBODY = {role.value for role in Role}
DESK = {"coordinator", "admin"}
MATRIX = {
    "GET /": {"anybody"},
    "GET /healthz": {"anybody"},
    "GET /docs": {"anybody"},
    "GET /sign-in": {"anybody"},
    "POST /sign-in": {"anybody"},
    "POST /sign-out": EVERYBODY,
    "GET /invitation": {"anybody"},
    "POST /invitation": {"anybody"},
    "GET /guideline": EVERYBODY,
    "GET /guideline/{name}/{version}": EVERYBODY,
    "GET /label": {"volunteer"},
    "GET /me": {"volunteer"},
    "POST /me": {"volunteer"},
    "POST /me/mood": {"volunteer"},
    "POST /me/mood/forget": {"volunteer"},
    "GET /me/leave": {"volunteer"},
    "POST /me/leave": {"volunteer"},
    "POST /me/leave/now": {"volunteer"},
    "GET /welcome": {"volunteer"},
    "GET /welcome/{step}": {"volunteer"},
    "POST /welcome/{step}": {"volunteer"},
    "POST /welcome/support": {"volunteer"},
    "POST /welcome/preferences": {"volunteer"},
    "GET /me/labelling": {"volunteer"},
    "POST /me/labelling": {"volunteer"},
    "GET /training": {"volunteer"},
    "GET /training/label": {"volunteer"},
    "GET /training/feedback/{attempt}": {"volunteer"},
    "POST /api/v1/training/next": {"volunteer"},
    "POST /api/v1/training/answers": {"volunteer"},
    "POST /api/v1/training/skip": {"volunteer"},
    "POST /api/v1/training/flag": {"volunteer"},
    "POST /api/v1/training/pause": {"volunteer"},
    "GET /coordinator/quality": DESK,
    "POST /coordinator/quality": DESK,
    "POST /coordinator/quality/{pause}": DESK,
    "POST /api/v1/controls": DESK,
    "POST /api/v1/session": {"anybody"},
    "DELETE /api/v1/session": EVERYBODY,
    "POST /api/v1/next": {"volunteer"},
    "POST /api/v1/answers": {"volunteer"},
    "POST /api/v1/skip": {"volunteer"},
    "POST /api/v1/flag": {"volunteer"},
    "POST /api/v1/pause": {"volunteer"},
    "GET /api/v1/progress": {"volunteer"},
    "GET /api/v1/agreement": {"researcher", *DESK},
    "GET /api/v1/consensus": {"researcher", *DESK},
    "POST /api/v1/adjudication/case": {"adjudicator", *DESK},
    "POST /api/v1/adjudication/decisions": {"adjudicator", *DESK},
    "POST /api/v1/adjudication/put-back": {"adjudicator", *DESK},
    "GET /coordinator/adjudication": {"adjudicator", *DESK},
    "POST /coordinator/adjudication": DESK,
    "GET /coordinator/adjudication/bench": {"adjudicator", *DESK},
    "GET /coordinator/adjudication/causes": {"adjudicator", *DESK},
    "POST /coordinator/adjudication/reopen": {"adjudicator", *DESK},
    "GET /api/v1/learning": {"researcher", *DESK},
    "GET /coordinator": DESK,
    "GET /coordinator/items": {"adjudicator", *DESK},
    "GET /coordinator/items.csv": {"adjudicator", *DESK},
    "GET /coordinator/items/{public_id:path}": {"adjudicator", *DESK},
    "GET /coordinator/people": DESK,
    "POST /coordinator/people/invitations": DESK,
    "GET /coordinator/people/{pseudonym}": DESK,
    "POST /coordinator/people/{pseudonym}/vetting": DESK,
    "POST /coordinator/people/{pseudonym}/pause": DESK,
    "POST /coordinator/people/{pseudonym}/resume": DESK,
    "GET /coordinator/guideline": DESK,
    "POST /coordinator/guideline/requeue": DESK,
    "GET /coordinator/guideline/{version}": DESK,
    "POST /coordinator/guideline/{version}/reviews": DESK,
    "POST /coordinator/guideline/{version}/activate": DESK,
    "GET /guideline/new": {"volunteer"},
    "POST /guideline/new": {"volunteer"},
    "GET /coordinator/wellbeing": DESK,
    "POST /coordinator/wellbeing": DESK,
    "GET /coordinator/postings": DESK,
    "POST /coordinator/postings": DESK,
    "GET /coordinator/recheck": DESK,
    "GET /coordinator/recheck/{public_id:path}": DESK,
    "POST /coordinator/recheck/{public_id:path}": DESK,
    "GET /researcher": {"researcher", *DESK},
    "POST /researcher/export": {"researcher", *DESK},
    "POST /researcher/token": {"researcher", *DESK},
    "GET /researcher/releases/{version}": {"researcher", *DESK},
    "GET /researcher/releases/{version}/files/{name}": {"researcher", *DESK},
    "GET /researcher/releases/{version}/charts/{name}": {"researcher", *DESK},
    "POST /researcher/releases/{version}/download": {"researcher", *DESK},
    "POST /researcher/releases/{version}/approval": DESK,
    "POST /researcher/releases/{version}/withdrawal": DESK,
    "GET /api/v1/releases": {"researcher", *DESK},
    "GET /api/v1/releases/{version}/archive": {"researcher", *DESK},
}


def routes(app):
    """Yield (method and path, admitted roles) of every route; mounted files aside."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute):
            found = [admitted_roles(each.call) for each in _walk(route.original_route.dependant)]
            found += [admitted_roles(each.dependency) for each in route.original_route.dependencies]
            for method in route.methods:
                yield f"{method} {route.path}", {roles for roles in found if roles is not None}


def _walk(dependant):
    for each in dependant.dependencies:
        yield each
        yield from _walk(each)


def test_every_route_declares_exactly_the_roles_of_the_matrix(site):
    declared = dict(routes(site.app))
    assert all(len(roles) == 1 for roles in declared.values()), declared
    assert {name: set(*roles) for name, roles in declared.items()} == MATRIX


@pytest.mark.parametrize("role", list(Role))
def test_the_application_does_what_the_routes_declare(site, role):
    client = site.enter(role)
    for name, admitted in MATRIX.items():
        method, path = name.split()
        if path in {"/api/v1/session", "/sign-out", "/sign-in", "/invitation"}:
            continue
        path = (
            path.replace("{public_id:path}", "x")
            .replace("{name}/{version}", "postings/1.0.0")
            .replace("{step}", "about")
            .replace("{version}", "1.0.0")
        )
        status = client.request(method, path).status_code
        allowed = role.value in admitted or "anybody" in admitted
        assert (status == 403) != allowed, (name, role, status)


def test_nobody_gets_in_without_signing_in(site):
    for name, admitted in MATRIX.items():
        method, path = name.split()
        if "anybody" in admitted:
            continue
        status = site.client().request(method, path.replace("{public_id:path}", "x")).status_code
        assert status in {401, 303}, name
