"""The answer of a study, written from its tables: what differs, by how much, how sure."""

from collections.abc import Mapping
from itertools import product
from typing import NamedTuple

import pandas as pd

from ..figures.words import ORIGIN_NAMES, ORIGIN_PLURALS, filter_name
from ..groups import MADE_BY, group_name, groups_in, of_group
from ..methods import METHODS
from ..statistics.words import and_list
from .words import count, in_points, names, sentence

FAMILIES = {name: method.title for name, method in METHODS.items()}
"""The methods of a config, and how the report calls them."""

AGREED = 0.01
"""Users whose SD is no larger are said to agree: a point of volume fraction."""

OFF = 0.02
"""A mean further from the truth than this is said to be off: two points of volume fraction."""

ALPHA = 0.05


class Answer(NamedTuple):
    """What a study says in short.

    Attributes
    ----------
    headline : str
        Spread over users, what the method does, and how sure that is.
    parts : tuple of (str, str)
        A question and its answer each.
    """

    headline: str
    parts: tuple[tuple[str, str], ...]


def answer(
    tables: Mapping[str, pd.DataFrame],
    origins: Mapping[str, str],
    users: Mapping[str, str],
    methods: Mapping[str, str],
) -> Answer:
    """Return the answer of a study.

    Parameters
    ----------
    tables : mapping of name to DataFrame
        ``variability`` is needed; ``pairwise``, ``spread``, ``comparisons``,
        ``comparisons_over_datasets``, ``errors``, ``power`` and ``claims`` are used where the study
        has them. Simulated users and recorded people are answered for one by one.
    origins : mapping of dataset to origin
        Of the datasets that are segmented.
    users : mapping of user to "simulated" or "recorded"
    methods : mapping of variant to method

    Returns
    -------
    Answer

    Raises
    ------
    ValueError
        If the table of variability is missing.
    """
    if "variability" not in tables:
        raise ValueError("the answer of a study is written from its table variability.csv")
    rests = ("What does this rest on?", _basis(origins, users, tables.get("claims")))
    by_group = {
        name: {title: of_group(table, name) for title, table in tables.items()}
        for name in groups_in(tables["variability"])
    } or {"": tables}
    shared = {name: shared_rows(found["variability"]) for name, found in by_group.items()}
    phrases = [name for name, rows in shared.items() if len(rows)]
    if not phrases:
        headline = (
            "No image was segmented by two users in the same way, so this study cannot say how "
            "much the measured volume fraction depends on the person."
        )
        parts = _side_by_side({n: [_method_part(t["variability"])] for n, t in by_group.items()})
        return Answer(headline, (*parts, rests))
    headlines, answers = [], {}
    for name in phrases:
        found, rows = by_group[name], shared[name]
        if headlines:
            # What a study of any users takes is said once.
            found = {title: table for title, table in found.items() if title != "power"}
        kinds = {name} if name else _kinds(tables.get("pairwise"), users)
        headlines += [
            _spread_sentence(rows, kinds),
            *_method_sentence(found["variability"]),
            *_sure_sentence(found, rows),
        ]
        answers[name] = [
            _family_part(rows, methods),
            _method_part(found["variability"]),
            ("How sure is that?", _sureness(found, rows, kinds)),
        ]
        if "errors" in found and not found["errors"].empty:
            answers[name].append(("Who is right?", _accuracy(found["errors"])))
    return Answer(" ".join(headlines), (*_side_by_side(answers), rests))


