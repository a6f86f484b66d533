"""Fig. S8: the segmented FIB-SEM block as a solid, whole and cut open."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Patch

from . import rendering, style, words
from .choosing import of_fibsem_chain
from .figure import CHAIN, Figure

COLOURS = {
    rendering.SURFACE: ("surface of particles", "#f7efda"),
    rendering.END: ("particles cut by the block's end", "#eeb06e"),
    rendering.SECTION: ("particles cut open", "#74b0de"),
}
VIEW = rendering.View(azimuth_degrees=64.0, elevation_degrees=28.0)
CUT_AWAY = (0.5, 0.55, 0.5)
_MOST_COLUMNS = 1600
# Enough for each voxel of the longest edge; more columns show no more of a small block.
_COLUMNS_A_VOXEL = 6
_PANEL_MM = 140.0


@style.styled
def draw(active: np.ndarray, voxel_size_nm: float, origins: Mapping[str, str]) -> Drawing:
    """Return two views of a block: whole, and with the corner nearest to the eye taken off.

    Parameters
    ----------
    active : ndarray of bool, shape (z, y, x)
        Active material; slices follow each other along z, rows go down.
    voxel_size_nm : float
        Edge of its cubic voxels, nm.
    origins : mapping of str to origin
        Where the block comes from.

    Returns
    -------
    Drawing
    """
    size_um = voxel_size_nm / 1000.0
    edges_um = np.array(active.shape) * size_um
    columns = min(_MOST_COLUMNS, _COLUMNS_A_VOXEL * max(active.shape))
    pictures = [
        rendering.render(active, size_um, VIEW, columns=columns, cut_away=cut)
        for cut in (None, CUT_AWAY)
    ]
    rows, columns = pictures[0].kind.shape
    height_mm = 2 * _PANEL_MM * rows / columns + 32
    figure = style.new_figure(_PANEL_MM, min(height_mm, style.PAGE_MM))
    for axes, picture, cut, letter, title in zip(
        figure.subplots(2, 1),
        pictures,
        (None, CUT_AWAY),
        style.letters(),
        ("The whole block", "The corner nearest to the eye taken off"),
        strict=False,
    ):
        axes.imshow(_coloured(picture), extent=picture.extent_um, interpolation="antialiased")
        _draw_edges(axes, edges_um, cut)
        axes.set_axis_off()
        style.panel_letter(axes, letter, title)
    _label_edges(figure.axes[0], edges_um)
    handles = [Patch(fc=c, ec="black", lw=0.4, label=name) for name, c in COLOURS.values()]
    style.legend_above(figure, handles)
    style.footnote(
        figure,
        f"Labels after filling of internal pores, cubic voxels of {voxel_size_nm:g} nm. Parallel "
        "projection: a length along an edge has the same scale everywhere. Pore and "
        "carbon-binder domain are left out; holes that remain reach the block's end or the outside "
        "of their particle.",
        words.origin_sentence(origins),
    )
    return figure


def _coloured(picture: rendering.Picture) -> np.ndarray:
    """Return the picture in colours; float64 (rows, columns, 3)."""
    colours = np.ones((max(COLOURS) + 1, 3))
    for kind, (_, colour) in COLOURS.items():
        colours[kind] = to_rgb(colour)
    return colours[picture.kind] * picture.brightness[..., None]


def _near(edges_um: np.ndarray) -> np.ndarray:
    """Return the corner nearest to the eye, and the way from it along each edge, um; (2, 3)."""
    corner = np.where(VIEW.axes[2] > 0, 0.0, edges_um)
    return np.stack([corner, np.where(corner > 0, -edges_um, edges_um)])


def _draw_edges(axes: Axes, edges_um: np.ndarray, cut: tuple[float, float, float] | None) -> None:
    """Draw the outlines of the faces that are seen; nothing lies before them."""
    corner, way = _near(edges_um)
    shares = np.array(cut or (0.0, 0.0, 0.0))
    for axis in range(3):
        first, second = (a for a in range(3) if a != axis)
        s, t = shares[first], shares[second]
        outline = [(s, 0), (1, 0), (1, 1), (0, 1), (0, t), (s, t), (s, 0)]
        _draw_outline(axes, corner, way, axis, 0.0, outline)
        if cut:
            outline = [(0, 0), (s, 0), (s, t), (0, t), (0, 0)]
            _draw_outline(axes, corner, way, axis, shares[axis], outline)


def _draw_outline(axes, corner, way, axis, depth, outline) -> None:
    """Draw a polygon of the plane that lies at a share of the way along an axis."""
    points = np.insert(np.array(outline, dtype=float), axis, depth, axis=1)
    flat = VIEW.project(corner + points * way)
    axes.plot(*flat.T, color="#333333", lw=0.5, solid_joinstyle="round")


def _label_edges(axes: Axes, edges_um: np.ndarray) -> None:
    """Write the lengths of three edges outside of the block, along them."""
    corner, way = _near(edges_um)
    names = ("across slices", "down the face", "along the face")
    middle = VIEW.project(edges_um / 2)
    # Edges of the outline that meet nothing else: from which corner, and along which axis.
    for axis, begin in ((0, (0, 1, 0)), (1, (1, 0, 0)), (2, (0, 1, 0))):
        begin_um = corner + np.array(begin) * way
        end_um = begin_um + np.eye(3)[axis] * way
        a, b = VIEW.project(begin_um), VIEW.project(end_um)
        centre = (a + b) / 2
        along = (b - a) / np.linalg.norm(b - a)
        outward = np.array([-along[1], along[0]])
        outward *= np.sign(outward @ (centre - middle))
        # Rows of the picture go down, so angles turn the other way; text is never upside down.
        angle = -np.degrees(np.arctan2(along[1], along[0]))
        angle = (angle + 90) % 180 - 90
        axes.annotate(
            f"{edges_um[axis]:.3g} µm {names[axis]}",
            centre,
            xytext=7 * np.array([outward[0], -outward[1]]),
            textcoords="offset points",
            ha="center",
            va="center",
            rotation=angle,
            fontsize=6.5,
        )


FIGURE = Figure(
    title="The FIB-SEM block, segmented, as a solid",
    category=CHAIN,
    order=8,
    requires="a baseline",
    needs=of_fibsem_chain("volume", "block"),
    draw=lambda data: draw(
        data.fibsem["volume"] == 1, float(data.fibsem["block"]["voxel_size_nm"]), data.origins
    ),
    caption="""
The segmented FIB-SEM block as a solid, (a) whole, (b) with the corner nearest to the eye removed.
Active material only, internal pores filled, resampled to cubes. Holes that remain reach the end
of the block or the outside of their particle. The projection is parallel, so that lengths along
an edge have one scale. Light comes from one lamp and from the part of the sky that a point sees.

Corresponds to Fig. S8 of Bailey et al. 2023.
""",
)
