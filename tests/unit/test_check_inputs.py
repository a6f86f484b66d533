"""Input files are checked before any job: all problems that headers show are reported together."""

import json
from dataclasses import replace

import h5py
import numpy as np
import pytest
import tifffile

from manyeyes.running.check_inputs import input_problems
from manyeyes.study.inputs import annotation_problem
from manyeyes.study.reading import study_from_config

VOLUME = np.random.default_rng(0).integers(0, 256, (24, 48, 48)).astype(np.uint8)
LABELS = np.random.default_rng(1).integers(0, 3, VOLUME.shape).astype(np.uint8)
IMAGEJ = {"axes": "ZYX", "unit": "um"}


def study(folder, record=None, **entry):
    """Return a study of one measured dataset, and where its files lie."""
    dataset = {
        "material": "NMC",
        "voxel_size_nm": 500,
        "source": {"kind": "file", "file": "cell.tif"},
        "crop": {"shape": [24, 48, 48]},
    }
    dataset["source"] |= entry.pop("source", {})
    users = ["A"]
    if record:
        person = {"datasets": ["cell"], "filters": ["raw"], "source": {"file": "jo_{variant}.tif"}}
        users.append({"name": "jo", "recorded": [person | record]})
    config = {
        "study": "mine",
        "seed": 1,
        "datasets": {"cell": dataset | entry},
        "filters": {"raw": {"method": "none"}},
        "variants": {
            "S2": {"method": "threshold", "offset": 0},
            "cWS": {"method": "watershed", "seed_error": 0.01},
            "recorded": {"method": "recorded_forest"},
        },
        "users": users,
        "plan": {"simple": {"datasets": "all", "filters": "all", "variants": ["S2"]}},
    }
    return study_from_config(config), lambda entry: str(folder / entry["file"])


def imagej(path, volume, size_um=(0.5, 0.5, 0.5)):
    dz, dy, dx = size_um
    metadata = IMAGEJ | {"spacing": dz}
    tifffile.imwrite(path, volume, imagej=True, resolution=(1 / dx, 1 / dy), metadata=metadata)


def test_a_file_that_fits_is_passed(tmp_path):
    imagej(tmp_path / "cell.tif", VOLUME)
    assert input_problems(*study(tmp_path)) == []


def test_files_that_are_not_there_are_passed_over(tmp_path):
    assert input_problems(*study(tmp_path, {"variants": ["S2", "recorded"]})) == []


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"source": {"expected_shape": [25, 48, 48]}}, "expected a volume of shape (25, 48, 48)"),
        ({"source": {"expected_dtype": "uint16"}}, "expected uint16 grey values"),
        ({"crop": {"start": [1, 0, 0], "shape": [24, 48, 48]}}, "crop from [1, 0, 0] to [25,"),
        (
            {"crop": {"start": "centre", "shape": [24, 49, 48]}},
            "outside the volume of [24, 48, 48]",
        ),
        (
            {"voxel_size_nm": 350},
            "a voxel is z 500 nm, y 500 nm, x 500 nm, but voxel_size_nm is 350 nm",
        ),
    ],
)
def test_a_file_that_is_not_what_the_config_says(tmp_path, entry, words):
    imagej(tmp_path / "cell.tif", VOLUME)
    (problem,) = input_problems(*study(tmp_path, **entry))
    assert problem.startswith(f"datasets.cell ({tmp_path / 'cell.tif'}): ")
    assert words in problem


def test_several_problems_of_a_file_are_told_together(tmp_path):
    imagej(tmp_path / "cell.tif", VOLUME)
    entry = {"source": {"expected_shape": [9, 48, 48]}, "voxel_size_nm": 350}
    assert len(input_problems(*study(tmp_path, **entry))) == 2


def test_16_bit_grey_values_need_a_window(tmp_path):
    tifffile.imwrite(tmp_path / "cell.tif", VOLUME.astype(np.uint16))
    (problem,) = input_problems(*study(tmp_path))
    assert "uint16 grey values need a grey_window" in problem
    assert input_problems(*study(tmp_path, grey_window=[0, 255])) == []


