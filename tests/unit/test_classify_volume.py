"""Labelling a volume by hand: nothing of the user's is lost, and a stopped call resumes."""

import shutil

import h5py
import numba
import numpy as np
import pytest
import tifffile
import zarr

from manyeyes.commands import classify as classify_volume
from manyeyes.files import classified
from manyeyes.files.errors import FileError
from manyeyes.files.journal import Journal, read_journal
from manyeyes.files.volumes import read_volume
from manyeyes.forest import classify, fit_forest, tiles

SHAPE = (24, 20, 22)


def two_phases(seed):
    rng = np.random.default_rng(seed)
    truth = 1 + (np.indices(SHAPE).sum(axis=0) // 6 % 2)
    volume = np.clip(np.rint(60 * truth + rng.normal(0, 8, SHAPE)), 0, 255).astype(np.uint8)
    return volume, np.where(rng.random(SHAPE) < 0.1, truth, 0).astype(np.uint8)


VOLUME, LABELS = two_phases(0)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Six tiles of four slices, and the threads of the other tests left alone."""
    monkeypatch.setattr(tiles, "TILE_VOXELS", 4 * 20 * 22)
    before = numba.get_num_threads()
    yield
    numba.set_num_threads(before)


@pytest.fixture
def folder(tmp_path):
    tifffile.imwrite(tmp_path / "t.tif", VOLUME)
    tifffile.imwrite(tmp_path / "labels.tif", LABELS)
    zarr.create_array(tmp_path / "t.zarr", data=VOLUME, chunks=(4, 20, 22))
    zarr.create_array(tmp_path / "labels.zarr", data=LABELS, chunks=(4, 20, 22))
    return tmp_path


@pytest.fixture
def call(folder, monkeypatch):
    """Return a function that runs the script in the folder; what it ends with is returned."""
    monkeypatch.chdir(folder)

    def run(*words):
        arguments = ["--trees", "5", "--threads", "1", *map(str, words)]
        return classify_volume.main(arguments) or None

    return run


@pytest.fixture
def untrained(monkeypatch):
    """A forest must not be trained."""

    def fail(*_, **__):
        raise AssertionError("a forest was trained")

    monkeypatch.setattr(classify_volume, "fit_forest", fail)


def contents(folder):
    """Return every file below a folder with its bytes; no `.part`, no journal is left out."""
    paths = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def stop_after(monkeypatch, count):
    """Let the next call end after so many tiles, as a kill would."""
    output = []

    def show(*_):
        output.append(1)
        if len(output) == count:
            raise KeyboardInterrupt

    monkeypatch.setattr(classify_volume, "show_progress", show)


@pytest.mark.parametrize("suffix", ["tif", "zarr"])
def test_the_labels_are_those_of_the_library(call, folder, suffix):
    assert call(f"t.{suffix}", f"labels.{suffix}", f"r.{suffix}") is None
    forest = fit_forest(VOLUME, LABELS, seed=0, trees=5)
    found = read_volume("r.tif") if suffix == "tif" else zarr.open_array("r.zarr", mode="r")[:]
    assert np.array_equal(found, classify(VOLUME, forest))
    left = {path.name for path in folder.iterdir()}
    assert left == {"t.tif", "labels.tif", "t.zarr", "labels.zarr", f"r.{suffix}"}
    if suffix == "tif":
        with tifffile.TiffFile("r.tif") as tiff:
            assert tiff.imagej_metadata["Info"] == forest.provenance()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("t.tif", "labels.tif", "t.tif"), "the result is the volume"),
        (("t.tif", "labels.tif", "labels.tif"), "the result is the labels"),
        (("t.tif", "labels.tif", "sub/../t.tif"), "the result is the volume"),
        (("t.tif", "labels.tif", "link.tif"), "the result is the volume"),
        (("link.tif", "labels.tif", "t.tif"), "the result is the volume"),
        (("t.tif", "labels.tif", "hard.tif"), "the result is the volume"),
        (("t.tif", "labels.tif", "linked/labels.tif"), "the result is the labels"),
        (("t.zarr", "labels.tif", "t.zarr"), "the result is the volume"),
        (("t.zarr", "labels.zarr", "sub/../labels.zarr"), "the result is the labels"),
        (("t.zarr", "labels.tif", "link.zarr"), "the result is the volume"),
        (("t.zarr", "labels.tif", "t.zarr/r.zarr"), "within the volume"),
        (("up.zarr/t.zarr", "labels.tif", "up.zarr"), "would replace the volume"),
        (("t.tif", "labels.tif", "t.tif", "--crop", "labels.tif"), "the result is the volume"),
        (("t.zarr", "labels.tif", "t.tif", "--crop", "t.tif"), "the result is the crop"),
        (("t.tif", "r.tif.part", "r.tif", "--crop", "t.tif"), "is the labels"),
        (("t.tif", "r.tif.journal", "r.tif", "--crop", "t.tif"), "is the labels"),
    ],
)
@pytest.mark.parametrize("flags", [(), ("--overwrite",)])
def test_a_result_is_never_put_over_an_input(call, folder, untrained, words, message, flags):
    (folder / "sub").mkdir()
    (folder / "link.tif").symlink_to("t.tif")
    (folder / "hard.tif").hardlink_to(folder / "t.tif")
    (folder / "link.zarr").symlink_to("t.zarr")
    (folder / "linked").symlink_to(".")
    (folder / "up.zarr").mkdir()
    shutil.copytree("t.zarr", "up.zarr/t.zarr")
    for name in ("r.tif.part", "r.tif.journal"):
        shutil.copy("labels.tif", name)
    before = contents(folder)
    assert message in call(*words, *flags)
    assert contents(folder) == before


def test_what_it_did_not_make_is_replaced_only_if_told(call, folder, monkeypatch):
    tifffile.imwrite(folder / "r.tif", VOLUME)
    (folder / "r.zarr").write_text("notes")
    before = contents(folder)
    with monkeypatch.context() as patch:
        patch.setattr(classify_volume, "fit_forest", None)
        for name in ("r.tif", "r.zarr"):
            assert "was not made by classify_volume.py" in call("t.tif", "labels.tif", name)
    assert contents(folder) == before
    for name in ("r.tif", "r.zarr"):
        assert call("t.tif", "labels.tif", name, "--overwrite") is None
        assert classified.mark_of(folder / name)
    # Its own results are overwritten without asking, unless they were changed.
    for name in ("r.tif", "r.zarr"):
        assert call("t.tif", "labels.tif", name, "--seed", "1") is None
    changed = tifffile.memmap("r.tif", mode="r+")
    changed[0, 0, 0] ^= 3
    del changed
    zarr.open_array("r.zarr", mode="r+")[1, 2, 3] = 7
    before = contents(folder)
    for name in ("r.tif", "r.zarr"):
        assert "was changed since" in call("t.tif", "labels.tif", name)
    assert contents(folder) == before
    # Saved by another program: whatever it wrote is that program's.
    tifffile.imwrite("r.tif", read_volume("r.tif"))
    assert "was not made by" in call("t.tif", "labels.tif", "r.tif")


@pytest.mark.parametrize("flags", [(), ("--overwrite",)])
@pytest.mark.parametrize("name", ["mine.zarr", "mine.tif"])
@pytest.mark.parametrize("holds", ["notes", "nothing", "array and notes", "group"])
def test_a_folder_that_holds_anything_else_is_left_alone(
    call, folder, untrained, name, holds, flags
):
    mine = folder / name
    if "array" in holds:
        zarr.create_array(mine, data=LABELS)
    if holds == "group":
        zarr.create_group(mine).create_array("0", data=LABELS)
    mine.mkdir(exist_ok=True)
    if "notes" in holds:
        (mine / "notes.txt").write_text("mine")
    before = contents(folder)
    output = call("t.tif", "labels.tif", name, *flags)
    assert "no result of ours" in output
    assert name in output
    assert contents(folder) == before
    assert mine.is_dir()


def test_an_array_is_removed_only_if_told(call, folder):
    zarr.create_array(folder / "mine.zarr", data=LABELS, zarr_format=2)
    assert "was not made by" in call("t.tif", "labels.tif", "mine.zarr")
    assert zarr.open_array("mine.zarr", mode="r")[:].sum() == LABELS.sum()
    assert call("t.tif", "labels.tif", "mine.zarr", "--overwrite") is None
    assert classified.mark_of(folder / "mine.zarr")


def test_a_link_is_replaced_and_not_what_it_leads_to(call, folder):
    (folder / "r.tif").symlink_to("other.tif")
    tifffile.imwrite(folder / "other.tif", LABELS)
    zarr.create_array(folder / "other.zarr", data=LABELS)
    (folder / "r.zarr").symlink_to("other.zarr")
    for suffix in ("tif", "zarr"):
        before = contents(folder / "other.zarr"), (folder / "other.tif").read_bytes()
        assert call("t.tif", "labels.tif", f"r.{suffix}") is None
        assert not (folder / f"r.{suffix}").is_symlink()
        assert before == (contents(folder / "other.zarr"), (folder / "other.tif").read_bytes())


def test_a_part_without_a_journal_may_be_anything(call, folder, untrained):
    (folder / "r.tif.part").write_text("a download of mine")
    (folder / "r.zarr.part").mkdir()
    (folder / "r.zarr.part/notes").write_text("mine")
    before = contents(folder)
    assert "r.tif.part: there is no journal" in call("t.tif", "labels.tif", "r.tif")
    assert "no journal" in call("t.tif", "labels.tif", "r.zarr", "--overwrite")
    assert contents(folder) == before


@pytest.mark.parametrize("suffix", ["tif", "zarr"])
@pytest.mark.parametrize("count", [1, 3, 6])
def test_a_stopped_call_goes_on_to_the_bytes_of_an_undisturbed_one(
    call, folder, monkeypatch, capsys, suffix, count
):
    assert call("t.tif", "labels.tif", f"whole.{suffix}") is None
    with monkeypatch.context() as patch:
        stop_after(patch, count)
        with pytest.raises(KeyboardInterrupt):
            call("t.tif", "labels.tif", f"r.{suffix}")
    assert not (folder / f"r.{suffix}").exists()
    # A kill may cut off the line that is being written; and a copied volume is the same volume.
    with (folder / f"r.{suffix}.journal").open("a") as file:
        file.write("1")
    shutil.move("t.tif", "moved.tif")
    if count == 1:
        # And may come again: the lines after the one that was cut off are whole.
        count = 3
        with monkeypatch.context() as patch:
            stop_after(patch, 2)
            with pytest.raises(KeyboardInterrupt):
                call("moved.tif", "labels.tif", f"r.{suffix}")
    assert call("moved.tif", "labels.tif", f"r.{suffix}") is None
    assert f"resumes: {count} of 6 tiles are done" in capsys.readouterr().err
    if suffix == "tif":
        assert (folder / "r.tif").read_bytes() == (folder / "whole.tif").read_bytes()
    else:
        assert contents(folder / "r.zarr") == contents(folder / "whole.zarr")
    assert not list(folder.glob("r.*.*"))


def begin(call, monkeypatch, *words):
    with monkeypatch.context() as patch:
        stop_after(patch, 2)
        with pytest.raises(KeyboardInterrupt):
            call(*words)


@pytest.mark.parametrize(
    ("change", "flags", "key"),
    [
        ("t.tif", (), "volume was"),
        ("labels.tif", (), "labels was"),
        (None, ("--seed", "1"), "training was"),
        (None, ("--max-labels", "20"), "training was"),
    ],
)
def test_another_volume_or_forest_is_not_mixed_in(call, folder, monkeypatch, change, flags, key):
    begin(call, monkeypatch, "t.tif", "labels.tif", "r.tif")
    other = dict(zip(("t.tif", "labels.tif"), two_phases(1), strict=True))
    if change:
        tifffile.imwrite(change, other[change])
    before = contents(folder)
    monkeypatch.setattr(classify_volume, "fit_forest", None)
    output = call("t.tif", "labels.tif", "r.tif", *flags)
    assert "r.tif.journal: another volume or forest was being labelled here" in output
    assert key in output
    assert contents(folder) == before


def test_a_forest_that_comes_out_otherwise_is_not_mixed_in(call, folder, monkeypatch):
    """As after an update of the code."""
    begin(call, monkeypatch, "t.tif", "labels.tif", "r.tif")
    monkeypatch.setattr(
        classify_volume, "fit_forest", lambda grey, labels, **_: fit_forest(grey, labels, seed=9)
    )
    assert "forest was" in call("t.tif", "labels.tif", "r.tif")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "no task in JSON"),
        (b"\n", "no task in JSON"),
        (b'{"shape": [24, 20', "no task in JSON"),
        (b'{"tiles": 6}', "is cut off"),
        (b"[1]\n0\n", "its first line, the task"),
        (b"7\n", "its first line, the task"),
        (b"\xff\xfe\n", "no task in JSON"),
        (b"[" * 100_000, "no task in JSON"),
        (b'{"tiles": 6}\n0\ngarbage\n', "line 3 should be the number of a tile"),
        (b'{"tiles": 6}\n-1\n', "line 2 should be the number of a tile"),
        (b'{"tiles": 6}\n0\n\n1\n', "line 3 should be the number of a tile"),
        (b'{"tiles": 6}\n99\n', "line 2 is tile 99, but there are 6"),
        (b'{"tiles": 6}\n' + b"9" * 5000 + b"\n", "line 2 should be the number of a tile"),
    ],
)
def test_a_broken_journal_names_itself_and_what_to_do(call, folder, untrained, text, message):
    (folder / "r.tif.journal").write_bytes(text)
    output = call("t.tif", "labels.tif", "r.tif")
    assert output.startswith("Error: r.tif.journal: ")
    assert message in output
    assert "move it away, and r.tif.part too" in output
    with pytest.raises(FileError, match="all tiles are labelled anew"):
        read_journal(folder / "r.tif.journal")


def test_a_journal_keeps_finished_tiles_and_forgets_a_torn_line(tmp_path):
    journal = Journal(tmp_path / "journal")
    assert journal.finished({"shape": (1, 2, 3)}) == set()
    journal.begin({"shape": (1, 2, 3), "tiles": 20})
    journal.add(0)
    journal.add(12)
    journal.close()
    with journal.path.open("a") as file:
        file.write("1")
    again = Journal(journal.path)
    assert again.finished({"shape": [1, 2, 3]}) == {0, 12}
    with pytest.raises(FileError, match="another volume"):
        again.finished({"shape": (1, 2, 4)})
    # A resumed journal begins with whole lines: 1 and 5 do not become 15.
    again.begin({"shape": (1, 2, 3), "tiles": 20}, {0, 12})
    again.add(5)
    assert read_journal(journal.path)[1] == {0, 5, 12}
    assert [path.name for path in tmp_path.iterdir()] == ["journal"]


def test_one_call_at_a_time_has_a_journal(tmp_path):
    first, second = Journal(tmp_path / "journal"), Journal(tmp_path / "journal")
    first.begin({"tiles": 3})
    with pytest.raises(FileError, match="another call is labelling"):
        second.hold()
    with pytest.raises(FileError, match="another call is labelling"):
        second.begin({"tiles": 3})
    first.add(1)
    first.close()
    second.hold()
    assert second.finished({"tiles": 3}) == {1}


@pytest.mark.parametrize("damage", ["cut", "zeros", "other"])
def test_damage_to_what_was_begun_is_told(call, folder, monkeypatch, damage):
    begin(call, monkeypatch, "t.tif", "labels.tif", "r.tif")
    part = folder / "r.tif.part"
    if damage == "cut":
        part.write_bytes(part.read_bytes()[:3000])
    elif damage == "zeros":
        tifffile.memmap(part, mode="r+")[5] = 0
    else:
        tifffile.imwrite(part, VOLUME[:9])
    output = call("t.tif", "labels.tif", "r.tif")
    assert output.startswith("Error: r.tif.part: what was begun is damaged")
    assert "remove it and r.tif.journal" in output


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("labels.tif", np.where(LABELS == 2, 0, LABELS).astype(np.uint8), "two classes or more"),
        ("labels.tif", LABELS.transpose(2, 1, 0).copy(), "exchange their axes"),
        ("labels.tif", LABELS[:20], "label a volume of the same shape"),
        ("labels.tif", LABELS.astype(np.float32), "labels of type uint8"),
        ("labels.tif", LABELS.astype(np.int16) - 1, "between 0 and 255"),
        ("labels.tif", LABELS.astype(np.uint16) * 500, "between 0 and 255"),
        ("t.tif", np.where(VOLUME < 40, np.nan, VOLUME).astype(np.float32), "NaN, infinite"),
    ],
)
def test_unfit_input_is_named_before_training(call, folder, untrained, name, values, message):
    tifffile.imwrite(folder / name, values)
    output = call("t.tif", "labels.tif", "r.tif")
    assert output.startswith(f"Error: {name}: ")
    assert message in output
    assert not list(folder.glob("r.*"))


def test_other_refusals_before_training(call, folder, untrained):
    tifffile.imwrite(folder / "crop.tif", VOLUME.astype(np.uint16) * 257)
    output = call("t.tif", "labels.tif", "r.tif", "--crop", "crop.tif")
    assert "crop.tif: holds uint16, the volume uint8" in output
    assert "does not exist" in call("t.tif", "labels.tif", "absent/r.tif")
    assert "--threads: expected 1 to" in call("t.tif", "labels.tif", "r.tif", "--threads", "999")
    chunk = next(path for path in (folder / "t.zarr/c").rglob("*") if path.is_file())
    chunk.write_bytes(b"damaged")
    assert "t.zarr: " in call("t.zarr", "labels.tif", "r.tif")
    assert not list(folder.glob("r.*"))


@pytest.mark.parametrize("kind", ["h5", "npy", "slices", "am"])
def test_other_formats_that_are_read_in_parts_give_the_same_labels(folder, call, kind):
    assert call("t.tif", "labels.tif", "expected.tif") is None
    words = [f"t.{kind}"]
    if kind == "h5":
        with h5py.File(folder / "t.h5", "w") as file:
            file["grey"], file["other"] = VOLUME, LABELS
        words += ["--dataset", "grey"]
    elif kind == "npy":
        np.save(folder / "t.npy", VOLUME)
    elif kind == "am":
        head = "# AmiraMesh BINARY-LITTLE-ENDIAN 2.1\ndefine Lattice 22 20 24\n"
        head += "Lattice { byte Data } @1\n\n@1\n"
        (folder / "t.am").write_bytes(head.encode() + VOLUME.tobytes())
    else:
        (folder / "t.slices").mkdir()
        for k, image in enumerate(VOLUME):
            tifffile.imwrite(folder / "t.slices" / f"{k}.tif", image, compression="zlib")
    first, *options = words
    assert call(first, "labels.tif", "found.tif", *options) is None
    found, expected = (read_volume(folder / name) for name in ("found.tif", "expected.tif"))
    assert np.array_equal(found, expected)
