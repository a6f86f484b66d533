"""A person's labels are imported unchanged or refused; they are never moved."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import tifffile
from scipy import ndimage

import import_drawing
from ilastik_example import blocks_of, write_project
from manyeyes.files.results import write_volume
from manyeyes.files.volumes import read_volume


class Files(SimpleNamespace):
    """Named inputs, as Snakemake hands them over."""

    def get(self, name, default=None):
        return getattr(self, name, default)


class Wildcards(SimpleNamespace):
    """Names of a job."""

    def keys(self):
        return vars(self).keys()

    def __getitem__(self, name):
        return vars(self)[name]

    def __iter__(self):
        return iter(vars(self).values())


def two_phase(shape=(24, 48, 48), seed=0):
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.normal(size=shape), 3, mode="wrap")
    truth = field > np.median(field)
    image = np.where(truth, 160, 60) + rng.normal(0, 12, shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8), truth


IMAGE, TRUTH = two_phase()
LABELS = np.where(TRUTH, 1, 2).astype(np.uint8)


def taken_over(
    folder, labels, codes=None, start=(0, 0, 0), shape=IMAGE.shape, source=None, name="labels.tif"
):
    """Return labels and warnings of the job; the image is a crop of `source`."""
    image = IMAGE[tuple(slice(a, a + n) for a, n in zip(start, shape, strict=True))]
    write_volume(folder / "image.tif", image, 400)
    if labels is not None:
        tifffile.imwrite(folder / name, labels)
    given = Files(image=folder / "image.tif", labels=folder / name)
    if source is not None:
        tifffile.imwrite(folder / "source.tif", source)
        given.source = [folder / "source.tif"]
    job = SimpleNamespace(
        rule="import_drawing",
        wildcards=Wildcards(dataset="cell", filter="raw", variant="recorded", user="jo"),
        input=given,
        params=SimpleNamespace(
            codes=codes,
            phases=None,
            dataset={"start": start, "shape": shape, "voxel_size_nm": 400},
            takes_whole=False,
            reading={},
        ),
        output=SimpleNamespace(
            annotation=folder / "a.json", drawing=folder / "a.tif", warnings=folder / "w.json"
        ),
        log=[folder / "log.txt"],
    )
    import_drawing.main(job)
    warnings = json.loads((folder / "w.json").read_text())["warnings"]
    return read_volume(folder / "a.tif", labels=True), warnings


def test_labels_of_the_dataset_are_taken_as_they_lie(tmp_path):
    labels, warnings = taken_over(tmp_path, LABELS)
    assert np.array_equal(labels, LABELS)
    assert warnings == []


def test_labels_are_counted_and_their_slices_noted(tmp_path):
    some = LABELS.copy()
    some[:9], some[11:] = 0, 0
    taken_over(tmp_path, some)
    record = json.loads((tmp_path / "a.json").read_text())["record"]
    assert record == {
        "active_voxels": np.count_nonzero(TRUTH[9:11]),
        "rest_voxels": np.count_nonzero(~TRUTH[9:11]),
        "slices": [9, 10],
    }


def test_labels_of_the_file_are_cropped_like_it(tmp_path):
    crop = {"start": (2, 3, 4), "shape": (20, 40, 30), "source": IMAGE}
    labels, warnings = taken_over(tmp_path, LABELS, **crop)
    assert np.array_equal(labels, LABELS[2:22, 3:43, 4:34])
    assert warnings == []


@pytest.mark.parametrize("source", [None, IMAGE])
def test_padded_labels_are_refused_and_not_moved_by_a_voxel(tmp_path, source):
    with pytest.raises(ValueError, match=r"labels \(26, 50, 50\), dataset \(24, 48, 48\)"):
        taken_over(tmp_path, np.pad(LABELS, 1), source=source)
    with pytest.raises(ValueError, match="axes are exchanged"):
        taken_over(tmp_path, np.ascontiguousarray(LABELS.transpose(1, 2, 0)), source=source)


def test_labels_that_contradict_the_image_are_taken_and_warned_of(tmp_path):
    labels, (warning,) = taken_over(tmp_path, LABELS, codes={"active": 2, "rest": 1})
    assert np.array_equal(labels, 3 - LABELS)
    assert warning.startswith("Labels of jo on cell (raw, recorded): ")
    assert "active is the darker" in warning
    assert f"Warning: {warning}" in (tmp_path / "log.txt").read_text()


def test_several_values_and_16_bits(tmp_path):
    values = np.where(TRUTH, 1000, np.where(np.indices(TRUTH.shape)[2] % 2, 2, 3))
    codes = {"active": 1000, "rest": [2, 3]}
    labels, _ = taken_over(tmp_path, values.astype(np.uint16), codes)
    assert np.array_equal(labels, LABELS)


def test_a_project_of_ilastik_says_what_its_own_classifier_used(tmp_path):
    """Its labels are numbers of ilastik, so grey values tell which of them is active material."""
    some = LABELS.copy()
    some[:9], some[11:] = 0, 0
    exchanged = np.where(some > 0, 3 - some, 0).astype(np.uint8)
    lane = (IMAGE.shape, blocks_of(exchanged, 16))
    write_project(tmp_path / "jo.ilp", [lane], names=("Label 1", "Label 2"))
    labels, warnings = taken_over(tmp_path, None, name="jo.ilp")
    assert np.array_equal(labels, some)
    (told,) = warnings
    assert "no codes are given; by the grey values beneath them, 1 is pore" in told
    record = json.loads((tmp_path / "a.json").read_text())["record"]
    assert record["values"] == {"active": [2], "rest": [1]}
    assert record["codes_from"] == "by grey value"
    assert "GaussianSmoothing at 0.3 in 2D; DifferenceOfGaussians at 1" in record["file_says"][1]
    assert "the forest of this study always uses" in record["file_says"][1]
