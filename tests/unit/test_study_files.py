import json

import numpy as np
import pandas as pd
import pytest
import tifffile

from study_files import (
    FileError,
    read_annotation,
    read_table,
    read_volume,
    write_table,
    write_volume,
)

VOLUME = np.random.default_rng(0).integers(0, 256, (12, 10, 9)).astype(np.uint8)


def test_a_volume_comes_back_with_its_voxel_size_for_imagej(tmp_path):
    path = tmp_path / "a.tif"
    write_volume(path, VOLUME, 397)
    assert np.array_equal(read_volume(path), VOLUME)
    with tifffile.TiffFile(path) as tiff:
        assert tiff.imagej_metadata["slices"] == 12
        assert tiff.imagej_metadata["unit"] == "um"
        assert tiff.imagej_metadata["spacing"] == pytest.approx(0.397)
        per_um, over = tiff.pages[0].tags["XResolution"].value
        assert over / per_um == pytest.approx(0.397)
        assert tiff.pages[0].compression.name == "ADOBE_DEFLATE"


def test_equal_volumes_give_equal_bytes(tmp_path):
    for name in "ab":
        write_volume(tmp_path / name, VOLUME, 126)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("imagej", [True, False])
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.95])
def test_a_truncated_volume_is_refused_if_voxels_are_missing(tmp_path, compression, imagej, kept):
    whole, cut = tmp_path / "whole.tif", tmp_path / "cut.tif"
    tifffile.imwrite(whole, VOLUME, compression=compression, imagej=imagej)
    data = whole.read_bytes()
    cut.write_bytes(data[: int(kept * len(data))])
    # ImageJ's uncompressed files hold all voxels before the directory of their pages: a cut in the
    # directory loses nothing.
    complete = imagej and not compression and kept >= 0.6
    if complete:
        assert np.array_equal(read_volume(cut), VOLUME)
    else:
        with pytest.raises(FileError, match=r"cut\.tif"):
            read_volume(cut)


def test_what_is_no_grey_volume_is_refused_by_name(tmp_path):
    colour, flat, text = tmp_path / "rgb.tif", tmp_path / "flat.tif", tmp_path / "text.tif"
    tifffile.imwrite(colour, np.zeros((4, 8, 8, 3), np.uint8), photometric="rgb")
    tifffile.imwrite(flat, np.zeros((8, 8), np.uint8))
    text.write_text("no image")
    for path, words in (
        (colour, "grey"),
        (flat, r"\(8, 8\)"),
        (text, "not a readable TIFF"),
        (tmp_path / "absent.tif", "no such file"),
    ):
        with pytest.raises(FileError, match=words) as error:
            read_volume(path)
        assert str(path) in str(error.value)


def test_a_table_keeps_names_that_look_like_numbers(tmp_path):
    table = pd.DataFrame({"dataset": ["007"], "user": ["1"], "active_fraction": [1 / 3]})
    write_table(table, tmp_path / "t.csv")
    back = read_table(tmp_path / "t.csv")
    assert back.loc[0, "dataset"] == "007"
    assert back.loc[0, "user"] == "1"
    assert back.loc[0, "active_fraction"] == pytest.approx(1 / 3, abs=1e-9)


def test_an_empty_table_file_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text("")
    with pytest.raises(FileError, match="empty"):
        read_table(tmp_path / "t.csv")


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"kind": "guess"}, "kind must be one of"),
        ({"kind": "threshold"}, "needs level"),
        ({"kind": "threshold", "level": "dark"}, "level must be a number"),
        ({"kind": "window", "low": 3}, "needs high"),
        ({"kind": "drawing"}, "label volume"),
    ],
)
def test_an_annotation_that_says_too_little_is_refused(tmp_path, document, words):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document))
    with pytest.raises(FileError, match=words):
        read_annotation(path)
