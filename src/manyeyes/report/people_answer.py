"""The first answer of a study of people: the person or the method, and what to standardise.

A *way* is a variant on an image: S2 on the raw image and S2 on a filtered one are two ways.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..figures.words import filter_name
from ..statistics.variance_components import crossed_components
from ..statistics.words import and_list
from .words import count, in_points, names, percent, sentence

WAY = ["filter", "variant"]

PERSON, METHOD, CARRIED_OUT, SITTING = "person", "method", "carried out", "sitting"
"""What a result may depend on: who segments, by which way, how this person carries out this way,
and the day."""

DATASETS_NAMED = 2
"""The first sentence names as many datasets; more are summed up."""

ALPHA = 0.05


CLEARLY_MORE = 1.5
"""A part is called larger than another from this ratio of standard deviations on."""

NOTHING = 5e-5
"""Standard deviation of volume fractions below which all results are called the same."""


class Crossed(NamedTuple):
    """Results of people who segmented one dataset in the same ways.

    Attributes
    ----------
    dataset : str
    every : DataFrame
        Volume fractions of all ways that two people share: a row for each person, a column
        (filter, variant) for each way, NaN where a person did not use it.
    results : DataFrame
        The part of it without gaps that is compared.
    left_out : tuple of str
        People who are in `every` and not in `results`.
    sds : mapping of str to float
        How much the results spread with each of `PERSON`, `METHOD`, `CARRIED_OUT`; `SITTING` where
        people came again, which is then in no other. Empty if fewer than two people share two ways.
    p_people, p_ways : float
        Of no difference between people, on one day each, and between ways; NaN where `sds` is
        empty.
    """

    dataset: str
    every: pd.DataFrame
    results: pd.DataFrame
    left_out: tuple[str, ...]
    sds: Mapping[str, float]
    p_people: float
    p_ways: float


def crossed_people(
    volume_fractions: pd.DataFrame, sittings: pd.DataFrame | None = None
) -> list[Crossed]:
    """Return, for each dataset, what people did in the same ways.

    Parameters
    ----------
    volume_fractions : DataFrame
        dataset, filter, variant, user, active_fraction of one group of users.
    sittings : DataFrame, optional
        dataset, filter, variant, person, sitting, active_fraction.

    Returns
    -------
    list of Crossed
        Without datasets of which no two people share a way.
    """
    found = []
    for dataset, rows in volume_fractions.groupby("dataset", sort=False):
        every = rows.pivot_table(
            index="user", columns=WAY, values="active_fraction", aggfunc="mean", sort=False
        )
        every = every.loc[:, every.notna().sum() > 1].dropna(how="all")
        if every.empty:
            continue
        results = _complete(every)
        left_out = tuple(name for name in every.index if name not in results.index)
        sds, p_people, p_ways = {}, float("nan"), float("nan")
        if results.shape[1] > 1:
            parts = crossed_components(results.to_numpy())
            p_people, p_ways = parts.p_value, crossed_components(results.to_numpy().T).p_value
            variances = {
                PERSON: parts.user.value,
                METHOD: parts.seed.value,
                CARRIED_OUT: parts.rest.value,
            }
            day = _of_the_day(sittings, dataset, list(results.columns))
            if day is not None:
                # A day that moves all ways of a person is in that person's mean.
                variances[PERSON] -= day[0]
                variances[CARRIED_OUT] -= day[1]
                variances[SITTING] = sum(day)
            sds = {name: float(np.sqrt(max(value, 0.0))) for name, value in variances.items()}
        found.append(Crossed(str(dataset), every, results, left_out, sds, p_people, p_ways))
    return found


def _complete(every: pd.DataFrame) -> pd.DataFrame:
    """Return the largest part without gaps: two people and two ways or more, else one way."""
    done = every.notna()
    patterns = {tuple(a & b) for a in done.to_numpy() for b in done.to_numpy()}
    blocks = [
        every.loc[done.loc[:, list(ways)].all(axis="columns"), list(ways)] for ways in patterns
    ]
    blocks = [block for block in blocks if block.shape[0] > 1 and block.shape[1] > 1]
    if blocks:
        # With equal sizes, more people; then by name, as sets have no order.
        return max(blocks, key=lambda block: (block.size, len(block), str(list(block.columns))))
    one = done.sum().idxmax()
    return every[[one]].dropna()


def _of_the_day(
    sittings: pd.DataFrame | None, dataset: str, ways: list
) -> tuple[float, float] | None:
    """Return the variance between sittings of a person that all ways share, and that of each way.

    None if nobody did two ways in two sittings.
    """
    if sittings is None:
        return None
    table = sittings[sittings["dataset"] == dataset].pivot_table(
        index=["person", "sitting"], columns=WAY, values="active_fraction"
    )
    table = table[[way for way in ways if way in table.columns]]
    shared = alone = freedom_shared = freedom_alone = 0.0
    numbers = []
    for _, one in table.groupby(level="person"):
        values = one.dropna(axis="columns").to_numpy()
        if min(values.shape) < 2:
            continue
        days, number = values.shape
        means = values.mean(axis=1, keepdims=True)
        shared += number * np.sum((means - values.mean()) ** 2)
        left = values - means - values.mean(axis=0) + values.mean()
        alone += np.sum(left**2)
        freedom_shared += days - 1
        freedom_alone += (days - 1) * (number - 1)
        numbers.append(number)
    if not numbers:
        return None
    of_each = alone / freedom_alone
    of_all = (shared / freedom_shared - of_each) / np.mean(numbers)
    return max(float(of_all), 0.0), float(of_each)


def _pooled(table: pd.DataFrame, dataset: str, column: str) -> float | None:
    """Return a dataset's SD of sittings, root mean square over ways; None if unknown."""
    values = table.loc[table["dataset"] == dataset, column].dropna()
    return float(np.sqrt((values**2).mean())) if len(values) else None