@pytest.mark.parametrize("size_um", [(1.5, 0.5, 0.5), (0.5, 0.5, 0.75)])
def test_voxels_that_are_no_cubes_are_refused_with_both_sizes(tmp_path, size_um):
    imagej(tmp_path / "cell.tif", VOLUME, size_um)
    (problem,) = input_problems(*study(tmp_path, voxel_size_nm=350))
    assert "not cubic" in problem
    assert "350" in problem
    assert f"{1000 * max(size_um):g}" in problem
    assert "voxel_size_in_file: ignore" in problem
    ignored = study(tmp_path, voxel_size_nm=350, voxel_size_in_file="ignore")
    assert input_problems(*ignored) == []


def test_a_voxel_size_that_is_rounded_is_the_same(tmp_path):
    imagej(tmp_path / "cell.tif", VOLUME, (0.4, 0.4, 0.4))
    assert input_problems(*study(tmp_path, voxel_size_nm=397)) == []


@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_a_truncated_file_is_told(tmp_path, kept):
    path = tmp_path / "cell.tif"
    tifffile.imwrite(path, VOLUME, compression="zlib")
    path.write_bytes(path.read_bytes()[: int(kept * path.stat().st_size)])
    (problem,) = input_problems(*study(tmp_path))
    assert problem.startswith("datasets.cell: ")
    assert "cell.tif" in problem


def test_a_folder_is_told(tmp_path):
    (tmp_path / "cell.tif").mkdir()
    (problem,) = input_problems(*study(tmp_path))
    assert "folder" in problem


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (LABELS, None),
        (np.pad(LABELS, 1), "labels (26, 50, 50), dataset (24, 48, 48)"),
        (np.ascontiguousarray(LABELS.transpose(2, 1, 0)), "the axes are exchanged"),
        (LABELS[:20], "labels (20, 48, 48)"),
    ],
)
def test_labels_of_another_shape_are_told(tmp_path, labels, words):
    tifffile.imwrite(tmp_path / "cell.tif", VOLUME)
    tifffile.imwrite(tmp_path / "jo_recorded.tif", labels)
    found = input_problems(*study(tmp_path, {"variants": ["recorded"]}))
    if words is None:
        assert found == []
    else:
        (problem,) = found
        assert problem.startswith(f"users.jo.recorded ({tmp_path / 'jo_recorded.tif'}): ")
        assert words in problem


def test_labels_as_large_as_the_file_of_a_cropped_dataset_fit(tmp_path):
    tifffile.imwrite(tmp_path / "cell.tif", VOLUME)
    tifffile.imwrite(tmp_path / "jo_recorded.tif", LABELS)
    crop = {"start": [2, 2, 2], "shape": [20, 40, 40]}
    assert input_problems(*study(tmp_path, {"variants": ["recorded"]}, crop=crop)) == []
    (tmp_path / "cell.tif").unlink()
    (problem,) = input_problems(*study(tmp_path, {"variants": ["recorded"]}, crop=crop))
    assert "labels (24, 48, 48), dataset (20, 40, 40)" in problem


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"kind": "threshold", "level": 125}', None),
        ("125", "a number alone does not say what it is"),
        ("[1, 2]", "found '[1, 2]'"),
        ("", "JSON"),
        ('{"kind": "window", "low": 1, "high": 2}', "S2 needs a threshold, found a window"),
        ('{"kind": ["threshold"], "level": 1}', "kind must be one of"),
        ('{"kind": "threshold"}', "needs level"),
        ('{"kind": "threshold", "level": "125"}', "level must be a number"),
        ('{"kind": "threshold", "level": true}', "level must be a number"),
        ('{"kind": "threshold", "level": NaN}', "level must be a number"),
        ('{"kind": "threshold", "level": 257}', "from 0 to 256"),
        ('{"kind": "threshold", "level": -1}', "from 0 to 256"),
        ('{"kind": "threshold", "level": 12.5}', "whole grey level"),
    ],
)
def test_recorded_thresholds_are_read_before_any_job(tmp_path, text, words):
    tifffile.imwrite(tmp_path / "cell.tif", VOLUME)
    # Beside label volumes, by the same pattern, thresholds are the files that end in .json.
    (tmp_path / "jo_S2.json").write_text(text)
    found = input_problems(*study(tmp_path, {"variants": ["S2"]}))
    if words is None:
        assert found == []
    else:
        (problem,) = found
        assert "jo_S2.json" in problem
        assert words in problem
        assert problem.startswith("users.jo.recorded")


