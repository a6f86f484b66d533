"""What to standardise first: Sobol indices of a study's images and variants, and a text on them."""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from .designs import JITTER
from .sensitivity import sobol_table
from .words import and_list, contrast_to_noise_in_words, points

# The name of each factor, and what people would have to agree on in a common protocol.
FACTORS = {
    "eye_sigma_px": ("how far the eye blurs", "a common zoom and screen"),
    "criterion": (
        "the choice between specks and holes",
        "a reference overlay, or a rule that sets the threshold",
    ),
    "seed_tolerance_active": (
        "tolerance of wrong seeds in active material",
        "how many wrong-looking seeds of active material are tolerable",
    ),
    "seed_tolerance_other": (
        "tolerance of wrong seeds in pores",
        "how many wrong-looking seeds of pore are tolerable",
    ),
    "outline_habit_px": (
        "the side of an edge on which outlines are drawn",
        "the side of a blurred edge on which an outline runs, with a drawn example",
    ),
    "brush_px": ("the width of the brush", "one brush"),
    "overshoot_share": (
        "the share of strokes that cross edges",
        "how far strokes keep from edges",
    ),
    "correction_depth_px": (
        "how deep an error must be to be noticed",
        "how small an error is to be corrected",
    ),
    "correction_share": (
        "the share of labels spent on corrections",
        "how many labels are spent on corrections",
    ),
    JITTER: ("the sitting", "nothing: repeat sittings and take their mean"),
}

COLUMNS = [
    *("dataset", "filter", "variant", "contrast_to_noise", "voxel_size_nm", "base_runs", "runs"),
    *("output_mean", "output_sd", "factor", "first_order", "first_low", "first_high"),
    *("total", "total_low", "total_high"),
]


def sensitivity_table(
    runs: Mapping[tuple[str, str, str], pd.DataFrame],
    image_quality: pd.DataFrame,
    voxel_sizes_nm: Mapping[str, float],
    *names: object,
) -> pd.DataFrame:
    """Return the Sobol indices of every image and variant.

    Parameters
    ----------
    runs : mapping of (dataset, filter, variant) to DataFrame
        Made by `manyeyes.exploring.explore`.
    image_quality : DataFrame
        dataset, filter and contrast_to_noise of the images, as measured.
    voxel_sizes_nm : mapping of dataset to float
    *names : object
        Names that seed the bootstrap.

    Returns
    -------
    DataFrame
        A row for each image, variant and factor: dataset, filter, variant, contrast_to_noise,
        voxel_size_nm, base_runs, runs, output_mean and output_sd (of the volume fraction, over
        people and sittings), factor, first_order and total with 95 % bootstrap intervals, see
        `manyeyes.statistics.sobol_table`. Indices are NaN if all runs gave the same result.
    """
    noise = image_quality.set_index(["dataset", "filter"])["contrast_to_noise"]
    parts = []
    for (dataset, filter_, variant), table in runs.items():
        design, outputs = table.drop(columns="active_fraction"), table["active_fraction"]
        independent = outputs[table["set"].isin(["A", "B"])]
        if independent.nunique() == 1:
            factors = [name for name in design["set"].unique() if name not in ("A", "B")]
            indices = pd.DataFrame({"factor": factors, "output_sd": 0.0})
        else:
            indices = sobol_table(design, outputs, *names, dataset, filter_, variant)
        parts.append(
            indices.assign(
                dataset=dataset,
                filter=filter_,
                variant=variant,
                contrast_to_noise=noise.loc[dataset, filter_],
                voxel_size_nm=voxel_sizes_nm[dataset],
                base_runs=len(independent) // 2,
                runs=len(table),
                output_mean=independent.mean(),
            )
        )
    return pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS)


def leading_trait(rows: pd.DataFrame) -> pd.Series | None:
    """Return the row of the trait with the largest first-order index of one image and variant.

    The sitting is not a trait: people cannot agree on it. None if no trait's interval is above 0.
    """
    traits = rows[(rows["factor"] != JITTER) & (rows["first_low"] > 0)]
    return None if traits.empty else traits.loc[traits["first_order"].idxmax()]


def sensitivity_text(table: pd.DataFrame, unfiltered: Collection[str]) -> str:
    """Return what to standardise first, in one paragraph per variant.

    Parameters
    ----------
    table : DataFrame
        Made by `sensitivity_table`.
    unfiltered : collection of str
        The filters that leave an image as it is.

    Returns
    -------
    str
        Markdown. The first trait is the one with the largest first-order index on most images; the
        larger mean index decides ties. Agreeing on it would leave sd x sqrt(1 - first order), on
        average.
    """
    filtered = ["" if name in unfiltered else f", {name}" for name in table["filter"]]
    table = table.assign(filtered=filtered)
    paragraphs = [
        _paragraph(variant, rows) for variant, rows in table.groupby("variant", sort=False)
    ]
    return "\n\n".join([*paragraphs, _image_paragraph(table)])


