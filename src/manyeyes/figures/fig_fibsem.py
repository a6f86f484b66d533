"""Every step of the FIB-SEM chain: a slice before and after it, and its score in words."""

from collections.abc import Callable
from functools import partial
from textwrap import fill

import numpy as np
import scipy
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Patch, Rectangle

from ..labels import ACTIVE, INTERNAL_PORE, REST, TWO_PHASES
from . import chain_words, style, words
from .choosing import of_fibsem_chain
from .figure import CHAIN, Figure, FigureData

FILLED = "#6fb7e0"
WRONG = "#b2182b"
_FILLED = ListedColormap([*style.ACTIVE_REST.colors, FILLED])
_ERRORS = ListedColormap([*style.ACTIVE_REST.colors, WRONG])
# Destriping changes grey levels by about this much at most.
_TAKEN_OFF = 30
# Share of each edge of the face that details show, and letters that fit beside three panels.
_DETAIL = 0.45
_LETTERS_A_LINE = 46
# Rows are as high as a page allows; a wider figure would only separate the panels.
_WIDTH_MM = 176.0

Panel = tuple[str, Callable[[Axes], None]]


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return a row for each step: before, after, what changed or went wrong, and its score.

    ``views`` has slices of uint8 (y, x) by name: faces of ``raw``, ``cropped``, ``destriped``,
    ``denoised``, ``labels``, ``filled`` and, of a twin, ``stack_truth`` (with ``_face`` behind);
    sections across slices of these and of ``resampled`` and ``truth`` (with ``_section`` behind).
    """
    views, facts = data.fibsem["views"], data.fibsem["facts"]
    scores = data.fibsem.get("scores")
    look = _Look(views, facts)
    rows = _panels(look, views, facts, known=scores is not None)
    texts = chain_words.sentences(facts, data.fibsem["block"], scores)
    figure = style.new_figure(_WIDTH_MM, style.PAGE_MM)
    grid = figure.subplots(len(rows), 4, width_ratios=[1, 1, 1, 1.7])
    for step, all_axes, letter in zip(chain_words.STEPS, grid, style.letters(), strict=False):
        for i, axes in enumerate(all_axes[:3]):
            if i >= len(rows[step]):
                axes.set_axis_off()
                continue
            title, show = rows[step][i]
            show(axes)
            style.panel_letter(axes, "" if i else letter, title)
        _write(all_axes[3], chain_words.NAMES[step], texts[step])
    active, rest = style.ACTIVE_REST.colors
    names = {"active material": active, "pore and binder": rest, "filled": FILLED}
    if scores is not None:
        names["differs from the truth"] = WRONG
    handles = [Patch(fc=colour, ec="black", lw=0.4, label=name) for name, colour in names.items()]
    style.legend_above(figure, handles)
    style.footnote(
        figure,
        "Sections: slices follow each other from left to right, rows go down, at the middle column "
        "of the crop. Faces: its middle slice; (c) to (f) show the dashed part of the crop in (b), "
        "where most outlines are. Taken off in (c): orange off bright stripes, purple off dark.",
        words.origin_sentence(data.origins),
    )
    return figure


def _write(axes: Axes, name: str, text: str) -> None:
    axes.set_axis_off()
    place = {"va": "top", "transform": axes.transAxes}
    axes.text(0, 1, name, weight="bold", **place)
    axes.text(0, 0.86, fill(text, _LETTERS_A_LINE), fontsize=6.2, linespacing=1.3, **place)


def _panels(look: "_Look", views, facts, *, known: bool) -> dict[str, list[Panel]]:
    """Return the panels of each step: before, after, and a third one where there is something."""
    # the chain labels two phases, whatever users of the tomograms do
    grey, labels = style.show_grey, partial(style.show_labels, phases=TWO_PHASES)
    taken = views["cropped_face"].astype(int) - views["destriped_face"]
    # The map of errors and of what was filled are labels with a third value.
    filled = np.where(views["labels_face"] != views["filled_face"], 3, views["labels_face"])
    panels = {
        "align": [
            ("as acquired (section)", look.section(views["raw_section"], grey)),
            ("aligned (section)", look.section(views["cropped_section"], grey)),
        ],
        "crop": [
            ("as acquired, crop", look.framed(views["raw_face"], facts["crop_corner_px"])),
            ("cropped, detail", look.detailed(views["cropped_face"])),
        ],
        "destripe": [
            ("with curtains", look.detail(views["cropped_face"], grey)),
            ("destriped", look.detail(views["destriped_face"], grey)),
            (f"taken off (±{_TAKEN_OFF} grey levels)", look.detail(taken, _show_taken)),
        ],
        "denoise": [
            ("destriped", look.detail(views["destriped_face"], grey)),
            ("evened out, denoised", look.detail(views["denoised_face"], grey)),
            ("the same (section)", look.section(views["denoised_section"], grey)),
        ],
        "segment": [
            ("denoised", look.detail(views["denoised_face"], grey)),
            ("labels", look.detail(views["labels_face"], labels)),
        ],
        "fill": [
            ("labels", look.detail(views["labels_face"], labels)),
            ("filled", look.detail(filled, _show_filled)),
        ],
        "resample": [
            ("filled (section)", look.section(views["filled_section"], labels)),
            (
                f"cubes of {facts['resampled_nm']:g} nm (section)",
                look.cubes(views["resampled_section"], labels),
            ),
        ],
    }
    if known:
        # Only a twin's truth is known.
        truth = views["stack_truth_face"]
        section = np.where(views["stack_truth_section"] == ACTIVE, ACTIVE, REST)
        panels["align"].append(("truth (section)", look.section(section, labels)))
        wrong = _errors(views["labels_face"], truth, filled=False)
        panels["segment"].append(("against the truth", look.detail(wrong, _show_errors)))
        wrong = _errors(views["filled_face"], truth, filled=True)
        panels["fill"].append(("against the filled truth", look.detail(wrong, _show_errors)))
        wrong = _errors(views["resampled_section"], views["truth_section"], filled=True)
        panels["resample"].append(("against the filled truth", look.cubes(wrong, _show_errors)))
    return panels


def _busiest_part(labels: np.ndarray, filled: np.ndarray) -> tuple[slice, slice]:
    """Return the part of a face with most outlines; those of filled pores count twice."""
    outlines = scipy.ndimage.morphological_gradient(labels, 3).astype(np.float64)
    outlines += scipy.ndimage.morphological_gradient((labels != filled).astype(np.uint8), 3)
    size = [max(1, int(n * _DETAIL)) for n in labels.shape]
    # Sums over all places of the part, from its corner.
    busy = scipy.ndimage.uniform_filter(
        outlines, size, mode="constant", origin=[-(n // 2) for n in size]
    )
    busy = busy[tuple(slice(n - m + 1) for n, m in zip(labels.shape, size, strict=True))]
    corner = np.unravel_index(np.argmax(busy), busy.shape)
    return tuple(slice(int(at), int(at) + n) for at, n in zip(corner, size, strict=True))


def _errors(labels: np.ndarray, truth: np.ndarray, *, filled: bool) -> np.ndarray:
    """Return labels with 3 where they differ from the truth; uint8."""
    active = np.isin(truth, [ACTIVE, INTERNAL_PORE] if filled else [ACTIVE])
    return np.where((labels == ACTIVE) == active, labels, 3).astype(np.uint8)


def _show_errors(axes, labels, **kwargs):
    style.show(axes, labels, cmap=_ERRORS, vmin=1, vmax=3, **kwargs)


def _show_filled(axes, labels, **kwargs):
    style.show(axes, labels, cmap=_FILLED, vmin=1, vmax=3, **kwargs)


def _show_taken(axes, difference, **kwargs):
    style.show(axes, difference, cmap="PuOr_r", vmin=-_TAKEN_OFF, vmax=_TAKEN_OFF, **kwargs)


class _Look:
    """Shows faces, details and sections in um, in panels of one size."""

    def __init__(self, views, facts):
        height, width = facts["pixel_nm"]
        self.face_um = (height / 1000, width / 1000)
        self.slice_um = facts["slice_nm"] / 1000
        self.cube_um = facts["resampled_nm"] / 1000
        self.shape = views["cropped_face"].shape
        self.part = _busiest_part(views["labels_face"], views["filled_face"])

    def _panel(self, image, pixel_um, show):
        def panel(axes):
            high, wide = (n * size for n, size in zip(image.shape, pixel_um, strict=True))
            show(axes, image, extent=(0, wide, high, 0))
            # In data units of 1 um.
            style.scale_bar(axes, wide, 1000.0)

        return panel

    def detail(self, image, show):
        """Show the middle of a face."""
        return self._panel(image[self.part], self.face_um, show)

    def section(self, image, show):
        """Show the middle of a section, as wide as a face."""
        return self._middle(image, (self.face_um[0], self.slice_um), show)

    def cubes(self, image, show):
        """Show the same of a section of the resampled volume."""
        return self._middle(image, (self.cube_um, self.cube_um), show)

    def _middle(self, image, pixel_um, show):
        wanted = round(self.shape[1] * self.face_um[1] / pixel_um[1])
        first = max(0, (image.shape[1] - wanted) // 2)
        return self._panel(image[:, first : first + wanted], pixel_um, show)

    def framed(self, image, corner):
        """Show a face as acquired, with a frame about the crop."""

        def panel(axes):
            self._panel(image, self.face_um, style.show_grey)(axes)
            self._frame(axes, corner, self.shape, "-")

        return panel

    def detailed(self, image):
        """Show the whole cropped face, with a frame about the part that details show."""

        def panel(axes):
            self._panel(image, self.face_um, style.show_grey)(axes)
            size = tuple(part.stop - part.start for part in self.part)
            self._frame(axes, [part.start for part in self.part], size, "--")

        return panel

    def _frame(self, axes, corner, size, line):
        (top, left), (rows, columns) = corner, size
        high, wide = self.face_um
        place = (left * wide, top * high)
        frame = Rectangle(place, columns * wide, rows * high, fill=False, ec="#ffe14d", ls=line)
        axes.add_patch(frame)


FIGURE = Figure(
    title="Every step of the FIB-SEM chain, before and after, with its score",
    category=CHAIN,
    order=9,
    requires="a baseline",
    needs=of_fibsem_chain("views", "facts", "block", "scores"),
    draw=draw,
    caption="""
Every step of the FIB-SEM chain before and after, with its score: (a) alignment and shear, (b)
crop, (c) destriping, (d) brightness and noise, (e) watershed, (f) filling of internal pores, (g)
resampling. The scores are in ``fibsem_scores.csv``; they need the truth, which only a twin has.

Not a figure of the paper.

Internal pores are not connected to the outside: they share no face of a voxel with other pore or
binder, and touch no end of the block.
""",
)
