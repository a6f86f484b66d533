"""The answer of a study, written from its tables: what differs, by how much, how sure."""

from collections.abc import Collection, Iterator, Mapping
from itertools import chain, product
from typing import NamedTuple

import pandas as pd

from ..figures.words import ORIGIN_NAMES, ORIGIN_PLURALS, filter_name
from ..groups import RECORDED, group_name, groups_in, of_group
from ..methods import METHODS
from ..statistics.words import and_list
from .first_screen import (
    interval_factors,
    method_sentence,
    of_population,
    painting_sentence,
    sampled,
    standing,
    sure_sentence,
    without_offsets,
)
from .networks_answer import of_networks
from .people_answer import (
    crossed_people,
    headline_of_people,
    person_or_method,
    same_person_again,
    sure_of_people,
    what_to_standardise,
    who_is_right,
)
from .phases import of_every_phase
from .words import count, in_points, names, sentence

FAMILIES = {name: method.title for name, method in METHODS.items()}
"""What the report calls the methods of a config."""

AGREED = 0.01
"""Users agree if their SD is no larger: a point of volume fraction."""

OFF = 0.02
"""A mean further from the truth than this is called off: two points of volume fraction."""

ALPHA = 0.05

COMPARED = {
    "comparisons": "of two spreads on one dataset",
    "comparisons_over_datasets": "over several datasets",
}
"""Tables of planned comparisons, and what they compare."""


class Answer(NamedTuple):
    """What a study says in short.

    Attributes
    ----------
    headline : str
        What so few users can show; with many, how much they differ. With recorded people, first
        how far their results reach.
    first : tuple of (str, str)
        A few questions, each with a sentence or two: painting against thresholds, the method
        against the person, how sure that is. With recorded people they are about them: the person
        or the method, the same person again, what to standardise, how sure that is; simulated
        users follow in one paragraph.
    rests : str
        What all of it rests on.
    parts : tuple of (str, str)
        Further questions, each with its answer in more detail.
    """

    headline: str
    first: tuple[tuple[str, str], ...]
    rests: str
    parts: tuple[tuple[str, str], ...]


def answer(
    tables: Mapping[str, pd.DataFrame],
    origins: Mapping[str, str],
    users: Mapping[str, str],
    methods: Mapping[str, str],
    with_offset: Collection[str] = (),
) -> Answer:
    """Return the answer of a study.

    Parameters
    ----------
    tables : mapping of name to DataFrame
        ``variability`` is needed; ``volume_fractions``, ``pairwise``, ``spread``, ``comparisons``,
        ``comparisons_over_datasets``, ``errors``, ``phase_spread``, ``power``, ``sittings_spread``,
        ``claims`` and those of `networks_answer` are used if the study has them. Simulated users
        and recorded people get separate answers, people first.
    origins : mapping of dataset to origin
        Of the datasets that are segmented.
    users : mapping of user to "simulated" or "recorded"
    methods : mapping of variant to method
    with_offset : collection of str
        Variants with a deliberate offset, which the answer leaves out.

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
    tables = without_offsets(tables, set(with_offset))
    rests = _basis(origins, users, tables.get("claims"), sampled(tables.get("spread")))
    by_group = {
        name: {title: of_group(table, name) for title, table in tables.items()}
        for name in groups_in(tables["variability"])
    } or {"": tables}
    shared = {name: shared_rows(found["variability"]) for name, found in by_group.items()}
    # What a laboratory asks about is its own people.
    phrases = [name for name in sorted(shared, key=RECORDED.__ne__) if len(shared[name])]
    if not phrases:
        headline = (
            "No image was segmented by two users in the same way, so this study cannot say how "
            "much the measured volume fraction depends on the person."
        )
        parts = _side_by_side({n: [_method_part(t["variability"])] for n, t in by_group.items()})
        return Answer(headline, (), rests, tuple(parts))
    people = []
    if RECORDED in phrases and "volume_fractions" in tables:
        people = crossed_people(by_group[RECORDED]["volume_fractions"], tables.get("sittings"))
    headlines, firsts, answers = [], {}, {}
    for name in phrases:
        found, rows = by_group[name], shared[name]
        if headlines:
            # How many users a study needs is the same for both groups.
            found = {title: table for title, table in found.items() if title != "power"}
        kinds = {name} if name else _kinds(tables.get("pairwise"), users)
        spread = _spread_sentence(rows, kinds)
        most = int(rows["users"].max())
        few = standing(most, found.get("spread"), _called(kinds))
        painting = painting_sentence(of_population(rows, found.get("spread")), methods)
        method = method_sentence(found["variability"], rows, found.get("spread"))
        sentences = (
            ("Painting or thresholds?", painting),
            ("Method or person?", method),
            ("How sure is that?", sure_sentence(found)),
        )
        details, learned = [], of_networks(found)
        if not people:
            headlines.append(few or spread)
            # A study with networks is run for what they do with what users draw.
            sentences = (*learned, *sentences)
        elif name == RECORDED:
            headlines.append(f"{headline_of_people(people)} {few or spread}")
            sentences = (
                ("Person or method?", person_or_method(people)),
                ("The same person again?", same_person_again(people, found.get("sittings_spread"))),
                ("What to standardise first?", what_to_standardise(people)),
                ("Who is right?", who_is_right(people, found["volume_fractions"])),
                ("How sure is that?", f"{sure_of_people(people)} {sure_sentence(found)}".strip()),
                *learned,
            )
            details = [("Painting or thresholds?", painting)] if painting else []
        else:
            beside = " ".join(text for text in (few or spread, painting, method) if text)
            sentences = (("And simulated users?", beside),)
            details = learned
        firsts[name] = [(question, text) for question, text in sentences if text]
        answers[name] = [
            ("How much do users differ?", spread),
            *details,
            _family_part(rows, methods),
            _method_part(found["variability"]),
            ("What do the intervals and tests say?", _sureness(found, rows, kinds)),
        ]
        if "errors" in found and not found["errors"].empty:
            answers[name].append(
                ("Who is right?", _accuracy(found["errors"], found.get("accuracy")))
            )
        answers[name] += of_every_phase(found.get("phase_spread"))
    first = [*chain(*firsts.values())] if people else _side_by_side(firsts)
    parts = _side_by_side(answers)
    return Answer(" ".join(headlines), tuple(first), rests, tuple(parts))


def _side_by_side(answers: Mapping[str, list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Return questions with the answers of all groups of users, each after its group's name."""
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


