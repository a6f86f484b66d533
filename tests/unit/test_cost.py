"""What jobs ask for, against numbers worked out by hand."""

from types import SimpleNamespace

import pytest

from manyeyes.running.resources import SMALL_JOB, JobResources, more_each_time
from manyeyes.study import cost
from manyeyes.study.model import Dataset

THRESHOLD = {"method": "threshold"}
SEEDED = {"method": "seeded_forest", "slices": "first"}
DRAWN = {"method": "drawn_forest", "slices": 7}


def dataset(shape=(100, 100, 200), **keys):
    return Dataset(
        name="d",
        material="NMC",
        voxel_size_nm=400.0,
        source={"kind": "file"},
        shape=shape,
        start=(0, 0, 0),
        grey_window=None,
        listed_as="d",
        **keys,
    )


def study(users=3, **datasets):
    return SimpleNamespace(
        datasets=datasets or {"d": dataset()}, users=dict.fromkeys(range(users)), blocks=()
    )


def test_memory_grows_with_the_voxels():
    # Two megavoxels of 15 bytes beside 600 MB.
    assert cost.megabytes(dataset(), 15) == pytest.approx(630)
    assert cost.megabytes(dataset(), 15, at_least=800) == pytest.approx(830)


def test_a_mask_takes_memory_of_its_own():
    assert cost.megabytes(dataset(mask="circle"), 15) == pytest.approx(600 + 2 * (15 + 40))
    assert cost.megabytes(dataset(mask="none"), 15) == pytest.approx(630)


def test_time_has_six_times_what_was_measured():
    # Ten seconds and three a megavoxel are 16 seconds here, so 96 seconds are asked for.
    assert cost.minutes(dataset(), 3) == pytest.approx(96 / 60)


def test_disk_is_that_of_uncompressed_volumes():
    assert cost.disk_megabytes(dataset(), 3) == pytest.approx(10 + 3 * 2)


@pytest.mark.parametrize(
    ("shape", "forests", "threads"),
    [((100, 100, 100), False, 1), ((100, 100, 100), True, 2), ((330, 330, 330), True, 4)],
)
def test_threads_follow_the_size_of_the_volume(shape, forests, threads):
    assert cost.threads(dataset(shape), forests) == threads


@pytest.mark.parametrize(
    ("variant", "labels"),
    [
        ({"slices": "first"}, 20_000),
        ({"slices": "all"}, 1_000_000),
        ({"slices": 3}, 60_000),
        ({"slices": 3, "max_labels": 500}, 5_000),
    ],
)
def test_forests_choose_from_labels_of_the_slices_that_are_labelled(variant, labels):
    assert cost.labels_at_most(variant, dataset()) == labels


def test_segmenting_holds_a_forest_for_each_variant_that_has_one():
    assert cost.segmenting_megabytes(dataset(), [THRESHOLD], users=3) == pytest.approx(600 + 35 * 2)
    # Its 20,000 seeds of 420 bytes count, a drawing's do not.
    for users, forests in ((1, 2), (3, 6)):
        expected = 600 + 40 + 90 * forests + 8.4 + (5 + forests) * 2
        found = cost.segmenting_megabytes(dataset(), [SEEDED, DRAWN], users)
        assert found == pytest.approx(expected)
    one = cost.segmenting_minutes(dataset(), [SEEDED, THRESHOLD], users=1)
    assert one == pytest.approx(6 * (10 + 2 * 1.3) / 60)


def test_a_recorded_forest_may_learn_from_every_voxel():
    expected = 600 + 40 + 90 + 1000 * 1.0 + 5 * 2
    assert cost.recorded_forest_megabytes(dataset()) == pytest.approx(expected)


def test_painting_takes_more_than_a_threshold():
    assert cost.annotating_megabytes(dataset(), [THRESHOLD]) == pytest.approx(610)
    assert cost.annotating_megabytes(dataset(), [THRESHOLD, DRAWN]) == pytest.approx(690)
    painted = cost.annotating_minutes(dataset(), [DRAWN, DRAWN], users=3)
    assert painted == pytest.approx(6 * (10 + 2 * 0.5 * 2 * 3) / 60)


def test_repeating_a_block_holds_the_labels_of_all():
    variants = [THRESHOLD, DRAWN]
    memory = cost.repeating_megabytes(dataset(), variants, users=10)
    assert memory == pytest.approx(600 + 2 * (80 + 20 + 20))
    minutes = cost.repeating_minutes(dataset(), variants, users=10)
    assert minutes == pytest.approx(6 * (10 + 2 * (2 + 7) * 10) / 60)


def test_shifted_paintings_take_time_by_user_and_hold_a_users_drawings():
    # A second a megavoxel, six times what was measured, beside a minute to start.
    assert cost.shifting_minutes(dataset(), 7, 15) == pytest.approx((2 * 7 * 15 + 10) * 6 / 60)
    # No more forests than 24 are held at once.
    few, many = (cost.shifting_megabytes(dataset(), DRAWN, shifts) for shifts in (30, 35))
    assert many - few == pytest.approx(2 * 5)


def test_retries_get_more_of_everything():
    wildcards = SimpleNamespace(dataset="d")
    asked = JobResources(study()).job(15, 3, volumes=1)
    assert [asked["mem_mb"](wildcards, attempt) for attempt in (1, 2)] == [630, 1260]
    assert asked["runtime"](wildcards, 1) == 2
    assert asked["disk_mb"](wildcards, 1) == 12
    assert more_each_time(2.9)(None, 3) == 8
    assert SMALL_JOB["mem_mb"](None, 1) == 600


@pytest.mark.parametrize(
    ("users", "shape", "group"),
    [
        (40, (100, 100, 200), "d"),
        (41, (100, 100, 200), "d.raw"),
        (30, (400, 400, 400), "d.raw"),
    ],
)
def test_small_datasets_go_to_a_cluster_in_one_submission(users, shape, group):
    submission = JobResources(study(users, d=dataset(shape))).submission("{dataset}.{filter}")

    class Names(dict):
        dataset = "d"

    assert submission(Names(dataset="d", filter="raw")) == group
