"""What a study of networks found, in sentences computed from its tables."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..statistics.words import and_list
from .names import INPUTS, LABELS, TEST, THRESHOLD, TRAINING, TRUTH
from .stated import EPOCHS, NOTEBOOK, PAPER, PORE_AREA

Frames = Mapping[str, pd.DataFrame]


def short(score: float) -> str:
    """Return a score between 0 and 1 as the paper writes it, such as .974."""
    return f"{score:.4f}".rstrip("0").removeprefix("0") if 0 < score < 1 else f"{score:.0f}"


def _share(value: float) -> str:
    return f"{100 * value:.2f} %"


def _each(values: Mapping[str, str]) -> str:
    return and_list(f"{name} {value}" for name, value in values.items())


def _tested(table_2: pd.DataFrame, against: str = LABELS, slices: str = TEST) -> pd.DataFrame:
    rows = table_2[(table_2["against"] == against) & (table_2["slices"] == slices)]
    return rows.set_index("input")


def headline(frames: Frames) -> str:
    """Return the answer in two sentences."""
    rows = _tested(frames["lee_table_2"])
    accuracy, f1 = rows["accuracy"], rows["f1_pore"]
    without = rows["accuracy_no_pore"].mean()
    return (
        f"On a particle that they never saw, the networks agree with its labels in "
        f"{_range(accuracy, _share)} of the pixels; predicting no pore at all would agree in "
        f"{_share(without)}. Their F1 of pore is {_range(f1, _two)}; that of the paper, "
        f"{short(0.9932)} to {short(0.9946)}, is no F1 that labels of 0 and 1 can give at its "
        "accuracy."
    )


def _two(value: float) -> str:
    return f"{value:.2f}"


def _range(values: pd.Series, word) -> str:
    ends = dict.fromkeys((word(values.min()), word(values.max())))
    return " to ".join(ends)


def first_sentences(frames: Frames) -> list[tuple[str, str]]:
    """Return questions and answers for the first screen of the report."""
    found = (
        ("Which input does best?", inputs_sentence(frames["lee_table_2"])),
        ("What can Table 2 of the paper not be?", bounds_sentence(frames["lee_bounds"])),
        ("What would explain it?", grey_sentence(frames["grey_labels"])),
        ("What F1 may a careful reader expect?", expected_sentence(frames["lee_bounds"])),
        ("Who comes nearest in 3-D?", volumes_sentence(frames["pore_volumes"])),
        ("How good are the labels?", labels_sentence(frames["pore_scores"])),
    )
    return [(question, text) for question, text in found if text]


def inputs_sentence(table_2: pd.DataFrame) -> str:
    """Return F1 of pore by input on slices of the test, and whether trainings overlap."""
    rows = _tested(table_2)
    ranked = rows.sort_values("f1_pore", ascending=False, kind="stable")
    text = (
        f"F1 of pore against the labels of the other particle, mean over trainings: "
        f"{_each({name: short(value) for name, value in ranked['f1_pore'].items()})}."
    )
    if (ranked["trainings"] > 1).any() and len(ranked) > 1:
        best, rest = ranked.iloc[0], ranked.iloc[1:]
        apart = (rest["f1_pore_highest"] < best["f1_pore_lowest"]).all()
        text += (
            f" Every training of {ranked.index[0]} inputs is above every other one."
            if apart
            else " The trainings of different inputs overlap, so that this order may be chance."
        )
    learned = _tested(table_2, slices=TRAINING)["f1_pore"]
    text += f" On the slices learned from it is {_range(learned, short)}."
    return text


def bounds_sentence(bounds: pd.DataFrame) -> str:
    """Return which numbers of Table 2 lie beyond what its accuracy allows."""
    paper = bounds[bounds["source"] == PAPER]
    return (
        f"For labels of 0 and 1, F1 is at most 2(1 - e)/(2 - e) at a share e of wrong pixels, and "
        f"the squared error is at least e/4 if outputs are cut at one half. "
        f"{int(paper['f1_beyond'].sum())} of {len(paper)} F1 values ({_range(paper['f1'], short)}, "
        f"allowed {_range(paper['f1_at_most'], short)}) and {int(paper['mse_beyond'].sum())} of "
        f"{len(paper)} squared errors ({_range(paper['mse'], _small)}, allowed from "
        f"{_range(paper['mse_at_least'], _small)}) lie beyond, whatever the images were."
    )


def _small(value: float) -> str:
    return f"{value:.2g}".removeprefix("0")


def grey_sentence(grey: pd.DataFrame) -> str:
    """Return what the same predictions score if a share of the label pixels is grey."""
    rows = grey[(grey["slices"] == TEST) & grey["method"].isin(list(INPUTS))]
    if rows.empty:
        return ""
    scores = ["accuracy", "f1_grain", "mse"]
    means = rows.groupby("share")[scores].mean()
    text = (
        "Label pixels that are neither 0 nor 1 would. Keras' accuracy counts them as wrong, "
        "whatever the network says, F1 rounds them, and the squared error hardly sees them. On the "
        "other "
        f"particle our predictions score accuracy {short(means['accuracy'].iloc[0])}, F1 of grain "
        f"{short(means['f1_grain'].iloc[0])} and squared error {_small(means['mse'].iloc[0])} with "
        f"{100 * means.index[0]:.2g} % of the label pixels grey"
    )
    others = rows[rows["share"] > means.index[0]]
    beyond = others.groupby("share")[["f1_beyond", "mse_beyond"]].mean()
    # The fewest grey pixels with which most predictions break both bounds, else one of them.
    found = beyond[(beyond > 0.5).all(axis=1)]
    found = found if len(found) else beyond[(beyond > 0.5).any(axis=1)]
    if found.empty:
        return f"{text}; with the shares that were tried, most stay within both bounds."
    share = found.index[0]
    made, some = means.loc[share], rows[rows["share"] == share]
    counts = [
        f"{name} of {int(some[key].sum())}"
        for name, key in (("F1", "f1_beyond"), ("squared error", "mse_beyond"))
    ]
    return (
        f"{text}, and {short(made['accuracy'])}, {short(made['f1_grain'])} and "
        f"{_small(made['mse'])} with {100 * share:.2g} %: beyond the bounds are then "
        f"{and_list(counts)} out of {len(some)} predictions. That grey pixels can do this does not "
        "show that they did; the paper's labels are not public."
    )


def expected_sentence(bounds: pd.DataFrame) -> str:
    """Return which F1 of pore the paper's accuracy leaves room for, and what its notebook shows."""
    paper = bounds[(bounds["source"] == PAPER) & (bounds["slices"] == TEST)]
    low, high = (f"{100 * share:.1f}" for share in PORE_AREA)
    nothing = 1 - np.array(PORE_AREA)
    text = (
        f"In published pictures of such slices {low} to {high} % of the area is pore. There, an "
        f"accuracy of {_range(paper['accuracy'], short)} leaves an F1 of pore of at most "
        f"{_range(paper['f1_pore_at_most'], short)}, and predicting no pore at all is right for "
        f"{100 * nothing.min():.1f} to {100 * nothing.max():.1f} %, which is more. The authors' "
        f"notebook shows F1 {short(NOTEBOOK.f1)} and recall {short(NOTEBOOK.recall)} at accuracy "
        f"{short(NOTEBOOK.accuracy)}, where predicting nothing scores "
        f"{short(NOTEBOOK.accuracy_without_pores)}."
    )
    ours = bounds[(bounds["source"] == "this study") & (bounds["slices"] == TEST)]
    if len(ours):
        text += f" On the twins F1 of pore is {_range(ours['f1'], short)}."
    return text


