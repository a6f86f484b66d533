"""What tests of figures share: data of made-up studies, and what is written in a figure."""

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from manyeyes.figures import style
from manyeyes.figures.figure import FigureData
from manyeyes.paper import names as paper

TWINS = dict.fromkeys(paper.DATASETS, "twin")
METHODS = {
    **dict.fromkeys(paper.SIMPLE, "threshold"),
    **dict.fromkeys(paper.WATERSHED, "watershed"),
    **dict.fromkeys(paper.SEEDED, "seeded_forest"),
    **dict.fromkeys(paper.COVERAGES, "drawn_forest"),
    paper.RECORDED: "recorded_forest",
}
"""The variants of the paper, in the order of the config."""


def data_of(tables=None, origins=None, **more):
    """Return what a figure of a study with the paper's variants is drawn from."""
    given = {
        "tables": tables or {},
        "origins": TWINS if origins is None else origins,
        "methods": METHODS,
        "only_peoples": (paper.RECORDED,),
        "publication": paper.PUBLICATION,
    }
    return FigureData(**(given | more))


def texts(figure):
    """Return the visible texts of a figure."""
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]


def render(figure):
    """Render a figure, in memory."""
    with style.context():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    return canvas.get_renderer()


def words_of(figure):
    """Return all that is written in a figure, once it is sure that no word runs off the page."""
    renderer = render(figure)
    for text in texts(figure):
        box, page = text.get_window_extent(renderer), figure.bbox
        inside = box.x0 >= page.x0 - 2 and box.x1 <= page.x1 + 2
        assert inside and box.y0 >= page.y0 - 2 and box.y1 <= page.y1 + 2, text.get_text()
    return " ".join(" ".join(text.get_text().split()) for text in texts(figure))


def check_page(figure):
    """Check size, letters and origin of a figure, and that no word runs off; return its words."""
    width, height = figure.get_size_inches() * 25.4
    assert width <= style.DOUBLE_MM + 0.1
    assert height <= style.PAGE_MM + 0.1
    assert min(text.get_fontsize() for text in texts(figure)) >= 5.5
    words = words_of(figure)
    assert "Data: " in words
    return words
