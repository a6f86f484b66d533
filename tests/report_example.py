"""A small made-up study for the report's functions, with numbers that are easy to check."""

from pathlib import Path

import numpy as np
import pandas as pd

from manyeyes.report.packing import pack_image, pack_labels
from manyeyes.report.page import page
from manyeyes.report.run_times import run_times

PAGE = Path(__file__).parents[1] / "workflow/report/page"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40">'
    '<text y="20">a &amp; #1 50%</text></svg>\n'
)
NEEDS = pd.DataFrame(
    [
        ("draw_figure", "all"),
        ("measure", "draw_figure"),
        ("segment_simple", "draw_figure"),
        ("segment_simple", "measure"),
    ],
    columns=["rule", "needed_by"],
)
USERS = {"A": "simulated", "B": "simulated", "jo": "recorded"}
METHODS = {"S2": "threshold", "MLX10": "drawn_forest"}
DATASETS = {
    "NMC-2": {"origin": "twin", "material": "NMC532", "voxel_size_nm": 400.0, "shape": [6, 16, 20]},
    "mine": {
        "origin": "measured",
        "material": "graphite",
        "voxel_size_nm": 126.0,
        "shape": [4, 16, 20],
    },
}


def segmentation(dataset, variant, user):
    """Return labels in which a user has taken a certain number of columns for active material."""
    _, height, width = DATASETS[dataset]["shape"]
    columns = {"A": 4, "B": 8, "jo": 10}[user] + (0 if variant == "S2" else 2)
    labels = np.full((DATASETS[dataset]["shape"][0], height, width), 2, np.uint8)
    labels[:, :, :columns] = 1
    labels[0, :, :] = 2
    return labels


def cells():
    """Return dataset, filter, variant and user of all segmentations."""
    for dataset in DATASETS:
        for variant in METHODS:
            for user in USERS:
                yield dataset, "raw", variant, user


def frames():
    """Return the study's tables, computed from its segmentations."""
    fractions, pairs = [], []
    for dataset, filter_, variant, user in cells():
        active = np.mean(segmentation(dataset, variant, user) == 1)
        truth = 0.3 if DATASETS[dataset]["origin"] == "twin" else np.nan
        fractions.append((dataset, filter_, variant, user, active, truth))
        for other in USERS:
            if user < other:
                both = (segmentation(dataset, variant, name) for name in (user, other))
                pairs.append(
                    (
                        dataset,
                        filter_,
                        variant,
                        user,
                        other,
                        100 * np.mean(next(both) != next(both)),
                    )
                )
    key = ["dataset", "filter", "variant"]
    fractions = pd.DataFrame(fractions, columns=[*key, "user", "active_fraction", "truth_fraction"])
    pairs = pd.DataFrame(pairs, columns=[*key, "user_a", "user_b", "percent_different"])
    variability = (
        fractions.groupby(key, sort=False)["active_fraction"]
        .agg(users="size", mean="mean", sd="std")
        .reset_index()
    )
    means = pairs.groupby(key, sort=False)["percent_different"].mean().reset_index()
    variability["mean_percent_different"] = means["percent_different"]
    quality = pd.DataFrame(
        [(name, "raw", 2.5) for name in DATASETS],
        columns=["dataset", "filter", "contrast_to_noise"],
    )
    return {
        "variability": variability,
        "volume_fractions": fractions,
        "pairwise": pairs,
        "image_quality": quality,
    }


def packs(datasets=DATASETS, users=USERS):
    """Return packed slices: all of them, the third drawn on."""
    result = []
    for dataset in datasets:
        shape = DATASETS[dataset]["shape"]
        slices = list(range(shape[0]))
        ramp = np.linspace(0, 255, shape[2]).astype(np.uint8)
        image = np.broadcast_to(ramp, shape).copy()
        labels = [
            ({"variant": variant, "user": user}, segmentation(name, variant, user))
            for name, _, variant, user in cells()
            if name == dataset and user in users
        ]
        if DATASETS[dataset]["origin"] == "twin":
            labels.append(({"variant": "", "user": ""}, segmentation(dataset, "S2", "B")))
        result.append(
            {
                "dataset": dataset,
                "filter": "raw",
                "shape": shape,
                "slices": slices,
                "drawn": [2],
                "phases": ["active material"],
                "grey": pack_image(image, slices),
                "chunks": pack_labels((phrases, volume == 1) for phrases, volume in labels),
            }
        )
    return result


def arguments():
    """Return what `page` takes, to be changed by a test."""
    tables = frames()
    return {
        "study": {
            "name": "example",
            "title": "An example",
            "missing": [],
            "datasets": DATASETS,
            "segmented": list(DATASETS),
            "about_paper": True,
            "unfiltered": ["raw"],
            "users": USERS,
            "methods": METHODS,
            "with_offset": [],
            "filters_used": ["raw"],
            "grey_windows": {},
            "viewer_note": "Every slice is shown.",
            "settings": {"seed": "1", "filters": {"raw": {"method": "none"}}},
        },
        "tables": {name: frame.to_csv(index=False) for name, frame in tables.items()},
        "frames": tables,
        "figures": [
            {
                "name": "fig3",
                "title": "Spread",
                "category": "Variation between users",
                "tables": ["variability"],
                "datasets": ["NMC-2"],
                "variants": ["S2"],
                "filters": [],
                "unfiltered": ["raw"],
                "origins": "Data: digital twin (NMC-2).",
                "cells": False,
                "svg": SVG,
                "caption": "What it shows.\n\nThe paper found more.\n",
            }
        ],
        "packs": packs(),
        "run": {
            "version": "0.1.0",
            "versions": [("Python", "3")],
            "times": run_times([]),
            "needs": NEEDS,
        },
        "templates": {
            "page": (PAGE / "page.html").read_text(),
            "parts": {path.name: path.read_text() for path in PAGE.glob("*.html")},
            "style": (PAGE / "page.css").read_text(),
            "scripts": (PAGE / "page.js").read_text() + (PAGE / "viewer.js").read_text(),
        },
    }


def write(path, **changes):
    """Write the example's page, with other arguments where some are given."""
    Path(path).write_text(page(**(arguments() | changes)), encoding="utf-8")
    return path
