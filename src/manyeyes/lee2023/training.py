"""How the paper's network is trained, and its scores after every epoch."""

from collections.abc import Mapping

import pandas as pd

from ..networks.settings import Training
from ..pores.codes import GRAIN, PORE
from ..settings import read_settings
from .names import TEST, TRAINING

_SCORES = {
    "loss": "loss",
    "accuracy": "accuracy",
    "mse": "mse",
    f"f1_{PORE}": "f1_pore",
    f"f1_{GRAIN}": "f1_grain",
}


def training_settings(described: Mapping, greys: str) -> Training:
    """Return the settings of a training.

    Parameters
    ----------
    described : mapping
        What differs from the paper's, which are the defaults of
        `manyeyes.networks.settings.Training`.
    greys : str
        What is done to grey levels first.

    Raises
    ------
    ValueError
        If a setting is unknown or has no such value, or is one that the study decides.
    """
    decided = sorted({"codes", "greys"} & set(described))
    if decided:
        raise ValueError(
            f"{' and '.join(decided)}: this follows from the study (labels are grain and pore, "
            "grey levels are its inputs); leave it out"
        )
    # The probability of the first code is what the network returns.
    return read_settings(
        {**described, "greys": greys, "codes": (PORE, GRAIN)}, Training, "training"
    )


def curve_of(history: pd.DataFrame, greys: str, trained_on: str, seed: int) -> pd.DataFrame:
    """Return the scores after every epoch, as the study's table has them.

    Parameters
    ----------
    history : DataFrame
        From `manyeyes.networks.fitting.fit_network`, with a validation: the particle of the test.
    greys, trained_on : str
    seed : int

    Returns
    -------
    DataFrame
        input, trained_on, seed, epoch, rate, and of training and test loss, accuracy, mse, f1_pore
        and f1_grain, as ``test_accuracy``. Those of the training are means while its weights
        change, as Keras reports them.
    """
    columns = {}
    for prefix, name in (("", TRAINING), ("validation_", TEST)):
        columns |= {f"{prefix}{key}": f"{name}_{word}" for key, word in _SCORES.items()}
    table = history[["epoch", "rate", *columns]].rename(columns=columns)
    for place, (name, value) in enumerate(
        {"input": greys, "trained_on": trained_on, "seed": seed}.items()
    ):
        table.insert(place, name, value)
    return table
