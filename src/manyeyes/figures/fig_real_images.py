"""A real tomogram beside a twin that was fitted to it: patches, and the statistics of both."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from . import style, words
from .choosing import raw_filter
from .figure import CHECKS, Figure, FigureData, Needs

if TYPE_CHECKING:
    from ..imaging.image_statistics import ImageStatistics

REAL = {"color": "black", "lw": 1.2}
TWIN = {"color": "#d9660a", "lw": 1.0}
_DASHED = (0, (3, 1.5))


class Look(NamedTuple):
    """What a figure shows of an image.

    Attributes
    ----------
    across, along : ndarray of uint8
        Its central slices (y, x) and (z, x).
    statistics : ImageStatistics or None
        Of the whole image; None if it cannot be measured.
    problem : str
        Why it cannot.
    """

    across: np.ndarray
    along: np.ndarray
    statistics: "ImageStatistics | None"
    problem: str = ""


def look_at(image: np.ndarray, shape: Sequence[int] | None = None) -> Look:
    """Return what the figure shows of the middle of an image.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    shape : sequence of int, optional
        How much of the middle to take, so that two images are compared at the same size.
    """
    from ..imaging.image_statistics import image_statistics

    if shape is not None:
        cut = [min(n, m) for n, m in zip(image.shape, shape, strict=True)]
        first = [(n - m) // 2 for n, m in zip(image.shape, cut, strict=True)]
        image = image[tuple(slice(a, a + n) for a, n in zip(first, cut, strict=True))]
    image = np.ascontiguousarray(image)
    z, y = image.shape[0] // 2, image.shape[1] // 2
    try:
        return Look(image[z], image[:, y], image_statistics(image))
    except ValueError as error:
        # A small or strange image should not stop a study, which has other figures.
        return Look(image[z], image[:, y], None, str(error))


@style.styled
def draw(
    pairs: Sequence[tuple[str, str]],
    looks: Mapping[str, Look],
    voxel_sizes_nm: Mapping[str, float],
    origins: Mapping[str, str],
) -> Drawing:
    """Return patches of real images and of twins, and five statistics of both.

    Parameters
    ----------
    pairs : sequence of (str, str)
        A twin, and the real image that it was fitted to.
    looks : mapping of name to Look
    voxel_sizes_nm, origins : mapping of name to value
        Of the same names; origins may be empty.

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    if not pairs:
        raise ValueError("nothing to draw: no twin was fitted to an image of this study")
    figure = style.new_figure(style.DOUBLE_MM, 95.0 * len(pairs) + 8.0)
    rows = figure.subfigures(2 * len(pairs), 1, height_ratios=[55.0, 40.0] * len(pairs))
    for n, (twin, real) in enumerate(pairs):
        shown = {real: looks[real], twin: looks[twin]}
        _draw_patches(rows[2 * n], shown, voxel_sizes_nm)
        problems = [f"{name}: {look.problem}" for name, look in shown.items() if look.problem]
        if problems:
            text = fill("No curves. " + " ".join(problems), 110)
            rows[2 * n + 1].text(0.01, 0.9, style.plain(text), va="top")
        else:
            _draw_curves(rows[2 * n + 1], *(look.statistics for look in shown.values()))
    style.footnote(
        figure,
        "Same size and window in every patch. Black: the real image; orange: the twin. What is "
        "measured and how: manyeyes.imaging.image_statistics. Below about 0.1 cycles per voxel "
        "the spectra are those of the few particles in a block.",
        words.origin_sentence(origins) if origins else "",
    )
    return figure


def _draw_patches(figure, looks: Mapping[str, Look], voxel_sizes_nm) -> None:
    """Draw both slices of the real image, then those of the twin beside them."""
    patches = figure.subplots(1, 4)
    for n, (name, look) in enumerate(looks.items()):
        for axes, image, plane in zip(
            patches[n::2], (look.across, look.along), ("xy", "xz"), strict=True
        ):
            if len(image) == 1:  # a tomogram of one slice has no other view
                axes.set_axis_off()
                continue
            style.show_grey(axes, image)
            style.scale_bar(axes, image.shape[1], voxel_sizes_nm[name])
            axes.set_title(style.plain(f"{name}, {plane}"), loc="left")


