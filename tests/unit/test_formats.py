"""The registry of file formats, and what any format has in common."""

import re
import subprocess
import sys

import numpy as np
import pytest
import tifffile
import zarr

from manyeyes import files
from manyeyes.files import formats, volumes
from manyeyes.files.errors import FileError
from manyeyes.files.formats import Format, VolumeFacts, module_file
from manyeyes.files.formats.zarr import ZarrVolume
from manyeyes.files.mapped import open_volume
from running import TOP

VOLUME = np.arange(60, dtype=np.uint8).reshape(3, 4, 5)


def in_format(monkeypatch, **changes):
    """Let volumes be read in a format of the test's own."""
    parts = {
        "name": "a test file",
        "suffixes": (".test",),
        "read": lambda path, labels: VOLUME,
        "facts": lambda path, labels: VolumeFacts(VOLUME.shape, VOLUME.dtype),
    }
    own = Format(**{**parts, **changes})
    monkeypatch.setattr(formats, "formats", lambda: {"own": own})


def fails(error):
    def read(path, labels):
        raise error

    return read


def test_a_format_is_chosen_by_suffix_then_by_what_lies_there(tmp_path):
    assert module_file("there-is-no.TIFF").name == "tiff.py"
    assert module_file("x.zarr").name == "zarr.py"
    zarr.create_array(tmp_path / "volume", data=VOLUME)
    assert module_file(tmp_path / "volume").name == "zarr.py"
    tifffile.imwrite(tmp_path / "noname", VOLUME)
    assert module_file(tmp_path / "noname").name == "tiff.py"
    assert module_file(tmp_path / "what.else").name == "tiff.py"
    assert module_file("x.tif").is_file()


def test_two_formats_of_one_suffix_are_refused(tmp_path, monkeypatch):
    text = "from manyeyes.files.formats.tiff import FORMAT\n"
    (tmp_path / "another.py").write_text(text)
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    formats.formats.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"\.tif: both formats\.another and tiff read it"):
            formats.formats()
    finally:
        sys.modules.pop("manyeyes.files.formats.another")
        formats.formats.cache_clear()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (KeyError("data"), "not readable as a test file.*'data'.*copy"),
        (OSError("bad disk"), "cannot be read .bad disk"),
        (MemoryError(), "not enough memory"),
        (FileError("a.test: mine"), "^a.test: mine$"),
    ],
)
def test_any_failure_of_a_format_names_the_file(tmp_path, monkeypatch, error, message):
    path = tmp_path / "a.test"
    path.touch()
    in_format(monkeypatch, read=fails(error), facts=fails(error), map=fails(error))
    for reader in (volumes.read_volume, volumes.volume_facts, open_volume):
        with pytest.raises(FileError, match=message) as raised:
            reader(path)
        assert "a.test" in str(raised.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (VOLUME[:1], r"found one image of shape \(4, 5\)"),
        (VOLUME[0], r"an array of shape \(4, 5\)"),
        (VOLUME[None], r"shape \(1, 3, 4, 5\)"),
        (VOLUME[:, :0], r"shape \(3, 0, 5\)"),
        (VOLUME + 1j, "found complex128"),
        (VOLUME > 3, "found bool"),
    ],
)
def test_what_is_no_volume_of_numbers_is_refused_in_any_format(
    tmp_path, monkeypatch, values, message
):
    path = tmp_path / "a.test"
    path.touch()
    in_format(
        monkeypatch,
        read=lambda path, labels: values,
        facts=lambda path, labels: VolumeFacts(values.shape, values.dtype),
        map=lambda path, labels: values,
    )
    for reader in (volumes.read_volume, volumes.volume_facts, open_volume):
        with pytest.raises(FileError, match=message):
            reader(path)


def test_a_format_that_cannot_be_read_in_parts_says_so(tmp_path, monkeypatch):
    (tmp_path / "a.test").write_bytes(b"\x93NUMPY")
    in_format(monkeypatch)
    with pytest.raises(FileError, match="a test file, which cannot be read in parts"):
        open_volume(tmp_path / "a.test")


def test_missing_chunks_are_counted(tmp_path):
    path = tmp_path / "a.zarr"
    zarr.create_array(path, data=VOLUME + 1, chunks=(1, 4, 5))
    assert open_volume(path).doubt is None
    (path / "c/1/0/0").unlink()
    assert "1 of 3 chunks are missing and read as 0" in open_volume(path).doubt


def test_chunks_that_cannot_be_counted_are_no_reason_to_be_silent(tmp_path):
    class Unlisted:
        shape = chunks = (3, 4, 5)
        ndim, dtype, nchunks = 3, np.dtype("u1"), 3

        @property
        def nchunks_initialized(self):
            raise NotImplementedError("this store cannot be listed")

    doubt = ZarrVolume(tmp_path / "a.zarr", Unlisted()).doubt
    assert "a.zarr: the chunks of this Zarr array cannot be counted" in doubt
    assert "this store cannot be listed" in doubt


def test_the_code_imports_from_modules_which_digests_follow():
    lazy = re.compile(r"^\s*from (manyeyes|\.\.)\.?files import", re.M)
    sources = [*(TOP / "src").rglob("*.py"), *(TOP / "workflow/scripts").glob("*.py")]
    assert [path for path in sources if lazy.search(path.read_text(encoding="utf-8"))] == []


def test_public_names_are_there():
    for name in files.__all__:
        assert getattr(files, name).__name__ == name
    with pytest.raises(AttributeError, match="nothing"):
        _ = files.nothing


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("read_table", ("tifffile", "zarr")),
        ("read_json", ("tifffile", "zarr", "pandas")),
        ("read_result", ("pandas", "zarr")),
        ("read_volume", ("pandas", "zarr")),
    ],
)
def test_a_reader_loads_what_it_needs(name, without):
    code = f"import sys, manyeyes.files as f; f.{name}; "
    code += f"f.formats.formats() if '{name}' == 'read_volume' else 0; "
    code += f"print([m for m in {without} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(TOP / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
