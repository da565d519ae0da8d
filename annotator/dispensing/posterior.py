"""The posterior of an item's rating, brought up to date inside an answer's transaction. Fitting is the worker's affair.

It is always that of all the item's ratings under the newest fit, worked out anew: an item has a handful of them, and so nothing
can drift, whatever order answers and refits come in.
"""

from __future__ import annotations

from functools import cache

from sqlmodel import Session

from annotator.consensus.skills import FloatArray, Skills
from annotator.domain.schema import LabelSpec
from annotator.storage import consensus
from annotator.storage.consensus import Evidence


def update_posterior(session: Session, project_id: str, spec: LabelSpec, item_id: str) -> None:
    """Store what the item's ratings come to. The item's row must be locked."""
    found = posterior_of(session, project_id, spec, item_id)
    if found is not None:
        consensus.set_posterior(session, item_id, *found)


def posterior_of(session: Session, project_id: str, spec: LabelSpec, item_id: str) -> tuple[list[float], float] | None:
    """Return what the item's ratings come to and its priority; "cannot tell" counts for nothing, and without any rating there is None."""
    evidence = consensus.evidence(session, project_id, spec.name, item_id)
    given = [(person, spec.values.index(rating)) for person, rating in evidence.ratings if rating in spec.values]
    if not given:
        return None
    people, codes = zip(*given, strict=True)
    skills = skills_of(evidence, spec)
    p = skills.posterior(people, codes, evidence.prior)
    return p.tolist(), float(gains(p[None], skills.unknown)[0])


def gains(p: FloatArray, confusion: FloatArray) -> FloatArray:
    """Return the bits that an answer of somebody with that confusion matrix would tell of items, posteriors `p` (n, K); shape (n,)."""
    from active_learning.gain import information_gain  # compiled on first use

    return information_gain(p, confusion)


def warm(spec: LabelSpec) -> None:
    """Load what the first answer would have to wait for: compiled code, and what is thought of anybody."""
    skills = first_skills(spec.values, scale=spec.is_scale)
    gains(skills.prior[None], skills.unknown)


def skills_of(evidence: Evidence, spec: LabelSpec) -> Skills:
    """Return what the newest fit knows of the people concerned; before the first fit, what is thought of anybody."""
    if evidence.model is None or tuple(evidence.model["classes"]) != spec.values:
        return first_skills(spec.values, scale=spec.is_scale)
    people = {"workers": list(evidence.confusion), "confusion": list(evidence.confusion.values())}
    return Skills.from_json({**evidence.model, **people})


@cache
def first_skills(values: tuple[str, ...], *, scale: bool = True) -> Skills:
    """Return what is thought of anybody before anything was learned: the centre of the model's own prior."""
    from annotator.consensus.hierarchical import HierarchicalDawidSkene  # slow to load, not needed after the first fit
    from annotator.consensus.ordinal import OrdinalDawidSkene

    n_classes = len(values)
    model = OrdinalDawidSkene() if scale else HierarchicalDawidSkene()
    return Skills.from_json(
        {
            "classes": list(values),
            "workers": [],
            "prior": [1 / n_classes] * n_classes,
            "confusion": [],
            "unknown": model.base(n_classes).T.tolist(),
            "temper": 1.0,
            "slope": 1.0,
            "bias": None,
        }
    )
