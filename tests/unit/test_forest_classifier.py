"""Labels do not depend on blocks or threads, and are as accurate as those of scikit-learn."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from sklearn.ensemble import RandomForestClassifier

from manyeyes.forest import (
    Forest,
    blocks,
    class_probabilities,
    classifier,
    classify,
    classify_many,
    fit_forest,
    fit_forests,
)
from manyeyes.forest.classifier import POOL
from manyeyes.forest.features import compute_features
from manyeyes.forest.sampling import bounded_labels


def two_phases(shape, seed=0, noise=30.0):
    """Return a noisy volume of two phases and its truth (1, 2)."""
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.normal(size=shape), 3)
    truth = (1 + (field > np.median(field))).astype(np.uint8)
    grey = np.where(truth == 2, 140.0, 100.0) + rng.normal(size=shape) * noise
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8), truth


@pytest.fixture(scope="module")
def case():
    volume, truth = two_phases((41, 50, 62))
    labels = np.zeros_like(truth)
    rng = np.random.default_rng(1)
    labels[5:40:8] = truth[5:40:8] * (rng.random((5, 50, 62)) < 0.3)
    return volume, truth, labels


@pytest.fixture(scope="module")
def forest(case):
    volume, _, labels = case
    return fit_forest(volume, labels, seed=3)


@pytest.fixture(scope="module")
def whole(case, forest):
    return classify(case[0], forest)


def same_forest(a, b):
    mine, other = a.arrays(), b.arrays()
    return all(np.array_equal(mine[name], other[name]) for name in mine)


def test_as_accurate_as_exact_splits(case, whole):
    """Scikit-learn's forest on the float values, of which our codes keep 256 levels."""
    volume, truth, labels = case
    values = compute_features(volume).reshape(61, -1).T
    rest = labels.reshape(-1) == 0
    accuracy = []
    for seed in range(2):
        exact = RandomForestClassifier(100, max_features=8, random_state=seed, n_jobs=-1)
        exact.fit(values[~rest], labels.reshape(-1)[~rest])
        accuracy.append((exact.predict(values[rest]) == truth.reshape(-1)[rest]).mean())
    ours = (whole == truth).reshape(-1)[rest].mean()
    assert ours > 0.9
    assert ours == pytest.approx(np.mean(accuracy), abs=0.003)


def test_training_labels_are_mostly_learnt(case, whole):
    _, _, labels = case
    assert (whole[labels > 0] == labels[labels > 0]).mean() > 0.999


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_threads_change_nothing(case, forest, whole, threads):
    volume, _, labels = case
    before = numba.get_num_threads()
    if threads > numba.config.NUMBA_NUM_THREADS:
        pytest.skip(f"this machine has fewer than {threads} threads")
    numba.set_num_threads(threads)
    try:
        assert same_forest(fit_forest(volume, labels, seed=3), forest)
        np.testing.assert_array_equal(classify(volume, forest), whole)
    finally:
        numba.set_num_threads(before)


def test_slices_equal_those_of_the_whole(case, forest, whole):
    volume = case[0]
    for slices in ([0], [40], [17, 3, 4, 5, 17], list(range(9, 33))):
        np.testing.assert_array_equal(classify(volume, forest, slices=slices), whole[slices])


def test_blocks_change_nothing(case, forest, whole, monkeypatch):
    volume, _, labels = case
    monkeypatch.setattr(blocks, "BLOCK_VOXELS", 20_000)
    monkeypatch.setattr(blocks, "PLANE_EDGE", 37)
    np.testing.assert_array_equal(classify(volume, forest), whole)
    assert same_forest(fit_forest(volume, labels, seed=3), forest)


def test_shared_channels_give_the_forests_of_single_runs(case, forest, whole):
    volume, _, labels = case
    other = labels.copy()
    other[13:] = 0
    shared = fit_forests(volume, [other, labels], seeds=[8, 3])
    assert same_forest(shared[1], forest)
    assert same_forest(shared[0], fit_forest(volume, other, seed=8))
    first, second = classify_many(volume, shared)
    np.testing.assert_array_equal(second, whole)
    np.testing.assert_array_equal(first, classify(volume, shared[0]))


def test_seeds_make_different_forests_that_agree_mostly(case, forest, whole):
    volume, _, labels = case
    other = classify(volume, fit_forest(volume, labels, seed=4))
    agreement = (other == whole).mean()
    assert 0.95 < agreement < 1


def test_label_is_the_first_class_of_largest_probability(case, forest, whole):
    volume = case[0]
    share = class_probabilities(volume, forest)
    assert share.dtype == np.float32
    assert share.shape == (*volume.shape, 2)
    np.testing.assert_allclose(share.sum(axis=-1), 1, atol=1e-6)
    np.testing.assert_array_equal(forest.classes[share.argmax(axis=-1)], whole)
    # With 100 trees ties do occur, and the first class must win them.
    tied = share[..., 0] == share[..., 1]
    assert tied.any()
    assert (whole[tied] == forest.classes[0]).all()


