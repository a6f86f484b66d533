"""Folders: slices as single TIFFs, and Zarr arrays."""

import numpy as np
import tifffile
import zarr
from cases import Case
from mutating import mutate, mutate_tiff
from tiffs import OTHER_FORMATS, values

from manyeyes.fibsem.stack import check_numbers, check_slices
from manyeyes.files.mapped import open_volume
from manyeyes.files.slices import read_slices, slice_facts

SOUND_NAMES = (
    "run2_{k:03d}.tif",
    "slice_{k:04d}_2021-05-03.tif",
    "slice_{k:04d}_5kV.TIF",
    "{k:03d}.tiff",
    "S{k:05d}_x100_y200.tif",
    "sem_0{k:03d}_14-22-{odd:02d}.tif",
)
UNCLEAR_NAMES = ("a{k:03d}_b{j:03d}.tif", "slice.tif{k}.tif_{j}_{k}.tif")


def make_slices(rng, folder) -> Case:
    """Make a folder of slices."""
    place = folder / "sem"
    place.mkdir()
    volume = values(rng, "u1", (rng.randrange(3, 9), rng.randrange(2, 20), rng.randrange(2, 20)))
    start = rng.choice((0, 1, 41))
    choice = rng.random()
    pattern = rng.choice(UNCLEAR_NAMES if 0.4 < choice < 0.45 else SOUND_NAMES)
    files = []
    for k, image in enumerate(volume):
        name = pattern.format(k=start + k, j=99 - k, odd=(k * k * 17 + 5) % 60)
        files.append(place / name)
        white = rng.random() < 0.1
        tifffile.imwrite(
            files[-1],
            255 - image if white else image,
            photometric="miniswhite" if white else "minisblack",
            compression=rng.choice((None, "zlib")),
        )
    if rng.random() < 0.3:
        for file in files:
            (place / f"._{file.name}").write_bytes(b"\0\5\x16\7" + bytes(20))
    if choice < 0.4:
        return Case(place, f"sound {pattern}", [volume.tobytes(), start, len(volume)])
    if choice < 0.45:
        return Case(place, f"unclear {pattern}", faulty=True)
    file = rng.choice(files)
    if choice < 0.65:
        what = rng.choice(("size", "pages", "format", "name", "far", "twice", "none", "colour"))
        if what == "size":
            tifffile.imwrite(file, values(rng, "u1", (21, 5)))
        elif what == "pages":
            tifffile.imwrite(file, values(rng, "u1"), photometric="minisblack")
        elif what == "format":
            file.write_bytes(rng.choice(OTHER_FORMATS))
        elif what == "name":
            file.rename(place / "overview.tif")
        elif what == "far":
            file.rename(place / f"{pattern.split('{')[0]}{10**25}.tif")
        elif what == "twice":
            (place / f"{file.stem}.a.tif").write_bytes(file.read_bytes())
        elif what == "colour":
            colour = np.zeros((*volume.shape[1:], 3), np.uint8)
            colour[0, 0, 2] = 7
            tifffile.imwrite(file, colour, photometric="rgb")
        else:
            for file in place.iterdir():
                file.rename(file.with_suffix(".jpg"))
        return Case(place, what, faulty=True)
    file.write_bytes(mutate_tiff(rng, file.read_bytes()))
    return Case(place, "mutated")


def read_all_slices(path):
    """Read slices and check that they are whole, as the rule does."""
    facts = slice_facts(path)
    slices, numbers = read_slices(path)
    try:
        check_slices(slices, numbers)
        missing = check_numbers(numbers)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    assert len(missing) < len(numbers)
    assert facts.shape == (len(slices), *slices[0].shape)
    return [np.array(slices).tobytes(), numbers[0], len(numbers)]


def make_zarr(rng, folder) -> Case:
    """Make the folder of a Zarr array."""
    top = folder / rng.choice(("grey.zarr", "grey.ome.zarr", "grey"))
    volume = values(rng, rng.choice(("u1", "u2", "f4", "i2")))
    leading = (1,) * rng.choice((0, 0, 1, 2))
    chunks = leading + tuple(rng.randrange(1, n + 2) for n in volume.shape)
    version = rng.choice((2, 3))
    choice = rng.random()
    path = top
    if rng.random() < 0.3:
        zarr.create_group(top, zarr_format=version)
        path = top / "0"
    data = volume.reshape(leading + volume.shape)
    faulty = None
    if choice < 0.1:
        faulty = rng.choice(("channels", "flat", "text", "group", "empty"))
        if faulty == "channels":
            data, chunks = np.stack([volume] * 2), (1, *volume.shape)
        elif faulty == "flat":
            data, chunks = volume[0], volume.shape[1:]
        elif faulty == "text":
            data = np.full(data.shape, 1j)
    array = zarr.create_array(path, data=data, chunks=chunks, zarr_format=version)
    if faulty == "group" and path == top:
        path = folder
    elif faulty == "group":
        # Of two arrays, nobody knows which is meant.
        zarr.create_array(top / "1", data=data, chunks=chunks, zarr_format=version)
        path = top
    elif faulty == "empty":
        for file in sorted(top.rglob("*")):
            if file.is_file() and file.name in ("zarr.json", ".zarray"):
                file.unlink()
    if faulty:
        return Case(path, faulty, faulty=True)
    if choice < 0.35:
        return Case(path, f"sound v{version}", volume)
    del array
    files = sorted(file for file in path.rglob("*") if file.is_file())
    headers = [file for file in files if file.name.startswith(".z") or file.suffix == ".json"]
    file = rng.choice(headers if rng.random() < 0.5 else files)
    file.write_bytes(mutate(rng, file.read_bytes()))
    return Case(path, f"mutated v{version} {file.name}")


def read_zarr(path):
    """Open a Zarr array, and read of it what is small enough, in two parts."""
    volume = open_volume(path)
    assert volume.ndim == 3 and volume.dtype.kind in "uif"
    # Zarr takes about a millisecond for each chunk, also for one that is not there.
    if volume.size > 2**20 or volume.chunk_count > 2000:
        volume[:1, :64, :64]
        return None
    whole = volume[:]
    half = max(1, volume.shape[0] // 2)
    parts = np.concatenate([volume[:half], volume[half : volume.shape[0]]])
    assert whole.tobytes() == parts.tobytes()
    return whole
