"""Strokes of a brush on a slice."""

from typing import NamedTuple

import numba
import numpy as np

from ..labels import UNLABELLED

# Turns that a user tries before lifting the brush at an edge.
_TURNS_TRIED = 8
# Standard deviation of the change of direction from one pixel to the next, in radians: a stroke
# bends by a right angle within about 30 px.
_TURN_SD = 0.3


class Brush(NamedTuple):
    """How strokes are painted, and which labels they leave; lengths in pixels.

    Attributes
    ----------
    margin_px : float
        Distance that the brush's rim keeps from the edge. A start nearer than this is skipped.
    width_px : int
        Width of the brush, odd. Where it does not fit a narrower one is taken.
    stroke_px : float
        Mean length of a stroke; lengths are exponential.
    overshoot_share : float
        Share of strokes whose rim may cross the edge.
    overshoot_px : float
        How far.
    codes : tuple of int
        Labels on the side of active material, and on the other side.
    """

    margin_px: float
    width_px: int
    stroke_px: float
    overshoot_share: float
    overshoot_px: float
    codes: tuple[int, int]


@numba.njit(cache=True)
def paint(labels, edge, starts, target, brush, rng):
    """Paint strokes of two phases onto a slice until enough of it is labelled.

    A stroke starts at the next given pixel that is still unlabelled and takes the label of the
    side on which that pixel lies. It is a random walk in steps of one pixel that keeps its
    direction for a while, turns where the brush would come too near to the edge, and ends where
    no turn helps. Pixels that have a label keep it.

    Parameters
    ----------
    labels : ndarray of uint8, shape (y, x)
        Painted in place: 0 unlabelled, or the code of a phase.
    edge : ndarray of float32, shape (y, x)
        Distance from the edge in pixels, positive inside active material.
    starts : ndarray of int64, shape (n, 2)
        Pixels (y, x) to start from, in this order.
    target : int
        Labelled pixels of the slice at which to stop, to the pixel.
    brush : Brush
    rng : numpy.random.Generator
        For lengths, directions and overshoots.

    Returns
    -------
    strokes : int
        Number of strokes painted.
    """
    height, width = labels.shape
    done = 0
    for y in range(height):
        for x in range(width):
            if labels[y, x] != UNLABELLED:
                done += 1
    strokes = 0
    for index in range(starts.shape[0]):
        if done >= target:
            break
        y, x = starts[index, 0], starts[index, 1]
        depth = abs(edge[y, x])
        if labels[y, x] != UNLABELLED or depth < brush.margin_px:
            continue
        side = 1.0 if edge[y, x] > 0 else -1.0
        label = np.uint8(brush.codes[0] if side > 0 else brush.codes[1])
        reach = brush.margin_px
        if rng.random() < brush.overshoot_share:
            reach = -brush.overshoot_px
        radius = (brush.width_px - 1) // 2
        while radius > 0 and depth < reach + radius + 0.5:
            radius -= 1
        length = rng.exponential(brush.stroke_px)
        direction = rng.random() * 2 * np.pi
        at_y, at_x = float(y), float(x)
        strokes += 1
        walked = 0.0
        while True:
            done += _stamp(labels, round(at_y), round(at_x), radius, label, target - done)
            walked += 1.0
            if done >= target or walked >= length:
                break
            direction += _TURN_SD * rng.standard_normal()
            moved = False
            for _ in range(_TURNS_TRIED):
                to_y = at_y + np.sin(direction)
                to_x = at_x + np.cos(direction)
                row, column = round(to_y), round(to_x)
                if (
                    0 <= row < height
                    and 0 <= column < width
                    and side * edge[row, column] >= reach + radius + 0.5
                ):
                    at_y, at_x = to_y, to_x
                    moved = True
                    break
                direction = rng.random() * 2 * np.pi
            if not moved:
                break
    return strokes


@numba.njit(cache=True)
def _stamp(labels, row, column, radius, label, room):
    """Label the unlabelled pixels under a round brush, at most `room` of them; return how many."""
    painted = 0
    reach = radius * (radius + 1)  # just inside the square of the half-width, radius + 0.5
    for y in range(max(row - radius, 0), min(row + radius + 1, labels.shape[0])):
        for x in range(max(column - radius, 0), min(column + radius + 1, labels.shape[1])):
            if painted >= room:
                return painted
            near = (y - row) ** 2 + (x - column) ** 2 <= reach
            if near and labels[y, x] == UNLABELLED:
                labels[y, x] = label
                painted += 1
    return painted


def shuffled_pixels(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the pixels of a mask (y, x) in random order: rows and columns, int64 (n, 2)."""
    return rng.permutation(np.argwhere(mask))