def test_probabilities_as_bytes_and_for_slices(case, forest):
    volume = case[0]
    share = class_probabilities(volume, forest, slices=[7, 30])
    as_bytes = class_probabilities(volume, forest, slices=[7, 30], dtype=np.uint8)
    assert as_bytes.dtype == np.uint8
    assert np.abs(as_bytes / 255 - share).max() <= 0.5 / 255 + 1e-6


def test_many_classes_with_any_labels():
    volume, truth = two_phases((20, 30, 40), noise=5.0)
    names = np.array([0, 9, 4, 200], dtype=np.uint8)
    volume[:, :, 30:] = 240
    truth = np.where(volume == 240, 3, truth)
    labels = names[truth]
    labels[1::2] = 0
    forest = fit_forest(volume, labels, seed=0, trees=20)
    assert forest.classes.tolist() == [4, 9, 200]
    found = classify(volume, forest)
    assert (found == names[truth]).mean() > 0.97
    assert class_probabilities(volume, forest).shape[-1] == 3


def test_scikit_learn_as_trainer(case, whole):
    volume, truth, labels = case
    forest = fit_forest(volume, labels, seed=3, trainer="scikit-learn")
    assert forest.trainer.startswith("scikit-learn ")
    found = classify(volume, forest)
    assert (found == truth).mean() == pytest.approx((whole == truth).mean(), abs=0.005)
    assert same_forest(forest, fit_forest(volume, labels, seed=3, trainer="scikit-learn"))


def test_forest_survives_saving(case, forest, whole, tmp_path):
    np.savez_compressed(tmp_path / "forest.npz", **forest.arrays())
    with np.load(tmp_path / "forest.npz") as arrays:
        again = Forest.from_arrays(arrays)
    assert again.trainer == forest.trainer == "manyeyes 1"
    assert (again.seed, again.labelled) == (3, (case[2] > 0).sum())
    np.testing.assert_array_equal(classify(case[0], again, slices=[9]), whole[[9]])
    with pytest.raises(ValueError, match="not a saved forest"):
        Forest.from_arrays({"classes": forest.classes})


def test_bounded_labels_keep_the_shares_of_the_classes(case):
    volume, truth, labels = case
    forest = fit_forest(volume, labels, seed=3, max_labels=300)
    assert abs(forest.labelled - POOL * 300) <= 2
    assert same_forest(forest, fit_forest(volume, labels, seed=3, max_labels=300))
    many = fit_forest(volume, labels, seed=3, max_labels=10**9)
    assert many.labelled == (labels > 0).sum()
    assert (classify(volume, forest) == truth).mean() > 0.85


def test_memory_mapped_volume(case, forest, whole, tmp_path):
    np.save(tmp_path / "volume.npy", case[0])
    on_disk = np.load(tmp_path / "volume.npy", mmap_mode="r")
    np.testing.assert_array_equal(classify(on_disk, forest), whole)


def test_two_labelled_voxels_are_enough():
    volume, _ = two_phases((6, 7, 8))
    labels = np.zeros(volume.shape, dtype=np.uint8)
    labels[0, 0, 0], labels[5, 6, 7] = 1, 2
    forest = fit_forest(volume, labels, seed=0)
    assert set(np.unique(classify(volume, forest))) <= {1, 2}


@pytest.mark.parametrize("trainer", ["manyeyes", "scikit-learn"])
def test_voxels_that_cannot_be_told_apart_give_shares(trainer):
    """A constant image: every leaf is the root, with the shares of its bootstrap sample."""
    volume = np.full((8, 8, 8), 7, dtype=np.uint8)
    labels = np.full(volume.shape, 2, dtype=np.uint8)
    labels[:2] = 1
    forest = fit_forest(volume, labels, seed=0, trainer=trainer)
    share = class_probabilities(volume, forest)
    np.testing.assert_allclose(share[..., 0], 0.25, atol=0.02)
    assert (classify(volume, forest) == 2).all()


@pytest.mark.parametrize("trainer", ["manyeyes", "scikit-learn"])
def test_few_distinct_voxels_with_mixed_labels(trainer):
    """Two grey plateaus; on one of them the labels contradict each other three to one."""
    volume = np.zeros((1, 4, 400), dtype=np.uint8)
    volume[..., 200:] = 200
    labels = np.zeros_like(volume)
    labels[0, :, 10:100] = 1
    labels[0, :, 300:390] = 1
    labels[0, :3, 300:390] = 2
    forest = fit_forest(volume, labels, seed=0, trainer=trainer)
    share = class_probabilities(volume, forest)
    np.testing.assert_allclose(share[0, :, 20:90, 0], 1, atol=0.02)
    np.testing.assert_allclose(share[0, :, 310:380, 1], 0.75, atol=0.05)