def by_family(
    variability: pd.DataFrame, methods: Mapping[str, str]
) -> Iterator[tuple[str, str, dict[str, pd.DataFrame]]]:
    """Yield each method's title and group of users, and its `shared_rows` by filter."""
    shared = shared_rows(variability)
    of_method = shared["variant"].map(methods)
    for (method, family), made_by in product(FAMILIES.items(), groups_in(shared) or [""]):
        own = of_group(shared[of_method == method], made_by)
        images = {name: own[own["filter"] == name] for name in dict.fromkeys(shared["filter"])}
        images = {name: found for name, found in images.items() if len(found)}
        if images:
            yield family, made_by, images


def _by_filter(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    yield from table.groupby("filter", sort=False)


def _on_images(fraction: float, filter_: str) -> str:
    return f"{in_points(fraction)} points on {filter_name(filter_)} images"


def _kinds(pairwise: pd.DataFrame | None, users: Mapping[str, str]) -> set[str]:
    """Return whether those who are compared with others are simulated, recorded, or both."""
    if pairwise is None or pairwise.empty:
        return set(users.values())
    return {users[name] for name in {*pairwise["user_a"], *pairwise["user_b"]}}


def _called(kinds: set[str]) -> tuple[str, str]:
    """Return what one and several of those who are compared are called."""
    kind = min(kinds)
    return ("user", "users") if len(kinds) > 1 else (group_name(kind, 1), group_name(kind))


def _spread_sentence(shared: pd.DataFrame, kinds: set[str]) -> str:
    numbers = sorted(set(shared["users"]))
    one, several = _called(kinds)
    who = f"{numbers[0]} to {numbers[-1]} {several}"
    if len(numbers) == 1:
        who = count(numbers[0], one, several)
    phrases = []
    for filter_, found in _by_filter(shared):
        sd = found["sd"]
        ends = f" (median; {in_points(sd.min())} to {in_points(sd.max())})" if len(sd) > 1 else ""
        phrases.append(_on_images(sd.median(), filter_) + ends)
    return sentence(
        f"{who} who segment the same image by the same method get volume fractions of active "
        f"material that scatter with a standard deviation of {and_list(phrases)}"
    )


def _shown(p_values: pd.Series, compared: str) -> str:
    """Return how many comparisons show a difference."""
    clear = int((p_values < ALPHA).sum())
    return (
        f"of {len(p_values)} planned {'comparison' if len(p_values) == 1 else 'comparisons'} "
        f"{compared} {clear or 'none'} {'shows' if clear == 1 else 'show'} a difference"
    )


def _method_ranges(variability: pd.DataFrame) -> list[tuple[str, pd.Series, pd.DataFrame]]:
    """Return by filter how far the methods' means lie apart on each dataset, and their ends."""
    result = []
    for filter_, found in _by_filter(variability):
        ends = found.groupby("dataset", sort=False)["mean"].agg(["min", "max", "size"])
        ends = ends[ends["size"] > 1]
        if len(ends):
            result.append((filter_, ends["max"] - ends["min"], ends))
    return result


def _family_part(shared: pd.DataFrame, methods: Mapping[str, str]) -> tuple[str, str]:
    """Return which methods users agree on most and least, on the datasets that all share."""
    question = "Which method makes users agree?"
    first = shared["filter"].iloc[0]
    rows = shared[shared["filter"] == first]
    by_method = {
        method: found
        for method, found in rows.groupby(rows["variant"].map(methods), sort=False)
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
    others = shared[shared["filter"] != first]
    both = others.merge(rows, on=["dataset", "variant"], suffixes=("", "_first"))
    if len(both):
        lowered = int((both["sd"] < both["sd_first"]).sum())
        text += (
            f" Filtering lowered it in {lowered} of {len(both)} combinations of dataset and "
            "variant."
        )
    return question, text


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
    return question, text


def _sureness(tables: Mapping[str, pd.DataFrame], shared: pd.DataFrame, kinds: set[str]) -> str:
    phrases = []
    tests = False
    spread = tables.get("spread")
    if spread is not None:
        rows = spread[(spread["sd"] > 0) & (spread["users"] > 1)]
        for users in sorted({int(number) for number in rows["users"]}):
            low, high = interval_factors(users, spread)
            phrases.append(
                f"With {count(users, 'user')}, the 95 % interval of a standard deviation reaches "
                f"from {low:.2f} to {high:.2f} times the value"
            )
    for name, what in COMPARED.items():
        if len(tables.get(name, ())):
            tests = True
            text = _shown(tables[name]["p_holm"].dropna(), f"{what},")
            phrases.append(f"{text} at 5 % (after Holm's correction)")
    if tests and "simulated" in kinds:
        phrases.append(
            "there can be any number of simulated users, so these tests help to plan studies with "
            "people but are no evidence about them"
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


def _accuracy(errors: pd.DataFrame, accuracies: pd.DataFrame | None) -> str:
    phrases = [
        _on_images(found["bias"].abs().median(), filter_) for filter_, found in _by_filter(errors)
    ]
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
    return " ".join([text.strip(), *_binder(accuracies)])


def _binder(accuracies: pd.DataFrame | None) -> list[str]:
    """Return how much carbon-binder domain is labelled active, where that adds points."""
    columns = ["bias", "cbd", "cbd_called_active"]
    if accuracies is None or not set(columns) <= set(accuracies):
        return []
    medians = accuracies.groupby("dataset", sort=False)[columns].median()
    return [
        f"On {dataset}, {100 * row['cbd_called_active'] / row['cbd']:.0f} % of the carbon-binder "
        f"domain is labelled active, which adds {in_points(row['cbd_called_active'])} points to "
        f"the result; the bias is {in_points(row['bias'])} (medians over all segmentations)."
        for dataset, row in medians.iterrows()
        if row["cbd_called_active"] > OFF
    ]


def _basis(
    origins: Mapping[str, str],
    users: Mapping[str, str],
    claims: pd.DataFrame | None,
    beside: pd.DataFrame,
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
        own = ""
        if len(beside):
            own = f" ({simulated} do all of the plan, the others a part of it)"
            simulated = int(beside["population"].max())
        text += " " + sentence(
            f"{count(simulated, 'user')} {'is' if simulated == 1 else 'are'} simulated{own}: "
            "what they do follows from a model of seeing and drawing; how they place outlines is "
            "fitted to people who outlined cells and nodules, not electrodes"
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
