"""Volumes for other programs hold the values, names and voxel size that were given."""

import json
import re
import zlib
from xml.etree import ElementTree

import h5py
import numpy as np
import pytest
import SimpleITK
import tifffile
import zarr

from manyeyes.commands.main import main
from manyeyes.files.errors import FileError
from manyeyes.files.exports import Exported, export
from manyeyes.files.results import write_volume
from manyeyes.files.volumes import read_volume, volume_facts
from manyeyes.labels import TRUTH_PHASES, TWO_PHASES


@pytest.fixture
def labels():
    return np.random.default_rng(0).integers(1, 3, (5, 6, 7), dtype=np.uint8)


def read_vti(path):
    """Return spacing and fields of an image file, as the format's document says they are stored."""
    content = path.read_bytes()
    head, rest = content.split(b'<AppendedData encoding="raw">\n_', 1)
    tree = ElementTree.fromstring(head + b"</VTKFile>")
    image = tree.find("ImageData")
    extent = [int(n) for n in image.get("WholeExtent").split()]
    shape = [extent[5], extent[3], extent[1]]
    fields = {}
    for entry in tree.iter("DataArray"):
        start = int(entry.get("offset"))
        count, size, last = np.frombuffer(rest, "<u8", 3, start)
        sizes = np.frombuffer(rest, "<u8", count, start + 24)
        at, data = start + 24 + 8 * int(count), b""
        for number in sizes:
            data += zlib.decompress(rest[at : at + int(number)])
            at += int(number)
        assert len(data) == (count - (last > 0)) * size + last
        dtype = np.dtype(entry.get("type").lower()).newbyteorder("<")
        fields[entry.get("Name")] = np.frombuffer(data, dtype).reshape(shape)
    return [float(n) for n in image.get("Spacing").split()], fields


def test_paraview_gets_all_fields_and_each_phase_by_its_name(tmp_path, labels):
    particles = np.arange(labels.size, dtype=np.int32).reshape(labels.shape)
    path = tmp_path / "a.vti"
    export(path, Exported({"phase": labels, "particle": particles}, 397.0, TWO_PHASES))
    spacing, fields = read_vti(path)
    assert spacing == [0.397] * 3
    assert list(fields) == ["phase", "particle", "active material", "pore and carbon-binder domain"]
    assert np.array_equal(fields["phase"], labels)
    assert np.array_equal(fields["particle"], particles)
    assert np.array_equal(fields["active material"], labels == 1)


def test_large_fields_are_written_in_blocks(tmp_path):
    volume = np.random.default_rng(1).integers(0, 9, (110, 100, 101)).astype(np.float32)
    path = tmp_path / "a.vti"
    export(path, Exported({"grey": volume}, 200.0))
    assert np.array_equal(read_vti(path)[1]["grey"], volume)


def test_slicer_gets_names_and_colours(tmp_path, labels):
    path = tmp_path / "a.nrrd"
    export(path, Exported({"phase": labels}, 250.0, TWO_PHASES))
    image = SimpleITK.ReadImage(str(path))
    assert np.array_equal(SimpleITK.GetArrayFromImage(image), labels)
    assert image.GetSpacing() == pytest.approx((0.25,) * 3)
    assert image.GetMetaData("Segment0_Name") == "active material"
    assert image.GetMetaData("Segment1_LabelValue") == "2"
    assert re.fullmatch(r"(0|1)\.\d+ (0|1)\.\d+ (0|1)\.\d+", image.GetMetaData("Segment1_Color"))


def test_napari_gets_labels_beside_the_image(tmp_path, labels):
    path = tmp_path / "a.zarr"
    export(path, Exported({"phase": labels}, 397.0, TWO_PHASES))
    root = zarr.open_group(path, mode="r")
    assert root.metadata.zarr_format == 2
    (described,) = root.attrs["multiscales"]
    assert [axis["unit"] for axis in described["axes"]] == ["micrometer"] * 3
    (level,) = described["datasets"]
    assert level["coordinateTransformations"] == [{"type": "scale", "scale": [0.397] * 3}]
    assert np.array_equal(root[level["path"]][:], labels)
    assert root["labels"].attrs["labels"] == ["phase"]
    group = root["labels/phase"]
    assert np.array_equal(group["0"][:], labels)
    names = {p["label-value"]: p["name"] for p in group.attrs["image-label"]["properties"]}
    assert names == {1: "active material", 2: "pore and carbon-binder domain"}
    assert group.attrs["image-label"]["colors"][0]["rgba"][3] == 255