def headline_of_people(found: list[Crossed]) -> str:
    """Return how far results reach from the lowest to the highest, and what matters more."""
    phrases = [
        f"{each.dataset} has {_ends(each.every)} % active material"
        for each in found[:DATASETS_NAMED]
    ]
    if not phrases:
        return ""
    how = " and how" if any(each.every.shape[1] > 1 for each in found) else ""
    text = f"Depending on who segments it{how}, {and_list(phrases)}"
    if len(found) > DATASETS_NAMED:
        values = [each.every.to_numpy() for each in found]
        reach = [np.nanmax(one) - np.nanmin(one) for one in values]
        widest = found[int(np.argmax(reach))]
        text = (
            f"Depending on who segments{how}, the volume fraction of active material of "
            f"{len(found)} tomograms moves by {in_points(np.median(reach))} points (median; most "
            f"on {widest.dataset}, {_ends(widest.every)} %)"
        )
    return f"{text}. {_what_matters(found)}".rstrip()


def _what_matters(found: list[Crossed]) -> str:
    """Return whether the person or the method matters more, as far as that is beyond chance."""
    sds = typical(found)
    if not sds:
        return ""
    if max(sds.values()) < NOTHING:
        return "Everybody gets the same result in every way."
    people, ways = _is_clear(found, "p_people"), _is_clear(found, "p_ways")
    if people and ways:
        first, second = (PERSON, METHOD) if sds[PERSON] >= sds[METHOD] else (METHOD, PERSON)
        if sds[first] >= CLEARLY_MORE * sds[second]:
            return f"The {first} matters more than the {second}."
        return "The person and the method matter about equally."
    if people:
        return "People differ beyond chance, methods do not."
    if ways:
        return "Methods differ beyond chance, people do not."
    return "Neither people nor methods differ beyond chance."


def _is_clear(found: list[Crossed], test: str) -> bool:
    """Return whether a difference is beyond chance on most datasets, corrected for their number."""
    p_values = [getattr(each, test) for each in found if np.isfinite(getattr(each, test))]
    return sum(p < ALPHA / len(p_values) for p in p_values) > len(p_values) / 2


