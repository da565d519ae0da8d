from __future__ import annotations

import shutil

import pytest

from annotator.domain.errors import ConfigError
from annotator.domain.schema import Kind, Level
from guidelines.loader import available, latest, load


def test_a_valid_folder_gives_schema_text_and_changelog(folder):
    guideline = load("sample", "1.0.0", folder.root)
    assert guideline.schema.title == "A sample"
    assert [question.kind for question in guideline.schema.questions] == [Kind.RATING, Kind.SPANS, Kind.NOTE]
    assert guideline.schema.question("indicators").choice("DEBT").strong
    assert guideline.schema.rating.level is Level.ORDINAL
    assert guideline.text.startswith("# Sample")
    assert guideline.changelog == "# Changes\n"
    assert guideline.path == folder.version


def test_the_hash_covers_schema_and_text_and_nothing_else(folder):
    def digest():
        return load("sample", "1.0.0", folder.root).schema.sha256

    first = digest()
    assert len(first) == 64
    folder.write("CHANGELOG.md", "# Changed\n")
    assert digest() == first
    folder.replace("guideline.md", "The worker pays.", "The worker pays!")
    second = digest()
    folder.replace("schema.yaml", "Pays to start.", "Pays to begin.")
    assert len({first, second, digest()}) == 3


def test_line_ends_do_not_change_the_hash(folder):
    first = load("sample", "1.0.0", folder.root).schema.sha256
    for name in ("schema.yaml", "guideline.md"):
        path = folder.version / name
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load("sample", "1.0.0", folder.root).schema.sha256 == first


def test_versions_are_ordered_by_number(folder):
    for version in ("1.10.0", "1.9.0"):
        shutil.copytree(folder.version, folder.root / "sample" / version)
    (folder.root / "sample" / "draft").mkdir()
    assert available(folder.root) == [("sample", "1.0.0"), ("sample", "1.9.0"), ("sample", "1.10.0")]
    assert latest("sample", folder.root) == "1.10.0"


@pytest.mark.parametrize(
    ("name", "version"), [("sample", "2.0.0"), ("other", "1.0.0"), ("..", "1.0.0"), ("sample", "..")]
)
def test_an_unknown_version_is_refused_with_what_there_is(folder, name, version):
    with pytest.raises(ConfigError, match=r"no guideline .* Known are: sample 1\.0\.0"):
        load(name, version, folder.root)


def test_the_latest_of_an_unknown_guideline_is_refused(folder):
    with pytest.raises(ConfigError, match="no guideline 'other'"):
        latest("other", folder.root)


BROKEN_SCHEMAS = {
    "an unknown key": ("help: As a whole.", "help: As a whole.\n    colour: red", "questions[0].colour"),
    "a missing key": ("definition: Pays to start., ", "", "questions[1].choices[0].definition"),
    "a number where text belongs": ('value: "1"', "value: 1", "questions[0].choices[1].value"),
    "a key twice": ("title: A sample", "title: A sample\ntitle: Another", "the key 'title' stands twice"),
    "broken YAML": ("title: A sample", "title: [A sample", "not valid YAML"),
    "another name": ("name: sample", "name: example", "name: is 'example', but the folder says 'sample'"),
    "another version": ('version: "1.0.0"', 'version: "1.0.1"', "version: is '1.0.1'"),
    "an unknown kind": ("kind: note", "kind: essay", "questions[2].kind"),
    "a long hotkey": ("hotkey: d", "hotkey: ctrl+d", "questions[1].choices[1].hotkey"),
    "a value twice": ("value: DEBT", "value: FEE", "questions[1].choices[1].value: 'FEE' names a label already"),
    "a rating value twice": ('value: "1"', 'value: "0"', "questions[0].choices[1].value: '0' is a choice already"),
    "a label named as the rating": ("value: DEBT", "value: concern", "'concern' names a label already"),
    "a title twice": ("title: Debt", "title: Fee", "questions[1].choices[1].title: 'Fee' is a choice already"),
    "a hotkey twice": ("hotkey: d", "hotkey: f", "questions[1].choices[1].hotkey: 'f' is a hotkey already"),
    "a state's key taken": ("hotkey: x", "hotkey: c", "(questions[0].choices[2].hotkey)"),
    "a state twice": ("value: contradicted", "value: present", "questions[1].states[1].value: 'present'"),
    "a question twice": ("id: note", "id: concern", "questions[2].id: 'concern' is a question already"),
    "no rating": ("kind: rating", "kind: tags", "there are 0 ratings"),
    "an optional rating": ("required: true", "required: false", "questions[0].required"),
    "a clause that is not in the text": ("hotkey: d, clause: fee", "hotkey: d, clause: debt", "no clause 'debt'"),
    "no unmarked state": ("    unmarked: not stated\n", "", "questions[1].unmarked"),
    "an unmarked state that is a state": ("unmarked: not stated", "unmarked: present", "questions[1].unmarked"),
    "a note without a length": ("    max_length: 50\n", "", "questions[2].max_length"),
    "a length of a rating": ("help: As a whole.", "help: As a whole.\n    max_length: 5", "questions[0].max_length"),
    "cannot tell outside a rating": ("strong: true", "missing: true", "questions[1].choices: only a rating"),
    "a flag without its effect": (", quarantines: false", "", "flags[0].quarantines"),
    "a list in place of the file": (None, "- 1\n", "the file"),
}


