"""The outline of a block in a rendered picture, and the lengths of its edges."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from .rendering import View


class Edges(NamedTuple):
    """The block as seen by the eye.

    Attributes
    ----------
    lengths : ndarray, shape (3,)
        um, along (z, y, x).
    corner : ndarray, shape (3,)
        The corner nearest to the eye, um.
    way : ndarray, shape (3,)
        From it to the other end of each edge, um, with sign.
    view : View
    """

    lengths: np.ndarray
    corner: np.ndarray
    way: np.ndarray
    view: View

    @classmethod
    def of_block(cls, lengths: np.ndarray, view: View) -> "Edges":
        """Return the edges of a block from one side."""
        corner = np.where(view.axes[2] > 0, 0.0, lengths)
        return cls(lengths, corner, np.where(corner > 0, -lengths, lengths), view)

    def at(self, shares: np.ndarray) -> np.ndarray:
        """Return where shares (..., 3) of the way along the edges lie in the picture; (..., 2)."""
        return self.view.project(self.corner + shares * self.way)


def draw_edges(axes: Axes, edges: Edges, cut: tuple[float, float, float] | None, **line) -> None:
    """Draw the outlines of the visible faces; nothing lies in front of them.

    Parameters
    ----------
    axes : Axes
        Shows a `Picture` in um.
    edges : Edges
    cut : tuple of float or None
        As of `render`.
    **line
        Keywords of lines.
    """
    line = {"color": "#333333", "lw": 0.5} | line
    shares = np.array(cut or (0.0, 0.0, 0.0))
    for axis in range(3):
        s, t = np.delete(shares, axis)
        # Polygons in the plane at some depth along the axis.
        outlines = {0.0: [(s, 0), (1, 0), (1, 1), (0, 1), (0, t), (s, t), (s, 0)]}
        if cut:
            outlines[shares[axis]] = [(0, 0), (s, 0), (s, t), (0, t), (0, 0)]
        for depth, outline in outlines.items():
            points = np.insert(np.array(outline, dtype=float), axis, depth, axis=1)
            axes.plot(*edges.at(points).T, solid_joinstyle="round", **line)


def label_edges(axes: Axes, edges: Edges, names: Sequence[str] = ("", "", "")) -> None:
    """Write the lengths of three edges, and what they run along, beside them, outside the block."""
    middle = edges.view.project(edges.lengths / 2)
    # Edges of the outline that meet no others: along which axis, and from which corner.
    for axis, begin in ((0, (0, 1, 0)), (1, (1, 0, 0)), (2, (0, 1, 0))):
        a, b = edges.at(np.array([begin, begin + np.eye(3)[axis]]))
        centre = (a + b) / 2
        along = (b - a) / np.linalg.norm(b - a)
        outward = np.array([-along[1], along[0]])
        outward *= np.sign(outward @ (centre - middle))
        # Rows go down, so angles change sign; text is never upside down.
        angle = -np.degrees(np.arctan2(along[1], along[0]))
        angle = (angle + 90) % 180 - 90
        axes.annotate(
            f"{edges.lengths[axis]:.3g} µm {names[axis]}".rstrip(),
            centre,
            xytext=7 * np.array([outward[0], -outward[1]]),
            textcoords="offset points",
            ha="center",
            va="center",
            rotation=angle,
            fontsize=6.5,
        )
