"""The figures of the FIB-SEM chain: what they show and say of a small made-up stack."""

from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from manyeyes.figures import chain_words, fig_s8, style
from manyeyes.figures.figure import FigureData
from manyeyes.figures.registry import figure_called
from manyeyes.randomness import generator

BLOCK = {"active_fraction": 0.528, "active_fraction_filled": 0.532, "voxel_size_nm": 126.0}
FACTS = {
    "acquired_shape": [60, 130, 150],
    "common_shape": [60, 110, 130],
    "crop_shape": [50, 90, 110],
    "crop_corner_px": [20, 15],
    "furthest_drift_px": 15.0,
    "shear_rows": 0.182,
    "pixel_nm": [55.0, 55.0],
    "slice_nm": 256.0,
    "resampled_nm": 126.0,
    "destripe": "wavelet_fourier",
}


def made_up_views(*, known):
    draw = generator("made-up stack")

    def grey(*shape):
        return draw.integers(0, 256, shape).astype(np.uint8)

    labels = np.full((90, 110), 2, np.uint8)
    labels[10:80, 50:100] = 1
    filled = labels.copy()
    labels[60:70, 80:90] = 2
    views = {"raw_face": grey(130, 150), "raw_section": grey(90, 50)}
    for name in ("cropped", "destriped", "denoised"):
        views |= {f"{name}_face": grey(90, 110), f"{name}_section": grey(90, 50)}
    views |= {"labels_face": labels, "filled_face": filled}
    views |= {f"{name}_section": labels[:, 50:100] for name in ("labels", "filled")}
    views["resampled_section"] = labels[:39, 10:110]
    if known:
        truth = np.where(filled == 1, np.where(labels == 1, 1, 4), 3).astype(np.uint8)
        truth[10:80, 50] = 3
        views |= {"stack_truth_face": truth, "stack_truth_section": truth[:, 50:100]}
        views["truth_section"] = truth[:39, 10:110]
    return views


def made_up_scores():
    rows = [
        ("raw", "drift_rms_px", 6.18),
        ("align", "drift_rms_px", 0.028),
        ("align by structure", "drift_rms_px", 5.82),
        ("destripe", "stripes_left", 0.228),
        ("destripe", "signal_lost", 0.006),
        ("destripe by fourier_wedge", "stripes_left", 0.206),
        ("destripe by fourier_wedge", "signal_lost", 0.002),
        ("destripe", "contrast_to_noise", 9.2),
        ("destripe", "brightness_spread", 6.3),
        ("denoise", "contrast_to_noise", 11.6),
        ("denoise", "brightness_spread", 0.36),
        ("segment", "truth_fraction", 0.5279),
        ("segment", "dice", 0.998),
        ("segment", "error_points", 0.01),
        ("fill", "active_fraction", 0.5318),
        ("fill", "truth_fraction", 0.5361),
        ("fill", "dice", 0.9945),
        ("fill", "error_points", -0.434),
        ("resample 126 nm", "dice", 0.990),
        ("resample 126 nm", "error_points", -0.431),
    ]
    return pd.DataFrame(rows, columns=["step", "measure", "value"])


def drawn(name, origin="twin", **fibsem):
    """Return a figure of a made-up chain."""
    return figure_called(name).draw(FigureData(origins={"FIB-SEM block": origin}, fibsem=fibsem))


def words_of(figure):
    return " ".join(" ".join(t.get_text() for t in figure.findobj(Text)).split())


def saved(figure):
    file = BytesIO()
    with style.context():
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def test_scores_are_put_into_words():
    text = chain_words.sentences(FACTS, BLOCK, made_up_scores())
    assert set(text) == set(chain_words.STEPS) == set(chain_words.NAMES)
    assert "6.2 px (RMS) off as acquired, 0.028 px once aligned" in text["align"]
    assert "leaves 23 % of the curtains' energy and takes 0.6 % of the signal" in text["destripe"]
    assert "The Fourier wedge leaves 21 %" in text["destripe"]
    assert "6.3 grey levels before, 0.4 after" in text["denoise"]
    assert "Dice 0.998, volume fraction +0.01 points" in text["segment"]
    assert "Adds 0.38 points; the truth has 0.82" in text["fill"]
    assert "-0.43 points" in text["resample"]


def test_a_stack_without_truth_gets_no_scores():
    text = chain_words.sentences(FACTS, BLOCK, None)
    assert all(text[step] for step in chain_words.STEPS)
    assert not any("truth" in t or "Dice" in t or "RMS" in t for t in text.values())
    assert "Wavelet-Fourier" in text["destripe"]


def test_every_step_has_a_row_and_what_went_wrong_is_red():
    chain = {"facts": FACTS, "block": BLOCK, "scores": made_up_scores()}
    figure = drawn("fig_fibsem", views=made_up_views(known=True), **chain)
    words = words_of(figure)
    for name in chain_words.NAMES.values():
        assert name in words
    assert "digital twin (FIB-SEM block)" in words
    assert words.count("against the") == 3
    maps = {
        axes.get_title(loc="left"): axes.images[0].get_array()
        for axes in figure.axes
        if axes.images
    }
    # The detail holds the column of the particle's edge that the labels have wrong, and the pore.
    assert (maps["against the truth"] == 3).any()
    assert (maps["filled"] == 3).sum() == 100
    assert figure.get_figheight() * 25.4 <= style.PAGE_MM + 1e-6
    again = drawn("fig_fibsem", views=made_up_views(known=True), **chain)
    assert saved(figure) == saved(again)


def test_without_a_truth_nothing_is_held_against_it():
    views = made_up_views(known=False)
    figure = drawn("fig_fibsem", "measured", views=views, facts=FACTS, block=BLOCK)
    assert "truth" not in words_of(figure)
    assert "measured" in words_of(figure)


def test_the_processed_slice_keeps_its_shape_on_the_face():
    views = made_up_views(known=False)
    image = views["denoised_face"]
    figure = drawn("fig_s7", views=views, facts=FACTS | {"pixel_nm": (70.0, 55.0)})
    axes = figure.axes[0]
    assert axes.get_aspect() == pytest.approx(70 / 55)
    assert np.array_equal(axes.images[0].get_array(), image)
    assert "d)" in axes.get_title(loc="left").replace("$\\bf{", "").replace("}$", "")


def test_the_solid_is_shown_whole_and_cut_open(monkeypatch):
    monkeypatch.setattr(fig_s8, "_MOST_COLUMNS", 120)
    z, y, x = np.ogrid[:30, :20, :24]
    ball = (z - 12) ** 2 + (y - 8) ** 2 + (x - 14) ** 2 < 9**2
    volume = np.where(ball, np.uint8(1), np.uint8(2))
    figure = drawn("fig_s8", volume=volume, block=BLOCK | {"voxel_size_nm": 1000.0})
    whole, cut = (axes.images[0].get_array() for axes in figure.axes)
    assert whole.shape == cut.shape
    assert np.abs(np.asarray(whole) - np.asarray(cut)).max() > 0.1
    words = words_of(figure)
    for length in ("30 µm across slices", "20 µm down the face", "24 µm along the face"):
        assert length in words
    assert figure.get_figheight() * 25.4 <= style.PAGE_MM + 1e-6
