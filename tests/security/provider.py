"""A small OpenID provider on loopback, with real keys: it signs in whoever the test says, honestly or not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.ports import free_port

_Field = Annotated[str, Form()]
CLIENT, SECRET = "annotator", "a-secret-of-the-client"


@dataclass
class Provider:
    """What the provider says; a test changes it to lie."""

    issuer: str = ""
    subject: str = "subject-1"
    claims: dict = field(default_factory=lambda: {"email": "ada@example.org", "email_verified": True})
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    signs_with: RSAKey | None = None  # another key, where it lies
    algorithm: str = "RS256"
    takes: list[str] | None = None  # how clients show themselves; said where it is not None
    grants: dict = field(default_factory=dict)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def described():
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            said = {} if self.takes is None else {"token_endpoint_auth_methods_supported": self.takes}
            return {"issuer": self.issuer} | {name: f"{self.issuer}/{path}" for name, path in ends.items()} | said

        @app.get("/keys")
        def keys():
            return {"keys": [self.key.as_dict(private=False)]}

        @app.get("/authorize")
        def authorize(request: Request):
            asked = dict(request.query_params)
            if asked["client_id"] != CLIENT or asked["response_type"] != "code" or "openid" not in asked["scope"]:
                return JSONResponse({"error": "invalid_request"}, 400)
            code = secrets.token_urlsafe()
            self.grants[code] = asked
            return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

        @app.post("/token")
        def token(request: Request, code: _Field, code_verifier: _Field, redirect_uri: _Field):
            asked = self.grants.pop(code, None)
            basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
            genuine = (
                asked is not None
                and request.headers.get("authorization") == f"Basic {basic}"
                and asked["code_challenge_method"] == "S256"
                and asked["code_challenge"] == challenge
                and asked["redirect_uri"] == redirect_uri
            )
            if not genuine:
                return JSONResponse({"error": "invalid_grant"}, 400)
            return {"access_token": "x", "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])}

        return app

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        header = {"alg": self.algorithm, "kid": "one"}
        if self.algorithm == "RS256":
            return jwt.encode(header, claims | self.claims, self.signs_with or self.key)
        said = f"{_part(json.dumps(header))}.{_part(json.dumps(claims | self.claims))}"
        public = self.key.as_pem(private=False)  # the trick: what everybody knows, as if it were a shared secret
        return f"{said}.{_part(hmac.digest(public, said.encode(), 'sha256')) if self.algorithm == 'HS256' else ''}"


def _part(value: str | bytes) -> str:
    return base64.urlsafe_b64encode(value.encode() if isinstance(value, str) else value).rstrip(b"=").decode()


@contextmanager
def provider():
    """Run a provider until the block ends."""
    made, port = Provider(), free_port()
    made.issuer = f"http://127.0.0.1:{port}"
    server = uvicorn.Server(uvicorn.Config(made.app(), host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield made
    server.should_exit = True
    thread.join(10)
