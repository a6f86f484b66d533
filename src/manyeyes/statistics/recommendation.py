"""Which method a laboratory should use on its images, derived from the errors of a study."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from ..groups import MADE_BY, group_name, groups_in, in_groups, of_group
from ..randomness import generator
from .errors import plausible_normals
from .grids import GROUP, users_by_cell
from .spread import check_level
from .words import and_list, contrast_to_noise_in_words, points

PARTS = ["wrong_active", "missed", "cbd", "cbd_called_active"]
"""What the error of the best option is made of, as shares of all voxels."""

OPTION = ["filter", "variant"]
RESAMPLES = 2000
LEAST_USERS = 10
"""Fewest users for whom resampling is valid; with three it covers less than half, see `spread`."""

CLOSE = 0.005
"""Volume fraction by which an error may exceed another and still count as equally good."""

CANCELLED = 0.02
"""Share of all voxels: where more than this cancels, and more than is left, the text says so. It
also tells of carbon-binder domain that is labelled active where it is more than this."""

SURE = 0.8
"""Smallest share of resampled studies with a choice as the best that is called sure."""


def recommendation_table(
    accuracies: pd.DataFrame,
    image_quality: pd.DataFrame,
    effort: pd.DataFrame,
    unfiltered: Sequence[str],
    voxel_sizes_nm: Mapping[str, float],
    *,
    error: str = "bias",
    level: float = 0.95,
) -> pd.DataFrame:
    """Return which filter and variant has the lowest error on each dataset, and at what cost.

    The error is the root mean square over users and realisations of segmented minus true volume
    fraction. The certainty of the choice comes from resampling users (the same ones for all
    variants) and realisations with replacement (Efron 1979, doi:10.1214/aos/1176344552). With
    fewer than ten users, populations that they could come from are drawn instead, for each variant
    separately; see `errors.plausible_normals`.

    Parameters
    ----------
    accuracies : DataFrame
        dataset, filter, variant, user, the error; realisation is optional.
    image_quality : DataFrame
        dataset, filter, contrast_to_noise; realisation is optional.
    effort : DataFrame
        dataset, filter, variant, labelled_voxels, with one or more rows each (users, realisations):
        what a user labels manually, 0 for thresholds and watershed.
    unfiltered : sequence of str
        The filters that leave an image as it is. A dataset is described by the contrast-to-noise of
        its image with the first of them that it has, as the mean over realisations.
    voxel_sizes_nm : mapping of dataset to float
    error : {"bias", "bias_filled"}
        Relative to which truth; see `manyeyes.measures.accuracy_table`.
    level : float, default 0.95

    Returns
    -------
    DataFrame
        One row per dataset, noisiest first; those whose contrast-to-noise could not be measured
        (NaN) are last. Columns: dataset, contrast_to_noise, voxel_size_nm, users, realisations,
        options (how many filters and variants were tried); made_by (if the table of accuracies has
        it; each group of users has its own rows); filter, variant, rmse, rmse_low, rmse_high, bias,
        sd, labelled_voxels of the best option; wrong_active and missed (shares of all voxels that
        it labels active wrongly, or fails to; the bias is their difference), cbd and
        cbd_called_active (see `manyeyes.measures.accuracy_table`), all NaN if the accuracies do not
        have them; best_share (share of resampled studies in which it is the best); cheap_filter,
        cheap_variant, cheap_rmse, cheap_labelled_voxels of the option with the least work within
        half a point of the best (the best itself if there is none); cheap_share (share of resampled
        studies in which it is within half a point).

    Raises
    ------
    ValueError
        If a dataset lacks its quality, voxel size or an option's effort, or if an option was not
        done by all users.
    """
    check_level(level)
    by_image = image_quality.groupby(["dataset", "filter"])["contrast_to_noise"].mean()
    noise = {
        dataset: value
        for wanted in reversed(unfiltered)
        for (dataset, filter_), value in by_image.items()
        if filter_ == wanted
    }

    def of_one_group(own: pd.DataFrame, work: pd.DataFrame) -> pd.DataFrame:
        grids = users_by_cell(own, error)
        labelled = work.groupby(GROUP)["labelled_voxels"].mean()
        parts = _parts(own, error)
        rows = []
        for dataset in dict.fromkeys(key[0] for key in grids):
            options = [key for key in grids if key[0] == dataset]
            _check_known(dataset, options, noise, voxel_sizes_nm, labelled)
            errors = _paired_errors(options, grids)
            choice = _choice(options, errors, labelled.loc[options].to_numpy(), level)
            best = (dataset, choice["filter"], choice["variant"])
            rows.append(
                {
                    "dataset": dataset,
                    "contrast_to_noise": float(noise[dataset]),
                    "voxel_size_nm": float(voxel_sizes_nm[dataset]),
                    "users": errors.shape[2],
                    "realisations": errors.shape[1],
                    "options": len(options),
                    **choice,
                    **parts.loc[best].to_dict(),
                }
            )
        return pd.DataFrame(rows)

    table = in_groups(of_one_group, accuracies, effort)
    return table.sort_values("contrast_to_noise", kind="stable", ignore_index=True)


def paired_rows(
    accuracies: pd.DataFrame, users: Mapping[str, Mapping[str, Sequence[str]]]
) -> pd.DataFrame:
    """Return the rows that a recommendation may compare: those of the same users.

    Parameters
    ----------
    accuracies : DataFrame
        dataset, filter, variant, user and any other columns.
    users : mapping of group to mapping of dataset to sequence of str
        Whose rows to keep; see `manyeyes.study.comparisons.users_of_all`.

    Returns
    -------
    DataFrame
        Only the named datasets, only these users, and only the conditions that all of them did.
    """
    parts = []
    for made_by, by_dataset in users.items():
        own = of_group(accuracies, made_by)
        wanted = {(dataset, user) for dataset, names in by_dataset.items() for user in names}
        rows = own[[key in wanted for key in zip(own["dataset"], own["user"], strict=True)]]
        numbers = {dataset: len(set(names)) for dataset, names in by_dataset.items()}
        done = rows.groupby(GROUP)["user"].transform("nunique")
        parts.append(rows[done == rows["dataset"].map(numbers)])
    return pd.concat(parts)


def recommendation_text(
    table: pd.DataFrame, unfiltered: Collection[str], left_out: Collection[str] = ()
) -> str:
    """Return the recommendation as a table in Markdown, and what to know before using it.

    Parameters
    ----------
    table : DataFrame
        As made by `recommendation_table`.
    unfiltered : collection of str
        The filters that leave an image as it is.
    left_out : collection of str
        Variants that were no candidates, see `recommendation_notes`.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the table is empty.
    """
    notes = recommendation_notes(table, left_out)
    names = groups_in(table)
    columns = {
        "Dataset": _dataset,
        "Closest to the truth": lambda row: option_in_words(row, unfiltered),
        "Error (95 % interval)": lambda row: (
            f"{points(row['rmse'])} ({points(row['rmse_low'])} to {points(row['rmse_high'])})"
        ),
        "Bias": lambda row: points(row["bias"]),
        "SD": lambda row: points(row["sd"]),
        "Wrongly active": lambda row: _share(row, "wrong_active"),
        "Missed": lambda row: _share(row, "missed"),
        "Binder labelled active": binder_in_words,
        "Errors cancel": lambda row: "yes" if row["cancel"] else "no",
        "Pixels to label": lambda row: work_in_words(row["labelled_voxels"]),
        "Best in": lambda row: f"{100 * row['best_share']:.0f} %",
        "Within half a point, with less work": lambda row: cheap_in_words(row, unfiltered),
    }
    if len(names) > 1:
        columns = {"By": lambda row: group_name(row[MADE_BY]), **columns}
    lines = [list(columns), ["---"] * len(columns)]
    known = table.assign(cancel=errors_cancel(table))
    lines += [[write(row) for write in columns.values()] for _, row in known.iterrows()]
    written = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return "\n\n".join([written, *notes])


def recommendation_notes(table: pd.DataFrame, left_out: Collection[str] = ()) -> list[str]:
    """Return what a reader must know before following the recommendation, a sentence or two each.

    Parameters
    ----------
    table : DataFrame
        As made by `recommendation_table`.
    left_out : collection of str
        Variants that were no candidates because their offset is deliberate.

    Returns
    -------
    list of str
        Where an error only cancels; what carbon-binder domain adds to the bias; what the numbers
        are; how few the users are.

    Raises
    ------
    ValueError
        If the table is empty.
    """
    if table.empty:
        raise ValueError("no dataset has a known truth, so there is nothing to recommend")
    both = len(groups_in(table)) > 1
    notes = []
    cancelling = table[errors_cancel(table)]
    if len(cancelling):
        where = and_list(_whose(row, both) for _, row in cancelling.iterrows())
        notes.append(
            f"Two errors cancel on {where}: the voxels labelled active wrongly and those missed "
            "are both more than the bias tells. On another image they need not cancel."
        )
    domain = and_list(
        f"{100 * row['cbd_called_active'] / row['cbd']:.0f} % on {_whose(row, both)}, which adds "
        f"{points(row['cbd_called_active'])} points (bias {points(row['bias'])})"
        for _, row in table[table["cbd_called_active"] > CANCELLED].iterrows()
    )
    if domain:
        notes.append(f"Carbon-binder domain is labelled active by these options: {domain}.")
    if left_out:
        notes.append(
            f"{and_list(left_out)} {'is' if len(left_out) == 1 else 'are'} left out, because an "
            "offset shifts the result deliberately."
        )
    users, realisations = int(table["users"].min()), int(table["realisations"].min())
    basis = f"{users} users" + (f" on {realisations} realisations" if realisations > 1 else "")
    notes.append(
        f"Errors are root mean squares, over {basis}, of measured minus true volume fraction in "
        "points. “Best in” is the share of resampled studies in which the option comes out best; "
        f"below {100 * SURE:.0f} % another may be as good. All of it applies to these users and "
        "images."
    )
    if users < LEAST_USERS:
        notes.append(f"{users} users are few: take this as a first indication.")
    return notes


def errors_cancel(table: pd.DataFrame) -> pd.Series:
    """Return where the smaller of two opposite errors exceeds `CANCELLED` and what is left.

    Parameters
    ----------
    table : DataFrame
        wrong_active, missed and bias, all shares of the voxels; NaN where they are not known.

    Returns
    -------
    Series of bool
    """
    cancelled = table[["wrong_active", "missed"]].min(axis=1)
    return (cancelled > CANCELLED) & (cancelled > table["bias"].abs())


def option_in_words(row: Mapping, unfiltered: Collection[str], cheap: str = "") -> str:
    """Return variant and image of a row's best option, or of the one with less work."""
    name = row[f"{cheap}filter"]
    image = "raw image" if name in unfiltered else f"filtered image ({name})"
    return f"{row[f'{cheap}variant']} on the {image}"


