"""Who may open what: every route declares it, and the table here is what they declare. The default is deny."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from annotator.domain.roles import Role
from annotator.web.frame.security import admitted_roles, needed_scope

EVERYBODY = {role.value for role in Role}
DESK = {"coordinator", "admin"}
MATRIX = {
    "GET /": {"anybody"},
    "GET /healthz": {"anybody"},
    "GET /docs": {"anybody"},
    "GET /metrics": {"metrics token"},
    "GET /coordinator/operations": DESK,
    "POST /look": {"anybody"},
    "GET /sign-in": {"anybody"},
    "POST /sign-in": {"anybody"},
    "GET /sign-in/code": {"anybody"},
    "POST /sign-in/code": {"anybody"},
    "GET /sign-in/provider": {"anybody"},
    "GET /sign-in/provider/back": {"anybody"},
    "POST /sign-out": EVERYBODY,
    "GET /me/sign-in": EVERYBODY,
    "POST /me/sign-in/password": EVERYBODY,
    "POST /me/sign-in/other-sessions": EVERYBODY,
    "GET /me/second-factor": EVERYBODY,
    "POST /me/second-factor": EVERYBODY,
    "POST /me/second-factor/confirmation": EVERYBODY,
    "POST /me/second-factor/recovery-codes": EVERYBODY,
    "POST /me/second-factor/removal": EVERYBODY,
    "POST /coordinator/people/{pseudonym}/second-factor-reset": DESK,
    "GET /invitation": {"anybody"},
    "POST /invitation": {"anybody"},
    "GET /guideline": EVERYBODY,
    "GET /guideline/{name}/{version}": EVERYBODY,
    "GET /label": {"volunteer"},
    "GET /label/pictures/{lease}": {"volunteer"},
    "GET /coordinator/pictures/{public_id:path}": {"adjudicator", *DESK},
    "GET /me": {"volunteer"},
    "POST /me": {"volunteer"},
    "POST /me/mood": {"volunteer"},
    "POST /me/mood/forget": {"volunteer"},
    "GET /me/leave": {"volunteer"},
    "POST /me/leave": {"volunteer"},
    "POST /me/leave/now": {"volunteer"},
    "GET /me/tokens": {"researcher", "adjudicator", *DESK},
    "POST /me/tokens": {"researcher", "adjudicator", *DESK},
    "POST /me/tokens/{token}/revocation": {"researcher", "adjudicator", *DESK},
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
    "POST /api/v1/training/undo": {"volunteer"},
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
    "POST /api/v1/undo": {"volunteer"},
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
    "GET /coordinator/adjudication/clauses": {"adjudicator", *DESK},
    "GET /coordinator/adjudication/clauses.csv": {"adjudicator", *DESK},
    "POST /coordinator/adjudication/reopen": {"adjudicator", *DESK},
    "GET /api/v1/learning": {"researcher", *DESK},
    "GET /api/v1/items": {"adjudicator", *DESK},
    "GET /api/v1/items/{item:path}": {"adjudicator", *DESK},
    "GET /api/v1/items/{item:path}/answers": {"adjudicator", *DESK},
    "GET /api/v1/items/{item:path}/history": {"adjudicator", *DESK},
    "GET /api/v1/people": DESK,
    "GET /api/v1/quality": DESK,
    "GET /api/v1/adjudication/queue": {"adjudicator", *DESK},
    "POST /api/v1/postings": DESK,
    "GET /coordinator": DESK,
    "GET /coordinator/desk/{part}": DESK,
    "GET /coordinator/live": DESK,
    "GET /coordinator/data": DESK,
    "GET /coordinator/data/{table}.csv": DESK,
    "GET /coordinator/learning": DESK,
    "GET /coordinator/learning/{table}.csv": DESK,
    "GET /coordinator/people.csv": DESK,
    "GET /coordinator/stuck": DESK,
    "GET /api/v1/desk": DESK,
    "GET /api/v1/desk/people": DESK,
    "GET /api/v1/desk/learning": DESK,
    "GET /api/v1/desk/data": DESK,
    "GET /api/v1/desk/wellbeing": DESK,
    "GET /coordinator/items": {"adjudicator", *DESK},
    "GET /coordinator/items.csv": {"adjudicator", *DESK},
    "GET /coordinator/items/{public_id:path}": {"adjudicator", *DESK},
    "GET /coordinator/alerts": DESK,
    "GET /coordinator/alerts/{alert}": DESK,
    "POST /coordinator/alerts/{alert}": DESK,
    "GET /api/v1/alerts": DESK,
    "GET /coordinator/agreement": DESK,
    "GET /coordinator/agreement.csv": DESK,
    "GET /coordinator/agreement/time": DESK,
    "GET /coordinator/agreement/time.csv": DESK,
    "GET /coordinator/agreement/versions.csv": DESK,
    "GET /coordinator/agreement/confusions": DESK,
    "GET /coordinator/agreement/confusions.csv": DESK,
    "GET /coordinator/agreement/clauses.csv": DESK,
    "GET /coordinator/agreement/passages": DESK,
    "GET /coordinator/agreement/passages.csv": DESK,
    "GET /coordinator/agreement/pairs": DESK,
    "GET /coordinator/agreement/pairs.csv": DESK,
    "GET /coordinator/agreement/pairs/{first}/{second}": DESK,
    "GET /coordinator/agreement/pairs/{first}/{second}/items.csv": DESK,
    "GET /api/v1/agreement/versions": {"researcher", *DESK},
    "GET /api/v1/agreement/time": {"researcher", *DESK},
    "GET /api/v1/agreement/confusions": {"researcher", *DESK},
    "GET /api/v1/agreement/clauses": {"researcher", *DESK},
    "GET /api/v1/agreement/passages": {"researcher", *DESK},
    "GET /api/v1/agreement/pairs": DESK,
    "GET /api/v1/agreement/pairs/{first}/{second}": {"adjudicator", *DESK},
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
    "GET /coordinator/bulk": DESK,
    "POST /coordinator/bulk": DESK,
    "POST /coordinator/bulk/preview": DESK,
    "GET /coordinator/bulk/{bulk_id}": DESK,
    "POST /coordinator/bulk/{bulk_id}/undo": DESK,
    "POST /api/v1/bulk": DESK,
    "POST /api/v1/bulk/preview": DESK,
    "GET /api/v1/bulk/{bulk}": DESK,
    "POST /api/v1/bulk/{bulk}/undo": DESK,
    "GET /coordinator/settings": DESK,
    "POST /coordinator/settings": DESK,
    "POST /coordinator/settings/put-back": DESK,
    "GET /api/v1/settings": DESK,
    "PATCH /api/v1/settings": DESK,
    "GET /api/v1/settings/history": DESK,
    "POST /api/v1/settings/put-back": DESK,
    "GET /coordinator/postings": DESK,
    "POST /coordinator/postings": DESK,
    "GET /coordinator/webhooks": DESK,
    "POST /coordinator/webhooks": DESK,
    "POST /coordinator/webhooks/{endpoint}/secret": DESK,
    "POST /coordinator/webhooks/{endpoint}/pause": DESK,
    "POST /coordinator/webhooks/{endpoint}/resume": DESK,
    "POST /coordinator/webhooks/{endpoint}/removal": DESK,
    "POST /coordinator/webhooks/letters/{letter}": DESK,
    "GET /coordinator/recheck": DESK,
    "GET /coordinator/recheck/{public_id:path}": DESK,
    "POST /coordinator/recheck/{public_id:path}": DESK,
    "GET /researcher": {"researcher", *DESK},
    "POST /researcher/export": {"researcher", *DESK},
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


def routes_with(app):
    """Return the scope that every route asks of a token, by method and path; None where no token does."""
    found = {}
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute):
            scopes = {needed_scope(each.call) for each in _walk(route.original_route.dependant)} - {None}
            for method in route.methods:
                assert len(scopes) <= 1, route.path
                found[f"{method} {route.path}"] = next(iter(scopes), None)
    return found


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
    site.app.state.feed.life = 0.1  # else the stream of the desk would go on
    client = site.enter(role)
    for name, admitted in MATRIX.items():
        method, path = name.split()
        if path in {"/api/v1/session", "/sign-out", "/sign-in", "/invitation", "/metrics"}:
            continue
        path = (
            path.replace("{public_id:path}", "x")
            .replace("{name}/{version}", "postings/1.0.0")
            .replace("{step}", "about")
            .replace("{version}", "1.0.0")
            .replace("{part}", "strip")
        )
        status = client.request(method, path).status_code
        allowed = role.value in admitted or "anybody" in admitted
        assert (status == 403) != allowed, (name, role, status)


def test_nobody_gets_in_without_signing_in(site):
    for name, admitted in MATRIX.items():
        method, path = name.split()
        if "anybody" in admitted or path == "/metrics":
            continue
        status = site.client().request(method, path.replace("{public_id:path}", "x")).status_code
        assert status in {401, 303}, name
