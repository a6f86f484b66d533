"""Readers of tomograms, each against a file that another program or library wrote."""

import json
import struct
import zlib

import h5py
import nibabel
import nrrd
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813
import tifffile
import zarr
from PIL import Image

from manyeyes.files.errors import FileError
from manyeyes.files.formats import formats, module_name
from manyeyes.files.mapped import open_volume
from manyeyes.files.volumes import SourceVolume, read_part, read_volume, volume_facts
from ole_example import write_txrm

VOLUME = (np.arange(5 * 6 * 7, dtype=np.uint16).reshape(5, 6, 7) * 257).astype(np.uint16)
BYTES = (VOLUME >> 8).astype(np.uint8)
START, STOP = (1, 2, 3), (4, 6, 5)
CROP = tuple(slice(a, b) for a, b in zip(START, STOP, strict=True))


def agrees(path, expected, size=(None, None, None), mapped=True, labels=False, **settings):
    """Check the whole, a part, the mapped volume and the header of a file; return its facts."""
    facts = volume_facts(path, labels, settings=settings)
    assert facts.shape == expected.shape and np.dtype(facts.dtype) == expected.dtype
    for found, edge in zip(facts.voxel_size_nm, size, strict=True):
        assert found == (edge if edge is None else pytest.approx(edge, rel=1e-6))
    whole = read_volume(path, labels, settings=settings)
    assert whole.dtype == expected.dtype and np.array_equal(whole, expected)
    assert whole.dtype.isnative
    part = read_part(path, START, STOP, labels, settings)
    assert part.dtype == expected.dtype and np.array_equal(part, expected[CROP])
    source = SourceVolume(path, labels, settings)
    assert np.array_equal(source[1:3], expected[1:3])
    if mapped:
        opened = open_volume(path, labels, settings)
        assert np.array_equal(opened[CROP], expected[CROP])
        assert np.array_equal(np.asarray(opened), expected)
    assert all(text == text.strip() and "\n" not in text for text in facts.assumed)
    return facts


# NRRD, MetaImage, NIfTI


@pytest.mark.parametrize("encoding", ["raw", "gzip"])
def test_nrrd_of_pynrrd(tmp_path, encoding):
    path = tmp_path / "cell.nrrd"
    header = {"space dimension": 3, "space directions": np.diag([0.3, 0.4, 0.5])}
    header |= {"space units": ["um"] * 3, "encoding": encoding}
    nrrd.write(str(path), VOLUME, header, index_order="C")
    agrees(path, VOLUME, (500, 400, 300), mapped=False)


def test_nrrd_with_spacings_and_a_header_of_its_own(tmp_path):
    path = tmp_path / "cell.nhdr"
    header = {"spacings": [3e-4, 4e-4, 5e-4], "units": ["mm"] * 3, "encoding": "raw"}
    nrrd.write(str(path), VOLUME, header, index_order="C", detached_header=True)
    agrees(path, VOLUME, (500, 400, 300), mapped=False)
    data = formats()["itk"].companions(path)
    assert [file.suffix for file in data] == [".raw"]
    data[0].unlink()
    with pytest.raises(FileError, match=r"cell\.nhdr: the file of its voxels is missing"):
        volume_facts(path)


def test_nrrd_without_units_states_no_size(tmp_path):
    path = tmp_path / "cell.nrrd"
    nrrd.write(str(path), VOLUME, {"spacings": [0.3, 0.4, 0.5]}, index_order="C")
    facts = agrees(path, VOLUME, mapped=False)
    assert "no unit of length" in facts.assumed[0]


def test_nrrd_of_several_channels_is_refused(tmp_path):
    path = tmp_path / "cell.nrrd"
    nrrd.write(str(path), np.stack([VOLUME] * 3, -1), index_order="C")
    with pytest.raises(FileError, match=r"cell\.nrrd: expected one v.*found"):
        volume_facts(path)


@pytest.mark.parametrize("name", ["cell.nii", "cell.nii.gz"])
@pytest.mark.parametrize(("unit", "edge"), [("micron", 0.5), ("mm", 5e-4), ("meter", 5e-7)])
def test_nifti_of_nibabel(tmp_path, name, unit, edge):
    path = tmp_path / name
    image = nibabel.Nifti1Image(VOLUME.transpose(2, 1, 0), np.diag([edge, edge, 2 * edge, 1]))
    image.header.set_xyzt_units(unit)
    nibabel.save(image, path)
    assert agrees(path, VOLUME, (1000, 500, 500), mapped=False).assumed == ()