def cheap_in_words(row: Mapping, unfiltered: Collection[str]) -> str:
    """Return the option with less work within half a point of a row's best, if there is another."""
    if all(row[f"cheap_{name}"] == row[name] for name in OPTION):
        return "–"
    return (
        f"{option_in_words(row, unfiltered, 'cheap_')} ({points(row['cheap_rmse'])} points, "
        f"{work_in_words(row['cheap_labelled_voxels'])} pixels)"
    )


def binder_in_words(row: Mapping) -> str:
    """Return the share of carbon-binder domain that a row's best option labels active."""
    if not row["cbd"] > 0:
        return "–"
    return f"{100 * row['cbd_called_active'] / row['cbd']:.0f} %"


def work_in_words(labelled_voxels: float) -> str:
    """Return about how many pixels a user labels."""
    if labelled_voxels == 0:
        return "no"
    return f"{float(f'{labelled_voxels:.2g}'):,.0f}".replace(",", " ")


def _whose(row: Mapping, both: bool) -> str:
    """Return a row's dataset, and its group of users where there are two."""
    return row["dataset"] + (f" ({group_name(row[MADE_BY])})" if both else "")


def _share(row: Mapping, part: str) -> str:
    return points(row[part]) if np.isfinite(row[part]) else "–"


def _parts(accuracies: pd.DataFrame, error: str) -> pd.DataFrame:
    """Return what the errors are made of by condition, means over users and realisations."""
    columns = {
        "bias": error,
        "voxel_error": error.replace("bias", "voxel_error"),
        **{name: name for name in ("cbd", "cbd_called_active")},
    }
    known = pd.DataFrame(
        {name: accuracies.get(column, np.nan) for name, column in columns.items()},
        index=accuracies.index,
    )
    means = known.astype(float).groupby([accuracies[name] for name in GROUP], sort=False).mean()
    means["wrong_active"] = (means["voxel_error"] + means["bias"]) / 2
    means["missed"] = (means["voxel_error"] - means["bias"]) / 2
    return means[PARTS]


