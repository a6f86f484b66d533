"""Codes and trees, by questions with known answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from manyeyes.forest.coding import (
    BY_RANK,
    BY_VALUE,
    CORE_PERCENTILES,
    code_values,
    make_coding,
)
from manyeyes.forest.growing import TrainingVoxels, TreeRules, grow_trees
from manyeyes.forest.model import MIXED, pack, unpack
from manyeyes.forest.sampling import bounded_labels
from manyeyes.forest.training import CHANNELS_TRIED, train


def codes_of(column):
    """Return the codes of one channel's training values."""
    values = np.zeros((len(column), 61), dtype=np.float32)
    values[:, 7] = column
    labels = (np.arange(len(column)) % 2).astype(np.uint8)
    return code_values(values, make_coding(values, labels))[:, 7]


@settings(max_examples=60, deadline=None)
@given(
    arrays.arrays(
        np.float32,
        st.integers(1, 600),
        elements=st.floats(-(2.0**20), 2.0**20, width=32, allow_subnormal=False),
    )
)
def test_codes_never_decrease_with_the_value(column):
    order = np.argsort(column, kind="stable")
    assert (np.diff(codes_of(column)[order].astype(int)) >= 0).all()


def test_equal_spacing_keeps_every_one_of_256_values_apart():
    column = np.repeat(np.arange(256) * 0.37 - 5, 3)
    assert np.unique(codes_of(column)).size == 256


def test_many_values_are_divided_by_rank_and_by_value():
    column = np.random.default_rng(0).standard_normal(100_000)
    codes = codes_of(column)
    assert np.bincount(codes).max() < 1.03 * column.size / BY_RANK
    low, high = np.percentile(column, CORE_PERCENTILES)
    inside = (column > low) & (column < high)
    widest = max(np.ptp(column[inside & (codes == code)]) for code in np.unique(codes[inside]))
    assert widest < 1.05 * (high - low) / BY_VALUE


def test_outliers_do_not_coarsen_the_codes():
    column = np.random.default_rng(1).standard_normal(20_000)
    column[:20] *= 1e5
    assert np.unique(codes_of(column)).size >= 230


def test_a_plateau_keeps_a_code_of_its_own():
    """Nearly all voxels are flat, as in an image without noise; the few others stay apart."""
    rng = np.random.default_rng(2)
    for few in (rng.random(1000) + 0.01, -rng.random(1000) - 0.01, rng.standard_normal(1000)):
        codes = codes_of(np.concatenate([np.zeros(99_000), few]))
        assert np.unique(codes[:99_000]).size == 1
        assert not np.isin(codes[99_000:], codes[0]).any()
        assert np.unique(codes[99_000:]).size > 120


def test_a_gap_is_cut_in_its_middle():
    """Nothing is labelled between two thresholds: the trees must not move the cut to one side."""
    rng = np.random.default_rng(8)
    for sizes in ((5000, 5000), (9000, 300), (400, 100_000)):
        sides = [rng.uniform(0, 100, sizes[0]), rng.uniform(140, 400, sizes[1])]
        values = np.zeros((sum(sizes), 61), dtype=np.float32)
        values[:, 20] = np.concatenate(sides)
        labels = np.repeat([1, 2], sizes).astype(np.uint8)
        coding = make_coding(values, labels)
        forest = train(values, labels, seed=0, trees=5)
        assert (forest.channel == 20).all()
        cells = coding.cuts[20, forest.cut.astype(int) - 1]
        cut = forest.low[20] + cells / forest.per_unit[20]
        np.testing.assert_allclose(cut, 120, atol=400 / BY_VALUE)


def test_one_distinct_value_is_one_code_and_two_are_two():
    assert np.unique(codes_of(np.full(50, 3.5))).tolist() == [0]
    for low, high in ((-1e-6, 1e-6), (0, 1e9), (1000, 1000.001)):
        codes = codes_of(np.array([low] * 999 + [high]))
        assert np.unique(codes[:999]).size == 1
        assert codes[999] > codes[0]


def test_places_survive_packing():
    rng = np.random.default_rng(3)
    fields = [rng.integers(0, top, 500) for top in (61, 256, 64, 64, 2**31)]
    for given_field, found in zip(fields, unpack(pack(*fields)), strict=True):
        np.testing.assert_array_equal(given_field, found)


def walk(nodes, code):
    """Send one voxel down a packed tree; return its class (from 1), or MIXED."""
    channel, cut, left, right, child = unpack(nodes)
    place = 0
    while True:
        goes_left = code[channel[place]] < cut[place]
        kind = left[place] if goes_left else right[place]
        if kind:
            return kind
        place = child[place] + (0 if goes_left else 1)
        if left[place] == MIXED:
            return MIXED


