"""Who is asking and whether they may: session cookie or token, cross-site checks, and the roles and scope a route admits.

A route without `admit(...)`, `scoped(...)` or `PUBLIC` fails the role test of the suite: the default is deny. A call of the
API that programs may make says so in one line, by the scope that their token needs: `caller: Annotated[Caller,
scoped(Scope.ITEMS_READ)]`. The pages' own calls go by the session cookie, and to those a token opens nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from annotator.domain.errors import ForbiddenError, SecondFactorMissingError, UnauthenticatedError
from annotator.domain.roles import Role
from annotator.domain.scopes import HOLDERS, Scope
from annotator.people import api_tokens, second_factor
from annotator.people.sign_in import SignedIn
from annotator.people.tokens import token_hash
from annotator.storage import people
from annotator.storage.tables import Person
from annotator.web.frame.lane import in_lane
from annotator.web.frame.service import Service, ServiceDep

SESSION_COOKIE = "session"
CSRF_COOKIE = "csrf"
LONGEST_PATH = 2000
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Caller:
    """The person who asks, and the secret that their state-changing calls must carry; `scopes` where they ask by a token."""

    person: Person
    csrf: str
    scopes: frozenset[Scope] | None = None
    token_id: str | None = None

    @property
    def id(self) -> str:
        return self.person.id

    @property
    def role(self) -> Role:
        return Role(self.person.role)


@in_lane
def maybe_caller(request: Request, service: ServiceDep) -> Caller | None:
    """Return who is asking, if anybody is: by the token of the `Authorization` header where there is one, else by the session."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        bearer = api_tokens.bearer(service.database, secret.strip(), service.now())
        return Caller(bearer.person, "", bearer.scopes, bearer.token_id) if bearer is not None else None
    token = session_token(request, service)
    if not token:
        return None
    with service.database.glance() as session:
        found = people.session_person(session, token_hash(token), service.now())
    return Caller(found[1], found[0]) if found is not None else None


MaybeCallerDep = Annotated[Caller | None, Depends(maybe_caller)]


def admit(*roles: Role, scope: Scope | None = None, before_second_factor: bool = False) -> Any:
    """Return a route dependency that admits only these roles, and checks that state-changing calls are the page's own.

    Where the settings make a second factor a duty, whoever lacks it gets no further than routes `before_second_factor`.
    With a `scope`, a token that holds it does as well; without one, no token does. Raises `ValueError` where a role is
    admitted that may not hold the scope.
    """
    if scope is not None and not HOLDERS[scope].issuperset(roles):
        raise ValueError(f"{scope} is not held by all of {', '.join(roles)}")

    async def check(request: Request) -> Caller:
        # without dependencies of its own: resolving them costs more than the check
        service: Service = request.app.state.service
        caller = await maybe_caller(request, service)
        if caller is None:
            raise UnauthenticatedError(
                "Nobody is signed in, or the token does not count any more.", mend="Sign in, or make a new token."
            )
        if caller.role not in roles:
            raise ForbiddenError(f"This is not open to a {caller.role.value}.")
        if not before_second_factor and await _lacks_second_factor(service, caller):
            raise SecondFactorMissingError
        if caller.scopes is not None:
            request.app.state.rates.take(caller.token_id, request.app.state.service.now())
            _check_scope(caller.scopes, scope)
        elif request.method not in _SAFE:
            await _check_csrf(request, caller.csrf)
        return caller

    check.admits = frozenset(roles)  # type: ignore[attr-defined]
    check.scope = scope  # type: ignore[attr-defined]
    return Depends(check)


def scoped(scope: Scope) -> Any:
    """Return a route dependency that admits every role that may hold the scope, by session or by a token with the scope."""
    return admit(*HOLDERS[scope], scope=scope)


async def _lacks_second_factor(service: Service, caller: Caller) -> bool:
    if not service.settings.second_factor_duty or caller.role not in second_factor.BOUND:
        return False
    return not await run_in_threadpool(second_factor.enrolled, service.database, caller.id)


