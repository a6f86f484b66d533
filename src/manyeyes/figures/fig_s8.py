"""Fig. S8: the segmented FIB-SEM block as a solid, whole and cut open."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Patch

from ..labels import ACTIVE
from . import rendering, style, words
from .block_edges import Edges, draw_edges, label_edges
from .choosing import of_fibsem_chain
from .figure import CHAIN, Figure, FigureData

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
def draw(data: FigureData) -> Drawing:
    """Return two views of the block: whole, and without the corner nearest to the eye."""
    active = data.fibsem["volume"] == ACTIVE
    voxel_size_nm = float(data.fibsem["block"]["voxel_size_nm"])
    size_um = voxel_size_nm / 1000.0
    edges = Edges.of_block(np.array(active.shape) * size_um, VIEW)
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
        draw_edges(axes, edges, cut)
        axes.set_axis_off()
        style.panel_letter(axes, letter, title)
    label_edges(figure.axes[0], edges, ("across slices", "down the face", "along the face"))
    handles = [Patch(fc=c, ec="black", lw=0.4, label=name) for name, c in COLOURS.values()]
    style.legend_above(figure, handles)
    style.footnote(
        figure,
        f"Labels after filling of internal pores, cubic voxels of {voxel_size_nm:g} nm. Parallel "
        "projection: a length along an edge has the same scale everywhere. Pore and "
        "carbon-binder domain are left out; holes that remain reach the block's end or the outside "
        "of their particle.",
        words.origin_sentence(data.origins),
    )
    return figure


def _coloured(picture: rendering.Picture) -> np.ndarray:
    """Return the picture in colours; float64 (rows, columns, 3)."""
    colours = np.ones((max(COLOURS) + 1, 3))
    for kind, (_, colour) in COLOURS.items():
        colours[kind] = to_rgb(colour)
    return colours[picture.kind] * picture.brightness[..., None]


FIGURE = Figure(
    title="The FIB-SEM block, segmented, as a solid",
    category=CHAIN,
    order=8,
    requires="a baseline",
    needs=of_fibsem_chain("volume", "block"),
    draw=draw,
    caption="""
The segmented FIB-SEM block as a solid, (a) whole, (b) with the corner nearest to the eye removed.
Active material only, internal pores filled, resampled to cubes. Holes that remain reach the end
of the block or the outside of their particle. The projection is parallel, so that lengths along
an edge have one scale. Light comes from one lamp and from the part of the sky that a point sees.

Corresponds to Fig. S8 of Bailey et al. 2023.
""",
)
