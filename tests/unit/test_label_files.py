"""Labels of ilastik projects, ImageJ regions and napari shapes lie where they were drawn."""

import os
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
import roifile
import tifffile

from ilastik_example import blocks_of, write_project
from manyeyes.files.errors import FileError
from manyeyes.files.label_files import ilastik, label_suffixes, labels_shape, read_labels

SHAPE = (6, 20, 30)
RNG = np.random.default_rng(8)
DRAWN = np.zeros(SHAPE, np.uint8)
DRAWN[2, 3:9, 4:20] = RNG.integers(0, 3, (6, 16))
DRAWN[5, 15:, 25:] = 2


def test_labels_of_a_project_lie_where_they_were_painted(tmp_path):
    path = tmp_path / "jo.ilp"
    write_project(path, [(SHAPE, blocks_of(DRAWN, 8))])
    found = read_labels(path, SHAPE)
    assert np.array_equal(found.labels, DRAWN)
    assert found.names == {1: "active", 2: "pore"}
    version, classifier = found.remarks
    assert "ilastik project (1.3.3post2); its labels are 1 active, 2 pore" in version
    assert "GaussianSmoothing at 0.3 in 2D; DifferenceOfGaussians at 1" in classifier
    assert not Path("/tmp/pickled").exists()
    labels_shape(path)


@pytest.mark.parametrize(
    ("axes", "order"), [("zyx", (0, 1, 2)), ("xyz", (2, 1, 0)), ("zcyx", (0, 1, 2)), ("tzyx", None)]
)
def test_axes_are_those_of_the_image_with_the_channel_moved_to_the_end(tmp_path, axes, order):
    size = dict(zip("zyxct", (*SHAPE, 2, 1), strict=True))
    stored = DRAWN[np.newaxis] if order is None else DRAWN.transpose(order)
    lane = (tuple(size[axis] for axis in axes), blocks_of(stored, 64))
    write_project(tmp_path / "jo.ilp", [lane], axes)
    assert np.array_equal(read_labels(tmp_path / "jo.ilp", SHAPE).labels, DRAWN)


def test_the_lane_is_that_of_the_datasets_size(tmp_path):
    whole = np.zeros((9, 40, 40), np.uint8)
    whole[4, 20, 20] = 1
    lanes = [((9, 40, 40), blocks_of(whole, 64)), (SHAPE, blocks_of(DRAWN, 64)), ((2, 3, 4), [])]
    write_project(tmp_path / "jo.ilp", lanes)
    assert np.array_equal(read_labels(tmp_path / "jo.ilp", SHAPE).labels, DRAWN)
    # Labels of the whole scan, of which the dataset is a crop.
    assert np.array_equal(read_labels(tmp_path / "jo.ilp", (3, 9, 9), (9, 40, 40)).labels, whole)
    with pytest.raises(FileError, match=r"no image with labels .* image-0.tif zyx \(9, 40, 40\)"):
        read_labels(tmp_path / "jo.ilp", (2, 3, 4))
    with pytest.raises(FileError, match="2 images with labels"):
        read_labels(tmp_path / "jo.ilp", SHAPE, (9, 40, 40))


def test_an_older_project_that_does_not_say_its_size_is_read(tmp_path):
    write_project(tmp_path / "jo.ilp", [(SHAPE, blocks_of(DRAWN, 64))], version="1.2.2post1")
    assert np.array_equal(read_labels(tmp_path / "jo.ilp", SHAPE).labels, DRAWN)
    with pytest.raises(FileError, match="no image with labels"):
        read_labels(tmp_path / "jo.ilp", (5, 20, 30))


def _outside(file):
    block = file["PixelClassification/LabelSets/labels000/block0000"]
    block.attrs["blockSlice"] = "[0:6,10:30,0:30,0:1]"


def _of_another_size(file):
    block = file["PixelClassification/LabelSets/labels000/block0000"]
    block.attrs["blockSlice"] = "[0:6,0:19,0:30,0:1]"


def _without_place(file):
    del file["PixelClassification/LabelSets/labels000/block0000"].attrs["blockSlice"]


def _linked(file):
    lane = file["PixelClassification/LabelSets/labels000"]
    del lane["block0000"]
    lane["block0000"] = h5py.ExternalLink("/etc/passwd", "/")


def _of_objects(file):
    del file["PixelClassification"]
    file["ObjectClassification/LabelInputs"] = 1