def person_or_method(found: list[Crossed]) -> str:
    """Return how far people lie apart over all ways, and ways over all people."""
    if not any(each.sds for each in found):
        one = all(each.every.shape[1] == 1 for each in found)
        why = "Everybody segmented in one way only" if one else "No two people share two ways"
        return f"{why}, so this study cannot say whether the method matters more than the person."
    parts = []
    for each in [each for each in found if each.sds][:DATASETS_NAMED]:
        people = each.results.mean(axis="columns").sort_values()
        ways = each.results.mean(axis="index").sort_values()
        named = [f"{name} {percent(100 * value)}" for name, value in people.items()]
        who = and_list(named) if len(named) <= 6 else f"{named[0]} to {named[-1]}"
        ends = [f"{_way(ways.index[k])} {percent(100 * ways.iloc[k])}" for k in (0, -1)]
        parts.append(
            f"On {each.dataset}, means over {count(len(ways), 'way')} of segmenting are {who} %: "
            f"{in_points(people.iloc[-1] - people.iloc[0])} points from person to person. Means "
            f"over {count(len(people), 'person', 'people')} run from {' to '.join(ends)} %: "
            f"{in_points(ways.iloc[-1] - ways.iloc[0])} points from way to way."
        )
        ways_left = each.every.shape[1] - each.results.shape[1]
        if each.left_out:
            parts.append(f"Without {and_list(each.left_out)}, who did not do all of these ways.")
        if ways_left:
            parts.append(f"Without {count(ways_left, 'way')} that not all of them did.")
    sds = typical(found)
    several = " (medians over datasets)" if sum(bool(each.sds) for each in found) > 1 else ""
    rest = f"what is neither {in_points(sds[CARRIED_OUT])}"
    if SITTING in sds:
        rest = (
            f"the day {in_points(sds[SITTING])}, and how each person uses each way "
            f"{in_points(sds[CARRIED_OUT])}"
        )
    else:
        rest = f"and {rest}"
    text = (
        "As standard deviations, beyond what the smaller parts bring about by chance, the person "
        f"makes {in_points(sds[PERSON])} points, the way {in_points(sds[METHOD])}, {rest}{several}."
    )
    return " ".join([*parts, text])


def same_person_again(found: list[Crossed], sittings_spread: pd.DataFrame | None) -> str:
    """Return how far people are from themselves, beside how far from each other."""
    if sittings_spread is None:
        return (
            "Nobody came twice, so this study cannot tell a person from a day. A second sitting "
            "(annotate --sitting 2) would."
        )
    within = [_pooled(sittings_spread, each.dataset, "within_sd") for each in found]
    between = [_pooled(sittings_spread, each.dataset, "between_sd") for each in found]
    both = [(w, b) for w, b in zip(within, between, strict=True) if w is not None and b is not None]
    if not both:
        return ""
    day, lasting = (float(np.median([pair[k] for pair in both])) for k in (0, 1))
    share = lasting**2 / (lasting**2 + day**2) if lasting or day else 0.0
    return (
        f"The sittings of one person spread by {in_points(day)} points (SD), people by "
        f"{in_points(lasting)}: {100 * share:.0f} % of the variance of a way of segmenting comes "
        "from lasting differences between people, the rest from the day."
    )


def what_to_standardise(found: list[Crossed]) -> str:
    """Return what people should agree on first, and with which way they agree best."""
    sds = typical(found)
    if not sds or max(sds.values()) < NOTHING:
        return ""
    parts = [_advice(max(sds, key=sds.get), found)]
    closest = [_closest(each) for each in found if each.sds and len(each.results) > 1]
    if len(closest) == 1:
        parts.append(
            f"These people agree best with {closest[0][0]} and least with {closest[0][1]}; that is "
            "agreement, which is not accuracy."
        )
    return " ".join(parts)


