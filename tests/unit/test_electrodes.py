import dataclasses
import functools

import numpy as np
import pytest
from scipy import ndimage

from manyeyes.electrodes.description import KINDS, read_description
from manyeyes.electrodes.electrode import describe_electrode
from manyeyes.electrodes.rasterising import rasterise
from manyeyes.labels import truth_active

filled = functools.partial(truth_active, filled=True)

NMC = {"kind": "nmc", "size_um": [24, 26, 28], "active_fraction": 0.5}
GRAPHITE = {"kind": "graphite", "size_um": [24, 24, 24], "active_fraction": 0.6}


@pytest.fixture(scope="module")
def nmc():
    return describe_electrode(NMC, "test", "nmc")


@pytest.fixture(scope="module")
def graphite():
    return describe_electrode(GRAPHITE, "test", "graphite")


def shares(truth):
    return np.bincount(truth.ravel(), minlength=5) / truth.size


def test_whole_nmc_electrode_has_the_fractions_asked_for(nmc):
    truth = rasterise(nmc, (0, 0, 0), (120, 130, 140), 200)
    share = shares(truth)
    assert truth.dtype == np.uint8
    assert share[0] == 0
    assert share[1] + share[4] == pytest.approx(0.5, abs=0.002)
    assert share[2] == pytest.approx(0.10, abs=0.002)
    assert share[4] == pytest.approx(0.5 * 0.015, abs=0.0005)


def test_whole_graphite_electrode_has_the_fractions_asked_for(graphite):
    share = shares(rasterise(graphite, (0, 0, 0), (150, 150, 150), 160))
    assert share[1] + share[4] == pytest.approx(0.6, abs=0.002)
    assert share[2] == pytest.approx(0.06, abs=0.002)
    assert share[4] == pytest.approx(0.6 * 0.01, abs=0.0005)


@pytest.mark.parametrize("kind", ["nmc", "graphite"])
def test_radius_offset_stays_small(kind, request):
    # Else the particles' sizes would not be those of the description.
    electrode = request.getfixturevalue(kind)
    diameter = electrode.structure.description.mean_diameter_um
    assert abs(electrode.particle_level_um) < 0.02 * diameter


def test_coarse_and_fine_raster_show_the_same_electrode(nmc):
    coarse = rasterise(nmc, (2, 3, 4), (45, 45, 45), 400)
    fine = rasterise(nmc, (2, 3, 4), (135, 135, 135), 400 / 3)
    blocks = fine.reshape(45, 3, 45, 3, 45, 3)
    counts = np.stack([(blocks == code).sum(axis=(1, 3, 5)) for code in range(1, 5)])
    majority = counts.argmax(axis=0) + 1
    assert (filled(majority) == filled(coarse)).mean() > 0.97
    # Cracks are thinner than the coarse voxels, so all four codes agree somewhat less.
    assert (majority == coarse).mean() > 0.955


def test_a_block_is_the_same_wherever_it_is_cut_from(nmc):
    whole = rasterise(nmc, (0, 0, 0), (60, 60, 60), 300)
    part = rasterise(nmc, (6.0, 3.0, 9.0), (30, 40, 25), 300)
    same = whole[20:50, 10:50, 30:55] == part
    # A voxel's centre can differ by rounding, and lie on a boundary.
    assert same.mean() > 0.9999


def test_slabs_leave_no_trace(nmc, monkeypatch):
    at_once = rasterise(nmc, (0, 0, 0), (40, 50, 60), 400)
    monkeypatch.setattr("manyeyes.electrodes.rasterising._SLAB_VOXELS", 50 * 60 * 7)
    np.testing.assert_array_equal(rasterise(nmc, (0, 0, 0), (40, 50, 60), 400), at_once)


def test_voxels_may_be_longer_along_one_axis(nmc):
    fine = rasterise(nmc, (1, 1, 1), (90, 40, 40), 200)
    flat = rasterise(nmc, (1, 1, 1), (30, 40, 40), (600, 200, 200))
    # The centre of every flat voxel is the centre of the middle one of three fine voxels.
    assert (fine[1::3] == flat).mean() > 0.9999


def test_opposite_faces_are_joined(nmc):
    # So neighbouring voxels across a face differ no more than neighbours elsewhere.
    truth = filled(rasterise(nmc, (0, 0, 0), (80, 104, 112), (300, 250, 250)))
    across_face = (truth[0] != truth[-1]).mean()
    inside = (truth[1:] != truth[:-1]).mean(axis=(1, 2))
    assert inside.min() * 0.5 < across_face < inside.max() * 1.5


def test_random_fields_have_nothing_to_do_with_each_other(nmc):
    structure = nmc.structure
    fields = (structure.coarse, structure.fine, structure.binder, structure.pores)
    alike = np.corrcoef([field.nodes.ravel() for field in fields])
    assert np.allclose(alike, np.eye(4), atol=0.02)


def test_same_names_same_electrode_and_other_names_another(nmc):
    first = rasterise(nmc, (0, 0, 0), (40, 40, 40), 500)
    again = describe_electrode(NMC, "test", "nmc")
    other = describe_electrode(NMC, "test", "another")
    np.testing.assert_array_equal(rasterise(again, (0, 0, 0), (40, 40, 40), 500), first)
    assert (rasterise(other, (0, 0, 0), (40, 40, 40), 500) != first).mean() > 0.3


