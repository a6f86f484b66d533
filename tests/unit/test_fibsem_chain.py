"""The whole chain on a small twin: what the acquisition did wrong is put right."""

import numpy as np
import pytest

from manyeyes.electrodes.electrode import describe_electrode
from manyeyes.fibsem.acquisition import MilledBlock, acquire, plan_acquisition
from manyeyes.fibsem.align import follow_structure, track_marks
from manyeyes.fibsem.crop import centred, common_field, place_slices
from manyeyes.fibsem.denoise import denoise, grey_pair
from manyeyes.fibsem.destripe import destriper
from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.fibsem.pores import fill_internal_pores
from manyeyes.fibsem.resample import resample
from manyeyes.fibsem.scores import LabelCounts, drift_score
from manyeyes.fibsem.shear import add_shear, part_shear
from manyeyes.fibsem.watershed import grey_histogram, seed_levels, segment

SHAPE = (50, 190, 200)
FINAL = (100, 120, 130)


def count_layers(labels, truth):
    """Count labels against truth layer by layer."""
    counts = LabelCounts()
    for found, true in zip(labels, truth, strict=True):
        counts.add(found, true)
    return counts


def run(geometry):
    """Return everything that a test may ask about."""
    description = {"kind": "nmc", "size_um": [26, 26, 26], "active_fraction": 0.5}
    block = MilledBlock(describe_electrode(description, "test", "chain"), (1.5, 4, 1.5), "y")
    plan = plan_acquisition(SHAPE, geometry, {"drift_px": 8.0}, "test", "chain")
    raw = [face.image for face in acquire(block, plan)]
    found = track_marks(raw, plan.marks_box, geometry.shear_rows)
    field = add_shear(part_shear(found, geometry).drift_px, geometry)
    crop = centred(common_field(field, SHAPE[1:], plan.first_row), geometry, FINAL, 110.0)
    filter_ = destriper({"method": "wavelet_fourier"})
    destriped = [filter_(image) for image in place_slices(raw, field, crop)]
    pairs = np.array([grey_pair(image) for image in destriped])
    smooth = list(denoise(destriped, pairs))
    labels = np.stack(list(segment(smooth, *seed_levels(grey_histogram(smooth)))))
    used = slice(crop.start[0], crop.start[0] + crop.shape[0])
    start = np.add(crop.start, [0, *(plan.field_px[used] - field[used]).mean(axis=0)])
    return block, plan, raw, field, crop, labels, tuple(start)


SQUARE = SliceGeometry(slice_thickness_nm=256, pixel_size_nm=110, field_shift_nm=180)
# The same field height on the face with rows that the microscope did not stretch.
FORESHORTENED = SliceGeometry(
    slice_thickness_nm=256, pixel_size_nm=90, field_shift_nm=180, tilt_corrected=False
)


@pytest.fixture(scope="module")
def chain():
    return run(SQUARE)


def test_slices_lie_where_they_belong(chain):
    _, plan, raw, field, *_ = chain
    before = drift_score(add_shear(np.zeros_like(field), SQUARE), plan.field_px)
    after = drift_score(field, plan.field_px)
    assert before.rms > 2
    assert after.rms < 0.2
    # Structure alone cannot do it: the marks are needed.
    filter_ = destriper({"method": "wavelet_fourier"})
    electrode = [filter_(image[plan.first_row :]) for image in raw]
    by_structure = drift_score(follow_structure(electrode, SQUARE.shear_rows), plan.field_px)
    assert by_structure.rms > 5 * after.rms


def test_labels_agree_with_the_truth(chain):
    block, _, _, _, crop, labels, start = chain
    truth = block.truth(start, crop.shape, SQUARE.voxel_size_nm)
    score = count_layers(labels, truth).score(filled=False)
    assert score["dice"] > 0.99
    assert abs(score["error_points"]) < 0.3
    assert 0.35 < score["truth_fraction"] < 0.65


def test_a_misplaced_truth_would_be_noticed(chain):
    """The agreement above is no matter of course: two voxels aside it is clearly worse."""
    block, _, _, _, crop, labels, start = chain
    aside = block.truth((start[0], start[1] + 2, start[2]), crop.shape, SQUARE.voxel_size_nm)
    assert count_layers(labels, aside).score(filled=False)["dice"] < 0.985


def test_filling_and_resampling_keep_to_the_truth(chain):
    block, _, _, _, _, labels, start = chain
    filled = fill_internal_pores(labels)
    layers = list(resample(filled.labels == 1, SQUARE.voxel_size_nm, FINAL, 110.0))
    truth = block.truth(start, FINAL, SQUARE.voxel_size_nm, (110.0,) * 3)
    score = count_layers(layers, truth).score(filled=True)
    assert score["dice"] > 0.975
    assert abs(score["error_points"]) < 1.0
    assert filled.fraction < 0.02


def test_foreshortened_rows_end_at_the_same_truth():
    block, _, _, _, _, labels, start = run(FORESHORTENED)
    layers = list(resample(labels == 1, FORESHORTENED.voxel_size_nm, FINAL, 110.0))
    truth = block.truth(start, FINAL, FORESHORTENED.voxel_size_nm, (110.0,) * 3)
    score = count_layers(layers, truth).score(filled=False)
    assert score["dice"] > 0.97
    assert abs(score["error_points"]) < 0.5
