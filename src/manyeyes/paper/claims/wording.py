"""The scorecard's sentences."""

import numpy as np

from ...statistics.choices import Share
from .definition import Part
from .evaluating import NumberOutcome, OrderingOutcome
from .panels import Panels
from .quantities import IMAGE_METRICS, Aggregate, Quantity, evaluate

METRIC_WORDS = {
    "sd": "SD",
    "pairwise": "pairwise difference",
    "pairwise_per_sd": "pairwise difference per SD",
    "baseline_percent": "distance from the baseline",
    "pores_per_baseline": "closed-pore volume over that of the FIB-SEM block",
    "active_specks": "specks",
    "closed_pores": "closed pores",
    "contrast_to_noise": "contrast-to-noise",
    "histogram_modes": "peaks",
}
COMPARATOR_WORDS = {
    "below": "below",
    "above": "above",
    "at_least": "at least",
    "far_above": "far above",
    "not_far_above": "no more than",
    "similar": "similar to",
}


def percent(share: float) -> str:
    """Return a share in whole per cent; only shares of exactly 0 and 1 read 0 and 100 %."""
    rounded = round(100 * share)
    if rounded == 0 and share > 0:
        return "less than 1 %"
    if rounded == 100 and share < 1:
        return "over 99 %"
    return f"{rounded} %"


def ordering_sentences(
    share: Share, decisive: OrderingOutcome, panels: Panels, comparisons: int
) -> str:
    """Return in how many panels orderings hold together, and the comparison that decides it.

    Parameters
    ----------
    share : Share
        Of the panels that show all of the claim.
    decisive : OrderingOutcome
        Of the check with the weakest support.
    panels : Panels
    comparisons : int
        How many comparisons the claim makes.

    Returns
    -------
    str
    """
    if not panels.users and len(panels.realisations) == 1:
        first = "Holds." if share.share else "Does not hold."
    elif not panels.users:
        first = f"Holds on {percent(share.share)} of {_realisations(panels)}."
    elif panels.enough:
        first = f"Shown by {percent(share.share)} of {_choices(panels)}"
        if np.isfinite(share.low):
            first += f" (interval {100 * share.low:.0f} to {100 * share.high:.0f} %)"
        first += "."
    else:
        first = (
            f"{len(panels.users)} users are too few for a distribution: it holds in "
            f"{percent(share.share)} of the populations that they may come "
            f"from{_over_realisations(panels)}."
        )
    part = part_in_words(decisive.part, panels)
    if comparisons == 1:
        return f"{first} Compared: {part}."
    return f"{first} Decisive: {part}, in {percent(decisive.part_share)}."


def number_sentence(outcome: NumberOutcome, panels: Panels) -> str:
    """Return where the paper's number lies among ours."""
    if not panels.users:
        return f"Measured on {_realisations(panels)}."
    if np.isnan(outcome.within):
        return "Nobody differs from anybody, so the ratio is no number."
    among = _choices(panels) if panels.enough else "new panels of three such users"
    text = (
        f"Of {among}, {percent(outcome.within)} lie within the tolerance; "
        f"the paper's number has {percent(outcome.place)} of them below it."
    )
    if not panels.enough:
        text += f" {len(panels.users)} users are too few for a narrower range."
    return text


def part_in_words(part: Part, panels: Panels) -> str:
    """Return a comparison with both sides' values: medians, or as measured if users are few."""
    view = panels.distribution if panels.enough else panels.measured
    sides = [
        f"{side:.3g}"
        if isinstance(side, float)
        else f"{quantity_in_words(side)} ({np.median(evaluate(side, view)):.3g})"
        for side in (part.left, part.right)
    ]
    factor = f"{part.factor:g} times " if part.factor != 1 and part.comparator != "similar" else ""
    return f"{sides[0]} {COMPARATOR_WORDS[part.comparator]} {factor}{sides[1]}"


def quantity_in_words(quantity: Quantity) -> str:
    """Return what a quantity is, in a few words."""
    if not isinstance(quantity, Aggregate):
        return {
            "Count": "number of conditions below",
            "Share": "share of pairs below",
            "RankCorrelation": "rank correlation",
            "SameLowest": "lowest in the same place",
        }[type(quantity).__name__]
    cells = quantity.cells
    names = [list(dict.fromkeys(getattr(cell, key) for cell in cells)) for key in cells[0]._fields]
    datasets, filters, variants = (", ".join(values) for values in names)
    what = METRIC_WORDS[quantity.metric]
    if quantity.take:
        what = f"{quantity.take} {what}"
    whose = f" of {variants}" if quantity.metric not in IMAGE_METRICS else ""
    text = f"{what}{whose} on {filters} {datasets}"
    return f"{text}, relative," if quantity.per else text


def _choices(panels: Panels) -> str:
    return (
        f"{len(panels.choices)} choices of three out of {len(panels.users)} users"
        f"{_over_realisations(panels)}"
    )


def _over_realisations(panels: Panels) -> str:
    return f", each on {_realisations(panels)}" if len(panels.realisations) > 1 else ""


def _realisations(panels: Panels) -> str:
    count = len(panels.realisations)
    return f"{count} realisations" if count > 1 else "one realisation"