def volumes_sentence(volumes: pd.DataFrame) -> str:
    """Return porosity and surface by method over those of the labels, on particles of the test."""
    means = volumes_of_test(volumes)
    if means.empty:
        return ""
    off = 100 * (means["porosity_per_labels"].drop(index=LABELS, errors="ignore") - 1)
    text = (
        "Porosity relative to the labels, mean over trainings on another particle: "
        + _each({name: f"{value:+.0f} %" for name, value in off.items()})
        + "; to the true pores: "
        + _each(
            {
                name: f"{100 * (value - 1):+.0f} %"
                for name, value in means["porosity_per_truth"].items()
            }
        )
    )
    surface = 100 * (means["pore_surface_per_truth"] - 1)
    return f"{text}. Their surface is off the true one by " + (
        _each({name: f"{value:+.0f} %" for name, value in surface.items()}) + "."
    )


def volumes_of_test(volumes: pd.DataFrame) -> pd.DataFrame:
    """Return what each method measures in 3-D, means over trainings and particles of the test.

    Parameters
    ----------
    volumes : DataFrame
        See `manyeyes.lee2023.measuring.volumes_table`.

    Returns
    -------
    DataFrame
        Indexed by method (labels, threshold, then inputs): porosity, pore_volume_um3,
        pore_surface_um2 and their ratios to labels and truth.
    """
    tested = volumes[(volumes["slices"] == TEST) & volumes["method"].isin(list(INPUTS))]
    particles = list(dict.fromkeys(tested["particle"]))
    others = volumes["method"].isin([TRUTH, LABELS, THRESHOLD])
    unlearned = volumes[others & volumes["particle"].isin(particles)]
    numbers = [name for name in volumes if name.startswith(("porosity", "pore_"))]
    means = pd.concat([unlearned, tested]).groupby("method", sort=False)[numbers].mean()
    order = [name for name in (TRUTH, LABELS, THRESHOLD, *INPUTS) if name in means.index]
    return means.loc[order].drop(index=TRUTH, errors="ignore")


