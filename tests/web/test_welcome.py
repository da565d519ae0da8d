"""Coming in: no step can be left out, a changed text asks again, and nobody is handed anything before the end."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from annotator.domain.onboarding import OnboardingText, Step
from annotator.domain.roles import Role
from annotator.people.accounts import invite
from annotator.storage import onboarding, own, wellbeing
from annotator.storage.tables import Person
from annotator.storage.tables_people import Signature

AGREED = {"agree": "yes", "adult": "yes"}
ORDER = ["about", "consent", "conduct", "support", "preferences"]


@pytest.fixture
def newcomer(site):
    site.add_items(["Pickers wanted. Housing offered."])
    return site.enter(Role.VOLUNTEER, onboarded=False)


def text_id(client, step):
    found = re.search(r'name="text" value="([^"]+)"', client.get(f"/welcome/{step}").text)
    return found.group(1)


def do(client, step, **changes):
    forms = {"support": {"region": "GB"}, "preferences": {"zone": "Europe/Paris", "opt_out": ["FEE"], "covered": "yes"}}
    form = forms.get(step) or {**AGREED, "text": text_id(client, step)}
    return client.post(f"/welcome/{step}", data={**form, **changes})


def come_in(client):
    for step in ORDER:
        assert do(client, step).status_code == 303


def next_step(client):
    return client.get("/welcome").headers["location"].removeprefix("/welcome/")


def test_nothing_is_handed_out_before_every_step_is_done(newcomer):
    for step in ORDER:
        refused = newcomer.post("/api/v1/next")
        assert (refused.status_code, refused.headers["reason"]) == (204, "onboarding")
        assert newcomer.get("/label").headers["location"] == f"/welcome/{step}"
        assert next_step(newcomer) == step
        assert do(newcomer, step).status_code == 303
    assert newcomer.post("/api/v1/next").status_code == 200
    assert newcomer.get("/welcome").headers["location"] == "/label"
    assert newcomer.get("/label").status_code == 200


def test_an_invitation_leads_into_it_and_qualification_leaves_out_no_step(site):
    token = invite(site.service.database, None, Role.VOLUNTEER, site.service.now(), timedelta(hours=1), qualified=True)
    client = site.client()
    form = {"token": token, "email": "ada@example.org", "password": "four plain words here"}
    assert client.post("/invitation", data=form).headers["location"] == "/label"
    assert client.get("/label").headers["location"] == "/welcome/about"


@pytest.mark.parametrize("step", ORDER[1:])
def test_a_later_step_cannot_come_first(newcomer, step):
    assert newcomer.get(f"/welcome/{step}").headers["location"] == "/welcome/about"
    assert newcomer.post(f"/welcome/{step}", data={**AGREED, "zone": "UTC", "text": "x"}).status_code in {303, 409}
    assert next_step(newcomer) == "about"


@pytest.mark.parametrize("left_out", ["agree", "adult"])
def test_consent_needs_both_boxes(newcomer, left_out):
    do(newcomer, "about")
    refused = do(newcomer, "consent", **{left_out: ""})
    assert refused.status_code == 422
    assert next_step(newcomer) == "consent"


def test_a_time_zone_has_to_exist_and_what_was_ticked_stays(newcomer):
    for step in ORDER[:-1]:
        do(newcomer, step)
    for zone in ("", "Atlantis/Capital"):
        refused = do(newcomer, "preferences", zone=zone)
        assert refused.status_code == 422
        assert re.search(r'value="FEE" checked', refused.text)
    assert next_step(newcomer) == "preferences"


def test_what_was_chosen_is_kept(site, newcomer):
    come_in(newcomer)
    with site.service.database.reading() as session:
        person = session.exec(select(Person.id).where(Person.role == "volunteer")).one()
        assert wellbeing.preferences_of(session, person) == wellbeing.Preferences(("FEE",), "GB")
        assert wellbeing.zone_of(session, person) == "Europe/Paris"
        assert own.choice_of(session, person).covered


def test_a_signature_names_the_version_the_words_and_the_date(site, newcomer):
    come_in(newcomer)
    with site.service.database.reading() as session:
        texts = onboarding.in_force(session)
        signed = {row.step: row for row in session.exec(select(Signature))}
    assert set(signed) == set(ORDER)
    for step in (Step.ABOUT, Step.CONSENT, Step.CONDUCT):
        assert signed[step].text_id == texts[step].id
        assert signed[step].at == site.service.now()
        assert len(texts[step].sha256) == 64
    assert "You signed version 1.1.0 on 2 March 2026" in newcomer.get("/welcome/consent").text


def test_a_changed_consent_asks_again_and_old_signatures_stay(site, newcomer):
    come_in(newcomer)
    changed = OnboardingText(Step.CONSENT, "2.0.0", "# Age and consent\n\nSomething new.")
    with site.service.database.writing() as session:
        onboarding.publish(session, site.service.now(), [changed])
    assert newcomer.post("/api/v1/next").headers["reason"] == "onboarding"
    page = newcomer.get("/welcome/consent").text
    assert "Something new." in page
    assert "you are asked again" in page
    assert do(newcomer, "consent").status_code == 303
    assert newcomer.post("/api/v1/next").status_code == 200
    with site.service.database.reading() as session:
        assert len(session.exec(select(Signature).where(Signature.step == Step.CONSENT)).all()) == 2


def test_a_text_that_changed_while_it_was_read_is_not_signed(site, newcomer):
    do(newcomer, "about")
    shown = text_id(newcomer, "consent")
    with site.service.database.writing() as session:
        onboarding.publish(session, site.service.now(), [OnboardingText(Step.CONSENT, "2.0.0", "# New")])
    refused = do(newcomer, "consent", text=shown)
    assert refused.status_code == 409
    assert "changed since you opened it" in refused.text
    assert next_step(newcomer) == "consent"


def test_the_card_of_ones_region_is_offered_first(newcomer):
    for step in ORDER[:3]:
        do(newcomer, step)
    page = newcomer.get("/welcome/support", headers={"accept-language": "en-GB,en;q=0.8"}).text
    assert re.search(r'value="GB" checked', page)
    assert re.search(r'value="" checked', newcomer.get("/welcome/support", headers={"accept-language": "fr-FR"}).text)
    assert page.index("Emotional support") < page.index("Help with trafficking")
