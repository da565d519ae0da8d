"""Text to rows, and the store that keeps them."""

import json
import socket
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.feature_extraction.text import TfidfTransformer

from active_learning import feature_store
from active_learning.embeddings import WordLlamaEmbeddings
from active_learning.feature_store import FeatureStore
from active_learning.features import HashedNgrams, Weighting
from annotator.domain.errors import ConfigError, InputError, NotFoundError

SMALL = HashedNgrams(width=256)
TEXTS = [
    "Harvest help wanted from June",
    "Housing near the fields",
    "",
    "No fees are charged",
    "Drivers wanted, housing offered",
]
IDS = [f"item-{n}" for n in range(len(TEXTS))]


def same(left, right):
    return left.shape == right.shape and (left != right).nnz == 0


# Rows


def test_a_row_depends_on_its_text_alone():
    assert same(SMALL.transform(TEXTS)[[3]], SMALL.transform([TEXTS[3]]))


def test_words_and_characters_have_columns_of_their_own():
    words, characters = HashedNgrams(characters=None, width=256), HashedNgrams(words=None, width=256)
    both = SMALL.transform(TEXTS)
    assert both.shape == (5, 512)
    assert same(both[:, :256], words.transform(TEXTS))
    assert same(both[:, 256:], characters.transform(TEXTS))


def test_counts_are_damped():
    rows = HashedNgrams(words=(1, 1), characters=None).transform(["fee fee fee fee"])
    assert rows.data == pytest.approx([1 + np.log(4)])


def test_every_parameter_changes_the_version():
    versions = {
        HashedNgrams(),
        SMALL,
        HashedNgrams(words=None),
        HashedNgrams(characters=None),
        HashedNgrams(words=(1, 1)),
    }
    assert len({one.version for one in versions}) == 5
    assert HashedNgrams().version == HashedNgrams(width=2**17).version


@pytest.mark.parametrize("wrong", [{"words": (2, 1)}, {"words": None, "characters": None}, {"width": 0}])
def test_ranges_that_are_none_are_refused(wrong):
    with pytest.raises(InputError):
        HashedNgrams(**wrong)


def test_weighting_is_scikit_learns_tf_idf_for_one_block():
    rows = HashedNgrams(characters=None, width=256).transform(TEXTS)
    ours = Weighting.fit(rows, (256,)).transform(rows)
    assert ours.toarray() == pytest.approx(TfidfTransformer().fit_transform(rows).toarray(), abs=1e-6)


def test_blocks_weigh_alike_and_rows_have_unit_length():
    rows = SMALL.transform(TEXTS)
    found = Weighting.fit(rows, SMALL.blocks).transform(rows).toarray()
    length = np.linalg.norm(found, axis=1)
    assert length == pytest.approx([1, 1, 0, 1, 1], abs=1e-6)
    assert np.linalg.norm(found[0, :256]) == pytest.approx(np.linalg.norm(found[0, 256:]), abs=1e-6)


def test_a_row_with_one_empty_block_has_unit_length_too():
    rows = SMALL.transform(TEXTS).tolil()
    rows[0, 256:] = 0
    found = Weighting.plain(SMALL.blocks).transform(rows.tocsr())
    assert np.linalg.norm(found[[0]].toarray()) == pytest.approx(1, abs=1e-6)


def test_rows_of_other_features_are_refused():
    with pytest.raises(InputError, match="512"):
        Weighting.fit(SMALL.transform(TEXTS), SMALL.blocks).transform(HashedNgrams(width=100).transform(TEXTS))


# The store


def test_what_was_appended_is_read_back_in_any_order(tmp_path):
    store = FeatureStore(tmp_path, SMALL)
    assert store.append(IDS[:2], TEXTS[:2]) == 2
    assert store.append(IDS, TEXTS) == 3
    assert store.ids == tuple(IDS)
    assert same(store.matrix(), SMALL.transform(TEXTS))
    order = [4, 2, 0, 4]
    assert same(store.rows([IDS[n] for n in order]), SMALL.transform([TEXTS[n] for n in order]))
    assert store.rows([]).shape == (0, 512)
    assert "item-3" in store
    assert "item-9" not in store


def test_an_empty_store_has_an_empty_matrix(tmp_path):
    assert FeatureStore(tmp_path, SMALL).matrix().shape == (0, 512)


def test_it_is_there_when_opened_again_and_others_see_it_after_a_refresh(tmp_path):
    store, other = FeatureStore(tmp_path, SMALL), FeatureStore(tmp_path, SMALL)
    store.append(IDS[:3], TEXTS[:3])
    assert len(other) == 0
    assert same(other.refresh().matrix(), store.matrix())
    store.append(IDS, TEXTS)
    assert same(other.refresh().matrix(), SMALL.transform(TEXTS))
    assert same(FeatureStore(tmp_path, SMALL).rows(IDS), SMALL.transform(TEXTS))


def test_other_parameters_are_another_store(tmp_path):
    FeatureStore(tmp_path, SMALL).append(IDS, TEXTS)
    assert len(FeatureStore(tmp_path, HashedNgrams(width=128))) == 0


def test_rows_are_mapped_and_not_loaded(tmp_path):
    store = FeatureStore(tmp_path, SMALL)
    store.append(IDS, TEXTS)
    assert is_mapped(store.matrix().data)
    assert is_mapped(store.matrix().indices)