def _choice(options: Sequence[tuple], errors: np.ndarray, costs: np.ndarray, level: float) -> dict:
    """Return the best option and the cheapest that is as good."""
    rmse = np.sqrt(np.mean(errors**2, axis=(1, 2)))
    resampled = _resampled_rmse(options, errors)
    best = int(np.lexsort((costs, rmse))[0])
    low, high = np.quantile(resampled[best], [(1 - level) / 2, (1 + level) / 2])
    close = np.flatnonzero(rmse <= rmse[best] + CLOSE)
    cheap = int(close[np.lexsort((rmse[close], costs[close]))[0]])
    if costs[cheap] >= costs[best]:
        cheap = best
    within = resampled[cheap] <= resampled.min(axis=0) + CLOSE
    return {
        "filter": options[best][1],
        "variant": options[best][2],
        "rmse": float(rmse[best]),
        "rmse_low": float(low),
        "rmse_high": float(high),
        "bias": float(errors[best].mean()),
        "sd": float(np.sqrt(np.mean(errors[best].var(axis=1, ddof=1)))),
        "labelled_voxels": float(costs[best]),
        "best_share": float(np.mean(resampled.argmin(axis=0) == best)),
        "cheap_filter": options[cheap][1],
        "cheap_variant": options[cheap][2],
        "cheap_rmse": float(rmse[cheap]),
        "cheap_labelled_voxels": float(costs[cheap]),
        "cheap_share": float(np.mean(within)),
    }


