import numpy as np
import pytest

from manyeyes.electrodes.electrode import describe_electrode
from manyeyes.fibsem.acquisition import (
    Block,
    acquire,
    plan_acquisition,
    to_electrode_axes,
    to_stack_axes,
)
from manyeyes.fibsem.curtains import curtain_field, draw_profiles
from manyeyes.fibsem.drift import draw_drift
from manyeyes.fibsem.geometry import SliceGeometry

GEOMETRY = SliceGeometry(slice_thickness_nm=256, pixel_size_nm=110, field_shift_nm=150)
SHAPE = (12, 90, 100)
FAULTS = {"drift_px": 4.0, "coat_um": 1.5}


@pytest.fixture(scope="module")
def block():
    description = {"kind": "nmc", "size_um": [24, 24, 24], "active_fraction": 0.5}
    return Block(describe_electrode(description, "test", "fibsem"), (2, 3, 4), "y")


def test_shear_is_the_cotangent_of_the_tilt():
    still = SliceGeometry(slice_thickness_nm=256, pixel_size_nm=55)
    assert still.shear_rows == pytest.approx(256 / np.tan(np.radians(52)) / 55)
    assert SliceGeometry(slice_thickness_nm=256, pixel_size_nm=55, tilt_degrees=90).shear_rows == (
        pytest.approx(0, abs=1e-12)
    )


def test_foreshortened_rows_stand_for_more_of_the_face_and_move_the_same_length():
    square = SliceGeometry(slice_thickness_nm=256, pixel_size_nm=55)
    squeezed = SliceGeometry(slice_thickness_nm=256, pixel_size_nm=55, tilt_corrected=False)
    assert squeezed.row_size_nm == pytest.approx(55 / np.sin(np.radians(52)))
    assert squeezed.shear_rows * squeezed.row_size_nm == pytest.approx(square.shear_rows * 55)
    # Uncorrected, a recession of t appears as t cos(tilt) in the image.
    assert squeezed.shear_rows == pytest.approx(256 * np.cos(np.radians(52)) / 55)