def test_nifti_without_a_unit(tmp_path):
    path = tmp_path / "cell.nii"
    nibabel.save(nibabel.Nifti1Image(VOLUME.transpose(2, 1, 0), np.diag([5e-4] * 3 + [1])), path)
    assert "taken to be in mm" in agrees(path, VOLUME, (500,) * 3, mapped=False).assumed[0]
    nibabel.save(nibabel.Nifti1Image(VOLUME.transpose(2, 1, 0), np.diag([0.5] * 3 + [1])), path)
    assert "cannot be mm" in agrees(path, VOLUME, mapped=False).assumed[0]
    nibabel.save(nibabel.Nifti1Image(VOLUME.transpose(2, 1, 0), np.eye(4)), path)
    assert "says nothing" in agrees(path, VOLUME, mapped=False).assumed[0]


def test_a_spacing_that_cannot_be_is_told(tmp_path):
    path = tmp_path / "cell.nii"
    image = nibabel.Nifti1Image(VOLUME.transpose(2, 1, 0), np.diag([0.35] * 3 + [1]))
    image.header.set_xyzt_units("mm")
    nibabel.save(image, path)
    (told,) = agrees(path, VOLUME, mapped=False).assumed
    assert told.startswith("its spacing (350, 350, 350 um; x, y, z) is none of a microscope's")


def test_several_times_are_refused(tmp_path):
    path = tmp_path / "cell.nii"
    nibabel.save(nibabel.Nifti1Image(np.zeros((7, 6, 5, 2), np.int16), np.eye(4)), path)
    with pytest.raises(FileError, match=r"one volume .*\(2, 5, 6, 7\)"):
        volume_facts(path)


@pytest.mark.parametrize("compressed", ["True", "False"])
def test_metaimage(tmp_path, compressed):
    # As other programs write it, by hand: header, then the voxels.
    path = tmp_path / "cell.mha"
    data = VOLUME.astype("<u2").tobytes()
    packed = zlib.compress(data) if compressed == "True" else data
    size = f"CompressedDataSize = {len(packed)}\n" if compressed == "True" else ""
    path.write_bytes(
        (
            "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
            f"CompressedData = {compressed}\n{size}ElementSpacing = 3e-4 4e-4 5e-4\n"
            "DimSize = 7 6 5\nElementType = MET_USHORT\nElementDataFile = LOCAL\n"
        ).encode()
        + packed
    )
    facts = agrees(path, VOLUME, (500, 400, 300), mapped=False)
    assert facts.assumed == ("its spacing has no unit and was taken to be in mm",)


def test_metaimage_with_its_voxels_in_another_file(tmp_path):
    path = tmp_path / "cell.mhd"
    sitk.WriteImage(sitk.GetImageFromArray(VOLUME), str(path))
    agrees(path, VOLUME, mapped=False)
    text = path.read_text()
    for name, message in [
        ("/dev/zero", "outside its folder"),
        ("../cell.raw", "outside its folder"),
        ("LIST", "many files"),
        ("s%03d.raw 1 5 1", "many files"),
        ("absent.raw", "is missing"),
    ]:
        path.write_text(text.replace("cell.raw", name))
        with pytest.raises(FileError, match=message):
            volume_facts(path)


def test_a_header_that_announces_more_than_there_is_reads_nothing(tmp_path):
    path = tmp_path / "cell.mha"
    path.write_bytes(
        b"ObjectType = Image\nNDims = 3\nDimSize = 90000 90000 90000\nElementType = MET_UCHAR\n"
        b"ElementDataFile = LOCAL\n" + bytes(100)
    )
    with pytest.raises(FileError, match=r"announces 7.29e\+14 bytes .* only \d+ bytes are there"):
        volume_facts(path)


# HDF5


def test_an_export_of_ilastik(tmp_path):
    path = tmp_path / "cell.h5"
    tags = [{"key": key, "typeFlags": 2, "resolution": 0, "description": ""} for key in "zyxc"]
    with h5py.File(path, "w") as file:
        array = file.create_dataset("exported_data", data=VOLUME[..., None], chunks=(2, 3, 4, 1))
        array.attrs["axistags"] = json.dumps({"axes": tags})
    facts = agrees(path, VOLUME)
    assert facts.assumed[0] == "exported_data is the only volume in the file"
    agrees(path, VOLUME, dataset="exported_data")


