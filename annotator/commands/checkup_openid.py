"""What `annotator doctor` looks at about the OpenID provider: our settings for it, and what it says of itself."""

from __future__ import annotations

from joserfc.errors import JoseError

from annotator.commands.finding import Finding, Findings, Verdict
from annotator.domain.errors import AnnotatorError
from annotator.people import outside
from annotator.people.outside import Described, Provider
from annotator.settings import Settings

_PART = "openid provider"
_OURS = "ANNOTATOR_OIDC_CLIENT_ID", "ANNOTATOR_OIDC_CLIENT_SECRET"


def check_openid(settings: Settings) -> Findings:
    secret = settings.oidc_client_secret.get_secret_value()
    given = [name for name, value in zip(_OURS, (settings.oidc_client_id, secret), strict=True) if value]
    if not settings.oidc_issuer:
        if given:
            yield _wrong(f"{given[0]} is set, and there is no provider.", "Set ANNOTATOR_OIDC_ISSUER, or take it away.")
        return
    if not settings.oidc_client_id:
        yield _wrong(
            "We have no name at the provider.", "Register the service there, and set ANNOTATOR_OIDC_CLIENT_ID."
        )
    back = settings.address + outside.BACK
    if not outside.is_safe(back):
        yield _wrong(
            f"It would send people and their codes back over plain HTTP, to {back}.",
            "Put a TLS proxy in front, and name the address with https in ANNOTATOR_PUBLIC_URL (docs/deploy.md).",
        )
    provider = Provider(settings.oidc_issuer, settings.oidc_client_id, secret, back)
    try:
        described = outside.described(provider)
        keys = outside.signing_keys(described)
    except AnnotatorError as error:
        yield _wrong(f"{settings.oidc_issuer}: {error.what}", f"{error.mend} See that this machine reaches it.".strip())
        return
    except (JoseError, KeyError, ValueError, TypeError):
        keys = None
    if not keys:
        yield _wrong("It publishes no key that an answer of it could be checked with.", "Ask those who run it.")
        return
    complaint = _how_we_show_ourselves(described, has_secret=bool(secret))
    if complaint:
        yield complaint
    else:
        yield Finding(_PART, Verdict.WELL, f"{settings.oidc_issuer} answers; people come back to {back}.")


def _how_we_show_ourselves(described: Described, *, has_secret: bool) -> Finding | None:
    """Compare what we send to the provider with what it takes (Discovery 1.0: where it says nothing, a secret)."""
    taken = described.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if has_secret and "client_secret_basic" not in taken:
        return _wrong(
            f"It does not take a secret as we send it (client_secret_basic), but {', '.join(taken)}.",
            "Allow client_secret_basic for us there, or leave ANNOTATOR_OIDC_CLIENT_SECRET empty where it takes none.",
        )
    if not has_secret and "none" not in taken:
        return Finding(
            _PART,
            Verdict.WARNING,
            "We have no secret, and it does not say that it takes clients without.",
            "Set ANNOTATOR_OIDC_CLIENT_SECRET to the one that it gave, or try a sign-in: some take none and do not say so.",
        )
    return None


def _wrong(what: str, mend: str) -> Finding:
    return Finding(_PART, Verdict.WRONG, what, mend)
