"""What a study says about one claim: supported, refuted or undecided, and by how much."""

from dataclasses import dataclass
from enum import Enum
from functools import reduce

import numpy as np
import scipy

from ...statistics.choices import (
    Share,
    central_range,
    place_in,
    share_of_choices,
    shortest_range,
)
from .definition import NumberCheck, OrderingCheck, Part, Rules
from .panels import Panels
from .quantities import Counted, View, evaluate, needs_of_quantity


class Status(Enum):
    """What a study says about a comparison."""

    SUPPORTED = "agrees"
    REFUTED = "disagrees"
    OPEN = "undecided"


@dataclass(frozen=True)
class OrderingOutcome:
    """The result of an ordering.

    Attributes
    ----------
    status : Status
    share : Share
        Of the panels in which it holds.
    holds : ndarray of bool, shape (realisations, panels)
    part : Part
        The comparison that decides it: the one seen least often if all must hold, the one seen
        most often if any is enough.
    part_share : float
        Share of the panels in which that one holds.
    p_value : float
        Of the status, before the correction for other claims; NaN if it is open.
    """

    status: Status
    share: Share
    holds: np.ndarray
    part: Part
    part_share: float
    p_value: float


@dataclass(frozen=True)
class NumberOutcome:
    """The result of a number.

    Attributes
    ----------
    status : Status
    value : float
        Ours: the median over choices of three; over all users if they are too few for choices.
    low, high : float
        The central part of what panels of three give; the shortest range for distances from the
        baseline.
    within : float
        Share of panels within the tolerance around the paper's number.
    place : float
        Position of the paper's number among them, 0 to 1.
    p_value : float
        Of disagreement, before the correction for other claims; NaN otherwise.
    """

    status: Status
    value: float
    low: float
    high: float
    within: float
    place: float
    p_value: float = float("nan")


def part_holds(part: Part, view: View, extremes: View | None = None) -> np.ndarray:
    """Return for every panel whether a comparison holds, shape (realisations, panels).

    Parameters as in `quantities.evaluate`.
    """
    left, right = (evaluate(side, view, extremes) for side in (part.left, part.right))
    match part.comparator:
        case "below":
            return left < right
        case "above":
            return left > right
        case "at_least":
            return left >= right
        case "far_above":
            return left > part.factor * right
        case "not_far_above":
            return left <= part.factor * right
        case "similar":
            return (left <= part.factor * right) & (part.factor * left >= right)
    raise ValueError(f"unknown comparator {part.comparator!r}")


def judge_ordering(check: OrderingCheck, panels: Panels, rules: Rules) -> OrderingOutcome:
    """Return what the panels say about an ordering.

    If all parts must hold, it is supported if enough panels show them all at once, and refuted as
    soon as one part is refuted, because that part is claimed too. If any part is enough, it is
    supported if enough panels show the same part, and refuted if hardly any panel shows any. So a
    claim with many parts is neither refuted nor confirmed by chance alone.

    With too few users, counts over several conditions remain undecided: independent draws blur
    them towards one half, whatever the users do.
    """
    extremes = panels.measured if _too_few(panels) else None
    holds = [part_holds(part, panels.distribution, extremes) for part in check.parts]
    single = [share_and_status(one, panels, rules, len(holds)) for one in holds]
    every = check.hold == "all"
    joint = reduce(np.logical_and if every else np.logical_or, holds)
    share, status = share_and_status(joint, panels, rules)
    decisive = Status.REFUTED if every else Status.SUPPORTED
    if any(state is decisive for _, state in single):
        status = decisive
    elif status is decisive:
        # Together they would decide it, but none does alone: this can be chance.
        status = Status.OPEN
    if _too_few(panels) and any(isinstance(part.left, Counted) for part in check.parts):
        status = Status.OPEN
    shares = [one.share for one, _ in single]
    place = int(np.argmin(shares) if every else np.argmax(shares))
    tested = share if status is not decisive else single[place][0]
    comparisons = 1 if status is not decisive else len(holds)
    p_value = p_of_share(tested, status, joint.size, panels, rules) * comparisons
    return OrderingOutcome(
        status, share, joint, check.parts[place], shares[place], min(1.0, p_value)
    )