def test_axes_of_ilastik_may_be_in_another_order(tmp_path):
    path = tmp_path / "cell.h5"
    tags = [{"key": key, "resolution": 0.35} for key in "txyz"]
    with h5py.File(path, "w") as file:
        array = file.create_dataset("volume/data", data=VOLUME.T[None], compression="gzip")
        array.attrs["axistags"] = json.dumps({"axes": tags})
        array.attrs["axis_units"] = json.dumps({"x": "micrometer", "y": "um", "z": "µm"})
    agrees(path, VOLUME, (350,) * 3)


def test_channels_of_hdf5_are_refused(tmp_path):
    path = tmp_path / "cell.h5"
    tags = [{"key": key} for key in "zyxc"]
    with h5py.File(path, "w") as file:
        array = file.create_dataset("exported_data", data=np.stack([BYTES] * 2, -1))
        array.attrs["axistags"] = json.dumps({"axes": tags})
    with pytest.raises(FileError, match=r"found 2 channels \(shape \(5, 6, 7, 2\), axes zyxc\)"):
        volume_facts(path)


def test_the_size_that_imagej_writes_into_hdf5(tmp_path):
    path = tmp_path / "cell.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("t0/channel0", data=BYTES).attrs["element_size_um"] = [0.5, 0.4, 0.3]
    agrees(path, BYTES, (500, 400, 300))


def test_nexus_leads_to_its_signal(tmp_path):
    path = tmp_path / "scan.nxs"
    with h5py.File(path, "w") as file:
        file.attrs["default"] = "entry"
        entry = file.create_group("entry")
        entry.attrs.update({"NX_class": "NXentry", "default": "reconstruction"})
        data = entry.create_group("reconstruction")
        data.attrs.update({"NX_class": "NXdata", "signal": "data", "axes": ["z", "y", "x"]})
        data["data"] = VOLUME
        data["weights"] = np.ones(VOLUME.shape, np.float32)
        for axis, (size, step) in zip("zyx", [(5, 0.5), (6, 0.4), (7, 0.3)], strict=True):
            data[axis] = np.arange(size) * step - 1
            data[axis].attrs["units"] = "um"
    facts = agrees(path, VOLUME, (500, 400, 300))
    assert facts.assumed[0] == "NeXus marks entry/reconstruction/data as the signal"


def test_several_volumes_are_named(tmp_path):
    path = tmp_path / "cell.h5"
    with h5py.File(path, "w") as file:
        file["a/raw"], file["a/filtered"], file["note"] = VOLUME, BYTES, "text"
    with pytest.raises(FileError, match=r"2 volumes .* a/filtered \(5, 6, 7\), a/raw .*dataset: "):
        volume_facts(path)
    agrees(path, BYTES, dataset="a/filtered")
    with pytest.raises(FileError, match=r"at 'b' \(dataset\), found nothing; there are .*note"):
        volume_facts(path, settings={"dataset": "b"})
    with pytest.raises(FileError, match=r"at 'a' \(dataset\), found a group"):
        volume_facts(path, settings={"dataset": "a"})


def test_dxchange_projections_are_no_tomogram_but_a_reconstruction_is(tmp_path):
    path = tmp_path / "scan.h5"
    with h5py.File(path, "w") as file:
        file["exchange/data"] = VOLUME
    agrees(path, VOLUME)
    with h5py.File(path, "a") as file:
        file["exchange/theta"] = np.arange(5.0)
    with pytest.raises(FileError, match=r"projections of a scan.*kind: projections"):
        volume_facts(path)


def test_hdf5_that_was_not_written_to_its_end_or_lies_elsewhere(tmp_path):
    path = tmp_path / "cell.h5"
    with h5py.File(path, "w") as file:
        array = file.create_dataset("data", VOLUME.shape, "u2", chunks=(1, 6, 7))
        array[:2] = VOLUME[:2]
    with pytest.raises(FileError, match="only 2 of 5 chunks of data were written"):
        volume_facts(path)
    (tmp_path / "other.raw").write_bytes(VOLUME.tobytes())
    with h5py.File(path, "w") as file:
        file.create_dataset("data", VOLUME.shape, "u2", external=str(tmp_path / "other.raw"))
    with pytest.raises(FileError, match="lie in other files"):
        volume_facts(path)


def test_a_compression_that_h5py_lacks_is_named(tmp_path, monkeypatch):
    path = tmp_path / "cell.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("data", data=VOLUME, compression="gzip")
    monkeypatch.setattr(h5py.h5z, "filter_avail", lambda code: False)
    with pytest.raises(FileError, match=r"compressed by filter 1,.*pip install hdf5plugin"):
        volume_facts(path)


