"""The figures of Lee et al.: what they need of a study, and what they draw of made-up slices."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from lee_example import SMALL, config
from manyeyes.figures.figure import FigureData
from manyeyes.figures.jobs import (
    figure_for_report,
    megabytes_of_figure,
    sentences_on_origins,
    tables_of_figure,
)
from manyeyes.figures.registry import figure_called, figures_of, needs_of_figure
from manyeyes.lee2023 import measuring
from manyeyes.lee2023.names import TEST, TRAINING
from manyeyes.lee2023.tables import bounds_table
from manyeyes.study.known import with_known
from manyeyes.study.reading import study_from_config

TOP = Path(__file__).parents[2]
PROTOCOL = yaml.safe_load((TOP / "config/protocol.yaml").read_text(encoding="utf-8"))
ALL = {f"fig_lee{name}" for name in ("1", "2", "5", "6", "7", "_bounds", "_s1", "_s2", "_s3")}
SHAPE = (6, 24, 24)
EDGES = (15.0, 16.0, 16.0)


def study(**changes):
    particles = {name: {"particle": dict(SMALL)} for name in ("one", "two", "odd")}
    changes = {"particles": particles, "inputs": ["raw", "stretched", "equalised"]} | changes
    content = PROTOCOL | config(**changes) | {"figures": "all"}
    return study_from_config(with_known(content, {"datasets": {}, "electrodes": {}}))


def pores():
    labels = np.ones(SHAPE, np.uint8)
    labels[1:5, 5:12, 5:14] = 2
    return labels


def volume(name):
    """Return a volume as a figure of that name reads it."""
    if name.startswith("labels/") or name.endswith("/truth"):
        return pores()
    if name.startswith("predictions/"):
        return np.where(pores() == 2, 60000, 100).astype(np.uint16)
    noise = np.random.default_rng(0).normal(0, 1500, SHAPE)
    return np.where(pores() == 2, 8000, 24000 + noise).astype(np.uint16)


def tables(networks):
    """Return the tables that figures read, of perfect predictions."""
    volumes = {"labels": pores(), "truth": pores()}
    references = {name: measuring.volume_row(v, EDGES) for name, v in volumes.items()}
    names = [
        {
            "particle": particle,
            "slices": networks.slices_of(training.trained_on, particle),
            "method": method,
            "trained_on": training.trained_on,
            "seed": 1,
        }
        for method, training, particle in networks.predictions()
    ]
    scores = [row for name in names for row in measuring.score_rows(name, pores() == 2, volumes)]
    unlearned = [
        {**measuring.threshold_name(particle), "method": method}
        for particle in networks.particles
        for method in ("truth", "labels", "threshold")
    ]
    rows = [*unlearned, *names]
    measured = measuring.volumes_table(rows, [pores()] * len(rows), references, EDGES)
    levels = [
        measuring.threshold_table(name, volume("slices/x/filtered"), volumes, [0.4, 0.6], EDGES)
        for name in networks.particles
    ]
    curve = {f"{s}_{m}": 0.5 for s in (TRAINING, TEST) for m in ("accuracy", "f1_pore", "mse")}
    curves = [
        {"input": t.greys, "trained_on": t.trained_on, "seed": 1, "epoch": epoch, **curve}
        for t in networks.trainings()
        for epoch in (1, 2)
    ]
    scores = pd.DataFrame(scores)
    return {
        "pore_scores": scores,
        "pore_volumes": measured,
        "threshold_levels": pd.concat(levels, ignore_index=True),
        "training_curves": pd.DataFrame(curves),
        "lee_bounds": bounds_table(scores),
    }


@pytest.fixture(scope="module")
def data_of():
    """Return a function: the data of a figure."""
    whole = study()
    read = tables(whole.pore_networks)

    def data(name):
        needs = needs_of_figure(name, whole)
        return FigureData(
            tables={table: read[table] for table in tables_of_figure(name, whole)},
            particles=needs.particles,
            pores={path: volume(path) for path in needs.pores},
            facts=dict(needs.facts),
        )

    return data


def test_a_study_of_networks_draws_the_figures_of_its_paper_alone():
    assert set(figures_of(study())) == ALL
    assert figures_of(study())[0] == "fig_lee1"


def test_without_a_third_particle_or_raw_inputs_there_is_no_such_figure():
    two = {name: {"particle": dict(SMALL)} for name in ("one", "two")}
    assert ALL - set(figures_of(study(particles=two))) == {"fig_lee_s2"}
    assert ALL - set(figures_of(study(inputs=["stretched"]))) == {"fig_lee_s2", "fig_lee_s3"}


def test_figures_are_called_as_in_the_paper_and_say_what_they_show():
    own = study()
    report = figure_for_report("fig_lee7", own)
    assert report["tables"] == ["pore_volumes", "threshold_levels"]
    assert "digital twin (two)" in sentences_on_origins("fig_lee7", own)
    assert figure_called("fig_lee_s1").label == "Fig. S1 of Lee et al. "
    needs = needs_of_figure("fig_lee6", own)
    assert needs.pores[:2] == ("slices/two/filtered", "labels/two")
    assert needs.pores[2] == "predictions/raw/one.1/two"
    assert megabytes_of_figure("fig_lee6", own) > 650


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_figure_is_drawn(name, data_of):
    data = data_of(name)
    drawn = figure_called(name).draw(data)
    assert drawn.get_axes()
    assert isinstance(figure_called(name).finding(data), str)


def test_errors_are_coloured_by_their_kind():
    from matplotlib.colors import to_rgb
    from matplotlib.figure import Figure

    from manyeyes.lee2023.figures import looks

    axes = Figure().subplots()
    labels = np.array([[1, 2], [1, 2]], np.uint8)
    looks.show_calls(axes, np.array([[False, False], [True, True]]), labels)
    shown = axes.images[0].get_array()
    expected = [
        [looks.GRAIN_COLOUR, looks.MISSED_COLOUR],
        [looks.FALSE_COLOUR, looks.PORE_COLOUR],
    ]
    assert np.allclose(shown, [[to_rgb(colour) for colour in row] for row in expected])


def test_bars_show_the_particles_of_the_test_alone(data_of):
    from manyeyes.lee2023.figures.fig_lee7 import tested_rows

    rows = tested_rows(data_of("fig_lee7").tables["pore_volumes"])
    assert set(rows["particle"]) == {"two"}
    assert set(rows["method"]) == {"truth", "labels", "threshold", "raw", "stretched", "equalised"}


def test_findings_hold_the_numbers_of_the_tables(data_of):
    assert "after epoch 1" in figure_called("fig_lee5").finding(data_of("fig_lee5"))
    found = figure_called("fig_lee_s2").finding(data_of("fig_lee_s2"))
    assert "100.0 % of the pixels" in found and "F1 of pore of 1.00" in found
    found = figure_called("fig_lee_s3").finding(data_of("fig_lee_s3"))
    assert "calls 0.00 % of the pixels pore" in found
