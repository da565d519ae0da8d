"""What `annotator doctor` looks at in the settings alone: values that each are fine, and together or for people are not."""

from __future__ import annotations

import socket
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from annotator.commands.finding import Finding, Findings, Verdict
from annotator.settings import Settings

_ANSWER = 5.0
_LONG_ENOUGH = 16  # characters of a token that opens something


def check_settings(settings: Settings) -> Findings:
    """Yield what the settings say that can't be meant."""
    yield from _cookies(settings)
    yield from _proxies(settings)
    yield from _studio(settings)
    yield from _for_trying_out(settings)
    yield from _work(settings)


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _cookies(settings: Settings) -> Findings:
    public = urlsplit(settings.public_url)
    if not is_loopback(settings.host) and not settings.secure_cookies:
        yield Finding(
            "cookies",
            Verdict.WRONG,
            f"Pages listen on {settings.host}, and cookies go over plain HTTP too.",
            "Put a TLS proxy in front and set ANNOTATOR_SECURE_COOKIES=true (docs/deploy.md).",
        )
    elif public.scheme == "https" and not settings.secure_cookies:
        yield Finding(
            "cookies",
            Verdict.WRONG,
            f"People reach {settings.public_url}, and cookies may go over plain HTTP all the same.",
            "Set ANNOTATOR_SECURE_COOKIES=true.",
        )
    elif public.scheme == "http" and settings.secure_cookies:
        yield Finding(
            "cookies",
            Verdict.WRONG,
            f"Cookies go over HTTPS only, and {settings.public_url} is none: no sign-in would last.",
            "Name the address with https, or set ANNOTATOR_SECURE_COOKIES=false on one machine alone.",
        )
    elif public.scheme == "http" and not is_loopback(public.hostname or ""):
        yield Finding(
            "cookies",
            Verdict.WRONG,
            f"People would reach {settings.public_url} over plain HTTP, with their passwords.",
            "Put a TLS proxy in front, name its address with https, and set ANNOTATOR_SECURE_COOKIES=true (docs/deploy.md).",
        )
    if not settings.public_url and (settings.secure_cookies or settings.proxies or not is_loopback(settings.host)):
        yield Finding(
            "public address",
            Verdict.WARNING,
            "It is not known where people reach the pages: any host is answered, and links may lead to this machine alone.",
            "Set ANNOTATOR_PUBLIC_URL.",
        )


def _proxies(settings: Settings) -> Findings:
    named = [each.strip() for each in settings.proxies.split(",") if each.strip()]
    if any(_believes_everybody(each) for each in named):
        yield Finding(
            "proxies",
            Verdict.WRONG,
            "Forwarded headers of anybody are believed, so guessing passwords is not slowed down by where it comes from.",
            "Name the proxies' own addresses in ANNOTATOR_PROXIES.",
        )
    strange = [each for each in named if each != "*" and not _is_address(each)]
    if strange:
        yield Finding(
            "proxies",
            Verdict.WRONG,
            f"{strange[0]} is no address, so headers of that proxy are not believed.",
            "Name addresses or networks, with commas between, such as 127.0.0.1,10.0.0.0/24.",
        )
    if not named and urlsplit(settings.public_url).scheme == "https":
        yield Finding(
            "proxies",
            Verdict.WARNING,
            "No proxy is believed: behind one everybody seems to come from it, and failed sign-ins of all count together.",
            "Name it in ANNOTATOR_PROXIES.",
        )


def _believes_everybody(named: str) -> bool:
    return named == "*" or (_is_address(named) and ip_network(named, strict=False).prefixlen == 0)


def _is_address(named: str) -> bool:
    try:
        ip_network(named, strict=False)
    except ValueError:
        return False
    return True


