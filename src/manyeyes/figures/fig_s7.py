"""Fig. S7d: a slice of the FIB-SEM stack after processing."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from . import style, words


@style.styled
def draw(image: np.ndarray, pixel_nm: Sequence[float], origins: Mapping[str, str]) -> Figure:
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
    Figure
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
