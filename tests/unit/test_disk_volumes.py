"""Zarr arrays in any place, and the errors of those that cannot be read."""

import numpy as np
import pytest
import tifffile
import zarr

from manyeyes.files.errors import FileError
from manyeyes.files.formats.zarr import LARGEST_CHUNK
from manyeyes.files.mapped import open_volume

VOLUME = np.random.default_rng(0).integers(0, 256, (9, 10, 11)).astype(np.uint8)


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("leading", [(), (1, 1)])
def test_an_array_below_a_group_with_leading_axes_of_length_one(tmp_path, version, leading):
    path = tmp_path / "x.ome.zarr"
    zarr.create_group(path, zarr_format=version)
    data = VOLUME.reshape(leading + VOLUME.shape)
    zarr.create_array(path / "0", data=data, chunks=(*leading, 4, 5, 6), zarr_format=version)
    volume = open_volume(path / "0")
    assert volume.shape == VOLUME.shape
    assert volume.dtype == np.uint8
    assert len(volume) == 9
    assert np.array_equal(volume[2:5, 3:], VOLUME[2:5, 3:])
    assert np.array_equal(np.asarray(volume), VOLUME)
    assert np.array_equal(open_volume(path)[:], VOLUME)
    zarr.create_array(path / "1", data=data, zarr_format=version)
    with pytest.raises(FileError, match=r"a group with the arrays 0, 1; name one .*x\.ome\.zarr/0"):
        open_volume(path)


def test_the_name_of_a_zarr_folder_does_not_matter(tmp_path):
    zarr.create_array(tmp_path / "volume", data=VOLUME)
    assert np.array_equal(open_volume(tmp_path / "volume")[:], VOLUME)
    (tmp_path / "data.bin").write_bytes(b"\x80\x81\x7f\x90" * 20)
    tifffile.imwrite(tmp_path / "noname", VOLUME)
    assert np.array_equal(open_volume(tmp_path / "noname"), VOLUME)
    with pytest.raises(FileError, match=r"data\.bin: this is raw voxels"):
        open_volume(tmp_path / "data.bin")


def test_two_channels_are_refused(tmp_path):
    zarr.create_array(tmp_path / "a.zarr", data=np.stack([VOLUME] * 2))
    with pytest.raises(FileError, match=r"shape \(2, 9, 10, 11\)"):
        open_volume(tmp_path / "a.zarr")


@pytest.mark.parametrize("version", [2, 3])
def test_a_damaged_chunk_names_its_folder(tmp_path, version):
    path = tmp_path / "a.zarr"
    zarr.create_array(path, data=VOLUME, chunks=(9, 10, 11), zarr_format=version)
    chunk = path / ("0.0.0" if version == 2 else "c/0/0/0")
    chunk.write_bytes(b"\0" * 7 + chunk.read_bytes()[7:20])
    with pytest.raises(FileError, match=r"a\.zarr: a chunk of this Zarr array cannot be read"):
        open_volume(path)[:]


def test_a_damaged_header_names_its_folder(tmp_path):
    path = tmp_path / "a.zarr"
    zarr.create_array(path, data=VOLUME)
    (path / "zarr.json").write_text('{"zarr_format": 3')
    with pytest.raises(FileError, match=r"a\.zarr: the header of this Zarr folder"):
        open_volume(path)


def test_chunks_beyond_all_memory_are_refused(tmp_path):
    side = int((2 * LARGEST_CHUNK) ** (1 / 3))
    zarr.create_array(tmp_path / "a.zarr", shape=(side,) * 3, chunks=(side,) * 3, dtype="uint8")
    with pytest.raises(FileError, match="a chunk of this Zarr array takes"):
        open_volume(tmp_path / "a.zarr")


def test_labels_of_true_and_false_become_codes(tmp_path):
    zarr.create_array(tmp_path / "a.zarr", data=VOLUME > 100)
    volume = open_volume(tmp_path / "a.zarr", labels=True)
    assert volume.dtype == volume[:].dtype == np.uint8
    assert np.array_equal(volume[:], VOLUME > 100)
    grey = open_volume(tmp_path / "a.zarr")
    assert grey.dtype == grey[:].dtype == np.uint8
    assert np.array_equal(grey[:], 255 * (VOLUME > 100))
