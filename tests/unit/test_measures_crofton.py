import numpy as np
import pytest

from manyeyes.measures.crofton import direction_weights, surface_um2
from manyeyes.measures.directions import DIRECTION_WEIGHTS, STEPS, squared_length
from manyeyes.measures.shape import specific_surface_per_um

SLICES_NM = (15.0, 8.98, 8.98)


def ellipsoid(edges_nm, radii_nm):
    """Return an ellipsoid in the middle of a volume with room about it."""
    shape = [int(2.4 * radius / edge) for radius, edge in zip(radii_nm, edges_nm, strict=True)]
    places = np.indices(shape).astype(float)
    square = 0.0
    for place, n, edge, radius in zip(places, shape, edges_nm, radii_nm, strict=True):
        square = square + ((place - (n - 1) / 2) * edge / radius) ** 2
    return square <= 1


def test_weights_of_cubes_are_those_of_the_table():
    expected = [DIRECTION_WEIGHTS[squared_length(step)] for step in STEPS]
    assert direction_weights((20, 20, 20)) == pytest.approx(expected, abs=1e-9)


def test_the_weights_add_up_and_do_not_depend_on_the_unit():
    weights = direction_weights(SLICES_NM)
    assert weights.sum() == pytest.approx(1)
    assert direction_weights((150, 89.8, 89.8)) == pytest.approx(weights)
    # Of thick slices, neighbours are nearer in direction to z, so z stands for less of the sphere.
    along = dict(zip(STEPS, weights, strict=True))
    assert along[0, 0, 1] == pytest.approx(along[0, 1, 0])
    assert along[1, 0, 0] < along[0, 0, 1]


def test_with_cubes_it_is_the_surface_of_shape():
    mask = np.random.default_rng(3).random((9, 10, 11)) < 0.3
    volume_um3 = mask.size * 0.02**3
    assert surface_um2(mask, (20, 20, 20)) == pytest.approx(
        specific_surface_per_um(mask, 20.0) * volume_um3
    )


@pytest.mark.parametrize("edges_nm", [SLICES_NM, (30.0, 9.0, 9.0), (10.0, 15.0, 20.0)])
def test_the_surface_of_a_sphere(edges_nm):
    sphere = ellipsoid(edges_nm, (400.0, 400.0, 400.0))
    # What is counted stands for a structure that goes on beyond the volume, which a lone sphere
    # does not: along a step the volume has fewer pairs of voxels than voxels.
    beyond = sum(
        weight * np.prod([n / (n - abs(d)) for n, d in zip(sphere.shape, step, strict=True)])
        for step, weight in zip(STEPS, direction_weights(edges_nm), strict=True)
    )
    expected = 4 * np.pi * 0.4**2 * beyond
    assert surface_um2(sphere, edges_nm) == pytest.approx(expected, rel=0.005)


def test_taking_slices_for_cubes_would_be_wrong():
    sphere = ellipsoid(SLICES_NM, (300.0, 300.0, 300.0))
    as_cubes = surface_um2(sphere, (15.0, 15.0, 15.0))
    assert as_cubes > 1.5 * surface_um2(sphere, SLICES_NM)


@pytest.mark.parametrize(
    ("mask", "edges_nm", "message"),
    [
        (np.ones((1, 4, 4), bool), SLICES_NM, "at least 2 voxels"),
        (np.ones((4, 4, 4), np.uint8), SLICES_NM, "bool volume"),
        (np.ones((4, 4, 4), bool), (15.0, 0.0, 9.0), "voxel_size_nm"),
    ],
)
def test_what_is_no_volume_is_refused(mask, edges_nm, message):
    with pytest.raises(ValueError, match=message):
        surface_um2(mask, edges_nm)