def bad(volume=None, labels=None, **options):
    """Fit on a small volume with something replaced."""
    good, truth = two_phases((5, 6, 7))
    options.setdefault("seed", 0)
    return fit_forest(
        good if volume is None else volume, truth if labels is None else labels, **options
    )


ONE = np.ones((5, 6, 7), dtype=np.uint8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"labels": ONE}, "two classes or more"),
        ({"labels": 0 * ONE}, "two classes or more"),
        ({"labels": np.ones((5, 6, 8), np.uint8)}, "the labels have shape"),
        ({"labels": ONE * 1.0}, "expected labels of type uint8"),
        ({"labels": ONE.astype(np.int16) * 300}, "between 0 and 255"),
        ({"labels": ONE.astype(np.int16) - 2}, "between 0 and 255"),
        ({"volume": np.full((5, 6, 7), np.nan)}, "NaN, infinite"),
        ({"volume": np.full((5, 6, 7), np.inf)}, "NaN, infinite"),
        ({"volume": np.full((5, 6, 7), 1e16)}, "NaN, infinite"),
        ({"volume": np.full((5, 6, 7), 2**24 + 1)}, "float32 holds them exactly"),
        ({"volume": np.full((5, 6, 7), -(2**40))}, "float32 holds them exactly"),
        ({"volume": np.zeros((5, 0, 7))}, "the volume is empty"),
        ({"volume": np.zeros((5, 7))}, "axes \\(z, y, x\\)"),
        ({"volume": np.zeros((5, 6, 7), dtype=complex)}, "integers or floats"),
        ({"volume": np.full((5, 6, 7), np.inf, np.float16)}, "NaN, infinite"),
        ({"volume": np.zeros((0, 6, 7))}, "the volume is empty"),
        ({"labels": np.ones((7, 6, 5), np.uint8)}, "exchange their axes"),
        ({"labels": np.zeros((5, 6, 0), np.uint8)}, "the labels have shape"),
        ({"labels": ONE > 0}, "expected labels of type uint8"),
        ({"labels": np.where(ONE, np.nan, 1)}, "expected labels of type uint8"),
        ({"trees": 2.5}, "trees to be a whole number"),
        ({"seed": 0.5}, "seed to be a whole number"),
        ({"seed": "0"}, "seed to be a whole number"),
        ({"max_labels": 1e5}, "max_labels to be a whole number"),
        ({"trees": 0}, "1 to 255 trees"),
        ({"trees": 256}, "1 to 255 trees"),
        ({"max_labels": 0}, "max_labels"),
        ({"trainer": "vigra"}, "unknown trainer"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        bad(**arguments)


def test_bad_requests_are_refused(case, forest):
    volume = case[0]
    with pytest.raises(ValueError, match="lie outside the volume"):
        classify(volume, forest, slices=[0, 41])
    with pytest.raises(ValueError, match="lie outside the volume"):
        classify(volume, forest, slices=[-1])
    with pytest.raises(ValueError, match="no slices"):
        classify(volume, forest, slices=[])
    with pytest.raises(ValueError, match="whole numbers of slices"):
        classify(volume, forest, slices=[2.7])
    with pytest.raises(ValueError, match="expected one forest or more"):
        classify_many(volume, [])
    with pytest.raises(ValueError, match="the volume is empty"):
        classify(volume[:0], forest)
    with pytest.raises(ValueError, match="float32 or uint8"):
        class_probabilities(volume, forest, dtype=np.float64)
    with pytest.raises(ValueError, match="NaN, infinite"):
        classify(np.full((3, 3, 3), np.nan), forest)
    with pytest.raises(ValueError, match="a seed for each"):
        fit_forests(volume, [case[2]], seeds=[1, 2])


def test_a_gap_between_two_thresholds_is_divided_as_by_exact_splits():
    """Seeds by thresholds leave a gap; its voxels are divided by cuts that lie in it."""
    volume, _ = two_phases((44, 48, 52), noise=15.0)
    grey = ndimage.gaussian_filter(volume.astype(float), 1.1)
    labels = np.where(grey < 112, 1, np.where(grey > 128, 2, 0)).astype(np.uint8)
    values = compute_features(volume).reshape(61, -1).T
    known = labels.reshape(-1) > 0
    gap = values[~known]
    assert 0.1 < len(gap) / volume.size < 0.4
    ours, exact = [], []
    for seed in range(3):
        found = classify(volume, fit_forest(volume, labels, seed=seed, max_labels=20_000))
        ours.append((found.reshape(-1)[~known] == 2).mean())
        kept, classes = bounded_labels(labels, 20_000, seed)
        other = RandomForestClassifier(100, max_features=8, random_state=seed, n_jobs=-1)
        exact.append((other.fit(values[kept], classes).predict(gap) == 2).mean())
    assert np.mean(ours) == pytest.approx(np.mean(exact), abs=0.03)


CLEAR, CLEAR_TRUTH = two_phases((12, 20, 22), noise=5.0)
CLEAR_LABELS = np.where(np.arange(12)[:, None, None] % 4 == 0, CLEAR_TRUTH, 0).astype(np.uint8)


@settings(max_examples=25, deadline=None)
@given(
    st.floats(-45, 14),
    st.sampled_from([np.float32, np.float64, np.float16, np.int64]),
    st.floats(-3, 3),
)
def test_the_scale_of_the_grey_values_does_not_matter_or_is_refused(power, dtype, offset):
    """Labels would be wrong beyond the range of float32 or of the type itself."""
    with np.errstate(over="ignore"):
        volume = ((CLEAR + offset) * 10.0**power).astype(dtype)
    kept = np.unique(volume).size == np.unique(CLEAR).size and np.isfinite(volume).all()
    try:
        forest = fit_forest(volume, CLEAR_LABELS, seed=1, trees=10)
    except ValueError as error:
        inexact = volume.dtype == np.int64 and np.abs(volume).max() > 2**24
        assert power < -33 or power > 12 or not kept or inexact
        assert "scale the volume" in str(error) or "8 or 16 bits" in str(error)
        return
    assert np.isfinite(forest.per_unit).all()
    found = classify(volume, forest)
    if kept:
        assert (found == CLEAR_TRUTH).mean() > 0.98
    elif np.ptp(volume) == 0:
        assert np.unique(found).size == 1


@pytest.mark.parametrize("scale", [1e-18, 1e-20, 1e-25])
def test_tiny_grey_values_give_the_labels_of_plain_ones(scale):
    expected = classify(CLEAR, fit_forest(CLEAR, CLEAR_LABELS, seed=1))
    volume = CLEAR * np.float32(scale)
    found = classify(volume, fit_forest(volume, CLEAR_LABELS, seed=1))
    assert (found == expected).mean() > 0.995


def test_grey_values_below_float32_are_refused():
    with pytest.raises(ValueError, match="scale the volume"):
        fit_forest(CLEAR * np.float32(1e-38), CLEAR_LABELS, seed=1)


def test_a_single_voxel_of_another_value_does_not_crash():
    for rest, odd in ((0.0, 1e-38), (1.0, 1.0 + 2**-23), (0.0, 1e-45), (-1e15, 1e15)):
        volume = np.full((6, 7, 8), rest, dtype=np.float32)
        volume[3, 3, 3] = odd
        labels = np.ones(volume.shape, dtype=np.uint8)
        labels[3] = 2
        try:
            forest = fit_forest(volume, labels, seed=0, trees=5)
        except ValueError as error:
            assert "scale the volume" in str(error)
        else:
            assert set(np.unique(classify(volume, forest))) <= {1, 2}


def test_without_a_limit_the_number_of_kept_labels_is_limited(case, monkeypatch):
    volume, _, labels = case
    bounded = fit_forest(volume, labels, seed=3, max_labels=100, trees=10)
    everything = fit_forest(volume, labels, seed=3, trees=10)
    monkeypatch.setattr(classifier, "MOST_LABELS", 100 * POOL)
    assert same_forest(fit_forest(volume, labels, seed=3, trees=10), bounded)
    few = np.where(np.cumsum(labels > 0).reshape(labels.shape) <= 100 * POOL, labels, 0)
    assert fit_forest(volume, few, seed=3, trees=10).labelled == 100 * POOL
    # A larger limit is respected; forests with too many labels together are trained in turn.
    asked = fit_forest(volume, labels, seed=3, max_labels=labels.size, trees=10)
    assert same_forest(asked, everything)
    both = fit_forests(volume, [labels, few], seeds=[3, 8], max_labels=labels.size, trees=10)
    assert same_forest(both[0], everything)


def test_labels_are_read_slice_by_slice():
    """Labels may be on disk, and too large for memory."""

    class OnDisk:
        def __init__(self, values):
            self.values, self.shape, self.dtype = values, values.shape, values.dtype

        def __getitem__(self, index):
            assert isinstance(index, int)
            return self.values[index]

    places, classes = bounded_labels(OnDisk(CLEAR_LABELS), 50, seed=2)
    expected = bounded_labels(CLEAR_LABELS, 50, seed=2)
    np.testing.assert_array_equal(places, expected[0])
    np.testing.assert_array_equal(classes, expected[1])
    forest = fit_forest(CLEAR, OnDisk(CLEAR_LABELS), seed=0, max_labels=50, trees=5)
    assert same_forest(forest, fit_forest(CLEAR, CLEAR_LABELS, seed=0, max_labels=50, trees=5))