def test_big_endian_and_true_or_false(tmp_path):
    path = tmp_path / "cell.h5"
    with h5py.File(path, "w") as file:
        file["data"] = VOLUME.astype(">u2")
    agrees(path, VOLUME)
    with h5py.File(path, "w") as file:
        file["data"] = BYTES > 99
    agrees(path, (BYTES > 99).astype(np.uint8), labels=True)
    assert "255 and 0" in agrees(path, (BYTES > 99).astype(np.uint8) * np.uint8(255)).assumed[-1]


# Zarr


def ome(path, version, data=VOLUME, unit="micrometer", axes="zyx", levels=2):
    """Write an OME-Zarr image by its specification, without a library of its own."""
    for level in range(levels):
        step = 2**level
        zarr.create_array(
            path / str(level),
            data=np.ascontiguousarray(data[..., ::step, ::step, ::step]),
            chunks=(1,) * (data.ndim - 3) + (2, 3, 4),
            zarr_format=2 if version == "0.4" else 3,
        )
    scale = [1.0] * (data.ndim - 3)
    image = {
        "axes": [
            {"name": letter, "type": "space", **({"unit": unit} if unit else {})}
            if letter in "zyx"
            else {"name": letter, "type": "channel"}
            for letter in axes
        ],
        "datasets": [
            {
                "path": str(level),
                "coordinateTransformations": [
                    {"type": "scale", "scale": [*scale, *(e * 2**level for e in (0.5, 0.4, 0.3))]}
                ],
            }
            for level in range(levels)
        ],
    }
    if version == "0.4":
        (path / ".zgroup").write_text('{"zarr_format": 2}')
        (path / ".zattrs").write_text(json.dumps({"multiscales": [{**image, "version": "0.4"}]}))
    else:
        attributes = {"ome": {"version": "0.5", "multiscales": [image]}}
        header = {"zarr_format": 3, "node_type": "group", "attributes": attributes}
        (path / "zarr.json").write_text(json.dumps(header))


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_ome_zarr(tmp_path, version):
    path = tmp_path / "cell.ome.zarr"
    path.mkdir()
    ome(path, version)
    facts = agrees(path, VOLUME, (500, 400, 300))
    assert facts.assumed == ("of 2 resolutions the first was taken (0)",)
    agrees(path, VOLUME, (500, 400, 300), dataset="0")
    coarse = volume_facts(path, settings={"dataset": "1"})
    assert coarse.shape == (3, 3, 4) and coarse.voxel_size_nm == (1000, 800, 600)


def test_ome_zarr_with_a_channel(tmp_path):
    path = tmp_path / "one.zarr"
    path.mkdir()
    ome(path, "0.4", VOLUME[None, None], axes="tczyx", levels=1)
    agrees(path, VOLUME, (500, 400, 300))
    path = tmp_path / "two.zarr"
    path.mkdir()
    ome(path, "0.5", np.stack([VOLUME] * 2), axes="czyx", levels=1)
    with pytest.raises(FileError, match=r"two\.zarr: expected one volume .*found 2 channels"):
        volume_facts(path)


def test_ome_zarr_without_units_states_no_size(tmp_path):
    path = tmp_path / "cell.zarr"
    path.mkdir()
    ome(path, "0.4", unit=None)
    assert "no unit of length" in agrees(path, VOLUME).assumed[-1]


def test_an_image_of_bioformats2raw(tmp_path):
    path = tmp_path / "cell.zarr"
    (path / "0").mkdir(parents=True)
    ome(path / "0", "0.4")
    (path / ".zgroup").write_text('{"zarr_format": 2}')
    (path / ".zattrs").write_text('{"bioformats2raw.layout": 3}')
    assert "the first image" in agrees(path, VOLUME, (500, 400, 300)).assumed[0]


@pytest.mark.parametrize("version", [2, 3])
def test_plain_zarr(tmp_path, version):
    path = tmp_path / "cell.zarr"
    zarr.create_array(path, data=VOLUME.astype(">u2"), chunks=(2, 6, 4), zarr_format=version)
    agrees(path, VOLUME)
    group = tmp_path / "group"
    zarr.create_group(group, zarr_format=version)
    zarr.create_array(group / "scan" / "grey", data=VOLUME, zarr_format=version)
    assert agrees(group, VOLUME).assumed == ("scan/grey is the only array in it",)
    zarr.create_array(group / "mask", data=BYTES, zarr_format=version)
    with pytest.raises(FileError, match=r"group with the arrays mask, scan/grey.*dataset: mask"):
        volume_facts(group)
    agrees(group, BYTES, dataset="mask")
    for name in ("../cell.zarr", "/etc", "absent"):
        with pytest.raises(FileError, match=r"group: (dataset: expected a path|there is no Zarr)"):
            volume_facts(group, settings={"dataset": name})


