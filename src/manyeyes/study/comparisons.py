"""What can be compared in a study, by whom, and the comparisons that its config lists."""

from collections.abc import Iterable, Mapping

from ..groups import GROUPS, SIMULATED
from .model import Cell, Study

LEAST_USERS = 3
"""With fewer, a paired test of two standard deviations has no degree of freedom left."""

LEAST_USERS_FOR_CHOICES = 15
"""As ``least_users`` in ``claims.yaml``: choices of three of fewer overlap too much."""


def unfiltered(study: Study) -> list[str]:
    """Return the filters that leave an image as it is."""
    return [name for name, entry in study.filters.items() if _leaves_as_is(entry)]


def _leaves_as_is(entry: Mapping) -> bool:
    return entry.get("method", "none") == "none"


def cells_with_choices(study: Study) -> list[tuple[str, str, str]]:
    """Return what enough users of a group segment for choices of three of them to be informative.

    Each is a (dataset, filter, variant), in the order of the config.
    """
    users: dict[tuple, int] = {}
    sample = study.population_sample
    for cell in (*study.cells(), *(sample.cells_of_others() if sample else ())):
        key = (cell.dataset, cell.filter, cell.variant, cell.made_by)
        users[key] = users.get(key, 0) + 1
    enough = [key[:3] for key, number in users.items() if number >= LEAST_USERS_FOR_CHOICES]
    return list(dict.fromkeys(enough))


def shared_cells(study: Study) -> list[Cell]:
    """Return the segmentations of every image and variant that two users of a group segment."""
    groups: dict[tuple, list] = {}
    for cell in study.cells():
        key = (cell.dataset, cell.filter, cell.variant, cell.made_by)
        groups.setdefault(key, []).append(cell)
    return [cell for cells in groups.values() if len(cells) > 1 for cell in cells]


def shared_with_truth(study: Study) -> list[str]:
    """Return the datasets with a known truth that two users of a group segment with one variant."""
    names = {cell.dataset for cell in shared_cells(study)}
    return [n for n, dataset in study.datasets.items() if n in names and dataset.has_truth]


def users_of_all(study: Study, dataset: str, made_by: str) -> list[str]:
    """Return who of a group did everything on a dataset that at least two of the group did.

    Methods can be compared with each other over these users.
    """
    shared = [
        cell for cell in shared_cells(study) if cell.dataset == dataset and cell.made_by == made_by
    ]
    conditions = {(cell.filter, cell.variant) for cell in shared}
    done: dict[str, set] = {}
    for cell in shared:
        done.setdefault(cell.user, set()).add((cell.filter, cell.variant))
    return [user for user in study.users if conditions and done.get(user) == conditions]


def comparisons_of(entries: Iterable[Mapping], study: Study) -> list[dict]:
    """Return the comparisons of spread that a study can make, for each group of users.

    Parameters
    ----------
    entries : iterable of mapping
        The config's ``comparisons``: ``datasets`` (a list, or ``all`` for those where at least
        three users of a group did both), ``first`` and ``second`` ([filter, variant]), and perhaps
        ``name``. A filter that no image has stands for the one with the same settings that the
        study uses, whatever it is called there.
    study : Study

    Returns
    -------
    list of dict
        name, made_by, datasets, first, second, and paired_over_datasets: whether there are several
        datasets and three users who did all of them; sampled: the datasets on which a population
        sample did both, if there are several. A group of users that did both on no dataset
        has no entry. Comparisons of ``all`` datasets are left out if the study has none of these,
        so that one list can serve many studies.

    Raises
    ------
    ValueError
        If an entry names what the study has not, compares a condition with itself, names a
        dataset where fewer than three users of each group did both, or if two have one name.
    """
    listed = [dict(entry) for entry in entries]
    found = [_in_filters_of(study, entry) for entry in listed]
    # What the list itself has for the study's filter is not compared twice.
    return _planned(
        [old if new in listed else new for old, new in zip(listed, found, strict=True)], study
    )


