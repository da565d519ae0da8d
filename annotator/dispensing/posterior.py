"""The posterior of an item's rating, moved by one answer inside that answer's transaction. Fitting is the worker's affair."""

from __future__ import annotations

from sqlmodel import Session

from annotator.consensus.ordinal import OrdinalDawidSkene
from annotator.consensus.skills import Skills
from annotator.domain.schema import LabelSpec
from annotator.storage import consensus


def move_posterior(
    session: Session, project_id: str, spec: LabelSpec, item_id: str, person_id: str, rating: str | None
) -> None:
    """Move the item's posterior by one rating; "cannot tell" (None) moves nothing. The item's row must be locked."""
    if rating is None:
        return
    skills = skills_for(session, project_id, spec, person_id)
    before = consensus.lock_posterior(session, item_id) or skills.posterior([], [])
    after = skills.update(before, person_id, spec.values.index(rating))
    consensus.set_posterior(session, item_id, after.tolist())


def skills_for(session: Session, project_id: str, spec: LabelSpec, person_id: str) -> Skills:
    """Return what the newest fit knows of one person; before the first fit, what is thought of anybody."""
    fit = consensus.newest_fit(session, project_id, spec.name)
    if fit is None:
        return first_skills(spec)
    known = consensus.skill(session, person_id, spec.name)
    people = {"workers": [person_id], "confusion": [known.confusion]} if known is not None else {}
    return Skills.from_json({"workers": [], "confusion": [], **fit.model, **people})


def first_skills(spec: LabelSpec) -> Skills:
    """Return what is thought of anybody before anything was learned: the centre of the model's own prior."""
    n_classes = len(spec.values)
    base = OrdinalDawidSkene().base(n_classes).T
    return Skills.from_json(
        {
            "classes": list(spec.values),
            "workers": [],
            "prior": [1 / n_classes] * n_classes,
            "confusion": [],
            "unknown": base.tolist(),
            "temper": 1.0,
            "slope": 1.0,
            "bias": None,
        }
    )
