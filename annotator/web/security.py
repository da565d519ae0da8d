"""Who is asking and whether they may: session cookie, cross-site checks, and the roles a route admits.

A route without `admit(...)` or `PUBLIC` fails the role test of the suite: the default is deny.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from annotator.domain.errors import ForbiddenError, UnauthenticatedError
from annotator.domain.roles import Role
from annotator.people.sign_in import SignedIn
from annotator.people.tokens import token_hash
from annotator.storage import people
from annotator.storage.tables import Person
from annotator.web.service import Service, ServiceDep

SESSION_COOKIE = "session"
CSRF_COOKIE = "csrf"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Caller:
    """The person signed in, and the secret that their state-changing calls must carry."""

    person: Person
    csrf: str

    @property
    def id(self) -> str:
        return self.person.id

    @property
    def role(self) -> Role:
        return Role(self.person.role)


def maybe_caller(request: Request, service: ServiceDep) -> Caller | None:
    """Return who is signed in, if anybody is."""
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    with service.database.reading() as session:
        found = people.session_person(session, token_hash(token), service.now())
    return Caller(found[1], found[0].csrf) if found is not None else None


MaybeCallerDep = Annotated[Caller | None, Depends(maybe_caller)]


def admit(*roles: Role) -> Any:
    """Return a route dependency that admits only these roles and checks the token of state-changing calls."""

    async def check(request: Request, caller: MaybeCallerDep) -> Caller:
        if caller is None:
            raise UnauthenticatedError("Nobody is signed in.", mend="Sign in and try again.")
        if caller.role not in roles:
            raise ForbiddenError(f"This is not open to a {caller.role.value}.")
        if request.method not in _SAFE:
            await _check_csrf(request, caller.csrf)
        return caller

    check.admits = frozenset(roles)  # type: ignore[attr-defined]
    return Depends(check)


def _public() -> None:
    """Admit anybody."""


_public.admits = frozenset({"anybody"})  # type: ignore[attr-defined]
PUBLIC = Depends(_public)

VolunteerDep = Annotated[Caller, admit(Role.VOLUNTEER)]
CoordinatorDep = Annotated[Caller, admit(Role.COORDINATOR, Role.ADMIN)]
DeskDep = Annotated[Caller, admit(Role.ADJUDICATOR, Role.COORDINATOR, Role.ADMIN)]
ResearcherDep = Annotated[Caller, admit(Role.RESEARCHER, Role.COORDINATOR, Role.ADMIN)]
AnyoneSignedInDep = Annotated[Caller, admit(*Role)]


def admitted_roles(dependency: Callable[..., Any]) -> frozenset[str] | None:
    """Return the roles that a dependency made here admits; None for any other dependency."""
    found = getattr(dependency, "admits", None)
    return frozenset(map(str, found)) if found is not None else None


async def _check_csrf(request: Request, expected: str) -> None:
    """The header for scripts, the hidden field for plain forms."""
    given = request.headers.get("x-csrf-token")
    if given is None and request.headers.get("content-type", "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        given = str((await request.form()).get("csrf", ""))
    if not hmac.compare_digest((given or "").encode(), expected.encode()):
        raise ForbiddenError("The request did not carry this session's token.", mend="Reload the page and try again.")


def set_cookies(response: Response, service: Service, signed_in: SignedIn) -> None:
    """Give the browser its new session."""
    age = int((signed_in.expires_at - service.now()).total_seconds())
    secure = service.settings.secure_cookies
    response.set_cookie(SESSION_COOKIE, signed_in.token, max_age=age, httponly=True, samesite="lax", secure=secure)
    response.set_cookie(CSRF_COOKIE, signed_in.csrf, max_age=age, samesite="strict", secure=secure)


def clear_cookies(response: Response) -> None:
    response.delete_cookie(SESSION_COOKIE)
    response.delete_cookie(CSRF_COOKIE)


def place(request: Request) -> str:
    """Return where a request comes from, for counting failed sign-ins."""
    return request.client.host if request.client is not None else "unknown"
