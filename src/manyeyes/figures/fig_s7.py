"""Fig. S7d: a slice of the FIB-SEM stack after processing."""

from matplotlib.figure import Figure as Drawing

from . import style, words
from .choosing import of_fibsem_chain
from .figure import CHAIN, Figure, FigureData


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return one slice, aligned, destriped and denoised."""
    image = data.fibsem["views"]["denoised_face"]
    rows, columns = image.shape
    height, width = data.fibsem["facts"]["pixel_nm"]
    panel_mm = 120.0
    # Some slices are taller than a page.
    shape = rows * height / (columns * width)
    figure = style.new_figure(panel_mm, min(panel_mm * shape, style.PAGE_MM - 20) + 15)
    axes = figure.subplots()
    style.show_grey(axes, image, aspect=height / width)
    style.panel_letter(axes, "d)", "Processed slice, as it is segmented")
    style.scale_bar(axes, columns, width)
    style.footnote(
        figure,
        "Panels a to c of the paper's figure are pictures that the microscope took of the specimen "
        "and of the trench; they cannot be computed.",
        words.origin_sentence(data.origins),
    )
    return figure


FIGURE = Figure(
    title="A slice of the FIB-SEM stack after processing",
    category=CHAIN,
    order=7,
    requires="a baseline",
    needs=of_fibsem_chain("views", "facts"),
    draw=draw,
    caption="""
A slice of the FIB-SEM stack after alignment, cropping, destriping and denoising: what the
watershed segments.

Corresponds to Fig. S7 d of Bailey et al. 2023; panels a to c of that figure are pictures that the
microscope took of the specimen and of the trench, which cannot be computed.
""",
)
