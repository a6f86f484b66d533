"""Scans: DXchange HDF5 and Zeiss files."""

import sys
from pathlib import Path

import numpy as np
from cases import Case
from mutating import mutate

from manyeyes.files.projections import open_scan

sys.path.insert(0, str(Path(__file__).parents[1]))

from ole_example import write_txrm

_PARTS = ("exchange/data", "exchange/data_white", "exchange/theta")


def read_scan(path) -> np.ndarray:
    """Return the last two rows of a scan, and of its whites and darks, one below the other."""
    with open_scan(path) as scan:
        rows = scan.shape[1]
        first = max(0, rows - 2)
        frames = [scan.counts(first, rows), scan.whites(first, rows)]
        darks = scan.darks(first, rows)
        frames += [] if darks is None else [darks]
        angles = scan.angles_deg
    return np.concatenate([np.concatenate(frames).astype("f4").ravel(), angles.astype("f4")])


def _counts(rng, dtype):
    draw = np.random.default_rng(rng.randrange(2**32))
    shape = (rng.randrange(2, 9), rng.randrange(1, 6), rng.randrange(2, 12))
    return draw.integers(0, 200, shape).astype(dtype), draw.integers(0, 360, shape[0])


def make_dxchange(rng, folder) -> Case:
    """Make a DXchange file."""
    import h5py

    path = folder / rng.choice(("scan.h5", "scan.HDF5", "a b.hdf"))
    counts, angles = _counts(rng, rng.choice(("u1", "<u2", ">u2", "i4", "f4", "f8")))
    white, dark = counts[: rng.randrange(1, 4)] + 1, counts[:1] // 2
    options = rng.choice(({}, {"chunks": True}, {"compression": "gzip"}, {"shuffle": True}))
    choice = rng.random()
    with h5py.File(path, "w") as file:
        file.create_dataset("exchange/data", data=counts, **options)
        file.create_dataset("exchange/data_white", data=white, **options)
        if rng.random() < 0.7:
            file["exchange/data_dark"] = dark
        file["exchange/theta"] = angles.astype("f8")
        has_dark = "exchange/data_dark" in file
        if 0.4 <= choice < 0.6:
            part = rng.choice(_PARTS)
            what = rng.choice(("absent", "flat", "text", "group", "nan", "empty"))
            del file[part]
            if what == "flat":
                file[part] = np.ones((3, 2))
            elif what == "text":
                file[part] = "not numbers"
            elif what == "group":
                file.create_group(part)
            elif what == "nan":
                file[part] = np.full(angles.shape if "theta" in part else counts.shape, np.nan)
            elif what == "empty":
                file[part] = np.zeros((0, 0, 0))
    if choice < 0.4:
        frames = [counts, white, dark] if has_dark else [counts, white]
        wanted = np.concatenate([frame[:, -2:] for frame in frames]).astype("f4")
        expected = np.concatenate([wanted.ravel(), angles.astype("f4")])
        return Case(path, f"sound {counts.dtype} {options}", expected)
    if choice < 0.6:
        return Case(path, f"{part} {what}", faulty=True)
    path.write_bytes(mutate(rng, path.read_bytes()))
    return Case(path, "mutated")


def make_txrm(rng, folder) -> Case:
    """Make a Zeiss file."""
    path = folder / "scan.txrm"
    counts, angles = _counts(rng, "u2")
    white = np.full(counts.shape[1:], 150.0)
    choice = rng.random()
    changes = {}
    if 0.4 <= choice < 0.6:
        part = rng.choice(
            (
                "ReferenceData__Image",
                "ImageInfo__Angles",
                "ImageInfo__ImageWidth",
                "ImageInfo__ImagesTaken",
                f"ImageData1__Image{len(counts)}",
            )
        )
        changes[part] = rng.choice((None, b"\1"))
    write_txrm(path, counts, white, angles, **changes)
    if choice < 0.4:
        frames = np.concatenate([counts[:, -2:], white[None, -2:] / 2]).astype("f4")
        return Case(path, "sound", np.concatenate([frames.ravel(), angles.astype("f4")]))
    if choice < 0.6:
        return Case(path, str(changes), faulty=True)
    path.write_bytes(mutate(rng, path.read_bytes()))
    return Case(path, "mutated")
