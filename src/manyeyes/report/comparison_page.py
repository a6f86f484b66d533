"""The page of the command `manyeyes compare`: an answer, a figure and tables in one file."""

from collections.abc import Mapping
from html import escape

import numpy as np
import pandas as pd

from ..labels import Phases
from ..measures.fractions import sample_sd
from ..statistics.spread import sd_interval
from .embedding import svg_address, with_small_pictures

MOST_ROWS = 60
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
img { width: 100%; } table { border-collapse: collapse; font-size: 0.85rem; }
div { overflow-x: auto; } td, th { padding: 0.2rem 0.6rem; border-bottom: 1px solid #ddd; }
th { text-align: left; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
"""
_TITLES = {
    "fractions": "Volume fractions",
    "pairwise": "Voxels that two volumes label differently (%)",
    "phases": "Each phase beside the truth",
    "confusion": "What the phases of the truth are labelled as",
    "microstructure_spread": "Measures of the microstructure",
    "microstructure": "Measures of each volume",
}


def answer(tables: Mapping[str, pd.DataFrame], phases: Phases) -> str:
    """Return how far the volumes differ, in a few sentences.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``fractions`` and ``pairwise``, and with a truth ``phases``.
    phases : Phases
    """
    fractions = tables["fractions"]
    active = 100 * fractions.loc[fractions["phase"] == "active", "fraction"].to_numpy()
    low, high = sd_interval(active)
    pairs = tables["pairwise"]["percent_different"]
    text = [
        f"The volume fraction of {phases['active'].name} is {active.min():.1f} to "
        f"{active.max():.1f} %, {active.mean():.1f} % on average. Its standard deviation over the "
        f"{len(active)} is {sample_sd(active):.1f} points (95 % interval for all like them: "
        f"{low:.1f} to {high:.1f}).",
        f"Two of them differ in {pairs.mean():.1f} % of the voxels"
        + (f" ({pairs.min():.1f} to {pairs.max():.1f})." if len(pairs) > 1 else "."),
    ]
    if "phases" in tables:
        own = tables["phases"]
        own = own[own["phase"] == "active"]
        nearest = own.iloc[np.argmax(own["dice"].to_numpy())]
        text.append(
            f"The truth has {100 * own['true_fraction'].iloc[0]:.1f} %: they are off by "
            f"{100 * own['bias'].min():+.1f} to {100 * own['bias'].max():+.1f} points. "
            f"The largest overlap with it is that of {nearest['user']} "
            f"(Dice {nearest['dice']:.3f})."
        )
    return " ".join(text)


def page(text: str, svg: str, tables: Mapping[str, pd.DataFrame], volumes: int) -> str:
    """Return the page, one file without anything from elsewhere.

    Parameters
    ----------
    text : str
        The answer.
    svg : str
        The figure.
    tables : mapping of str to DataFrame
    volumes : int
        How many volumes are compared.
    """
    parts = [
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width'>"
        f"<title>Comparison of {volumes} segmentations</title><style>{_STYLE}</style></head><body>",
        f"<h1>Comparison of {volumes} segmentations</h1><p>{escape(text)}</p>",
        f"<img alt='Slices, agreement and volume fractions' src='"
        f"{svg_address(with_small_pictures(svg))}'>",
    ]
    for name, table in tables.items():
        parts.append(f"<h2>{escape(_TITLES[name])}</h2>{_table(table)}")
        if len(table) > MOST_ROWS:
            parts.append(f"<p>The first {MOST_ROWS} of {len(table)} rows; {name}.csv has all.</p>")
    return "".join([*parts, "</body></html>\n"])


def _table(table: pd.DataFrame) -> str:
    head = "".join(f"<th>{escape(str(name).replace('_', ' '))}</th>" for name in table)
    rows = []
    for row in table.head(MOST_ROWS).itertuples(index=False):
        cells = (
            f"<td class='number'>{value:.4g}</td>"
            if isinstance(value, float)
            else f"<td>{escape(str(value))}</td>"
            for value in row
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<div><table><tr>{head}</tr>{''.join(rows)}</table></div>"
