"""One look for all figures: sizes, colours, marks, axes, letters, scale bars."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from itertools import cycle
from textwrap import fill

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure, FigureBase
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from mpl_toolkits.axes_grid1.anchored_artists import AnchoredSizeBar

from ..labels import TRUTH_PHASES, TWO_PHASES, Phases
from ..study.network_seeds import without_seed
from .words import PEOPLE, filter_name

SINGLE_MM = 90.0
DOUBLE_MM = 190.0
PAGE_MM = 235.0
PAPER = "Bailey et al. 2023"

_RC = {
    "figure.dpi": 150,
    "savefig.dpi": 300,
    "svg.hashsalt": "manyeyes",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 7.0,
    "axes.titlesize": 7.0,
    "axes.labelsize": 7.0,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "legend.fontsize": 6.5,
    "legend.frameon": False,
    "legend.handlelength": 1.4,
    "legend.columnspacing": 1.2,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "grid.linewidth": 0.4,
    "grid.color": "#d9d9d9",
    "hatch.linewidth": 0.5,
    "lines.linewidth": 1.0,
    "figure.constrained_layout.h_pad": 0.03,
    "figure.constrained_layout.w_pad": 0.03,
}

# All that the paper states is yellow with a black rim.
PAPER_FILL = "#ffe14d"
PAPER_MARK = {"mfc": PAPER_FILL, "mec": "black", "mew": 0.8}
PAPER_RANGE = {"facecolor": PAPER_FILL, "edgecolor": "black", "linewidth": 0.7}
PAPER_COLOUR = "#000000"
TRUTH_COLOUR = "#444444"
TRUTH_LINE = {"color": TRUTH_COLOUR, "lw": 1.0, "ls": (0, (5, 2))}
POINT = {"ls": "", "mec": "black", "mew": 0.5}
PHASES = {phase.code: (phase.name, phase.colour) for phase in TRUTH_PHASES}
ACTIVE_REST = ListedColormap([phase.colour for phase in TWO_PHASES])
DIFFERENCE = ListedColormap(["#f7f7f7", "#b2182b"])


@dataclass(frozen=True)
class VariantStyle:
    """How a variant is drawn, the same in every figure.

    Attributes
    ----------
    colour : str
        A hue for each family (blue, orange, green, purple: distinct for all common colour
        blindnesses) and a lightness for each member, so that greyscale separates them too.
    hatch : str
        A second sign of the family, for prints without colour.
    marker : str
        For points.
    """

    colour: str
    hatch: str
    marker: str

    @property
    def bar(self) -> dict:
        """How its bars are drawn."""
        return {"color": self.colour, "hatch": self.hatch, "edgecolor": "black", "lw": 0.5}


_KNOWN = {
    "S1": VariantStyle("#a6cbe8", "", "v"),
    "S2": VariantStyle("#3d8fc7", "", "s"),
    "S3": VariantStyle("#0b4a78", "", "^"),
    "gWS": VariantStyle("#fbc27d", "/////", "<"),
    "cWS": VariantStyle("#d9660a", "/////", "D"),
    "ML1": VariantStyle("#b5e3d0", ".....", "p"),
    "ML2": VariantStyle("#3fae8b", ".....", "h"),
    "ML3": VariantStyle("#046349", ".....", "8"),
    "MLX10": VariantStyle("#f0cfe4", "", "o"),
    "MLX25": VariantStyle("#d68fbd", "", "o"),
    "MLX35": VariantStyle("#b05a96", "", "o"),
    "MLX50": VariantStyle("#7d3270", "", "o"),
    "MLX65": VariantStyle("#43133f", "", "o"),
    "recorded": VariantStyle("#111111", "xxxxx", "*"),
}
PEOPLES_HATCH, PEOPLES_MARKER = "xxxxx", "*"
NETWORK_STYLES = [
    VariantStyle("#0b7285", "ooo", "P"),
    VariantStyle("#c92a2a", "+++", "X"),
    VariantStyle("#7048a6", "---", "d"),
    VariantStyle("#5c8a03", "ooo", "P"),
    VariantStyle("#8a5a00", "+++", "X"),
    VariantStyle("#3d7fd9", "---", "d"),
]
_SPARE = [
    VariantStyle(colour, hatch, marker)
    for hatch, marker in (("ooo", "P"), ("+++", "X"), ("---", "d"))
    for colour in ("#cfcfcf", "#9b9b9b", "#666666")
]


_FAMILIES = {
    "threshold": ("S2", "S1", "S3"),
    "watershed": ("cWS", "gWS"),
    "seeded_forest": ("ML2", "ML1", "ML3"),
    "drawn_forest": ("MLX25", "MLX50", "MLX10", "MLX65", "MLX35"),
}
NETWORK = "drawn_network"
"""The method of networks, which have looks of their own: one for all seeds of a network."""

_by_method: ContextVar[Mapping[str, VariantStyle]] = ContextVar("looks", default={})  # noqa: B039
_phases: ContextVar[Phases] = ContextVar("phases", default=TWO_PHASES)


def use_phases(phases: Phases) -> None:
    """Show labels in the colours of a study's phases."""
    _phases.set(phases)


