"""What `annotator doctor` looks at about signing in: leaked passwords, and the key of second factors."""

from __future__ import annotations

from annotator.commands.finding import Finding, Findings, Verdict
from annotator.domain.errors import AnnotatorError
from annotator.people import leaked
from annotator.people.factor_key import factor_key
from annotator.settings import Settings
from annotator.storage import second_factor
from annotator.storage.database import Database

_PART = "second factors"


def check_sign_in() -> Findings:
    known = len(leaked.often_used())
    if known:
        yield Finding("passwords", Verdict.WELL, f"{known:,} that leaked often are refused.")
    else:
        yield Finding(
            "passwords",
            Verdict.WARNING,
            "Django's list of passwords that leaked often is not installed, so none is refused for that.",
            "Install the locked packages: make setup.",
        )


def check_factor_key(settings: Settings, database: Database) -> Findings:
    key = factor_key(settings)
    with database.reading() as session:
        lying_open, sealed = len(second_factor.unsealed(session)), second_factor.sealed_by(session)
    try:
        found = key.read()
    except AnnotatorError as error:
        yield Finding(
            _PART,
            Verdict.WRONG,
            error.what,
            "Bring the file back from another machine or a backup, or move it away and: annotator people second-factor-key --anew",
        )
        return
    strange = sum(count for name, count in sealed.items() if found is None or name != found.name)
    if strange:
        yield Finding(
            _PART,
            Verdict.WRONG,
            f"{strange} secrets can't be opened: they were sealed with another key than the one at {key.path}.",
            "Bring that file from the machine or the backup that has it. Where it is lost: recovery codes sign in, another "
            "coordinator resets who has none, and annotator people second-factor-key --anew makes a new key.",
        )
    elif lying_open:
        yield Finding(
            _PART,
            Verdict.WARNING,
            f"{lying_open} secrets lie in the database as they are.",
            "annotator people second-factor-key seals them; every machine that serves pages needs the same file (docs/security.md).",
        )
    elif found is not None:
        yield Finding(_PART, Verdict.WELL, f"{sum(sealed.values())} secrets are sealed, and their key is here.")
