"""Three phases by simulated users on a real slice, beside a person's labels of it.

The labels are one person's and no truth (Su et al. 2022, doi:10.1038/s41524-022-00709-7). How they
were made is not known, nor that the simulated users see what that person saw. A single slice is
labelled by the library; no study is run on it.
"""

import os
from pathlib import Path

import numpy as np
import pytest
import skimage
import tifffile

from manyeyes.labels import THREE_PHASES
from manyeyes.measures.confusion_matrix import confusion_counts, phase_scores
from manyeyes.methods import Request, annotate, label
from manyeyes.users.population import Population, draw_traits

FOLDER = Path(os.environ.get("MANYEYES_DATA", "../shared/data")) / "tomobank_segmentpy_nmc532"
needed = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"no {FOLDER}: set MANYEYES_DATA to the folder with the data"
)
BIN = 4  # pixels of 108 nm, on which particles are as many pixels wide as in the tomograms
S2 = {"method": "threshold", "offset": 0}
MLX10 = {
    "method": "drawn_forest",
    "slices": "central",
    "coverage_percent": 10,
    "forest": {"trees": 30},
}


def binned(pixels):
    """Return sums over blocks of pixels."""
    rows, columns = (n // BIN * BIN for n in pixels.shape)
    blocks = pixels[:rows, :columns].reshape(rows // BIN, BIN, columns // BIN, BIN)
    return blocks.sum(axis=(1, 3), dtype=np.int64)


@pytest.fixture(scope="module")
def slice_and_label():
    image = binned(skimage.io.imread(FOLDER / "tomo_00097.png")) / BIN**2
    theirs = tifffile.imread(FOLDER / "tomo_00097_label.tif")
    # a block belongs to the phase that most of its pixels have
    votes = np.stack([binned(theirs == phase.code) for phase in THREE_PHASES])
    codes = np.array([phase.code for phase in THREE_PHASES], np.uint8)
    return np.rint(image).astype(np.uint8)[None], codes[votes.argmax(axis=0)][None]


def scored(image, theirs, variant, user):
    names = ("real", user, "nmc532", "raw")
    person = draw_traits(Population(), "real", user)
    done = annotate(
        image, variant, person, seed_names=names, output_names=names, phases=THREE_PHASES
    )
    ((labels, _),) = label(image, [Request(variant, lambda: done, user, names, THREE_PHASES)])
    counts = confusion_counts(labels, theirs, THREE_PHASES)
    scores = dict(zip(("active", "cbd", "pore"), phase_scores(counts), strict=True))
    return scores, float(np.trace(counts) / counts.sum())


@needed
@pytest.mark.parametrize("variant", [S2, MLX10], ids=["S2", "MLX10"])
def test_users_beside_one_persons_labels(slice_and_label, variant):
    image, theirs = slice_and_label
    found = [scored(image, theirs, variant, user) for user in "ABC"]
    for scores, agreement in found:
        assert 0.65 < agreement < 0.95
        # what is clear to see is found, the binder hardly
        assert scores["active"].iou > 0.7
        assert scores["active"].iou > scores["pore"].iou > scores["cbd"].iou > 0.05
        assert scores["active"].true_fraction == pytest.approx(0.827, abs=0.001)
        assert scores["cbd"].true_fraction == pytest.approx(0.074, abs=0.001)
    # users call less of it active than that person did
    assert np.mean([scores["active"].bias for scores, _ in found]) < 0
