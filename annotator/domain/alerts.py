"""Alerts: what the service has seen that somebody should look at, in words for a coordinator. Nothing is decided here.

An alert is opened by evidence, taken note of by a person, and closes itself when the evidence goes away. It never ranks anybody, and
no rule reads a skip, a break, an opt-out or a ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from annotator.domain.words import Words


class Rule(StrEnum):
    """What an alert is about."""

    AGREEMENT_FELL = "agreement_fell"
    ANNOTATOR_CHANGED = "annotator_changed"
    CAMPAIGN_FLOODS = "campaign_floods"
    OUTBOX_BEHIND = "outbox_behind"
    STUDIO_AWAY = "studio_away"
    NOT_APPROVED = "not_approved"
    WORKER_SILENT = "worker_silent"


class AlertState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Advice:
    """Why an alert of a rule matters, and what to do about it."""

    why: str
    what: str


ADVICE: Mapping[Rule, Advice] = {
    Rule.AGREEMENT_FELL: Advice(
        "When people read the same text differently more often than before, labels carry less than they seem to. A change of the "
        "guideline is the usual cause; harder postings are another.",
        "Read some of the items, and the clause that is mixed up most. If the wording is at fault, mend it and take up a new version; "
        "the items below can be adjudicated meanwhile.",
    ),
    Rule.ANNOTATOR_CHANGED: Advice(
        "Somebody's answers differ from the others', or from known answers, more than before. People tire, misread a new clause, or "
        "have a bad week; it says nothing about who they are.",
        "Look at the items, then have a talk. A pause is never the service's decision alone.",
    ),
    Rule.CAMPAIGN_FLOODS: Advice(
        "Copies of one advertiser's posting take places from others: people read the same text again and again, and a classifier "
        "learns one template too well.",
        "Open the items. Keep a few that show the template, and hold the rest or let them wait behind the others.",
    ),
    Rule.OUTBOX_BEHIND: Advice(
        "Answers are safe here, but Label Studio does not show them yet, so the Data Manager is out of date.",
        "See whether Label Studio runs and is reachable; the outbox empties itself once it is.",
    ),
    Rule.STUDIO_AWAY: Advice(
        "Nobody waits for Label Studio, and answers are kept; but its Data Manager cannot be used.",
        "Start Label Studio again, or look at its log.",
    ),
    Rule.NOT_APPROVED: Advice(
        "No posting is handed out under a guideline that the two bodies have not approved.",
        "Record what they said on the page of versions.",
    ),
    Rule.WORKER_SILENT: Advice(
        "Without the worker overdue leases stay out, nothing is refitted, retrained or mirrored, and no alert is found.",
        "Start the worker again, and look at worker.log in the home folder.",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule has seen now. `subject` tells alerts of one rule apart; a finding with the same subject is the same alert.

    `seen` says it in numbers, each with its interval or count, sentence by sentence. `items` are public ids, the most telling first;
    `links` are (title, address) of pages of ours.
    """

    rule: Rule
    subject: str
    title: Words
    seen: tuple[Words, ...]
    since: datetime
    numbers: Mapping[str, Any] = field(default_factory=dict)
    items: tuple[str, ...] = ()
    links: tuple[tuple[Words, str], ...] = ()
    person_id: str | None = None  # whom it is about, so that it goes with their account