def judge_number(check: NumberCheck, panels: Panels, rules: Rules) -> NumberOutcome:
    """Return where a number of the paper lies among ours.

    A ratio of two spreads that are both 0 is not a number: such panels count as outside the
    tolerance and do not enter the range.
    """
    extremes = panels.measured if _too_few(panels) else None
    values = evaluate(check.quantity, panels.new_panels, extremes)
    is_distance = all(
        metric == "baseline_percent" for metric, _ in needs_of_quantity(check.quantity)
    )
    range_of = shortest_range if is_distance else central_range
    within = float(np.mean((values >= check.low) & (values <= check.high)))
    values = values[~np.isnan(values)]
    if values.size == 0:
        return NumberOutcome(Status.OPEN, *[float("nan")] * 5)
    low, high = range_of(values, rules.level)
    outside = check.stated_low > high or check.stated_high < low
    if _too_few(panels):
        agrees = low >= check.low and high <= check.high
        value = float(np.mean(evaluate(check.quantity, panels.measured)))
    else:
        agrees = within >= rules.number_agrees_from
        value = float(np.median(values))
    status = Status.SUPPORTED if agrees else Status.REFUTED if outside else Status.OPEN
    if _too_few(panels) and isinstance(check.quantity, Counted):
        status = Status.OPEN
    p_value = float("nan")
    if status is Status.REFUTED:
        nearest = check.stated_low if check.stated_low > high else check.stated_high
        tail = place_in(values, nearest)
        p_value = max(2 * min(tail, 1 - tail), 1 / values.size)
    place = place_in(values, check.value)
    return NumberOutcome(status, value, low, high, within, place, p_value)


def _status_of_share(share: Share, panels: Panels, rules: Rules, comparisons: int) -> Status:
    """Return what a share of panels means; see ``rules`` in ``claims.yaml``."""
    if _too_few(panels):
        needed = 1 - (1 - rules.level) / 2 / comparisons
        low, high = share.share, share.share
        majority = 0.0
    else:
        needed, majority = rules.agrees_from, rules.majority
        low = share.share if np.isnan(share.low) else share.low
        high = share.share if np.isnan(share.high) else share.high
    if share.share >= needed and low > majority:
        return Status.SUPPORTED
    if share.share <= 1 - needed and high < 1 - majority:
        return Status.REFUTED
    return Status.OPEN


def p_of_share(share: Share, status: Status, size: int, panels: Panels, rules: Rules) -> float:
    """Return the two-sided p-value of a share of panels that supports or refutes a claim.

    With choices of users, the share is tested against the majority with its jackknife error; with
    few users, it is a share of the populations that they may come from. NaN for an open status,
    and 0 for images, which have no users.
    """
    if status is Status.OPEN:
        return float("nan")
    if not panels.users:
        return 0.0
    against = share.share if status is Status.REFUTED else 1 - share.share
    if not panels.enough:
        return min(1.0, max(2 * against, 1 / size))
    reach = share.high - share.share if status is Status.REFUTED else share.share - share.low
    if not reach > 0:
        return 0.0
    score = scipy.stats.norm.ppf((1 + rules.level) / 2) * (rules.majority - against) / reach
    return float(2 * scipy.stats.norm.sf(score))


def share_and_status(
    holds: np.ndarray, panels: Panels, rules: Rules, comparisons: int = 1
) -> tuple[Share, Status]:
    """Return the share of panels in which something holds, and what it means for a claim.

    Parameters
    ----------
    holds : ndarray of bool, shape (realisations, panels)
    panels : Panels
    rules : Rules
    comparisons : int, default 1
        How many comparisons, this one included, could each decide the claim. With too few users
        the limits are those of a test, and many tests find something by chance, so they share the
        error rate (Bonferroni).

    Returns
    -------
    share : Share
    status : Status
    """
    if panels.enough:
        holds = np.broadcast_to(holds, (len(panels.realisations), len(panels.choices)))
        share = share_of_choices(holds, panels.choices, len(panels.users), rules.level)
    else:
        share = Share(float(holds.mean()), float("nan"), float("nan"))
    return share, _status_of_share(share, panels, rules, comparisons)


def _too_few(panels: Panels) -> bool:
    """Return whether there are users, but not enough of them for choices of three."""
    return bool(panels.users) and not panels.enough
