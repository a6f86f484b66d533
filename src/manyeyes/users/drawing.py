"""Painted annotations: the central slice first, the others after a first output."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ..annotations import Drawing
from ..imaging.masks import edge_distance
from ..labels import UNLABELLED
from ..methods import FirstOutput, Person
from ..randomness import generator
from .correcting import correction_edge, visible_errors
from .impression import Impression
from .outline import drawn_edge, eye_noise, hand_on_image, outline_length
from .page import MARGIN_STEPS, OFF_LIMITS, Page, brush_at
from .painting import Brush, paint, shuffled_pixels
from .population import Traits
from .seeing import see
from .sitting import begin_sitting
from .slices import looked_at_slices, next_slices, slices_worth_looking_at, trained_slices
from .third_phase import perceive_third
from .third_strokes import paint_three


class Protocol(NamedTuple):
    """What is to be painted.

    Attributes
    ----------
    slices : int, {"first", "central", "last"} or sequence of int
        See `manyeyes.users.slices.trained_slices`; the first is painted without an output.
    coverage_percent : float
        Share of each slice's pixels inside to be labelled, in per cent.
    corrections : bool
        Whether there is a first output to correct; else all slices are painted like the first.
    """

    slices: int | str | Sequence[int]
    coverage_percent: float
    corrections: bool = True


def draw(
    image: np.ndarray,
    protocol: Protocol,
    person: Person,
    first_output: FirstOutput | None = None,
) -> Drawing:
    """Paint slices to a coverage, correcting a first output on all but the central one.

    A first output needs labels of all phases. If the central slice shows fewer, the user paints
    the next slice without an output too, until all phases have labels. If none of the slices asked
    for shows active material, or none the rest, the user tries the slices above and then below the
    central one. A user who sees no third phase on the slices asked for does not paint it.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
        What the user looks at.
    protocol : Protocol
    person : Person
        The user, with the seed names of the sitting, the phases and the field of view.
        Slices with little of it, and pixels outside, are skipped.
    first_output : callable, optional
        See `manyeyes.methods.FirstOutput`. Not needed for one slice, nor without corrections.

    Returns
    -------
    Drawing
        Each slice is covered to the pixel. `record` holds for each slice its coverage, strokes,
        visible errors and the share of its labels that are corrections; where there are three
        phases, also the share of the slices looked at that looks like the third.

    Raises
    ------
    ValueError
        If the coverage is not above 0 and up to 100, there is no first output to correct, it is
        not of the shape and labels asked for, or no slice shows the other phase.
    """
    slices, coverage_percent, corrections = protocol
    traits, names, inside = person.traits, person.names, person.inside
    ordered = person.phases.by_brightness("a user who paints")
    codes = tuple(phase.code for phase in reversed(ordered))
    if not 0 < coverage_percent <= 100:
        raise ValueError(
            f"coverage_percent must be above 0 and at most 100, found {coverage_percent}"
        )
    worth = slices_worth_looking_at(image.shape[0], inside)
    named = isinstance(slices, list | tuple)
    central, *others = trained_slices(range(image.shape[0]) if named else worth, slices)
    if named and inside is not None:
        empty = [z for z in slices if not inside[z].any()]
        if empty:
            raise ValueError(f"slices {empty} lie outside the field of view; take others")
    if others and corrections and first_output is None:
        raise ValueError(
            "more than one slice is drawn against a first output; pass first_output(labels, slices)"
        )
    sitting = begin_sitting(traits, *names)
    looked_at = looked_at_slices(worth, sitting.looks)
    labels = np.zeros(image.shape, dtype=np.uint8)
    notes = []

    def look_at(*places: int) -> Impression:
        everything = sorted({*places, *looked_at})
        part = None if inside is None else inside[everything]
        seen = see(image[everything], traits, sitting, part)
        hand = hand_on_image(traits.population, sitting.outline_px, outline_length(seen))
        third = perceive_third(seen, traits.eye_sigma_px) if len(codes) > 2 else None
        return Impression(everything, seen, eye_noise(seen), hand, third)

    # one impression of the phases, from the slices to be drawn and those looked at before
    impression = look_at(central, *others)
    ends = codes[0], codes[-1]
    complete = impression.third is None or impression.shows_third([central, *others])
    needed = codes if complete else ends
    third_seen = {} if not impression.third else {"third_phase_seen": impression.third.share}

    def paint_slice(z: int, output: np.ndarray | None) -> None:
        rng = generator(*names, "slice", z)
        seen, index = impression.seen, impression.slices.index(z)
        part = seen.inside_of(index)
        pixels = labels[z].size if part is None else np.count_nonzero(part)
        wanted = max(1, round(coverage_percent / 100 * pixels))
        page = Page(labels[z].copy(), wanted, labels[z].size - pixels, codes)
        if part is not None:
            page.labels[~part] = OFF_LIMITS
        note = {"slice": z, "visible_errors": 0, "correction_strokes": 0, "correction_share": 0.0}
        if impression.third:
            again = generator(*names, "slice", z)
            note |= paint_three(page, impression, index, traits, output, (rng, again))
        else:
            note |= _paint_two(page, impression, index, traits, output, rng)
        note["coverage"] = float(page.painted() / pixels)
        labels[z] = np.where(page.labels == OFF_LIMITS, UNLABELLED, page.labels)
        notes.append(note)

    def have_labels(phases: Sequence[int]) -> bool:
        return all((labels == code).any() for code in phases)

    paint_slice(central, None)
    while others and not have_labels(needed):
        paint_slice(others.pop(0), None)
    drawn = [note["slice"] for note in notes]
    more = [] if have_labels(ends) else [z for z in worth if z not in drawn]
    for z in next_slices(drawn[0], more):
        impression = look_at(z)
        if impression.seen.shows_both(impression.slices.index(z)):
            paint_slice(z, None)
            if have_labels(ends):
                break
    if not have_labels(ends):
        phase = next(p.name for p in person.phases if (labels == p.code).any())
        raise ValueError(
            f"the user labels only {phase} on slices {', '.join(map(str, drawn))} and on every "
            "other one that shows both phases, but a forest needs labels of both; check that the "
            "crop holds both phases, or raise coverage_percent"
        )
    outputs = [None] * len(others)
    if others and corrections:
        outputs = first_output(labels.copy(), list(others))
        _require_output(outputs, (len(others), *image.shape[1:]), codes)
    for z, output in zip(others, outputs, strict=True):
        paint_slice(z, output)
    return Drawing(
        labels,
        {
            "coverage_percent": coverage_percent,
            "slices": notes,
            "slices_looked_at": looked_at,
            "labelled_share": float(
                np.count_nonzero(labels)
                / (labels.size if inside is None else np.count_nonzero(inside))
            ),
            **third_seen,
        },
    )


def _paint_two(page: Page, impression: Impression, index: int, traits: Traits, output, rng) -> dict:
    """Paint active material and the rest of a slice, and return what to note."""
    seen, hand = impression.seen, impression.hand
    edge = drawn_edge(seen, index, impression.noise, hand, rng)
    note = {}
    if output is not None:
        # what is wrong is judged by the eye alone; the hand only errs when it draws
        perceived = edge_distance(seen.active[index], seen.inside_of(index)) + hand.shift_px
        rank = visible_errors(
            output,
            page.codes[0],
            perceived,
            seen.contrast[index],
            traits.population.correction_area_px,
            traits.correction_depth_px,
        )
        note["visible_errors"] = int(rank.max())
        note["correction_strokes"] = _correct(page, rank, perceived, traits, rng)
        note["correction_share"] = float(page.painted() / page.wanted)
    return note | {"strokes": _fill(page, edge, traits, rng)}


def _correct(page: Page, rank, perceived, traits: Traits, rng) -> int:
    """Paint into visible errors, the worst first, and return the number of strokes."""
    starts = shuffled_pixels(rank > 0, rng)
    starts = starts[np.argsort(rank[tuple(starts.T)], kind="stable")]
    # the rim of the error itself is the edge: up to it and not across
    brush = Brush(0.5, traits.brush_px, traits.population.stroke_px, 0.0, 0.0, page.codes)
    target = round(traits.correction_share * page.wanted) + page.outside
    return paint(page.labels, correction_edge(rank, perceived), starts, target, brush, rng)


def _fill(page: Page, edge, traits: Traits, rng) -> int:
    """Paint interiors up to the coverage and return the number of strokes."""
    bands = list(_bands(edge, traits))
    strokes = _show_both_phases(page, bands[0][0], traits, rng)
    for step in MARGIN_STEPS:
        brush = brush_at(traits, step, page.codes)
        for band, within in bands:
            free = (page.labels == UNLABELLED) & within & (np.abs(band) >= brush.margin_px)
            starts = shuffled_pixels(free, rng)
            strokes += paint(page.labels, band, starts, page.wanted + page.outside, brush, rng)
    return strokes


def _bands(edge: np.ndarray, traits: Traits) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield how deep pixels lie, and where a user paints, in this order.

    Usually everywhere at once. A user who follows contours paints along them first, in a band that
    two strokes of the brush fill, and then in bands each twice as wide (assumption). Depth is the
    distance from the nearer side of the band.
    """
    everywhere = np.ones(edge.shape, dtype=bool)
    if traits.population.structure == "contour":
        depth = np.abs(edge)
        width = 2 * (traits.population.margin_px + traits.brush_px)
        while width < 2 * depth.max(where=np.isfinite(depth), initial=0):
            within = depth < width
            inside = np.where(within, np.minimum(depth, width - depth), 0)
            yield (np.sign(edge) * inside).astype(np.float32), within
            width *= 2
    yield edge, everywhere


