"""The program that scores real slices: labels, tiles and scores by hand, and the real files."""

import os
from pathlib import Path

import numpy as np
import pytest
import tifffile

import real_slices
from manyeyes.files.downloads import sha256_of
from real_slices import GREYS, Labelled, Trial

FOLDER = Path(os.environ.get("MANYEYES_DATA", "../shared/data")) / "anl_xlearn_handseg"
needed = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"no {FOLDER}: set MANYEYES_DATA to the folder with the data"
)


def bands(shape=(160, 140), levels=(40, 200, 120)):
    """Return three bands of classes 1, 2, 3, with these grey levels."""
    labels = (np.arange(shape[0]) * 3 // shape[0] + 1).astype(np.uint8)
    labels = np.repeat(labels[:, None], shape[1], axis=1)
    noise = np.random.default_rng(1).integers(-5, 6, shape)
    return Labelled((np.array([0, *levels])[labels] + noise).astype(np.uint8), labels)


def test_labels_are_snapped_to_the_nearest_level():
    greys = np.array([[8218, 20184, 39211], [51829, 38327, 10956]], np.uint16)
    assert real_slices.snapped(greys).tolist() == [[1, 2, 3], [4, 3, 1]]


def test_a_block_has_the_class_of_most_of_its_pixels():
    image = np.array([[0, 10, 7, 7, 9], [20, 30, 7, 7, 9]], np.uint8)
    labels = np.array([[1, 2, 3, 3, 1], [2, 2, 3, 1, 1]], np.uint8)
    found = real_slices.binned(Labelled(image, labels), 2)
    assert found.image.tolist() == [[15, 7]]
    assert found.labels.tolist() == [[2, 3]]


def test_tiles_cover_a_slice():
    labelled = bands()
    images, labels = real_slices.tiles(labelled, 64)
    assert images.shape == labels.shape == (9, 64, 64)
    seen = np.zeros(labelled.image.shape, bool)
    for y in np.linspace(0, 96, 3).round().astype(int):
        for x in np.linspace(0, 76, 3).round().astype(int):
            seen[y : y + 64, x : x + 64] = True
    assert seen.all()
    assert np.array_equal(images[-1], labelled.image[-64:, -64:])
    with pytest.raises(ValueError, match="at least 300 pixels"):
        real_slices.tiles(labelled, 300)


def test_otsu_has_the_order_of_brightness_of_the_labels():
    trial = Trial("bands", bands(), bands((120, 100)), ("dark", "bright", "middle"))
    found = real_slices.by_otsu(trial)
    rows = list(real_slices.scores(trial, "Otsu", 0, found))
    assert [row["class"] for row in rows] == ["dark", "bright", "middle"]
    assert all(row["dice"] > 0.99 and row["agreement"] > 0.99 for row in rows)


def test_scores_by_hand():
    labels = np.array([[1, 1, 2, 2]], np.uint8)
    found = np.array([[1, 2, 2, 2]], np.uint8)
    assert real_slices.counts_of(found, labels, 2).tolist() == [[1, 1], [0, 2]]
    trial = Trial("two", Labelled(labels, labels), Labelled(labels, labels), ("a", "b"))
    first, second = real_slices.scores(trial, "x", 1, found)
    assert first["iou"] == 0.5 and first["dice"] == pytest.approx(2 / 3)
    assert second["iou"] == pytest.approx(2 / 3) and second["dice"] == pytest.approx(0.8)
    assert first["agreement"] == 0.75


@needed
def test_the_files_are_those_that_are_named():
    for name in ("train_input.tif", "test_handseg.tif"):
        _, sha256 = real_slices.FILES[name]
        assert sha256_of(FOLDER / name) == sha256
    snapped = real_slices.snapped(tifffile.imread(FOLDER / "train_output.tif"))
    shares = np.bincount(snapped.ravel(), minlength=5)[1:] / snapped.size
    assert shares == pytest.approx([0.0596, 0.0190, 0.866, 0.055], abs=0.01)
    assert len(GREYS) == 4