def test_internal_pores_lie_inside_particles(nmc):
    truth = rasterise(nmc, (0, 0, 0), (120, 130, 140), 200)
    solid = describe_electrode({**NMC, "internal_porosity": 0.0}, "test", "nmc")
    without = rasterise(solid, (0, 0, 0), (120, 130, 140), 200)
    assert not (without == 4).any()
    # All else stays as it is.
    np.testing.assert_array_equal(filled(truth), filled(without))
    np.testing.assert_array_equal(truth == 2, without == 2)


def test_cracks_are_thin_and_pores_are_round():
    def chord_through_pores(crack_share):
        changes = {"internal_porosity": 0.02, "crack_share": crack_share, "cracks_per_particle": 2}
        description = {**NMC, **changes}
        truth = rasterise(
            describe_electrode(description, "test", "nmc"), (0, 0, 0), (160, 170, 180), 150
        )
        inner = truth == 4
        faces = sum(np.count_nonzero(np.diff(inner, axis=axis)) for axis in range(3))
        return inner.sum() / faces

    assert chord_through_pores(1.0) < 0.5 * chord_through_pores(0.0)


def test_binder_gathers_between_particles(nmc):
    truth = rasterise(nmc, (0, 0, 0), (96, 104, 112), 250)
    distance = ndimage.distance_transform_edt(~filled(truth)) * 0.25
    assert distance[truth == 2].mean() < 0.7 * distance[truth == 3].mean()


def test_platelets_lie_flat(graphite):
    solid = filled(rasterise(graphite, (0, 0, 0), (120, 120, 120), 200))
    changes = [np.count_nonzero(np.diff(solid, axis=axis)) for axis in range(3)]
    assert changes[0] > 1.5 * max(changes[1:])


def test_seams_part_platelets(graphite):
    joined = describe_electrode({**GRAPHITE, "seam_um": 0.0}, "test", "graphite")

    def surface(electrode):
        solid = filled(rasterise(electrode, (0, 0, 0), (160, 160, 160), 150))
        return sum(np.count_nonzero(np.diff(solid, axis=axis)) for axis in range(3))

    assert surface(graphite) > 1.05 * surface(joined)


def test_every_key_of_a_kind_is_read():
    for kind, cls in KINDS.items():
        defaults = {
            field.name: field.default
            for field in dataclasses.fields(cls)
            if field.default is not dataclasses.MISSING
        }
        description = {"kind": kind, "size_um": [50, 50, 50], "active_fraction": 0.5, **defaults}
        assert set(description) == {"kind", *(field.name for field in dataclasses.fields(cls))}
        assert read_description(description) == read_description(
            {key: description[key] for key in ("kind", "size_um", "active_fraction")}
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "silicon"}, "kind must be one of nmc, graphite"),
        ({"diameter": 5}, "unknown key diameter"),
        ({"rounded_share": 0.5}, "unknown key rounded_share"),
        ({"active_fraction": 1.2}, "active_fraction must be a number between"),
        ({"active_fraction": "0.5"}, "active_fraction must be a number between"),
        ({"active_fraction": float("nan")}, "active_fraction must be a number between"),
        ({"active_fraction": True}, "active_fraction must be a number between"),
        ({"ln_sigma": -0.1}, "ln_sigma must be a number between"),
        ({"size_um": [20, 20]}, "size_um must be three positive lengths"),
        ({"size_um": [20, 20, -1]}, "size_um must be three positive lengths"),
        ({"size_um": 20}, "size_um must be three positive lengths"),
        ({"size_um": [12, 30, 30]}, "size_um must be at least the longest particle"),
        ({"aspect_range": [0.9, 0.5]}, "aspect_range must be two numbers"),
        ({"aspect_range": 0.5}, "aspect_range must be two numbers"),
        ({"active_fraction": 0.8, "cbd_fraction": 0.2}, "cbd_fraction must be at most"),
        ({"cracks_per_particle": 0.0}, "raise cracks_per_particle"),
        ({"internal_porosity": 0.3, "crack_share": 0, "internal_pore_length_um": 4}, "lower it or"),
        ({"seam_um": 5.0, "active_fraction": 0.7}, "lower seam_um"),
    ],
)
def test_impossible_descriptions_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        describe_electrode({**NMC, **change}, "test")


def test_a_description_is_a_complete_mapping():
    with pytest.raises(ValueError, match="needs size_um and active_fraction"):
        read_description({"kind": "nmc"})
    with pytest.raises(ValueError, match="not str"):
        read_description("nmc")


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (((-1, 0, 0), (8, 8, 8), 400), "not within the electrode"),
        (((0, 0, 0), (8, 8, 80), 400), "not within the electrode"),
        (((0, 0), (8, 8, 8), 400), "origin_um must be three numbers"),
        (((0, 0, 0), (8, 8), 400), "shape must be three positive whole numbers"),
        (((0, 0, 0), (8, 0, 8), 400), "shape must be three positive whole numbers"),
        (((0, 0, 0), (8, 8.5, 8), 400), "shape must be three positive whole numbers"),
        (((0, 0, 0), (8, 8, 8), 0), "voxel_size_nm must be"),
        (((0, 0, 0), (8, 8, 8), (400, 400)), "voxel_size_nm must be"),
        (((0, 0, 0), (8, 8, 8), float("nan")), "voxel_size_nm must be"),
    ],
)
def test_impossible_blocks_are_named(nmc, block, message):
    with pytest.raises(ValueError, match=message):
        rasterise(nmc, *block)
