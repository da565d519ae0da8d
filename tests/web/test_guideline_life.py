"""The life of a guideline: nothing is handed out before both bodies approve, and a new version is read before the next posting."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import select

from annotator.app import create_app
from annotator.domain.errors import ConfigError, ConflictError
from annotator.domain.governance import Body, Review
from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.settings import Settings
from annotator.storage import guideline_life, items, onboarding, projects
from annotator.storage.tables import Annotation, Audit, GuidelineVersion, Item, Person
from annotator.storage.tables_people import GuidelineApproval, QuizPass
from annotator.web.frame.service import open_service
from annotator.web.guideline import versions
from guidelines.loader import load
from tests.guidelines.versions import second_version
from tests.web.conftest import Site, answer, rating, span

TEXT = "Pickers wanted. A fee of 200 is due."
OTHER = "Cleaner wanted. No experience needed."


@dataclass
class Life:
    """A service that can be started again under whatever version its project uses."""

    root: Path
    database: object
    clock: object
    editor: object
    site: Site | None = None

    def start(self) -> Site:
        with self.database.reading() as session:
            version = projects.version_in_use(session, "postings") or "1.0.0"
        settings = Settings(home=self.root / "home", studio=False)
        settings.home.mkdir(exist_ok=True)
        service = open_service(settings, self.database, self.clock, load("postings", version, self.root))
        self.site = Site(service, create_app(service, self.editor))
        return self.site

    def review(self, coordinator, version, body, *, approved=True, **more):
        form = {"body": body.value, "words": f"{body} says so.", **({"approved": "yes"} if approved else {}), **more}
        return coordinator.post(f"/coordinator/guideline/{version}/reviews", data=form)

    def approve(self, coordinator, version):
        for body in Body:
            assert self.review(coordinator, version, body).status_code == 303

    def sign_in_again(self, old):
        client = self.site.client()
        client.cookies.update(dict(old.cookies))
        client.headers["X-CSRF-Token"] = old.headers["X-CSRF-Token"]
        return client


@pytest.fixture
def life(database, clock, editor, tmp_path):
    second_version(tmp_path)
    return Life(tmp_path, database, clock, editor)


@pytest.fixture
def changed(life):
    """A campaign under 1.0.0 with answers, and then 1.1.0 in force: (volunteer, coordinator) signed in again."""
    site = life.start()
    coordinator, volunteer = site.enter(Role.COORDINATOR), site.enter(Role.VOLUNTEER)
    life.approve(coordinator, "1.0.0")
    site.add_items([TEXT, OTHER])
    for client in (volunteer, site.enter(Role.VOLUNTEER), site.enter(Role.VOLUNTEER)):
        while (given := client.post("/api/v1/next")).status_code == 200:
            text = given.json()["item"]["text"]
            marked = span(text, "A fee of 200", "FEE") if "fee" in text else []
            value = "1" if marked else "0"
            assert answer(client, given.json(), [*rating(value), *marked]).status_code == 201
    life.approve(coordinator, "1.1.0")
    assert coordinator.post("/coordinator/guideline/1.1.0/activate").status_code == 303
    life.start()
    life.site.service.clock = life.clock
    return life.sign_in_again(volunteer), life.sign_in_again(coordinator)


def test_nothing_is_handed_out_before_both_bodies_have_approved(life):
    site = life.start()
    coordinator, volunteer = site.enter(Role.COORDINATOR), site.enter(Role.VOLUNTEER)
    site.add_items([TEXT])
    assert "Nothing is handed out" in coordinator.get("/coordinator/guideline").text
    for body in Body:
        assert volunteer.post("/api/v1/next").headers["reason"] == "not_approved"
        life.review(coordinator, "1.0.0", body)
    assert volunteer.post("/api/v1/next").status_code == 200


def test_dissent_is_kept_and_the_newest_word_of_a_body_counts(life):
    site = life.start()
    coordinator, volunteer = site.enter(Role.COORDINATOR), site.enter(Role.VOLUNTEER)
    site.add_items([TEXT])
    life.approve(coordinator, "1.0.0")
    life.review(
        coordinator, "1.0.0", Body.RIGHTS, approved=False, words="Not any more.", dissent="Two of us <would> go on."
    )
    assert volunteer.post("/api/v1/next").headers["reason"] == "not_approved"
    page = coordinator.get("/coordinator/guideline/1.0.0").text
    assert "Two of us &lt;would&gt; go on." in page
    assert f"{Body.RIGHTS} says so." in page
    with site.service.database.reading() as session:
        assert len(session.exec(select(GuidelineApproval)).all()) == 3
    assert life.review(coordinator, "1.0.0", Body.RIGHTS, words=" ").status_code == 422


def test_a_demonstration_hands_out_synthetic_postings_only_and_says_what_it_is(life):
    site = life.start()
    volunteer = site.enter(Role.VOLUNTEER)
    site.add_items([TEXT])
    with site.service.database.writing() as session:
        guideline_life.set_demonstration(session, life.clock.now(), "test", site.service.project.id, demonstration=True)
    site = life.start()
    volunteer = life.sign_in_again(volunteer)
    assert volunteer.post("/api/v1/next").status_code == 200
    for page in ("/label", "/me", "/guideline"):
        assert "Demonstration, not approved" in volunteer.get(page).text
    row = items.NewItem("real", "Real posting.", items.text_hash("Real posting."), "de-identified", ItemState.READY)
    with site.service.database.writing() as session:
        items.add(session, site.service.project, [row], life.clock.now())
        (person,) = session.exec(select(Person).where(Person.role == "volunteer"))
        found = guideline_life.allowed(site.service.project)
        assert [item.public_id for item in session.exec(select(Item).where(*found))] == ["item-0"]
        onboarding.complete(session, life.clock.now(), person.id)
        guideline_life.set_demonstration(
            session, life.clock.now(), "test", site.service.project.id, demonstration=False
        )
        with pytest.raises(ConflictError, match="not synthetic"):
            guideline_life.set_demonstration(
                session, life.clock.now(), "test", site.service.project.id, demonstration=True
            )


def test_a_version_is_taken_up_only_when_approved_and_comes_into_force_at_the_next_start(life):
    site = life.start()
    coordinator = site.enter(Role.COORDINATOR)
    refused = coordinator.post("/coordinator/guideline/1.1.0/activate")
    assert refused.status_code == 409
    assert "is not approved: Survivor advisory group, Migrant" in refused.text
    life.approve(coordinator, "1.1.0")
    assert "Take version 1.1.0 up" in coordinator.get("/coordinator/guideline/1.1.0").text
    assert coordinator.post("/coordinator/guideline/1.1.0/activate").status_code == 303
    assert "comes into force when the service starts again" in coordinator.get("/coordinator/guideline").text
    assert site.service.schema.version == "1.0.0"
    assert life.start().service.schema.version == "1.1.0"
    with pytest.raises(ConfigError, match=r"does not use postings 1\.0\.0"):
        open_service(site.service.settings, life.database, life.clock, load("postings", "1.0.0", life.root))


def test_what_is_new_is_read_and_answered_before_the_next_posting(life, changed):
    volunteer, _ = changed
    row = items.NewItem("fresh", "A fresh posting.", items.text_hash("A fresh posting."), "synthetic", ItemState.READY)
    with life.database.writing() as session:
        items.add(session, life.site.service.project, [row], life.clock.now())
    assert volunteer.post("/api/v1/next").headers["reason"] == "quiz"
    page = volunteer.get("/guideline/new").text
    assert "<ins>" in page
    assert page.count("<fieldset>") == 1
    right = re.search(r'name="no-fees" value="(\d)"[^>]*> Fee, contradicted', page).group(1)
    wrong = volunteer.post("/guideline/new", data={"no-fees": "0"})
    assert wrong.status_code == 422
    assert "The words deny it." in wrong.text
    for nonsense in ("99", "9" * 5000, "²", "-1"):
        assert volunteer.post("/guideline/new", data={"no-fees": nonsense}).status_code == 422
    assert volunteer.post("/guideline/new", data={}).status_code == 422
    assert volunteer.post("/api/v1/next").headers["reason"] == "quiz"
    assert volunteer.post("/guideline/new", data={"no-fees": right}).headers["location"] == "/label"
    assert volunteer.post("/api/v1/next").status_code == 200
    with life.database.reading() as session:
        assert len(session.exec(select(QuizPass)).all()) == 1


def test_the_first_version_asks_nothing(site):
    volunteer = site.enter(Role.VOLUNTEER)
    site.add_items([TEXT])
    assert volunteer.post("/api/v1/next").status_code == 200
    assert volunteer.get("/guideline/new").status_code == 404


def test_only_what_rests_on_the_changed_clause_is_listed_and_asked_again(life, changed):
    _, coordinator = changed
    page = coordinator.get("/coordinator/guideline").text
    assert "1 finished item rests on" in page
    before = {item.public_id: item for item in all_items(life)}
    assert coordinator.post("/coordinator/guideline/requeue").status_code == 303
    assert "Nothing: no finished item rests on answers" in coordinator.get("/coordinator/guideline").text
    assert coordinator.post("/coordinator/guideline/requeue").status_code == 303
    after = {item.public_id: item for item in all_items(life)}
    touched = next(name for name, item in after.items() if item.text == TEXT)
    other = next(name for name, item in after.items() if item.text == OTHER)
    assert (after[touched].state, after[touched].open_slots) == (ItemState.READY, life.site.service.project.overlap)
    assert (after[other].state, after[other].overlap) == (before[other].state, before[other].overlap)
    with life.database.reading() as session:
        assert len(session.exec(select(Annotation)).all()) == 6


def test_new_answers_are_stored_under_the_new_version_and_agreement_is_split(life, changed):
    _, coordinator = changed
    coordinator.post("/coordinator/guideline/requeue")
    for _ in range(2):
        fresh = life.site.enter(Role.VOLUNTEER)
        with life.database.writing() as session:
            for person in session.exec(select(Person).where(Person.role == "volunteer")):
                guideline_life.pass_quiz(
                    session, life.clock.now(), person.id, life.site.service.project.guideline_version_id
                )
        given = fresh.post("/api/v1/next").json()
        assert answer(fresh, given, rating("2")).status_code == 201
    with life.database.reading() as session:
        names = {row.id: row.version for row in session.exec(select(GuidelineVersion))}
        stored = [names[row.guideline_version_id] for row in session.exec(select(Annotation).order_by(Annotation.id))]
    assert stored == ["1.0.0"] * 6 + ["1.1.0"] * 2
    page = coordinator.get("/coordinator/guideline").text
    rows = re.findall(
        r'<th scope="row"><a href="/coordinator/items\?version=\w+">([\d.]+)</a>.*?<td class="number">(\d+)</td></tr>',
        page,
    )
    assert rows == [("1.0.0", "6"), ("1.1.0", "2")]


def test_every_step_of_a_version_is_in_the_audit_log(life, changed):
    with life.database.reading() as session:
        actions = [line.action for line in session.exec(select(Audit).order_by(Audit.id))]
    found = [action for action in actions if action.startswith("guideline")]
    assert found == ["guideline.reviewed"] * 4 + ["guideline.activated"]


def test_a_version_that_asks_nothing_about_its_changes_is_not_taken_up(database, clock, editor, tmp_path):
    second_version(tmp_path, quiz=False)
    life = Life(tmp_path, database, clock, editor)
    site = life.start()
    with database.writing() as session, pytest.raises(ConfigError, match="nothing is asked about fee"):
        versions.activate(
            session,
            clock.now(),
            "test",
            site.service.project,
            site.service.guideline,
            load("postings", "1.1.0", tmp_path),
        )


def test_a_review_names_one_of_the_two_bodies(life):
    coordinator = life.start().enter(Role.COORDINATOR)
    assert (
        coordinator.post("/coordinator/guideline/1.0.0/reviews", data={"body": "me", "words": "Yes."}).status_code
        == 422
    )
    assert coordinator.get("/coordinator/guideline/9.9.9").status_code == 404
    assert Review(Body.RIGHTS, approved=True, words="Yes.").dissent == ""


def all_items(life):
    with life.database.reading() as session:
        return list(session.exec(select(Item)))