def _empty(file):
    del file["PixelClassification/LabelSets/labels000/block0000"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_outside, "lies outside the image"),
        (_of_another_size, "not that of its place"),
        (_without_place, "not that of its place"),
        (_linked, "no block of labels"),
        (_of_objects, "expected an ilastik project of Pixel Classification"),
        (_empty, "nobody has labelled anything"),
    ],
)
def test_a_project_that_contradicts_itself_is_refused(tmp_path, change, words):
    path = tmp_path / "jo.ilp"
    write_project(path, [(SHAPE, blocks_of(DRAWN, 64))])
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(FileError, match=words) as told:
        read_labels(path, SHAPE)
    assert "jo.ilp" in str(told.value)


@pytest.mark.parametrize(
    ("fault", "words"), [("end", "came to no end"), ("abort", "broke down over it")]
)
def test_a_project_that_hdf5_cannot_survive_is_refused(tmp_path, monkeypatch, fault, words):
    path = tmp_path / "damaged.ilp"
    write_project(path, [(SHAPE, blocks_of(DRAWN, 8))])

    def damaged(*_):
        while fault == "end":
            pass
        os.abort()

    monkeypatch.setattr(ilastik, "_LEAST_S", 1)
    monkeypatch.setattr(ilastik, "_label_sets", damaged)
    for look in (lambda: ilastik.read(path, [SHAPE]), lambda: ilastik.check(path)):
        with pytest.raises(FileError, match=rf"damaged\.ilp: the file is damaged.*{words}"):
            look()


def test_what_is_no_project_is_told(tmp_path):
    (tmp_path / "jo.ilp").write_bytes(b"nothing")
    with pytest.raises(FileError, match=r"jo\.ilp: .*an ilastik project|cannot be read"):
        read_labels(tmp_path / "jo.ilp", SHAPE)
    with pytest.raises(FileError, match="there is no such file"):
        read_labels(tmp_path / "al.ilp", SHAPE)


def region(kind, points, name, z, group=0):
    """Return a region of ImageJ; points are (column, row), slices are counted from 1."""
    # roifile counts slices from 0, the file from 1.
    roi = roifile.ImagejRoi.frompoints(points, name=name, position=z - 1)
    roi.roitype = kind
    roi.group = group
    return roi


def box(kind, top, left, bottom, right, name, z, group=0):
    roi = roifile.ImagejRoi()
    roi.roitype, roi.name, roi.position, roi.group = kind, name, z, group
    roi.top, roi.left, roi.bottom, roi.right = top, left, bottom, right
    return roi


TYPES = roifile.ROI_TYPE