def _show_both_phases(page: Page, edge, traits: Traits, rng) -> int:
    """Paint a first stroke of each phase that the slice shows and that has no label yet.

    Nobody asks a classifier for an output before both phases have a label (assumption). On a small
    slice with few strokes, chance would leave one out.
    """
    labels = page.labels
    strokes = 0
    for label, side in zip(page.codes, (1.0, -1.0), strict=True):
        for step in MARGIN_STEPS:
            brush = brush_at(traits, step, page.codes)
            depth = side * edge
            if (labels == label).any() or not (depth > 0).any():
                break
            free = (labels == UNLABELLED) & (depth > 0) & (depth >= brush.margin_px)
            starts = shuffled_pixels(free, rng)[:1]
            # a stroke of a broad brush must leave room for the other phase
            room = min(
                page.wanted + page.outside, np.count_nonzero(labels) + max(1, page.wanted // 4)
            )
            strokes += paint(labels, edge, starts, room, brush, rng)
    return strokes


def _require_output(outputs: np.ndarray, shape: tuple[int, ...], codes: tuple[int, ...]) -> None:
    if np.shape(outputs) != shape:
        raise ValueError(
            f"the first output must have shape {shape} (slices, y, x), found {np.shape(outputs)}"
        )
    if not np.isin(outputs, codes).all():
        raise ValueError(
            f"the first output must hold labels {' and '.join(map(str, codes))}, found "
            f"{np.unique(outputs)[:5].tolist()}"
        )