def test_a_window_upside_down_and_a_file_in_latin_1_are_told(tmp_path):
    tifffile.imwrite(tmp_path / "cell.tif", VOLUME)
    window = {"kind": "window", "low": 150, "high": 100}
    (tmp_path / "jo_cWS.json").write_text(json.dumps(window))
    (tmp_path / "jo_S2.json").write_bytes('{"kind": "thréshold"}'.encode("latin-1"))
    found = input_problems(*study(tmp_path, {"variants": ["S2", "cWS"]}))
    assert len(found) == 2
    assert "jo_S2.json" in found[0]
    assert "low (150) must not lie above high (100)" in found[1]


def test_a_window_without_width_is_one():
    window = {"kind": "window", "low": 100, "high": 100}
    assert annotation_problem(window, "cWS", "watershed") is None


def test_a_grey_value_of_the_file_is_translated():
    annotation = {"kind": "threshold", "level": 31000}
    output = annotation_problem(annotation, "S2", "threshold", (16978.0, 43874.0))
    # (31000 - 16978) * 255 / (43874 - 16978) = 132.9
    assert "from 0 to 256" in output
    assert "as a grey value of the file it would be level: 133" in output
    inverted = annotation_problem(annotation, "S2", "threshold", (43874.0, 16978.0))
    assert "it would be level: 122" in inverted
    for window in (None, (40000.0, 50000.0)):
        assert "would be" not in annotation_problem(annotation, "S2", "threshold", window)


@pytest.mark.parametrize(
    ("entry", "window"),
    [([10, 20], (10, 20)), ({"percentiles": [0.1, 99.9]}, None), (None, None)],
)
def test_the_window_of_levels_is_that_of_the_config(tmp_path, entry, window):
    entry = {} if entry is None else {"grey_window": entry}
    plain, _ = study(tmp_path, **entry)
    assert plain.datasets["cell"].level_window == window
    dark, _ = study(tmp_path, active="dark", **entry)
    assert dark.datasets["cell"].level_window == (window and window[::-1])


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (VOLUME, None),
        (VOLUME[:, :47], "mask (24, 47, 48), dataset (24, 48, 48)"),
        (VOLUME.transpose(1, 2, 0), "export the mask in the order of the image"),
    ],
)
def test_a_mask_of_another_shape_is_told(tmp_path, mask, words):
    tifffile.imwrite(tmp_path / "cell.tif", VOLUME)
    tifffile.imwrite(tmp_path / "mask.tif", np.ascontiguousarray(mask))
    found = input_problems(*study(tmp_path, mask={"file": "mask.tif"}))
    if words is None:
        assert found == []
    else:
        (problem,) = found
        assert problem.startswith("datasets.cell.mask ")
        assert words in problem


def chain(folder, geometry=None, **source):
    """Return a study that has a stack of the user's own beside its dataset."""
    plain, file_of = study(folder)
    source = {"kind": "file", "file": "sem", "marks_box": [0, 4, 0, 4]} | source
    geometry = {"slice_thickness_nm": 200, "pixel_size_nm": 50} | (geometry or {})
    fibsem = {"source": source, "geometry": geometry}
    return replace(plain, baseline={"fibsem": fibsem}), file_of