@pytest.mark.parametrize("version", ["0.4", "0.5"])
@pytest.mark.parametrize(
    "header", [b'{"zarr_format": ', b"[]", b"3", b'{"zarr_format": 9}', b"\xff\xfe", b"[" * 100_000]
)
def test_a_group_that_cannot_be_read_loses_the_voxel_size_aloud(tmp_path, version, header):
    path = tmp_path / "cell.zarr"
    path.mkdir()
    ome(path, version)
    agrees(path, VOLUME, (500, 400, 300), dataset="0")
    (path / (".zgroup" if version == "0.4" else "zarr.json")).write_bytes(header)
    (told,) = agrees(path, VOLUME, dataset="0").assumed
    assert told.startswith("the group cell.zarr above the array cannot be read (")
    assert told.endswith("): a voxel size that it may state is lost")


def test_an_error_that_is_not_of_the_file_is_not_swallowed(tmp_path, monkeypatch):
    path = tmp_path / "cell.zarr"
    path.mkdir()
    ome(path, "0.4")
    opened = zarr.open

    def opening(place, mode):
        if place == path:
            raise AssertionError("a fault of ours")
        return opened(place, mode=mode)

    monkeypatch.setattr(zarr, "open", opening)
    with pytest.raises(AssertionError, match="a fault of ours"):
        formats()["zarr"].facts(path, False, dataset="0")


@pytest.mark.parametrize(
    "image", [3, [3], [{}], [{"datasets": [{}]}], [{"datasets": [{"path": "../other"}]}]]
)
def test_metadata_of_an_image_that_cannot_be_used_are_told(tmp_path, image):
    path = tmp_path / "cell.zarr"
    path.mkdir()
    ome(path, "0.4", levels=1)
    (path / ".zattrs").write_text(json.dumps({"multiscales": image}))
    for settings in ({}, {"dataset": "0"}):
        told = [line for line in agrees(path, VOLUME, **settings).assumed if "multiscales" in line]
        assert len(told) == 1
        assert "what cell.zarr says of its image (multiscales) cannot be used" in told[0]


# AmiraMesh


def amira(line, type_, data, box='BoundingBox 0 1.8 0 2 0 2,\n    Units { Coordinates "µm" }'):
    """Return an AmiraMesh as Avizo writes it."""
    header = (
        f'# {line}\n\n\ndefine Lattice 7 6 5\n\nParameters {{\n    Content "7x6x5 {type_}, '
        f'uniform coordinates",\n    {box}\n    CoordType "uniform"\n}}\n\n'
    )
    return (
        header.encode()
        + f"Lattice {{ {type_} Data }} @1{data[0]}\n\n".encode()
        + b"# Data section follows\n@1\n"
        + data[1]
        + b"\n"
    )


def runs(values):
    """Return bytes coded by run lengths: every third run as it is."""
    out, place, values = b"", 0, values.tobytes()
    while place < len(values):
        if len(out) % 3 == 0:
            block = values[place : place + 100]
            out += bytes([128 + len(block)]) + block
        else:
            same = values[place : place + 1]
            count = next(
                (k for k in range(1, 127) if values[place + k : place + k + 1] != same), 127
            )
            block = same * count
            out += bytes([count]) + same
        place += len(block)
    return out


