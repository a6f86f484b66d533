"""The whole page, composed from the parts that the other modules make."""

import csv
import io
from collections.abc import Mapping, Sequence

import jinja2
import pandas as pd

from ..figures.figure import CATEGORIES
from ..figures.words import ORIGIN_NAMES, ORIGIN_PLURALS
from ..groups import SIMULATED, group_name, groups_in
from ..paper.claims.scorecard import summary_sentence
from ..statistics.recommendation import recommendation_notes
from ..statistics.recorded_work import people_in_words
from . import sections
from .answer import answer
from .captions import caption
from .embedding import packed_text, script_json, svg_address, with_small_pictures
from .findings import finding, users_shown
from .first_screen import sampled, without_offsets
from .methods_text import follows_protocol, methods_text
from .rule_graph import draw, rule_graph
from .spread_plot import spread_plot
from .viewer import viewer_index
from .words import count, grouped


def page(
    study: Mapping,
    tables: Mapping[str, str],
    frames: Mapping[str, pd.DataFrame],
    figures: Sequence[Mapping],
    packs: Sequence[Mapping],
    run: Mapping,
    templates: Mapping[str, str],
    warnings: Sequence[str] = (),
) -> str:
    """Return the report of a study as HTML that needs nothing besides itself.

    Parameters
    ----------
    study : mapping
        name, title; missing (sentences: what an unfinished study lacks); datasets (by name: origin,
        material, voxel_size_nm, shape, and mask and active where the config has them), users (by
        name: simulated or recorded), methods (by variant), with_offset (variants with
        a deliberate offset), settings (nested), viewer_note,
        segmented (names of the segmented datasets), unfiltered (filters that leave an image as it
        is), about_paper (whether the paper speaks of any segmented dataset; else the page speaks
        of the study's own data alone), filters_used (of the images), grey_windows (by dataset).
    tables : mapping of name to str
        Every table of the study as CSV, for downloads.
    frames : mapping of name to DataFrame
        The same as DataFrames.
    figures : sequence of mapping
        name, title, category, tables, datasets, variants, filters, unfiltered, origins (a
        sentence), cells (whether it shows segmentations), svg and caption (texts).
    packs : sequence of mapping
        Made by `packing` from each image; may be empty.
    run : mapping
        version, versions (name and number), times (DataFrame of `run_times.run_times`), needs
        (DataFrame with rule and needed_by, or None).
    templates : mapping
        page, style, and scripts: the texts of template, style sheet and scripts; parts: texts of
        templates that it includes, by name.
    warnings : sequence of str
        What the reader must know before trusting a number, a sentence each.

    Raises
    ------
    ValueError
        If a table that every study has is missing.
    """
    for name in ("variability", "volume_fractions", "pairwise", "image_quality"):
        if name not in frames:
            raise ValueError(f"the report needs the table {name}.csv; run the study to its end")
    segmented = {name: study["datasets"][name] for name in study["segmented"]}
    origins = {name: phrases["origin"] for name, phrases in segmented.items()}
    variability, fractions = frames["variability"], frames["volume_fractions"]
    chosen = without_offsets({"": variability}, set(study["with_offset"]))[""]
    methods, about_paper = study["methods"], study["about_paper"]
    viewed = viewer_index(packs, study["datasets"], fractions, frames["pairwise"])
    context = of_any_study(study, tables, frames, run, templates) | {
        "warnings": list(dict.fromkeys(warnings)),
        "origins": _origin_badges(origins),
        "user_kinds": _user_badges(study["users"], frames.get("spread")),
        "answer": answer(frames, origins, study["users"], methods, study["with_offset"]),
        "plot": spread_plot(chosen, methods, frames.get("spread")),
        "families": sections.families(chosen, methods),
        "comparisons": [
            row
            for name in ("comparisons_over_datasets", "comparisons")
            if name in frames
            for row in sections.comparison_rows(frames[name])
        ],
        "datasets": sections.dataset_rows(segmented, frames["image_quality"], fractions),
        "field_notes": sections.field_notes(segmented, fractions),
        "viewer_index": script_json(viewed) if packs else "",
        "viewer_note": study["viewer_note"],
        "packs": [
            script_json({key: pack[key] for key in ("grey", "chunks", "inside") if key in pack})
            for pack in packs
        ],
        "results": [] if about_paper else sections.result_rows(variability, methods),
        "both_groups": len(groups_in(variability)) > 1,
        "about_paper": about_paper,
        "categories": categories(figures, frames, about_paper),
        "claims": [],
        "scorecard": "",
        "recommendation": [],
        "population_recommendation": None,
        "of_protocol": follows_protocol(study, variability["variant"]),
        "has_twins": "twin" in origins.values(),
        "has_simulated": "simulated" in study["users"].values(),
        "variants_table": _plain_table(tables.get("table_2")),
        "people": people_in_words(frames["recorded_work"]) if "recorded_work" in frames else [],
        "methods_text": methods_text(study, frames, run["version"]).rstrip(),
        "sittings": sections.sitting_rows(frames.get("sittings_spread")),
    }
    if "claims" in frames:
        context["claims"] = sections.claim_rows(frames["claims"])
        context["claims_sentence"] = _claims_sentence(frames["claims"], frames)
        # One line of it for the first screen: how many could be tested, and how they came out.
        context["scorecard"] = (
            ". ".join(context["claims_sentence"].split(". ")[:2]).rstrip(".") + "."
        )
        context["verdicts"] = sections.verdict_counts(frames["claims"])
    if "recommendation" in frames:
        advice = frames["recommendation"]
        context["recommendation"] = sections.recommendation_rows(advice, study["unfiltered"])
        used = [name for name in study["with_offset"] if name in set(variability["variant"])]
        context["recommendation_notes"] = recommendation_notes(advice, used)
    if "population_recommendation" in frames:
        advice = frames["population_recommendation"]
        context["population_recommendation"] = {
            "users": int(advice["users"].max()),
            "rows": sections.recommendation_rows(advice, study["unfiltered"]),
        }
    return rendered(templates, context)


