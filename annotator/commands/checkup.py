"""What `annotator doctor` looks at. Each check yields findings, changes nothing, and says how to mend what it does not like.

A check that cannot run because of an earlier finding is left out, so that one cause is told once.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

import httpx

from annotator.commands.checkup_database import check_database
from annotator.commands.checkup_openid import check_openid
from annotator.commands.checkup_settings import check_settings
from annotator.commands.checkup_sign_in import check_sign_in
from annotator.commands.finding import Finding, Findings, Verdict
from annotator.commands.ports import refusal
from annotator.domain.errors import AnnotatorError
from annotator.intake.screens import open_vault
from annotator.runtime import guideline_root
from annotator.settings import Settings
from annotator.studio.connect import studio_client
from annotator.studio.editor_assets import PINNED_VERSION
from guidelines.loader import latest, load

_FREE = 2_000_000_000  # bytes
_ANSWER = 5.0


def examine(settings: Settings, now: Callable[[], datetime]) -> Findings:
    """Yield every finding, in the order in which things are needed."""
    yield from _home(settings)
    yield from check_settings(settings)
    yield from _pages(settings)
    yield from _installed()
    yield from _vault(settings)
    yield from check_sign_in()
    yield from check_openid(settings)
    yield from _guideline(settings)
    yield from check_database(settings, now)
    yield from _label_studio(settings)


def _home(settings: Settings) -> Findings:
    home = settings.home
    if not home.exists():
        yield Finding("home", Verdict.WELL, f"{home} is not there yet; the first start makes it.")
        return
    if not home.is_dir():
        yield Finding("home", Verdict.WRONG, f"{home} is a file.", "Name a folder with ANNOTATOR_HOME.")
        return
    if not os.access(home, os.W_OK | os.X_OK):
        yield Finding("home", Verdict.WRONG, f"{home} can't be written to.", "Make this user its owner.")
    elif stat.S_IMODE(home.stat().st_mode) & 0o077:
        yield Finding("home", Verdict.WARNING, f"{home} is open to other users.", f"chmod 700 {home}")
    else:
        yield Finding("home", Verdict.WELL, f"{home} is this user's own.")
    free = shutil.disk_usage(home).free
    if free < _FREE:
        yield Finding(
            "disk", Verdict.WRONG, f"{free / 1e9:.1f} GB are free where {home} lies.", "Make room: answers need it."
        )
    else:
        yield Finding("disk", Verdict.WELL, f"{free / 1e9:.0f} GB are free.")


def _pages(settings: Settings) -> Findings:
    answer = _healthz(settings)
    if answer is not None:
        yield answer
        return
    refused = refusal(settings)
    if refused is None:
        yield Finding("pages", Verdict.WELL, f"Nothing runs; {settings.host}:{settings.port} is free.")
        return
    yield Finding(
        "pages",
        Verdict.WRONG,
        f"{settings.host}:{settings.port} can't be used: {refused.strerror}.",
        "Stop what uses it, or choose another with ANNOTATOR_PORT or ANNOTATOR_HOST.",
    )


def _healthz(settings: Settings) -> Finding | None:
    """Return how the running pages are; None where nothing of ours answers."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - read, not bound
    here = settings.model_copy(update={"host": host, "public_url": ""}).address
    try:
        reply = httpx.get(f"{here}/healthz", timeout=_ANSWER)
        said = reply.json()["status"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None
    if said == "ok":
        return Finding("pages", Verdict.WELL, f"They answer on {settings.host}:{settings.port}.")
    return Finding("pages", Verdict.WRONG, "They answer, but can't reach their database.", "See the database below.")


def _installed() -> Findings:
    try:
        found = version("label-studio")
    except PackageNotFoundError:
        found = ""
    if found != PINNED_VERSION:
        yield Finding(
            "editor",
            Verdict.WRONG,
            f"Label Studio {found or 'is not installed'}; the editor of {PINNED_VERSION} is what the pages know.",
            "Install the locked packages: make setup.",
        )
    else:
        yield Finding("editor", Verdict.WELL, f"Label Studio {found} is installed.")


def _vault(settings: Settings) -> Findings:
    try:
        vault = open_vault(settings)
    except AnnotatorError as error:
        yield Finding("vault", Verdict.WRONG, error.what, error.mend)
        return
    if vault is None:
        yield Finding(
            "vault",
            Verdict.WARNING,
            "Texts that the gate holds back are not kept, so nobody can decide on them.",
            "Set ANNOTATOR_QUARANTINE_KEY before de-identified postings are read in (docs/privacy.md).",
        )
        return
    try:
        kept = len(vault.ids())
    except AnnotatorError as error:
        yield Finding("vault", Verdict.WRONG, error.what, error.mend)
    else:
        yield Finding("vault", Verdict.WELL, f"It opens, and holds {kept} texts.")


def _guideline(settings: Settings) -> Findings:
    root = guideline_root(settings)
    try:
        chosen = settings.guideline_version or latest(settings.guideline, root)
        guideline = load(settings.guideline, chosen, root)
    except AnnotatorError as error:
        yield Finding("guideline", Verdict.WRONG, error.what, error.mend)
    else:
        yield Finding("guideline", Verdict.WELL, f"{guideline.schema.name} {guideline.schema.version} can be read.")


def _label_studio(settings: Settings) -> Findings:
    if not settings.studio:
        yield Finding("label studio", Verdict.WELL, "Nothing is mirrored: ANNOTATOR_STUDIO is off.")
        return
    if not settings.studio_url and not (settings.home / "label-studio").exists():
        yield Finding("label studio", Verdict.WELL, "The embedded server has not been started yet.")
        return
    try:
        with studio_client(settings) as client:
            client.health()
    except AnnotatorError as error:
        wrong = Verdict.WRONG if settings.studio_url else Verdict.WARNING
        yield Finding(
            "label studio", wrong, error.what, error.mend or "Answers are kept and reach it later; start it soon."
        )
    else:
        yield Finding("label studio", Verdict.WELL, "It answers, and takes our token.")