LABELS = (np.arange(210) // 13 % 4).astype(np.uint8).reshape(5, 6, 7)
SOLID = zlib.compress(LABELS.tobytes())
CODED = runs(LABELS)


@pytest.mark.parametrize(
    ("line", "type_", "data", "expected", "mapped"),
    [
        (
            "AmiraMesh BINARY-LITTLE-ENDIAN 2.1",
            "ushort",
            ("", VOLUME.astype("<u2").tobytes()),
            VOLUME,
            True,
        ),
        ("Avizo 3D BINARY 2.0", "ushort", ("", VOLUME.astype(">u2").tobytes()), VOLUME, True),
        (
            "AmiraMesh 3D ASCII 2.0",
            "ushort",
            ("", "\n".join(map(str, VOLUME.ravel())).encode()),
            VOLUME,
            False,
        ),
        (
            "AmiraMesh BINARY-LITTLE-ENDIAN 2.1",
            "byte",
            (f"(HxByteRLE,{len(CODED)})", CODED),
            LABELS,
            False,
        ),
        (
            "AmiraMesh BINARY-LITTLE-ENDIAN 3.0",
            "byte",
            (f"(HxZip,{len(SOLID)})", SOLID),
            LABELS,
            False,
        ),
    ],
)
def test_amiramesh(tmp_path, line, type_, data, expected, mapped):
    path = tmp_path / "cell.am"
    path.write_bytes(amira(line, type_, data))
    assert agrees(path, expected, (500, 400, 300), mapped, labels=True).assumed == ()
    other = tmp_path / "cell.unknown"
    other.write_bytes(path.read_bytes())
    assert module_name(other) == "amira"


def test_amiramesh_without_units(tmp_path):
    path = tmp_path / "cell.am"
    data = ("", BYTES.tobytes())
    path.write_bytes(amira("AmiraMesh 3D BINARY 2.0", "byte", data, "BoundingBox 0 6 0 5 0 4,"))
    assert "no unit of length" in agrees(path, BYTES).assumed[0]


def test_amiramesh_that_holds_less_or_something_else(tmp_path):
    path = tmp_path / "cell.am"
    good = amira("AmiraMesh BINARY-LITTLE-ENDIAN 2.1", "byte", (f"(HxZip,{len(SOLID)})", SOLID))
    for old, new, message in [
        (b"Lattice 7 6 5", b"Lattice 999999 999999 5", "cannot hold Data"),
        (b"byte Data", b"byte[3] Data", "found 3 in Data"),
        (b"define Lattice", b"define Nodes", "not a surface"),
        (b"HxZip", b"HxOdd", "HxOdd is not read"),
        (b"(HxZip", b"(HxByteRLE", "expected 210 bytes of Data"),
        (b"byte Data", b"complex Data", "type complex are not read"),
        (b"\n@1\n", b"\n@2\n", r"data of this AmiraMesh \(@1\) do not follow"),
        (SOLID, SOLID[:-20], "it may be truncated"),
    ]:
        assert old in good
        path.write_bytes(good.replace(old, new))
        with pytest.raises(FileError, match=message):
            read_volume(path)


def test_arrays_of_an_amiramesh_are_chosen_by_name(tmp_path):
    path = tmp_path / "cell.am"
    good = amira("AmiraMesh BINARY-LITTLE-ENDIAN 2.1", "byte", ("", BYTES.tobytes()))
    good = good.replace(b"} @1\n\n", b"} @1\nLattice { byte Labels } @2\n\n")
    path.write_bytes(good + b"@2\n" + LABELS.tobytes() + b"\n")
    with pytest.raises(FileError, match=r"2 arrays in this AmiraMesh, Data, Labels; .*dataset: "):
        volume_facts(path)
    agrees(path, BYTES, (500, 400, 300), dataset="Data")
    agrees(path, LABELS, (500, 400, 300), dataset="Labels")


# Raw voxels and NumPy


@pytest.mark.parametrize(("order", "kind"), [("little", "<"), ("big", ">")])
def test_raw_voxels(tmp_path, order, kind):
    path = tmp_path / "cell.raw"
    path.write_bytes(bytes(10) + VOLUME.astype(f"{kind}u2").tobytes())
    raw = {"shape": [5, 6, 7], "dtype": "uint16", "byte_order": order, "offset": 10}
    agrees(path, VOLUME, raw=raw)
    with pytest.raises(FileError, match=r"take 420 bytes, the file has 430; .*raw\.offset: 10"):
        volume_facts(path, settings={"raw": {**raw, "offset": 0}})
    with pytest.raises(FileError, match="another"):
        volume_facts(path, settings={"raw": {**raw, "shape": [6, 6, 7]}})
    with pytest.raises(FileError, match=r"raw voxels without a header; .*raw: \{shape"):
        volume_facts(path)


def test_raw_voxels_of_any_name(tmp_path):
    path = tmp_path / "cell.dat"
    BYTES.tofile(path)
    agrees(path, BYTES, raw={"shape": [5, 6, 7], "dtype": "uint8"})


def test_a_layout_for_another_format_is_refused(tmp_path):
    path = tmp_path / "cell.tif"
    tifffile.imwrite(path, BYTES)
    with pytest.raises(FileError, match=r"dataset names an array .* read as a TIFF stack; leave"):
        volume_facts(path, settings={"dataset": "a"})


def test_numpy_arrays(tmp_path):
    path = tmp_path / "cell.npy"
    np.save(path, np.asfortranarray(VOLUME.astype(">u2"))[None])
    agrees(path, VOLUME)
    np.save(path, BYTES > 50)
    agrees(path, (BYTES > 50).astype(np.uint8), labels=True)
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(FileError, match=r"cell\.npy"):
        read_volume(path)


# Folders of slices


@pytest.mark.parametrize("suffix", ["tif", "png", "bmp"])
def test_a_folder_of_slices(tmp_path, suffix):
    folder = tmp_path / "slices"
    folder.mkdir()
    data = BYTES if suffix == "bmp" else VOLUME
    for k, image in enumerate(data):
        path = folder / f"cell_{k + 8}.{suffix}"
        if suffix == "tif":
            tifffile.imwrite(
                path, image, compression="lzw", resolution=(2e4, 2e4), resolutionunit=3
            )
        else:
            Image.fromarray(image).save(path)
    (folder / "notes.txt").write_text("scanned on Monday")
    size = (None, 500, 500) if suffix == "tif" else (None,) * 3
    facts = agrees(folder, data, size)
    assert f"cell_8.{suffix} to cell_12.{suffix}" in facts.assumed[0]
    (folder / f"cell_10.{suffix}").unlink()
    with pytest.raises(FileError, match=r"slices: slices are missing between .*: 10; find them"):
        volume_facts(folder)


def test_a_folder_may_be_called_as_a_file_is(tmp_path):
    folder = tmp_path / "cell.tif"
    folder.mkdir()
    for k, image in enumerate(BYTES):
        Image.fromarray(image).save(folder / f"{k}.png")
    agrees(folder, BYTES)
    zarr.create_array(tmp_path / "a.tiff", data=VOLUME)
    agrees(tmp_path / "a.tiff", VOLUME)


def test_slices_of_colour_palette_and_masks(tmp_path):
    folder = tmp_path / "slices"
    folder.mkdir()
    for k, image in enumerate(BYTES):
        Image.fromarray(np.stack([image] * 3 + [image * 0 + 255], -1)).save(folder / f"{k}.png")
    assert "its colours are grey" in agrees(folder, BYTES).assumed[1]
    for k, image in enumerate(BYTES > 50):
        Image.fromarray(image).save(folder / f"{k}.png")
    agrees(folder, (BYTES > 50).astype(np.uint8), labels=True)
    agrees(folder, (BYTES > 50).astype(np.uint8) * np.uint8(255))
    colour = np.zeros((6, 7, 3), np.uint8)
    colour[2, 3] = 1, 2, 3
    for k in range(3):
        Image.fromarray(colour).save(folder / f"{k}.png")
    for k in (3, 4):
        (folder / f"{k}.png").unlink()
    with pytest.raises(FileError, match=r"0\.png: .* found colour: .*\[1, 2, 3\] in row 2, column"):
        read_volume(folder)


def test_labels_of_a_coloured_png_are_indices(tmp_path):
    folder = tmp_path / "slices"
    folder.mkdir()
    for k, image in enumerate(LABELS):
        picture = Image.fromarray(image, "P")
        picture.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255])
        picture.save(folder / f"{k}.png")
    agrees(folder, LABELS, labels=True)


