"""A paragraph on methods and results that can be pasted into a paper."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from ..figures.words import REFERENCE, filter_name
from ..groups import RECORDED, SIMULATED, group_name, groups_in, of_group
from ..methods import METHODS
from .words import count

PROTOCOL = (
    "J. J. Bailey et al., J. Power Sources 557 (2023) 232503, doi:10.1016/j.jpowsour.2022.232503"
)
OF_LEE = "H.-B. Lee et al., J. Anal. Sci. Technol. 14 (2023), doi:10.1186/s40543-023-00407-z"
OF_PROTOCOL = {"threshold", "watershed", "seeded_forest", "drawn_forest"}
# More rows than these are no paragraph; the table has them.
MOST_ROWS = 12


def methods_text(study: Mapping, frames: Mapping[str, pd.DataFrame], version: str) -> str:
    """Return what was done and found, in plain sentences with numbers.

    Parameters
    ----------
    study : mapping
        As for `manyeyes.report.page.page`: name, datasets, segmented, users, methods, unfiltered,
        with_offset, settings.
    frames : mapping of str to DataFrame
        ``variability``; ``accuracy_summary`` and ``sittings_spread`` are used if they are there.
    version : str
        Of this program.

    Returns
    -------
    str
        Markdown: paragraphs, and the works to cite.
    """
    variability = frames["variability"]
    parts = [_material(study), _people(study, variability), *_found(study, frames)]
    parts += [_software(study, version, follows_protocol(study, variability["variant"]))]
    text = "\n\n".join(part for part in parts if part)
    return f"{text}\n\n[1] {PROTOCOL}.\n" if "[1]" in text else f"{text}\n"


def pores_methods_text(study: Mapping, frames: Mapping[str, pd.DataFrame], version: str) -> str:
    """Return the same of a study of networks that find pores.

    Parameters as of `methods_text`; frames are those of `manyeyes.report.pores_page.pores_page`.
    """
    from ..lee2023.claims import summary_sentence
    from ..lee2023.words import first_sentences, headline, rests

    particles = list(dict.fromkeys(frames["pore_slices"]["particle"]))
    found = " ".join(text for _, text in first_sentences(frames))
    parts = [
        f"Material. {rests(particles, int(frames['training_curves']['epoch'].max()))}",
        f"Results. {headline(frames)} {found} {summary_sentence(frames['lee_claims'])}",
        _software(study, version),
    ]
    return "\n\n".join(parts) + f"\n\n[1] {OF_LEE}.\n"


def follows_protocol(study: Mapping, variants: Iterable[str]) -> bool:
    """Return whether any of some variants is done as Bailey et al. 2023 did it.

    Finished segmentations were made by whatever protocol their makers had.
    """
    return bool({study["methods"][variant] for variant in variants} & OF_PROTOCOL)


def _material(study: Mapping) -> str:
    described = []
    for name in study["segmented"]:
        facts = study["datasets"][name]
        size = " × ".join(str(n) for n in facts["shape"])
        origin = {
            "twin": "a digital twin of known structure",
            "simulated-imaging": "a measured structure, imaged by a model",
            "measured": "a measured tomogram",
        }[facts["origin"]]
        window = study["grey_windows"].get(name)
        grey = f"; grey values {window[0]:g} to {window[1]:g} became 0 to 255" if window else ""
        given = f"; its truth is {REFERENCE}" if "reference" in facts else ""
        described.append(
            f"{name} ({facts['material']}, {origin} of {size} voxels (z, y, x) of "
            f"{facts['voxel_size_nm']:g} nm{grey}{given})"
        )
    images = [filter_name(name) for name in study["filters_used"]]
    return (
        f"Images. {'; '.join(described)}. All users saw the same 8-bit images "
        f"({' and '.join(images)})."
    )


def _people(study: Mapping, variability: pd.DataFrame) -> str:
    kinds = list(study["users"].values())
    who = " and ".join(
        count(kinds.count(kind), group_name(kind, 1), group_name(kind))
        for kind in (RECORDED, SIMULATED)
        if kind in kinds
    )
    used = dict.fromkeys(variability["variant"])
    by_method: dict[str, list[str]] = {}
    for variant in used:
        by_method.setdefault(METHODS[study["methods"][variant]].title, []).append(variant)
    how = "; ".join(f"{title.lower()} ({', '.join(names)})" for title, names in by_method.items())
    simulated = (
        " Simulated users are drawn from a model of the person who segments; they are not people."
        if SIMULATED in kinds
        else ""
    )
    protocol = (
        " Methods and offsets are those of Bailey et al. [1]."
        if follows_protocol(study, used)
        else ""
    )
    return (
        f"Segmentation. {who[0].upper()}{who[1:]} segmented each image independently: {how}."
        f"{protocol}{simulated} The volume fraction of active material is the share of voxels "
        "labelled so. Spread is the sample standard deviation over users (n − 1). The pairwise "
        "difference is the share of voxels that two users label differently, averaged over pairs."
    )


def _found(study: Mapping, frames: Mapping[str, pd.DataFrame]) -> list[str]:
    variability = frames["variability"]
    shown = variability[
        variability["filter"].isin(study["unfiltered"])
        & ~variability["variant"].isin(study["with_offset"])
    ]
    shown = shown if len(shown) else variability
    found = []
    for made_by in groups_in(shown) or [RECORDED]:
        rows = of_group(shown, made_by)
        sentences = [_of_dataset(name, part) for name, part in rows.groupby("dataset", sort=False)]
        whose = f" ({group_name(made_by)})" if len(groups_in(shown)) > 1 else ""
        found.append(f"Results{whose}. {' '.join(sentences)}")
    if "sittings_spread" in frames:
        found.append(_sittings(frames["sittings_spread"]))
    if "accuracy_summary" in frames:
        found.append(_accuracy(frames["accuracy_summary"], study))
    return found


def _of_dataset(name: str, rows: pd.DataFrame) -> str:
    parts = []
    for row in rows.head(MOST_ROWS).itertuples():
        text = f"{100 * row.mean:.1f} %"
        if np.isfinite(row.sd):
            text = f"{100 * row.mean:.1f} ± {100 * row.sd:.1f} %"
        users = f"n = {row.users}"
        if np.isfinite(row.mean_percent_different):
            users += f", pairwise difference {row.mean_percent_different:.1f} %"
        parts.append(f"{text} with {row.variant} ({users})")
    more = f"; {len(rows) - MOST_ROWS} more in variability.csv" if len(rows) > MOST_ROWS else ""
    return f"On {name} the volume fraction of active material was {'; '.join(parts)}{more}."


def _sittings(spread: pd.DataFrame) -> str:
    parts = [
        f"{100 * row.within_sd:.2f} points within people and {100 * row.between_sd:.2f} between "
        f"them for {row.variant} on {row.dataset}"
        for row in spread.itertuples()
        if np.isfinite(row.within_sd) and np.isfinite(row.between_sd)
    ]
    if not parts:
        return ""
    return f"Between repeated sittings, the standard deviation was {'; '.join(parts[:MOST_ROWS])}."


def _accuracy(summary: pd.DataFrame, study: Mapping) -> str:
    """Return bias and error of what has a truth."""
    known = summary[summary["bias"].notna()] if "bias" in summary else summary.iloc[:0]
    known = known[known["filter"].isin(study["unfiltered"])]
    parts = [
        # Adding 0 makes a rounded -0 positive.
        f"{round(100 * row.bias, 1) + 0.0:+.1f} points for {row.variant} on {row.dataset}"
        for row in known.head(MOST_ROWS).itertuples()
    ]
    return f"The mean deviation from the truth was {'; '.join(parts)}." if parts else ""


def _software(study: Mapping, version: str, of_protocol: bool = True) -> str:
    also = ", and the study whose protocol it takes over [1]" if of_protocol else ""
    return (
        f"Software. All steps were run with manyeyes {version} (study {study['name']}, seed "
        f"{study['settings'].get('seed', 'not known')}); its report lists the versions of all "
        f"packages. Cite the software by its CITATION.cff{also}."
    )
