"""Fig. S7d: a slice of the FIB-SEM stack after processing."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure as Drawing

from . import style, words
from .choosing import of_fibsem_chain
from .figure import CHAIN, Figure


@style.styled
def draw(image: np.ndarray, pixel_nm: Sequence[float], origins: Mapping[str, str]) -> Drawing:
    """Return one slice, aligned, destriped and denoised.

    Parameters
    ----------
    image : ndarray of uint8, shape (y, x)
    pixel_nm : (float, float)
        Height and width of a pixel on the face, nm.
    origins : mapping of str to origin
        Where the stack comes from.

    Returns
    -------
    Drawing
    """
    rows, columns = image.shape
    height, width = pixel_nm
    panel_mm = 120.0
    # Few slices are so tall that a page does not hold them.
    shape = rows * height / (columns * width)
    figure = style.new_figure(panel_mm, min(panel_mm * shape, style.PAGE_MM - 20) + 15)
    axes = figure.subplots()
    style.show_grey(axes, image, aspect=height / width)
    style.panel_letter(axes, "d)", "Processed slice, as it is segmented")
    style.scale_bar(axes, columns, width)
    style.footnote(
        figure,
        "Panels a to c of the paper's figure are pictures that the microscope took of the specimen "
        "and of the trench; no data lead to them.",
        words.origin_sentence(origins),
    )
    return figure


FIGURE = Figure(
    title="A slice of the FIB-SEM stack after processing",
    category=CHAIN,
    order=7,
    requires="a baseline",
    needs=of_fibsem_chain("views", "facts"),
    draw=lambda data: draw(
        data.fibsem["views"]["denoised_face"], data.fibsem["facts"]["pixel_nm"], data.origins
    ),
    caption="""
A slice of the FIB-SEM stack after alignment, cropping, destriping and denoising: what the
watershed segments.

Corresponds to Fig. S7 d of Bailey et al. 2023; panels a to c of that figure are pictures that the
microscope took of the specimen and of the trench; no data lead to them.
""",
)
