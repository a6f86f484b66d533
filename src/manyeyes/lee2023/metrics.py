"""What the claims compare: one long table of every number of every training."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from .claims import SCORES
from .measuring import SCORED_AGAINST
from .names import LABELS, TEST, THRESHOLD, TRAINING, VOLUMES
from .stated import EPOCHS

NEAR_END = 0.1
"""Learning has settled once the error stays within this share of the error at the end of it."""

LAST_EPOCHS = 5
"""The error at the end is the median over so many epochs."""

COLUMNS = ["metric", "slices", "against", "method", "training", "value"]


def training_name(trained_on, seed) -> str:
    """Return the name of a training in the table: its particle and its seed."""
    return f"{trained_on}.{seed}"


def settled(errors: Sequence[float]) -> int:
    """Return the first epoch, from 1, from which all errors stay near that at the end.

    Parameters
    ----------
    errors : sequence of float
        Share of wrong pixels after each epoch.

    Returns
    -------
    int
        Errors from there on differ from the median of the last five by a tenth of it at most. One
        more than there are epochs if not even the last does.

    Raises
    ------
    ValueError
        If there is no epoch.
    """
    errors = np.asarray(errors, dtype=np.float64)
    if errors.size == 0:
        raise ValueError("learning settles after some epochs, found none")
    end = np.median(errors[-LAST_EPOCHS:])
    far = np.flatnonzero(~(np.abs(errors - end) <= NEAR_END * end))
    return int(far[-1]) + 2 if far.size else 1


def epochs_to_settle(curve: pd.DataFrame) -> int:
    """Return the epoch at which the learning of a training has settled.

    Parameters
    ----------
    curve : DataFrame
        epoch, test_accuracy and test_f1_pore of one training.

    Returns
    -------
    int
        See `settled`. One more than there are epochs for a network that finds no pore in the last
        five: its error does not change, because it has not learned anything yet.
    """
    curve = curve.sort_values("epoch")
    if not (curve["test_f1_pore"].iloc[-LAST_EPOCHS:] > 0).any():
        return len(curve) + 1
    return settled(1 - curve["test_accuracy"])


def metrics_table(
    scores: pd.DataFrame,
    volumes: pd.DataFrame,
    curves: pd.DataFrame,
    folds: Iterable[tuple[str, str]],
) -> pd.DataFrame:
    """Return every number that a claim may compare.

    Parameters
    ----------
    scores : DataFrame
        See `manyeyes.lee2023.measuring.score_rows`.
    volumes : DataFrame
        See `manyeyes.lee2023.measuring.volumes_table`.
    curves : DataFrame
        input, trained_on, seed, epoch, test_accuracy, test_f1_pore.
    folds : iterable of (str, str)
        Particle of the training and of the test.

    Returns
    -------
    DataFrame
        metric, slices, against, method, training, value. What needs no network, such as a
        threshold, has the value of the particle that a training is tested on. How many epochs
        learning takes is not told of trainings that are shorter than the paper's.
    """
    tested = dict(folds)
    scores = _of_trainings(scores, tested)
    scores = scores.assign(
        error=1 - scores["accuracy"],
        false_pore=scores["false_pore"]
        / scores[["true_pore", "false_pore", "false_grain", "true_grain"]].sum(axis=1),
    )
    keys = ["slices", "against", "method", "training"]
    parts = [scores.melt(keys, list(SCORES), "metric", "value")]
    volumes = _of_trainings(volumes, tested)
    for against in SCORED_AGAINST:
        ratios = {name: volumes[f"{name}_per_{against}"] for name in VOLUMES}
        off = {f"{name}_off": 100 * (ratio - 1).abs() for name, ratio in ratios.items()}
        numbers = pd.DataFrame({**ratios, **off})
        table = volumes[["slices", "method", "training"]].assign(against=against)
        parts.append(pd.concat([table, numbers], axis=1).melt(keys, None, "metric", "value"))
    parts.append(_settling(curves))
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def _of_trainings(table: pd.DataFrame, tested: Mapping[str, str]) -> pd.DataFrame:
    """Return a table with a column training, in which each training has a row of the threshold."""
    table = table.assign(
        trained_on=table["trained_on"].fillna(""), slices=table["slices"].fillna("")
    )
    by_network = table[table["trained_on"] != ""]
    names = [
        training_name(*key)
        for key in zip(by_network["trained_on"], by_network["seed"], strict=True)
    ]
    by_network = by_network.assign(training=names)
    others = table[(table["trained_on"] == "") & (table["method"] == THRESHOLD)]
    made = by_network[["trained_on", "seed", "training"]].drop_duplicates()
    for trained_on, seed, training in made.itertuples(index=False):
        for slices, particle in ((TRAINING, trained_on), (TEST, tested.get(trained_on))):
            rows = others[others["particle"] == particle]
            rows = rows.assign(slices=slices, training=training, trained_on=trained_on, seed=seed)
            by_network = pd.concat([by_network, rows], ignore_index=True)
    return by_network.reset_index(drop=True)


def _settling(curves: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for (greys, trained_on, seed), curve in curves.groupby(
        ["input", "trained_on", "seed"], sort=False
    ):
        if len(curve) < EPOCHS:
            continue
        training = training_name(trained_on, seed)
        row = {"slices": TEST, "against": LABELS, "method": greys, "training": training}
        rows.append({**row, "metric": "epochs_to_settle", "value": float(epochs_to_settle(curve))})
    table = pd.DataFrame(rows, columns=COLUMNS)
    equalised = table[table["method"] == "equalised"].set_index("training")["value"]
    later = table["value"] - table["training"].map(equalised)
    after = table.assign(metric="epochs_after_equalised", value=later)
    return pd.concat([table, after], ignore_index=True)
