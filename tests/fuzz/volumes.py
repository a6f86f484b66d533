"""Volumes in HDF5, NRRD, MetaImage, NIfTI, AmiraMesh, raw voxels, NumPy, PNG and Zeiss files."""

import gzip
import json
import zlib

import h5py
import nibabel
import nrrd
import numpy as np
from cases import Case
from mutating import mutate
from PIL import Image
from tiffs import OTHER_FORMATS, values

from manyeyes.files.volumes import read_part, read_volume, volume_facts
from ole_example import write_txrm

LARGEST = 2**22


def _damaged(rng, path, expected, what) -> Case:
    """Return a sound file, or damage it."""
    choice = rng.random()
    if choice < 0.3:
        return Case(path, f"sound {what}", expected)
    if choice < 0.38:
        # What begins as this format does may be anything.
        start = path.read_bytes()[:3]
        others = [data for data in OTHER_FORMATS if data[:3] != start[: len(data[:3])] or not data]
        path.write_bytes(rng.choice([data for data in others if not data.startswith(start)]))
        return Case(path, "another format", faulty=True)
    if choice < 0.45 and what != "ascii":
        data = path.read_bytes()
        path.write_bytes(data[: rng.randrange(len(data) // 2)])
        return Case(path, f"cut {what}", faulty=True)
    data = path.read_bytes()
    if what.endswith(".gz") and rng.random() < 0.7:
        path.write_bytes(gzip.compress(mutate(rng, gzip.decompress(data))))
    else:
        path.write_bytes(mutate(rng, data))
    return Case(path, f"mutated {what}")


def make_hdf5(rng, folder) -> Case:
    """Make an HDF5 file as ilastik, a synchrotron or somebody else writes it."""
    path = folder / rng.choice(("cell.h5", "cell.hdf5", "scan.nxs"))
    volume = values(rng, rng.choice(("u1", "u2", "f4", "i2")))
    stored = volume.astype(volume.dtype.newbyteorder(rng.choice("<>")))
    options = rng.choice(({}, {"chunks": True}, {"compression": "gzip"}, {"compression": "lzf"}))
    with h5py.File(path, "w") as file:
        kind = rng.choice(("ilastik", "dxchange", "plain"))
        if kind == "ilastik":
            letters = rng.choice(("zyx", "zyxc", "tzyxc"))
            shape = ("t" in letters) * (1,) + stored.shape + ("c" in letters) * (1,)
            array = file.create_dataset("exported_data", data=stored.reshape(shape), **options)
            tags = {"axes": [{"key": letter, "resolution": 0} for letter in letters]}
            array.attrs["axistags"] = json.dumps(tags)
        else:
            file.create_dataset(
                "exchange/data" if kind == "dxchange" else "a", data=stored, **options
            )
            file["note"] = "text"
    # With one slice, row or column it is no volume to be found.
    faulty = 1 in volume.shape
    if faulty:
        return Case(path, "flat")
    return _damaged(rng, path, volume, f"{kind} {options}")


def make_itk(rng, folder) -> Case:
    """Make an NRRD, MetaImage or NIfTI file by other libraries than the one that reads it."""
    kind = rng.choice((".nrrd", ".mha", ".nii", ".nii.gz"))
    path = folder / f"cell{kind}"
    volume = values(rng, rng.choice(("u1", "u2", "f4", "i2")))
    if kind == ".nrrd":
        header = {"encoding": rng.choice(("raw", "gzip")), "spacings": [0.3, 0.4, 0.5]}
        nrrd.write(str(path), volume, header, index_order="C")
    elif kind == ".mha":
        data = volume.tobytes()
        packed = rng.random() < 0.5
        data = zlib.compress(data) if packed else data
        names = {"u1": "UCHAR", "u2": "USHORT", "f4": "FLOAT", "i2": "SHORT"}
        size = f"CompressedDataSize = {len(data)}\n" if packed else ""
        head = (
            f"ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
            f"CompressedData = {packed}\n{size}ElementSpacing = 1 1 1\n"
            f"DimSize = {' '.join(map(str, volume.shape[::-1]))}\n"
            f"ElementType = MET_{names[volume.dtype.str[1:]]}\nElementDataFile = LOCAL\n"
        )
        path.write_bytes(head.encode() + data)
    else:
        image = nibabel.Nifti1Image(volume.transpose(2, 1, 0), np.eye(4))
        nibabel.save(image, path)
    return _damaged(rng, path, volume, kind)


def make_amira(rng, folder) -> Case:
    """Make an AmiraMesh."""
    path = folder / "cell.am"
    kind = rng.choice(("binary", "ascii", "zip", "runs"))
    volume = values(rng, "u1" if kind == "runs" else rng.choice(("u1", "u2", "i2", "f4")))
    names = {"u1": "byte", "u2": "ushort", "i2": "short", "f4": "float"}
    little = rng.random() < 0.7
    data = volume.astype(volume.dtype.newbyteorder("<" if little else ">")).tobytes()
    coding = ""
    if kind == "ascii":
        data = " ".join(repr(value) for value in volume.ravel().tolist()).encode()
    elif kind == "zip":
        data = zlib.compress(data)
        coding = f"(HxZip,{len(data)})"
    elif kind == "runs":
        data = b"".join(bytes([1, value]) for value in data)
        coding = f"(HxByteRLE,{len(data)})"
    order = "ASCII" if kind == "ascii" else "BINARY-LITTLE-ENDIAN" if little else "3D BINARY"
    sides = volume.shape[::-1]
    box = " ".join(f"0 {n - 1}" for n in sides)
    head = (
        f"# AmiraMesh {order} 2.1\n\ndefine Lattice {' '.join(map(str, sides))}\n\nParameters {{\n"
        f'    Units {{ Coordinates "um" }}\n    BoundingBox {box},\n    CoordType "uniform"\n}}\n\n'
        f"Lattice {{ {names[volume.dtype.str[1:]]} Data }} @1{coding}\n\n"
        "# Data section follows\n@1\n"
    )
    path.write_bytes(head.encode() + data + b"\n")
    return _damaged(rng, path, volume, kind)


def make_npy(rng, folder) -> Case:
    """Make a NumPy array."""
    path = folder / "cell.npy"
    volume = values(rng, rng.choice(("u1", "u2", "f4", "i2", "f8")))
    stored = volume.astype(volume.dtype.newbyteorder(rng.choice("<>")))
    np.save(path, np.asfortranarray(stored) if rng.random() < 0.3 else stored)
    return _damaged(rng, path, volume, "npy")


def make_raw(rng, folder) -> Case:
    """Make raw voxels, of which the reader is told the shape."""
    path = folder / "cell.raw"
    volume = values(rng, "u2", (5, 6, 7))
    path.write_bytes(volume.tobytes())
    if rng.random() < 0.3:
        return Case(path, "sound", volume)
    before = path.read_bytes()
    path.write_bytes(mutate(rng, before))
    return Case(path, "mutated", faulty=path.stat().st_size != len(before))


def make_png(rng, folder) -> Case:
    """Make a folder of PNGs, of which one may be damaged."""
    place = folder / "slices"
    place.mkdir()
    volume = values(rng, rng.choice(("u1", "u2")))
    kind = rng.choice(("grey", "colour", "opaque"))
    for k, image in enumerate(volume):
        if kind == "colour" and volume.dtype == np.uint8:
            image = np.stack([image] * 3, -1)
        elif kind == "opaque" and volume.dtype == np.uint8:
            image = np.stack([image] * 3 + [255 - image], -1)
        Image.fromarray(image).save(place / f"slice_{k + 1}.png")
    choice = rng.random()
    file = rng.choice(sorted(place.iterdir()))
    if choice < 0.35:
        return Case(place, f"sound {kind}", volume)
    if choice < 0.5:
        file.write_bytes(rng.choice(OTHER_FORMATS))
        return Case(place, "another format", faulty=True)
    file.write_bytes(mutate(rng, file.read_bytes()))
    return Case(place, "mutated")


def make_txm(rng, folder) -> Case:
    """Make a reconstructed volume of a Zeiss microscope."""
    path = folder / "cell.txm"
    volume = values(rng, "u2", (4, 5, 6))
    none = {"ReferenceData__Image": None, "ImageInfo__Angles": None}
    write_txrm(path, volume, np.ones((5, 6)), [], **none)
    if rng.random() < 0.3:
        return Case(path, "sound", volume)
    path.write_bytes(mutate(rng, path.read_bytes()))
    return Case(path, "mutated")


RAW = {"raw": {"shape": [5, 6, 7], "dtype": "uint16"}}


def read_raw(path):
    """Read raw voxels of a declared layout."""
    return _read(path, RAW)


def read_any(path):
    """Read a volume, hold it against its header, and a part of it against the whole."""
    return _read(path, None)


def _read(path, settings):
    facts = volume_facts(path, settings=settings)
    assert all(size is None or 0 < size < 1e9 for size in facts.voxel_size_nm)
    assert all(isinstance(sentence, str) and sentence for sentence in facts.assumed)
    if np.prod(facts.shape, dtype=np.float64) > LARGEST:
        stop = [min(4, n) for n in facts.shape]
        read_part(path, (0, 0, 0), stop, settings=settings)
        return None
    volume = read_volume(path, settings=settings)
    assert facts.shape == volume.shape and facts.dtype == volume.dtype, facts
    assert volume.ndim == 3 and 0 not in volume.shape and volume.dtype.isnative
    start = [n // 3 for n in volume.shape]
    part = read_part(path, start, volume.shape, settings=settings)
    assert part.tobytes() == volume[tuple(slice(a, None) for a in start)].tobytes()
    return volume
