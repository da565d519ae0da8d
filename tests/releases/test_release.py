"""What is in a release, what is not, and that it is what it was."""

from __future__ import annotations

import random
import shutil

import pytest

from annotator.domain.errors import InputError, NotFoundError
from exports import load_release
from exports.checksums import files_of, verify_checksums
from tests.releases.labelled import NOTE


@pytest.fixture(scope="module")
def release(released):
    return load_release(released.out, verify=True)


def test_every_judgement_is_in_it_and_none_twice(release, released):
    apart = load_release(released.apart)
    judged = len(release.annotations()) + len(apart.annotations())
    assert judged == release.manifest["counts"]["judgements"]
    assert not release.annotations().duplicated(["item", "order"]).any()
    assert not release.annotations().duplicated(["item", "annotator"]).any()


def test_each_judgement_says_what_picked_its_item_and_with_which_chance(release):
    judged = release.annotations()
    by_chance = judged["pick"] == "audit"
    assert set(judged["pick"]) == {"audit", "model"}
    assert (judged["propensity"][by_chance] == 0.1).all()
    assert judged["propensity"][~by_chance].isna().all()


def test_labels_of_the_hidden_split_travel_apart(release, released):
    hidden = set(release.items("hidden")["id"])
    assert hidden
    assert not hidden & set(release.annotations()["item"])
    assert set(load_release(released.apart).gold("hidden")["id"]) == hidden
    assert not list(released.out.rglob("*truth*"))
    for name in files_of(released.out):
        if "items" not in name and "hidden" not in name and not name.startswith("bias/"):
            data = (released.out / name).read_bytes()
            assert not any(item.encode() in data for item in hidden), name


def test_each_part_gives_what_it_holds_and_names_the_part_that_has_the_rest(release, released):
    apart = load_release(released.apart)
    hidden = set(release.items("hidden")["id"])
    assert set(apart.gold()["id"]) == set(apart.soft("concern").index) == set(apart.consensus()["item"]) == hidden
    assert set(apart.annotations()["item"]) == hidden
    assert not hidden & set(release.gold()["id"])
    for asked in (lambda: release.gold("hidden"), lambda: release.examples("concern", "hidden")):
        with pytest.raises(NotFoundError, match=r"The release has no split 'hidden'.* what travels apart"):
            asked()
    for asked in (lambda: apart.gold("train"), lambda: list(apart.spacy_examples("train"))):
        with pytest.raises(NotFoundError, match=r"What travels apart has no split 'train'.* the release itself"):
            asked()
    with pytest.raises(NotFoundError, match="has no table 'items'"):
        apart.items()


def test_soft_labels_are_shares_and_the_hard_one_is_the_largest(release):
    gold, soft = release.gold(), release.soft("concern")
    assert (soft.sum(axis=1) - 1).abs().max() < 2e-4
    given = gold["concern"].notna().to_numpy()
    assert given.mean() > 0.9
    assert (gold["concern"][given].astype(str).to_numpy() == soft[given].idxmax(axis=1).to_numpy()).all()


def test_notes_people_and_times_stay_behind(project, released):
    for name in files_of(released.out) + files_of(released.apart):
        for root in (released.out, released.apart):
            if (root / name).exists():
                data = (root / name).read_bytes()
                assert NOTE.encode() not in data, name
                assert b"V-0" not in data, name
                assert b"2026-03-02T09:1" not in data, name


@pytest.mark.parametrize("part", ["out", "apart"])
def test_a_flipped_byte_anywhere_is_named(released, tmp_path, part):
    copy = tmp_path / "copy"
    shutil.copytree(getattr(released, part), copy)
    assert verify_checksums(copy, digest=released.digest if part == "out" else released.apart_digest) == []
    rng = random.Random(1)
    for name in [*files_of(copy), "CHECKSUMS"]:
        path = copy / name
        before = path.read_bytes()
        if not before:
            continue
        place = rng.randrange(len(before))
        path.write_bytes(before[:place] + bytes([before[place] ^ 1]) + before[place + 1 :])
        named = {complaint.file for complaint in verify_checksums(copy)}
        assert name in named, (name, place)
        path.write_bytes(before)


def test_missing_and_added_files_are_named(released, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(released.out, copy)
    (copy / "more.txt").write_text("more")
    (copy / "release.json").unlink()
    found = {(one.file, one.what) for one in verify_checksums(copy)}
    assert found == {("more.txt", "is not of the release"), ("release.json", "is missing")}
    with pytest.raises(InputError, match="CHECKSUMS"):
        verify_checksums(tmp_path)


def test_a_version_and_a_split_that_are_not_there_are_said_so(released, release):
    with pytest.raises(NotFoundError, match=r"1\.0\.0"):
        load_release(released.out, version="9.0.0")
    with pytest.raises(NotFoundError, match="train, validation"):
        release.gold("tests")
    with pytest.raises(NotFoundError, match="concern"):
        release.examples("mood")


def test_the_release_is_opened_and_not_what_travels_apart_whatever_their_folders_are_called(released, tmp_path):
    shutil.copytree(released.out, tmp_path / "data")
    shutil.copytree(released.apart, tmp_path / "hidden")
    assert load_release(tmp_path).folder == tmp_path / "data"


def test_soft_examples_weigh_each_item_once(release):
    soft = release.examples("concern", soft=True)
    hard = release.examples("concern")
    assert soft.weights.sum() == pytest.approx(len(hard.texts), rel=1e-3)
    assert len(soft.texts) > len(hard.texts)
