"""The page of a study of networks that find pores: nobody segments there."""

from collections.abc import Mapping, Sequence

import pandas as pd

from ..lee2023 import words
from ..lee2023.claims import summary_sentence
from ..lee2023.names import INPUTS, LABELS, TRUTH
from ..paper.claims.wording import percent as whole_percent
from .page import categories, of_any_study, rendered
from .sections import VERDICT_SIGNS

NEEDED = (
    "lee_table_2",
    "lee_bounds",
    "lee_claims",
    "pore_scores",
    "pore_slices",
    "pore_volumes",
    "grey_labels",
    "training_curves",
)


def pores_page(
    study: Mapping,
    tables: Mapping[str, str],
    frames: Mapping[str, pd.DataFrame],
    figures: Sequence[Mapping],
    packs: Sequence[Mapping],
    run: Mapping,
    templates: Mapping,
    warnings: Sequence[str] = (),
) -> str:
    """Return the report of a study of networks as HTML that needs nothing besides itself.

    Parameters are those of `manyeyes.report.page.page`; the template is another one, and there are
    no packs of slices.

    Raises
    ------
    ValueError
        If a table is missing.
    """
    for name in NEEDED:
        if name not in frames:
            raise ValueError(f"the report needs the table {name}.csv; run the study to its end")
    particles = list(dict.fromkeys(frames["pore_slices"]["particle"]))
    context = of_any_study(study, tables, frames, run, templates) | {
        "warnings": list(dict.fromkeys(warnings)),
        "particles": particles,
        "headline": words.headline(frames),
        "first": words.first_sentences(frames),
        "rests": words.rests(particles, int(frames["training_curves"]["epoch"].max())),
        "scorecard": summary_sentence(frames["lee_claims"]),
        "table_2": table_2_rows(frames["lee_table_2"]),
        "bounds": bound_rows(frames["lee_bounds"]),
        "volumes": volume_rows(frames["pore_volumes"]),
        "slices": slice_rows(frames["pore_slices"]),
        "claims": claim_rows(frames["lee_claims"]),
        "categories": categories(figures, frames, about_paper=True),
    }
    return rendered(templates, context)


def table_2_rows(table: pd.DataFrame) -> list[dict]:
    """Return Table 2 of the paper beside ours, as texts."""
    rows = []
    for row in table[table["against"] == LABELS].itertuples():
        rows.append(
            {
                "input": INPUTS[row.input],
                "slices": row.slices,
                "paper_accuracy": words.short(row.paper_accuracy),
                "accuracy": words.short(row.accuracy),
                "no_pore": words.short(row.accuracy_no_pore),
                "paper_f1": words.short(row.paper_f1),
                "f1_pore": words.short(row.f1_pore),
                "f1_grain": words.short(row.f1_grain),
                "f1_grain_no_pore": words.short(row.f1_grain_no_pore),
                "paper_mse": f"{row.paper_mse:.2g}",
                "mse": f"{row.mse:.2g}",
                "mse_no_pore": f"{row.mse_no_pore:.2g}",
                "trainings": str(row.trainings),
            }
        )
    return rows


def bound_rows(bounds: pd.DataFrame) -> list[dict]:
    """Return accuracy, and F1 and squared error beside what it allows, as texts."""
    return [
        {
            "source": row.source,
            "input": INPUTS.get(row.input, "–") if isinstance(row.input, str) else "–",
            "slices": row.slices,
            "accuracy": words.short(row.accuracy),
            "f1": words.short(row.f1),
            "f1_at_most": words.short(row.f1_at_most),
            "mse": f"{row.mse:.2g}",
            "mse_at_least": f"{row.mse_at_least:.2g}",
            "beyond": {
                (True, True): "both",
                (True, False): "F1",
                (False, True): "squared error",
                (False, False): "none",
            }[bool(row.f1_beyond), bool(row.mse_beyond)],
            "grey": f"{100 * row.grey_at_least:.1f}",
            "f1_pore_at_most": words.short(row.f1_pore_at_most),
        }
        for row in bounds.itertuples()
    ]


def volume_rows(volumes: pd.DataFrame) -> list[dict]:
    """Return porosity, volume and surface by method, with their differences in per cent."""
    rows = []
    for method, row in words.volumes_of_test(volumes).iterrows():
        rows.append(
            {
                "method": method,
                "porosity": f"{100 * row['porosity']:.2f}",
                "volume": f"{row['pore_volume_um3']:.4f}",
                "surface": f"{row['pore_surface_um2']:.2f}",
                **{
                    f"{name}_{against}": f"{100 * (row[f'{column}_per_{against}'] - 1):+.1f}"
                    for name, column in (("porosity", "porosity"), ("surface", "pore_surface"))
                    for against in (LABELS, TRUTH)
                },
            }
        )
    return rows


def slice_rows(slices: pd.DataFrame) -> list[dict]:
    """Return pore area, number and size of pores by particle, of truth and labels: means."""
    names = ["pore_area_percent", "pores", "median_diameter_nm"]
    means = slices.groupby(["particle", "method"], sort=False)[names].mean()
    return [
        {
            "particle": particle,
            "method": method,
            "area": f"{row['pore_area_percent']:.2f}",
            "pores": f"{row['pores']:.0f}",
            "diameter": f"{row['median_diameter_nm']:.0f}",
        }
        for (particle, method), row in means.iterrows()
    ]


def claim_rows(claims: pd.DataFrame) -> list[dict]:
    """Return the scorecard, one row per claim."""
    texts = dict.fromkeys(("place", "paper_value", "reason"), "")
    rows = []
    for row in claims.fillna(texts).itertuples():
        ours = "–"
        if row.our_value == row.our_value:  # a number
            ours = f"{row.our_value:.3g}"
            if row.kind == "ordering":
                ours = f"shown by {whole_percent(row.our_value)}"
        rows.append(
            {
                "id": row.id,
                "place": row.place,
                "claim": row.claim,
                "paper": row.paper_value,
                "ours": ours,
                "verdict": row.verdict,
                "sign": VERDICT_SIGNS[row.verdict],
                "reason": row.reason,
            }
        )
    return rows
