import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile

from manyeyes.files.annotations import read_annotation
from manyeyes.files.documents import read_json
from manyeyes.files.errors import FileError
from manyeyes.files.results import read_mask, write_volume
from manyeyes.files.tables import read_table, write_table
from manyeyes.files.volumes import read_volume

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
    reds = np.zeros((4, 8, 8, 3), np.uint8)
    reds[..., 0] = 9
    tifffile.imwrite(colour, reds, photometric="rgb")
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


def test_what_jobs_wrote_is_read_as_such():
    """The advice is to copy a user's own file again, and to make a result again."""
    scripts = Path(__file__).parents[2] / "workflow/scripts"
    for script in scripts.glob("*.py"):
        if not script.stem.startswith("import_"):
            words = set(re.findall(r"\w+", script.read_text(encoding="utf-8")))
            assert "read_volume" not in words, f"{script.name}: read results by read_result"


def test_names_stay_as_written_and_only_numbers_are_missing(tmp_path):
    names = ["NA", "null", "nan", "None", "N/A", "n/a", "", "007"]
    table = pd.DataFrame(
        {
            "user": names,
            "user_a": names,
            "made_by": ["simulated"] * 8,
            "problem": ["NA", "", "None", "missing", "x", "x", "x", "x"],
            "active_fraction": [0.5, np.nan, *[0.25] * 6],
            "slices": range(8),
        }
    )
    write_table(table, tmp_path / "t.csv")
    back = read_table(tmp_path / "t.csv")
    for column in ("user", "user_a"):
        assert back[column].fillna("").tolist() == names
    assert back["problem"].fillna("").tolist() == table["problem"].tolist()
    assert back["active_fraction"].isna().tolist() == [False, True] + [False] * 6
    assert back["active_fraction"].dtype == float
    assert back["slices"].tolist() == list(range(8))


def test_words_for_a_missing_number_are_understood_in_numbers(tmp_path):
    (tmp_path / "t.csv").write_text("user,a,b\nNA,1.5,2\nB,NA,nan\nC,,3\n")
    back = read_table(tmp_path / "t.csv")
    assert back["user"].tolist() == ["NA", "B", "C"]
    assert back["a"].isna().tolist() == [False, True, True]
    assert back["b"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"user,a\nA,1\nB\n", "line 3 has 1 fields, the header 2"),
        (b"user,a\nA,1,2\n", "line 2 has 3 fields, the header 2"),
        (b"user,a\nA,\xff\n", "the table is damaged"),
        (b"user,user\nA,1\n", "share a name"),
        (b'user,a\n"A,1\n', "the table is damaged"),
    ],
)
def test_a_damaged_table_is_named(tmp_path, text, words):
    (tmp_path / "t.csv").write_bytes(text)
    with pytest.raises(FileError, match=rf"t\.csv: .*{words}.*remove it and run again"):
        read_table(tmp_path / "t.csv")


def test_an_absent_table_is_named(tmp_path):
    with pytest.raises(FileError, match=r"t\.csv: the table cannot be read"):
        read_table(tmp_path / "t.csv")


@pytest.mark.parametrize("text", [b"", b"{", b'{"a": \xff}', b"3", b"[" * 10**5])
def test_a_damaged_document_of_ours_is_named(tmp_path, text):
    (tmp_path / "a.json").write_bytes(text)
    with pytest.raises(FileError, match=r"a\.json: expected .*remove it and run again"):
        read_json(tmp_path / "a.json")


@pytest.mark.parametrize("level", ["NaN", "Infinity", "1e999", "9" * 400, "true", "null", "[1]"])
def test_a_level_that_is_no_number_is_refused(tmp_path, level):
    (tmp_path / "a.json").write_text(f'{{"kind": "threshold", "level": {level}}}')
    with pytest.raises(FileError, match=r"a\.json: level must be a number"):
        read_annotation(tmp_path / "a.json")


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


def test_a_mask_is_inside_where_it_is_not_0(tmp_path):
    inside = np.zeros((2, 3, 4), bool)
    inside[:, 1:, 1:] = True
    write_volume(tmp_path / "mask.tif", inside.astype(np.uint8), 400)
    for given in (tmp_path / "mask.tif", [str(tmp_path / "mask.tif")]):
        assert np.array_equal(read_mask(given), inside)
    assert read_mask(None) is None
    assert read_mask([]) is None