def _resampled_rmse(options: Sequence[tuple], errors: np.ndarray) -> np.ndarray:
    """Return the error of each option in each resampled study, shape (options, resamples)."""
    n_options, realisations, users = errors.shape
    if users >= LEAST_USERS:
        rng = generator("recommendation", options[0][0])
        means = errors**2 @ _weights(users, rng)
        return np.sqrt(np.einsum("ors,rs->os", means, _weights(realisations, rng)))
    result = np.zeros((n_options, RESAMPLES))
    for option, key in enumerate(options):
        for realisation in range(realisations):
            values = errors[option, realisation]
            rng = generator("recommendation", *key, realisation)
            means, sds = plausible_normals(
                values.mean(), values.std(ddof=1), users, draws=RESAMPLES, rng=rng
            )
            result[option] += (means**2 + sds**2) / realisations
    return np.sqrt(result)


def _weights(number: int, rng: np.random.Generator) -> np.ndarray:
    """Return how much each of some units counts in each resampled study, (units, resamples)."""
    picked = rng.integers(number, size=(RESAMPLES, number))
    return np.stack([np.bincount(row, minlength=number) / number for row in picked], axis=1)


def _paired_errors(options: Sequence[tuple], grids: Mapping[tuple, pd.DataFrame]) -> np.ndarray:
    first = grids[options[0]]
    for key in options:
        grid = grids[key]
        if set(grid.columns) != set(first.columns) or set(grid.index) != set(first.index):
            raise ValueError(
                f"{'/'.join(key)} was not done by the same users on the same realisations as "
                f"{'/'.join(options[0])}; a recommendation compares like with like"
            )
        if grid.isna().any(axis=None):
            raise ValueError(f"a user lacks a realisation of {'/'.join(key)}")
    if first.shape[1] < 2:
        raise ValueError(f"{options[0][0]} has one user; the certainty of a choice needs two")
    return np.stack(
        [grids[key].loc[first.index, first.columns].to_numpy(np.float64) for key in options]
    )


def _check_known(dataset, options, noise, voxel_sizes_nm, labelled) -> None:
    if dataset not in noise:
        raise ValueError(f"the quality of the unfiltered image of {dataset} is not in the table")
    if dataset not in voxel_sizes_nm:
        raise ValueError(f"no voxel size is given for {dataset}")
    for key in options:
        if key not in labelled.index:
            raise ValueError(
                f"the effort of {'/'.join(key)} is not in the table; "
                "give 0 labelled voxels for methods without manual labels"
            )


def _dataset(row: pd.Series) -> str:
    return (
        f"{row['dataset']} (contrast-to-noise "
        f"{contrast_to_noise_in_words(row['contrast_to_noise'])}, {row['voxel_size_nm']:.0f} nm)"
    )