def _draw_curves(figure, real: "ImageStatistics", twin: "ImageStatistics") -> None:
    panels = figure.subplots(1, 5)
    _draw_spectra(panels[0], real.spectrum_plane, twin.spectrum_plane, "in plane")
    _draw_spectra(panels[1], real.spectrum_z, twin.spectrum_z, "along z")
    for found, look in ((real, REAL), (twin, TWIN)):
        lags = np.arange(found.autocorrelation.shape[1] + 1)
        plane, z = found.autocorrelation_plane, found.autocorrelation[0]
        panels[2].plot(lags, np.insert(plane, 0, 1.0), **look)
        panels[2].plot(lags, np.insert(z, 0, 1.0), ls=_DASHED, **look)
        density, edges = np.histogram(found.quantiles, bins=24, range=(-0.7, 1.7), density=True)
        panels[3].plot((edges[1:] + edges[:-1]) / 2, density, **look)
        known = np.isfinite(found.profile)
        panels[4].plot(_places()[known], found.profile[known], **look)
    panels[2].set_title("Autocorrelation of noise\n(dashed: along z)", loc="left")
    panels[2].set_xlabel("Distance (voxels)")
    panels[3].set_title("Grey values", loc="left")
    panels[3].set_xlabel("0 dark, 1 bright phase")
    panels[3].set_ylim(0)
    panels[4].set_title("Across edges", loc="left")
    panels[4].set_xlabel("Distance (voxels)")
    for axes in panels:
        axes.grid(axis="y")


def _places() -> np.ndarray:
    from ..imaging.image_statistics import profile_positions

    return profile_positions()


def _draw_spectra(axes: Axes, real: np.ndarray, twin: np.ndarray, where: str) -> None:
    from ..imaging.image_statistics import FREQUENCY_EDGES

    middle = np.sqrt(np.array(FREQUENCY_EDGES[1:]) * FREQUENCY_EDGES[:-1])
    axes.set_title(f"Power {where}\n(contrast² voxels)", loc="left")
    axes.set_xlabel("Cycles per voxel")
    # A single slice has no spectrum along z, and a logarithmic axis needs numbers.
    if np.isfinite(real).any() and np.isfinite(twin).any():
        axes.semilogy(middle, real, marker="o", ms=2, **REAL)
        axes.semilogy(middle, twin, marker="o", ms=2, **TWIN)


def _needs(study) -> Needs:
    """Twins, and the datasets of the study that they say they were fitted to."""
    filter_ = raw_filter(study)
    images = set(study.images())
    pairs = []
    for name, dataset in study.datasets.items():
        real = dataset.source.get("fitted_to")
        measured = real in study.datasets and study.datasets[real].origin == "measured"
        if measured and {(name, filter_), (real, filter_)} <= images:
            pairs.append((name, real))
    if not pairs:
        return Needs()
    names = tuple(dict.fromkeys(name for pair in pairs for name in pair))
    shapes = {real: list(study.datasets[real].shape) for _, real in pairs}
    shapes |= {twin: shapes[real] for twin, real in pairs}
    return Needs(
        names,
        volumes=tuple((name, filter_) for name in names),
        facts={"pairs": [list(pair) for pair in pairs], "shapes": shapes},
    )


def _draw_data(data: FigureData) -> Drawing:
    shapes = data.facts["shapes"]
    looks = {name: look_at(image, shapes[name]) for (name, _), image in data.volumes.items()}
    pairs = [tuple(pair) for pair in data.facts["pairs"]]
    return draw(pairs, looks, data.voxel_sizes_nm, data.origins)


FIGURE = Figure(
    title="Real images beside the twins that were fitted to them",
    category=CHECKS,
    order=0,
    requires="a twin with source.fitted_to, and the measured dataset that this names",
    needs=_needs,
    draw=_draw_data,
    caption="""
Patches of a real tomogram and of a twin whose imaging was fitted to it (`manyeyes fit-imaging`),
of the same size and window, and beneath them what was fitted: power spectra of the image in plane
and along z, autocorrelation of what varies within phases, grey values, and the mean profile across
edges.

Not a figure of the paper.

The twin's electrode is synthetic, so particles are not the same ones.
""",
)