@pytest.mark.parametrize(("old", "new", "place"), BROKEN_SCHEMAS.values(), ids=BROKEN_SCHEMAS)
def test_a_broken_schema_is_refused_by_file_place_and_mend(folder, old, new, place):
    if old is None:
        folder.write("schema.yaml", new)
    else:
        folder.replace("schema.yaml", old, new)
    with pytest.raises(ConfigError) as refused:
        load("sample", "1.0.0", folder.root)
    assert "sample/1.0.0/schema.yaml" in str(refused.value)
    assert place in str(refused.value)
    assert refused.value.mend


def test_everything_that_is_wrong_is_told_at_once(folder):
    folder.replace("schema.yaml", "hotkey: d", "hotkey: f")
    folder.replace("guideline.md", "{#fee}", "{#fees}")
    with pytest.raises(ConfigError) as refused:
        load("sample", "1.0.0", folder.root)
    message = str(refused.value)
    assert "is a hotkey already" in message
    assert message.count("no clause 'fee'") == 2


def test_a_heading_without_an_anchor_is_refused(folder):
    folder.replace("guideline.md", "## Some {#some}", "## Some {#some}\n\n## Loose")
    with pytest.raises(ConfigError, match=r"guideline\.md: line 7: the heading 'Loose' has no anchor"):
        load("sample", "1.0.0", folder.root)


def test_an_anchor_twice_is_refused(folder):
    folder.replace("guideline.md", "The worker pays.", "## Again {#fee}")
    with pytest.raises(ConfigError, match=r"line 9: 'fee' is an anchor already \(line 7\)"):
        load("sample", "1.0.0", folder.root)


def test_a_link_to_a_clause_that_is_not_there_is_refused(folder):
    folder.replace("guideline.md", "The worker pays.", "See [debt](#debt).")
    with pytest.raises(ConfigError, match=r"guideline\.md: line 9: the link to '#debt' leads nowhere"):
        load("sample", "1.0.0", folder.root)


@pytest.mark.parametrize("name", ["schema.yaml", "guideline.md", "CHANGELOG.md"])
def test_a_missing_or_empty_file_is_refused_by_name(folder, name):
    folder.write(name, " \n")
    with pytest.raises(ConfigError, match=f"{name}: the file is empty"):
        load("sample", "1.0.0", folder.root)
    (folder.version / name).unlink()
    with pytest.raises(ConfigError, match=f"{name}: the file is missing"):
        load("sample", "1.0.0", folder.root)


def test_a_file_that_is_not_utf8_is_refused(folder):
    (folder.version / "guideline.md").write_bytes(b"# Caf\xe9 {#x}")
    with pytest.raises(ConfigError, match=r"guideline\.md: not UTF-8 at byte 5"):
        load("sample", "1.0.0", folder.root)
