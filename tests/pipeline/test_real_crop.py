"""The measured crop of NMC-1 with its recorded person, where these images are available."""

import pandas as pd
import pytest
import tifffile

from running import run

pytestmark = pytest.mark.pipeline


def test_a_recorded_person_uses_the_same_forest(shared_data, tmp_path):
    folder = "results/nmc1-crop"
    targets = [
        f"{folder}/segmentations/NMC-1-crop/raw/recorded/nrel-person.tif",
        f"{folder}/parts/volume_fractions/NMC-1-crop/raw/A.csv",
    ]
    run(tmp_path, *targets, config="nmc1-crop", data=shared_data)
    drawing = tifffile.imread(
        tmp_path / f"{folder}/annotations/NMC-1-crop/raw/recorded/nrel-person.tif"
    )
    # As the data's own description counts them.
    assert [(drawing == code).sum() for code in (0, 1, 2)] == [420370, 657, 848]
    labels = tifffile.imread(tmp_path / targets[0])
    # An independent forest (scikit-learn's, exact splits, same channels) gives 0.32 to 0.35.
    assert 0.30 < (labels == 1).mean() < 0.37
    # A forest with pure leaves reproduces the labels it was trained on.
    assert (labels[drawing > 0] == drawing[drawing > 0]).mean() > 0.99
    fractions = pd.read_csv(tmp_path / targets[1])
    assert set(fractions.origin) == {"measured"}
    assert fractions.truth_fraction.isna().all()


def test_simulated_users_draw_beside_the_person(shared_data, tmp_path):
    folder = "results/nmc1-crop"
    targets = [f"{folder}/tables/stroke_comparison.csv", f"{folder}/figures/fig_strokes.png"]
    run(tmp_path, *targets, config="nmc1-crop", data=shared_data)
    found = pd.read_csv(tmp_path / targets[0]).set_index("measure")
    assert set(found.simulated_users) == {30}
    # As the data's own description counts the labels: 657 and 848 voxels on three slices.
    assert abs(found.person["coverage_percent"] - 100 * 1505 / 3 / 75**2) < 1e-6
    assert abs(found.person["active_percent"] - 100 * 657 / 1505) < 1e-6
    # Active labels are brighter than the others, for the person and for simulated users.
    assert (found.loc["grey_active", ["person", "simulated_low"]] > 130).all()
    assert (found.loc["grey_rest", ["person", "simulated_high"]] < 130).all()
    text = (tmp_path / f"{folder}/tables/stroke_comparison.md").read_text()
    assert "within the range of 30 simulated users" in text
