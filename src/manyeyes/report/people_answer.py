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


class Crossed(NamedTuple):
    """Results of people who all segmented one dataset in the same ways.

    Attributes
    ----------
    dataset : str
    results : DataFrame
        Volume fractions: a row for each person, a column (filter, variant) for each way.
    sds : mapping of str to float
        How much the results spread with each of `PERSON`, `METHOD`, `CARRIED_OUT`; `SITTING` where
        people came again, which is then no longer in `CARRIED_OUT`. Empty for one way, or for one
        person.
    p_people : float
        Of no lasting difference between people; NaN with fewer than two ways or people.
    """

    dataset: str
    results: pd.DataFrame
    sds: Mapping[str, float]
    p_people: float


def crossed_people(
    volume_fractions: pd.DataFrame, sittings_spread: pd.DataFrame | None = None
) -> list[Crossed]:
    """Return, for each dataset, what people did in the same ways.

    Parameters
    ----------
    volume_fractions : DataFrame
        dataset, filter, variant, user, active_fraction of one group of users.
    sittings_spread : DataFrame, optional
        dataset, filter, variant, within_sd.

    Returns
    -------
    list of Crossed
        Without datasets that fewer than two people segmented in one same way. Where not everybody
        did everything, those are left out who did least, until the rest share a way.
    """
    found = []
    for dataset, rows in volume_fractions.groupby("dataset", sort=False):
        results = rows.pivot_table(
            index="user", columns=WAY, values="active_fraction", aggfunc="mean", sort=False
        )
        results = _complete(results)
        if len(results) < 2:
            continue
        sds, p_people = {}, float("nan")
        if results.shape[1] > 1:
            parts = crossed_components(results.to_numpy())
            sds = {
                PERSON: parts.user.sds[0],
                METHOD: parts.seed.sds[0],
                CARRIED_OUT: parts.rest.sds[0],
            }
            p_people = parts.p_value
            day = within_people(sittings_spread, dataset)
            if day is not None:
                rest = max(parts.rest.value - day**2, 0.0)
                sds |= {CARRIED_OUT: float(np.sqrt(rest)), SITTING: day}
        found.append(Crossed(str(dataset), results, sds, p_people))
    return found


def _complete(results: pd.DataFrame) -> pd.DataFrame:
    """Return people and the ways that all of them did."""
    while len(results) > 1:
        shared = results.dropna(axis="columns")
        if shared.shape[1]:
            return shared
        results = results.drop(index=results.notna().sum(axis="columns").idxmin())
    return results


def within_people(sittings_spread: pd.DataFrame | None, dataset: str) -> float | None:
    """Return the SD of one person between sittings, root mean square over ways; None if unknown."""
    return _pooled(sittings_spread, dataset, "within_sd")


def _pooled(table: pd.DataFrame | None, dataset: str, column: str) -> float | None:
    if table is None:
        return None
    values = table.loc[table["dataset"] == dataset, column].dropna()
    return float(np.sqrt((values**2).mean())) if len(values) else None


def headline_of_people(found: list[Crossed]) -> str:
    """Return how far results reach from the lowest to the highest, and what matters more."""
    phrases = [
        f"{each.dataset} has {_ends(each.results)} % active material"
        for each in found[:DATASETS_NAMED]
    ]
    if not phrases:
        return ""
    how = " and how" if any(each.results.shape[1] > 1 for each in found) else ""
    text = f"Depending on who segments it{how}, {and_list(phrases)}"
    if len(found) > DATASETS_NAMED:
        widest = max(found, key=lambda each: np.ptp(each.results.to_numpy()))
        moved = in_points(np.median([np.ptp(each.results.to_numpy()) for each in found]))
        text = (
            f"Depending on who segments{how}, the volume fraction of active material of "
            f"{len(found)} tomograms moves by {moved} points (median; most on {widest.dataset}, "
            f"{_ends(widest.results)} %)"
        )
    sds = typical(found)
    if not sds:
        return text + "."
    first, second = (PERSON, METHOD) if sds[PERSON] >= sds[METHOD] else (METHOD, PERSON)
    return f"{text}. The {first} matters more than the {second}."


def person_or_method(found: list[Crossed]) -> str:
    """Return how far people lie apart over all ways, and ways over all people."""
    if not any(each.sds for each in found):
        return (
            "Everybody segmented in one way only, so this study cannot say whether the method "
            "matters more than the person."
        )
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
    sds = typical(found)
    left = "that is neither"
    if SITTING in sds:
        left = "in how each person uses each way"
    several = " (medians over datasets)" if sum(bool(each.sds) for each in found) > 1 else ""
    text = (
        f"As standard deviations, the person makes {in_points(sds[PERSON])} points, the way "
        f"{in_points(sds[METHOD])}, and {in_points(sds[CARRIED_OUT])} are {left}{several}."
    )
    return " ".join([*parts, text])


def same_person_again(found: list[Crossed], sittings_spread: pd.DataFrame | None) -> str:
    """Return how far people are from themselves, beside how far from each other."""
    if sittings_spread is None:
        return (
            "Nobody came twice, so this study cannot tell a person from a day. A second sitting "
            "(annotate --sitting 2) would."
        )
    within = [within_people(sittings_spread, each.dataset) for each in found]
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
    if not sds:
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
        named = [f"{name} {_signed(value)}" for name, value in people.items()]
        ways = np.sqrt((off**2).mean(axis="index"))
        truth = percent(100 * truths[each.dataset])
        parts.append(
            f"The reference of {each.dataset} has {truth} %. From it, people are on average "
            f"{and_list(named[:6])} points away; they come closest with {_way(ways.idxmin())} "
            f"({in_points(ways.min())} points, root mean square)."
        )
    return " ".join(parts)


def _signed(fraction: float) -> str:
    text = f"{100 * fraction:+.1f}"
    return "0.0" if text[1:] == "0.0" else text.replace("-", "−")


def sure_of_people(found: list[Crossed]) -> str:
    """Return whether lasting differences between people are beyond chance."""
    tested = [each for each in found if np.isfinite(each.p_people)]
    if not tested:
        return ""
    if len(tested) == 1:
        p_value = tested[0].p_people
        shown = "p < 0.001" if p_value < 0.001 else f"p = {p_value:.2g}"
        beyond = "are beyond chance" if p_value < ALPHA else "may be chance"
        return f"Differences between people that hold in most ways {beyond} ({shown})."
    clear = sum(each.p_people < ALPHA / len(tested) for each in tested)
    return sentence(
        f"lasting differences between people are beyond chance on {clear or 'none'} of "
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
