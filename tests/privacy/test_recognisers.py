"""Presidio's recognisers are asked without a model and without the network; spaCy only where it is installed."""

from __future__ import annotations

import socket

import pytest

from annotator.privacy import Gate, recognisers
from annotator.privacy.normalise import normalise
from annotator.privacy.reading import read
from annotator.privacy.tokens import tokenise


def reading(text):
    return read(tokenise(normalise(text)), "en", lambda: None)


def kinds(text):
    found = reading(text)
    recognisers.find_patterns(found)
    return {match.kind.value for match in found.matches}


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_args, **_kwargs):
        pytest.fail("the network was asked for")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    recognisers._presidio.cache_clear()


def test_presidio_finds_on_its_own_what_it_knows(no_network):
    assert "email" in kinds("write to jane.doe@example.com")
    assert "bank" in kinds("card 4111 1111 1111 1111")
    assert "url" in kinds("see https://www.example.com/jobs")
    assert "phone" in kinds("call (415) 555-0134")


def test_nothing_is_asked_of_texts_without_figures_or_hosts(monkeypatch):
    def refuse():
        pytest.fail("asked in vain")

    monkeypatch.setattr(recognisers, "_presidio", refuse)
    assert kinds("Cook wanted, 40 hours a week") == set()


def test_what_was_explained_is_not_asked_about():
    found = reading("Pay 12000 euros, code 12345678")
    found.explained.append((4, 9))
    recognisers.find_patterns(found)
    assert all(match.start > 9 for match in found.matches)


def test_a_find_of_presidio_alone_goes_to_people():
    found = reading("write to jane.doe@example.com")
    recognisers.find_patterns(found)
    assert found.reasons


@pytest.mark.skipif(not recognisers.ner_installed(), reason="the optional spaCy model is not installed")
def test_named_entities_are_asked_where_installed():
    text = "I worked for Zanele Exampleton last summer."
    assert "Zanele" not in Gate(ner=True).check(text, "en").text


def test_without_the_model_the_gate_does_without():
    assert Gate(ner=None).check("Cook wanted, 40 hours a week", "en").ready