def labels_sentence(scores: pd.DataFrame) -> str:
    """Return how the labels, the paper's ground truth, compare with the true pores."""
    rows = scores[(scores["method"] == LABELS) & (scores["against"] == TRUTH)]
    if rows.empty:
        return ""
    return (
        f"Against the true pores, which only a twin has, the labels by two thresholds have F1 "
        f"{_range(rows['f1_pore'], short)}, precision {_range(rows['precision'], short)} and "
        f"recall {_range(rows['recall'], short)}. A network that reproduced them perfectly would "
        "be no better."
    )


def rests(particles: Sequence[str], epochs: int) -> str:
    """Return what the study rests on, and how its trainings differ from the paper's."""
    text = (
        f"{len(particles)} digital twins of particles ({and_list(particles)}), not micrographs. "
        "How much of a slice is pore, how large pores are, contrast, noise and shading were "
        "calibrated to published pictures; that these agree is no finding. Grains, depths, both "
        "thresholds of the labels and the level of the global threshold are assumptions; "
        "threshold_levels.csv shows what other levels would give. The network, its training and "
        "the formulas of its inputs are those of the paper and its notebook."
    )
    if epochs < EPOCHS:
        text += (
            f" But trainings are of {epochs} epochs here, not {EPOCHS}, so that scores, and "
            "verdicts that rest on them, are those of networks that have learned less."
        )
    return text


def table_2_text(table: pd.DataFrame, bounds: pd.DataFrame) -> str:
    """Return Table 2 beside ours in Markdown, with what its numbers cannot be."""
    lines = [
        "# Table 2 of Lee et al. 2023 beside this study",
        "",
        "Against the labels, means over trainings. F1 of the paper is of an unstated class.",
        "",
        "| input | slices | accuracy: paper | here | no pore | F1: paper | pore | grain | "
        "squared error: paper | here | no pore |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in table[table["against"] == LABELS].itertuples():
        cells = [
            INPUTS[row.input],
            row.slices,
            *map(short, (row.paper_accuracy, row.accuracy, row.accuracy_no_pore)),
            *map(short, (row.paper_f1, row.f1_pore, row.f1_grain)),
            *map(_small, (row.paper_mse, row.mse, row.mse_no_pore)),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", bounds_sentence(bounds), "", expected_sentence(bounds), ""])
