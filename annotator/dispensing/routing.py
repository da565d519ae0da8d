"""Who is asked about what: chance, the model, or both in the shares that the lift meter allows.

A draw says what picks. The audit takes the next item of the slice that chance has set apart once and for all. The model takes
the item from which this person's answer is expected to tell most, in bits for each minute of their time: one that others have
begun, or a new one from the top of the pool's priority index. What is begun is finished first once much is begun: an item that
nobody settles is of no use to anybody. The seeded random order is what everything falls back on. What a coordinator has raised
comes before all that, and what was lowered after it; the audit alone is not bent by either, since it would not be chance's any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from sqlmodel import Session

from annotator.dispensing.posterior import skills_of
from annotator.domain.schema import LabelSpec
from annotator.storage import candidates, consensus, projects
from annotator.storage.candidates import Candidate, Conditions
from annotator.storage.rules import Rules
from annotator.storage.tables import Project

_BEGUN = 64  # begun items looked at; where there are as many, nothing new is begun
_FRESH = 128  # new items from the top of the priority index that are weighed for this person
_TRIES = 5  # of the best, while others are taking them
_LEAST_SECONDS = 1.0


class Pick(StrEnum):
    """What picked an item for a person."""

    AUDIT = "audit"  # the random slice from which shares and the model itself are judged
    MODEL = "model"  # the largest expected gain of information for this person
    RANDOM = "random"  # the seeded order
    CONTROL = "control"  # a control item, which says nothing of any order


@dataclass(frozen=True, slots=True)
class Picked:
    """An item, what picked it, and the chance with which chance picks it, where it did."""

    item_id: str
    pick: Pick
    propensity: float | None = None


@dataclass(frozen=True, slots=True)
class Router:
    """One person's next item. `turns` are tried in order; the last always is the seeded random order."""

    session: Session
    rules: Rules
    spec: LabelSpec
    person_id: str
    turns: tuple[Pick, ...]

    @classmethod
    def draw(cls, session: Session, rules: Rules, spec: LabelSpec, person_id: str, rng: np.random.Generator) -> Router:
        """Let chance say what picks: the audit by its share, then the model by what the lift meter allows of the rest."""
        project, standing, drawn = rules.project, rules.standing, rng.random()
        turns: tuple[Pick, ...] = (Pick.RANDOM,)
        if drawn < project.audit_share:
            turns = (Pick.AUDIT, Pick.RANDOM)
        elif standing is not None and drawn < project.audit_share + min(standing.share, 1 - project.audit_share):
            turns = (Pick.MODEL, Pick.RANDOM)
        return cls(session, rules, spec, person_id, turns)

    @property
    def project(self) -> Project:
        return self.rules.project

    def choose(self, conditions: Conditions, *, pass_over_locked: bool) -> Picked | None:
        """Return an item the person never held that meets the conditions; None where there is none to be had."""
        if Pick.AUDIT in self.turns and (found := self._by(Pick.AUDIT, conditions, pass_over_locked=pass_over_locked)):
            return found
        where = (self.session, self.project.id, self.person_id)
        for precedence in candidates.precedences(*where, conditions, raised=self.rules.raised):
            at_that_place = [*conditions, candidates.at_precedence(precedence)]
            for turn in (one for one in self.turns if one is not Pick.AUDIT):
                if found := self._by(turn, at_that_place, pass_over_locked=pass_over_locked):
                    return found
        return None

    def _by(self, pick: Pick, conditions: Conditions, *, pass_over_locked: bool) -> Picked | None:
        where = (self.session, self.project.id, self.person_id)
        if pick is Pick.MODEL:
            return self._most_telling(conditions, pass_over_locked=pass_over_locked)
        if pick is Pick.AUDIT:
            share = self.project.audit_share
            item_id = candidates.audit_candidate(*where, share, conditions, pass_over_locked=pass_over_locked)
            return Picked(item_id, pick, share) if item_id is not None else None
        item_id = candidates.candidate(*where, conditions, pass_over_locked=pass_over_locked)
        return Picked(item_id, pick) if item_id is not None else None

    def _most_telling(self, conditions: Conditions, *, pass_over_locked: bool) -> Picked | None:
        where = (self.session, self.project.id, self.person_id)
        found = candidates.begun(*where, self.project.overlap, conditions, _BEGUN)
        if len(found) < _BEGUN:
            found = [*found, *candidates.fresh(*where, conditions, _FRESH)]
        for place in self._best(found):
            item_id = found[place].item_id
            if candidates.is_open(self.session, item_id, lock=pass_over_locked):
                return Picked(item_id, Pick.MODEL)
        return None

    def _best(self, found: list[Candidate]) -> list[int]:
        """Return the places of the best candidates by expected gain a minute, the largest first; none that is settled."""
        from active_learning.routing import route  # compiled on first use
        from active_learning.stopping import Rule

        if not found:
            return []
        known = consensus.known_of(self.session, self.project.id, self.spec.name, self.person_id)
        skills, n_classes = skills_of(known, self.spec), len(self.spec.values)
        p = [one.p if one.p is not None and len(one.p) == n_classes else skills.prior.tolist() for one in found]
        standing = self.rules.standing
        base, by_length = standing.pace if standing is not None else (1.0, 0.0)
        seconds = np.maximum(base + by_length * np.array([one.length for one in found]), _LEAST_SECONDS)
        bounds = projects.bounds(self.project)
        best = route(
            p,
            [one.answers for one in found],
            skills.matrix(self.person_id),
            Rule(bounds.risk, bounds.least, bounds.most),
            _TRIES,
            minutes=seconds / 60,
        )
        return [int(place) for place in best.items]
