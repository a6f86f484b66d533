"""What people recorded: ilastik projects, ImageJ regions, napari shapes and folders."""

import json
import zipfile

import h5py
import numpy as np
import roifile
from cases import Case
from mutating import mutate

from ilastik_example import blocks_of, write_project
from manyeyes.files.label_files import labels_shape, read_labels
from manyeyes.files.people import person_folder

SHAPE = (5, 12, 14)


def read_some_labels(path):
    """Read labels of a dataset of this size."""
    labels_shape(path)
    found = read_labels(path, SHAPE)
    assert found.labels.shape == SHAPE
    return found.labels


def _drawn(rng):
    generator = np.random.default_rng(rng.randrange(2**32))
    return (generator.integers(0, 3, SHAPE) * (generator.random(SHAPE) < 0.2)).astype(np.uint8)


def _damaged(rng, path, expected) -> Case:
    choice = rng.random()
    if choice < 0.3:
        return Case(path, "sound", expected)
    data = path.read_bytes()
    if choice < 0.45:
        path.write_bytes(data[: rng.randrange(len(data) // 2)])
        return Case(path, "cut", faulty=True)
    path.write_bytes(mutate(rng, data))
    return Case(path, "mutated")


def make_ilastik(rng, folder) -> Case:
    """Make a project of ilastik."""
    path = folder / "jo.ilp"
    labels = _drawn(rng)
    labels[0, 0, 0] = 1
    version = rng.choice(("1.3.3post2", "1.2.2post1"))
    write_project(path, [(SHAPE, blocks_of(labels, rng.choice((3, 8, 64))))], version=version)
    if rng.random() < 0.3:
        with h5py.File(path, "r+") as file:
            lane = file["PixelClassification/LabelSets/labels000"]
            name = rng.choice(list(lane))
            places = ("", "[0:99999,0:12,0:14,0:1]", "[1,2]", "x", "[0:5,0:12,-1:14,0:1]")
            what = rng.choice(("place", "link", "type", "huge"))
            if what == "place":
                lane[name].attrs["blockSlice"] = rng.choice(places)
            else:
                del lane[name]
            if what == "link":
                lane[name] = h5py.SoftLink("/elsewhere")
            elif what == "type":
                lane[name] = np.array(["text"], dtype="S4")
            elif what == "huge":
                # Announced, but never written.
                lane.create_dataset(name, shape=(10**5,) * 3 + (1,), dtype="u1", chunks=True)
                lane[name].attrs["blockSlice"] = "[0:100000,0:100000,0:100000,0:1]"
        return Case(path, what, faulty=True)
    return _damaged(rng, path, labels)


def make_rois(rng, folder) -> Case:
    """Make a set of regions of ImageJ."""
    path = folder / "jo.zip"
    labels = np.zeros(SHAPE, np.uint8)
    with zipfile.ZipFile(path, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as file:
        for number, name in enumerate(("active", "pore")):
            roi = roifile.ImagejRoi()
            roi.roitype, roi.name = roifile.ROI_TYPE.RECT, name
            roi.top, roi.left = rng.randrange(6), rng.randrange(7)
            roi.bottom, roi.right = roi.top + rng.randrange(1, 6), roi.left + rng.randrange(1, 7)
            roi.position = rng.randrange(1, SHAPE[0] + 1)
            plane = labels[roi.position - 1]
            plane[roi.top : roi.bottom, roi.left : roi.right] = number + 1
            data = roi.tobytes()
            if rng.random() < 0.3:
                data = mutate(rng, data)
                labels = None
            file.writestr(f"{number}.roi", data)
            if labels is None:
                return Case(path, "a mutated region")
    return _damaged(rng, path, labels)


def make_shapes(rng, folder) -> Case:
    """Make a table of shapes of napari."""
    path = folder / "jo.csv"
    z, y, x = rng.randrange(SHAPE[0]), rng.randrange(6), rng.randrange(6)
    height, width = rng.randrange(1, 6), rng.randrange(1, 7)
    labels = np.zeros(SHAPE, np.uint8)
    labels[z, y : y + height, x : x + width] = 1
    rows = [(y, x), (y, x + width), (y + height, x + width), (y + height, x)]
    lines = ["index,shape-type,vertex-index,axis-0,axis-1,axis-2"]
    lines += [f"0,rectangle,{n},{z},{a - 0.5},{b - 0.5}" for n, (a, b) in enumerate(rows)]
    path.write_text("\n".join(lines) + "\n")
    if rng.random() < 0.3:
        return Case(path, "sound", labels)
    path.write_bytes(mutate(rng, path.read_bytes()))
    return Case(path, "mutated")


def make_person(rng, folder) -> Case:
    """Make the folder of a person."""
    path = folder / "jo"
    files = []
    for _ in range(rng.randrange(1, 5)):
        sitting = rng.choice(("", "", "sitting-2", "sitting-x", "sitting-0"))
        names = [rng.choice(("cell", "raw", "S2", "a b", "..."[:1] + "x", "é")) for _ in range(3)]
        suffix = rng.choice((".json", ".tif", ".events.jsonl", "", ".exe"))
        place = path / sitting / names[0] / names[1] / f"{names[2]}{suffix}"
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            place.write_text(json.dumps({"kind": "threshold", "level": 3}))
        files.append(place)
    about = rng.choice((None, "codes: {active: 1, rest: 2}\n", "note: hello\n"))
    if about:
        (path / "person.yaml").write_bytes(
            about.encode() if rng.random() < 0.5 else mutate(rng, about.encode())
        )
    return Case(path, "folder")


def read_a_person(path):
    """Read what lies in a person's folder."""
    found = person_folder(path)
    assert all(file.sitting > 0 and file.variant is not None for file in found.files)
    return found
