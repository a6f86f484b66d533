"""What can be compared in a study: by whom, and which comparisons it lists beforehand."""

from collections.abc import Iterable, Mapping

LEAST_USERS = 3
"""A paired test of two standard deviations has no degree of freedom left with fewer."""

LEAST_USERS_FOR_CHOICES = 15
"""As ``least_users`` in ``workflow/claims.yaml``: choices of three of fewer overlap too much."""


def cells_with_choices(study) -> list[tuple[str, str, str]]:
    """Return what enough users segment for all choices of three of them to tell something.

    Parameters
    ----------
    study : manyeyes.study.Study

    Returns
    -------
    list of (dataset, filter, variant)
        In the order of the config.
    """
    users: dict[tuple, int] = {}
    for cell in study.cells():
        key = (cell.dataset, cell.filter, cell.variant)
        users[key] = users.get(key, 0) + 1
    return [key for key, number in users.items() if number >= LEAST_USERS_FOR_CHOICES]


def shared_cells(study) -> list:
    """Return the segmentations of every image and variant that at least two users segment.

    Parameters
    ----------
    study : manyeyes.study.Study

    Returns
    -------
    list of Cell
        In the order of the config.
    """
    groups: dict[tuple, list] = {}
    for cell in study.cells():
        groups.setdefault((cell.dataset, cell.filter, cell.variant), []).append(cell)
    return [cell for cells in groups.values() if len(cells) > 1 for cell in cells]


def users_of_all(study, dataset: str) -> list[str]:
    """Return who did everything on a dataset that at least two users did.

    Parameters
    ----------
    study : manyeyes.study.Study
    dataset : str

    Returns
    -------
    list of str
        In the order of the config; methods can be compared with each other over these users.
    """
    shared = [cell for cell in shared_cells(study) if cell.dataset == dataset]
    conditions = {(cell.filter, cell.variant) for cell in shared}
    done: dict[str, set] = {}
    for cell in shared:
        done.setdefault(cell.user, set()).add((cell.filter, cell.variant))
    return [user for user in study.users if conditions and done.get(user) == conditions]


def comparisons_of(entries: Iterable[Mapping], study) -> list[dict]:
    """Return the comparisons of spread that a study can make.

    Parameters
    ----------
    entries : iterable of mapping
        The config's ``comparisons``: ``datasets`` (a list, or ``all`` for those where at least
        three users did both), ``first`` and ``second`` ([filter, variant]), and perhaps ``name``.
    study : manyeyes.study.Study

    Returns
    -------
    list of dict
        name, datasets, first, second, and paired_over_datasets: whether there are several
        datasets and three users who did all of them. Comparisons of ``all`` datasets for which the
        study has none are left out, so that one list can serve many studies.

    Raises
    ------
    ValueError
        If an entry names what the study has not, compares a condition with itself, names a
        dataset where fewer than three users did both, or if two have one name.
    """
    made: dict[str, dict] = {}
    for place, entry in enumerate(entries):
        key = f"comparisons.{place}"
        first, second = tuple(entry["first"]), tuple(entry["second"])
        _check_conditions(key, first, second, study)
        name = entry.get("name") or f"{' '.join(first[::-1])} against {' '.join(second[::-1])}"
        if name in made:
            raise ValueError(f"{key}: two comparisons are called {name!r}; name them apart")
        users = {
            dataset: set(study.users_of(dataset, *first)) & set(study.users_of(dataset, *second))
            for dataset in study.datasets
        }
        datasets = _datasets(key, entry["datasets"], users, (first, second))
        if datasets:
            everywhere = set.intersection(*(users[dataset] for dataset in datasets))
            made[name] = {
                "name": name,
                "datasets": datasets,
                "first": list(first),
                "second": list(second),
                "paired_over_datasets": len(datasets) > 1 and len(everywhere) >= LEAST_USERS,
            }
    return list(made.values())


def possible_comparisons(planned: Iterable[Mapping], study) -> list[dict]:
    """Return what is left of planned comparisons where a study lacks some of its segmentations.

    Parameters
    ----------
    planned : iterable of mapping
        As `comparisons_of` gives them for the whole study.
    study : manyeyes.study.Study
        What is left of it.

    Returns
    -------
    list of dict
        With the datasets where three users did both; comparisons without any are left out.
    """
    entries = [{**entry, "datasets": "all"} for entry in planned]
    listed = {entry["name"]: entry["datasets"] for entry in planned}
    found = []
    for entry in comparisons_of(entries, study):
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


def _datasets(key: str, wanted, users: Mapping[str, set], conditions: tuple) -> list[str]:
    able = [dataset for dataset, both in users.items() if len(both) >= LEAST_USERS]
    if wanted == "all":
        return able
    for dataset in wanted:
        if dataset not in able:
            raise ValueError(
                f"{key}.datasets: {len(users.get(dataset, ()))} users did both "
                f"{' and '.join(map(str, map(list, conditions)))} on {dataset!r}, "
                f"{LEAST_USERS} are needed; plan that or take the dataset off the list"
            )
    return list(wanted)
