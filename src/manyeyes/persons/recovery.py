"""Whether traits of simulated people are found again: how often intervals cover them."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from ..methods import annotate
from ..users.population import Population, draw_traits
from .posterior import Learner, Scores
from .records import Image, Recorded
from .simulating import DISCRETE, TRAITS, Table, first_outputs, simulate


def recover(
    image: Image,
    variants: Mapping[str, Mapping[str, object]],
    designs: Mapping[str, Sequence[str]],
    population: Population,
    *,
    simulated: int,
    people: int,
    seed: object,
    progress: Callable[[str], None] = lambda text: None,
) -> pd.DataFrame:
    """Fit simulated people whose traits are known.

    Where a first output is corrected, everybody corrects the same: a forest's that has learned from
    the first slice of one person more. A fit of a real person does so, too, with the output that
    this person saw.

    Parameters
    ----------
    image : Image
    variants : mapping of str to mapping
        What was recorded, as in a config. Painted slices and coverages are the same for everybody.
    designs : mapping of str to sequence of str
        Records to fit from: each names some of the variants.
    population : Population
    simulated, people : int
        Users in the table, and users to fit.
    seed : object
    progress : callable, optional
        Is told what is done.

    Returns
    -------
    DataFrame
        design, person, trait, true, estimate, low, high, width (of the interval over the prior's,
        both in standard scores of the population), explained, informed, covered.
    """
    first = draw_traits(population, f"{seed} shown", "somebody")
    names = (f"{seed} shown", "somebody", image.dataset, image.filter)
    records = [
        Recorded(
            image,
            name,
            settings,
            annotate(
                image.grey,
                settings,
                first,
                seed_names=names,
                output_names=(*names, name, "first output"),
                inside=image.inside,
            ),
        )
        for name, settings in variants.items()
    ]
    shown = first_outputs(records, names=(seed,))
    outputs = {place: [output] for place, output in shown.items()}
    table = simulate(records, population, simulated, f"{seed} simulated", outputs)
    progress(f"{simulated} simulated people")
    fitted = simulate(records, population, people, f"{seed} recorded", outputs)
    progress(f"{people} people to fit")
    scores = {name: Scores(table.traits[name].to_numpy(float)) for name in TRAITS}
    rows = []
    for design, chosen in designs.items():
        places = [place for place, name in enumerate(variants) if name in chosen]
        part = Table(table.traits, table.marks[places], table.failed)
        learner = Learner(part, f"{seed} {design}")
        posteriors = learner.posteriors(fitted.marks[places], draws=2)
        for number, posterior in enumerate(posteriors):
            for row in posterior.summary.itertuples():
                value = float(fitted.traits[row.trait].iloc[number])
                # grey levels and widths are whole numbers, so ends may coincide with the value
                slack = 1e-9 * max(abs(value), 1.0)
                ends = np.array([row.low, row.high, row.prior_low, row.prior_high])
                low, high, prior_low, prior_high = scores[row.trait].of(ends)
                rows.append(
                    {
                        "design": design,
                        "person": number + 1,
                        "trait": row.trait,
                        "true": value,
                        "estimate": row.estimate,
                        "low": row.low,
                        "high": row.high,
                        "width": (high - low) / (prior_high - prior_low),
                        "explained": row.explained,
                        "informed": row.informed,
                        "covered": bool(row.low - slack <= value <= row.high + slack),
                    }
                )
        progress(design)
    return pd.DataFrame(rows)


def coverage_table(found: pd.DataFrame) -> pd.DataFrame:
    """Return how often intervals cover the truth, and how much narrower than the prior they are.

    Parameters
    ----------
    found : DataFrame
        From `recover`.

    Returns
    -------
    DataFrame
        design, trait, title, people, covered_percent, low and high (95 % interval of that share,
        Wilson's), explained (of the trait's variance), width (mean, see `recover`), informed.
    """
    rows = []
    for (design, trait), part in found.groupby(["design", "trait"], sort=False):
        number, covered = len(part), part["covered"].mean()
        low, high = wilson(covered, number)
        rows.append(
            {
                "design": design,
                "trait": trait,
                "title": TRAITS[trait][0],
                "people": number,
                "covered_percent": 100 * covered,
                "low": 100 * low,
                "high": 100 * high,
                "explained": part["explained"].iloc[0],
                "width": part["width"].mean(),
                "informed": bool(part["informed"].iloc[0]),
            }
        )
    return pd.DataFrame(rows)


def pooled_coverage(found: pd.DataFrame) -> pd.DataFrame:
    """Return the coverage of each design over its informed continuous traits together.

    Returns
    -------
    DataFrame
        design, traits, covered_percent.
    """
    known = found[found["informed"] & ~found["trait"].isin(DISCRETE)]
    grouped = known.groupby("design", sort=False)
    return pd.DataFrame(
        {
            "design": grouped.size().index.to_list(),
            "traits": grouped["trait"].nunique().to_numpy(),
            "covered_percent": 100 * grouped["covered"].mean().to_numpy(),
        }
    )


def wilson(share: float, number: int, z: float = 1.959964) -> tuple[float, float]:
    """Return Wilson's interval of a share that was found in a number of trials."""
    middle = (share + z**2 / (2 * number)) / (1 + z**2 / number)
    half = z * np.sqrt(share * (1 - share) / number + z**2 / (4 * number**2)) / (1 + z**2 / number)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
