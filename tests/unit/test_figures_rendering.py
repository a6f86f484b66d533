"""Rays cast at solids whose pictures are known."""

import numba
import numpy as np
import pytest

from manyeyes.figures.rendering import (
    END,
    NOTHING,
    SECTION,
    SURFACE,
    View,
    render,
)

STRAIGHT = View(azimuth_degrees=0.0, elevation_degrees=0.0)
OBLIQUE = View(azimuth_degrees=50.0, elevation_degrees=25.0)


@pytest.fixture(scope="module")
def ball():
    z, y, x = np.ogrid[:40, :40, :40]
    return (z - 19.5) ** 2 + (y - 19.5) ** 2 + (x - 19.5) ** 2 < 15**2


def test_the_axes_of_a_view_stand_upright_on_each_other():
    assert OBLIQUE.axes @ OBLIQUE.axes.T == pytest.approx(np.eye(3), abs=1e-12)
    # From before the first slice: x goes right, rows go down, slices go into the picture.
    assert STRAIGHT.axes == pytest.approx(np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]]), abs=1e-12)


@pytest.mark.parametrize("view", [STRAIGHT, OBLIQUE])
def test_a_ball_is_a_disc_from_everywhere(ball, view):
    picture = render(ball, 0.5, view, columns=160)
    left, right, bottom, top = picture.extent_um
    area = (picture.kind == SURFACE).mean() * (right - left) * (bottom - top)
    assert area == pytest.approx(np.pi * 7.5**2, rel=0.02)
    assert set(np.unique(picture.kind)) == {NOTHING, SURFACE}


def test_light_comes_from_above(ball):
    picture = render(ball, 0.5, STRAIGHT, columns=80)
    lit = np.where(picture.kind == SURFACE, picture.brightness, np.nan)
    assert np.nanmean(lit[:40]) > np.nanmean(lit[40:]) + 0.1


def test_a_full_block_shows_its_ends_only_and_fills_its_outline():
    picture = render(np.ones((10, 12, 14), bool), 1.0, STRAIGHT, columns=140)
    assert picture.extent_um == pytest.approx((0, 14, 12, 0))
    assert (picture.kind == END).all()


def test_cutting_open_shows_sections_where_the_corner_was():
    picture = render(np.ones((10, 12, 14), bool), 1.0, STRAIGHT, columns=140, cut_away=(0.5,) * 3)
    # A quarter of the face is gone, and what lies behind it is a section.
    assert (picture.kind == SECTION).mean() == pytest.approx(0.25, abs=0.01)
    assert (picture.kind == END).mean() == pytest.approx(0.75, abs=0.01)


def test_nothing_floats_where_the_corner_was_cut_off():
    full = np.ones((12, 12, 12), bool)
    view = View(azimuth_degrees=45.0, elevation_degrees=30.0)
    picture = render(full, 1.0, view, columns=120, cut_away=(0.5,) * 3)
    corner = view.project(np.array([0.0, 0.0, 12.0]))
    left, right, bottom, top = picture.extent_um
    column = int((corner[0] - left) / (right - left) * picture.kind.shape[1])
    row = int((corner[1] - top) / (bottom - top) * picture.kind.shape[0])
    around = picture.kind[row - 5 : row + 6, column - 5 : column + 6]
    assert (around == SECTION).all()


def test_a_gap_between_walls_is_darker_than_an_open_floor():
    floor = np.zeros((40, 40, 40), bool)
    floor[30:] = True
    walled = floor.copy()
    walled[:, :, :17] = walled[:, :, 23:] = True
    middle = (slice(60, 100), slice(78, 82))
    open_, narrow = (render(v, 0.5, STRAIGHT, columns=160).brightness for v in (floor, walled))
    assert narrow[middle].mean() < open_[middle].mean() - 0.2


def test_the_picture_does_not_depend_on_threads(ball):
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        one = render(ball, 0.5, OBLIQUE, columns=90, cut_away=(0.5, 0.5, 0.5))
        numba.set_num_threads(min(3, numba.config.NUMBA_NUM_THREADS))
        three = render(ball, 0.5, OBLIQUE, columns=90, cut_away=(0.5, 0.5, 0.5))
    finally:
        numba.set_num_threads(before)
    assert np.array_equal(one.brightness, three.brightness)
    assert np.array_equal(one.kind, three.kind)


def test_what_cannot_be_rendered_is_refused(ball):
    with pytest.raises(ValueError, match="expected a volume"):
        render(ball[0], 0.5, STRAIGHT, columns=100)
    with pytest.raises(ValueError, match="cut_away takes shares"):
        render(ball, 0.5, STRAIGHT, columns=100, cut_away=(1.0, 1.0, 1.0))
