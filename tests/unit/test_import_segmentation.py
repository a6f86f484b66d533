"""A finished segmentation is imported as it is, or refused; nothing is annotated or trained."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import tifffile

import import_segmentation
from manyeyes.files.results import write_volume
from manyeyes.files.volumes import read_volume
from own_data import two_phase

IMAGE = two_phase()
TRUTH = IMAGE >= 110


class Files(SimpleNamespace):
    """Named inputs, as Snakemake hands them over."""

    def get(self, name, default=None):
        return getattr(self, name, default)


class Wildcards(dict):
    """Names of a job."""

    __getattr__ = dict.__getitem__


def imported(folder, volume, codes=None, mask=None):
    """Return labels, annotation and warnings of the job."""
    write_volume(folder / "image.tif", IMAGE, 400)
    tifffile.imwrite(folder / "labels.tif", volume)
    given = Files(image=folder / "image.tif", labels=folder / "labels.tif")
    if mask is not None:
        write_volume(folder / "mask.tif", mask.astype(np.uint8), 400)
        given.mask = [folder / "mask.tif"]
    dataset = {"start": (0, 0, 0), "shape": IMAGE.shape, "voxel_size_nm": 400}
    job = SimpleNamespace(
        rule="import_segmentation",
        wildcards=Wildcards(dataset="cell", filter="raw", variant="S2", user="jo"),
        input=given,
        params=SimpleNamespace(codes=codes, phases=None, dataset=dataset, reading={}),
        output=SimpleNamespace(
            annotation=folder / "a.json", segmentation=folder / "s.tif", warnings=folder / "w.json"
        ),
        log=[folder / "log.txt"],
    )
    import_segmentation.main(job)
    warnings = json.loads((folder / "w.json").read_text())["warnings"]
    annotation = json.loads((folder / "a.json").read_text())
    return read_volume(folder / "s.tif", labels=True), annotation, warnings


def test_a_segmentation_is_taken_as_it_is(tmp_path):
    labels, annotation, warnings = imported(tmp_path, np.where(TRUTH, 1, 2).astype(np.uint8))
    assert np.array_equal(labels, np.where(TRUTH, 1, 2))
    assert warnings == []
    assert annotation["kind"] == "segmentation"
    assert annotation["record"] == {
        "active_voxels": int(TRUTH.sum()),
        "rest_voxels": int((~TRUTH).sum()),
        "values": {"active": [1], "rest": [2]},
        "codes_from": "the study's",
    }


def test_what_was_inferred_or_looks_wrong_is_told_with_its_place(tmp_path):
    _, _, (inferred,) = imported(tmp_path, np.where(TRUTH, 255, 0).astype(np.uint8))
    assert inferred.startswith("Segmentation of jo on cell (raw, S2): no codes are given")
    exchanged, _, (doubt,) = imported(
        tmp_path, np.where(TRUTH, 255, 0).astype(np.uint8), {"active": 0, "rest": 255}
    )
    assert np.array_equal(exchanged, np.where(TRUTH, 2, 1))
    assert "active is the darker" in doubt
    _, _, (empty,) = imported(tmp_path, np.full(IMAGE.shape, 2, np.uint8))
    assert empty.endswith("no active material at all")


def test_the_outside_of_a_mask_is_no_phase(tmp_path):
    inside = np.ones(IMAGE.shape, bool)
    inside[:, :5] = False
    volume = np.where(inside, np.where(TRUTH, 1, 2), 0).astype(np.uint8)
    labels, _, _ = imported(tmp_path, volume, mask=inside)
    assert np.array_equal(labels, volume)
    volume[3, 20, 20] = 0
    with pytest.raises(ValueError, match=r"say under codes|1 voxels of the segmentation"):
        imported(tmp_path, volume, {"active": 1, "rest": 2}, mask=inside)