def is_mapped(array):
    return isinstance(array, np.memmap) or (array.base is not None and is_mapped(array.base))


def test_an_unknown_item_is_named(tmp_path):
    with pytest.raises(NotFoundError, match="item-7"):
        FeatureStore(tmp_path, SMALL).rows(["item-7"])


@pytest.mark.parametrize(("ids", "texts"), [(["a"], []), (["a\nb"], ["x"]), ([""], ["x"])])
def test_ids_and_texts_of_another_form_are_refused(ids, texts, tmp_path):
    with pytest.raises(InputError, match="ids"):
        FeatureStore(tmp_path, SMALL).append(ids, texts)


def test_what_is_forgotten_is_gone_from_the_disk(tmp_path):
    store = FeatureStore(tmp_path, SMALL)
    store.append(IDS, TEXTS)
    assert store.keep({"item-1", "item-4"}) == 3
    assert same(store.matrix(), SMALL.transform([TEXTS[1], TEXTS[4]]))
    assert not any(b"item-0" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert len(list(store.folder.glob("rows-*"))) == 1
    store.append(["item-0"], [TEXTS[0]])
    assert FeatureStore(tmp_path, SMALL).ids == ("item-1", "item-4", "item-0")


class CrashError(Exception):
    pass


@pytest.mark.parametrize("deed", ["append", "keep"])
@pytest.mark.parametrize("at", range(7))
def test_a_crash_at_any_write_leaves_the_last_committed_state(deed, at, tmp_path, monkeypatch):
    """Each write is torn in the middle in turn (there are five, and the last two runs see none torn)."""
    store = FeatureStore(tmp_path, SMALL)
    store.append(IDS[:2], TEXTS[:2])
    real, calls = feature_store._write, []

    def torn(path, offset, values):
        calls.append(path)
        if len(calls) - 1 == at:
            real(path, offset, values[: len(values) // 2])
            raise CrashError
        real(path, offset, values)

    monkeypatch.setattr(feature_store, "_write", torn)
    try:
        store.append(IDS, TEXTS) if deed == "append" else store.keep({"item-1"})
        crashed = False
    except CrashError:
        crashed = True
    assert crashed == (at < 5)
    monkeypatch.setattr(feature_store, "_write", real)
    again = FeatureStore(tmp_path, SMALL)
    if crashed:
        assert same(again.matrix(), SMALL.transform(TEXTS[:2]))
    again.append(IDS, TEXTS)
    assert same(again.rows(IDS), SMALL.transform(TEXTS))
    assert len(list(again.folder.glob("rows-*"))) == 1


def test_a_process_killed_while_it_appends_leaves_a_store_that_reads(tmp_path):
    code = (
        "import sys; from pathlib import Path; from active_learning.feature_store import FeatureStore\n"
        "from active_learning.features import HashedNgrams\n"
        "store = FeatureStore(Path(sys.argv[1]), HashedNgrams(width=256))\n"
        "for n in range(10**6):\n"
        "    store.append([f'item-{n}'], [f'posting number {n}'])\n"
        "    print(n, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    for _ in range(5):
        seen = int(process.stdout.readline())
    process.kill()
    process.wait()
    store = FeatureStore(tmp_path, SMALL)
    assert len(store) > seen
    texts = [f"posting number {n}" for n in range(len(store))]
    assert same(store.matrix(), SMALL.transform(texts))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("AK"), st.sets(st.integers(0, 9))), max_size=6))
def test_it_does_what_a_dictionary_does(tmp_path_factory, steps):
    store, model = FeatureStore(tmp_path_factory.mktemp("store"), SMALL), {}
    for deed, numbers in steps:
        ids = [f"i{n}" for n in sorted(numbers)]
        if deed == "A":
            store.append(ids, [f"text {item_id}" for item_id in ids])
            model |= {item_id: f"text {item_id}" for item_id in ids if item_id not in model}
        else:
            store.keep(set(ids))
            model = {item_id: text for item_id, text in model.items() if item_id in ids}
        assert store.ids == tuple(model)
    assert same(store.matrix(), SMALL.transform(list(model.values())))
    assert json.loads((store.folder / "commit.json").read_text())["rows"] == len(model) if model else len(store) == 0


# Embeddings


def test_embeddings_without_the_extra_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "wordllama", None)
    with pytest.raises(ConfigError, match="annotator\\[embeddings\\]"):
        WordLlamaEmbeddings().transform(["a text"])
    with pytest.raises(ConfigError, match="64, 128 or 256"):
        WordLlamaEmbeddings(width=100)


def test_embeddings_load_without_a_network_as_unit_rows_that_can_be_stored(tmp_path, monkeypatch):
    pytest.importorskip("wordllama", reason="the extra `embeddings` is not installed")
    monkeypatch.setattr(socket, "socket", None)
    features = WordLlamaEmbeddings(width=64)
    store = FeatureStore(tmp_path, features)
    store.append(IDS, TEXTS)
    rows = store.matrix()
    assert rows.shape == (5, 64)
    assert np.linalg.norm(rows.toarray(), axis=1) == pytest.approx([1, 1, 0, 1, 1], abs=1e-5)
    cosine = (rows @ rows.T).toarray()
    assert cosine[1, 4] > cosine[1, 3]
