"""Strokes on a slice of three phases.

People paint inside each region that they perceive, with a margin to its edge. There are two edges,
around active material and around all that is brighter than pore, and one hand: where they are the
same edge, it is placed once.
"""

import numpy as np
from scipy import ndimage

from ..imaging.masks import edge_distance
from ..labels import UNLABELLED
from .correcting import ranked_errors
from .impression import Impression
from .outline import drawn_edge
from .page import MARGIN_STEPS, Page, brush_at
from .painting import Brush, paint, shuffled_pixels
from .population import Traits


def paint_three(
    page: Page,
    impression: Impression,
    index: int,
    traits: Traits,
    output: np.ndarray | None,
    rngs: tuple[np.random.Generator, np.random.Generator],
) -> dict:
    """Paint a slice of three phases to the coverage that is wanted.

    Parameters
    ----------
    page : Page
        Painted in place; its codes are those of active material, the third phase and pore.
    impression : Impression
    index : int
        Of the slice among those of the impression.
    traits : Traits
    output : ndarray of uint8, shape (y, x), or None
        What a classifier made of the labels so far; visible errors are corrected first.
    rngs : (numpy.random.Generator, numpy.random.Generator)
        Two of the same state: the hand errs alike at both edges. The first goes on to the strokes.

    Returns
    -------
    dict
        What to note: strokes, and if there is an output visible errors and their correction.
    """
    seen, third, hand = impression.seen, impression.third.perception, impression.hand
    rng, again = rngs
    drawn = depths_between(
        drawn_edge(seen, index, impression.noise, hand, rng),
        drawn_edge(third, index, impression.noise, hand, again),
    )
    note = {}
    if output is not None:
        # what is wrong is judged by the eye alone; the hand only errs when it draws
        inside = seen.inside_of(index)
        perceived = depths_between(
            edge_distance(seen.active[index], inside) + hand.shift_px,
            edge_distance(third.active[index], inside) + hand.shift_px,
        )
        contrast = np.minimum(seen.contrast[index], third.contrast[index])
        note = _correct(page, output, perceived, contrast, traits, rng)
    return note | {"strokes": _fill(page, drawn, traits, rng)}


def depths_between(upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Return how deep each pixel lies within each of three phases.

    Parameters
    ----------
    upper, lower : ndarray of float, shape (y, x)
        Distance from the edge of active material and from that of all that is brighter than pore,
        positive inside; NaN outside the field of view.

    Returns
    -------
    ndarray of float32, shape (3, y, x)
        For active material, the third phase and pore: distance from the nearer edge, above 0 in
        one of them only; NaN outside the field of view.
    """
    active = upper
    between = np.minimum(lower, -upper)
    pore = np.minimum(-lower, -upper)
    depths = np.stack([active, between, pore]).astype(np.float32)
    # a pixel right on an edge belongs to pore
    on_edge = ~(depths > 0).any(axis=0) & ~np.isnan(upper)
    depths[2][on_edge] = np.finfo(np.float32).tiny
    return depths


def _fill(page: Page, depths: np.ndarray, traits: Traits, rng) -> int:
    """Paint interiors up to the coverage and return the number of strokes.

    Each phase gets its share of the labels, as strokes that start anywhere would give on average.
    """
    labels = page.labels
    areas = np.count_nonzero(depths > 0, axis=(1, 2))
    shares = [max(1, round(page.wanted * area / areas.sum())) for area in areas]
    strokes = 0
    # in the end everything that is left, whatever its phase
    for step, sparing in [*((step, True) for step in MARGIN_STEPS), (0.0, False)]:
        for code, depth, share in zip(page.codes, depths, shares, strict=True):
            brush = brush_at(traits, step, (code, code))
            room = max(share - np.count_nonzero(labels == code), 0) if sparing else page.wanted
            target = min(np.count_nonzero(labels) + room, page.wanted + page.outside)
            free = (labels == UNLABELLED) & (depth > 0) & (depth >= brush.margin_px)
            strokes += paint(labels, depth, shuffled_pixels(free, rng), target, brush, rng)
    return strokes


def _correct(page: Page, output, depths, contrast, traits: Traits, rng) -> dict:
    """Paint into visible errors, the worst first, and return what to note."""
    # the phase in which a pixel lies deepest; it does not matter outside
    phase = np.argmax(np.nan_to_num(depths, nan=0.0), axis=0)
    depth = np.take_along_axis(depths, phase[None], axis=0)[0]
    wanted = np.array(page.codes, np.uint8)[phase]
    wrong = (output != wanted) & ~np.isnan(depth)
    # errors of different kinds can touch; each is an error of its own
    kinds = np.where(wrong, 256 * wanted.astype(np.uint16) + output, 0).astype(np.uint16)
    rank = ranked_errors(
        kinds,
        depth,
        contrast,
        traits.population.correction_area_px,
        traits.correction_depth_px,
    )
    starts = shuffled_pixels(rank > 0, rng)
    starts = starts[np.argsort(rank[tuple(starts.T)], kind="stable")]
    ranks = rank[tuple(starts.T)]
    target = round(traits.correction_share * page.wanted) + page.outside
    strokes = 0
    # the rim of the error itself is the edge: up to it and not across
    edges = {
        code: ndimage.distance_transform_edt((rank > 0) & (wanted == code)).astype(np.float32)
        for code in page.codes
    }
    for error in range(1, int(rank.max()) + 1):
        part = starts[ranks == error]
        code = int(wanted[tuple(part[0])])
        brush = Brush(0.5, traits.brush_px, traits.population.stroke_px, 0.0, 0.0, (code, code))
        strokes += paint(page.labels, edges[code], part, target, brush, rng)
        if np.count_nonzero(page.labels) >= target:
            break
    return {
        "visible_errors": int(rank.max()),
        "correction_strokes": strokes,
        "correction_share": float(page.painted() / page.wanted),
    }
