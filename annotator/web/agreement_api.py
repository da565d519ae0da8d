"""`GET /api/v1/agreement`: agreement as it forms, the same figures as on the coordinator's desk."""

from __future__ import annotations

from fastapi import APIRouter

from annotator.insight.agreement import LabelAgreement
from annotator.web import contract
from annotator.web.security import ResearcherDep
from annotator.web.service import ServiceDep

router = APIRouter(prefix="/api/v1", tags=["agreement"])


@router.get("/agreement", responses={401: {"model": contract.ErrorOut}, 403: {"model": contract.ErrorOut}})
def get_agreement(service: ServiceDep, _: ResearcherDep) -> contract.AgreementReport:
    """Krippendorff's alpha of every label: ordinal for the rating, nominal else, with intervals by item bootstrap."""
    standing = service.agreement.standing()
    schema = service.schema
    return contract.AgreementReport(
        guideline=contract.GuidelineOut(name=schema.name, version=schema.version, sha256=schema.sha256),
        answers=standing.answers,
        agreement=[_out(row) for row in standing.agreement],
    )


def _out(row: LabelAgreement) -> contract.AgreementOut:
    found = row.agreement
    return contract.AgreementOut(
        label=row.spec.name,
        question=row.spec.question,
        level=row.spec.level.value,
        value=found.value,
        low=found.low,
        high=found.high,
        items=found.n_items,
        labels=found.n_labels,
        reason=found.reason,
        cannot_tell=row.cannot_tell,
    )
