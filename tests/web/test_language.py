"""The pages' languages: every text is in every catalogue, whole; the one chosen is spoken; nothing on a page is unmarked."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict
from html.parser import HTMLParser

import pytest
from jinja2 import nodes
from label_studio_sdk.core.api_error import ApiError

from annotator.domain.errors import InputError, NotFoundError, StudioUnavailableError
from annotator.domain.limits import PRECAUTIONARY
from annotator.domain.roles import Role
from annotator.locale import messages
from annotator.locale.messages import found, path_of, read
from annotator.studio.failures import explained
from annotator.web.frame import language
from annotator.web.frame.language import ENGLISH, LANGUAGES, choose
from annotator.web.frame.pages import environment
from tests.web.conftest import PASSWORD, answer

OTHERS = [name for name in LANGUAGES if name != ENGLISH]
HOLE = re.compile(r"%\(\w+\)s|%%|\{\w+\}|</?\w+[^>]*>|&\w+;")


@pytest.fixture(scope="module")
def texts():
    return found()


def forms(message):
    return (message.string or "",) if isinstance(message.string, str | None) else tuple(message.string)


@pytest.mark.parametrize("name", OTHERS)
def test_a_catalogue_has_every_text_and_no_other_all_of_them_translated(name, texts):
    catalog = read(name)
    wanted, there = {m.id for m in texts if m.id}, {m.id for m in catalog if m.id}
    assert there == wanted, "run `make messages`, then translate what is new"
    assert [m.id for m in catalog if m.id and (m.fuzzy or not all(forms(m)))] == []


@pytest.mark.parametrize("name", OTHERS)
def test_a_catalogue_that_is_up_to_date_stays_byte_for_byte(name, texts, tmp_path, monkeypatch):
    before = path_of(name).read_bytes()
    copy = tmp_path / name / "LC_MESSAGES"
    copy.mkdir(parents=True)
    (copy / "annotator.po").write_bytes(before)
    monkeypatch.setattr(messages, "LOCALE", tmp_path)
    monkeypatch.setattr(messages, "found", lambda: texts)
    messages.update(name)
    assert (copy / "annotator.po").read_bytes() == before


def test_a_catalogue_keeps_its_order_when_code_moves_within_a_file(texts, monkeypatch):
    as_written = messages._of_python
    monkeypatch.setattr(messages, "_of_python", lambda path: reversed(list(as_written(path))))
    assert [message.id for message in found()] == [message.id for message in texts]


@pytest.mark.parametrize("name", OTHERS)
def test_a_translation_fills_the_same_holes_and_holds_the_same_markup(name):
    """Markup goes to the page as it stands, so none may come from a translation."""
    for message in read(name):
        originals = (message.id,) if isinstance(message.id, str) else message.id
        for original, text in zip(originals, forms(message), strict=True):
            if original:
                assert Counter(HOLE.findall(text)) == Counter(HOLE.findall(original)), text
                assert text.count('"') == original.count('"'), text
                assert (text[:1] == " ", text[-1:] == " ") == (original[:1] == " ", original[-1:] == " "), text


@pytest.mark.parametrize(
    ("cookie", "accepted", "spoken"),
    [
        ("", "", "en"),
        ("", "es-MX,es;q=0.9,en;q=0.8", "es"),
        ("", "de,en;q=0.5,es;q=0.7", "es"),
        ("", "es;q=0,en", "en"),
        ("", "es;q=x", "en"),
        ("en", "es", "en"),
        ("es", "en", "es"),
        ("tlh", "es", "es"),
    ],
)
def test_what_somebody_chose_goes_before_what_the_browser_asks_for(cookie, accepted, spoken):
    assert choose(cookie, accepted) == spoken


def test_the_sign_in_page_speaks_what_the_browser_asks_for(site):
    page = site.client().get("/sign-in", headers={"Accept-Language": "es-AR"}).text
    assert '<html lang="es" dir="ltr"' in page
    assert "<h1>Entrar</h1>" in page
    assert "<h1>Sign in</h1>" in site.client().get("/sign-in").text


def test_a_choice_goes_with_the_person_to_another_browser(site):
    email = site.person(Role.VOLUNTEER)
    form = {"email": email, "password": PASSWORD}
    first = site.client()
    first.post("/sign-in", data=form)
    csrf = first.cookies["csrf"]
    kept = first.post(
        "/look", data={"language": "es", "look": "dark", "back": "/me", "csrf": csrf}, follow_redirects=False
    )
    assert kept.headers["location"] == "/me"
    page = first.get("/me").text
    assert 'data-look="dark">' in page
    assert "¿Cómo está?" in page
    second = site.client()
    second.post("/sign-in", data=form)
    assert "¿Cómo está?" in second.get("/me").text


def test_without_the_sessions_token_a_choice_stays_in_the_browser_and_never_leads_away(site):
    email = site.person(Role.VOLUNTEER)
    form = {"email": email, "password": PASSWORD}
    first = site.client()
    first.post("/sign-in", data=form)
    away = first.post(
        "/look", data={"language": "es", "look": "sepia", "back": "//example.org"}, follow_redirects=False
    )
    assert away.headers["location"] == "/"
    assert "data-look" not in first.get("/me").text
    second = site.client()
    second.post("/sign-in", data=form)
    assert "How are you?" in second.get("/me").text


def test_problems_are_told_in_the_language_asked_for(site):
    spanish = {"Accept-Language": "es"}
    error = (
        site.client()
        .post("/api/v1/session", json={"email": "a@example.org", "password": "wrong"}, headers=spanish)
        .json()
    )
    assert error["error"]["what"] == "Esa dirección y esa contraseña no van juntas."
    assert "Esa página no existe." in site.client().get("/nowhere", headers=spanish).text


def test_an_error_that_was_put_together_is_told_by_its_parts(monkeypatch):
    monkeypatch.setattr(language, "current", lambda: "es")
    assert language.told(NotFoundError("There is no release 2.0.0.")) == "No existe la publicación 2.0.0."
    told = language.told(InputError("Give 1 to 90 days.", where="days", mend="Try again."))
    assert told == "days: Indique de 1 a 90 días. Inténtelo de nuevo."
    assert language.told(NotFoundError("Words of nobody.")) == "Words of nobody."


def test_an_answer_that_does_not_fit_is_told_in_the_language_asked_for(site):
    site.add_items(["Kitchen help wanted."])
    client = site.enter(Role.VOLUNTEER)
    client.headers["Accept-Language"] = "es"
    error = answer(client, client.post("/api/v1/next").json(), []).json()["error"]
    assert (error["what"], error["mend"]) == ("Falta responder a Concern for review.", "Dé una respuesta.")


def test_what_is_refused_on_a_page_is_told_in_its_language(site):
    volunteer, desk = site.enter(Role.VOLUNTEER), site.enter(Role.COORDINATOR)
    spanish = {"Accept-Language": "es"}
    wrong = {"current": "not the one that it is", "new": "four unrelated plain words"}
    page = volunteer.post("/me/sign-in/password", data=wrong, headers=spanish).text
    assert "Esa no es su contraseña actual." in page
    limits = asdict(PRECAUTIONARY) | {"day_minutes": 500}
    assert "Minutos de etiquetado al día: " in desk.post("/coordinator/wellbeing", data=limits, headers=spanish).text
    page = desk.get("/coordinator/adjudication/causes?cause=guideline_unclear", headers=spanish).text
    assert "ninguna cláusula indicada" in page
    assert "Dos personas lo aceptaron" in desk.get("/coordinator/recheck?done=released", headers=spanish).text


def test_what_a_duty_met_is_told_with_what_it_was_doing(monkeypatch):
    monkeypatch.setattr(language, "current", lambda: "es")
    with pytest.raises(StudioUnavailableError) as met, explained(f"Importing {5} tasks"):
        raise ApiError(status_code=500)
    assert language.told_text(met.value.what) == "Al importar 5 tareas: Label Studio respondió 500."


class _Bare(HTMLParser):
    """Collects words that stand in a template outside of any expression."""

    def __init__(self):
        super().__init__()
        self.found, self._code = [], 0

    def handle_starttag(self, tag, attrs):
        self._code += tag in {"code", "kbd"}
        shown = {"aria-label", "title", "alt", "placeholder", "data-what"}
        self.found += [value for name, value in attrs if name in shown and value]

    def handle_endtag(self, tag):
        self._code -= tag in {"code", "kbd"}

    def handle_data(self, data):
        if not self._code:
            self.found.append(data)


PLAIN = {"Annotator", "UTC", "CSV", "SHA", "kappa"}
"""Words that every language here writes alike."""


@pytest.mark.parametrize("template", sorted(environment().list_templates()))
def test_no_words_stand_in_a_template_unmarked(template):
    source, *_ = environment().loader.get_source(environment(), template)
    tree = environment().parse(source)
    parser = _Bare()
    for output in tree.find_all(nodes.Output):
        text = "".join(node.data if isinstance(node, nodes.TemplateData) else "0" for node in output.nodes)
        parser.feed(re.sub(r"[\w-]+=(?=\")|https://\S+", "", text))
    bare = [word for text in parser.found for word in re.findall(r"[A-Za-z]{3,}", text) if word not in PLAIN]
    assert bare == []