def _side_by_side(answers: Mapping[str, list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Return questions with the answers of all groups of users, each with its group's name."""
    if len(answers) == 1:
        return next(iter(answers.values()))
    texts: dict[str, list[str]] = {}
    for name, parts in answers.items():
        for question, text in parts:
            texts.setdefault(question, []).append(f"{group_name(name).capitalize()}: {text}")
    return [(question, " ".join(found)) for question, found in texts.items()]


def shared_rows(variability: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of images and variants that at least two users segmented."""
    return variability[variability["users"] > 1]


def family_table(variability: pd.DataFrame, methods: Mapping[str, str]) -> pd.DataFrame:
    """Return how much users differ with each family of methods.

    Parameters
    ----------
    variability : DataFrame
        Table of the study.
    methods : mapping of variant to method

    Returns
    -------
    DataFrame
        family, made_by (where the table has it), filter, variants, datasets (their numbers), sd,
        sd_lowest, sd_highest (median and ends over images and variants, as fractions), percent
        (median pairwise difference); the families in the order of `FAMILIES`, filters as they come.
    """
    shared = shared_rows(variability).assign(
        method=lambda table: table["variant"].map(methods),
    )
    rows = []
    groups = groups_in(shared)
    for method, family in FAMILIES.items():
        for name, filter_ in product(groups or [""], dict.fromkeys(shared["filter"])):
            found = of_group(shared, name)
            found = found[(found["method"] == method) & (found["filter"] == filter_)]
            if len(found):
                rows.append(
                    {
                        "family": family,
                        **({MADE_BY: name} if groups else {}),
                        "filter": filter_,
                        "variants": found["variant"].nunique(),
                        "datasets": found["dataset"].nunique(),
                        "sd": found["sd"].median(),
                        "sd_lowest": found["sd"].min(),
                        "sd_highest": found["sd"].max(),
                        "percent": found["mean_percent_different"].median(),
                    }
                )
    return pd.DataFrame(rows)


def _kinds(pairwise: pd.DataFrame | None, users: Mapping[str, str]) -> set[str]:
    """Return whether those who are compared with others are simulated, recorded, or both."""
    if pairwise is None or pairwise.empty:
        return set(users.values())
    return {users[name] for name in {*pairwise["user_a"], *pairwise["user_b"]}}


def _spread_sentence(shared: pd.DataFrame, kinds: set[str]) -> str:
    numbers = sorted(set(shared["users"]))
    one, several = ("user", "users") if len(kinds) > 1 else _nouns(min(kinds))
    who = f"{numbers[0]} to {numbers[-1]} {several}"
    if len(numbers) == 1:
        who = count(numbers[0], one, several)
    phrases = []
    for filter_ in dict.fromkeys(shared["filter"]):
        found = shared.loc[shared["filter"] == filter_, "sd"]
        ends = (
            f" (median; {in_points(found.min())} to {in_points(found.max())})"
            if len(found) > 1
            else ""
        )
        phrases.append(f"{in_points(found.median())} points on {filter_name(filter_)} images{ends}")
    return sentence(
        f"{who} who segment the same image by the same method get volume fractions of active "
        f"material that scatter with a standard deviation of {and_list(phrases)}"
    )


def _nouns(made_by: str) -> tuple[str, str]:
    return group_name(made_by, 1), group_name(made_by)


def _method_sentence(variability: pd.DataFrame) -> list[str]:
    phrases = [
        f"{in_points(ranges.median())} points on {filter_name(filter_)} images"
        for filter_, ranges, _ in _method_ranges(variability)
    ]
    if not phrases:
        return []
    return [
        "From the method with the lowest to that with the highest result, their mean moves by "
        f"{and_list(phrases)}."
    ]


def _sure_sentence(tables: Mapping[str, pd.DataFrame], shared: pd.DataFrame) -> list[str]:
    tested = [
        tables[name]["p_holm"].dropna()
        for name in ("comparisons", "comparisons_over_datasets")
        if name in tables
    ]
    p_values = pd.concat(tested) if tested else pd.Series(dtype=float)
    if p_values.empty:
        return []
    clear = int((p_values < ALPHA).sum())
    text = (
        f"Of {len(p_values)} planned {'comparison' if len(p_values) == 1 else 'comparisons'} of "
        f"methods and filters {clear or 'none'} "
        f"{'shows' if clear == 1 else 'show'} a difference in spread beyond chance"
    )
    if not clear:
        text += f": {count(int(shared['users'].max()), 'user')} are too few to tell them apart"
    return [sentence(text)]


def _method_ranges(variability: pd.DataFrame) -> list[tuple[str, pd.Series, pd.DataFrame]]:
    """Return by filter how far the users' means lie apart on each dataset, and their ends."""
    result = []
    for filter_ in dict.fromkeys(variability["filter"]):
        found = variability[variability["filter"] == filter_]
        ends = found.groupby("dataset", sort=False)["mean"].agg(["min", "max", "size"])
        ends = ends[ends["size"] > 1]
        if len(ends):
            result.append((filter_, ends["max"] - ends["min"], ends))
    return result


def _family_part(shared: pd.DataFrame, methods: Mapping[str, str]) -> tuple[str, str]:
    """Return which methods users agree on most and least, on the datasets that all share."""
    first = next(iter(dict.fromkeys(shared["filter"])))
    question = "Which method makes users agree?"
    rows = shared[shared["filter"] == first].assign(method=lambda t: t["variant"].map(methods))
    by_method = {
        method: found
        for method, found in rows.groupby("method", sort=False)
        if METHODS[method].traits
    }
    common = set.intersection(*(set(found["dataset"]) for found in by_method.values() or [rows]))
    if len(by_method) < 2 or not common:
        return question, (
            f"No two families of methods were run on one {filter_name(first)} image by two users."
        )
    medians = {
        method: found.loc[found["dataset"].isin(common), "sd"].median()
        for method, found in by_method.items()
    }
    ranked = sorted(medians, key=medians.get)
    phrases = and_list(f"{FAMILIES[m].lower()} {in_points(medians[m])}" for m in ranked)
    datasets = [name for name in dict.fromkeys(rows["dataset"]) if name in common]
    text = (
        f"On the {filter_name(first)} images of {names(datasets)}, which all families of methods "
        f"were run on, the median standard deviation in points is: {phrases}."
    )
    lowered, pairs = _lowered(shared, first)
    if pairs:
        text += (
            f" Filtering lowered it in {lowered} of {pairs} combinations of dataset and variant."
        )
    return question, text


def _lowered(shared: pd.DataFrame, first: str) -> tuple[int, int]:
    """Return in how many of how many cases an SD is lower on other filters than on the first."""
    key = ["dataset", "variant"]
    raw = shared[shared["filter"] == first]
    others = shared[shared["filter"] != first]
    both = others.merge(raw, on=key, suffixes=("", "_raw"))
    return int((both["sd"] < both["sd_raw"]).sum()), len(both)


def _method_part(variability: pd.DataFrame) -> tuple[str, str]:
    question = "How much does the method matter?"
    phrases = []
    for filter_, ranges, ends in _method_ranges(variability):
        widest = ranges.idxmax()
        low, high = (f"{100 * ends.loc[widest, end]:.1f}" for end in ("min", "max"))
        if len(ranges) == 1:
            where = f"{filter_name(filter_)} {widest} (from {low} to {high} %)"
        else:
            where = (
                f"{filter_name(filter_)} images (median over datasets; "
                f"{in_points(ranges.max())} on {widest}, from {low} to {high} %)"
            )
        phrases.append(f"{in_points(ranges.median())} points on {where}")
    if not phrases:
        return question, "Each image was segmented by one variant only."
    what = "the users' mean" if (variability["users"] > 1).any() else "it"
    text = (
        f"From the variant with the lowest to that with the highest result, {what} moves "
        f"by {and_list(phrases)}."
    )
    if {"S1", "S3"} <= set(variability["variant"]):
        text += " S1 and S3 are set off from S2 on purpose."
    return question, text


def _sureness(tables: Mapping[str, pd.DataFrame], shared: pd.DataFrame, kinds: set[str]) -> str:
    phrases = []
    tests = False
    spread = tables.get("spread")
    if spread is not None:
        rows = spread[(spread["sd"] > 0) & (spread["users"] > 1)]
        factors = {
            users: (
                float((f["sd_low"] / f["sd"]).median()),
                float((f["sd_high"] / f["sd"]).median()),
            )
            for users, f in rows.groupby("users")
        }
        phrases += [
            f"With {count(int(users), 'user')} a standard deviation is known to a factor only: its "
            f"95 % interval reaches from {low:.2f} to {high:.2f} times the value"
            for users, (low, high) in factors.items()
        ]
    for name, what in (
        ("comparisons", "of two spreads on one dataset"),
        ("comparisons_over_datasets", "over several datasets"),
    ):
        table = tables.get(name)
        if table is not None and len(table):
            tests = True
            tested = table[table["p_holm"].notna()]
            clear = int((tested["p_holm"] < ALPHA).sum())
            phrases.append(
                f"of {len(tested)} planned {'comparison' if len(tested) == 1 else 'comparisons'} "
                f"{what}, {clear or 'none'} "
                f"{'shows' if clear == 1 else 'show'} a difference at 5 % (after Holm's correction)"
            )
    if tests and "simulated" in kinds:
        phrases.append(
            "simulated users can be had without end, so these tests plan studies with people and "
            "are no evidence about them"
        )
    power = tables.get("power")
    if power is not None:
        rows = power[(power["design"] == "unpaired") & (power["sd_ratio"] == 2)]
        if len(rows):
            needed = int(rows["users"].iloc[0])
            phrases.append(
                f"to see that one spread is twice another (power 80 %) takes "
                f"{count(needed, 'user')}"
            )
    if not phrases:
        fewest = int(shared["users"].min())
        phrases.append(
            f"No intervals were computed; {count(fewest, 'user')} are the fewest compared"
        )
    return " ".join(sentence(text) for text in phrases)


def _accuracy(errors: pd.DataFrame) -> str:
    phrases = []
    for filter_ in dict.fromkeys(errors["filter"]):
        found = errors[errors["filter"] == filter_]
        phrases.append(
            f"{in_points(found['bias'].abs().median())} points on {filter_name(filter_)} images"
        )
    agreed = errors[errors["sd"] <= AGREED]
    off = agreed[agreed["bias"].abs() > OFF]
    text = (
        f"Where the truth is known, the users' mean lies {and_list(phrases)} away from it (median "
        "over images and variants). "
    )
    if len(agreed):
        text += (
            f"Agreement is not accuracy: of {len(agreed)} cases in which users agree within "
            f"{in_points(AGREED)} point, {len(off) or 'none'} "
            f"{'is' if len(off) == 1 else 'are'} more than {in_points(OFF)} points off on average."
        )
        if len(off):
            worst = off.loc[off["bias"].abs().idxmax()]
            text += (
                f" The worst is {worst['variant']} on {filter_name(worst['filter'])} "
                f"{worst['dataset']}: SD {in_points(worst['sd'])}, bias {in_points(worst['bias'])} "
                "points."
            )
    return text.strip()


def _basis(
    origins: Mapping[str, str], users: Mapping[str, str], claims: pd.DataFrame | None
) -> str:
    by_origin: dict[str, list] = {}
    for dataset, origin in origins.items():
        by_origin.setdefault(origin, []).append(dataset)
    parts = [
        f"{count(len(d), ORIGIN_NAMES[o], ORIGIN_PLURALS[o])} ({names(d)})"
        for o, d in by_origin.items()
    ]
    text = sentence(and_list(parts))
    if "twin" in by_origin:
        text += " Twins come from our models of geometry and imaging; they are not tomograms."
    recorded = [name for name, made_by in users.items() if made_by == "recorded"]
    simulated = len(users) - len(recorded)
    if simulated:
        text += " " + sentence(
            f"{count(simulated, 'user')} {'is' if simulated == 1 else 'are'} simulated: "
            "what they do follows from a model of seeing and drawing, not from observed people"
        )
    if recorded:
        text += " " + sentence(
            f"{count(len(recorded), 'user')} {'is a' if len(recorded) == 1 else 'are'} "
            f"{group_name('recorded', len(recorded))} ({names(recorded)})"
        )
    if claims is not None:
        calibrated = claims.loc[claims["verdict"] == "calibrated", "id"].tolist()
        if calibrated:
            text += (
                " The simulated users' spread is calibrated on numbers of the paper "
                f"({and_list(calibrated)}); that these agree is no finding."
            )
    return text