def phases_in_use() -> Phases:
    """Return the phases in whose colours labels are shown."""
    return _phases.get()


def use_methods(methods: Mapping[str, str]) -> None:
    """Give variants with other names than the paper's the looks of their method.

    These are looks of the paper's variants; for networks, one for all seeds of each.

    Parameters
    ----------
    methods : mapping of variant to method
        All that a study uses, in the order of its config.
    """
    looks: dict[str, VariantStyle] = {}
    taken = set(methods)
    networks = dict.fromkeys(without_seed(n) for n, method in methods.items() if method == NETWORK)
    of_network = dict(zip(networks, cycle(NETWORK_STYLES), strict=False))
    for name, method in methods.items():
        if method == NETWORK:
            looks[name] = of_network[without_seed(name)]
        free = [known for known in _FAMILIES.get(method, ()) if known not in taken]
        if name not in _KNOWN and free:
            looks[name] = _KNOWN[free[0]]
            taken.add(free[0])
    _by_method.set(looks)


def variant_styles(variants: Iterable[str]) -> dict[str, VariantStyle]:
    """Return the style of each variant; unknown ones get greys, in order.

    What recorded people did with a variant has its colour, but a hatch and a mark of its own.
    """
    known = _KNOWN | _by_method.get()
    own, styles, spare = {}, {}, 0
    for variant in variants:
        name = variant.removesuffix(PEOPLE)
        if name not in own and name not in known:
            own[name] = _SPARE[spare % len(_SPARE)]
            spare += 1
        look = known.get(name) or own[name]
        if variant != name:
            look = VariantStyle(look.colour, PEOPLES_HATCH, PEOPLES_MARKER)
        styles[variant] = look
    return styles


def mark_size(look: VariantStyle, size: float) -> float:
    """Return the size of a variant's mark; a star of the same size looks smaller than others."""
    return 1.6 * size if look.marker == PEOPLES_MARKER else size


_FONT: ContextVar[tuple[str | None, float]] = ContextVar("font", default=(None, 1.0))
"""The font of all figures if the config names one, and how large it is relative to ours."""

USUAL_PT = 7.0
"""Size of titles, labels and texts where the config says nothing."""


def use_font(font: str | None = None, size_pt: float | None = None) -> None:
    """Let figures be drawn with another font or size, as a journal wants it.

    Parameters
    ----------
    font : str, optional
        A family that is installed, such as Arial.
    size_pt : float, optional
        Of titles and labels; everything smaller or larger keeps its proportion to it.

    Raises
    ------
    ValueError
        If the font is not installed.
    """
    if font is not None:
        from matplotlib import font_manager

        known = sorted({entry.name for entry in font_manager.fontManager.ttflist})
        if font not in known:
            near = ", ".join(known[:20])
            raise ValueError(
                f"figure_style.font: the font {font!r} is not installed here; install it, or take "
                f"one that is: {near}{', ...' if len(known) > 20 else ''}"
            )
    _FONT.set((font, 1.0 if size_pt is None else size_pt / USUAL_PT))


def context() -> AbstractContextManager:
    """Return a context in which matplotlib draws and saves in this style.

    Saving reads the salt that makes the SVG bytes of equal figures equal.
    """
    font, _ = _FONT.get()
    return mpl.rc_context({**_RC, **({"font.sans-serif": [font, "DejaVu Sans"]} if font else {})})


def scaled(figure: Figure) -> Figure:
    """Give all texts of a finished figure the size that the config wants."""
    _, scale = _FONT.get()
    if scale == 1.0:
        return figure
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            # Labels of ticks are made anew whenever a figure is drawn.
            for which in ("major", "minor"):
                size = axis.get_tick_params(which).get("labelsize")
                size = size if isinstance(size, int | float) else _tick_size(axis)
                axis.set_tick_params(which=which, labelsize=scale * size)
    ticks = {id(text) for axes in figure.axes for text in _tick_texts(axes)}
    for text in figure.findobj(Text):
        if id(text) not in ticks:
            text.set_fontsize(scale * text.get_fontsize())
    return figure


def _tick_size(axis: Axis) -> float:
    labels = axis.get_ticklabels()
    return labels[0].get_fontsize() if labels else _RC["xtick.labelsize"]


def _tick_texts(axes: Axes) -> Iterable[Text]:
    for axis in (axes.xaxis, axes.yaxis):
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            yield from (tick.label1, tick.label2)