def grow(codes, labels, n_classes, trees=8, channels=61, draws=None):
    n = draws or labels.size
    nodes = np.empty((trees, 2 * n + 1), dtype=np.uint64)
    shares = np.empty((trees, n // 2 + 1, n_classes), dtype=np.float32)
    sizes = np.empty((trees, 3), dtype=np.int64)
    seeds = np.arange(trees, dtype=np.uint64) * np.uint64(0x1234567)
    cuts = np.tile(np.arange(1, 256, dtype=np.uint16), (61, 1))
    voxels = TrainingVoxels(codes, labels, n_classes, cuts)
    grow_trees(voxels, TreeRules(channels, CHANNELS_TRIED, n), seeds, nodes, shares, sizes)
    return nodes, shares, sizes


def test_trees_are_grown_until_their_leaves_are_pure():
    """A tree is right on every voxel of its sample: on about 1 - 1/e of all, at random labels."""
    rng = np.random.default_rng(4)
    codes = np.zeros((1500, 64), dtype=np.uint8)
    codes[:, :61] = rng.integers(0, 256, (1500, 61))
    labels = rng.integers(0, 3, 1500).astype(np.uint8)
    nodes, _, sizes = grow(codes, labels, 3)
    assert (sizes[:, 1] == 0).all()
    right = [[walk(tree, code) == label + 1 for code, label in zip(codes, labels, strict=True)]
             for tree in nodes]  # fmt: skip
    inside = 1 - np.exp(-1)
    # Outside its sample a tree guesses among three classes.
    assert np.mean(right) == pytest.approx(inside + (1 - inside) / 3, abs=0.02)


def test_the_only_channel_that_varies_is_found():
    """60 channels are constant: a node must try more until it meets the one that is not."""
    codes = np.zeros((400, 64), dtype=np.uint8)
    codes[:, 33] = np.repeat([10, 50], 200)
    labels = np.repeat([0, 1], 200).astype(np.uint8)
    nodes, _, sizes = grow(codes, labels, 2)
    assert (sizes[:, 0] == 1).all()
    channel, cut, left, right, _ = unpack(nodes[:, 0])
    assert (channel == 33).all()
    # The middle between the end of the lower code (11) and the beginning of the upper (50).
    assert np.isin(cut, [30, 31]).all()
    assert (left == 1).all()
    assert (right == 2).all()


def test_the_best_of_the_tried_channels_is_split():
    """With as many channels as are tried, the root takes the one of lowest impurity."""
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 2, 2000).astype(np.uint8)
    codes = rng.integers(0, 256, (2000, 64)).astype(np.uint8)
    codes[:, 5] = np.where(rng.random(2000) < 0.95, labels, 1 - labels) * 100 + codes[:, 5] % 100
    nodes, _, _ = grow(codes, labels, 2, channels=CHANNELS_TRIED)
    channel, cut, *_ = unpack(nodes[:, 0])
    assert (channel == 5).all()
    assert (np.abs(cut.astype(int) - 100) <= 2).all()


def test_trees_differ_and_repeat():
    rng = np.random.default_rng(6)
    codes = rng.integers(0, 256, (500, 64)).astype(np.uint8)
    labels = (codes[:, 0] > 128).astype(np.uint8)
    nodes, _, sizes = grow(codes, labels, 2)
    again, _, sizes_again = grow(codes, labels, 2)
    np.testing.assert_array_equal(sizes, sizes_again)
    trees = [tree[:k].tobytes() for tree, k in zip(nodes, sizes[:, 0], strict=True)]
    assert trees == [tree[:k].tobytes() for tree, k in zip(again, sizes[:, 0], strict=True)]
    assert len(set(trees)) == len(trees)


def test_too_many_classes_are_refused():
    values = np.zeros((200, 61), dtype=np.float32)
    with pytest.raises(ValueError, match="at most 60 classes"):
        train(values, np.arange(200, dtype=np.uint8), seed=0, trees=3)
    values[:, 0] = np.arange(200)
    forest = train(values, (np.arange(200) % 60).astype(np.uint8), seed=0, trees=3)
    assert forest.classes.size == 60


def test_bounded_labels_are_drawn_in_proportion():
    labels = np.zeros((10, 100, 100), dtype=np.uint8)
    labels[:4] = 1
    labels[4, :5] = 7
    labels[9, 0, 0] = 9
    places, classes = bounded_labels(labels, 1000, seed=3)
    assert (np.diff(places) > 0).all()
    np.testing.assert_array_equal(labels.reshape(-1)[places], classes)
    assert np.bincount(classes)[[1, 7, 9]].tolist() == [988, 12, 1]
    np.testing.assert_array_equal(places, bounded_labels(labels, 1000, seed=3)[0])
    assert not np.array_equal(places, bounded_labels(labels, 1000, seed=4)[0])
    everything, _ = bounded_labels(labels, None, seed=3)
    np.testing.assert_array_equal(everything, np.flatnonzero(labels))


def test_a_bounded_tree_learns_from_its_own_sample_of_that_size():
    """A tree is right on every voxel of its sample, and on half of the others."""
    rng = np.random.default_rng(6)
    codes = np.zeros((4000, 64), dtype=np.uint8)
    codes[:, :61] = rng.integers(0, 256, (4000, 61))
    labels = rng.integers(0, 2, 4000).astype(np.uint8)
    nodes, _, _ = grow(codes, labels, 2, draws=1000)
    right = np.array([[walk(tree, code) == label + 1
                       for code, label in zip(codes, labels, strict=True)]
                      for tree in nodes])  # fmt: skip
    seen = 1 - (1 - 1 / 4000) ** 1000
    assert right.mean() == pytest.approx(seen + (1 - seen) / 2, abs=0.02)
    # Each tree draws its own sample.
    assert (right[0] != right[1]).mean() > 0.3