def test_one_slice_of_another_size_is_named(tmp_path):
    folder = tmp_path / "slices"
    folder.mkdir()
    for k, image in enumerate(BYTES):
        Image.fromarray(image if k != 3 else image[:4]).save(folder / f"a{k}.png")
    with pytest.raises(FileError, match=r"a3\.png: is \(4, 7\) of uint8, the other slices"):
        read_volume(folder)


def test_a_single_slice_points_to_its_folder(tmp_path):
    for k, image in enumerate(BYTES):
        tifffile.imwrite(tmp_path / f"cell{k}.tif", image)
    with pytest.raises(FileError, match=r"found one image .* 5 files beside it .* name their fol"):
        volume_facts(tmp_path / "cell2.tif")


def test_a_png_that_announces_more_than_it_holds(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(BYTES[0]).save(path)
    data = bytearray(path.read_bytes())
    data[16:24] = struct.pack(">II", 30000, 30000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    path.write_bytes(data)
    with pytest.raises(FileError, match=r"a\.png: its header announces 30000 x 30000 pixels"):
        volume_facts(path, single_slice=True)


def test_a_bmp_that_announces_more_than_it_holds(tmp_path):
    path = tmp_path / "a.bmp"
    Image.fromarray(BYTES[0]).save(path)
    assert np.array_equal(read_volume(path, single_slice=True), BYTES[:1])
    data = bytearray(path.read_bytes())
    data[18:26] = struct.pack("<ii", 8000, 9000)
    path.write_bytes(data)
    for look in (volume_facts, read_volume):
        with pytest.raises(FileError, match=r"a\.bmp: its header announces 9000 x 8000 pixels"):
            look(path, single_slice=True)


@pytest.mark.parametrize("length", [0x800000BE, 0xFFFFFFFF, 10**6])
def test_a_part_of_a_png_that_announces_more_than_the_file_takes_no_memory(tmp_path, length):
    path = tmp_path / "a.png"
    Image.fromarray(BYTES[0]).save(path)
    data = bytearray(path.read_bytes())
    assert data[37:41] == b"IDAT"
    data[33:37] = struct.pack(">I", length)
    path.write_bytes(data)
    for look in (volume_facts, read_volume):
        with pytest.raises(FileError, match=rf"a\.png: a part of it announces {length} bytes"):
            look(path, single_slice=True)
    # Cut off in its image, and without anything but what no viewer reads behind it.
    Image.fromarray(BYTES[0]).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    with pytest.raises(FileError, match=r"a\.png: a part of it announces .* cut off"):
        read_volume(path, single_slice=True)
    path.write_bytes(whole + b"\xff" * 20)
    assert np.array_equal(read_volume(path, single_slice=True), BYTES[:1])


# What all have in common


def test_a_missing_library_is_named(tmp_path, monkeypatch):
    import sys

    (tmp_path / "cell.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(FileError, match=r"cell\.h5: HDF5 files .* with .pip install h5py"):
        volume_facts(tmp_path / "cell.h5")


@pytest.mark.parametrize(
    "name",
    ["a.h5", "a.nrrd", "a.mha", "a.mhd", "a.nii", "a.nii.gz", "a.am", "a.npy", "a.png", "a.txm"],
)
@pytest.mark.parametrize("content", [b"", b"II*\0\x08\0\0\0", b"\0" * 600, b"hello\n"])
def test_a_file_of_another_kind_is_refused_by_name(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileError, match=name.replace(".", r"\.")):
        volume_facts(tmp_path / name, single_slice=True)


# Zeiss


def txm(path, **changes):
    """Write a reconstructed volume in the container of the microscope."""
    one = {"ReferenceData__Image": None, "ImageInfo__Angles": None, **changes}
    one |= {f"ReferenceData__ImageInfo__{k}": None for k in ("ImageHeight", "ImageWidth")}
    write_txrm(path, VOLUME, np.ones((6, 7)), [], **one)


def test_a_volume_of_a_zeiss_microscope(tmp_path):
    pytest.importorskip("txrm2tiff", reason="txrm2tiff is not installed")
    path = tmp_path / "cell.txm"
    txm(path)
    facts = agrees(path, VOLUME, (64, 64, 64), mapped=False)
    assert "voxels are cubes of its pixel size" in facts.assumed
    values = VOLUME.astype(np.float32)
    images = {f"ImageData1__Image{k + 1}": values[k].tobytes() for k in range(5)}
    txm(path, ImageInfo__DataType=np.int32(10).tobytes(), **images)
    agrees(path, values, (64, 64, 64), mapped=False)


def test_a_zeiss_file_that_is_no_whole_volume(tmp_path):
    pytest.importorskip("txrm2tiff", reason="txrm2tiff is not installed")
    path = tmp_path / "cell.txm"
    write_txrm(path, VOLUME, np.ones((6, 7)), np.arange(5.0))
    with pytest.raises(FileError, match=r"projections of a scan.*source: \{kind: projections\}$"):
        volume_facts(path)
    scan = tmp_path / "cell.txrm"
    write_txrm(scan, VOLUME, np.ones((6, 7)), np.arange(5.0), ReferenceData__Image=None)
    with pytest.raises(FileError, match="projections of a scan"):
        volume_facts(scan)
    txm(path, ImageData1__Image4=None)
    with pytest.raises(FileError, match=r"slice 3 .* cannot be read"):
        read_volume(path)
    txm(path, ImageInfo__ImagesTaken=np.uint32(10**9).tobytes())
    with pytest.raises(FileError, match="announces 1000000000 slices"):
        volume_facts(path)
    txm(path, ImageInfo__ImageWidth=None)
    with pytest.raises(FileError, match="ImageInfo/ImageWidth is missing"):
        volume_facts(path)


def test_zeiss_without_its_library(tmp_path, monkeypatch):
    import sys

    path = tmp_path / "cell.txm"
    txm(path)
    monkeypatch.setitem(sys.modules, "txrm2tiff", None)
    with pytest.raises(FileError, match=r"cell\.txm: .*pip install txrm2tiff.*the extra .zeiss"):
        volume_facts(path)
