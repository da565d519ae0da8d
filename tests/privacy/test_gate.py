# ruff: noqa: RUF001 -- texts as people write them, look-alikes included
"""What the gate masks, kind by kind, what it lets through, and how it fails: closed."""

from __future__ import annotations

import re

import pytest

from annotator.privacy import MAX_LENGTH, Gate, gate as gate_module


@pytest.fixture(scope="module")
def gate():
    return Gate(ner=False, salt=b"a salt for tests")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Call 202-555-0134 now", "Call <PHONE> now"),
        ("Call 202-555-0134.", "Call <PHONE>."),
        ("Call +44 7700 900123, any time", "Call <PHONE>, any time"),
        ("Email jane.doe@example.com", "Email <EMAIL>"),
        ("See https://www.example.com/jobs?x=1.", "See <URL>."),
        ("See example.com for more", "See <URL> for more"),
        ("Add @quiet_harbour", "Add <HANDLE>"),
        ("Ask for Jane Doe.", "Ask for <NAME>."),
        ("Ask for Mrs. Jane A. Roe-Sample please", "Ask for <NAME> please"),
        ("Come to 12 Example Street, Flat 4B.", "Come to <ADDRESS>."),
        ("Passport number X0000123", "Passport number <ID>"),
        ("IBAN GB00 TEST 0000 0000 0000 00", "IBAN <BANK>"),
        ("Card 4000 0000 0000 0002", "Card <BANK>"),
        ("0x00000000000000000000000000000000000000ff takes it", "<WALLET> takes it"),
        ("A van with plate XX00 XXX", "A van with plate <PLATE>"),
        ("Born 12/03/1990", "Born <BIRTH>"),
        ("Date of birth: 12 March 1990", "Date of birth: <BIRTH>"),
        ("Server 192.0.2.17 only", "Server <IP> only"),
        ("Server 2001:db8::1 only", "Server <IP> only"),
        ("Go to 0.12345, -0.54321", "Go to <COORDINATES>"),
        ("Wir sitzen Am Markt 3 im Hof", "Wir sitzen <ADDRESS> im Hof"),
    ],
)
def test_what_is_written_plainly_is_masked_and_goes_on(gate, text, masked):
    result = gate.check(text, "en")
    assert (result.text, result.state) == (masked, "ready")


@pytest.mark.parametrize(
    ("text", "language", "masked"),
    [
        ("Call two zero two, five five five, zero one three four", "en", "Call <PHONE>"),
        ("Llama al seis cero cero doce treinta y cuatro", "es", "Llama al <PHONE>"),
        ("Appelez le zéro six douze trente-quatre", "fr", "Appelez le <PHONE>"),
        ("Ruf null eins vierunddreißig fünfundfünfzig sechs an", "de", "Ruf <PHONE> an"),
        ("Tawag sa siyam walo pito anim lima apat tatlo", "tl", "Tawag sa <PHONE>"),
        ("Dzwoń pięć zero zero sto dwadzieścia trzy", "pl", "Dzwoń <PHONE>"),
        ("Sunați la zero șapte doi doi trei patru", "ro", "Sunați la <PHONE>"),
        ("Call 2 0 2 - 5 5 5 - 0 1 3 4", "en", "Call <PHONE>"),
        ("Call 202555\n0134 now", "en", "Call <PHONE> now"),
        ("Call ２０２-５５５-０１３４", "en", "Call <PHONE>"),
        ("jane dot doe at example dot com", "en", "<EMAIL>"),
        ("anna kropka przyklad małpa example kropka com", "pl", "<EMAIL>"),
        ("Find me on Telegram as blue sparrow", "en", "Find me on Telegram as <HANDLE>"),
        ("message quiet harbour on telegram", "en", "message <HANDLE> on telegram"),
        ("We are behind the old mill", "en", "We are <PLACE>"),
        ("Third door left of the pharmacy", "en", "Third door <PLACE>"),
        ("Born on the 12th of March, nineteen ninety", "en", "Born on the <BIRTH>"),
        ("Born on the twelfth of March nineteen ninety", "en", "Born on the <BIRTH>"),
        ("Nació el doce de marzo", "es", "Nació el <BIRTH>"),
        ("Née le douze mars mille neuf cent quatre-vingt-dix", "fr", "Née le <BIRTH>"),
        ("Call 202-555-JOBS today", "en", "Call <PHONE> today"),
        ("Estamos en manzana 3, lote 7", "es", "Estamos en <ADDRESS>, <ADDRESS>"),
    ],
)
def test_what_was_hidden_is_masked_and_a_person_looks(gate, text, language, masked):
    result = gate.check(text, language)
    assert (result.text, result.state) == (masked, "quarantined")
    assert result.reasons


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Shifts 6:00-14:00 and 14:00-22:00, 40 hours a week, $18.50 per hour", "en"),
        ("Rent £950 pcm from 1 September 2025, deposit of £1,200", "en"),
        ("Loads of 12,000 parcels a day, 3 lines, 24/7", "en"),
        ("Salario de 1.250 € al mes, 14 pagas, de 9 a 17 h", "es"),
        ("Loyer 620 €, 45 m², 2ème étage, libre le 01/03/2026", "fr"),
        ("Lohn 13,50 €/Std., 30 Tage Urlaub, ab 15. April 2026", "de"),
        ("Stawka 28,50 zł, umowa na 6 miesięcy, 150 % za nadgodziny", "pl"),
        ("Our bakery was born in March and one of two ovens is new", "en"),
        ("Call the office TODAY - WORK starts on 12 March 2026", "en"),
    ],
)
def test_ordinary_numbers_go_through_untouched(gate, text, language):
    result = gate.check(text, language)
    assert (result.text, result.state, result.spans) == (text, "ready", ())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Call me, zxkqwv will answer", "words"),
        ("The van is at bay 0417", "unclear"),
        ("My number is written on the gate", "cues"),
        ("Works with Telegram, copper falcon", "contact|handle"),
        ("Саll the office", "hidden"),
        ("仕事 for everyone", "unclear|letters"),
        ("See www bluesparrow com", "contact"),
        ("See bluesparrow;com", "contact"),
        ("See bluesparrow [com]", "contact"),
        ("See bluesparrow•com", "contact"),
        ("See blue sparrow d-o-t com", "contact"),
    ],
)
def test_what_is_left_unexplained_is_quarantined(gate, text, reason):
    result = gate.check(text, "en")
    assert result.state == "quarantined"
    assert any(re.match(reason, found) for found in result.reasons)


