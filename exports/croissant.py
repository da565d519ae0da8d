"""`croissant.json`: the release described for machines (MLCommons Croissant 1.0 with the Responsible AI extension 1.0)."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa

from annotator.domain.errors import AnnotatorError
from exports import columns, terms
from exports.cards import About, configs

_YEAR = re.compile(r"(19|20)\d\d")
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "equivalentProperty": "cr:equivalentProperty",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


class CroissantError(AnnotatorError):
    """The description does not pass its validator."""


def validate(path: Path) -> None:
    """Hold a description against MLCommons' validator, where that is installed (`mlcroissant`).

    Raises:
        CroissantError: it finds an error or a warning.
    """
    if find_spec("mlcroissant") is None:
        return
    import mlcroissant

    try:
        issues = mlcroissant.Dataset(str(path)).metadata.ctx.issues
    except mlcroissant.ValidationError as error:
        raise CroissantError(f"The description is not valid: {error}") from error
    if issues.errors or issues.warnings:
        raise CroissantError(f"The description is not valid: {issues.report()}")


def describe(about: About) -> dict[str, Any]:
    """Return the description as JSON-LD."""
    answers, facts = about.answers, about.frozen.facts
    schemas = columns.released(about.frozen.specs)
    tables = [config["name"] for config in configs(about.built) if config["splits"]]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": about.name,
        "version": about.version,
        "description": f"{answers['summary']} {terms.SHORT}",
        "license": answers["licence"],
        "url": f"urn:annotator:{about.name}:{about.version}",
        "datePublished": facts["frozen_at"][:10],
        "citeAs": answers["citation"],
        "creator": {"@type": "sc:Organization", "name": answers["maintainer"]},
        "keywords": ["annotator-level labels", "soft labels", "human trafficking research"],
        "isLiveDataset": False,
        **_responsible(about),
        "distribution": [_files(table) for table in tables],
        "recordSet": [_records(table, schemas[table]) for table in tables],
    }


def _files(table: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{table}-files",
        "name": f"{table}-files",
        "encodingFormat": "application/x-parquet",
        "includes": f"data/{table}/*.parquet",
    }


def _records(table: str, schema: pa.Schema) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table,
        "name": table,
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{table}/{field.name}",
                "name": field.name,
                "dataType": _type(field.type),
                "source": {"fileSet": {"@id": f"{table}-files"}, "extract": {"column": field.name}},
            }
            for field in schema
        ],
    }


def _type(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return "sc:Integer"
    if pa.types.is_floating(kind):
        return "sc:Float"
    return "sc:Boolean" if pa.types.is_boolean(kind) else "sc:Text"


def _time_frame(about: About) -> dict[str, Any]:
    """Return the first and the last year that the epochs name, where they name any."""
    years = sorted({found[0] for epoch in about.stats.by["epoch"] if (found := _YEAR.match(epoch))})
    return {"rai:dataCollectionTimeFrame": [f"{years[0]}-01-01", f"{years[-1]}-12-31"]} if years else {}


def _responsible(about: About) -> dict[str, Any]:
    answers, facts = about.answers, about.frozen.facts
    counts = facts["counts"]
    rating = next(row for row in facts["agreement"] if row["label"] == about.rating.name)
    alpha = "undefined" if rating["value"] is None else f"{rating['value']:.2f}"
    low, high = (about.stats.letters[0], about.stats.letters[-1]) if about.stats.letters else (0, 0)
    method = facts["consensus"][about.rating.name]["method"]
    profile = [f"{q}: {', '.join(a for a, n in cells.items() if n)}" for q, cells in about.answers.profile.items()]
    return {
        "rai:dataCollection": answers["collection"],
        "rai:dataCollectionType": sorted(about.stats.by["source"]),
        **_time_frame(about),
        "rai:dataCollectionRawData": f"Postings, half of them {low} to {high} characters long; no raw text is kept.",
        "rai:dataCollectionMissingData": f"{counts['cannot_tell']} of {counts['judgements']} ratings say cannot tell.",
        "rai:dataPreprocessingProtocol": [f"De-identification gate {about.gate_version}; typed placeholders."],
        "rai:dataManipulationProtocol": "Rare combinations of region and quarter suppressed; times and durations banded.",
        "rai:dataImputationProtocol": "None: missing labels stay missing.",
        "rai:dataAnnotationProtocol": [
            f"Guideline {facts['guideline']['name']} {facts['guideline']['version']}; {facts['overlap']} people an item, blind.",
            answers["annotator_training"],
        ],
        "rai:dataAnnotationPlatform": ["Label Studio", facts["made_by"]],
        "rai:dataAnnotationAnalysis": [
            f"Krippendorff's {about.rating.level} alpha of the rating: {alpha}.",
            f"Consensus: {method}.",
        ],
        "rai:annotationsPerItem": ", ".join(f"{n}" for n in sorted(about.stats.judgements)),
        "rai:annotatorDemographics": profile or ["Not collected."],
        "rai:machineAnnotationTools": ["None: no suggestion was shown."],
        "rai:dataUseCases": [answers["intended_uses"], *terms.PERMITTED],
        "rai:dataBiases": [answers["known_biases"]],
        "rai:dataLimitations": [answers["unsuitable_uses"], *(f"Prohibited: {use}." for use in terms.PROHIBITED)],
        "rai:dataSocialImpact": answers["social_impact"],
        "rai:personalSensitiveInformation": ["Pseudonymised; a residue of personal data cannot be ruled out."],
        "rai:dataReleaseMaintenancePlan": answers["maintenance"],
    }