def _advice(largest: str, found: list[Crossed]) -> str:
    unclear = {PERSON: ("p_people", "people"), METHOD: ("p_ways", "methods")}
    if largest in unclear and not _is_clear(found, unclear[largest][0]):
        return (
            f"Nothing yet: most of the spread is between {unclear[largest][1]}, but that may be "
            "chance. More people, or more ways of segmenting, would tell."
        )
    if largest == METHOD:
        return (
            "The method: it moves the result more than the person does. Agree on one variant and "
            "one filter, and state them with every number."
        )
    if largest == PERSON:
        one = [each for each in found if each.sds]
        who = ""
        if len(one) == 1:
            people = one[0].results.mean(axis="columns").sort_values()
            who = f" ({people.index[-1]} high, {people.index[0]} low)"
        return (
            f"What counts as active material: the same people are high or low in most ways{who}. "
            "Settle on examples together before you choose a method (where a blurred edge lies, "
            "which small particles count), or let one person do all samples that are to be "
            "compared."
        )
    if largest == SITTING:
        return (
            "Nothing that people could agree on: the same person differs as much from one day to "
            "the next. Repeat sittings, and take their mean."
        )
    return (
        "How each method is carried out: people differ, but the same person is high in one way and "
        "low in another. Choose one way, and write down its settings and when one is done."
    )


def who_is_right(found: list[Crossed], volume_fractions: pd.DataFrame) -> str:
    """Return how far each person and the nearest way are from a reference; empty without one."""
    if "truth_fraction" not in volume_fractions:
        return ""
    truths = volume_fractions.groupby("dataset")["truth_fraction"].first().dropna()
    parts = []
    for each in [each for each in found if each.dataset in truths][:DATASETS_NAMED]:
        off = each.results - truths[each.dataset]
        people = off.mean(axis="columns").sort_values(key=abs, kind="stable")
        squares = np.sqrt((off**2).mean(axis="columns"))
        named = [
            f"{name} {_signed(value)} ({in_points(squares[name])})"
            for name, value in people.items()
        ]
        who = and_list(named)
        if len(named) > 6:
            who = f"{named[0]} (nearest) to {named[-1]} (farthest of {len(named)})"
        ways = np.sqrt((off**2).mean(axis="index"))
        truth = percent(100 * truths[each.dataset])
        parts.append(
            f"The reference of {each.dataset} has {truth} %. From it, people are {who} points away "
            "on average over ways (root mean square in brackets); they come closest with "
            f"{_way(ways.idxmin())} ({in_points(ways.min())} points, root mean square)."
        )
    return " ".join(parts)


def _signed(fraction: float) -> str:
    text = f"{100 * fraction:+.1f}"
    return "0.0" if text[1:] == "0.0" else text.replace("-", "−")


def sure_of_people(found: list[Crossed]) -> str:
    """Return whether differences between people, on one day each, are beyond chance."""
    tested = [each for each in found if np.isfinite(each.p_people)]
    if not tested:
        return ""
    if len(tested) == 1:
        p_value = tested[0].p_people
        shown = "p < 0.001" if p_value < 0.001 else f"p = {p_value:.2g}"
        beyond = "are beyond chance" if p_value < ALPHA else "may be chance"
        return f"Differences between people, on one day each, {beyond} ({shown})."
    clear = sum(each.p_people < ALPHA / len(tested) for each in tested)
    return sentence(
        f"differences between people, on one day each, are beyond chance on {clear or 'none'} of "
        f"{len(tested)} datasets ({names([each.dataset for each in tested])})"
    )


def typical(found: list[Crossed]) -> dict[str, float]:
    """Return the median over datasets of each standard deviation; empty if there is none."""
    known = [each.sds for each in found if each.sds]
    keys = [key for key in (PERSON, METHOD, CARRIED_OUT, SITTING) if any(key in s for s in known)]
    return {key: float(np.median([sds[key] for sds in known if key in sds])) for key in keys}


def _closest(each: Crossed) -> tuple[str, str]:
    """Return the ways in which people differ least and most, with their SD."""
    sds = each.results.std(axis="index", ddof=1).sort_values(kind="stable")
    texts = [f"{_way(sds.index[k])} (SD {in_points(sds.iloc[k])} points)" for k in (0, -1)]
    return texts[0], texts[1]


def _way(way: tuple[str, str]) -> str:
    filter_, variant = way
    return f"{variant} on the {filter_name(filter_)} image"


def _ends(results: pd.DataFrame) -> str:
    low, high = percent(100 * np.nanmin(results)), percent(100 * np.nanmax(results))
    return f"{low} to {high}"
