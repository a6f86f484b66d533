"""The whole workflow on the tiny study: its results, the same bytes after a kill, no rerun."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile
import yaml

from running import TOP, command, planned, run

pytestmark = pytest.mark.pipeline

COLUMNS = {
    "volume_fractions": "dataset origin filter variant user active_fraction voxels truth_fraction",
    "pairwise": "dataset filter variant user_a user_b percent_different",
    "variability": "dataset filter variant users mean sd mean_percent_different",
    "accuracy": "dataset filter variant user bias dice voxel_error",
    "phase_accuracy": "dataset filter variant user phase true_fraction fraction bias dice iou",
    "phase_spread": "dataset filter variant phase users mean sd bias rmse dice iou",
    "confusion": "dataset filter variant user true_phase phase share",
    "baseline": "dataset filter variant mean baseline_source baseline truth_fraction "
    "difference_points difference_percent sampling_difference segmentation_difference",
    "image_quality": "dataset filter contrast_to_noise histogram_modes otsu_threshold "
    "otsu_fraction",
    "morphology": "dataset filter variant user specific_surface_per_um active_specks closed_pores",
}
STORED = Path(__file__).parent / "stored"


def table(results, name):
    return pd.read_csv(results / "tables" / f"{name}.csv")


def labels(results, dataset, filter_, variant, user):
    path = results / "segmentations" / dataset / filter_ / variant / f"{user}.tif"
    return tifffile.imread(path)


@pytest.mark.parametrize("name", COLUMNS)
def test_every_table_has_its_columns_and_rows(tiny, name):
    found = table(tiny, name)
    assert set(COLUMNS[name].split()) <= set(found.columns)
    assert len(found)


def test_every_planned_segmentation_is_there_and_nothing_else(tiny):
    found = {
        path.relative_to(tiny / "segmentations") for path in tiny.rglob("segmentations/**/*.tif")
    }
    fractions = table(tiny, "volume_fractions")
    expected = {
        Path(r.dataset, r.filter, r.variant, f"{r.user}.tif") for r in fractions.itertuples()
    }
    assert found == expected
    assert len(fractions) == 2 * 2 * 5 * 3 + 2 * 3 * 3 + 2 * 5 * 3 + 2 * 3


def test_labels_have_the_codes_of_the_paper_and_open_in_imagej(tiny):
    for path in (tiny / "segmentations").rglob("*.tif"):
        with tifffile.TiffFile(path) as tiff:
            assert tiff.is_imagej
            assert tiff.pages[0].compression != 1
            assert tiff.imagej_metadata["spacing"] in (0.397, 0.371)
            volume = tiff.asarray()
        assert volume.dtype == np.uint8
        assert volume.shape == (64, 64, 64)
        assert set(np.unique(volume)) == {1, 2}


def test_fractions_and_differences_are_those_of_the_labels(tiny):
    fractions = table(tiny, "volume_fractions").set_index(["dataset", "filter", "variant", "user"])
    pairs = table(tiny, "pairwise")
    for row in pairs.sample(20, random_state=0).itertuples():
        image = (row.dataset, row.filter, row.variant)
        a, b = (labels(tiny, *image, user) for user in (row.user_a, row.user_b))
        assert row.percent_different == pytest.approx(100 * np.mean(a != b))
        assert fractions.loc[(*image, row.user_a), "active_fraction"] == pytest.approx(
            np.mean(a == 1)
        )


def test_nested_thresholds_differ_by_the_difference_of_their_fractions(tiny):
    fractions = table(tiny, "volume_fractions").set_index(["dataset", "filter", "variant", "user"])
    pairs = table(tiny, "pairwise")
    thresholds = pairs[pairs.variant.isin(["S1", "S2", "S3"])]
    assert len(thresholds)
    for row in thresholds.itertuples():
        image = (row.dataset, row.filter, row.variant)
        a, b = (fractions.loc[(*image, u), "active_fraction"] for u in (row.user_a, row.user_b))
        assert row.percent_different == pytest.approx(100 * abs(a - b), abs=1e-6)


def test_a_lower_threshold_makes_more_active_material(tiny):
    fractions = table(tiny, "volume_fractions")
    wide = fractions.pivot(index=["dataset", "filter", "user"], columns="variant")
    active = wide["active_fraction"]
    assert (active["S1"] > active["S2"]).all()
    assert (active["S2"] > active["S3"]).all()


def test_the_parts_of_the_distance_to_the_baseline_add_up(tiny):
    baseline = table(tiny, "baseline")
    measured = baseline[baseline.baseline_source == "measured"]
    assert set(baseline.baseline_source) == {"measured", "paper"}
    assert np.allclose(
        measured.difference_points,
        measured.segmentation_difference + measured.sampling_difference - measured.baseline_error,
        atol=1e-4,
    )
    paper = baseline[baseline.baseline_source == "paper"]
    assert np.allclose(paper.baseline, 0.508)


def test_a_drawing_reaches_its_coverage_on_seven_slices_and_nowhere_else(tiny):
    for variant, percent in {"MLX10": 10, "MLX25": 25, "MLX65": 65}.items():
        drawing = tifffile.imread(tiny / f"annotations/NMC-2/raw/{variant}/A.tif")
        drawn = np.flatnonzero(drawing.any(axis=(1, 2)))
        assert drawn.tolist() == [8, 16, 24, 32, 40, 48, 56]
        coverage = 100 * (drawing[drawn] > 0).mean(axis=(1, 2))
        assert np.allclose(coverage, percent, atol=1)


def test_annotations_can_be_read(tiny):
    threshold = json.loads((tiny / "annotations/NMC-2/raw/S2/A.json").read_text())
    window = json.loads((tiny / "annotations/NMC-2/raw/cWS/B.json").read_text())
    assert threshold["kind"] == "threshold"
    assert threshold["made_by"] == "simulated"
    assert window["low"] < window["high"]
    image = tifffile.imread(tiny / "images/NMC-2/raw.tif")
    by_hand = np.where(image >= threshold["level"], 1, 2)
    assert np.array_equal(by_hand, labels(tiny, "NMC-2", "raw", "S2", "A"))


def test_tables_say_the_origin(tiny):
    assert set(table(tiny, "volume_fractions").origin) == {"twin"}


def test_every_figure_is_there_in_both_formats(tiny):
    png = {path.stem for path in (tiny / "figures").glob("*.png")}
    svg = {path.stem for path in (tiny / "figures").glob("*.svg")}
    assert png == svg
    assert {"fig3", "fig7", "fig_s2", "fig_twins", "fig_accuracy", "fig_baseline"} <= png
    assert all(path.stat().st_size > 5000 for path in (tiny / "figures").iterdir())


def test_results_agree_with_stored_ones(tiny):
    """On any processor: 99.99 % of the voxels, fractions to 1e-4."""
    stored = pd.read_csv(STORED / "volume_fractions.csv")
    found = table(tiny, "volume_fractions")
    key = ["dataset", "filter", "variant", "user"]
    both = stored.merge(found, on=key, suffixes=("_stored", ""), validate="one_to_one")
    assert len(both) == len(stored) == len(found)
    assert np.allclose(both.active_fraction, both.active_fraction_stored, atol=1e-4, rtol=0)
    with np.load(STORED / "active.npz") as volumes:
        for name in volumes.files:
            active = np.unpackbits(volumes[name]).astype(bool)[: 64**3].reshape(64, 64, 64)
            agreement = np.mean(active == (labels(tiny, *name.split("/")) == 1))
            assert agreement >= 0.9999, name


def test_a_finished_study_has_nothing_left_to_do(tiny):
    assert planned(tiny.parents[1]) == {}


def test_a_killed_run_resumes_and_gives_the_same_bytes_on_other_cores(tiny, tmp_path):
    process = subprocess.Popen(
        command(tmp_path, "tables", "images", cores=2),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    first = tmp_path / "results/tiny/segmentations"
    logs = tmp_path / "results/tiny/logs"
    for _ in range(3000):
        segmented = [log for log in logs.glob("segment_*/**/*.log") if "used" in log.read_text()]
        if process.poll() is not None or segmented:
            break
        time.sleep(0.1)
    time.sleep(1)
    assert process.poll() is None, "the run ended before it could be killed"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()

    done = {p: p.stat().st_mtime_ns for p in first.rglob("*.tif")}
    run(tmp_path, "--unlock")
    run(tmp_path, "tables", "images", cores=3)
    kept = [path for path, when in done.items() if path.stat().st_mtime_ns == when]
    assert len(kept) >= 1, "nothing of the killed run was kept"
    for folder in ("tables", "segmentations", "annotations", "images", "truth"):
        files = [p for p in (tiny / folder).rglob("*") if p.is_file()]
        # The paper's own tables are drawn with the figures, which are left out here.
        names = sorted(p.relative_to(tiny) for p in files if not p.stem.startswith("table_"))
        assert names
        for name in names:
            again = tmp_path / "results/tiny" / name
            assert again.read_bytes() == (tiny / name).read_bytes(), name


def test_the_inner_snakefile_plans_the_study_of_the_paper(tmp_path):
    """All other tests start with the one at the top, which includes this one."""
    jobs = planned(tmp_path, snakefile=TOP / "workflow/Snakefile", config="config")
    assert sum(n for rule, n in jobs.items() if rule.startswith("segment_")) > 20


def test_a_forests_labels_say_what_trained_it(tiny):
    folder = tiny / "segmentations/NMC-2/raw"
    with tifffile.TiffFile(folder / "MLX10/A.tif") as tiff:
        made_by = tiff.imagej_metadata["Info"]
    assert made_by.startswith("random forest, trainer manyeyes 1, 100 trees")
    with tifffile.TiffFile(folder / "S2/A.tif") as tiff:
        assert "Info" not in tiff.imagej_metadata


def test_another_trainer_reruns_what_has_a_forest(tiny, tmp_path):
    config = yaml.safe_load((TOP / "config/tiny.yaml").read_text())
    config["forest"] = {"trainer": "scikit-learn"}
    edited = tmp_path / "edited.yaml"
    edited.write_text(yaml.safe_dump(config))
    jobs = planned(tiny.parents[1], config=edited)
    assert jobs["segment_seeded"] > 0
    assert jobs["annotate_drawn"] == jobs["segment_drawn"] > 0
    assert not {"segment_unsupervised", "annotate_unsupervised", "rasterise_twin"} & set(jobs)
