"""Steady diffusion on voxels: volumes whose effective diffusivity is known."""

import numpy as np
import pytest
import scipy.sparse
from scipy.sparse.linalg import spsolve

from manyeyes.measures import multigrid
from manyeyes.measures.multigrid import solve
from manyeyes.measures.pieces import percolating
from manyeyes.measures.transport import Transport, tortuosity

EXACT = 1e-10


def by_direct_solution(open_phase):
    """Return the effective diffusivity along z from a matrix of all open voxels."""
    numbers = np.full(open_phase.shape, -1)
    numbers[open_phase] = np.arange(open_phase.sum())
    matrix = scipy.sparse.lil_matrix((open_phase.sum(),) * 2)
    right = np.zeros(open_phase.sum())
    for axis in range(3):
        ahead = np.moveaxis(numbers, axis, 0)
        for one, other in zip(ahead[:-1].ravel(), ahead[1:].ravel(), strict=True):
            if one >= 0 and other >= 0:
                matrix[one, other] = matrix[other, one] = -1.0
                matrix[one, one] += 1.0
                matrix[other, other] += 1.0
    inlet = numbers[0][open_phase[0]]
    for node in [*inlet, *numbers[-1][open_phase[-1]]]:
        matrix[node, node] += 2.0
    right[inlet] = 2.0
    # Pieces without an end face have any concentration; nothing flows in them.
    lonely = 1e-12 * scipy.sparse.eye_array(len(right))
    concentration = spsolve((matrix + lonely).tocsc(), right)
    flux = np.sum(2.0 * (1.0 - concentration[inlet]))
    return flux * len(open_phase) / open_phase[0].size


def random_volume(shape, fraction, seed):
    return np.random.default_rng(seed).random(shape) < fraction


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("shape", [(8, 8, 8), (5, 7, 11), (1, 6, 9), (4, 1, 1), (1, 1, 1)])
def test_an_open_box_is_not_tortuous(shape, axis):
    found = tortuosity(np.ones(shape, dtype=bool), axis)
    assert found.effective_diffusivity == pytest.approx(1.0, abs=1e-12)
    assert found.tortuosity_factor == pytest.approx(1.0, abs=1e-12)


def test_straight_channels_conduct_by_their_fraction():
    slab = np.zeros((9, 10, 8), dtype=bool)
    slab[:, 3:6] = True
    for axis in (0, 2):
        found = tortuosity(slab, axis)
        assert found.effective_diffusivity == pytest.approx(0.3, abs=1e-12)
        assert found.tortuosity_factor == pytest.approx(1.0, abs=1e-12)
    assert tortuosity(slab, 1) == Transport(0.0, np.inf, 0)


def test_channels_apart_conduct_beside_each_other():
    channels = np.zeros((30, 50, 50), dtype=bool)
    channels[:, ::2, ::2] = True
    assert tortuosity(channels, 0).effective_diffusivity == pytest.approx(0.25, abs=1e-12)


def test_a_dead_end_conducts_nothing():
    pocket = np.ones((12, 6, 6), dtype=bool)
    pocket[7] = False
    assert tortuosity(pocket, 0) == Transport(0.0, np.inf, 0)
    pocket[7, 2, 3] = True
    assert 0.0 < tortuosity(pocket, 0).effective_diffusivity < 0.5


def test_open_layers_conduct_along_and_not_across():
    laminate = np.arange(12)[:, None, None] % 4 < np.ones((12, 9, 10))
    assert tortuosity(laminate, 1).effective_diffusivity == pytest.approx(0.25, abs=1e-12)
    assert tortuosity(laminate, 2).tortuosity_factor == pytest.approx(1.0, abs=1e-12)
    assert tortuosity(laminate, 0).effective_diffusivity == 0.0


