"""Which rows and columns may enter."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from annotator.domain.intake import MAX_TEXT, RowError, check_row, identifying

GOOD = {"id": "a1", "text": "Pickers wanted.", "source": "synthetic"}


@pytest.mark.parametrize(
    "column",
    [
        "name",
        "Full Name",
        "first_name",
        "phoneNumber",
        "e-mail",
        "Email",
        "contact_email",
        "twitter_handle",
        "URL",
        "website",
    ]
    + [
        "address",
        "street",
        "lat",
        "longitude",
        "GPS",
        "photo",
        "image_url",
        "username",
        "user_id",
        "IP",
        "passport_no",
        "dob",
    ],
)
def test_columns_that_identify_people_are_refused_by_name(column):
    assert identifying([*GOOD, column]) == [column]
    with pytest.raises(RowError, match="could identify a person"):
        check_row({**GOOD, column: "x"})


@pytest.mark.parametrize("column", ["split", "difficulty", "template", "wage_text", "relation"])
def test_other_columns_are_left_out_not_refused(column):
    assert identifying([column]) == []
    assert check_row({**GOOD, column: "x"}).id == "a1"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"text": None}, "'text' is empty"),
        ({"text": "  \n "}, "white space only"),
        ({"text": 7}, "'text' is not text"),
        ({"text": "x" * (MAX_TEXT + 1)}, "longer than 20,000"),
        ({"text": "a\x00b"}, "not UTF-8 text"),
        ({"text": "a\udc80b"}, "not UTF-8 text"),
        ({"id": ""}, "'id' is empty"),
        ({"id": True}, "'id' is neither text nor a whole number"),
        ({"id": "x" * 201}, "'id' is longer"),
        ({"id": "a\nb"}, "'id' holds control characters"),
        ({"source": "scraped"}, "'source' is neither"),
        ({"language": "English!"}, "'language' is not of the form"),
        ({"quarter": "2026-05"}, "'quarter' is not of the form"),
        ({"epoch": 1.5}, "'epoch' is neither text nor a whole number"),
    ],
)
def test_a_bad_row_says_which_column_and_why(change, reason):
    with pytest.raises(RowError, match=reason):
        check_row({**GOOD, **change})


def test_line_ends_become_unix_line_ends():
    assert check_row({**GOOD, "text": "one\r\ntwo\rthree"}).text == "one\ntwo\nthree"


def test_numbers_become_text():
    row = check_row({**GOOD, "id": 12, "epoch": 2})
    assert (row.id, row.epoch) == ("12", "2")


@given(
    st.dictionaries(
        st.text(max_size=12), st.none() | st.booleans() | st.integers() | st.floats() | st.text(), max_size=6
    )
)
def test_no_row_at_all_raises_anything_else(extra):
    try:
        check_row({**GOOD, **extra})
    except RowError as error:
        for value in extra.values():
            assert not isinstance(value, str) or len(value) < 12 or value not in str(error)


REFUSED = """
    account address addresses alias author avatar bank birth birthdate birthday card cell cellphone city contact
    contacts coordinate coordinates coords dob email emails face facebook familyname fax firstname forename
    fullname geo givenname gps handle handles house href iban image images img instagram ip ipaddress lastname
    lat latitude licence license line link links lng location lon long longitude mail mobile name names nickname
    passport person phone phones photo photos picture pictures plate postalcode postcode poster profile
    screenname selfie signal site ssn street surname tel telegram telephone tiktok town twitter uri url urls
    user userid username viber video wallet web website wechat whatsapp zip zipcode
"""


@pytest.mark.parametrize("word", REFUSED.split())
def test_no_column_that_could_identify_a_person_comes_in(word):
    assert identifying([word, f"their_{word}", "text"]) == [word, f"their_{word}"]
