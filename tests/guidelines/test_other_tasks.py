"""Other tasks than postings, from a folder made by command to a release that loads: no line of Python is about any of them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import orjson
import pytest
from sqlmodel import select

from annotator.domain.recheck import Decision, Outcome
from annotator.domain.roles import Role
from annotator.domain.vetting import VettingStep
from annotator.insight.consensus import refit
from annotator.insight.freeze import freeze
from annotator.insight.release_gate import GATE_VERSION, recheck
from annotator.intake.recheck import RecheckDesk
from annotator.intake.run import ingest_file
from annotator.storage import consensus, items, vetting
from annotator.storage.tables import Person
from annotator.studio.editor_assets import find_editor
from exports import load_release
from exports.release import Plan, build_release
from guidelines.loader import load
from guidelines.scaffold import FIRST_VERSION, Task, make
from tests.releases.conftest import answers, answers_file  # noqa: F401 -- fixtures
from tests.web.conftest import answer, made_site

TEXTS = {
    "The soup was cold and we would come again tomorrow.": "praise",
    "We waited for an hour and then we left.": "complaint",
    "Open every day, closed on Mondays.": "neither",
    "Everybody was kind and explained the menu twice.": "praise",
    "Far too much money for a small plate of rice.": "complaint",
    "The shop opens in the morning.": "neither",
    "The room was dirty and loud.": "complaint",
    "The bread was fresh and warm.": "praise",
}
UNLIKE = "The shop opens in the morning."
"""On this one three people say three things."""


def site_of(task: Task, database, clock, folder: Path):
    made = make("mine", task, folder / "guidelines")
    guideline = load("mine", FIRST_VERSION, made.parents[1])
    editor = find_editor(Path(tempfile.gettempdir()) / "annotator-editor-assets")
    return made_site(database, clock, guideline, editor, folder)


def bring_in(site, texts, folder: Path) -> None:
    """Through the gate, and past two people who look at every text."""
    path = folder / "texts.jsonl"
    rows = [
        {"id": f"text-{n}", "text": text, "source": "de-identified", "language": "en"} for n, text in enumerate(texts)
    ]
    path.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
    service = site.service
    summary = ingest_file(service.database, service.project, path, "test", service.clock)
    assert (summary.quarantined, summary.rejected) == (len(rows), 0)
    desk = RecheckDesk(service.database, service.project, service.schema, None)
    people = [site.add(Role.COORDINATOR, f"c{n}@example.org").id for n in range(2)]
    for row in rows:
        first, second = (desk.decide(row["id"], who, Decision.ACCEPT, 1, service.now()) for who in people)
        assert (first, second) == (Outcome.OPEN, Outcome.RELEASED)


def chosen(question: str, value: str, about: str = "text") -> dict:
    value = {"choices": [value]}
    return {"id": question, "from_name": question, "to_name": about, "type": "choices", "value": value}


def vet(site) -> None:
    """What is not made up goes to people who were vetted."""
    now = site.service.now()
    with site.service.database.writing() as session:
        checker = session.exec(select(Person.id).where(Person.role == Role.COORDINATOR.value)).first()
        for who in session.exec(select(Person.id).where(Person.role == Role.VOLUNTEER.value)).all():
            for step in VettingStep:
                if step not in vetting.passed_by_all(session).get(who, {}):
                    vetting.record(session, now, checker, who, step)


def everybody_answers(site, people: int, result) -> None:
    """Let volunteers answer all they are given through the HTTP contract; `result(person, text)` is what they say."""
    for person in range(people):
        client = site.enter(Role.VOLUNTEER)
        vet(site)
        while (given := client.post("/api/v1/next")).status_code == 200:
            said = result(person, given.json()["item"]["text"])
            assert answer(client, given.json(), said, key=f"{person}").status_code == 201


def released(site, said, folder: Path):
    service = site.service
    frozen = freeze(service.database, service.project, service.guideline, folder / "snapshot", service.now())
    built = build_release(frozen, Plan("1.0.0", said), folder / "release", folder / "apart", recheck, GATE_VERSION)
    return load_release(built.out, verify=True), load_release(built.apart)


def test_a_text_classification_without_a_scale_and_without_passages(database, clock, answers, tmp_path):  # noqa: F811 -- the fixture
    site = site_of(Task.TEXT, database, clock, tmp_path)
    schema = site.service.schema
    assert (schema.rating.level, schema.spans) == ("nominal", None)
    bring_in(site, TEXTS, tmp_path)

    def says(person: int, text: str) -> list[dict]:
        tone = schema.rating.values[person] if text == UNLIKE else TEXTS[text]
        about = [chosen("about", "service")] if "kind" in text else []
        return [chosen("tone", tone), *about]

    everybody_answers(site, 3, says)
    service = site.service
    assert refit(service.database, service.project, schema, service.now())
    with service.database.reading() as session:
        fit = consensus.newest_fit(session, service.project.id, "tone")
        found = {text: items.by_public_id(session, service.project.id, f"text-{n}") for n, text in enumerate(TEXTS)}
    assert fit.method == "HierarchicalDawidSkene"
    assert {text: item.state for text, item in found.items()} == {
        text: "adjudicating" if text == UNLIKE else "agreed" for text in TEXTS
    }
    best = {text: schema.rating.values[item.posterior.index(max(item.posterior))] for text, item in found.items()}
    assert {text: tone for text, tone in best.items() if text != UNLIKE} == {
        text: tone for text, tone in TEXTS.items() if text != UNLIKE
    }

    desk = site.enter(Role.COORDINATOR)
    by_label = {row["label"]: row for row in desk.get("/api/v1/agreement").json()["agreement"]}
    assert by_label["tone"]["level"] == "nominal"
    assert by_label["tone"]["value"] == pytest.approx(alpha_of_three(7, 1), abs=1e-9)
    (waiting,) = desk.get("/api/v1/adjudication/queue").json()["items"]
    assert waiting["value"] == pytest.approx(waiting["risk"]), "without a scale it is the chance of being wrong"
    for page in ("", "/items", "/agreement", "/agreement/pairs", "/adjudication", "/quality", "/data", "/alerts"):
        assert desk.get(f"/coordinator{page}").status_code == 200, page

    judge = site.enter(Role.ADJUDICATOR)
    case = judge.post("/api/v1/adjudication/case", json={}).json()
    assert (case["needed"], len(case["answers"])) == (1, 3)
    decision = {"item": case["item"]["id"], "result": [chosen("tone", "neither")], "cause": "annotator_error"}
    assert judge.post("/api/v1/adjudication/decisions", json={**decision, "key": "k"}).status_code == 201

    release, apart = released(site, answers, tmp_path)
    gold = {**labels_of(release, "tone"), **labels_of(apart, "tone", "hidden")}
    assert gold == TEXTS
    assert release.specs["tone"].level == "nominal"
    assert "nominal alpha" in (release.folder / "croissant.json").read_text(encoding="utf-8")


def alpha_of_three(agreeing: int, unlike: int) -> float:
    """Krippendorff's nominal alpha where three people rate and each value comes as often as `TEXTS` has it."""
    counts = {"praise": 3 * 3 + 1, "complaint": 3 * 3 + 1, "neither": 3 * 1 + 1}
    n = 3 * (agreeing + unlike)
    assert sum(counts.values()) == n
    observed = 6 * unlike / 2 / n  # pairs that differ within an item, each over (people - 1)
    expected = sum(c * (n - c) for c in counts.values()) / (n * (n - 1))
    return 1 - observed / expected