def styled(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Let a draw function always run in this style."""

    @wraps(draw)
    def drawn(*args, **kwargs):
        with context():
            return draw(*args, **kwargs)

    return drawn


def new_figure(width_mm: float, height_mm: float) -> Figure:
    """Return an empty figure of a size in mm whose layout keeps its parts from overlapping."""
    return Figure(figsize=(width_mm / 25.4, height_mm / 25.4), layout="constrained")


def panel_grid(figure: FigureBase, panels: int, columns: int, **kwargs) -> np.ndarray:
    """Return axes (lines, columns) for a number of panels; those left over are invisible.

    Keywords as of ``subplots``.
    """
    grid = figure.subplots(lines_of(panels, columns), columns, squeeze=False, **kwargs)
    for axes in grid.ravel()[panels:]:
        axes.set_axis_off()
    return grid


def lines_of(panels: int, columns: int) -> int:
    """Return the number of lines of a grid of panels, at least one."""
    return max(1, -(-panels // columns))


def footnote(figure: Figure, *sentences: str) -> None:
    """Write small print below a figure; the layout makes room for it."""
    # At 6 points a letter is 1.17 mm wide on average; a supxlabel does not wrap by itself.
    letters_a_line = int(figure.get_figwidth() * 25.4 / 1.17)
    text = "\n".join(fill(sentence, letters_a_line) for sentence in sentences if sentence)
    figure.supxlabel(text, x=0.01, ha="left", fontsize=6.0, color="#333333", linespacing=1.35)


def plain(text: str) -> str:
    """Return a text that is drawn literally: two $ would turn a user's text into a formula."""
    return text.replace("$", r"\$")


def panel_letter(axes: Axes, letter: str, text: str = "") -> None:
    """Put a bold panel letter (if any) and a literal text above the left end of a panel."""
    parts = (rf"$\bf{{{letter}}}$" if letter else "", plain(text))
    axes.set_title("  ".join(filter(None, parts)), loc="left")


def letters() -> Iterable[str]:
    """Yield a), b), ... for the panels of one figure."""
    return (f"{chr(code)})" for code in range(ord("a"), ord("z") + 1))


def name_columns(axes: Axes, names: Sequence[str], **kwargs) -> None:
    """Write a name below each column of marks or bars, at x = 0, 1, ...; keywords of texts."""
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.set_xticks(range(len(names)), names, **kwargs)
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="y")


def name_rows(axes: Axes, names: Sequence[str]) -> list:
    """Write a name beside each row of marks, at y = 0, 1, ...; return the ticks."""
    ticks = axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    return ticks


def name_groups(axes: Axes, names: Sequence[str], points_below: float, **font) -> None:
    """Write the name that neighbouring columns share below them, with lines between groups.

    Parameters
    ----------
    axes : Axes
    names : sequence of str
        The group of each column.
    points_below : float
        Distance of the names from the axis.
    **font
        Keywords of texts.
    """
    for name in dict.fromkeys(names):
        places = [i for i, other in enumerate(names) if other == name]
        axes.annotate(
            name,
            xy=(np.mean(places), 0),
            xycoords=("data", "axes fraction"),
            xytext=(0, -points_below),
            textcoords="offset points",
            ha="center",
            va="top",
            **font,
        )
        if places[0] > 0:
            axes.axvline(places[0] - 0.5, color="#bbbbbb", linewidth=0.5, zorder=0)


def label_ticks(axis: Axis, ticks: Sequence[float]) -> None:
    """Put ticks with plain numbers, and no others, on a (logarithmic) axis."""
    axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.set_ticks([], minor=True)


def show_grey(axes: Axes, image: np.ndarray, **kwargs) -> None:
    """Show a slice of 8-bit grey values, with the same window in every panel."""
    show(axes, image, cmap="gray", vmin=0, vmax=255, **kwargs)


def show_labels(axes: Axes, labels: np.ndarray, phases: Phases | None = None, **kwargs) -> None:
    """Show a slice of labels in the colours of phases (those in use), nothing outside."""
    phases = phases or phases_in_use()
    place = np.zeros(256, np.uint8)
    place[list(phases.codes.values())] = range(1, len(phases.entries) + 1)
    colours = ListedColormap([phase.colour for phase in phases])
    shown = np.ma.masked_equal(place[labels], 0)
    show(axes, shown, cmap=colours, vmin=1, vmax=len(phases.entries), **kwargs)


def phase_handles() -> list[Patch]:
    """Return legend entries for the phases in use."""
    look = {"edgecolor": "black", "linewidth": 0.4}
    return [Patch(facecolor=p.colour, label=plain(p.name), **look) for p in phases_in_use()]


def show_truth(axes: Axes, truth: np.ndarray) -> None:
    """Show a slice of a truth in the colours of `PHASES`."""
    show(
        axes,
        truth,
        cmap=ListedColormap([c for _, c in PHASES.values()]),
        vmin=min(PHASES),
        vmax=max(PHASES),
    )


