"""Quiz, worked examples and the difference between versions: what is right is read, what is wrong is named with its place."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from annotator.commands.guideline import app
from annotator.domain.answers import flat_labels
from annotator.domain.errors import ConfigError
from guidelines.diff import Change, Piece, changes, quiz_for, require_quiz
from guidelines.lessons import load_examples, load_quiz
from guidelines.loader import available, load
from tests.guidelines.versions import replace, second_version

LOADS = {"quiz.yaml": load_quiz, "examples.yaml": load_examples}
HARD_CASES = {"seasonal", "agency-fee", "live-in", "commission", "translated", "passport", "scam"}


@pytest.fixture(scope="module")
def real():
    return load("postings", "1.0.0")


@pytest.fixture
def pair(tmp_path):
    second_version(tmp_path)
    return load("postings", "1.0.0", tmp_path), load("postings", "1.1.0", tmp_path)


def test_every_clause_that_people_choose_by_has_a_question(real):
    asked = {anchor for question in load_quiz(real) for anchor in question.clauses}
    assert {choice.clause for question in real.schema.questions for choice in question.choices} <= asked


def test_every_hard_case_of_the_domain_has_a_worked_example(real):
    examples = load_examples(real)
    assert {example.clause.removeprefix("case-") for example in examples} >= HARD_CASES
    for example in examples:
        for span in example.answer.spans:
            assert example.text[span.start : span.end] == span.text


def test_worked_examples_keep_to_the_rule_that_a_star_alone_is_a_two_and_no_star_alone_a_one(real):
    stars = {c.value for q in real.schema.questions for c in q.choices if c.strong}
    for example in load_examples(real):
        labels = flat_labels(real.schema, example.answer)
        present = {label for label, state in labels.items() if state == "present"}
        least = 2 if present & stars or len(present) > 1 else len(present)
        assert labels["concern"] == str(least), example.id


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("quiz.yaml", 'text: "0", right: true', 'text: "0"', r"questions\[0\].options: not exactly one is right"),
        ("quiz.yaml", "id: passport", "id: leaving", "'leaving' stands twice"),
        ("quiz.yaml", "clauses: [debt]", "clauses: [debts]", "the text has no clause 'debts'"),
        ("examples.yaml", 'words: "no work, no bed"', 'words: "no bread"', r"examples\[1\].passages\[0\].words"),
        ("examples.yaml", "{label: TIED,", "{label: TIE,", "'TIE' is no indicator"),
        (
            "examples.yaml",
            'choices: {concern: ["1"], context: [housing]}',
            "choices: {context: [housing]}",
            "no rating",
        ),
        ("examples.yaml", "context: [housing, no_experience]", "context: [castle]", "'castle' is no choice"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, file, old, new, said):
    path = second_version(tmp_path)
    replace(path / file, old, new)
    guideline = load("postings", "1.1.0", tmp_path)
    with pytest.raises(ConfigError, match=said):
        LOADS[file](guideline)


@pytest.mark.parametrize("file", ["quiz.yaml", "examples.yaml"])
def test_a_version_without_them_is_not_valid(tmp_path, file):
    (second_version(tmp_path) / file).unlink()
    guideline = load("postings", "1.1.0", tmp_path)
    with pytest.raises(ConfigError, match=f"postings/1.1.0/{file}: the file is missing"):
        LOADS[file](guideline)


@pytest.mark.parametrize(("words", "said"), [(b"\xff", "not UTF-8 at byte 0"), (b"\n", "the file is empty")])
@pytest.mark.parametrize("file", LOADS)
def test_a_file_that_can_not_be_read_is_told_as_the_text_itself_is(tmp_path, file, words, said):
    (second_version(tmp_path) / file).write_bytes(words)
    guideline = load("postings", "1.1.0", tmp_path)
    with pytest.raises(ConfigError, match=f"postings/1.1.0/{file}: {said}"):
        LOADS[file](guideline)


def test_only_the_clause_that_changed_is_new_and_its_words_are_told_apart(pair):
    (change,) = changes(*pair)
    assert (change.anchor, change.change) == ("fee", Change.CHANGED)
    out = [words.strip() for piece, words in change.pieces if piece is Piece.OUT]
    new = [words.strip() for piece, words in change.pieces if piece is Piece.IN]
    assert "keep" in " ".join(new)
    assert "registration" in " ".join(out)
    whole = "".join(words for piece, words in change.pieces if piece is not Piece.OUT)
    assert "to start it or to keep it: a fee, a deposit" in whole
    assert [question.id for question in quiz_for([change], load_quiz(pair[1]))] == ["no-fees"]


def test_a_clause_that_came_or_went_is_told(tmp_path):
    path = second_version(tmp_path)
    replace(path / "guideline.md", "### Both at once {#case-both}", "### Both {#case-two}")
    found = {
        change.anchor: change.change
        for change in changes(load("postings", "1.0.0", tmp_path), load("postings", "1.1.0", tmp_path))
    }
    assert (found["case-two"], found["case-both"]) == (Change.ADDED, Change.REMOVED)


def test_what_differs_is_shown_as_it_is_read_without_the_signs_of_markdown(pair):
    (change,) = changes(*pair)
    whole = "".join(words for piece, words in change.pieces if piece is not Piece.OUT)
    assert "**" not in whole
    assert "](#" not in whole
    assert "See agency fees set by law." in whole
    assert all("\n\n" in gap or gap.endswith("- ") for gap in re.findall(r"\n\s*(?:- )?", whole)), (
        "lines are points or paragraphs"
    )
    assert not whole.startswith(change.title + "\n"), "the title stands above"


def test_line_breaks_alone_are_no_change(tmp_path):
    path = second_version(tmp_path)
    replace(
        path / "guideline.md",
        "You are not asked to be right about the world. You",
        "You are not asked to be right about the world.\nYou",
    )
    assert [
        change.anchor for change in changes(load("postings", "1.0.0", tmp_path), load("postings", "1.1.0", tmp_path))
    ] == ["fee"]


def test_a_changed_clause_that_nothing_is_asked_about_is_refused(tmp_path):
    second_version(tmp_path, quiz=False)
    old, new = load("postings", "1.0.0", tmp_path), load("postings", "1.1.0", tmp_path)
    with pytest.raises(ConfigError, match="nothing is asked about fee, which changed"):
        require_quiz(old, new, load_quiz(new))
    with pytest.raises(ConfigError, match="nothing is asked about fee"):
        CliRunner().invoke(app, ["check", "postings", "1.1.0", "--root", str(tmp_path)], catch_exceptions=False)


def test_check_counts_questions_and_examples_of_every_shipped_version():
    for name, version in available():
        result = CliRunner().invoke(app, ["check", name, version], catch_exceptions=False)
        assert result.exit_code == 0
        assert "17 questions, 14 worked examples" in result.stdout or version != "1.0.0"