def of_any_study(
    study: Mapping,
    tables: Mapping[str, str],
    frames: Mapping[str, pd.DataFrame],
    run: Mapping,
    templates: Mapping,
) -> dict:
    """Return what the page of any study says of its settings, tables, run and versions.

    Parameters as of `page`.
    """
    packed = {name: packed_text(text) for name, text in tables.items()}
    return {
        "title": study["title"],
        "study": study["name"],
        "missing": study["missing"],
        "version": run["version"],
        "settings": list(sections.flat(study["settings"])),
        "table_rows": [(name, f"{grouped(len(frame))} rows") for name, frame in frames.items()],
        "table_names": {name for name, text in packed.items() if text is not None},
        "tables_json": script_json({k: v for k, v in sorted(packed.items()) if v is not None}),
        "run_times": sections.run_time_rows(run["times"]),
        "versions": run["versions"],
        "rule_graph": "" if run["needs"] is None else draw(rule_graph(run["needs"])),
        "style": templates["style"],
        "scripts": templates["scripts"],
    }


def rendered(templates: Mapping, context: Mapping) -> str:
    """Return a page: the template ``page``, which may include those of ``parts``."""
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        loader=jinja2.DictLoader(dict(templates["parts"])),
    )
    environment.filters["unbroken"] = lambda text: text.replace(" %", "\u00a0%")
    return environment.from_string(templates["page"]).render(context)


def _origin_badges(origins: Mapping[str, str]) -> list[dict]:
    found = list(origins.values())
    return [
        {
            "origin": origin,
            "label": count(found.count(origin), ORIGIN_NAMES[origin], ORIGIN_PLURALS[origin]),
        }
        for origin in dict.fromkeys(found)
    ]


def _user_badges(users: Mapping[str, str], spread: pd.DataFrame | None) -> list[str]:
    kinds = list(users.values())
    badges = [
        count(kinds.count(kind), group_name(kind, 1), group_name(kind))
        for kind in dict.fromkeys(kinds)
    ]
    beside = sampled(spread)
    if len(beside):
        badges.append(f"beside {int(beside['population'].max())} of their population")
    return badges


def _claims_sentence(claims: pd.DataFrame, frames: Mapping[str, pd.DataFrame]) -> str:
    """Return the scorecard in short, and whose it is if there are recorded people."""
    text = summary_sentence(claims)
    groups = groups_in(frames["variability"])
    if groups and groups != [SIMULATED]:
        judged = group_name(claims["made_by"].iloc[0])
        text += f" The claims are compared with the {judged}"
        text += "; the recorded people are shown beside them elsewhere." if len(groups) > 1 else "."
    return text


def categories(
    figures: Sequence[Mapping], frames: Mapping[str, pd.DataFrame], about_paper: bool
) -> list[dict]:
    """Return the figures below their headings.

    Parameters as of `page`; `about_paper` says whether figures are called as those of a paper, and
    whether captions say what it found.
    """
    found = {figure["category"] for figure in figures}
    return [
        {
            "name": name,
            "anchor": "figures-" + "-".join(name.lower().replace(",", "").split()),
            "figures": [
                _figure(figure, frames, about_paper)
                for figure in figures
                if figure["category"] == name
            ],
        }
        for name in CATEGORIES
        if name in found
    ]


def _figure(figure: Mapping, frames: Mapping[str, pd.DataFrame], about_paper: bool) -> dict:
    parts = caption(figure["caption"])
    return {
        "name": figure["name"],
        "label": figure.get("label") or (figure_label(figure["name"]) if about_paper else ""),
        "title": figure["title"],
        "address": svg_address(with_small_pictures(figure["svg"])),
        "shows": parts.shows,
        "paper": parts.paper if about_paper else "",
        "users": users_shown(figure, frames),
        "finding": finding(figure, frames),
        "origins": figure["origins"],
        "tables": list(figure["tables"]),
        "cells": figure["cells"],
    }


def figure_label(name: str) -> str:
    """Return the label before a figure's title: its number in the paper, if it has one."""
    number = name.removeprefix("fig")
    if number.isdigit():
        return f"Fig. {number}. "
    rest = number.removeprefix("_")
    if rest[:1] == "s" and rest[1:].isdigit():
        return f"Fig. S{rest[1:]}. "
    return ""


def _plain_table(text: str | None) -> dict | None:
    """Return a table of words as it is written, because a dataset may be called NA."""
    if text is None:
        return None
    columns, *rows = csv.reader(io.StringIO(text))
    return {"columns": columns, "rows": rows}
