"""Which method a laboratory should use on its images, derived from the errors of a study."""

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

import numpy as np
import pandas as pd

from ..groups import group_name, groups_in, in_groups, of_group
from ..randomness import generator
from .errors import plausible_normals
from .grids import GROUP, users_by_cell
from .spread import check_level
from .words import and_list, contrast_to_noise_in_words, points

OPTION = ["filter", "variant"]
RESAMPLES = 2000
LEAST_USERS = 10
"""Fewest users for whom resampling is valid; with three it covers less than half, see `spread`."""

CLOSE = 0.005
"""Volume fraction by which an error may exceed another and still count as equally good."""

CONFIDENCE_WORDS = (
    (0.95, "almost certainly the best of those tried"),
    (0.80, "probably the best of those tried"),
    (0.50, "more likely than not the best of those tried"),
    (0.0, "the best, but by a margin too small to be certain"),
)
"""Smallest share of resampled studies with this choice as the best, for each wording."""


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
        sd, labelled_voxels of the best option; best_share (share of resampled studies in which it
        is the best); cheap_filter, cheap_variant, cheap_rmse, cheap_labelled_voxels of the option
        with the least work within half a point of the best (the best itself if there is none);
        cheap_share (share of resampled studies in which it is within half a point).

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
        rows = []
        for dataset in dict.fromkeys(key[0] for key in grids):
            options = [key for key in grids if key[0] == dataset]
            _check_known(dataset, options, noise, voxel_sizes_nm, labelled)
            errors = _paired_errors(options, grids)
            rows.append(
                {
                    "dataset": dataset,
                    "contrast_to_noise": float(noise[dataset]),
                    "voxel_size_nm": float(voxel_sizes_nm[dataset]),
                    "users": errors.shape[2],
                    "realisations": errors.shape[1],
                    "options": len(options),
                    **_choice(options, errors, labelled.loc[options].to_numpy(), level),
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


def recommendation_text(table: pd.DataFrame, unfiltered: Collection[str]) -> str:
    """Return the recommendation as a paragraph.

    Parameters
    ----------
    table : DataFrame
        As made by `recommendation_table`.
    unfiltered : collection of str
        The filters that leave an image as it is.

    Returns
    -------
    str
        One or two sentences for each run of datasets, from noisy to clean, with the same choice.

    Raises
    ------
    ValueError
        If the table is empty.
    """
    if table.empty:
        raise ValueError("no dataset has a known truth, so there is nothing to recommend")
    names = groups_in(table)
    if len(names) > 1:
        texts = {name: recommendation_text(of_group(table, name), unfiltered) for name in names}
        return "\n\n".join(f"{group_name(n).capitalize()}: {t}" for n, t in texts.items())
    runs = groupby((row for _, row in table.iterrows()), key=lambda row: tuple(row[OPTION]))
    sentences = [_sentences(list(run), unfiltered) for _, run in runs]
    users, realisations = table["users"].min(), table["realisations"].min()
    basis = f"{users} users" + (f" on {realisations} realisations" if realisations > 1 else "")
    sentences.append(
        f"The error is the root mean square, over {basis}, of measured minus true volume fraction "
        "in points; it applies to these users and images."
    )
    if users < LEAST_USERS:
        sentences.append(f"{users} users are few: take this as a first indication.")
    return " ".join(sentences)


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


def _sentences(run: Sequence[pd.Series], unfiltered: Collection[str]) -> str:
    """Return what to do for datasets with the same best filter and variant."""

    def option(row: pd.Series, cheap: str = "") -> str:
        name = row[f"{cheap}filter"]
        image = "raw image" if name in unfiltered else f"filtered image ({name})"
        return f"{row[f'{cheap}variant']} on the {image}"

    def each_once(texts) -> str:
        return and_list(dict.fromkeys(texts))

    text = (
        f"For {and_list(map(_dataset, run))}, {option(run[0])} came closest to the truth: an error "
        f"of {and_list(map(_error, run))}, for "
        f"{each_once(_work(row['labelled_voxels']) for row in run)}; it is "
        f"{each_once(_confidence(row['best_share']) for row in run)}."
    )
    offers = and_list(
        f"{option(row, 'cheap_')} of {row['dataset']} "
        f"({points(row['cheap_rmse'])} points, {_work(row['cheap_labelled_voxels'])})"
        for row in run
        if any(row[f"cheap_{name}"] != row[name] for name in OPTION)
    )
    return text + (f" Within half a point of it with less work: {offers}." if offers else "")


def _dataset(row: pd.Series) -> str:
    return (
        f"{row['dataset']} (contrast-to-noise "
        f"{contrast_to_noise_in_words(row['contrast_to_noise'])}, {row['voxel_size_nm']:.0f} nm)"
    )


def _error(row: pd.Series) -> str:
    interval = f"{points(row['rmse_low'])} to {points(row['rmse_high'])}"
    return f"{points(row['rmse'])} points ({interval})"


def _confidence(share: float) -> str:
    words = next(words for least, words in CONFIDENCE_WORDS if share >= least)
    return f"{words} ({100 * share:.0f} % of resampled studies)"


def _work(labelled_voxels: float) -> str:
    if labelled_voxels == 0:
        return "no labelled pixel"
    return f"about {float(f'{labelled_voxels:.2g}'):,.0f} labelled pixels".replace(",", " ")
