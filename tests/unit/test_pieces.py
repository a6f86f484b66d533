"""Volumes in several files: an edit of one of them is noticed, and nothing else is."""

import os

import numpy as np
import tifffile

from manyeyes.files.pieces import digest_of_pieces

VOLUME = np.arange(120, dtype=np.uint8).reshape(4, 5, 6)


def test_an_edit_within_a_folder_is_noticed(tmp_path):
    folder = tmp_path / "slices"
    folder.mkdir()
    for k, image in enumerate(VOLUME):
        tifffile.imwrite(folder / f"{k}.tif", image)
    before = digest_of_pieces(folder)
    assert before and digest_of_pieces(folder) == before
    # Of the same size, at another time.
    tifffile.imwrite(folder / "2.tif", VOLUME[0])
    os.utime(folder / "2.tif", ns=(1, 1))
    changed = digest_of_pieces(folder)
    assert changed != before
    (folder / "3.tif").unlink()
    assert digest_of_pieces(folder) != changed


def test_the_voxels_beside_a_header_count(tmp_path):
    header = "ObjectType = Image\nNDims = 3\nDimSize = 6 5 4\nElementType = MET_UCHAR\n"
    (tmp_path / "cell.mhd").write_text(header + "ElementDataFile = cell.raw\n")
    VOLUME.tofile(tmp_path / "cell.raw")
    before = digest_of_pieces(tmp_path / "cell.mhd")
    os.utime(tmp_path / "cell.raw", ns=(1, 1))
    assert before and digest_of_pieces(tmp_path / "cell.mhd") != before
    # What is wrong with it is said by the reader.
    (tmp_path / "cell.raw").unlink()
    assert digest_of_pieces(tmp_path / "cell.mhd") == ""


def test_a_single_file_has_no_pieces(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", VOLUME)
    assert digest_of_pieces(tmp_path / "a.tif") == ""
    assert digest_of_pieces(tmp_path / "absent.tif") == ""
