import dataclasses

import numpy as np
import pytest

from manyeyes.pores import particle
from manyeyes.pores.codes import GRAIN, PORE
from manyeyes.pores.grains import boundaries, draw_seeds
from manyeyes.pores.particle import particle_grains, particle_truth
from manyeyes.pores.settings import IRREGULAR, ParticleSettings
from manyeyes.pores.statistics import pore_statistics
from manyeyes.settings import read_settings

SMALL = {"slices": 20, "rows": 60, "columns": 64}
NOTHING = {f"{kind}_porosity": 0.0 for kind in ("gap", "junction", "round", "speck")}


def block(**settings):
    return ParticleSettings(**SMALL, **NOTHING | settings)


@pytest.fixture(scope="module")
def seeds():
    return draw_seeds((0.6, 0.6, 0.6), 0.2, "test", "seeds")


def test_without_porosity_there_is_no_pore():
    truth = particle_truth(block(), ("test", 1))
    assert truth.dtype == np.uint8 and truth.shape == (20, 60, 64)
    assert (truth == GRAIN).all()


@pytest.mark.parametrize("kind", ["gap", "junction"])
def test_boundaries_gape_by_as_much_as_is_stated(kind):
    settings = block(**{f"{kind}_porosity": 0.01})
    truth = particle_truth(settings, ("test", 1))
    assert np.count_nonzero(truth == PORE) == round(0.01 * truth.size)


def test_gaps_lie_on_boundaries_and_junctions_where_grains_meet():
    plain = {"waviness_nm": 0.0}
    settings = block(gap_porosity=0.004, gap_nm=12.0, **plain)
    size = particle._size_um(settings)
    seeds = draw_seeds(size, settings.grain_nm / 1000, "test", 1, "grains")
    walls = boundaries(seeds, particle._axes_um(settings), 0.0, 0.45, "test", 1, "grains")
    gap = particle_truth(settings, ("test", 1)) == PORE
    assert walls.nearest_um[gap].max() < 0.04 < np.median(walls.nearest_um)
    settings = block(junction_porosity=0.004, junction_nm=12.0, **plain)
    junction = particle_truth(settings, ("test", 1)) == PORE
    assert walls.second_um[junction].max() < 0.05
    assert np.mean(walls.second_um[gap] > 0.05) > 0.2


def test_rounded_pores_take_about_the_stated_volume():
    shape = {"slices": 60, "rows": 100, "columns": 100}
    settings = ParticleSettings(**shape, **NOTHING | {"speck_porosity": 0.03})
    share = np.mean(particle_truth(settings, ("test", 1)) == PORE)
    # Some overlap, more so on boundaries.
    assert 0.02 < share < 0.032


def test_walls_are_halfway_between_neighbouring_seeds(seeds):
    axes = tuple(np.linspace(0.1, 0.5, 7) + shift for shift in (0.0, 0.01, 0.02))
    found = boundaries(seeds, axes, 0.0, 0.2, "test")
    for place in np.ndindex(7, 7, 7):
        point = np.array([axis[n] for axis, n in zip(axes, place, strict=True)])
        squares = ((seeds - point) ** 2).sum(axis=1)
        nearest = int(squares.argmin())
        others = np.delete(np.arange(len(seeds)), nearest)
        apart = np.linalg.norm(seeds[others] - seeds[nearest], axis=1)
        walls = np.sort((squares[others] - squares[nearest]) / (2 * apart))
        assert found.grain[place] == nearest
        assert found.nearest_um[place] == pytest.approx(walls[0], abs=1e-6)
        # The second nearest plane may belong to a cell that is no neighbour; never nearer.
        assert found.second_um[place] >= walls[1] - 1e-6


def test_seeds_keep_their_distance_and_fill_the_margin(seeds):
    distances = np.linalg.norm(seeds[:, None] - seeds[None], axis=2)
    assert distances[~np.eye(len(seeds), dtype=bool)].min() > 0.5 * 0.6 * 0.2
    edge = 0.6 + 2 * 1.5 * 0.2
    assert len(seeds) == pytest.approx(edge**3 / (np.pi / 6 * 0.2**3), abs=1)
    assert seeds.min() < 0 and seeds.max() > 0.6


def test_waviness_moves_boundaries_but_not_grains():
    flat = particle_grains(block(waviness_nm=0.0), ("test", 1))
    wavy = particle_grains(block(waviness_nm=15.0), ("test", 1))
    assert 0.005 < np.mean(flat != wavy) < 0.3


def test_pores_on_boundaries_are_equally_far_from_their_two_nearest_seeds(seeds):
    points = np.random.default_rng(1).uniform(0.1, 0.5, (50, 3))
    moved = particle._nearest_wall(seeds, points)
    distances = np.sort(np.linalg.norm(moved[:, None] - seeds[None], axis=2), axis=1)
    # The move is across the wall, so another seed is rarely nearer afterwards.
    assert np.mean(np.abs(distances[:, 0] - distances[:, 1]) < 1e-9) > 0.9


def test_names_decide_and_nothing_else_does():
    settings = ParticleSettings(**SMALL)
    first = particle_truth(settings, ("test", "A"))
    assert (first == particle_truth(settings, ("test", "A"))).all()
    assert (first != particle_truth(settings, ("test", "B"))).any()


def test_a_pore_does_not_depend_on_how_finely_it_is_seen():
    """Voxels have the phase of their centre, so a coarse block is every third of a fine one."""
    coarse = block(gap_porosity=0.0, speck_porosity=0.02)
    fine = dataclasses.replace(
        coarse, slices=60, rows=180, columns=192, slice_nm=5.0, pixel_nm=8.98 / 3
    )
    one, other = (particle_truth(s, ("test", 1)) for s in (coarse, fine))
    assert np.mean(one == other[1::3, 1::3, 1::3]) > 0.9999


def test_the_irregular_particle_has_more_and_larger_pores():
    small = {"slices": 12, "rows": 160, "columns": 160}
    usual, irregular = (
        pore_statistics(particle_truth(dataclasses.replace(s, **small), ("test", 2)), (15, 9, 9))
        for s in (ParticleSettings(), IRREGULAR)
    )
    assert irregular.porosity > 2 * usual.porosity
    assert irregular.median_diameter_nm > usual.median_diameter_nm


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"slices": 1}, "slices must be a whole number"),
        ({"rows": 2.5}, "rows must be a whole number"),
        ({"gap_porosity": -0.1}, "gap_porosity"),
        ({"grain_nm": float("nan")}, "grain_nm"),
        ({"gap_porosity": 0.2, "round_porosity": 0.2, "junction_porosity": 0.1}, "add up to"),
        ({"gap_with_nm": 1}, "unknown key gap_with_nm"),
    ],
)
def test_impossible_particles_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        read_settings(settings, ParticleSettings, "particle")


def test_the_names_of_the_package_exist():
    import manyeyes.pores

    assert all(getattr(manyeyes.pores, name) is not None for name in manyeyes.pores.__all__)
    assert manyeyes.pores.particle_truth is particle_truth
