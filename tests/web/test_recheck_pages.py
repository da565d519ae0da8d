"""The re-check through the pages: two coordinators, one text at a time."""

from __future__ import annotations

import json

from annotator.domain.roles import Role

TEXT = "Kitchen help wanted, write to cook@example.org before the start. The contract is written."


def upload(coordinator, *texts):
    rows = [{"id": f"d{n}", "text": text, "source": "de-identified", "language": "en"} for n, text in enumerate(texts)]
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    return coordinator.post("/coordinator/postings", files={"file": ("in.jsonl", content)})


def act(client, action, version=1, **more):
    return client.post("/coordinator/recheck/d0", data={"action": action, "version": version, **more})


def test_two_coordinators_release_an_imported_text(site):
    ada, ben = site.enter(Role.COORDINATOR), site.enter(Role.COORDINATOR)
    assert "<b>1</b> in quarantine" in upload(ada, TEXT).text
    assert "0 of 2" in ada.get("/coordinator/recheck").text
    page = ada.get("/coordinator/recheck/d0")
    assert "<mark>&lt;EMAIL&gt;</mark>" in page.text
    assert "cook@example" not in page.text
    assert act(ada, "accept").headers["location"].endswith("done=open")
    assert "You decided: accept" in ada.get("/coordinator/recheck/d0").text
    other = ben.get("/coordinator/recheck/d0").text
    assert "1 other decided already" in other
    assert "You decided" not in other
    assert act(ben, "mask", words="Kitchen help", kind="name").status_code == 303
    stale = act(ada, "accept")
    assert (stale.status_code, "masked further" in stale.text) == (409, True)
    done = act(ada, "accept", version=2)
    assert "it is released" in ada.get(done.headers["location"]).text
    assert ada.get("/coordinator/recheck/d0").status_code == 404
    assert "&lt;NAME&gt; wanted" in ada.get("/coordinator/items/d0").text


def test_a_slip_is_said_plainly_and_nothing_is_lost(site):
    ada = site.enter(Role.COORDINATOR)
    upload(ada, TEXT)
    slip = act(ada, "mask", words="not there", kind="name")
    assert (slip.status_code, "do not stand in the text" in slip.text) == (422, True)
    assert act(ada, "burn").status_code == 422
    assert act(ada, "accept").status_code == 303


def test_a_text_that_is_held_back_without_a_vault_is_told_and_not_kept(site):
    ada = site.enter(Role.COORDINATOR)
    page = upload(ada, "Kitchen help wanted. Ask for qzxvw 4x7k9 m2p5 at the door.")
    assert "1 rejected" in page.text
    assert "no vault" in page.text
    assert "qzxvw" not in page.text
    assert "Nothing waits" in ada.get("/coordinator/recheck").text
