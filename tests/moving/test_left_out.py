"""What does not come in: refused before anything is stored, rejected with its place, or counted and left out."""

from __future__ import annotations

import pytest

from annotator.domain.errors import InputError
from annotator.storage.tables import Item
from tests.moving import exports
from tests.moving.conftest import bring, mapping_text
from tests.moving.exports import FEE, HELD, PLAIN, WORDS, two_people


def test_without_a_vault_what_the_gate_holds_back_is_rejected_with_its_place_and_comes_in_later(mover, tmp_path):
    path = two_people(tmp_path, FEE, HELD)
    first = bring(mover, path, vault=False)
    assert (first.new, first.rejected, first.waiting) == (1, 1, 2)
    rejects = first.rejects_file.read_text()
    assert "p.json, task 2" in rejects
    assert "qzxvw" not in rejects
    assert bring(mover, path).new == 1


def test_what_is_no_answer_is_counted_and_left_out(mover, tmp_path):
    summary = mover.bring("label-studio", exports.label_studio(tmp_path))
    assert (summary.skipped, summary.waiting, dict(summary.left_out)) == (1, 2, {"prediction": 1})
    spans_only = exports.doccano(tmp_path / "d") / "spans"
    assert mover.bring("doccano", spans_only, mapping_text("doccano", "label", "label")).incomplete == 1
    missing = mapping_text("doccano", "label", "label", more="when_missing: {concern: CT}\n")
    assert mover.bring("doccano", spans_only, missing).waiting == 1


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        (
            mapping_text("label-studio").replace("weak: concern/1", "meak: concern/1"),
            r"nothing of 'weak' of 'rating'.*labels.rating.weak",
        ),
        (mapping_text("label-studio", passages="other"), r"nothing of 'tags'.*passages.tags"),
        (mapping_text("label-studio").replace("FEE/present", "FEE"), r"Nothing says the state.*QUESTION/CHOICE/STATE"),
    ],
)
def test_what_the_mapping_does_not_say_stops_the_import_before_anything_is_stored(mover, tmp_path, mapping, says):
    with pytest.raises(InputError, match=rf"p.json, task 1 \(id 1\): .*{says}"):
        mover.bring("label-studio", two_people(tmp_path, FEE), mapping)
    assert mover.all(Item) == []


def test_a_bad_passage_far_down_stops_the_import_before_anything_is_stored(mover, tmp_path):
    bad = exports.studio_labels("tags", FEE, "fee")
    bad["value"] |= {"start": 0, "end": 4}
    tasks = [exports.studio_task(1, PLAIN, exports.studio_annotation(1, "a", exports.studio_choice("rating", "weak")))]
    tasks.append(
        exports.studio_task(2, FEE, exports.studio_annotation(2, "a", exports.studio_choice("rating", "weak"), bad))
    )
    with pytest.raises(InputError, match=r"task 2 .*not in the text at 0 to 4"):
        mover.bring("label-studio", exports.document(tmp_path / "p.json", tasks))
    assert mover.all(Item) == []


def test_a_dry_run_says_the_same_and_stores_nothing(mover, tmp_path):
    path = exports.label_studio(tmp_path)
    looked = mover.look("label-studio", path)
    assert mover.all(Item) == []
    done = mover.bring("label-studio", path)
    assert looked.counts() == done.counts()
    again = mover.look("label-studio", path)
    assert (again.new, again.known, again.waiting, again.already) == (0, 2, 0, 2)


def test_an_id_that_belongs_to_another_text_is_rejected_with_what_to_do(mover, tmp_path):
    bring(mover, two_people(tmp_path, FEE))
    summary = bring(mover, two_people(tmp_path, PLAIN + " " + WORDS + "."))
    assert (summary.new, summary.rejected) == (0, 1)
    assert "other `ids`" in summary.rejects_file.read_text()
