"""The mapping file: drafted from what an export holds, held against the guideline, and clear about what is wrong."""

from __future__ import annotations

import pytest
import yaml

from annotator.domain.errors import ConfigError
from annotator.moving.drafting import Seen, draft
from annotator.moving.gathering import gather
from annotator.moving.mapping import Target, load, read
from annotator.moving.record import Asked
from annotator.moving.tools import reader
from guidelines.loader import load as load_guideline
from tests.moving import exports
from tests.moving.conftest import mapping_text
from tests.moving.exports import FEE
from tests.world import SCHEMA

POSTINGS = load_guideline("postings", "1.0.0").schema


def drafted(tool, path, schema=SCHEMA):
    seen = Seen()
    seen.look(gather(reader(tool)(path, Asked())))
    text = draft(tool, seen, schema, lambda who: f"M-{who.upper()}")
    read(text, "drafted.yaml", tool, schema)  # whatever is drafted can be read
    return yaml.safe_load(text)


def test_a_draft_maps_what_is_called_alike_and_leaves_the_rest_empty(tmp_path):
    found = drafted("doccano", exports.doccano(tmp_path))
    assert found["labels"] == {"label": {"weak": None, "none": None}}
    assert found["passages"] == {"label": {"fee": "indicators/FEE/present"}}
    assert found["people"] == {"anna": "M-ANNA", "ben": "M-BEN"}


def test_a_draft_prefers_the_question_that_the_field_is_called_like_and_takes_long_words_for_notes(tmp_path):
    rows = [
        exports.studio_choice("concern", "2"),
        exports.studio_choice("context", "Housing offered"),
        {**exports.studio_choice("note", id_="n"), "type": "textarea", "value": {"text": ["word " * 20]}},
    ]
    tasks = [exports.studio_task(1, FEE, exports.studio_annotation(1, "anna", *rows))]
    found = drafted("label-studio", exports.document(tmp_path / "p.json", tasks), POSTINGS)
    assert found["labels"] == {"concern": {"2": "concern/2"}, "context": {"Housing offered": "context/housing"}}
    assert found["notes"] == {"note": "note"}


def test_a_mapping_is_read_into_answers_of_the_guideline():
    more = (
        "ids: kitchen\nlanguage: en\noffsets: utf-16\npeople: {anna@example.org: M-ONE}\nwhen_missing: {concern: CT}\n"
    )
    moving = read(mapping_text("doccano", more=more), "m.yaml", "doccano", SCHEMA)
    assert moving.labels["rating"] == {"none": Target("concern", "0"), "weak": Target("concern", "1")}
    assert moving.passages["tags"] == {"fee": Target("indicators", "FEE", "present")}
    assert (moving.ids, moving.language, moving.utf16, moving.origin) == ("kitchen", "en", True, "imported:doccano")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "from: doccano\nlabels: {a: {b: concern/9}}\n",
            r"m.yaml: labels.a.b: the guideline has no 'concern/9'.*concern/0",
        ),
        ("from: doccano\nlabels: {a: {b: indicators/FEE/present}}\n", r"labels.a.b.*no 'indicators'"),
        ("from: doccano\npassages: {a: {b: indicators/FEE/maybe}}\n", r"passages.a.b.*indicators/FEE/contradicted"),
        ("from: doccano\nnotes: {a: concern}\n", r"notes.a: the guideline has no 'concern'"),
        ("from: prodigy\n", r"from: is 'prodigy', not 'doccano'"),
        ("from: doccano\nlabel: {}\n", r"m.yaml: label: .*[Ee]xtra"),
        ("from: doccano\nids: A B\n", r"m.yaml: ids: "),
        ("from: doccano\npeople: {anna: V-ABCD1234}\n", r"people.anna: 'V-ABCD1234' is not such a pseudonym.*M-ONE"),
        ("from: doccano\nwhen_missing: {concern: '0'}\n", r"when_missing.concern.*cannot tell"),
        ("from: doccano\nlabels: {a: {yes: concern/1}}\n", r"without quotes.*\"yes\""),
        ("from: doccano\nlabels: {a: {x: concern/1, x: concern/2}}\n", r"stands twice"),
        ("from: [", r"not valid YAML"),
    ],
)
def test_a_mapping_that_will_not_do_says_where_and_how_to_mend_it(text, says):
    with pytest.raises(ConfigError, match=says):
        read(text, "m.yaml", "doccano", SCHEMA)


def test_a_mapping_that_is_not_there_says_how_to_get_one(tmp_path):
    with pytest.raises(ConfigError, match="--draft-mapping"):
        load(tmp_path / "m.yaml", "doccano", SCHEMA)


def test_numbers_as_labels_are_text():
    moving = read("from: doccano\nlabels: {stars: {1: concern/1, 2: concern/2}}\n", "m.yaml", "doccano", SCHEMA)
    assert set(moving.labels["stars"]) == {"1", "2"}
