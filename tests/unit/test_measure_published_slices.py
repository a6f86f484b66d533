import base64
import io
import json

import numpy as np
import pytest
from matplotlib.image import imsave

import measure_published_slices as tool
from manyeyes.pores.codes import GRAIN, PORE

ENLARGED = 300


def panel(image):
    """Enlarge a picture as matplotlib does without interpolation."""
    places = np.arange(ENLARGED) * image.shape[0] // ENLARGED
    return image[np.ix_(places, places)]


def notebook_with(tmp_path, slices, labels):
    """Write a notebook whose only figure has rows of a slice, its label and a prediction."""
    gap = np.full((ENLARGED, 20), 255, np.uint8)
    rows = []
    for image, label in zip(slices, labels, strict=True):
        row = [gap, panel(image), gap, panel(label), gap, panel(label // 2), gap]
        rows += [np.hstack(row), np.full((30, np.hstack(row).shape[1]), 255, np.uint8)]
    picture = io.BytesIO()
    figure = np.repeat(np.vstack(rows)[..., None], 4, axis=2)
    figure[..., 3] = 255
    imsave(picture, figure, format="png")
    png = base64.b64encode(picture.getvalue()).decode()
    outputs = [{"data": {"text/plain": "x"}}, {"data": {"image/png": png}}]
    cells = [{"cell_type": "markdown"}, {"cell_type": "code", "outputs": outputs}]
    path = tmp_path / "notebook.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return path


def test_slices_and_labels_come_back_as_they_were_before_they_were_enlarged(tmp_path):
    draw = np.random.default_rng(0)
    slices = draw.integers(0, 250, (5, 256, 256)).astype(np.uint8)
    labels = np.where(draw.random((5, 256, 256)) < 0.05, 255, 0).astype(np.uint8)
    images, codes = tool.published(notebook_with(tmp_path, slices, labels))
    assert (images == slices).all()
    assert (codes == np.where(labels == 255, PORE, GRAIN)).all()


def test_another_figure_is_refused(tmp_path):
    slices = np.random.default_rng(0).integers(0, 250, (5, 200, 200)).astype(np.uint8)
    with pytest.raises(ValueError, match="expected 256 x 256 pixels in a panel, found 200 x 200"):
        tool.published(notebook_with(tmp_path, slices, np.zeros_like(slices)))
    with pytest.raises(ValueError, match="a figure of 5 rows of slices, found none"):
        tool.published(notebook_with(tmp_path, slices[:2], np.zeros_like(slices[:2])))
