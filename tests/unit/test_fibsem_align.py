import numpy as np
import pytest
from scipy import ndimage

from manyeyes.fibsem.align import _reconcile, follow_structure, track_marks
from manyeyes.fibsem.drift import draw_drift
from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.fibsem.marks import draw_lines, paint_coat
from manyeyes.fibsem.registration import register
from manyeyes.fibsem.scores import drift_score
from manyeyes.fibsem.shear import add_shear, part_shear

GEOMETRY = SliceGeometry(slice_thickness_nm=256, pixel_size_nm=55, field_shift_nm=190)


def scene(seed=3, size=400):
    """Return a smooth random image, larger than a field."""
    draw = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(draw.standard_normal((size, size)), 12)
    return ndimage.gaussian_filter(np.where(field > 0, 170.0, 60.0), 1.0)


def view(image, at, shape, seed):
    """Return a noisy 8-bit field of an image that begins at a fractional place."""
    rows = np.arange(shape[0])[:, None] + at[0] + 100
    columns = np.arange(shape[1])[None, :] + at[1] + 100
    seen = ndimage.map_coordinates(image, np.broadcast_arrays(rows, columns), order=3)
    noise = np.random.default_rng(seed).normal(0, 10, shape)
    return np.clip(seen + noise, 0, 255).astype(np.uint8)


def columns_of_nothing_but_drift(count, shape=(150, 170), furthest=15.0):
    """Return slices of one and the same image, so that all motion is drift, and the fields."""
    field = add_shear(draw_drift(count, furthest, "test"), GEOMETRY)
    image = scene()
    return [view(image, at, shape, k) for k, at in enumerate(field)], field


@pytest.mark.parametrize("true", [(0.0, 0.0), (0.37, -0.81), (-7.3, 11.6)])
def test_displacements_are_found_to_a_small_part_of_a_pixel(true):
    image = scene()
    fixed = ndimage.gaussian_filter(view(image, (0, 0), (180, 200), 1).astype(np.float32), 1.5)
    moving = view(image, (-true[0], -true[1]), (180, 200), 2).astype(np.float32)
    # Brightness and contrast of the two differ.
    moving = ndimage.gaussian_filter(0.8 * moving + 20, 1.5)
    weight = np.outer(np.hanning(180), np.hanning(200)).astype(np.float32)
    found = register(fixed, moving, weight)
    assert found.likeness > 0.95
    assert found.displacement == pytest.approx(true, abs=0.1)


def test_nothing_to_register_by_is_said():
    flat = np.full((50, 50), 7, np.float32)
    stripes = np.tile(np.sin(np.arange(50) / 3), (50, 1)).astype(np.float32)
    weight = np.ones((50, 50), np.float32)
    for image in (flat, stripes):
        with pytest.raises(ValueError, match="nothing to register by"):
            register(image, image, weight, (0.0, 0.0))
    with pytest.raises(ValueError, match="one shape"):
        register(flat, flat[1:], weight)


def test_fast_drift_of_an_unchanging_structure_is_found():
    slices, field = columns_of_nothing_but_drift(40)
    found = follow_structure(slices, GEOMETRY.shear_rows, believed_slices=1e3)
    # All but the straight line, which is left to the geometry.
    line = np.arange(40)
    trend = [np.polyfit(line, field[:, axis], 1)[0] for axis in (0, 1)]
    field = field + line[:, None] * (np.array([GEOMETRY.shear_rows, 0]) - trend)
    assert drift_score(found, field).rms < 0.25


def test_slow_motion_is_not_believed():
    """Particles that lean move steadily from slice to slice; only the geometry's shear is kept."""
    image = scene()
    leaning = [view(image, (0.0, 0.4 * k), (150, 170), k) for k in range(30)]
    found = follow_structure(leaning, GEOMETRY.shear_rows)
    assert found[:, 1] == pytest.approx(np.zeros(30), abs=0.5)
    assert found[:, 0] == pytest.approx(GEOMETRY.shear_rows * np.arange(30), abs=0.5)


def test_several_neighbours_outvote_a_bad_slice():
    slices, field = columns_of_nothing_but_drift(20, furthest=5.0)
    slices[9] = view(scene(seed=99), (0, 0), slices[9].shape, 9)
    others = np.arange(20) != 9

    def error(lags):
        found = follow_structure(slices, GEOMETRY.shear_rows, lags=lags, believed_slices=1e3)
        left = found[others] - field[others]
        line = np.arange(20)[others]
        left = left - np.outer(line, np.polyfit(line, left, 1)[0])
        return np.sqrt(np.mean((left - left.mean(axis=0)) ** 2))

    assert error((1, 2, 3)) < 0.5 * error((1,))