def _studio(settings: Settings) -> Findings:
    token = settings.studio_token.get_secret_value()
    if not settings.studio:
        return
    if settings.studio_port == settings.port and not settings.studio_url:
        yield Finding(
            "ports",
            Verdict.WRONG,
            f"The pages and the embedded Label Studio want the same port, {settings.port}.",
            "Choose another with ANNOTATOR_STUDIO_PORT, or set it to 0.",
        )
    if token and not settings.studio_url:
        yield Finding(
            "label studio's token",
            Verdict.WARNING,
            "ANNOTATOR_STUDIO_TOKEN is set and not used: the embedded server has its own.",
            "Set ANNOTATOR_STUDIO_URL too, or take it away.",
        )
    asked = urlsplit(settings.studio_url)
    if settings.studio_url and (asked.scheme not in {"http", "https"} or not asked.hostname):
        yield Finding(
            "label studio's address",
            Verdict.WRONG,
            f"{settings.studio_url} is no address of a server.",
            "Name it as https://studio.example.org in ANNOTATOR_STUDIO_URL.",
        )
    elif asked.scheme == "http" and not _stays_inside(asked.hostname or ""):
        yield Finding(
            "label studio's address",
            Verdict.WARNING,
            f"Texts and our token go to {asked.hostname} over plain HTTP.",
            "Reach it by https, or see that the network between is yours alone.",
        )


def _stays_inside(host: str) -> bool:
    """Say whether a host is this machine, or a name without a dot, as services of one compose file have."""
    return is_loopback(host) or not set(host) & {".", ":"}


def _for_trying_out(settings: Settings) -> Findings:
    if settings.looser_limits:
        yield Finding(
            "limits of exposure",
            Verdict.WARNING,
            "They may be looser than the precautionary ones, which is for trials without people.",
            "Set ANNOTATOR_LOOSER_LIMITS=false before anybody labels (docs/wellbeing.md).",
        )
    if settings.webhooks_private and urlsplit(settings.public_url).scheme == "https":
        yield Finding(
            "webhooks",
            Verdict.WARNING,
            "Coordinators can send webhooks to private addresses, so to whatever listens beside this service.",
            "Set ANNOTATOR_WEBHOOKS_PRIVATE=false, unless an endpoint of yours is there.",
        )


def _work(settings: Settings) -> Findings:
    if settings.max_overlap and settings.max_overlap < settings.overlap:
        yield Finding(
            "overlap",
            Verdict.WRONG,
            f"At most {settings.max_overlap} people an item, but {settings.overlap} at the least.",
            "Raise ANNOTATOR_MAX_OVERLAP or set it to 0.",
        )
    if settings.features == "embeddings" and find_spec("wordllama") is None:
        yield Finding(
            "features",
            Verdict.WRONG,
            "The classifier is to read embeddings, and the extra for them is not installed: it would not be trained.",
            "Install the extra `embeddings`, or set ANNOTATOR_FEATURES=words.",
        )
    token = settings.metrics_token.get_secret_value()
    if token and len(token) < _LONG_ENOUGH:
        yield Finding(
            "metrics",
            Verdict.WARNING,
            f"The token of /metrics has {len(token)} characters and could be guessed.",
            "openssl rand -hex 24 makes one for ANNOTATOR_METRICS_TOKEN.",
        )
    if settings.dask_scheduler:
        yield _scheduler(settings)


def _scheduler(settings: Settings) -> Finding:
    where = urlsplit(settings.dask_scheduler)
    mend = "Start it, or leave ANNOTATOR_DASK_SCHEDULER empty: then this machine does the work."
    try:
        if where.port is None:
            raise ValueError
        with socket.create_connection((where.hostname or "", where.port), timeout=_ANSWER):
            pass
    except ValueError:
        return Finding("dask", Verdict.WRONG, f"{settings.dask_scheduler} names no port.", "Add it, such as :8786.")
    except OSError as error:
        said = error.strerror or "no answer"
        return Finding("dask", Verdict.WRONG, f"{settings.dask_scheduler} can't be reached: {said}.", mend)
    return Finding("dask", Verdict.WELL, f"{settings.dask_scheduler} takes connections.")
