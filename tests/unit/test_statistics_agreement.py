"""Agreement voxel by voxel, against other libraries and by hand."""

from collections import namedtuple
from itertools import combinations

import numpy as np
import pytest
from skimage.metrics import variation_of_information
from sklearn.metrics import cohen_kappa_score, f1_score

from manyeyes.measures.fractions import percent_different
from manyeyes.randomness import generator
from manyeyes.statistics.agreement import agreement_tables, fleiss_kappa, pair_agreement, votes
from manyeyes.statistics.disagreement import concentration, disagreement_map

Cell = namedtuple("Cell", "dataset filter variant user made_by", defaults=["simulated"])


def segmentations(users, shape=(5, 6, 7), active=0.4):
    rng = generator("test", "agreement", users, *shape)
    truth = rng.random(shape) < active
    return [
        np.where(truth ^ (rng.random(shape) < 0.15), 1, 2).astype(np.uint8) for _ in range(users)
    ]


def test_equal_segmentations_agree_fully():
    result = pair_agreement(30, 0, 0, 70)
    assert result == (1.0, 1.0, 0.0)


def test_opposite_segmentations():
    result = pair_agreement(0, 50, 50, 0)
    assert result.dice == 0
    assert result.cohen_kappa == pytest.approx(-1)
    assert result.variation_of_information == pytest.approx(0)  # the same cut, names swapped


def test_independent_segmentations_agree_by_chance_only():
    result = pair_agreement(25, 25, 25, 25)
    assert result.cohen_kappa == pytest.approx(0)
    assert result.variation_of_information == pytest.approx(2)  # one bit each way


def test_one_phase_throughout_leaves_nothing_to_agree_on():
    assert np.isnan(pair_agreement(0, 0, 0, 9).cohen_kappa)
    assert pair_agreement(0, 0, 0, 9).dice == 1


def test_pairs_equal_scikit_learn_and_scikit_image():
    volumes = segmentations(3)
    cells = [(Cell("d", "raw", "S2", name), v) for name, v in zip("ABC", volumes, strict=True)]
    pairs, _ = agreement_tables(cells)
    for row, (a, b) in zip(pairs.itertuples(), combinations(volumes, 2), strict=True):
        assert row.cohen_kappa == pytest.approx(cohen_kappa_score(a.ravel(), b.ravel()))
        assert row.dice == pytest.approx(f1_score(a.ravel(), b.ravel(), pos_label=1))
        assert row.variation_of_information == pytest.approx(variation_of_information(a, b).sum())


def test_fleiss_of_two_users_is_scotts_pi():
    a, b = segmentations(2)
    share = np.mean([a == 1, b == 1])
    by_chance = share**2 + (1 - share) ** 2
    expected = (np.mean(a == b) - by_chance) / (1 - by_chance)
    counted = np.bincount(votes([a, b]).ravel(), minlength=3)
    assert fleiss_kappa(counted) == pytest.approx(expected)


def test_fleiss_by_its_definition():
    volumes = segmentations(5)
    ratings = np.stack([v.ravel() == 1 for v in volumes]).sum(axis=0)
    table = np.stack([ratings, 5 - ratings], axis=1)
    agreed = np.mean((np.sum(table**2, axis=1) - 5) / 20)
    by_chance = np.sum((table.sum(axis=0) / table.sum()) ** 2)
    _, groups = agreement_tables((Cell("d", "raw", "S2", i), v) for i, v in enumerate(volumes))
    assert groups["fleiss_kappa"].item() == pytest.approx((agreed - by_chance) / (1 - by_chance))
    assert groups["users"].item() == 5


@pytest.mark.parametrize("shape", [(1, 2, 7), (4, 4, 4), (3, 5, 13), (20, 60, 61)])
def test_bits_count_voxels_of_any_number(shape):
    volumes = segmentations(3, shape)
    pairs, groups = agreement_tables((Cell("d", "raw", "S2", i), v) for i, v in enumerate(volumes))
    counted = np.bincount(votes(volumes).ravel(), minlength=4)
    assert groups["fleiss_kappa"].item() == pytest.approx(fleiss_kappa(counted))
    expected = cohen_kappa_score(volumes[0].ravel(), volumes[1].ravel(), labels=[1, 2])
    assert pairs["cohen_kappa"][0] == pytest.approx(expected)


def test_groups_are_kept_apart_and_must_be_together():
    one, two = segmentations(2)
    cells = [
        (Cell("d", "raw", "S2", "A"), one),
        (Cell("d", "raw", "S2", "B"), two),
        (Cell("d", "raw", "cWS", "A"), one),
        (Cell("d", "raw", "cWS", "B"), one),
    ]
    pairs, groups = agreement_tables(cells)
    assert groups["variant"].tolist() == ["S2", "cWS"]
    assert groups["dice"][1] == 1
    assert len(pairs) == 2
    with pytest.raises(ValueError, match="follow one another"):
        agreement_tables([*cells, cells[0]])
    with pytest.raises(ValueError, match="one user"):
        agreement_tables(cells[:1])


def test_the_map_of_disagreement_averages_to_the_pairwise_difference():
    volumes = segmentations(6)
    mean = np.mean([percent_different(a, b) for a, b in combinations(volumes, 2)])
    assert 100 * disagreement_map(votes(volumes), 6).mean() == pytest.approx(mean, rel=1e-6)


def half_and_half():
    """A wall in x: truth is active for x < 10 of 20."""
    reference = np.zeros((4, 5, 20), bool)
    reference[..., :10] = True
    return reference


def test_users_who_shift_the_wall_disagree_next_to_it():
    reference = half_and_half()
    shifted = reference.copy()
    shifted[..., 10:12] = True  # one user places the wall two voxels further
    counted = votes([np.where(m, 1, 2).astype(np.uint8) for m in (reference, shifted)])
    one, two, three = concentration(counted, 2, reference)
    assert (one.disagreement_share, two.disagreement_share) == pytest.approx((0.5, 1.0))
    # layers 9 and 10 share a face with the other phase, 8 and 11 are next
    assert (one.voxel_share, two.voxel_share, three.voxel_share) == pytest.approx((0.1, 0.2, 0.3))
    assert one.enrichment == pytest.approx(5)


def test_noise_everywhere_is_not_concentrated():
    reference = np.zeros((20, 20, 40), bool)
    reference[..., :20] = True
    rng = generator("test", "noise")
    counted = rng.integers(0, 3, size=reference.shape).astype(np.uint8)
    for found in concentration(counted, 2, reference):
        assert found.enrichment == pytest.approx(1, abs=0.15)


def test_where_all_agree_nothing_is_concentrated():
    reference = half_and_half()
    counted = np.where(reference, 3, 0).astype(np.uint8)
    assert np.isnan(concentration(counted, 3, reference)[0].disagreement_share)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pair_agreement(0, 0, 0, 0), "above 0"),
        (lambda: fleiss_kappa([3, 4]), "at least 2 users"),
        (lambda: votes([]), "at least one user"),
        (lambda: votes([np.zeros((2, 2, 2), np.uint8)]), "segmentation holds 1"),
        (lambda: disagreement_map(np.full((2, 2, 2), 4, np.uint8), 3), "up to 4 votes"),
        (
            lambda: concentration(np.ones((2, 2, 2), np.uint8), 3, np.ones((2, 2, 2), bool)),
            "only one phase",
        ),
        (
            lambda: concentration(np.ones((2, 2, 2), np.uint8), 3, np.ones((2, 2, 3), bool)),
            "same crop",
        ),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
