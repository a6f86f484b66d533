"""Pieces of a phase and its Euler number: volumes whose answers are known."""

import numpy as np
import pytest

from manyeyes.measures.pieces import connectivity, euler_number, percolating


def ball(size, radius):
    grid = np.indices((size,) * 3) - (size - 1) / 2
    return (grid**2).sum(axis=0) <= radius**2


def ring():
    solid = np.zeros((5, 9, 9), dtype=bool)
    solid[2, 2:7, 2:7] = True
    solid[2, 4, 4] = False
    return solid


def test_shares_are_those_of_voxels():
    phase = np.zeros((10, 8, 8), dtype=bool)
    phase[:, 0, 0] = True  # 10 voxels from end to end
    phase[:4, 3, 3] = True  # 4 from the first face
    phase[7:, 5, 5] = True  # 3 from the last face
    phase[4:6, 2:4, 7] = True  # 4 at a side
    phase[4, 5, 3] = True  # 1 inside
    found = connectivity(phase, 0)
    assert found.percolating == pytest.approx(10 / 22)
    assert found.dead_end == pytest.approx(7 / 22)
    assert found.isolated == pytest.approx(5 / 22)
    assert found.isolated_at_sides == pytest.approx(4 / 22)
    assert np.array_equal(np.flatnonzero(percolating(phase, 0)), 64 * np.arange(10))


def test_a_slab_percolates_along_itself_and_ends_at_no_face_across():
    slab = np.zeros((6, 7, 8), dtype=bool)
    slab[:, 2:4] = True
    for axis in (0, 2):
        found = connectivity(slab, axis)
        assert (found.percolating, found.dead_end, found.isolated) == (1.0, 0.0, 0.0)
    across = connectivity(slab, 1)
    assert (across.percolating, across.isolated, across.isolated_at_sides) == (0.0, 1.0, 1.0)
    slab[:, 0:2] = True
    assert connectivity(slab, 1).dead_end == 1.0


def test_edges_and_corners_do_not_connect():
    diagonal = np.zeros((4, 4, 4), dtype=bool)
    diagonal[range(4), range(4), range(4)] = True
    found = connectivity(diagonal, 0)
    assert found.percolating == 0.0
    assert found.dead_end == found.isolated == 0.5
    assert found.isolated_at_sides == 0.0
    assert not percolating(diagonal, 0).any()


def test_one_layer_touches_both_ends():
    layer = np.zeros((1, 5, 5), dtype=bool)
    layer[0, 1, 1:4] = True
    assert connectivity(layer, 0).percolating == 1.0
    assert connectivity(layer, 2).isolated == 1.0


def test_the_shares_of_an_empty_phase_are_unknown():
    found = connectivity(np.zeros((3, 3, 3), dtype=bool), 0)
    assert np.isnan([found.percolating, found.dead_end, found.isolated]).all()
    assert not percolating(np.zeros((3, 3, 3), dtype=bool), 0).any()


def test_a_full_phase_percolates():
    full = np.ones((3, 4, 5), dtype=bool)
    assert connectivity(full, 1).percolating == 1.0
    assert percolating(full, 1).all()


def test_the_euler_number_counts_pieces_tunnels_and_cavities():
    shell = ball(15, 6.5) & ~ball(15, 3.5)
    two = np.concatenate([ball(11, 4), ball(11, 4)])
    assert euler_number(np.zeros((4, 4, 4), dtype=bool)) == 0
    assert euler_number(ball(11, 4)) == 1
    assert euler_number(two) == 2
    assert euler_number(ring()) == 0
    assert euler_number(shell) == 2
    assert euler_number(np.ones((4, 5, 6), dtype=bool)) == 1


def test_in_the_euler_number_voxels_of_the_phase_are_joined_by_faces_alone():
    touching = np.zeros((4, 4, 4), dtype=bool)
    touching[1, 1, 1] = touching[2, 2, 2] = True
    assert euler_number(touching) == 2
    touching[1, 1, 2] = touching[1, 2, 2] = True
    assert euler_number(touching) == 1
    # The rest is joined through corners: a cavity with a corner open is none.
    cavity = np.ones((5, 5, 5), dtype=bool)
    cavity[1, 1, 1] = False
    assert euler_number(cavity) == 2
    cavity[0, 0, 0] = False
    assert euler_number(cavity) == 1


def test_a_lattice_of_channels_has_its_tunnels():
    bars = np.zeros((7, 7, 7), dtype=bool)
    for axes in ((0, 1), (0, 2), (1, 2)):
        at = [slice(None)] * 3
        for axis in axes:
            at[axis] = slice(1, None, 2)
        bars[tuple(at)] = True
    nodes, links = 27, 54
    assert euler_number(bars) == nodes - links


def test_no_module_hides_a_public_name():
    from manyeyes import measures

    # An imported module becomes an attribute of its package, before the names that it exports.
    assert not set(measures.__all__) & set(measures._MODULE_OF.values())
    assert measures.connectivity is connectivity


@pytest.mark.parametrize("measure", [connectivity, percolating])
def test_bad_input_is_refused(measure):
    with pytest.raises(ValueError, match=r"volume of bool.*uint8"):
        measure(np.ones((3, 3, 3), dtype=np.uint8), 0)
    with pytest.raises(ValueError, match="axis must be 0"):
        measure(np.ones((3, 3, 3), dtype=bool), 3)
    with pytest.raises(ValueError, match="volume of bool"):
        euler_number(np.ones((3, 3), dtype=bool))
