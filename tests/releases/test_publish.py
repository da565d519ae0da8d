"""Planning, blocking, and handing out: two people, for a time, on record; on the pages and by token. On both databases."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from annotator.app import create_app
from annotator.domain.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from annotator.domain.ids import new_id
from annotator.domain.releases import APPROVAL_LASTS
from annotator.domain.roles import Role
from annotator.insight import publish
from annotator.insight.release import Places, built, frozen_for
from annotator.insight.release_gate import GATE_VERSION, recheck
from annotator.insight.release_plan import blockers, check_blockers
from annotator.storage import releases
from annotator.storage.tables import Audit, Item, Person
from exports import load_release
from exports.build import GateRefusedError
from exports.checksums import verify_checksums
from exports.diff import compare, pseudonyms
from exports.release import LinkedError, Plan, build_release
from tests.releases.conftest import DESPITE
from tests.web.conftest import Site, editor, guideline  # noqa: F401


def person(database, clock, role=Role.COORDINATOR):
    row = Person(pseudonym=new_id(), role=role.value, created_at=clock.now())
    with database.writing() as session:
        session.add(row)
    return row.id


def actions(database):
    with database.reading() as session:
        return [
            row.action for row in session.exec(select(Audit).order_by(Audit.id)) if row.action.startswith("release.")
        ]


def approve(service, who, role=Role.COORDINATOR):
    return publish.approve(service.database, service.project, "1.0.0", who, role, service.now())


def test_two_different_people_publish_and_one_twice_does_not(here, database, clock):
    first, second = person(database, clock), person(database, clock)
    assert not approve(here, first).published
    assert not approve(here, first).published
    assert approve(here, second).published
    with pytest.raises(ConflictError, match="published"):
        approve(here, first)
    assert actions(database) == ["release.built", *["release.approved"] * 3, "release.published"]


def test_a_researcher_may_not_approve(here, database, clock):
    with pytest.raises(ForbiddenError):
        approve(here, person(database, clock, Role.RESEARCHER), Role.RESEARCHER)


def test_an_approval_that_waits_too_long_has_to_be_given_again(here, database, clock):
    first, second = person(database, clock), person(database, clock)
    approve(here, first)
    clock.advance(APPROVAL_LASTS)
    assert not approve(here, second).published
    assert approve(here, first).published


def test_what_people_approve_is_exactly_what_was_built(here, database, clock):
    folder = here.settings.home / "releases" / "1.0.0" / "release"
    (folder / "README.md").write_text("another card")
    with pytest.raises(ConflictError, match=r"README\.md has changed"):
        approve(here, person(database, clock))


def test_a_download_takes_the_terms_and_ends_with_the_expiry(here, database, clock, tmp_path):
    researcher = person(database, clock, Role.RESEARCHER)
    fetch = lambda terms: publish.archive(  # noqa: E731
        database, here.project, "1.0.0", researcher, terms, clock.now(), tmp_path
    )
    with pytest.raises(ConflictError, match="built"):
        fetch("")
    approve(here, person(database, clock))
    approve(here, person(database, clock))
    with database.reading() as session:
        terms = publish.terms_of(releases.by_version(session, here.project.id, "1.0.0"))
    with pytest.raises(ConflictError, match="terms"):
        fetch("0" * 64)
    path = fetch(publish.terms_digest(terms))
    with zipfile.ZipFile(path) as file:
        file.extractall(tmp_path / "fetched")
    (folder,) = (tmp_path / "fetched").iterdir()
    assert verify_checksums(folder) == []
    assert path.read_bytes() == fetch(publish.terms_digest(terms)).read_bytes()
    clock.advance(timedelta(days=366))
    with pytest.raises(ConflictError, match="expired"):
        fetch(publish.terms_digest(terms))
    assert actions(database)[-2:] == ["release.downloaded"] * 2


def test_a_withdrawn_release_is_gone_for_good_and_says_why(here, database, clock):
    who = person(database, clock)
    with pytest.raises(InputError, match="reason"):
        publish.withdraw(database, here.project, "1.0.0", who, " ", clock.now())
    publish.withdraw(database, here.project, "1.0.0", who, "a text was taken down", clock.now())
    with pytest.raises(ConflictError, match="withdrawn"):
        approve(here, who)
    with pytest.raises(NotFoundError):
        publish.withdraw(database, here.project, "9.0.0", who, "none", clock.now())
    with database.reading() as session:
        assert "taken down" in str(session.exec(select(Audit.detail).where(Audit.action == "release.withdrawn")).one())


def test_a_version_is_never_built_twice(here, database, answers, clock, tmp_path):
    frozen = frozen_for(database, here.project, here.guideline, tmp_path / "again", clock.now())
    with pytest.raises(ConflictError, match=r"1\.0\.0 is there already"):
        built(database, here.project, frozen, Plan("1.0.0", answers), Places(tmp_path / "x"), "test", clock.now())


def test_a_release_that_follows_is_compared_and_its_people_cannot_be_joined(here, database, answers, clock, tmp_path):
    places = Places(tmp_path / "home" / "releases" / "next")
    frozen = frozen_for(database, here.project, here.guideline, places.snapshot, clock.now())
    plan = Plan("1.0.1", answers, despite=DESPITE)
    built(database, here.project, frozen, plan, places, "test", clock.now())
    before = load_release(places.root.parent / "1.0.0" / "release")
    after = load_release(places.release)
    found = compare(before, after)
    assert (found.asks_for, found.added, found.removed, found.moved, found.relabelled) == ("patch", [], [], {}, {})
    assert pseudonyms(before)
    assert pseudonyms(after)
    assert not pseudonyms(before) & pseudonyms(after)
    assert before.annotations().merge(after.annotations(), on="annotator").empty
    assert "## 1.0.1" in (places.release / "CHANGELOG.md").read_text()
    assert "## 1.0.0" in (places.release / "CHANGELOG.md").read_text()


def test_the_same_pseudonyms_twice_are_refused(released, frozen, answers, tmp_path):
    plan = Plan("1.0.1", answers, previous=load_release(released.out))
    with pytest.raises(LinkedError, match="pseudonyms"):
        build_release(frozen, plan, tmp_path / "r", tmp_path / "a", recheck, GATE_VERSION)


def test_the_version_must_rise_as_far_as_the_change_asks_for(here, database, answers, clock, tmp_path):
    with database.writing() as session:
        item = session.exec(select(Item)).first()
        item.state = "withdrawn"
        session.add(item)
    places = Places(tmp_path / "next")
    frozen = frozen_for(database, here.project, here.guideline, places.snapshot, clock.now())
    with pytest.raises(InputError, match="major"):
        built(database, here.project, frozen, Plan("1.1.0", answers, despite=DESPITE), places, "t", clock.now())


def test_what_blocks_a_release_is_said_and_can_be_waived_only_with_a_reason(frozen):
    facts = frozen.facts | {
        "counts": frozen.facts["counts"] | {"unadjudicated": 3},
        "agreement": [{**row, "value": 0.5} for row in frozen.facts["agreement"]],
        "guidelines": {"postings 1.0.0": 10, "postings 1.1.0": 20},
        "guideline_reviews": [
            {"guideline": "postings 1.0.0", "body": "Survivor advisory group", "approved": None},
            {"guideline": "postings 1.0.0", "body": "Migrant- and sex-worker-rights review", "approved": True},
        ],
    }
    found = blockers(replace(frozen, facts=facts), ["funding"])
    assert "Survivor advisory group has not approved postings 1.0.0." in [one.what for one in found]
    assert [one.code for one in found] == ["agreement", "unadjudicated", "guideline", "guideline", "answers"]
    with pytest.raises(ConflictError, match="await a decision"):
        check_blockers(found, {"agreement": "a pilot"})
    with pytest.raises(InputError, match="answers"):
        check_blockers(found, {"answers": "no time"})
    with pytest.raises(InputError, match="agreement"):
        check_blockers(found, {"agreement": " "})
    check_blockers(found[:4], {"agreement": "a pilot", "unadjudicated": "a pilot", "guideline": "a pilot"})


def test_what_was_blocked_is_frozen_anew_once_it_is_mended(here, database, answers, clock, tmp_path):
    places = Places(tmp_path / "next")
    with database.writing() as session:
        item = session.exec(select(Item).where(Item.state == "agreed")).first()
        item.state = "adjudicating"
        session.add(item)
    freeze = lambda: frozen_for(database, here.project, here.guideline, places.snapshot, clock.now())  # noqa: E731
    with pytest.raises(ConflictError, match="await a decision"):
        built(database, here.project, freeze(), Plan("1.0.1", answers), places, "t", clock.now())
    with database.writing() as session:
        for waiting in session.exec(select(Item).where(Item.state == "adjudicating")):
            waiting.state = "agreed"
            session.add(waiting)
    assert freeze().facts["counts"]["unadjudicated"] == 0


def test_a_text_that_the_gate_would_mask_blocks_the_plan_and_the_build(here, database, answers, clock, tmp_path):
    with database.writing() as session:
        item = session.exec(select(Item).order_by(Item.public_id)).first()
        item.text = f"{item.text} Write to somebody.real@nowhere.net"
        session.add(item)
    places = Places(tmp_path / "next")
    frozen = frozen_for(database, here.project, here.guideline, places.snapshot, clock.now())
    assert [item.public_id in one.what for one in blockers(frozen, []) if one.code == "gate"] == [True]
    with pytest.raises(GateRefusedError, match=item.public_id):
        built(database, here.project, frozen, Plan("2.0.0", answers, despite=DESPITE), places, "t", clock.now())


def test_pages_show_approve_and_hand_out(here, editor, database, clock):  # noqa: F811
    site = Site(here, create_app(here, editor))
    researcher, one, other = site.enter(Role.RESEARCHER), site.enter(Role.COORDINATOR), site.enter(Role.COORDINATOR)
    assert "annotator-postings 1.0.0" in researcher.get("/researcher").text
    page = researcher.get("/researcher/releases/1.0.0").text
    assert "0 of 2 people" in page
    assert "Approve</button>" not in page
    for client in (one, other):
        reply = client.post("/researcher/releases/1.0.0/approval", data={"days": "30"})
        assert reply.status_code == 303
    page = researcher.get("/researcher/releases/1.0.0").text
    assert "First release." in page
    assert "Krippendorff" in page
    assert researcher.post("/researcher/releases/1.0.0/download").status_code == 422
    terms = page.split('name="terms" value="')[1].split('"')[0]
    reply = researcher.post("/researcher/releases/1.0.0/download", data={"terms": terms})
    assert zipfile.ZipFile(io.BytesIO(reply.content)).testzip() is None
    assert researcher.get("/researcher/releases/1.0.0/files/DATASHEET.md").status_code == 200
    assert researcher.get("/researcher/releases/1.0.0/files/release.json").status_code == 404
    assert researcher.get("/researcher/releases/1.0.0/charts/rating.svg").text.startswith("<svg")
    assert researcher.post("/researcher/releases/1.0.0/withdrawal", data={"reason": "x"}).status_code == 403
    one.post("/researcher/releases/1.0.0/withdrawal", data={"reason": "a text was taken down"})
    assert "Withdrawn on" in researcher.get("/researcher/releases/1.0.0").text


def test_a_token_lists_and_fetches_without_a_session_until_it_is_too_old(here, editor, database, clock):  # noqa: F811
    site = Site(here, create_app(here, editor))
    approve(here, person(database, clock))
    approve(here, person(database, clock))
    form = {"name": "fetch", "scope": ["releases:read"], "days": "90"}
    page = site.enter(Role.RESEARCHER).post("/me/tokens", data=form).text
    token = page.split("<p><code>")[1].split("</code>")[0]
    script = site.client()
    script.headers["Authorization"] = f"Bearer {token}"
    (found,) = script.get("/api/v1/releases").json()
    assert (found["version"], found["state"]) == ("1.0.0", "published")
    path = "/api/v1/releases/1.0.0/archive"
    assert script.get(path).status_code == 422
    assert script.get(path, params={"terms": "0" * 64}).status_code == 409
    reply = script.get(path, params={"terms": found["terms_sha256"]})
    assert reply.headers["content-disposition"].endswith('annotator-postings-1.0.0.zip"')
    assert zipfile.ZipFile(io.BytesIO(reply.content)).testzip() is None
    assert site.client().get("/api/v1/releases").status_code == 401
    assert site.enter(Role.VOLUNTEER).get("/api/v1/releases").status_code == 403
    clock.advance(timedelta(days=91))
    assert script.get("/api/v1/releases").status_code == 401
