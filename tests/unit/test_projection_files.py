"""Scans as people bring them: read rightly, or refused with what is missing."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from manyeyes.files.errors import FileError
from manyeyes.files.projections import open_scan, scan_formats, scan_module_file
from ole_example import write_txrm

ANGLES = np.arange(120) * 1.5
TOOTH = (
    Path(os.environ.get("MANYEYES_DATA", Path(__file__).parents[3] / "shared/data"))
    / "tomopy_tooth/tooth.h5"
)


def counts():
    """Return counts (120, 6, 20) in which each value tells its place, whites and darks."""
    place = np.arange(120)[:, None, None] * 200 + np.arange(6)[:, None] * 30 + np.arange(20)
    return place.astype(np.uint16), np.full((3, 6, 20), 30_000, np.uint16), np.zeros((2, 6, 20))


# DXchange.


@pytest.fixture
def h5py():
    return pytest.importorskip("h5py", reason="h5py is not installed")


@pytest.fixture
def dxchange(h5py, tmp_path):
    """Return a function that writes a scan, changed by a function of the open file."""
    from manyeyes.files.projections.dxchange import write_dxchange

    def write(change=None):
        path = tmp_path / "scan.h5"
        write_dxchange(path, *counts(), ANGLES)
        if change is not None:
            with h5py.File(path, "r+") as file:
                change(file)
        return path

    return write


def replaced(name, values):
    def change(file):
        if name in file:
            del file[name]
        if values is not None:
            file[name] = values

    return change


def test_only_the_wanted_rows_are_read(dxchange):
    data, white, dark = counts()
    with open_scan(dxchange()) as scan:
        assert scan.shape == (120, 6, 20)
        assert scan.angles_deg.tolist() == ANGLES.tolist()
        assert scan.counts(2, 5).dtype == np.uint16
        assert np.array_equal(scan.counts(2, 5), data[:, 2:5])
        assert np.array_equal(scan.whites(0, 6), white)
        assert np.array_equal(scan.darks(5, 6), dark[:, 5:6])
        with pytest.raises(FileError, match="the detector has 6"):
            scan.counts(5, 7)


def test_the_same_scan_gives_the_same_bytes(dxchange):
    assert dxchange().read_bytes() == dxchange().read_bytes()


def test_darks_may_be_absent_and_angles_in_radians(dxchange):
    with open_scan(dxchange(replaced("exchange/data_dark", None))) as scan:
        assert scan.darks(0, 2) is None

    def in_radians(file):
        file["exchange/theta"][...] = np.deg2rad(ANGLES)
        file["exchange/theta"].attrs["units"] = "radians"

    with open_scan(dxchange(in_radians)) as scan:
        assert scan.angles_deg == pytest.approx(ANGLES)


def test_the_other_byte_order_is_read_natively(dxchange):
    with open_scan(dxchange(replaced("exchange/data", counts()[0].astype(">u2")))) as scan:
        assert scan.counts(0, 6).dtype.isnative
        assert np.array_equal(scan.counts(0, 6), counts()[0])


@pytest.mark.parametrize(
    ("name", "values", "complaint"),
    [
        ("exchange/data", None, "there is no exchange/data .*exchange/data_white"),
        ("exchange/data", np.ones((3, 4)), r"found shape \(3, 4\)"),
        ("exchange/data", np.ones((120, 6, 20), complex), "complex128"),
        ("exchange/data_white", None, "no images of the open beam"),
        ("exchange/data_white", np.ones((3, 6, 21)), "same detector"),
        ("exchange/data_dark", np.ones((3, 5, 20)), "same detector"),
        ("exchange/theta", None, "angles of the projections are missing"),
        ("exchange/theta", np.arange(7.0), "there are 120 projections"),
        ("exchange/theta", np.full(120, np.nan), "120 of 120 angles"),
    ],
)
def test_what_a_scan_lacks_is_named(dxchange, name, values, complaint):
    path = dxchange(replaced(name, values))
    with pytest.raises(FileError, match=rf"scan\.h5: .*{complaint}"), open_scan(path):
        pass


def test_what_was_never_written_is_named(dxchange):
    def half(file):
        del file["exchange/data"]
        data = file.create_dataset("exchange/data", (120, 6, 20), "u2", chunks=(1, 6, 20))
        data[:60] = 7

    complaint = "only 60 of 120 chunks of exchange/data"
    with pytest.raises(FileError, match=complaint), open_scan(dxchange(half)):
        pass

    def none(file):
        del file["exchange/data"]
        file.create_dataset("exchange/data", (120, 6, 20), "u2")

    with pytest.raises(FileError, match="only 0 of 28800 bytes"), open_scan(dxchange(none)):
        pass


def test_values_that_are_no_numbers_are_named(dxchange):
    data = counts()[0].astype(np.float32)
    data[7, 4, 3] = np.nan
    with open_scan(dxchange(replaced("exchange/data", data))) as scan:
        scan.counts(0, 4)
        with pytest.raises(FileError, match=r"1 of 2400 values .*frame 7, row 0 .*column 3"):
            scan.counts(4, 5)


def test_cut_off_and_foreign_files_are_refused(dxchange, tmp_path):
    whole = dxchange().read_bytes()
    for length in (0, 4, 100, 3000, len(whole) // 2, len(whole) - 1):
        path = tmp_path / "cut.h5"
        path.write_bytes(whole[:length])
        with pytest.raises(FileError, match=r"cut\.h5"), open_scan(path) as scan:
            scan.counts(0, 6)
    with pytest.raises(FileError, match="no such file"), open_scan(tmp_path / "a.h5"):
        pass
    (tmp_path / "scan.raw").write_bytes(b"1234")
    with pytest.raises(FileError, match="convert the scan"), open_scan(tmp_path / "scan.raw"):
        pass


def test_formats_are_found_by_suffix():
    assert list(scan_formats()) == ["dxchange", "txrm"]
    assert scan_module_file("a/b.HDF5").name == "dxchange.py"
    assert scan_module_file("b.txrm").name == "txrm.py"


@pytest.mark.parametrize(("library", "file"), [("h5py", "a.h5"), ("txrm2tiff", "a.txrm")])
def test_a_missing_library_is_named(monkeypatch, tmp_path, library, file):
    monkeypatch.setitem(sys.modules, library, None)
    start = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    (tmp_path / file).write_bytes(start + bytes(600))
    with pytest.raises(FileError, match=f"pip install {library}"), open_scan(tmp_path / file):
        pass


# Zeiss.


@pytest.fixture
def txrm(tmp_path):
    """Return a function that writes a Zeiss scan of 120 images of 40 x 60 pixels."""
    pytest.importorskip("txrm2tiff", reason="txrm2tiff is not installed")

    def write(**changes):
        path = tmp_path / "scan.txrm"
        data = np.random.default_rng(0).integers(0, 9999, (120, 40, 60))
        write_txrm(path, data, np.full((40, 60), 8000.0), ANGLES, **changes)
        return path, data

    return write


def test_a_zeiss_scan_is_read(txrm):
    path, data = txrm()
    with open_scan(path) as scan:
        assert scan.shape == (120, 40, 60)
        assert scan.angles_deg == pytest.approx(ANGLES)
        assert scan.pixel_nm == pytest.approx(64)
        assert scan.energy_kev is None
        assert np.array_equal(scan.counts(10, 13), data[:, 10:13])
        # The reference was exposed twice as long.
        assert scan.whites(0, 2) == pytest.approx(np.full((1, 2, 60), 4000))
        assert scan.darks(0, 2) is None


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"ReferenceData__Image": None}, "no image of the open beam"),
        ({"ImageInfo__Angles": None}, "found 0 angles for 120"),
        ({"ImageInfo__Angles": np.full(120, np.nan, np.float32).tobytes()}, "finite"),
        ({"ImageInfo__ImageWidth": None}, "ImageWidth is missing"),
        ({"ImageInfo__MosiacRows": np.int32(2).tobytes()}, "mosaic"),
        ({"ImageData2__Image120": None}, "image 120 of 120"),
        ({"ImageData1__Image7": b"\1\2\3"}, "image 7 of 120"),
        ({"ReferenceData__ImageInfo__ImageWidth": np.int32(61).tobytes()}, "cannot reshape"),
        (
            {
                "Alignment__X-Shifts": np.full(120, 2, np.float32).tobytes(),
                "Alignment__Y-Shifts": np.zeros(120, np.float32).tobytes(),
            },
            "moved by up to 2 pixels",
        ),
    ],
)
def test_what_a_zeiss_scan_lacks_is_named(txrm, changes, complaint):
    path, _ = txrm(**changes)
    with pytest.raises(FileError, match=rf"scan\.txrm: .*{complaint}"), open_scan(path) as scan:
        scan.whites(0, 40)
        scan.counts(0, 40)


def test_cut_off_zeiss_files_are_refused(txrm, tmp_path):
    path, _ = txrm()
    whole = path.read_bytes()
    for length in (0, 8, 511, 600, 5000, len(whole) // 2, len(whole) - 4000):
        cut = tmp_path / "cut.txrm"
        cut.write_bytes(whole[:length])
        with pytest.raises(FileError, match=r"cut\.txrm"), open_scan(cut) as scan:
            scan.counts(0, 40)


# A scan of a tooth, from the examples of TomoPy.


@pytest.mark.skipif(not TOOTH.exists(), reason=f"no scan of the tooth at {TOOTH}")
def test_the_axis_of_the_tooth_is_at_column_295(h5py):
    from manyeyes.projections.centre import find_centre
    from manyeyes.projections.steps import ReconstructionSettings, normalised, prepared

    settings = ReconstructionSettings()
    with open_scan(TOOTH) as scan:
        got = normalised(scan.counts(0, 2), scan.whites(0, 2), scan.darks(0, 2), settings)
        found = find_centre(prepared(got.values, settings).values, scan.angles_deg)
    assert found.column == pytest.approx(295, abs=1)
