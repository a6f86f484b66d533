"""How much people like the fitted ones differ: the spread of each trait over people.

Each person's posterior was found with the population as prior. Divided by it, the posterior is what
the record alone says, and people's records together say where such people lie and how far apart
(Hogg et al. 2010, doi:10.1088/0004-637X/725/2/2166).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import scipy

from .posterior import LEVEL, Scores, weighted_quantiles
from .simulating import DISCRETE, TRAITS

# In standard deviations of the population.
MEANS = np.linspace(-3.0, 3.0, 61)
SPREADS = np.linspace(0.1, 3.0, 59)


def spread_table(
    draws: Mapping[str, pd.DataFrame],
    prior: Mapping[str, pd.DataFrame],
    informed: Sequence[set[str]],
) -> pd.DataFrame:
    """Return how far people lie apart in each trait that their records inform.

    Parameters
    ----------
    draws : mapping of str to DataFrame
        Draws from each person's posterior, a column for each trait.
    prior : mapping of str to DataFrame
        Traits of the simulated people that this person was compared with.
    informed : sequence of set of str
        The traits that each person's record informs, in the order of ``draws``.

    Returns
    -------
    DataFrame
        trait, title, people (how many records inform it), relative_sd, low, high (spread over
        people divided by the population's, and its interval), mean, mean_low, mean_high (where
        such people lie, in standard deviations of the population from its median). Traits that
        fewer than two records inform are left out, and so is the brush.
    """
    rows = []
    for trait, (title, _) in TRAITS.items():
        who = [name for name, known in zip(draws, informed, strict=True) if trait in known]
        if len(who) < 2 or trait in DISCRETE:
            continue
        scores = [
            Scores(prior[name][trait].to_numpy(float)).of(draws[name][trait].to_numpy(float))
            for name in who
        ]
        spread, mean = mean_and_spread(scores)
        rows.append(
            {
                "trait": trait,
                "title": title,
                "people": len(who),
                **dict(zip(("low", "relative_sd", "high"), spread, strict=True)),
                **dict(zip(("mean_low", "mean", "mean_high"), mean, strict=True)),
            }
        )
    columns = ["trait", "title", "people", "relative_sd", "low", "high"]
    return pd.DataFrame(rows, columns=[*columns, "mean", "mean_low", "mean_high"])


def mean_and_spread(scores: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the spread of people, and where they lie, from draws of each one's posterior.

    Parameters
    ----------
    scores : sequence of ndarray of float
        Draws of one person each, as standard scores in the prior.

    Returns
    -------
    spread, mean : ndarray of float, shape (3,)
        Lower end of the `LEVEL` interval, median, upper end. Before the records all values of
        `SPREADS` and of `MEANS` are equally likely.
    """
    means, spreads = np.meshgrid(MEANS, SPREADS)
    log = np.zeros(means.shape)
    for own in scores:
        weights = np.zeros(means.shape)
        for score in own:
            # what the population says of this value is divided out
            prior = np.exp(-(score**2) / 2)
            weights += np.exp(-(((score - means) / spreads) ** 2) / 2) / spreads / prior
        log += np.log(np.maximum(weights / len(own), 1e-300))
    likely = np.exp(log - scipy.special.logsumexp(log))
    shares = [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2]
    return (
        weighted_quantiles(SPREADS, likely.sum(axis=1), shares),
        weighted_quantiles(MEANS, likely.sum(axis=0), shares),
    )
