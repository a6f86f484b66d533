"""How many people and sittings a laboratory needs to know how much its people differ."""

from collections.abc import Iterable
from math import sqrt

import pandas as pd
import scipy

LEVEL = 0.9
MOST_PEOPLE = 10_000
MOST_SITTINGS = 100


def sd_interval(people: int, reliability: float = 1.0, level: float = LEVEL) -> tuple[float, float]:
    """Return between which values a standard deviation over people lies.

    Parameters
    ----------
    people : int
        Who were measured, at least 2.
    reliability : float, default 1
        Share of the variance of what was measured that is between people; the rest is error of a
        known size, such as what a record does not say about a trait. Above 0, up to 1.
    level : float, default 0.9
        Of the interval.

    Returns
    -------
    low, high : float
        As multiples of the standard deviation that was found. With n people, (n - 1) s^2 / sigma^2
        follows a chi-square distribution of n - 1 degrees of freedom (normal distribution assumed);
        the variance of error is taken off both ends.
    """
    if people < 2:
        raise ValueError(f"a spread takes at least 2 people, found {people}")
    _check_share("the reliability", reliability, lowest_allowed=False)
    _check_share("the level", level, lowest_allowed=False, highest_allowed=False)
    freedom = people - 1
    ends = scipy.stats.chi2.ppf([(1 + level) / 2, (1 - level) / 2], freedom)
    error = 1 - reliability
    low, high = (sqrt(max(freedom / end - error, 0.0) / reliability) for end in ends)
    return low, high


def people_needed(half_width: float, reliability: float = 1.0, level: float = LEVEL) -> int:
    """Return how many people it takes to know a standard deviation well enough.

    Parameters
    ----------
    half_width : float
        Half the width of the interval, as a share of the standard deviation: 0.25 for +-25 %.
    reliability, level : float
        See `sd_interval`.

    Returns
    -------
    int
        The smallest number of people whose interval is at most so wide.

    Raises
    ------
    ValueError
        If the width is not above 0, or needs more than `MOST_PEOPLE`.
    """
    if not half_width > 0:
        raise ValueError(f"the half width of an interval must be above 0, found {half_width}")

    def reached(people: int) -> bool:
        low, high = sd_interval(people, reliability, level)
        return (high - low) / 2 <= half_width

    enough = 2
    while not reached(enough):
        enough *= 2
        if enough > MOST_PEOPLE:
            raise ValueError(
                f"a half width of {half_width:g} takes more than {MOST_PEOPLE} people; ask for less"
            )
    too_few = enough // 2
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        too_few, enough = (too_few, middle) if reached(middle) else (middle, enough)
    return enough


def within_share_interval(
    people: int, sittings: int, share: float = 0.25, level: float = LEVEL
) -> tuple[float, float]:
    """Return between which values the within-person share of the variance lies.

    Parameters
    ----------
    people, sittings : int
        Each person sits down so often; at least 2 of both.
    share : float, default 0.25
        The true share of the variance that is between sittings of one person; 0.25 is what the user
        model assumes. Above 0, up to 1.
    level : float, default 0.9

    Returns
    -------
    low, high : float
        The interval of a laboratory whose ratio of mean squares is the median one. The ratio over
        its expectation follows F(n - 1, n (s - 1)), which gives an exact interval of the intraclass
        correlation (Shrout and Fleiss 1979, doi:10.1037/0033-2909.86.2.420, case 1); the share is 1
        less that.
    """
    if people < 2 or sittings < 2:
        raise ValueError(
            "variation within people takes at least 2 people and 2 sittings of each, found "
            f"{people} and {sittings}"
        )
    _check_share("the within-person share", share, lowest_allowed=False)
    _check_share("the level", level, lowest_allowed=False, highest_allowed=False)
    freedom = people - 1, people * (sittings - 1)
    ratio = (1 + sittings * (1 - share) / share) * scipy.stats.f.median(*freedom)
    ends = scipy.stats.f.ppf([(1 - level) / 2, (1 + level) / 2], *freedom)
    found = [1 - (ratio / end - 1) / (ratio / end + sittings - 1) for end in ends]
    low, high = (min(max(float(value), 0.0), 1.0) for value in found)
    return low, high


def sittings_needed(
    people: int, half_width: float, share: float = 0.25, level: float = LEVEL
) -> int | None:
    """Return how often people must sit down to know the within-person share well enough.

    Parameters
    ----------
    people : int
    half_width : float
        Half the width of the interval of the share: 0.1 for +-0.1.
    share, level : float
        See `within_share_interval`.

    Returns
    -------
    int or None
        The smallest number; None if `MOST_SITTINGS` are too few, for then it takes more people.
    """
    if not half_width > 0:
        raise ValueError(f"the half width of an interval must be above 0, found {half_width}")
    for sittings in range(2, MOST_SITTINGS + 1):
        low, high = within_share_interval(people, sittings, share, level)
        if (high - low) / 2 <= half_width:
            return sittings
    return None


def laboratory_table(
    people: Iterable[int] = (3, 5, 8, 10, 15, 20, 30, 50),
    sittings: Iterable[int] = (2, 3, 4, 6),
    share: float = 0.25,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Return what numbers of people and sittings can tell.

    Returns
    -------
    DataFrame
        people, sittings, sd_low, sd_high (interval of a spread between people, as multiples of what
        was found; first sittings alone), share_low, share_high (interval of the within-person
        share if it is ``share``; NaN for one sitting).
    """
    rows = []
    for number in people:
        low, high = sd_interval(number, level=level)
        for often in (1, *sittings):
            ends = (float("nan"),) * 2
            if often > 1:
                ends = within_share_interval(number, often, share, level)
            rows.append((number, often, low, high, *ends))
    columns = ["people", "sittings", "sd_low", "sd_high", "share_low", "share_high"]
    return pd.DataFrame(rows, columns=columns)


def laboratory_words(
    people: int, sittings: int, half_width: float, share_half_width: float, share: float = 0.25
) -> str:
    """Return how many more people and sittings a laboratory needs.

    Parameters
    ----------
    people, sittings : int
        Who were recorded so far, and the fewest sittings of a person.
    half_width : float
        Wanted for a spread between people, as a share of it.
    share_half_width : float
        Wanted for the within-person share.
    share : float
        The within-person share that is expected.
    """
    needed = people_needed(half_width)
    text = (
        f"To know a spread between people to +-{half_width:.0%} ({LEVEL:.0%} interval) takes "
        f"{needed} people; you have {people}"
    )
    text += f", so {needed - people} more. " if needed > people else ". "
    # everybody whom the first question needs sits down again
    crowd = max(needed, people)
    often = sittings_needed(crowd, share_half_width, share)
    text += (
        "To know the share of the variance that is within a person to "
        f"+-{share_half_width:g}, if it is {share:g}, "
    )
    if often is None:
        return text + f"takes more than these {crowd} people, however often they sit down."
    text += f"these {crowd} people must sit down {often} times each"
    if sittings >= often and people >= needed:
        return text + "; they did."
    return text + f"; so far it is {sittings}."


def _check_share(what: str, value: float, *, lowest_allowed=True, highest_allowed=True) -> None:
    low = value >= 0 if lowest_allowed else value > 0
    high = value <= 1 if highest_allowed else value < 1
    if not (low and high):
        raise ValueError(f"{what} must be between 0 and 1, found {value}")