@pytest.mark.parametrize("language", ["it", "xx", "zz-ZZ", "klingon"])
def test_a_language_that_the_gate_does_not_read_is_withheld(gate, language):
    result = gate.check("Ordinary words", language)
    assert (result.text, result.state) == ("<WITHHELD>", "quarantined")


@pytest.mark.parametrize(
    "text",
    [
        "Cercasi cameriere con esperienza per ristorante, stipendio mensile e vitto incluso",
        "Wij zoeken een schoonmaker voor twintig uur per week in het centrum",
        "Dibutuhkan pembantu rumah tangga dengan gaji tetap setiap bulan",
    ],
)
def test_other_languages_are_noticed_without_being_told(gate, text):
    assert not gate.check(text).ready


@pytest.mark.parametrize(
    ("tag", "language"), [("en-GB", "en"), ("fil", "tl"), ("DE", "de"), (" ro ", "ro"), ("", "en")]
)
def test_language_tags(gate, tag, language):
    assert gate.check("help wanted in the kitchen", tag).language == language


def test_too_long_is_quarantined_unread(gate):
    result = gate.check("a " * MAX_LENGTH, "en")
    assert (result.text, result.reasons) == ("<WITHHELD>", (f"length: more than {MAX_LENGTH} characters",))


def test_out_of_time_is_quarantined():
    result = Gate(ner=False, seconds=-1).check("Call 202-555-0134", "en")
    assert (result.text, result.state) == ("<WITHHELD>", "quarantined")
    assert result.reasons[0].startswith("time")


def test_an_error_inside_is_quarantined_and_leaves_no_value_in_the_log(gate, monkeypatch, capsys):
    def fail(reading):
        raise ZeroDivisionError(reading.tokens.text)

    monkeypatch.setattr(gate_module.people, "find_people", fail)
    result = gate.check("Ask for Jane Doe", "en")
    assert (result.text, result.state) == ("<WITHHELD>", "quarantined")
    assert result.reasons == ("error: the gate failed on this text",)
    assert "Doe" not in "".join(capsys.readouterr())


def test_spans_are_places_in_the_original(gate):
    text = "Call 2\u200b02-555-0134 or jane@example.com"
    result = gate.check(text, "en")
    assert [(text[s.start : s.end], str(s.kind)) for s in result.spans] == [
        ("2\u200b02-555-0134", "phone"),
        ("jane@example.com", "email"),
    ]


def test_hashes_link_within_a_salt_only():
    text = "Call 202-555-0134"
    first, again = (Gate(ner=False, salt=b"one").check(text, "en").spans[0].digest for _ in range(2))
    other = Gate(ner=False, salt=b"two").check(text, "en").spans[0].digest
    respelled = Gate(ner=False, salt=b"one").check("Call (202) 555 0134", "en").spans[0].digest
    assert first == again == respelled
    assert first != other


def test_without_a_salt_two_gates_do_not_link():
    digests = {Gate(ner=False).check("Call 202-555-0134", "en").spans[0].digest for _ in range(2)}
    assert len(digests) == 2