def _check_scope(held: frozenset[Scope], needed: Scope | None) -> None:
    if needed is None:
        raise ForbiddenError("This is not open to tokens.", mend="Sign in and use the page.")
    if needed not in held:
        raise ForbiddenError(f"The token has no scope {needed.value}.", mend="Make one with it at /me/tokens.")


async def _public() -> None:
    """Admit anybody."""


_public.admits = frozenset({"anybody"})  # type: ignore[attr-defined]
PUBLIC = Depends(_public)

VolunteerDep = Annotated[Caller, admit(Role.VOLUNTEER)]
CoordinatorDep = Annotated[Caller, admit(Role.COORDINATOR, Role.ADMIN)]
DeskDep = Annotated[Caller, admit(Role.ADJUDICATOR, Role.COORDINATOR, Role.ADMIN)]
ResearcherDep = Annotated[Caller, admit(Role.RESEARCHER, Role.COORDINATOR, Role.ADMIN)]
AnyoneSignedInDep = Annotated[Caller, admit(*Role)]
LeavingDep = Annotated[Caller, admit(*Role, before_second_factor=True)]
"""Whoever is signed in, even where their second factor is due: for setting it up, and for leaving."""


def admitted_roles(dependency: Callable[..., Any]) -> frozenset[str] | None:
    """Return the roles that a dependency made here admits; None for any other dependency."""
    found = getattr(dependency, "admits", None)
    return frozenset(map(str, found)) if found is not None else None


def needed_scope(dependency: Callable[..., Any]) -> Scope | None:
    """Return the scope that a dependency made here asks of a token; None where no token does."""
    found = getattr(dependency, "scope", None)
    return found if isinstance(found, Scope) else None


async def _check_csrf(request: Request, expected: str) -> None:
    """The header for scripts, the hidden field for plain forms."""
    given = request.headers.get("x-csrf-token")
    if given is None and request.headers.get("content-type", "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        given = str((await request.form()).get("csrf", ""))
    if not hmac.compare_digest((given or "").encode(), expected.encode()):
        raise ForbiddenError("The request did not carry this session's token.", mend="Reload the page and try again.")


def session_token(request: Request, service: Service) -> str:
    """Return the session's token that the browser sent; empty where it sent none."""
    return request.cookies.get(_session_cookie(service), "")


def _session_cookie(service: Service) -> str:
    """Over HTTPS its name says that only this very host can have set it, which no other of its domain can imitate."""
    return "__Host-" + SESSION_COOKIE if service.settings.secure_cookies else SESSION_COOKIE


def set_cookies(response: Response, service: Service, signed_in: SignedIn) -> None:
    """Give the browser its new session."""
    age = int((signed_in.expires_at - service.now()).total_seconds())
    secure = service.settings.secure_cookies
    response.set_cookie(
        _session_cookie(service), signed_in.token, max_age=age, httponly=True, samesite="lax", secure=secure
    )
    response.set_cookie(CSRF_COOKIE, signed_in.csrf, max_age=age, samesite="strict", secure=secure)


def clear_cookies(response: Response, service: Service) -> None:
    secure = service.settings.secure_cookies
    response.delete_cookie(_session_cookie(service), secure=secure)
    response.delete_cookie(CSRF_COOKIE, secure=secure)


def place(request: Request) -> str:
    """Return where a request comes from, for counting failed sign-ins."""
    return request.client.host if request.client is not None else "unknown"


def inside(path: str) -> str:
    """Return the path if it stays on this site, so that a crafted link can't send people elsewhere."""
    here = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if here and len(path) <= LONGEST_PATH else ""


def leading_to(page: str, path: str) -> str:
    """Return the address of a page that leads on to a path of this site afterwards."""
    return f"{page}?next={quote(inside(path), safe='/')}" if inside(path) else page
