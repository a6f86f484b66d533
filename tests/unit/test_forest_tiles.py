"""Labelling volumes on disk: the same labels tile by tile, and after an interruption."""

import subprocess
import sys

import numpy as np
import pytest
import tifffile
import zarr
from scipy import ndimage

from manyeyes.files.errors import FileError
from manyeyes.files.mapped import create_labels, open_volume
from manyeyes.forest import classify, fit_forest, tiles
from manyeyes.forest.tiles import classify_tiles, tile_voxels


@pytest.fixture(scope="module")
def case():
    rng = np.random.default_rng(5)
    shape = (28, 300, 41)
    truth = 1 + (ndimage.gaussian_filter(rng.normal(size=shape), 3) > 0)
    volume = np.clip(truth * 60 + rng.normal(0, 40, shape), 0, 255).astype(np.uint8)
    labels = np.where(rng.random(shape) < 0.01, truth, 0).astype(np.uint8)
    return volume, labels


@pytest.fixture(scope="module")
def forest(case):
    return fit_forest(*case, seed=0, trees=10)


@pytest.fixture(scope="module")
def whole(case, forest):
    return classify(case[0], forest)


@pytest.fixture
def small_tiles(monkeypatch):
    """Tiles of eight slices and a cut in y."""
    monkeypatch.setattr(tiles, "TILE_VOXELS", 8 * 256 * 41)


def command(*arguments):
    return [
        sys.executable,
        "-m",
        "manyeyes",
        "classify",
        *map(str, arguments),
        "--threads",
        "2",
        "--trees",
        "10",
    ]


def test_tiles_have_all_voxels(small_tiles):
    sizes = tile_voxels((28, 300, 41))
    assert len(sizes) == 8
    assert sum(sizes) == 28 * 300 * 41


def test_tiles_change_no_label(case, forest, whole, small_tiles):
    target = np.zeros_like(case[0])
    assert list(classify_tiles(case[0], forest, target)) == list(range(8))
    assert np.array_equal(target, whole)


@pytest.mark.parametrize("kind", ["tiff", "zarr"])
def test_from_disk_to_disk(case, forest, whole, small_tiles, tmp_path, kind):
    path = tmp_path / ("grey.zarr" if kind == "zarr" else "grey.tif")
    if kind == "zarr":
        zarr.create_array(path, data=case[0], chunks=(9, 50, 41))
    else:
        tifffile.imwrite(path, case[0])
    volume = open_volume(path)
    assert not isinstance(volume, np.ndarray) or isinstance(volume, np.memmap)
    target = create_labels(tmp_path / f"labels.{kind}", volume.shape, kind)
    list(classify_tiles(volume, forest, target))
    assert np.array_equal(target[:], whole)


def test_finished_tiles_are_left_alone(case, forest, whole, small_tiles):
    target = np.zeros_like(case[0])
    assert list(classify_tiles(case[0], forest, target, finished={0, 2, 3, 4, 5, 7})) == [1, 6]
    done = target > 0
    assert np.array_equal(target[done], whole[done])
    assert done.sum() == sum(tile_voxels(case[0].shape)[n] for n in (1, 6))


@pytest.mark.parametrize("target", [np.zeros((28, 300, 40), np.uint8), np.zeros((28, 300, 41))])
def test_a_target_that_cannot_hold_the_labels_is_refused(case, forest, target):
    with pytest.raises(ValueError, match=r"expected a target of uint8 with the volume's shape"):
        next(classify_tiles(case[0], forest, target))


def test_killed_between_tiles(case, tmp_path):
    """A call that is killed after its first tile is completed by a second call."""
    volume = np.tile(case[0], (1, 2, 9))
    labels = np.zeros_like(volume)
    labels[:28, :300, :41] = case[1]
    zarr.create_array(tmp_path / "grey.zarr", data=volume, chunks=(64, 256, 256))
    tifffile.imwrite(tmp_path / "labels.tif", labels)
    result = tmp_path / "result.zarr"
    call = command(tmp_path / "grey.zarr", tmp_path / "labels.tif", result)
    process = subprocess.Popen(call, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if " left" in line:
            break
    process.kill()
    process.wait()
    process.stderr.close()
    assert not result.exists()
    done = len((tmp_path / "result.zarr.journal").read_text().splitlines()) - 1
    tiles_in_all = len(tile_voxels(volume.shape))
    assert 1 <= done < tiles_in_all
    again = subprocess.run(call, capture_output=True, text=True, check=True)
    assert f"resumes: {done} of {tiles_in_all} tiles are done" in again.stderr
    expected = classify(volume, fit_forest(volume, labels, seed=0, trees=10))
    assert np.array_equal(open_volume(result)[:], expected)
    names = sorted(p.name for p in tmp_path.iterdir())
    assert names == ["grey.zarr", "labels.tif", "result.zarr"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent.tif", "there is no such file"),
        ("compressed.tif", "save it uncompressed"),
        ("flat.tif", "expected a volume"),
        ("group.zarr", "expected a Zarr array"),
        ("volume.raw", "raw voxels without a header; say in the config what they are"),
    ],
)
def test_volumes_that_cannot_be_opened_say_what_to_do(tmp_path, name, message):
    tifffile.imwrite(tmp_path / "compressed.tif", np.zeros((9, 5, 6), np.uint8), compression="zlib")
    tifffile.imwrite(tmp_path / "flat.tif", np.zeros((5, 6), np.uint8))
    zarr.create_group(tmp_path / "group.zarr")
    (tmp_path / "volume.raw").write_bytes(b"1")
    with pytest.raises(FileError, match=message):
        open_volume(tmp_path / name)