@pytest.mark.parametrize("settings", [{"lags": (2, 3)}, {"believed_slices": 0}])
def test_structure_needs_sense(settings):
    slices = [np.zeros((40, 40), np.uint8)] * 5
    with pytest.raises(ValueError, match=r"lag|believed_slices"):
        follow_structure(slices, 0.0, **settings)
    with pytest.raises(ValueError, match="at least three slices"):
        follow_structure(slices[:2], 0.0)


def marked(count, structure_moves, furthest=15.0):
    """Return slices with tracking lines over a structure of its own motion, fields and the box."""
    shape = (130, 260)
    field = add_shear(draw_drift(count, furthest, "marks"), GEOMETRY)
    field -= field[0]
    lines = draw_lines(300, "test")
    top = field[:, 0].max() + 5
    image = scene(size=520)
    slices = []
    for k, at in enumerate(field):
        seen = view(image, at + structure_moves * k, shape, k).astype(np.float32)
        places = [np.arange(n) + 0.5 + begin for n, begin in zip(shape, at, strict=True)]
        paint_coat(seen, *places, (top, top + 36), lines)
        noise = np.random.default_rng(1000 + k).normal(0, 8, shape)
        slices.append(np.clip(seen + noise, 0, 255).astype(np.uint8))
    return slices, field, (int(top) - 4, int(top) + 32, 20, 240)


def test_marks_give_the_field_whatever_the_structure_does():
    slices, field, box = marked(60, structure_moves=np.array([0.3, -0.5]))
    found = track_marks(slices, box, GEOMETRY.shear_rows)
    score = drift_score(found, field)
    assert score.rms < 0.15
    assert score.furthest < 0.5


def test_a_line_ends_at_its_share_of_the_coat():
    image = np.full((60, 20), 100, np.float32)
    places = np.arange(60) + 0.5, np.arange(20) + 0.5
    paint_coat(image, *places, (10, 50), np.array([[10, 3, 0.4]]))
    # above the coat, line, coat below the line, face
    assert image[[5, 20, 30, 55], 10].tolist() == [15, 35, 150, 100]
    assert image[20, 2] == 150


def test_a_difference_counts_by_the_inverse_square_of_its_lag():
    pairs = np.array([[0, 1], [1, 2], [0, 2]])
    measured = np.array([[1.0, 0], [1.0, 0], [3.0, 0]])
    # the loop does not close by 1: each step takes 1/6 of it, the double step 4/6
    found = _reconcile(3, pairs, measured, np.ones(3))
    assert found[:, 0] == pytest.approx([0, 7 / 6, 7 / 3])


def test_marks_that_leave_the_field_are_named():
    slices, _, box = marked(60, structure_moves=np.zeros(2))
    down = [np.roll(image, 3 * k, axis=0) for k, image in enumerate(slices)]
    with pytest.raises(ValueError, match="leave the field at slice"):
        track_marks(down, box, GEOMETRY.shear_rows - 3)
    with pytest.raises(ValueError, match="does not lie"):
        track_marks(slices, (0, 400, 0, 20), 0.0)


def test_shear_and_drift_part_and_join():
    drift = draw_drift(50, 4.0, "test")
    field = add_shear(drift, GEOMETRY)
    motion = part_shear(field, GEOMETRY)
    assert motion.drift_px == pytest.approx(drift)
    assert motion.shear_rows == GEOMETRY.shear_rows
    assert add_shear(motion.drift_px, GEOMETRY) == pytest.approx(field)
    assert not motion.doubtful


def test_a_wrong_thickness_shows_as_a_steady_motion():
    field = add_shear(np.zeros((200, 2)), GEOMETRY)
    thinner = SliceGeometry(slice_thickness_nm=230, pixel_size_nm=55, field_shift_nm=190)
    motion = part_shear(field, thinner)
    assert motion.steady_rows == pytest.approx(GEOMETRY.shear_rows - thinner.shear_rows)
    assert motion.doubtful
    with pytest.raises(ValueError, match="two slices"):
        part_shear(field[:1], GEOMETRY)


def test_drift_score_leaves_out_a_common_offset_only():
    true = draw_drift(30, 5.0, "test")
    score = drift_score(true + np.array([3.0, -2.0]), true)
    assert score.rms == pytest.approx(0, abs=1e-9)
    assert score.offset == pytest.approx((3, -2))
    tilted = drift_score(true + np.linspace(-1, 1, 30)[:, None] * [1, 0], true)
    assert tilted.rms == pytest.approx(np.linspace(-1, 1, 30).std())
    assert tilted.rms_columns == pytest.approx(0, abs=1e-9)
    assert tilted.furthest == pytest.approx(1)
    with pytest.raises(ValueError, match="do not compare"):
        drift_score(true, true[1:])
