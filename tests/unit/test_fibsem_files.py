"""Stacks on disk, and what happens to a user's stack that has faults."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import tifffile
from scipy import ndimage

import fibsem_import
from manyeyes.files.errors import FileError
from manyeyes.files.results import read_views, write_stack, write_views
from manyeyes.files.slices import read_slices
from manyeyes.running.progress import with_progress


@pytest.fixture(scope="module")
def volume():
    field = ndimage.gaussian_filter(
        np.random.default_rng(0).standard_normal((12, 60, 70)), (3, 5, 5)
    )
    return np.where(field > 0, 170, 60).astype(np.uint8)


@pytest.fixture
def folder(tmp_path, volume):
    """Return a folder with one TIFF a slice."""
    place = tmp_path / "slices"
    place.mkdir()
    for k, image in enumerate(volume):
        tifffile.imwrite(place / f"run2_{k:03d}.tif", image)
    return place


def imported(path, tmp_path, **source):
    """Run the rule `fibsem_import` and return what it wrote."""
    names = ("raw.tif", "layout.json", "repairs.csv")
    output = SimpleNamespace(**{n.split(".")[0]: str(tmp_path / n) for n in names})
    job = SimpleNamespace(
        rule="fibsem_import",
        wildcards=["stack"],
        params=SimpleNamespace(
            source={"kind": "file", "file": str(path), **source},
            geometry={"slice_thickness_nm": 256, "pixel_size_nm": 55},
        ),
        input=[str(path)],
        output=output,
        log=[str(tmp_path / "log")],
    )
    fibsem_import.main(job)
    layout = json.loads((tmp_path / "layout.json").read_text())
    return tifffile.imread(output.raw), layout, pd.read_csv(output.repairs)


def test_a_stack_keeps_its_bytes_and_the_size_of_its_voxels(tmp_path, volume):
    path = tmp_path / "stack.tif"
    write_stack(path, iter(volume), volume.shape, (256.0, 70.0, 55.0))
    with tifffile.TiffFile(path) as tiff:
        assert np.array_equal(tiff.asarray(), volume)
        assert tiff.imagej_metadata["spacing"] == pytest.approx(0.256)
        for tag, size in (("XResolution", 55.0), ("YResolution", 70.0)):
            above, below = tiff.pages[0].tags[tag].value
            assert above / below == pytest.approx(1000 / size, rel=1e-3)


def test_a_folder_and_a_stack_give_the_same_slices(tmp_path, folder, volume):
    tifffile.imwrite(tmp_path / "stack.tif", volume)
    from_folder, numbers = read_slices(folder)
    from_stack, _ = read_slices(tmp_path / "stack.tif")
    assert numbers == list(range(12))
    assert np.array_equal(from_folder, volume)
    assert np.array_equal(from_stack, volume)


def test_a_whole_folder_is_taken_as_it_is(tmp_path, folder, volume):
    raw, layout, repairs = imported(folder, tmp_path, marks_box=[0, 9, 2, 60], first_row=10)
    assert np.array_equal(raw, volume)
    assert layout == {"marks_box": [0, 9, 2, 60], "first_row": 10}
    assert repairs.empty


def test_a_missing_slice_stops_or_is_repaired_and_reported(tmp_path, folder, volume):
    (folder / "run2_004.tif").unlink()
    with pytest.raises(ValueError, match=r"slices missing: \[4\];.*repair: true"):
        imported(folder, tmp_path)
    raw, _, repairs = imported(folder, tmp_path, repair=True)
    assert np.array_equal(raw[4], volume[3])
    assert np.array_equal(np.delete(raw, 4, axis=0), np.delete(volume, 4, axis=0))
    assert repairs.to_dict("records") == [{"slice": 4, "problem": "missing", "taken_from": 3}]
    assert "slice 4 is missing" in (tmp_path / "log").read_text()


def test_a_black_slice_stops_or_is_repaired(tmp_path, folder, volume):
    tifffile.imwrite(folder / "run2_007.tif", np.zeros_like(volume[7]))
    with pytest.raises(ValueError, match=r"slices blank: \[7\];"):
        imported(folder, tmp_path)
    raw, _, repairs = imported(folder, tmp_path, repair=True)
    assert np.array_equal(raw[7], volume[6])
    assert repairs["problem"].tolist() == ["blank"]


def test_a_slice_of_another_size_is_named(tmp_path, folder, volume):
    tifffile.imwrite(folder / "run2_005.tif", volume[5, :-3])
    with pytest.raises(ValueError, match="slice 5 has 57 x 70 pixels"):
        imported(folder, tmp_path)


def test_a_wrong_order_is_refused_unless_the_user_has_checked_it(tmp_path, folder, volume):
    for k, other in ((2, 9), (9, 2)):
        tifffile.imwrite(folder / f"run2_{k:03d}.tif", volume[other])
    with pytest.raises(
        ValueError, match=r"slices \[1, 2, 3, [\d, ]*9, 10\] do not .*order_checked: true"
    ):
        imported(folder, tmp_path)
    raw, *_ = imported(folder, tmp_path, order_checked=True)
    assert np.array_equal(raw[2], volume[9])


def test_messages_name_slices_as_their_files_do(tmp_path, volume):
    place = tmp_path / "from_41"
    place.mkdir()
    for k, image in enumerate(volume):
        tifffile.imwrite(place / f"run2_{41 + k}.tif", image[:-3] if k == 5 else image)
    with pytest.raises(ValueError, match="slice 46 has 57 x 70 pixels, slice 41 has 60 x 70"):
        imported(place, tmp_path)
    tifffile.imwrite(place / "run2_46.tif", np.zeros_like(volume[5]))
    with pytest.raises(ValueError, match=r"slices blank: \[46\];"):
        imported(place, tmp_path)
    imported(place, tmp_path, repair=True)
    assert "slice 46 is blank: slice 45 copied" in (tmp_path / "log").read_text()


def test_names_that_sort_wrongly_are_refused(tmp_path, volume):
    place = tmp_path / "unpadded"
    place.mkdir()
    for k in range(12):
        tifffile.imwrite(place / f"s{k}.tif", volume[k])
    with pytest.raises(ValueError, match="slice 2 comes after slice 11"):
        imported(place, tmp_path)


def test_files_that_cannot_be_used_are_named(tmp_path, folder, volume):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(FileError, match="no TIFF files"):
        read_slices(empty)
    (folder / "run2_003.tif").write_bytes(b"II*\0 nonsense")
    with pytest.raises(FileError, match=r"run2_003\.tif: this is not readable as a TIFF"):
        read_slices(folder)
    whole = (folder / "run2_004.tif").read_bytes()
    (folder / "run2_003.tif").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match="truncated"):
        read_slices(folder)
    tifffile.imwrite(folder / "run2_003.tif", volume[:3], photometric="minisblack")
    with pytest.raises(FileError, match="expected one grey image"):
        read_slices(folder)
    (folder / "run2_003.tif").rename(folder / "overview.tif")
    with pytest.raises(FileError, match="number in the file's name"):
        read_slices(folder)


def test_damaged_views_are_named(tmp_path, volume):
    path = tmp_path / "views.npz"
    write_views(path, {"raw": volume[0]})
    assert np.array_equal(read_views(path)["raw"], volume[0])
    for data in (path.read_bytes()[:-40], b"", b"text"):
        path.write_bytes(data)
        with pytest.raises(FileError, match=r"views\.npz: .*remove it and run again"):
            read_views(path)


def test_progress_is_told_ten_times(tmp_path):
    job = SimpleNamespace(rule="count", wildcards=[], log=[str(tmp_path / "log")])
    assert list(with_progress(job, range(57), 57, "counted")) == list(range(57))
    lines = (tmp_path / "log").read_text().splitlines()
    assert len(lines) == 10
    assert lines[-1] == "counted: 57 of 57"