def _in_filters_of(study, entry: Mapping) -> dict:
    """Return an entry with the filters that the study uses."""
    used = list(dict.fromkeys(filter_ for _, filter_ in study.images()))

    def alike(name: str, other: str) -> bool:
        one, another = study.filters[name], study.filters[other]
        return one == another or (_leaves_as_is(one) and _leaves_as_is(another))

    sides = []
    for name, variant in (entry["first"], entry["second"]):
        if name in study.filters and name not in used:
            name = next((other for other in used if alike(name, other)), name)
        sides.append([name, variant])
    first, second = sides
    return {**entry, "first": first, "second": second} if first != second else dict(entry)


def _planned(entries: Iterable[Mapping], study) -> list[dict]:
    made: list[dict] = []
    names: set[str] = set()
    for place, entry in enumerate(entries):
        key = f"comparisons.{place}"
        first, second = tuple(entry["first"]), tuple(entry["second"])
        _check_conditions(key, first, second, study)
        name = entry.get("name") or f"{' '.join(first[::-1])} against {' '.join(second[::-1])}"
        if name in names:
            raise ValueError(f"{key}: two comparisons are called {name!r}; name them apart")
        names.add(name)
        users = {
            made_by: {
                dataset: set(study.users_of(dataset, *first, made_by))
                & set(study.users_of(dataset, *second, made_by))
                for dataset in study.datasets
            }
            for made_by in GROUPS
        }
        chosen = _datasets(key, entry["datasets"], users, (first, second))
        for made_by, who in users.items():
            datasets = [name for name in chosen if len(who[name]) >= LEAST_USERS]
            if not datasets:
                continue
            everywhere = set.intersection(*(who[dataset] for dataset in datasets))
            sampled = [name for name in datasets if _sampled(study, name, first, second, made_by)]
            made.append(
                {
                    "name": name,
                    "made_by": made_by,
                    "datasets": datasets,
                    "first": list(first),
                    "second": list(second),
                    "paired_over_datasets": len(datasets) > 1 and len(everywhere) >= LEAST_USERS,
                    **({"sampled": sampled} if len(sampled) > 1 else {}),
                }
            )
    return made


def _sampled(study: Study, dataset: str, first: tuple, second: tuple, made_by: str) -> bool:
    """Return whether a population sample segments a dataset under both conditions."""
    sample = study.population_sample
    if sample is None or made_by != SIMULATED:
        return False
    found = {(cell.filter, cell.variant) for cell in sample.cells() if cell.dataset == dataset}
    return {first, second} <= found


def possible_comparisons(planned: Iterable[Mapping], study: Study) -> list[dict]:
    """Return what is left of planned comparisons where a study lacks some of its segmentations.

    `planned` is what `comparisons_of` gives for the whole study. Comparisons without any dataset
    where three users did both are left out.
    """
    entries = [{**entry, "datasets": "all"} for entry in planned]
    listed = {entry["name"]: entry["datasets"] for entry in planned}
    found = []
    for entry in _planned(entries, study):
        datasets = [name for name in entry["datasets"] if name in listed[entry["name"]]]
        if datasets:
            paired = entry["paired_over_datasets"] and len(datasets) > 1
            found.append({**entry, "datasets": datasets, "paired_over_datasets": paired})
    return found


def _check_conditions(key: str, first: tuple, second: tuple, study) -> None:
    for filter_, variant in (first, second):
        if filter_ not in study.filters or variant not in study.variants:
            raise ValueError(
                f"{key}: expected [filter, variant] of this study, found [{filter_}, {variant}]; "
                f"known are {', '.join(study.filters)} and {', '.join(study.variants)}"
            )
    if first == second:
        raise ValueError(f"{key}: first and second are both {list(first)}; nothing to compare")


def _datasets(
    key: str, wanted, users: Mapping[str, Mapping[str, set]], conditions: tuple
) -> list[str]:
    most = {
        dataset: max(len(who[dataset]) for who in users.values())
        for dataset in next(iter(users.values()))
    }
    able = [dataset for dataset, number in most.items() if number >= LEAST_USERS]
    if wanted == "all":
        return able
    for dataset in wanted:
        if dataset not in able:
            raise ValueError(
                f"{key}.datasets: {most.get(dataset, 0)} users did both "
                f"{' and '.join(map(str, map(list, conditions)))} on {dataset!r}, "
                f"{LEAST_USERS} of one kind (simulated, recorded) are needed; plan that or take "
                "the dataset off the list"
            )
    return list(wanted)
