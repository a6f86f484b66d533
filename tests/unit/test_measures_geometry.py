"""What is measured on a truth: balls of known size, with pores inside and binder between."""

import numpy as np
import pytest

from manyeyes.measures.geometry import geometry_tables

SIZE, VOXEL_NM, DIAMETER_UM = 60, 500.0, 8.0


def truth_of_balls():
    """Return four balls of 8 um, none cut by a face; one is hollow, and binder fills a corner."""
    truth = np.full((SIZE,) * 3, 3, dtype=np.uint8)
    radius = DIAMETER_UM * 1000 / VOXEL_NM / 2
    grid = np.indices(truth.shape)
    for centre in ((15, 15, 15), (15, 44, 44), (44, 15, 44), (44, 44, 15)):
        distance = np.sqrt(sum((g - c) ** 2 for g, c in zip(grid, centre, strict=True)))
        truth[distance <= radius] = 1
        if centre == (15, 15, 15):
            truth[distance <= 3] = 4
    truth[:6, :6, :6] = 2
    return truth


@pytest.fixture(scope="module")
def tables():
    truth = truth_of_balls()
    return geometry_tables(
        [("balls", truth), ("platelets", truth)],
        {"balls": VOXEL_NM, "platelets": VOXEL_NM},
        ["balls"],
    )


def test_balls_have_their_diameter_and_surface(tables):
    row = tables[0].iloc[0]
    assert row["particles"] == 4
    assert row["mean_diameter_um"] == pytest.approx(DIAMETER_UM, rel=0.03)
    assert row["volume_weighted_diameter_um"] == pytest.approx(DIAMETER_UM, rel=0.03)
    extent_um = SIZE * VOXEL_NM / 1000
    surface = 4 * np.pi * DIAMETER_UM**2 / extent_um**3
    assert row["specific_surface_per_um"] == pytest.approx(surface, rel=0.06)
    # The mean run through a ball is two thirds of its diameter, along any axis.
    for axis in "zyx":
        assert row[f"mean_chord_{axis}_um"] == pytest.approx(2 / 3 * DIAMETER_UM, rel=0.05)


def test_a_pore_inside_counts_as_a_pore_in_the_fraction_alone(tables):
    row = tables[0].iloc[0]
    pore = 4 / 3 * np.pi * 3**3 / SIZE**3
    assert row["active_fraction_filled"] - row["active_fraction"] == pytest.approx(pore, rel=0.1)
    assert row["cbd_fraction"] == pytest.approx(6**3 / SIZE**3)


def test_platelets_are_not_split(tables):
    geometry, particles = tables
    assert geometry.iloc[1]["particles"] == 0
    assert np.isnan(geometry.iloc[1]["mean_diameter_um"])
    assert geometry.iloc[1]["specific_surface_per_um"] > 0
    assert list(particles["dataset"]) == ["balls"] * 4
    assert particles["diameter_um"].is_monotonic_increasing