def _paragraph(variant: str, rows: pd.DataFrame) -> str:
    images = [image for _, image in rows.groupby(["dataset", "filter"], sort=False)]
    varied = [image for image in images if image["output_sd"].iloc[0] > 0]
    if not varied:
        return f"**{variant}.** All users got the same result on {_all_of(len(images))}."
    leaders = [row for row in map(leading_trait, varied) if row is not None]
    stays = (
        f"The sitting itself accounts for {_percent_range(_sittings(varied))} of the variance. No "
        "agreement between people removes this; the mean of repeated sittings does."
    )
    if not leaders:
        return f"**{variant}.** {_no_leader(pd.concat(varied))} {stays}"
    led = pd.DataFrame(leaders).groupby("factor")["first_order"].agg(["size", "mean"])
    first = led.sort_values(["size", "mean"], ascending=False).index[0]
    own = [row for row in leaders if row["factor"] == first]
    name, agreement = FACTORS[first]
    alone = _percent_range(pd.Series([row["first_order"] for row in own]))
    if len(images) == 1:
        text = f"**{variant}.** First {name}: alone, it accounts for {alone} of the variance. "
    else:
        text = (
            f"**{variant}.** First {name}: it leads on {len(own)} of {len(images)} images. There, "
            f"it alone accounts for {alone} of the variance. "
        )
    noisiest = max(own, key=lambda row: row["output_sd"])
    kept = np.sqrt(1 - min(noisiest["first_order"], 1))
    text += (
        f"Agree on {agreement}. On {_image(noisiest)} this would reduce the standard deviation "
        f"from {points(noisiest['output_sd'])} to {points(noisiest['output_sd'] * kept)} points. "
    )
    others = [FACTORS[factor][0] for factor in led.index if factor != first]
    if others:
        text += f"Elsewhere, {and_list(others)} {'leads' if len(others) == 1 else 'lead'}. "
    led_here = {(row["dataset"], row["filter"]) for row in own}
    sittings = _sittings(
        [i for i in varied if (i["dataset"].iloc[0], i["filter"].iloc[0]) in led_here]
    )
    if sum(row["first_order"] for row in own) < sittings.sum():
        text += "But the sitting accounts for more than this trait. "
    return text + stays


def _image_paragraph(table: pd.DataFrame) -> str:
    """Return how much depends on the image, for comparison with what agreement could change."""
    cells = table.drop_duplicates(["dataset", "filter", "variant"])
    several = len(cells.drop_duplicates(["dataset", "filter"])) > 1
    spreads = []
    for variant, rows in cells.groupby("variant", sort=False):
        ordered = rows.sort_values("output_sd", ascending=False, kind="stable")
        # The widest and the narrowest, or the only one.
        ends = [ordered.iloc[place] for place in dict.fromkeys((0, len(ordered) - 1))]
        values = [f"{points(row['output_sd'])} on {_image(row)}" for row in ends]
        spreads.append(f"{variant} {', '.join(values)}")
    depends = " It depends on the image too." if several else ""
    return (
        "**The image.** The standard deviation over people and sittings, in points: "
        f"{'; '.join(spreads)}.{depends}"
    )


def _image(row: pd.Series) -> str:
    noise = contrast_to_noise_in_words(row["contrast_to_noise"])
    size = f"{row['voxel_size_nm']:.0f} nm"
    return f"{row['dataset']} (contrast-to-noise {noise}, {size}{row['filtered']})"


def _no_leader(rows: pd.DataFrame) -> str:
    """Return that no trait stands out, and how large an index these runs could have missed."""
    most = rows.loc[rows["factor"] != JITTER, "first_high"].max()
    missed = 100 * min(max(most, 0), 1)
    return (
        "No single trait's index differs significantly from zero; with "
        f"{rows['base_runs'].min()} base runs, one trait could account for up to "
        f"{missed:.0f} % of the variance alone and be missed."
    )


def _sittings(images: list[pd.DataFrame]) -> pd.Series:
    """Return the sitting's total index on each image."""
    rows = pd.concat(images)
    return rows.loc[rows["factor"] == JITTER, "total"]


def _all_of(count: int) -> str:
    return "the image" if count == 1 else f"all {count} images"


def _percent_range(shares: pd.Series) -> str:
    low, high = (round(100 * min(max(share, 0), 1)) for share in (shares.min(), shares.max()))
    return f"{low} %" if low == high else f"{low} to {high} %"