def test_other_suffixes_and_files_that_are_there_are_refused(tmp_path, labels):
    one = Exported({"phase": labels}, 397.0, TWO_PHASES)
    with pytest.raises(FileError, match=r"\.vti, \.nrrd, \.zarr"):
        export(tmp_path / "a.stl", one)
    for name in ("a.vti", "a.nrrd", "a.zarr"):
        export(tmp_path / name, one)
        with pytest.raises(FileError, match="something already"):
            export(tmp_path / name, one)


def test_the_command_tells_labels_from_greys_by_the_folder(tmp_path, capsys):
    z, y, x = np.indices((24, 24, 24)) - 11.5
    truth = np.where(np.sqrt(z**2 + y**2 + x**2) < 8, 1, 3).astype(np.uint8)
    for folder in ("truth", "images"):
        (tmp_path / folder).mkdir()
        write_volume(tmp_path / folder / "one.tif", truth, 500.0)
    assert (
        main(["export", str(tmp_path / "truth/one.tif"), str(tmp_path / "t.vti"), "--particles"])
        == 0
    )
    spacing, fields = read_vti(tmp_path / "t.vti")
    assert spacing == [0.5] * 3
    assert set(fields) == {"phase", "particle", *(phase.name for phase in TRUTH_PHASES)}
    assert fields["particle"].max() == 1
    assert main(["export", str(tmp_path / "images/one.tif"), str(tmp_path / "g.vti")]) == 0
    assert list(read_vti(tmp_path / "g.vti")[1]) == ["grey"]
    assert "is written" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("images/one.tif", ["--particles"], "grey levels have no particles"),
        ("images/one.tif", ["--phases", "two"], "holds 1 \\(active material\\)"),
        ("images/none.tif", [], "none.tif"),
        ("plain.tif", [], "give --voxel-size"),
    ],
)
def test_mistakes_are_told(tmp_path, name, options, message):
    (tmp_path / "images").mkdir()
    volume = np.random.default_rng(2).integers(0, 200, (6, 7, 8), dtype=np.uint8)
    write_volume(tmp_path / "images/one.tif", volume, 500.0)
    tifffile.imwrite(tmp_path / "plain.tif", volume, photometric="minisblack")
    told = main(["export", str(tmp_path / name), str(tmp_path / "r.vti"), *options])
    assert re.search(message, str(told)), told
    assert not (tmp_path / "r.vti").exists()


def test_the_metadata_of_zarr_are_plain_json(tmp_path, labels):
    export(tmp_path / "a.zarr", Exported({"phase": labels}, 397.0, TWO_PHASES))
    for path in (tmp_path / "a.zarr").rglob(".zattrs"):
        json.loads(path.read_text())
    assert (tmp_path / "a.zarr/labels/phase/.zattrs").exists()


MAP = np.random.default_rng(1).random((5, 6, 7), dtype=np.float32)


def test_ilastik_gets_axes_and_voxel_size_in_its_own_layout(tmp_path):
    export(tmp_path / "a.h5", Exported({"grey": MAP}, 397.0))
    with h5py.File(tmp_path / "a.h5") as file:
        data = file["exported_data"]
        tags = json.loads(data.attrs["axistags"])["axes"]
        assert [tag["key"] for tag in tags] == ["z", "y", "x", "c"]
        assert [tag["resolution"] for tag in tags] == [0.397, 0.397, 0.397, 0]
        assert np.array_equal(data[..., 0], MAP)
    # As our own reader of ilastik's exports understands it.
    facts = volume_facts(tmp_path / "a.h5")
    assert facts.voxel_size_nm == pytest.approx((397, 397, 397), rel=1e-6)
    assert np.array_equal(read_volume(tmp_path / "a.h5"), MAP)
    export(tmp_path / "b.h5", Exported({"grey": MAP}, 397.0))
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_imagej_gets_real_numbers_and_the_voxel_size(tmp_path):
    export(tmp_path / "a.tif", Exported({"grey": MAP}, 397.0))
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert file.is_imagej
        assert file.imagej_metadata["unit"] == "um"
        assert file.imagej_metadata["spacing"] == pytest.approx(0.397)
        pixels, um = file.pages[0].tags["XResolution"].value
        assert um / pixels == pytest.approx(0.397, rel=1e-5)
        assert np.array_equal(file.asarray(), MAP)


def test_a_map_is_an_image_in_ome_zarr(tmp_path):
    export(tmp_path / "a.zarr", Exported({"grey": MAP}, 397.0))
    root = zarr.open_group(tmp_path / "a.zarr", mode="r")
    (scale,) = root.attrs["multiscales"][0]["datasets"][0]["coordinateTransformations"]
    assert scale["scale"] == [0.397] * 3
    assert np.array_equal(root["0"][:], MAP)
