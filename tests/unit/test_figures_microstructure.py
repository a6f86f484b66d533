"""Figures of the microstructure: what is drawn is what the tables and volumes hold."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from figure_example import render, texts
from manyeyes.figures import style
from manyeyes.figures.fig_microstructure import draw, finding
from manyeyes.figures.fig_solid import PARTICLES
from manyeyes.figures.fig_solid import draw as draw_solid
from manyeyes.figures.figure import FigureData
from manyeyes.figures.rendering import View
from manyeyes.figures.rendering import render as render_block
from manyeyes.labels import ACTIVE, CBD, PORE, TWO_PHASES, Phase, Phases
from manyeyes.statistics.microstructure import microstructure_spread

METHODS = {"S2": "threshold", "cWS": "watershed"}


def rows(variant, measure, values, axis="", dataset="one"):
    return pd.DataFrame(
        {
            "dataset": dataset,
            "filter": "raw",
            "variant": variant,
            "user": [f"U{i}" for i in range(len(values))],
            "made_by": "simulated",
            "measure": measure,
            "phase": "rest",
            "axis": axis,
            "unit": "",
            "value": values,
        }
    )


def truth(measure, value, axis=""):
    names = {"dataset": "one", "measure": measure, "phase": "rest", "axis": axis, "unit": ""}
    return pd.DataFrame([{**names, "value": value}])


def data_of(table):
    return FigureData(
        tables={"microstructure_spread": table},
        origins={"one": "twin", "two": "measured"},
        methods=METHODS,
    )


@pytest.fixture
def spread():
    found = pd.concat(
        [
            rows("S2", "pore_size", [2.0, 2.02, 2.04]),
            rows("cWS", "pore_size", [3.0, 3.02, 3.04]),
            rows("S2", "tortuosity_factor", [1.5, np.inf, 1.4], axis="all"),
            rows("S2", "tortuosity_factor", [9.0, 9.0, 9.0], axis="z"),
            rows("S2", "chord_length", [9.0, 9.0, 9.0]),
            rows("S2", "pore_size", [2.0, 2.02, 2.04], dataset="two"),
        ]
    )
    truths = pd.concat([truth("pore_size", 2.0), truth("tortuosity_factor", 1.5, axis="all")])
    return microstructure_spread(found, truths)


def marks(axes):
    return [line for line in axes.lines if line.get_linestyle() == "None"]


def test_deviations_are_in_per_cent_and_filled_where_trusted(spread):
    figure = draw(data_of(spread))
    render(figure)
    first, second = figure.axes[:2]
    at = {round(float(mark.get_xdata()[0]), 3): mark.get_markerfacecolor() for mark in marks(first)}
    assert sorted(at) == [-3.333, 1.0, 51.0]
    assert at[1.0] != "white"
    assert at[51.0] == "white"
    # Without a truth, around the mean of the users.
    assert [float(mark.get_xdata()[0]) for mark in marks(second)] == [0.0]
    labels = [label.get_text() for label in first.get_yticklabels()]
    assert labels == ["Pore size, rest", "Tortuosity factor, rest"]
    written = [text.get_text() for text in texts(figure)]
    assert any("Left out: 1 number that does" in text for text in written)


def test_the_finding_counts_what_can_be_trusted(spread):
    text = finding(data_of(spread))
    assert "2 of 3 with S2, 0 of 1 with cWS" in text
    assert "From no segmentation: tortuosity factor, rest." in text


def test_nothing_to_draw_is_said(spread):
    with pytest.raises(ValueError, match="nothing to draw"):
        draw(data_of(spread[spread["measure"] == "chord_length"]))


def test_the_picture_tells_which_voxel_each_pixel_shows():
    block = np.ones((8, 10, 12), bool)
    picture = render_block(block, 1.0, View(0.0, 0.0), columns=12)
    # From before the first slice, each pixel is a voxel of it.
    assert picture.voxel.reshape(10, 12).tolist() == np.arange(120).reshape(10, 12).tolist()
    empty = render_block(np.zeros((8, 8, 8), bool), 1.0, View(0.0, 0.0), columns=8)
    assert (empty.voxel == -1).all()


def test_phases_and_particles_have_their_colours():
    z, y, x = np.indices((32, 32, 32))
    balls = [(z - 15.5) ** 2 + (y - 15.5) ** 2 + (x - c) ** 2 < 7.5**2 for c in (8, 23)]
    volume = np.where(balls[0] | balls[1], ACTIVE, PORE).astype(np.uint8)
    volume[24:] = CBD
    labels = np.where(volume == ACTIVE, 1, 2).astype(np.uint8)
    data = FigureData(
        truth_volumes={"one": volume},
        label_volumes={("one", "raw", "S2", "A"): labels},
        origins={"one": "twin"},
        voxel_sizes_nm={"one": 500.0},
        facts={"separable": ["one"]},
    )
    figure = draw_solid(data)
    render(figure)
    phases, particles = figure.axes[0].images[0], figure.axes[3].images[0]
    # Shades of a colour have its proportions: binder is orange, active material nearly white.
    shown = phases.get_array().reshape(-1, 3)
    orange = shown[(shown[:, 0] > 3 * shown[:, 2]) & (shown[:, 0] > 0.2)]
    assert len(orange) > 100
    assert np.allclose(orange[:, 1] / orange[:, 0], 0x66 / 0xD9, rtol=1e-3)
    seen = particles.get_array().reshape(-1, 3)
    brightest = seen.max(axis=1, keepdims=True)
    coloured = seen[(seen.max(axis=1) > 0.2) & (np.ptp(seen, axis=1) > 0.05)]
    hues = {to_hex(np.round(c / c.max(), 2)) for c in coloured}
    expected = [np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in PARTICLES[:4]]
    close = {i for i, c in enumerate(expected) if any(_near(hue, c / c.max()) for hue in hues)}
    # Two balls that hardly touch are two particles.
    assert len(close) >= 2
    assert brightest.max() <= 1


def test_active_material_may_have_any_code():
    z, y, x = np.indices((24, 24, 24)) - 11.5
    ball = np.sqrt(z**2 + y**2 + x**2) < 8
    phases = Phases((Phase("active", 9, "a", "#ffffff"), Phase("pore", 1, "p", "#000000")))
    style.use_phases(phases)
    try:
        figure = draw_solid(
            FigureData(
                truth_volumes={"one": np.where(ball, ACTIVE, PORE).astype(np.uint8)},
                label_volumes={("one", "raw", "S2", "A"): np.where(ball, 9, 1).astype(np.uint8)},
                origins={"one": "twin"},
                voxel_sizes_nm={"one": 500.0},
                facts={"separable": ["one"]},
            )
        )
    finally:
        style.use_phases(TWO_PHASES)
    truth, labels = (figure.axes[i].images[0].get_array() for i in (3, 4))
    assert np.array_equal(truth, labels)


def _near(hue, colour):
    own = np.array([int(hue[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.abs(own - colour).max() < 0.03