def show_difference(axes: Axes, a: np.ndarray, b: np.ndarray) -> None:
    """Show where two slices of labels differ: red on white."""
    show(axes, (a != b).astype(np.uint8), cmap=DIFFERENCE, vmin=0, vmax=1)


def show(axes: Axes, pixels: np.ndarray, **kwargs) -> None:
    """Show pixels without interpolation, in a thin frame without ticks; keywords of ``imshow``."""
    axes.imshow(pixels, interpolation="none", **kwargs)
    frame(axes)


def frame(axes: Axes) -> None:
    """Put a thin frame without ticks around a panel."""
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(visible=True, linewidth=0.4)


def scale_bar_um(width_um: float) -> float:
    """Return a round length (1, 2 or 5 times a power of ten), about a quarter of a width."""
    if not width_um > 0:
        raise ValueError(f"a slice has a positive width in um, found {width_um}")
    decade = 10.0 ** np.floor(np.log10(width_um / 4))
    return float(max(m * decade for m in (1, 2, 5) if m * decade <= width_um / 3.5))


def scale_bar(axes: Axes, width_px: float, voxel_size_nm: float) -> None:
    """Draw a scale bar of a round length into the lower right corner of a slice.

    Parameters
    ----------
    axes : Axes
        Shows a slice.
    width_px : float
        Width of the slice in pixels.
    voxel_size_nm : float
        Edge of a pixel in nm.
    """
    length_um = scale_bar_um(width_px * voxel_size_nm / 1000)
    bar = AnchoredSizeBar(
        axes.transData,
        length_um * 1000 / voxel_size_nm,
        f"{length_um:g} µm",
        loc="lower right",
        pad=0.25,
        borderpad=0.4,
        sep=1.5,
        size_vertical=width_px * 0.018,
        label_top=True,
        fill_bar=True,
        fontproperties=FontProperties(size=5.5),
    )
    # A plate behind the bar keeps it readable on bright and dark slices alike.
    bar.patch.set(facecolor="white", edgecolor="none", alpha=0.85)
    axes.add_artist(bar)


def variant_handles(styles: Mapping[str, VariantStyle]) -> list[Patch]:
    """Return legend entries for bars of each variant, and of both groups if there are two."""
    look = {"edgecolor": "black", "linewidth": 0.5}
    own = variant_styles(dict.fromkeys(name.removesuffix(PEOPLE) for name in styles))
    handles = [
        Patch(facecolor=s.colour, hatch=s.hatch, label=name, **look) for name, s in own.items()
    ]
    if any(name.endswith(PEOPLE) for name in styles):
        handles += [
            Patch(facecolor="white", label="simulated users", **look),
            Patch(facecolor="white", hatch=PEOPLES_HATCH, label="recorded people", **look),
        ]
    return handles


def log_ticks(low: float, high: float) -> list[float]:
    """Return ticks for a logarithmic axis: 1, 2 and 5 times powers of ten, finer if few fit.

    Parameters
    ----------
    low, high : float
        Ends of the axis, above 0.

    Returns
    -------
    list of float
        At least two numbers with as few digits as possible, unless the ends are equal.
    """
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for steps in ((1, 2, 5), tuple(range(1, 10)), tuple(n / 10 for n in range(10, 100))):
        ticks = [float(f"{step}e{decade}") for decade in decades for step in steps]
        ticks = [tick for tick in ticks if low < tick < high]
        if len(ticks) > 1:
            return ticks[:: -(-len(ticks) // 8)] if len(steps) > 3 else ticks
    return [float(f"{tick:.3g}") for tick in np.geomspace(low, high, 4)[1:-1]]


def legend_above(
    axes_or_figure: Axes | FigureBase, handles: Sequence[Artist], columns: int | None = None
) -> None:
    """Put a legend above a panel or the whole figure."""
    columns = columns or len(handles)
    if isinstance(axes_or_figure, FigureBase):
        axes_or_figure.legend(handles=handles, loc="outside upper center", ncols=columns)
    else:
        axes_or_figure.legend(
            handles=handles,
            loc="lower right",
            bbox_to_anchor=(1.0, 1.0),
            ncols=columns,
            borderaxespad=0.2,
        )


def line_handle(label: str, **kwargs) -> Line2D:
    """Return a legend entry for a line or a marker."""
    return Line2D([], [], label=label, **kwargs)


def filter_handles(filters: Sequence[str], **point) -> list[Line2D]:
    """Return legend entries for marks of each filter: the first filled, the others hollow."""
    return [
        line_handle(filter_name(name), mfc="white" if place else "#777777", marker="s", **point)
        for place, name in enumerate(filters)
    ]