def saved(path, *regions):
    """Save regions as the ROI Manager does."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, roi in enumerate(regions):
            archive.writestr(f"{number:04d}.roi", roi.tobytes())
    return path


def test_regions_are_filled_as_imagej_fills_them(tmp_path):
    # A polygon along pixel borders, from column 4 to 10 and row 2 to 7.
    outline = [[4, 2], [10, 2], [10, 7], [4, 7]]
    path = saved(
        tmp_path / "rois.zip",
        region(TYPES.POLYGON, outline, "active-1", 3),
        region(TYPES.FREEHAND, [[15, 10], [20, 10], [20, 15], [15, 15]], "Active 2", 3),
        box(TYPES.RECT, 12, 0, 20, 5, "pore", 1),
        box(TYPES.OVAL, 0, 0, 9, 9, "pore_2", 6),
    )
    found = read_labels(path, SHAPE)
    assert found.names == {1: "active", 2: "pore"}
    expected = np.zeros(SHAPE, bool)
    expected[2, 2:7, 4:10] = True
    expected[2, 10:15, 15:20] = True
    assert np.array_equal(found.labels == 1, expected)
    assert np.array_equal(np.argwhere(found.labels[0]).min(axis=0), (12, 0))
    assert np.count_nonzero(found.labels[0]) == 8 * 5
    # ImageJ fills an oval of 9 by 9 pixels with 61 of them, a disc that touches all four sides.
    disc = found.labels[5] > 0
    assert disc[4, :9].all()
    assert disc[:9, 4].all()
    assert not disc[0, 0]
    assert abs(int(disc.sum()) - np.pi * 4.5**2) < 6


def test_groups_come_before_names_and_one_region_is_a_file_too(tmp_path):
    path = saved(
        tmp_path / "rois.zip",
        box(TYPES.RECT, 0, 0, 5, 5, "0001-0002-0003", 1, group=2),
        box(TYPES.RECT, 5, 5, 9, 9, "0001-0007-0007", 1, group=7),
    )
    assert read_labels(path, SHAPE).names == {1: "group 2", 2: "group 7"}
    one = tmp_path / "one.roi"
    one.write_bytes(box(TYPES.RECT, 0, 0, 5, 5, "0001-0002-0003", 2).tobytes())
    found = read_labels(one, SHAPE)
    assert found.names == {1: "region"}
    assert found.labels.sum() == found.labels[1, :5, :5].sum() == 25


@pytest.mark.parametrize(
    ("roi", "words"),
    [
        (region(TYPES.LINE, [[1, 1], [5, 5]], "a", 1), "has no area"),
        (region(TYPES.POLYGON, [[1, 1], [5, 5], [50, 5]], "a", 1), "beyond the dataset"),
        (box(TYPES.RECT, 0, 0, 5, 5, "a", 9), "beyond the dataset"),
        (box(TYPES.RECT, 0, 0, 5, 5, "a", 0), "of no slice"),
    ],
)
def test_regions_without_a_place_or_area_are_refused(tmp_path, roi, words):
    with pytest.raises(FileError, match=words):
        read_labels(saved(tmp_path / "rois.zip", roi), SHAPE)


def test_an_archive_without_regions_is_told(tmp_path):
    with zipfile.ZipFile(tmp_path / "rois.zip", "w") as archive:
        archive.writestr("a.txt", "text")
    with pytest.raises(FileError, match="it holds no region"):
        read_labels(tmp_path / "rois.zip", SHAPE)


def test_shapes_of_napari_are_filled(tmp_path):
    text = "index,shape-type,vertex-index,axis-0,axis-1,axis-2\n"
    corners = [(2.0, 1.5, 3.5), (2.0, 1.5, 8.5), (2.0, 6.5, 8.5), (2.0, 6.5, 3.5)]
    for index, kind in enumerate(("rectangle", "ellipse")):
        for number, (z, y, x) in enumerate(corners):
            place = (z + 2 * index, y + 10 * index, x + 10 * index)
            text += f"{index}.0,{kind},{number}.0," + ",".join(map(str, place)) + "\n"
    (tmp_path / "shapes.csv").write_text(text)
    found = read_labels(tmp_path / "shapes.csv", SHAPE)
    expected = np.zeros(SHAPE[1:], bool)
    expected[2:7, 4:9] = True
    assert np.array_equal(found.labels[2] > 0, expected)
    disc = found.labels[4, 12:17, 14:19] > 0
    assert disc[2].all()
    assert disc[:, 2].all()
    assert not disc[0, 0]
    assert set(np.flatnonzero(found.labels.any(axis=(1, 2)))) == {2, 4}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected shapes of napari"),
        ("index,shape-type,vertex-index,axis-0,axis-1\n", "in a volume"),
        ("index,shape-type,vertex-index,axis-0,axis-1,axis-2\n", "holds no shape"),
        ("index,shape-type,vertex-index,axis-0,axis-1,axis-2\n0,path,0,1,1,1\n", "has no area"),
        ("index,shape-type,vertex-index,axis-0,axis-1,axis-2\n0,polygon,0,1,nan,1\n", "no place"),
        ("index,shape-type,vertex-index,axis-0,axis-1,axis-2\n0,polygon,0,1,99,1\n", "beyond"),
    ],
)
def test_tables_that_hold_no_shapes_are_told(tmp_path, text, words):
    (tmp_path / "shapes.csv").write_text(text)
    with pytest.raises(FileError, match=words):
        read_labels(tmp_path / "shapes.csv", SHAPE)


@pytest.mark.parametrize("dtype", [np.int16, np.uint32, np.int64])
def test_tiffs_are_read_in_any_integer_type(tmp_path, dtype):
    tifffile.imwrite(tmp_path / "jo.tif", DRAWN.astype(dtype))
    assert np.array_equal(read_labels(tmp_path / "jo.tif", SHAPE).labels, DRAWN)


def test_a_tiff_with_a_colour_table_gives_its_indices(tmp_path):
    table = RNG.integers(0, 65535, (3, 256)).astype(np.uint16)
    tifffile.imwrite(tmp_path / "jo.tif", DRAWN, photometric="palette", colormap=table)
    assert np.array_equal(read_labels(tmp_path / "jo.tif", SHAPE).labels, DRAWN)


def test_exports_of_ilastik_and_zarr_are_read(tmp_path):
    zarr = pytest.importorskip("zarr")
    with h5py.File(tmp_path / "jo_Simple Segmentation.h5", "w") as file:
        data = file.create_dataset("exported_data", data=DRAWN[..., np.newaxis])
        data.attrs["axistags"] = (
            '{"axes": [{"key": "z"}, {"key": "y"}, {"key": "x"}, {"key": "c"}]}'
        )
    assert np.array_equal(read_labels(tmp_path / "jo_Simple Segmentation.h5", SHAPE).labels, DRAWN)
    zarr.save_array(tmp_path / "jo.zarr", DRAWN)
    assert np.array_equal(read_labels(tmp_path / "jo.zarr", SHAPE).labels, DRAWN)
    assert {".tif", ".h5", ".ilp", ".zip", ".csv", ".zarr", ".nrrd"} <= set(label_suffixes())
