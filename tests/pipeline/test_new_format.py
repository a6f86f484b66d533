"""A file format is one new file: a volume of it becomes a tomogram, and nothing else reruns."""

import numpy as np
import pytest
import tifffile
import yaml

from running import clone, planned, run

pytestmark = pytest.mark.pipeline

CUBE = '''"""Cubes: NumPy arrays of another name."""

import numpy as np

from . import Format, VolumeFacts


def read(path, labels):
    """Return the array."""
    return np.load(path)


def facts(path, labels):
    """Return what the header says."""
    array = map_(path, labels)
    return VolumeFacts(array.shape, array.dtype)


def map_(path, labels):
    """Return the array on disk."""
    return np.load(path, mmap_mode="r")


FORMAT = Format("a cube", (".cube",), read, facts, map_)
'''


def dataset(file):
    return {
        "material": "NMC811",
        "voxel_size_nm": 350,
        "source": {"kind": "file", "file": file},
        "crop": {"start": [1, 0, 0], "shape": [16, 20, 20]},
    }


def written(folder, name, datasets):
    plan = {"simple": {"datasets": "all", "filters": ["raw"], "variants": ["S2"]}}
    config = {"study": "own", "seed": 1, "datasets": datasets, "plan": plan}
    (folder / name).write_text(yaml.safe_dump(config))
    return folder / name


def test_one_new_file_reads_a_format(tmp_path):
    code, place = tmp_path / "code", tmp_path / "place"
    code.mkdir(), place.mkdir()
    clone(code)
    volume = np.random.default_rng(0).integers(0, 256, (18, 20, 20)).astype(np.uint8)
    tifffile.imwrite(place / "a.tif", volume)
    np.save(place / "b.npy", volume)
    (place / "b.npy").rename(place / "b.cube")
    options = {"data": place, "snakefile": code / "Snakefile"}
    target = "results/own/tomograms/{}.tif"

    before = written(place, "before.yaml", {"a": dataset("a.tif")})
    run(place, target.format("a"), config=before, **options)
    both = written(place, "both.yaml", {"a": dataset("a.tif"), "b": dataset("b.cube")})
    unread = bytes(8) + (place / "b.cube").read_bytes()
    (place / "c.cube").write_bytes(unread)
    third = written(place, "third.yaml", {"a": dataset("a.tif"), "c": dataset("c.cube")})
    refused = run(place, target.format("c"), config=third, check=False, **options)
    assert refused.returncode and "a file of another kind" in refused.stdout

    (code / "src/manyeyes/files/formats/cube.py").write_text(CUBE)
    assert planned(place, target.format("a"), config=before, **options) == {}
    jobs = planned(place, target.format("a"), target.format("b"), config=both, **options)
    assert jobs == {"import_tomogram": 1}
    run(place, target.format("b"), config=both, **options)
    tomogram = tifffile.imread(place / target.format("b"))
    assert np.array_equal(tomogram, volume[1:17])

    path = code / "src/manyeyes/files/formats/cube.py"
    path.write_text(path.read_text() + "\nEDITED = True\n")
    jobs = planned(place, target.format("a"), target.format("b"), config=both, **options)
    assert jobs == {"import_tomogram": 1}
