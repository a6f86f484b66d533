"""Figures of studies with three phases: colours of labels, and the figure of all phases."""

import itertools
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from figure_example import METHODS, check_page, data_of, texts
from manyeyes.figures import fig1, fig5, fig_phases, fig_s1, panels, style
from manyeyes.figures.figure import Needs
from manyeyes.labels import THREE_PHASES, TWO_PHASES, phases_from_config
from manyeyes.measures.tables_of_phases import phase_tables
from manyeyes.paper.names import PUBLICATION

OTHER = phases_from_config({"pore": {"code": 9}, "active": {"code": 4}, "cbd": {"code": 7}})


@contextmanager
def phases(wanted):
    style.use_phases(wanted)
    try:
        yield
    finally:
        style.use_phases(TWO_PHASES)


def colours_of(labels, **kwargs):
    """Return the colours in which the pixels of labels are shown."""
    figure = style.new_figure(50, 50)
    axes = figure.subplots()
    style.show_labels(axes, labels, **kwargs)
    (image,) = axes.images
    return image.to_rgba(image.get_array())


def test_labels_have_the_colours_of_their_phases():
    labels = np.array([[4, 7, 9, 0]], np.uint8)
    expected = [to_rgba(OTHER[key].colour) for key in ("active", "cbd", "pore")]
    with phases(OTHER):
        shown = colours_of(labels)
        assert np.allclose(shown[0, :3], expected)
        assert shown[0, 3, 3] == 0
        names = [patch.get_label() for patch in style.phase_handles()]
        assert names == ["pore", "active material", "carbon-binder domain"]
        two = colours_of(np.array([[1, 2]], np.uint8), phases=TWO_PHASES)
    assert np.allclose(two[0], [to_rgba(phase.colour) for phase in TWO_PHASES])
    assert np.allclose(two, colours_of(np.array([[1, 2]], np.uint8)))


def test_slices_of_three_phases_have_a_legend_instead_of_words():
    labels = {("NMC-2", "raw", "S2", user): np.full((20, 20), 2, np.uint8) for user in "AB"}
    data = data_of(origins={"NMC-2": "twin"}, labels=labels, voxel_sizes_nm={"NMC-2": 397.0})
    assert "dark: pore and carbon-binder domain" in check_page(fig1.draw(data))
    assert panels.notes(data)[0].endswith(
        "Light: active material, dark: pore and carbon-binder domain."
    )
    with phases(THREE_PHASES):
        words = check_page(fig1.draw(data))
        assert panels.notes(data) == ["Central slices; segmentations of user A, B."]
    assert "pore and" not in words
    assert "Red: the two users differ." in words


def test_the_steps_of_drawing_name_the_phases():
    data = data_of(
        origins={"NMC-2": "twin"},
        histograms={("NMC-2", "raw"): np.ones(256)},
        facts={"seeds_are_drawn": True},
    )
    assert "2 pore and CBD" in check_page(fig_s1.draw(data))
    with phases(THREE_PHASES):
        words = check_page(fig_s1.draw(data))
    assert "Draw all phases on the central slice" in words
    assert "1 active, 2 cbd, 3 pore" in words


def table(datasets, variants=("S2", "MLX25"), users="ABC", known=True):
    rng = np.random.default_rng(0)
    truth = rng.integers(1, 4, (4, 20, 20)).astype(np.uint8)
    cells = []
    for names in itertools.product(datasets, ("raw", "gaussian"), variants, users):
        cell = dict(zip(("dataset", "filter", "variant", "user"), names, strict=True))
        wrong = rng.random(truth.shape) < 0.3
        labels = np.where(wrong, rng.integers(1, 4, truth.shape), truth).astype(np.uint8)
        cells.append((SimpleNamespace(**cell, made_by="simulated"), labels))
    return phase_tables(cells, dict.fromkeys(datasets, truth) if known else {}, THREE_PHASES)[0]


@pytest.mark.parametrize("count", [1, 2, 6])
def test_every_phase_is_shown_on_every_dataset(count):
    datasets = ["NMC-1", "NMC-2", "GRA-1", "GRA-2", "NEX-V", "NEX-U"][:count]
    scores = table(datasets, variants=("S2", "MLX25") if count < 6 else tuple(METHODS)[:13])
    with phases(THREE_PHASES):
        figure = fig_phases.draw(data_of({"phase_accuracy": scores}))
        words = check_page(figure)
    assert all(f"Dice, {phase.name}" in words for phase in THREE_PHASES)
    dice = scores[scores["phase"] == "cbd"].groupby(["dataset", "filter", "variant"])["dice"].mean()
    written = [text.get_text() for text in texts(figure)]
    assert all(f"{value:.2f}".lstrip("0" * (count == 6)) in written for value in dice)


def test_without_a_truth_there_are_fractions_only():
    scores = table(["NMC-1"], known=False)
    with phases(THREE_PHASES):
        words = check_page(fig_phases.draw(data_of({"phase_accuracy": scores})))
    assert "Dice" not in words
    assert "truth" not in words


def test_only_studies_of_more_than_two_phases_have_the_figure():
    def study(two):
        dataset = SimpleNamespace(shown_apart=False)
        return SimpleNamespace(
            has_two_phases=two, datasets={"d": dataset}, images=lambda: [("d", "raw")]
        )

    assert fig_phases.FIGURE.needs(study(False)) == Needs(("d",))
    assert not fig_phases.FIGURE.needs(study(True))


def test_nothing_of_the_paper_stands_beside_three_phases():
    pairs = {"dataset": "NMC-2", "filter": "raw", "users": 3, "mean": 0.5, "sd": 0.05}
    rows = [{**pairs, "variant": v, "mean_percent_different": 19.0} for v in ("S2", "MLX10")]
    fractions = [
        {"dataset": "NMC-2", "filter": "raw", "variant": v, "user": u, "active_fraction": 0.5}
        for v in ("S2", "MLX10")
        for u in "ABC"
    ]
    different = [
        {**{k: f[k] for k in ("dataset", "filter", "variant")}, "user_a": a, "user_b": b}
        for f in fractions[::3]
        for a, b in itertools.combinations("ABC", 2)
    ]
    tables = {
        "variability": pd.DataFrame(rows),
        "volume_fractions": pd.DataFrame(fractions),
        "pairwise": pd.DataFrame(different).assign(percent_different=19.0),
    }
    kinds = {"origins": {"NMC-2": "twin"}, "variants": ("S2", "MLX10")}
    beside = check_page(fig5.draw(data_of(tables, **kinds, publication=PUBLICATION)))
    assert "calibrated" in beside
    alone = check_page(fig5.draw(data_of(tables, **kinds, publication=type(PUBLICATION)())))
    assert "calibrated" not in alone
    assert "paper" not in alone
