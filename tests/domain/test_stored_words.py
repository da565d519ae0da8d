"""Words that stand in a database, a file or an address: another word would be other data, so that each is written out here."""

from __future__ import annotations

import pytest

from annotator.dispensing.routing import Pick
from annotator.domain.adjudication import Cause
from annotator.domain.alerts import ADVICE, AlertState, Rule
from annotator.domain.bulk import WORDING, Action, Progress, Result
from annotator.domain.governance import Body
from annotator.domain.items import SHUT, TRANSITIONS, ItemState, Source
from annotator.domain.leases import EmptyReason, LeaseState
from annotator.domain.onboarding import SIGNED, Step
from annotator.domain.qualification import Verdict
from annotator.domain.recheck import Decision, Outcome
from annotator.domain.releases import ReleaseState
from annotator.domain.schema import Kind, Level, Media
from annotator.domain.vetting import VettingStep
from annotator.domain.webhooks import Event
from annotator.storage.outbox import OutboxKind

WORDS = {
    Action: "withdraw hold release raise lower usual adjudicate ask-another make-control",
    AlertState: "open acknowledged closed",
    Body: "survivor-advisory-group rights-review",
    Cause: "guideline_unclear ambiguous_text annotator_error missing_context other",
    Decision: "accept destroy",
    EmptyReason: "onboarding not_approved quiz not_qualified trained paused none held done"
    " break session_over day_over week_over quiet_hours",
    Event: "item.agreed item.adjudicated release.published",
    ItemState: "quarantined ready leased agreed adjudicating gold withdrawn",
    Kind: "rating spans tags note",
    LeaseState: "live answered skipped expired released",
    Level: "nominal ordinal",
    Media: "text image",
    Outcome: "open released destroyed",
    OutboxKind: "annotation annotation_withdrawn item_withdrawn",
    Pick: "audit model random control",
    Progress: "running done undoing undone",
    ReleaseState: "built published expired withdrawn",
    Result: "waiting done refused restored stays",
    Rule: "agreement_fell annotator_changed campaign_floods outbox_behind studio_away not_approved worker_silent",
    Source: "synthetic de-identified",
    Step: "about consent conduct support preferences",
    Verdict: "pass continue study",
    VettingStep: "identity references training",
}


@pytest.mark.parametrize("kind", WORDS, ids=lambda kind: kind.__name__)
def test_words_are_the_same_for_ever(kind):
    assert [word.value for word in kind] == WORDS[kind].split()


def test_an_item_goes_its_way_and_what_is_withdrawn_never_comes_back():
    anywhere = "quarantined withdrawn"
    assert {state.value: {after.value for after in allowed} for state, allowed in TRANSITIONS.items()} == {
        "quarantined": {"ready", "agreed", "adjudicating", "withdrawn"},
        "ready": set(f"leased agreed adjudicating {anywhere}".split()),
        "leased": set(f"ready agreed adjudicating {anywhere}".split()),
        "agreed": set(f"ready adjudicating gold {anywhere}".split()),
        "adjudicating": set(f"ready gold {anywhere}".split()),
        "gold": set(f"adjudicating {anywhere}".split()),
        "withdrawn": set(),
    }
    assert SHUT == ("quarantined", "withdrawn")


def test_what_is_signed_are_the_steps_that_agree_to_a_text():
    assert SIGNED == ("about", "consent", "conduct")


def test_every_alert_says_why_and_what_to_do_and_every_action_what_it_does():
    assert set(ADVICE) == set(Rule)
    assert all(advice.why and advice.what for advice in ADVICE.values())
    assert set(WORDING) == set(Action)
    assert all(wording.title and wording.does for wording in WORDING.values())
