"""How outlines differ between people, between one person's sittings, and along an outline.

The rater model of Warfield, Zou and Wells (2008, doi:10.1098/rsta.2008.0040) gives each person a
bias and a variance. Two things are added. The bias has three parts: what a person keeps, what
belongs to a sitting, and what belongs to one object in one sitting. And the error along an outline
is correlated. All lengths may grow with the object, as a power of the length of its outline.
"""

import numpy as np
import pandas as pd
from scipy.special import digamma

from ..randomness import generator
from ..users.people import REFERENCE_OUTLINE_PX
from .crossed_effects import crossed_effects


def fit_raters(outlines: pd.DataFrame, draws: int, *seed_names: object) -> pd.DataFrame:
    """Sample what outlines say of the people who drew them.

    Parameters
    ----------
    outlines : DataFrame
        One row an outline: ``set``, ``object``, ``person`` and ``tool`` (both missing where people
        are not named), ``shift_px`` (mean displacement from the consensus), ``spread_px`` (standard
        deviation along the outline), ``correlation_px`` (until 1 / e), ``outline_px`` (length).
        The sittings of a person are the tools, set by set.
    draws : int
        Samples to return.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.

    Returns
    -------
    DataFrame
        One row a draw, named as fields of `manyeyes.users.population.Population`. Levels hold for a
        set of images that is not among these: the difference between sets is drawn anew. The
        columns ``hand_noise_scatter`` and ``hand_correlation_scatter`` say how much the logarithms
        of single objects scatter about the law of size.

    Raises
    ------
    ValueError
        If no outline has a named person.
    """
    named = outlines[outlines["person"].notna()]
    if named.empty:
        raise ValueError(
            "no outline has a named person, so habits and sittings cannot be told apart"
        )
    between, spread, correlation = (
        _size_law(objects, draws, *seed_names, name)
        for name, objects in (
            ("between people", _between(outlines)),
            ("along outlines", _typical(outlines, "spread_px")),
            ("correlation", _typical(outlines, "correlation_px")),
        )
    )
    size = np.log(named["outline_px"] / REFERENCE_OUTLINE_PX)
    sittings = named["set"] + ", " + named["person"].astype(str) + ", " + named["tool"]
    random = {"person": named["person"], "sitting": sittings}
    objects = named["set"] + ", " + named["object"].astype(str)
    shifts = crossed_effects(
        # at the exponent's median: what it is matters little to how the bias divides
        (named["shift_px"] / np.exp(between["exponent"].median() * size)).to_numpy(),
        random,
        1.0,
        draws,
        *seed_names,
        "shifts",
        fixed=(objects, named["set"] + ", " + named["tool"]),
    )
    steady = named["spread_px"] > 0
    hands = crossed_effects(
        np.log(named.loc[steady, "spread_px"]).to_numpy(),
        {name: labels[steady] for name, labels in random.items()},
        0.5,
        draws,
        *seed_names,
        "hands",
        fixed=(objects[steady],),
    )
    # the variance of Student's t with four degrees of freedom is twice its scale squared
    parts = {
        "habit": shifts["person"] ** 2,
        "sitting": shifts["sitting"] ** 2,
        "object": 2 * shifts["error"] ** 2,
    }
    total = sum(parts.values())
    return pd.DataFrame(
        {
            **{
                f"outline_{part}_sd_px": between["level"] * np.sqrt(variance / total)
                for part, variance in parts.items()
            },
            "outline_exponent": between["exponent"],
            "hand_noise_px": spread["level"],
            "hand_noise_exponent": spread["exponent"],
            "hand_noise_ln_sd": hands["person"],
            "hand_correlation_px": correlation["level"],
            "hand_correlation_exponent": correlation["exponent"],
            "hand_noise_scatter": spread["scatter"],
            "hand_correlation_scatter": correlation["scatter"],
        }
    )


