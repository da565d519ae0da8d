"""Checking the audit log: every line against its hash, every chain against its head, all of it against an anchor kept elsewhere.

Whoever can write to the database can also compute hashes anew. Against them stands the anchor: how far each chain had come
and its last hash at a moment, exported to where they cannot write. A log that agrees with an anchor has not been
changed, shortened or put in another order up to there.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from annotator.domain.errors import InputError
from annotator.storage.audit import CHAINS, GENESIS, link
from annotator.storage.tables import Audit
from annotator.storage.tables_audit import AuditHead

_BATCH = 5000
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Anchor:
    """How far each chain had come at a moment: (position, hash) by chain."""

    at: datetime
    heads: Mapping[int, tuple[int, str]]

    @property
    def lines(self) -> int:
        """How many lines the log had."""
        return sum(position for position, _ in self.heads.values())

    @property
    def digest(self) -> str:
        """One hash, in hexadecimal, over all heads: short enough to be written down on paper."""
        return hashlib.sha256(json.dumps(sorted(self.heads.items())).encode()).hexdigest()

    def to_json(self) -> str:
        """Return one line of JSON, which `read_anchor` reads."""
        heads = {str(chain): [position, last] for chain, (position, last) in sorted(self.heads.items())}
        return json.dumps({"at": self.at.isoformat(), "lines": self.lines, "digest": self.digest, "heads": heads})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit: where, and what is wrong there."""

    chain: int
    position: int
    what: str


@dataclass(slots=True)
class Report:
    """What a check found. `lines` were read; the log is whole where there is no finding."""

    lines: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.findings


def anchor(session: Session, now: datetime) -> Anchor:
    """Return an anchor of the log as it stands."""
    heads = session.exec(select(AuditHead).order_by(col(AuditHead.chain)))
    return Anchor(now, {head.chain: (head.position, head.hash) for head in heads})


def read_anchor(text: str) -> Anchor:
    """Read what `Anchor.to_json` wrote.

    Raises:
        InputError: it is not an anchor, or it was changed so that it no longer agrees with its own digest.
    """
    try:
        given: dict[str, Any] = json.loads(text)
        heads = {int(chain): (int(position), str(last)) for chain, (position, last) in given["heads"].items()}
        found = Anchor(datetime.fromisoformat(given["at"]), heads)
        digest = given["digest"]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            "That is not an anchor of the audit log.", where="anchor", mend="Make one with `annotator audit anchor`."
        ) from error
    if found.digest != digest or not all(_HASH.fullmatch(last) for _, last in heads.values()):
        raise InputError("The anchor does not agree with its own digest.", where="anchor", mend="Use another copy.")
    return found


def verify(session: Session, anchors: list[Anchor] | None = None, *, most: int = 100) -> Report:
    """Read the whole log and check it; give a session of `Database.frozen`, so that it stands still meanwhile.

    At most `most` findings are kept of what may be a great many.
    """
    report, heads = Report(), {head.chain: head for head in session.exec(select(AuditHead))}
    wanted: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for given in anchors or []:
        for chain, (position, last) in given.heads.items():
            wanted[chain][position].add(last)
    chains = set(session.exec(select(Audit.chain).distinct())) | heads.keys() | wanted.keys() | set(range(CHAINS))
    for chain in sorted(chains):
        for finding in _walk_if_readable(session, chain, heads.get(chain), wanted[chain], report):
            if len(report.findings) < most:
                report.findings.append(finding)
    return report


def _walk_if_readable(
    session: Session, chain: int, head: AuditHead | None, wanted: Mapping[int, set[str]], report: Report
) -> Iterator[Finding]:
    """Follow one chain as far as its columns hold what they should: SQLite takes anything anywhere."""
    before = report.lines
    try:
        yield from _walk(session, chain, head, wanted, report)
    except (ValueError, TypeError, AttributeError):
        yield Finding(chain, report.lines - before + 1, "the lines from about here on can't be read")


def _walk(
    session: Session, chain: int, head: AuditHead | None, wanted: Mapping[int, set[str]], report: Report
) -> Iterator[Finding]:
    """Follow one chain from its first line to its head."""
    position, previous, last_id = 0, GENESIS, 0
    left = {place: set(hashes) for place, hashes in wanted.items() if place > 0}
    for line in _lines(session, chain):
        report.lines += 1
        if line.position != position + 1:
            yield Finding(chain, position + 1, f"after line {position} comes line {line.position}")
        expected = link(
            previous,
            chain=line.chain,
            position=line.position,
            at=line.at,
            actor=line.actor,
            action=line.action,
            subject=line.subject,
            detail=line.detail,
        )
        if line.hash != expected:
            yield Finding(chain, line.position, "the line was changed, or does not follow the one before it")
        if (line.id or 0) <= last_id:
            yield Finding(chain, line.position, "the line was put at another place")
        if left.pop(line.position, {line.hash}) != {line.hash}:
            yield Finding(chain, line.position, "the chain is not the one that was anchored")
        position, previous, last_id = line.position, line.hash, line.id or 0
    if head is None:
        yield Finding(chain, position, "the head of the chain is missing")
    elif (head.position, head.hash) != (position, previous):
        yield Finding(chain, position + 1, f"the chain ends at {position}, its head is at {head.position}")
    for place in sorted(left):
        yield Finding(chain, place, f"the chain ends at {position}, an anchor was made at {place}")


def _lines(session: Session, chain: int) -> Iterator[Audit]:
    """Yield the lines of a chain in their order, so many at a time."""
    after: int | None = None
    while True:
        statement = select(Audit).where(Audit.chain == chain).order_by(col(Audit.position)).limit(_BATCH)
        found = session.exec(statement if after is None else statement.where(Audit.position > after)).all()
        yield from found
        if len(found) < _BATCH:
            return
        after = found[-1].position
        session.expunge_all()