def labels_of(release, name: str, split: str | None = None) -> dict[str, str]:
    rows = release.gold(split)
    return dict(zip(rows["text"], rows[name].astype(str), strict=True)) if len(rows) else {}


def test_marked_passages_without_states(database, clock, answers, tmp_path):  # noqa: F811 -- the fixture
    site = site_of(Task.SPANS, database, clock, tmp_path)
    texts = ["We meet on Tuesday at six in the hall.", "The group meets again soon.", "The group meets on Tuesday."]
    bring_in(site, texts, tmp_path)

    def says(_person: int, text: str) -> list[dict]:
        marked = "on Tuesday"
        clarity = "2" if "hall" in text else "1" if marked in text else "0"
        if marked not in text:
            return [chosen("clarity", clarity)]
        start = text.index(marked)
        value = {"start": start, "end": start + len(marked), "text": marked, "labels": ["TIME"]}
        passage = {"id": "p", "from_name": "passages", "to_name": "text", "type": "labels", "value": value}
        return [chosen("clarity", clarity), passage]

    everybody_answers(site, 3, says)
    release, apart = released(site, answers, tmp_path)
    marks = {**labels_of(release, "TIME"), **labels_of(apart, "TIME", "hidden")}
    assert marks == {texts[0]: "marked", texts[1]: "not marked", texts[2]: "marked"}
    assert release.specs["clarity"].level == "ordinal"
