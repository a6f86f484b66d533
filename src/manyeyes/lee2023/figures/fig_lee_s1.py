"""What the filters do to a slice, and to its spectrum."""

import numpy as np
from matplotlib.figure import Figure as Drawing

from ...figures import style
from ...figures.figure import PORES, Figure, FigureData, Needs
from . import looks

STEPS = ("as acquired", "wedge in Fourier space", "Gaussian")


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return a slice before and after each filter, its spectrum, and its mean columns."""
    volumes = list(data.pores.values())
    middle = len(volumes[0]) // 2
    images = [volume[middle] for volume in volumes]
    figure = style.new_figure(style.DOUBLE_MM, 168.0)
    grid = figure.subplots(3, len(STEPS), height_ratios=[1.0, 1.0, 0.55], sharey="row")
    columns = np.arange(images[0].shape[1]) * data.facts["pixel_nm"] / 1000
    letters = iter(style.letters())
    for place, (image, text) in enumerate(zip(images, STEPS, strict=True)):
        looks.show_slice(grid[0, place], image)
        style.panel_letter(grid[0, place], next(letters), text)
        style.show(grid[1, place], _spectrum(image), cmap="gray")
        means = image.mean(axis=0)
        grid[2, place].plot(columns, 100 * (means / means.mean() - 1), color="black", lw=0.7)
        grid[2, place].set_xlabel("x (µm)")
        grid[2, place].grid(axis="y")
    grid[2, 0].set_ylabel("Mean of a column (%)")
    for axes, text in zip(grid[:2, 0], ("slice", "spectrum (log)"), strict=True):
        looks.name_row(axes, text)
    style.scale_bar(grid[0, 0], images[0].shape[1], data.facts["pixel_nm"])
    style.footnote(
        figure,
        f"The middle slice of {data.particles[0]}. Vertical stripes lie on a horizontal line "
        "through the middle of the spectrum, where the wedge takes them out; broad shading "
        "stays. Bottom: means of columns, relative to the slice's.",
    )
    return figure


def _spectrum(image: np.ndarray) -> np.ndarray:
    """Return the logarithm of the power of a slice without its mean, frequency 0 in the middle."""
    power = np.abs(np.fft.fftshift(np.fft.fft2(image - image.mean()))) ** 2
    shown = np.log10(power + np.percentile(power, 1))
    return np.clip(shown, *np.percentile(shown, [1, 99.9]))


def _needs(study) -> Needs:
    networks = study.pore_networks
    if networks is None:
        return Needs()
    particle = (*networks.others, networks.folds[0].train)[0]
    return Needs(
        particles=(particle,),
        pores=networks.volume_names(particle, "acquired", "destriped", "filtered"),
        facts={"pixel_nm": networks.pixel_nm(particle)},
    )


FIGURE = Figure(
    title="What the filters do to a slice",
    category=PORES,
    order=7,
    requires="networks that find pores (the key pore_networks)",
    needs=_needs,
    draw=draw,
    label="Fig. S1 of Lee et al. ",
    caption="""
A slice with curtains as acquired, after the wedge in Fourier space, and after the Gaussian, which
is what is labelled and learned from; below, its spectrum and the means of its columns.

Corresponds to Fig. S1 of Lee et al. 2023, which names the filters but neither the wedge's angle nor
the Gaussian's width: both are assumptions here.
""",
)