@pytest.mark.parametrize(
    "wrong", [{"slice_thickness_nm": 0}, {"pixel_size_nm": -1}, {"tilt_degrees": 0}]
)
def test_impossible_geometries_are_named(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SliceGeometry(**{"slice_thickness_nm": 256, "pixel_size_nm": 55} | wrong)


def test_drift_goes_exactly_as_far_as_asked_and_accumulates():
    drift = draw_drift(300, 15.0, "test")
    assert np.abs(drift).max(axis=0) == pytest.approx([15, 15])
    assert (drift[0] == 0).all()
    # A random walk: the spread of differences grows with the square root of the lag.
    step = [np.sqrt(np.mean((drift[lag:] - drift[:-lag]) ** 2)) for lag in (1, 16)]
    assert 2.5 < step[1] / step[0] < 6.5


def test_curtains_are_as_strong_as_asked_and_persist():
    profiles = np.array(list(draw_profiles(200, 400, 12.0, "test")))
    assert profiles.std() == pytest.approx(12, rel=0.05)
    alike = np.mean(profiles[1:] * profiles[:-1]) / np.mean(profiles**2)
    assert alike == pytest.approx(0.8, abs=0.05)


def test_the_first_slice_has_curtains_as_strong_as_the_others():
    first = [next(iter(draw_profiles(1, 400, 12.0, "test", seed))) for seed in range(40)]
    assert np.sqrt(np.mean(np.square(first))) == pytest.approx(12, rel=0.05)


def test_noise_is_as_strong_as_the_contrast_asks_and_new_on_every_slice(block):
    faults = FAULTS | {"curtain_strength": 0.0, "brightness_drift": 0.0, "drift_px": 0.0}
    # slices so thin that two show the same face
    thin = SliceGeometry(slice_thickness_nm=1e-3, pixel_size_nm=110, tilt_degrees=90)
    plan = plan_acquisition((2, *SHAPE[1:]), thin, faults | {"contrast_to_noise": 5.0}, "test")
    first, second = acquire(block, plan)
    assert np.array_equal(first.truth, second.truth)
    inside = first.truth == 1
    for axis in (0, 1):
        inside &= np.roll(inside, 2, axis) & np.roll(inside, -2, axis)
    greys = np.array([face.image[inside] for face in (first, second)], float)
    # active material is 145 levels brighter than pores
    assert greys.std(axis=1) == pytest.approx(145 / 5, rel=0.1)
    assert abs(np.corrcoef(greys)[0, 1]) < 0.1


def test_the_record_explains_the_images(block):
    """Taken apart by its own record, an acquisition is the truth's grey levels and shot noise."""
    plan = plan_acquisition(SHAPE, GEOMETRY, FAULTS, "test")
    settings = plan.faults
    gain = ((settings.grey_active - settings.grey_pore) / settings.contrast_to_noise) ** 2
    gain /= settings.grey_active
    for k, face in enumerate(acquire(block, plan)):
        without = face.image - curtain_field(face.curtains, SHAPE[1])
        for code, grey in ((1, settings.grey_active), (3, settings.grey_pore)):
            inside = face.truth == code
            for axis in (0, 1):
                inside = inside & np.roll(inside, 2, axis) & np.roll(inside, -2, axis)
            if code == 3:
                # Curtains push dark pixels below zero, where they are clipped.
                inside &= curtain_field(face.curtains, SHAPE[1]) > -10
            if inside.sum() < 300:
                continue
            expected = plan.brightness[k] * grey
            error = 5 * np.sqrt(gain * expected / inside.sum())
            assert without[inside].mean() == pytest.approx(expected, abs=error + 0.6)


def test_each_slice_shows_the_electrode_where_its_field_lies(block):
    plan = plan_acquisition(SHAPE, GEOMETRY, FAULTS | {"coat_um": 0.0}, "test")
    assert plan.field_px[:, 0] - plan.drift_px[:, 0] == pytest.approx(
        GEOMETRY.shear_rows * np.arange(SHAPE[0])
    )
    slices = list(acquire(block, plan))
    for k in (0, 7):
        start = (k, *plan.field_px[k])
        truth = block.truth(start, (1, *SHAPE[1:]), GEOMETRY.voxel_size_nm)[0]
        assert np.array_equal(slices[k].truth, truth)


def test_a_finer_grid_at_the_same_place_shows_the_same_truth(block):
    sizes = GEOMETRY.voxel_size_nm
    coarse = block.truth((2, 5, 6), (1, 40, 40), sizes)
    fine = block.truth((2, 5, 6), (3, 120, 120), sizes, tuple(size / 3 for size in sizes))
    # Every third voxel's centre is the centre of a coarse voxel.
    assert (fine[1::3, 1::3, 1::3] == coarse).mean() > 0.999


def test_the_coat_stays_in_view_and_below_it_is_electrode(block):
    plan = plan_acquisition(SHAPE, GEOMETRY, FAULTS, "test")
    for k, face in enumerate(acquire(block, plan)):
        top = plan.coat_rows[0] - plan.field_px[k, 0]
        assert top >= 3
        electrode = np.flatnonzero((face.truth != 0).all(axis=1))
        assert electrode[0] == pytest.approx(plan.coat_rows[1] - plan.field_px[k, 0], abs=1)
    assert (next(iter(acquire(block, plan))).truth[plan.first_row :] > 0).all()


def test_same_names_same_bytes_and_slices_do_not_hang_on_earlier_draws(block):
    plan = plan_acquisition(SHAPE, GEOMETRY, FAULTS, "test")
    once = [face.image for face in acquire(block, plan)]
    again = [face.image for face in acquire(block, plan)]
    other = next(iter(acquire(block, plan_acquisition(SHAPE, GEOMETRY, FAULTS, "other"))))
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    assert not np.array_equal(once[0], other.image)


def test_charging_brightens_behind_edges_of_pores_only(block):
    calm = plan_acquisition(SHAPE, GEOMETRY, FAULTS, "test")
    charged = plan_acquisition(SHAPE, GEOMETRY, FAULTS | {"charging": 40.0}, "test")
    a, b = next(iter(acquire(block, calm))), next(iter(acquire(block, charged)))
    pore = a.truth == 3
    entered = np.zeros(pore.shape, bool)
    entered[:, 1:] = pore[:, 1:] & ~pore[:, :-1]
    gained = b.image.astype(float) - a.image
    assert gained[entered].mean() > 20
    never = (a.truth > 0) & ~np.maximum.accumulate(entered, axis=1)
    assert abs(gained[never].mean()) < 2


def test_a_field_that_does_not_follow_the_face_is_refused():
    still = SliceGeometry(slice_thickness_nm=256, pixel_size_nm=55)
    with pytest.raises(ValueError, match="field_shift_nm"):
        plan_acquisition((338, 620, 700), still, {}, "test")


@pytest.mark.parametrize("wrong", [{"drift_px": -1.0}, {"charging": float("nan")}])
def test_wrong_faults_are_named(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        plan_acquisition(SHAPE, GEOMETRY, wrong, "test")


def test_rows_run_along_z_unless_slices_do():
    assert to_stack_axes(("z", "y", "x"), "z") == ("z", "y", "x")
    assert to_stack_axes(("z", "y", "x"), "y") == ("y", "z", "x")
    assert to_stack_axes(("z", "y", "x"), "x") == ("x", "z", "y")


def test_unknown_slicing_axis_is_refused():
    with pytest.raises(ValueError, match="slicing_axis"):
        Block(None, (0, 0, 0), "w")


@pytest.mark.parametrize("axis", ["z", "y", "x"])
def test_axes_go_back_and_forth(axis):
    assert to_stack_axes(to_electrode_axes((1, 2, 3), axis), axis) == (1, 2, 3)
    assert to_electrode_axes((1, 2, 3), axis)["zyx".index(axis)] == 1