def test_the_stack_of_the_baseline_is_looked_at(tmp_path):
    imagej(tmp_path / "cell.tif", VOLUME)
    assert input_problems(*chain(tmp_path)) == []
    (tmp_path / "sem").mkdir()
    (problem,) = input_problems(*chain(tmp_path))
    assert problem.startswith("baseline.fibsem.source: ")
    imagej(tmp_path / "sem.tif", VOLUME.astype(np.uint16), (0.1, 0.05, 0.05))
    eight, sizes = input_problems(*chain(tmp_path, file="sem.tif"))
    assert "expected 8-bit slices, found uint16" in eight
    assert "100" in sizes
    assert "200" in sizes
    ignored = chain(tmp_path, file="sem.tif", voxel_size_in_file="ignore")
    assert len(input_problems(*ignored)) == 1


def test_rows_of_a_tilted_face_have_pixels_of_one_size_in_its_header(tmp_path):
    imagej(tmp_path / "cell.tif", VOLUME)
    imagej(tmp_path / "sem.tif", VOLUME, (0.2, 0.05, 0.05))
    tilted = {"tilt_corrected": False}
    assert input_problems(*chain(tmp_path, tilted, file="sem.tif")) == []
    (problem,) = input_problems(*chain(tmp_path, tilted | {"pixel_size_nm": 60}, file="sem.tif"))
    assert "x 50 nm" in problem


def twice(folder, file, **changes):
    """Return a study of two datasets: a file, and another or another part of it."""
    found, file_of = study(folder)
    cell = found.datasets["cell"]
    other = replace(cell, name="other", source={**cell.source, "file": file}, **changes)
    return replace(found, datasets={"cell": cell, "other": other}), file_of


def test_a_copy_of_a_file_is_no_second_dataset(tmp_path):
    tifffile.imwrite(tmp_path / "cell.tif", VOLUME)
    (tmp_path / "copy.tif").write_bytes((tmp_path / "cell.tif").read_bytes())
    (problem,) = input_problems(*twice(tmp_path, "copy.tif"))
    assert problem.startswith(f"datasets.other ({tmp_path / 'copy.tif'}): this is a copy of ")
    assert "would count twice" in problem
    assert input_problems(*twice(tmp_path, "copy.tif", shape=(20, 40, 40))) == []
    changed = VOLUME.copy()
    changed[20, 40, 40] ^= 1
    tifffile.imwrite(tmp_path / "copy.tif", changed)
    assert input_problems(*twice(tmp_path, "copy.tif")) == []


def test_a_file_of_any_format_is_checked_by_its_header(tmp_path):
    layout = {"raw": {"shape": [24, 48, 48], "dtype": "uint8"}}
    VOLUME.tofile(tmp_path / "cell.raw")
    entry = {"source": {"file": "cell.raw", **layout}}
    assert input_problems(*study(tmp_path, **entry)) == []
    (problem,) = input_problems(*study(tmp_path, source={"file": "cell.raw"}))
    assert "raw voxels without a header" in problem
    layout["raw"]["shape"] = [25, 48, 48]
    (problem,) = input_problems(*study(tmp_path, source={"file": "cell.raw", **layout}))
    assert "take 57600 bytes, the file has 55296" in problem
    with h5py.File(tmp_path / "cell.h5", "w") as file:
        file["a"], file["b"] = VOLUME, VOLUME
    (problem,) = input_problems(*study(tmp_path, source={"file": "cell.h5"}))
    assert "2 volumes in this HDF5 file" in problem
    named = {"source": {"file": "cell.h5", "dataset": "b"}}
    assert input_problems(*study(tmp_path, **named)) == []
    mask = {"mask": {"file": "cell.h5", "dataset": "a"}}
    assert input_problems(*study(tmp_path, **named, **mask)) == []


def test_greys_in_colour_are_told_before_a_run_if_they_are_none(tmp_path):
    colour = np.stack([VOLUME] * 3, -1)
    tifffile.imwrite(tmp_path / "cell.tif", colour, photometric="rgb")
    assert input_problems(*study(tmp_path)) == []
    colour[0, 5, 6, 1] ^= 9
    tifffile.imwrite(tmp_path / "cell.tif", colour, photometric="rgb")
    (problem,) = input_problems(*study(tmp_path))
    assert "found colour: page 0" in problem and "row 5, column 6" in problem