def test_a_checkerboard_conducts_along_its_columns_and_not_through_their_edges():
    z, y, _ = np.indices((16, 16, 10))
    columns = (z // 4 + y // 4) % 2 == 0
    assert tortuosity(columns, 2).effective_diffusivity == pytest.approx(0.5, abs=1e-12)
    for axis in (0, 1):
        assert tortuosity(columns, axis).tortuosity_factor == np.inf


def test_a_bent_channel_resists_by_its_length():
    bent = np.zeros((9, 10, 3), dtype=bool)
    bent[1::2, :, 1] = True
    bent[::4, 0, 1] = bent[2::4, 9, 1] = True
    voxels = bent.sum()
    found = tortuosity(bent, 0, tolerance=EXACT)
    assert voxels == 45
    assert found.effective_diffusivity == pytest.approx(9 / 30 / voxels, rel=1e-8)
    assert found.tortuosity_factor == pytest.approx((45 / 9) ** 2, rel=1e-8)


@pytest.mark.parametrize(
    ("shape", "fraction", "seed"),
    [((9, 8, 7), 0.6, 1), ((12, 5, 9), 0.45, 2), ((6, 11, 10), 0.9, 3), ((1, 9, 9), 0.5, 4)],
)
def test_it_equals_a_direct_solution(shape, fraction, seed):
    volume = random_volume(shape, fraction, seed)
    expected = by_direct_solution(volume)
    assert expected > 0.01
    found = tortuosity(volume, 0, tolerance=EXACT)
    assert found.effective_diffusivity == pytest.approx(expected, rel=1e-8)
    assert found.tortuosity_factor == pytest.approx(volume.mean() / expected, rel=1e-8)
    usual = tortuosity(volume, 0)
    assert usual.effective_diffusivity == pytest.approx(expected, rel=1e-4)
    assert usual.iterations <= found.iterations


def test_isolated_voxels_count_as_open_and_conduct_nothing():
    volume = np.zeros((10, 6, 6), dtype=bool)
    volume[:, :3] = True
    volume[4:6, 5, 2:4] = True
    found = tortuosity(volume, 0)
    assert found.effective_diffusivity == pytest.approx(0.5, abs=1e-12)
    assert found.tortuosity_factor == pytest.approx((180 + 4) / 180, abs=1e-12)


def hindrance_by_a_sphere(size):
    """Return the excess of the tortuosity factor over 1, in units of Maxwell's.

    One sphere between sides that nothing crosses stands for a cubic lattice of spheres.
    """
    outside = (((np.indices((size,) * 3) - (size - 1) / 2) / size) ** 2).sum(axis=0) > 0.25**2
    blocked = 1.0 - outside.mean()
    assert blocked == pytest.approx(0.066, abs=0.001)
    found = tortuosity(outside, 1)
    maxwell = 2.0 * (1.0 - blocked) / (2.0 + blocked)
    assert found.effective_diffusivity == pytest.approx(maxwell, rel=0.01)
    return (found.tortuosity_factor - 1.0) / (blocked / 2.0)


def test_a_long_bent_channel_is_solved_to_the_usual_tolerance():
    bent = np.zeros((101, 100, 1), dtype=bool)
    bent[1::2] = bent[::4, 0] = bent[2::4, -1] = True
    assert bent.sum() == 50 * 100 + 51
    found = tortuosity(bent, 0)
    assert found.tortuosity_factor == pytest.approx((bent.sum() / 101) ** 2, rel=1e-4)
    assert found.iterations < 30


def test_few_spheres_hinder_as_maxwell_says():
    coarse, fine = hindrance_by_a_sphere(32), hindrance_by_a_sphere(64)
    # The steps of the surface hinder too, by as much as their size.
    assert 1.0 < fine < coarse < 1.3
    assert 2.0 * fine - coarse == pytest.approx(1.0, abs=0.02)


def test_it_does_not_depend_on_where_axes_point():
    volume = random_volume((21, 18, 15), 0.55, 5)
    expected = tortuosity(volume, 1, tolerance=EXACT).effective_diffusivity
    assert 0.05 < expected < 0.5
    same = [
        (volume[::-1], 1),
        (volume[:, ::-1], 1),
        (volume[:, :, ::-1], 1),
        (volume.transpose(1, 0, 2), 0),
        (volume.transpose(0, 2, 1), 2),
        (np.asfortranarray(volume), 1),
    ]
    for turned, axis in same:
        found = tortuosity(turned, axis, tolerance=EXACT).effective_diffusivity
        assert found == pytest.approx(expected, rel=1e-8)
    assert tortuosity(volume, 1) == tortuosity(volume.copy(), 1)


def test_a_closed_voxel_never_helps():
    volume = random_volume((16, 16, 16), 0.7, 6)
    fewer = volume & random_volume(volume.shape, 0.97, 7)
    more, less = (tortuosity(v, 2, tolerance=1e-8) for v in (volume, fewer))
    assert 0.0 < less.effective_diffusivity < more.effective_diffusivity < volume.mean()


def test_the_dissipation_approaches_the_flux_from_above():
    conducting = percolating(random_volume((40, 40, 40), 0.42, 8), 0)
    rough, true = solve(conducting, 1e-2), solve(conducting, 1e-10)
    assert true.inlet == pytest.approx(true.outlet, rel=1e-10)
    assert true.conductance == pytest.approx(true.inlet, rel=1e-8)
    assert 0 <= rough.conductance / true.conductance - 1 < 1e-3
    assert rough.iterations < true.iterations < 40


def test_an_empty_phase_conducts_nothing():
    assert tortuosity(np.zeros((4, 5, 6), dtype=bool), 2) == Transport(0.0, np.inf, 0)


def test_a_solver_that_does_not_converge_says_so(monkeypatch):
    monkeypatch.setattr(multigrid, "_MOST_ITERATIONS", 2)
    with pytest.raises(ArithmeticError, match="did not converge to 1e-08 in 2 iterations"):
        tortuosity(random_volume((20, 20, 20), 0.5, 9), 0, tolerance=1e-8)


@pytest.mark.parametrize(
    ("volume", "axis", "tolerance", "message"),
    [
        (np.ones((3, 3, 3)), 0, 1e-4, "volume of bool"),
        (np.ones((3, 3), dtype=bool), 0, 1e-4, "volume of bool"),
        (np.ones((0, 3, 3), dtype=bool), 0, 1e-4, "volume of bool"),
        (np.ones((3, 3, 3), dtype=bool), 3, 1e-4, "axis must be 0"),
        (np.ones((3, 3, 3), dtype=bool), -1, 1e-4, "axis must be 0"),
        (np.ones((3, 3, 3), dtype=bool), 0, 0.0, "tolerance must be"),
        (np.ones((3, 3, 3), dtype=bool), 0, float("nan"), "tolerance must be"),
    ],
)
def test_bad_input_is_refused(volume, axis, tolerance, message):
    with pytest.raises(ValueError, match=message):
        tortuosity(volume, axis, tolerance=tolerance)
