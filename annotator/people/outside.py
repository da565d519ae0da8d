"""Signing in with an account at an OpenID provider (OpenID Connect Core 1.0, code flow with PKCE, RFC 7636).

An account there is linked to a person here by an invitation, and in no other way: neither an address nor a name that the
provider tells makes or finds anybody. What is away at the provider is remembered for ten minutes, for one browser, once.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy.exc import IntegrityError

from annotator.domain.errors import ConfigError, ConflictError, ForbiddenError, UnauthenticatedError
from annotator.people import accounts
from annotator.people.tokens import new_token, token_hash
from annotator.storage import audit, outside as stored
from annotator.storage.database import Database
from annotator.storage.tables import Person
from annotator.storage.tables_sign_in import OutsideSignIn

AWAY = timedelta(minutes=10)
BACK = "/sign-in/provider/back"
"""Where the provider sends people back to."""

Described = dict[str, Any]
"""What a provider says of itself."""

_ALGORITHMS = [
    "RS256",
    "PS256",
    "ES256",
    "EdDSA",
    "Ed25519",
]  # signatures by a key pair; never "none", never a shared secret
_LEEWAY, _TIMEOUT = 60, 10.0  # seconds
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_NO_PASSWORD = ""  # no password has this hash


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as the settings name it; `back` is the address of ours that it sends people back to."""

    issuer: str
    client_id: str
    client_secret: str
    back: str


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the browser, and the cookie by which it is known again."""

    address: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Returned:
    """Who came back, and where they wanted to go."""

    person: Person
    next: str


def depart(
    database: Database, provider: Provider, now: datetime, *, invitation: str = "", next_path: str = ""
) -> Departure:
    """Begin a sign-in at the provider.

    Raises:
        ConfigError: the provider does not describe itself as it should.
    """
    state, browser, nonce, verifier = (new_token() for _ in range(4))
    with _client(provider) as client:
        address, _ = client.create_authorization_url(
            described(provider)["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
    row = OutsideSignIn(
        state_hash=token_hash(state),
        browser_hash=token_hash(browser),
        nonce=nonce,
        verifier=verifier,
        invitation=invitation,
        next=next_path,
        expires_at=now + AWAY,
    )
    with database.writing() as session:
        stored.remember(session, row, now)
    return Departure(str(address), browser)


def come_back(database: Database, provider: Provider, state: str, code: str, cookie: str, now: datetime) -> Returned:
    """Finish a sign-in at the provider: the person linked to the account there, or the new one of an invitation.

    Raises:
        UnauthenticatedError: it was not begun here, by this browser, within ten minutes; or what the provider says is not genuine.
        ForbiddenError: nobody is linked to that account.
        NotFoundError, ConflictError: the invitation is used or too old; or the account is linked already.
    """
    with database.writing() as session:
        begun = stored.use(session, token_hash(state), now)
    if begun is None or not hmac.compare_digest(begun.browser_hash, token_hash(cookie)):
        raise UnauthenticatedError(
            "That sign-in was not begun in this browser, or took too long.", mend="Sign in again."
        )
    claims = _claims(provider, code, begun)
    subject = str(claims["sub"])
    if begun.invitation:
        return Returned(_linked(database, provider, subject, claims, begun.invitation, now), begun.next)
    with database.reading() as session:
        person = stored.person_of(session, provider.issuer, subject)
    if person is None:
        raise ForbiddenError("Nobody here is linked to that account.", mend="Ask your coordinator for an invitation.")
    return Returned(person, begun.next)


def _linked(
    database: Database, provider: Provider, subject: str, claims: Mapping[str, Any], invitation: str, now: datetime
) -> Person:
    """Use an invitation up for a new person who signs in by that account."""
    try:
        with database.writing() as session:
            if stored.person_of(session, provider.issuer, subject) is not None:
                raise ConflictError("That account is linked already.", mend="Sign in with it.")
            person = accounts.use(session, invitation, _address(provider, subject, claims), _NO_PASSWORD, now)
            stored.link(session, provider.issuer, subject, person.id, now)
            audit.record(session, now, person.id, "person.linked", person.id)
            return person
    except IntegrityError as error:
        raise ConflictError(
            "An account with that address is here already.", mend="Sign in with its password."
        ) from error


def _address(provider: Provider, subject: str, claims: Mapping[str, Any]) -> str:
    """Return the address that the provider vouches for, or one of a reserved domain that leads nowhere."""
    if claims.get("email_verified") is True and isinstance(claims.get("email"), str):
        return accounts.normal_email(claims["email"])
    return f"{hashlib.sha256(f'{provider.issuer} {subject}'.encode()).hexdigest()[:32]}@oidc.invalid"


def _claims(provider: Provider, code: str, begun: OutsideSignIn) -> CodeIDToken:
    """Trade the code for an ID token and check it: signature, issuer, audience, time, nonce."""
    found = described(provider)
    try:
        with _client(provider) as client:
            tokens = client.fetch_token(
                found["token_endpoint"], code=code, code_verifier=begun.verifier, grant_type="authorization_code"
            )
        keys = signing_keys(found)
        token = jwt.decode(tokens["id_token"], keys, algorithms=_ALGORITHMS)
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={"iss": {"value": provider.issuer}, "aud": {"value": provider.client_id}},
            params={"nonce": begun.nonce, "client_id": provider.client_id, "access_token": tokens.get("access_token")},
        )
        claims.validate(leeway=_LEEWAY)
    except (AuthlibBaseError, JoseError, KeyError, ValueError, TypeError) as error:
        raise UnauthenticatedError("The provider's answer is not genuine.", mend="Sign in again.") from error
    return claims


def _client(provider: Provider) -> OAuth2Client:
    return OAuth2Client(
        provider.client_id,
        provider.client_secret or None,
        token_endpoint_auth_method="client_secret_basic" if provider.client_secret else "none",
        scope="openid email",
        redirect_uri=provider.back,
        code_challenge_method="S256",
        timeout=_TIMEOUT,
    )


def described(provider: Provider) -> Described:
    """Return what the provider says of itself (OpenID Connect Discovery 1.0).

    Raises:
        ConfigError: it does not answer, names another issuer, or would have us go over plain HTTP.
    """
    _require_safe(provider.issuer)
    found = _fetched(provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != provider.issuer:
        raise ConfigError("The OpenID provider names another issuer.", mend="See ANNOTATOR_OIDC_ISSUER.")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        _require_safe(str(found.get(name, "")))
    return found


def signing_keys(found: Described) -> KeySet:
    """Return the keys that the provider signs with.

    Raises:
        ConfigError, JoseError, KeyError, ValueError, TypeError: it does not publish them as it should.
    """
    return KeySet.import_key_set(_fetched(found["jwks_uri"]))  # type: ignore[arg-type]


def _fetched(address: str) -> dict[str, Any]:
    try:
        reply = httpx.get(address, timeout=_TIMEOUT)
        reply.raise_for_status()
        found = reply.json()
    except (httpx.HTTPError, ValueError) as error:
        raise ConfigError("The OpenID provider does not answer as it should.", mend="Try again later.") from error
    if not isinstance(found, dict):
        raise ConfigError("The OpenID provider does not answer as it should.")
    return found


def is_safe(address: str) -> bool:
    """Say whether an address is https, or http of the machine itself."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _require_safe(address: str) -> None:
    """Nothing goes over plain HTTP but to the machine itself."""
    if not is_safe(address):
        raise ConfigError("The OpenID provider is not reached by https.", mend="See ANNOTATOR_OIDC_ISSUER.")
