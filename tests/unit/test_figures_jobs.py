"""What the job of a figure is given: files, plain parameters and memory."""

import json
from types import SimpleNamespace

import pytest

from manyeyes.figures import jobs
from manyeyes.study.model import Cell

PATHS = {
    "tables": "{}.csv".format,
    "images": lambda image: f"images/{image[0]}/{image[1]}.tif",
    "cells": lambda cell: f"{cell.variant}/{cell.user}.tif",
    "masks": "masks/{}.tif".format,
    "fibsem": "chain/{}".format,
}


def study(truth=None, **more):
    cells = [
        Cell("one", "as-it-is", variant, user)
        for variant in ("by-eye", "painted")
        for user in ("A", "B")
    ]
    given = {
        "cells": lambda: cells,
        "images": lambda: [("one", "as-it-is")],
        "filters": {"as-it-is": {"method": "none"}},
        "variants": {
            "by-eye": {"method": "threshold", "offset": 0},
            "painted": {"method": "drawn_forest", "coverage_percent": 20},
        },
        "datasets": {
            "one": SimpleNamespace(
                origin="measured",
                voxel_size_nm=350.0,
                voxels=2_000_000,
                inverted=True,
                has_truth=truth is not None,
                shown_apart=False,
                truth=truth,
            )
        },
        "figures": None,
        "baseline": None,
    }
    return SimpleNamespace(**(given | more))


def test_files_are_those_that_the_figure_needs():
    assert jobs.files_of_figure("fig4", study(), [], PATHS) == {
        "variability": "variability.csv",
        "volume_fractions": "volume_fractions.csv",
        "pairwise": "pairwise.csv",
    }
    found = jobs.files_of_figure("fig1", study(), ["one"], PATHS)
    assert found == {"cells": ["painted/A.tif", "painted/B.tif"]}


def test_grey_values_are_counted_inside_of_masks():
    found = jobs.files_of_figure("fig_s1", study(), ["one"], PATHS)
    assert found == {"histograms": ["images/one/as-it-is.tif"], "masks": ["masks/one.tif"]}
    shown = jobs.parameters_of_figure("fig_s1", study(), ["one"])
    assert shown["masked"] == ["one"]
    assert shown["facts"] == {"seeds_are_drawn": True}


def test_parameters_are_plain_values_and_name_roles():
    shown = jobs.parameters_of_figure("fig1", study(), [])
    assert json.loads(json.dumps(shown)) == json.loads(json.dumps(shown, default=str))
    assert shown["cells"] == [("one", "as-it-is", "painted", user) for user in "AB"]
    assert shown["unfiltered"] == ["as-it-is"]
    assert shown["only_peoples"] == []
    assert shown["methods"] == {"by-eye": "threshold", "painted": "drawn_forest"}
    assert shown["origins"] == {"one": "measured"}


def test_memory_grows_with_volumes_that_are_read():
    assert jobs.megabytes_of_figure("fig4", study()) == 650
    assert jobs.megabytes_of_figure("fig1", study()) == 650 + 11 * 2
    chain = study(baseline={"fibsem": {"source": {"kind": "twin"}}})
    assert jobs.megabytes_of_figure("fig_s8", chain, block_megavoxels=100) == 1200


def test_the_block_of_the_baseline_has_an_origin_too():
    chain = study(baseline={"fibsem": {"source": {"kind": "file"}}})
    assert jobs.sentences_on_origins("fig_s7", chain) == "Data: measured tomogram (FIB-SEM block)."
    assert "inverted" in jobs.sentences_on_origins("fig1", study())


def test_a_truth_that_was_given_is_called_a_reference():
    own = study(truth={"file": "careful.tif"})
    said = jobs.sentences_on_origins("fig_accuracy", own)
    assert "The truth of one is a reference given by the laboratory" in said
    assert "reference" not in jobs.sentences_on_origins("fig1", study())


def test_figures_that_were_asked_for_must_be_possible():
    assert jobs.drawn_figures(study(figures=["fig4", "fig1"])) == ["fig4", "fig1"]
    with pytest.raises(ValueError, match="cannot draw fig_s5: it needs forests"):
        jobs.drawn_figures(study(figures=["fig_s5"]))
    assert jobs.tables_of_figure("fig4", study()) == ["variability", "volume_fractions", "pairwise"]