def _between(outlines: pd.DataFrame) -> pd.DataFrame:
    """Return the standard deviation of each object's shifts between its outlines."""
    groups = outlines.groupby(["set", "object"], sort=True)
    found = groups.agg(
        outline_px=("outline_px", "first"), value=("shift_px", "std"), count=("shift_px", "size")
    ).reset_index()
    found = found[(found["count"] > 2) & (found["value"] > 0)]
    # the expectation of ln(s) of a normal sample lies below ln(sigma)
    half = (found["count"] - 1) / 2
    found["value"] *= np.exp(-(digamma(half) - np.log(half)) / 2)
    return found


def _typical(outlines: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the geometric mean of a column over each object's outlines."""
    known = outlines[outlines[column] > 0]
    return (
        known.assign(value=np.log(known[column]))
        .groupby(["set", "object"], sort=True)
        .agg(outline_px=("outline_px", "first"), value=("value", "mean"))
        .assign(value=lambda table: np.exp(table["value"]))
        .reset_index()
    )


def _size_law(objects: pd.DataFrame, draws: int, *seed_names: object) -> pd.DataFrame:
    """Sample level and exponent of ``value = level * (outline / reference) ** exponent``."""
    found = crossed_effects(
        np.log(objects["value"]).to_numpy(),
        {"set": objects["set"]},
        0.5,
        draws,
        *seed_names,
        slopes={"exponent": np.log(objects["outline_px"] / REFERENCE_OUTLINE_PX).to_numpy()},
    )
    another_set = found["set"] * generator(*seed_names, "another set").standard_normal(len(found))
    return pd.DataFrame(
        {
            "level": np.exp(found["constant"] + another_set),
            "exponent": found["exponent"],
            "scatter": np.sqrt(2) * found["error"],
        }
    )


def check_raters(draws: pd.DataFrame, outlines: pd.DataFrame, *seed_names: object) -> pd.DataFrame:
    """Compare outlines that were not fitted with what draws of `fit_raters` predict.

    Parameters
    ----------
    draws, outlines : DataFrame
        As in `fit_raters`.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.

    Returns
    -------
    DataFrame
        By set and measure (``between_px``, ``spread_px``, ``correlation_px``): the number of
        objects, the medians of what was measured and of what was predicted for objects of these
        sizes, and ``inside_percent``, the share of objects inside the predicted interval of 95 %.
    """
    total = np.sqrt(
        sum(draws[f"outline_{part}_sd_px"] ** 2 for part in ("habit", "sitting", "object"))
    ).to_numpy()
    rng = generator(*seed_names, "check")
    rows = []
    levels = {"between_px": total}
    exponents = {"between_px": draws["outline_exponent"].to_numpy()}
    for measure, name in (("spread_px", "hand_noise"), ("correlation_px", "hand_correlation")):
        levels[measure] = draws[f"{name}_px"].to_numpy()
        exponents[measure] = draws[f"{name}_exponent"].to_numpy()
    for measure, level in levels.items():
        between = measure == "between_px"
        objects = _between(outlines) if between else _typical(outlines, measure)
        size = np.log(objects["outline_px"].to_numpy() / REFERENCE_OUTLINE_PX)
        predicted = level[:, None] * np.exp(exponents[measure][:, None] * size)
        if between:
            # a standard deviation of so few outlines is itself uncertain
            freedom = objects["count"].to_numpy() - 1
            predicted *= np.sqrt(rng.chisquare(np.broadcast_to(freedom, predicted.shape)) / freedom)
        else:
            scatter = draws[
                f"hand_{measure.removesuffix('_px').replace('spread', 'noise')}_scatter"
            ]
            chance = rng.standard_normal(predicted.shape)
            predicted *= np.exp(scatter.to_numpy()[:, None] * chance)
        low, middle, high = np.quantile(predicted, [0.025, 0.5, 0.975], axis=0)
        found = objects["value"].to_numpy()
        table = objects.assign(
            predicted=middle, inside=100.0 * ((low <= found) & (found <= high)), measure=measure
        )
        rows.append(
            table.groupby(["set", "measure"], sort=True)
            .agg(
                objects=("value", "size"),
                outline_px=("outline_px", "median"),
                measured=("value", "median"),
                predicted=("predicted", "median"),
                inside_percent=("inside", "mean"),
            )
            .reset_index()
        )
    return pd.concat(rows, ignore_index=True)
