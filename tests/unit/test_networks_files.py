"""Model files: the same network comes back, and nothing else is taken for one."""

import json
import pickle
import zipfile

import numpy as np
import pytest

from manyeyes.files.errors import FileError
from manyeyes.files.networks import Checkpoint, read_network, write_network
from manyeyes.networks import Network
from manyeyes.networks.architectures import weight_shapes
from manyeyes.networks.state import TrainingState
from manyeyes.randomness import generator


def network(**changes) -> Network:
    rng = generator("test of model files")
    weights = {
        name: rng.normal(size=shape).astype(np.float32)
        for name, shape in weight_shapes("lee", 2, 2).items()
    }
    told = {"architecture": "lee", "width": 2, "codes": (1, 2), "dtype": "uint16"}
    told |= {"greys": "equalised", "offset": 0.5, "scale": 1 / 65535, "weights": weights}
    return Network(**told | {"training": {"seed": ["1"], "settings": {"rate": 0.001}}} | changes)


@pytest.fixture
def file(tmp_path):
    write_network(tmp_path / "a.npz", network())
    return tmp_path / "a.npz"


def test_the_same_network_comes_back(file, tmp_path):
    found, wanted = read_network(file), network()
    for name, array in wanted.weights.items():
        assert found.weights[name].dtype == np.float32
        assert np.array_equal(found.weights[name], array)
    for field in ("architecture", "width", "codes", "dtype", "greys", "offset", "scale"):
        assert getattr(found, field) == getattr(wanted, field)
    assert found.training == wanted.training
    write_network(tmp_path / "b.npz", found)
    assert (tmp_path / "b.npz").read_bytes() == file.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "b.npz"]


def test_numpy_opens_the_weights(file):
    with np.load(file, allow_pickle=False) as arrays:
        assert np.array_equal(arrays["conv1/kernel"], network().weights["conv1/kernel"])


def rewritten(file, change, compress=zipfile.ZIP_STORED):
    """Write the file again with entries changed by a function of (name, bytes)."""
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w", compress) as archive:
        for name, data in entries.items():
            for new, other in change(name, data):
                archive.writestr(new, other)


def document(**changes):
    def change(name, data):
        if name != "document.json":
            return [(name, data)]
        told = json.loads(data)
        for key, value in changes.items():
            told.pop(key, None)
            if value is not ...:
                told[key] = value
        return [(name, json.dumps(told).encode())]

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (document(kind="manyeyes training"), "expected a manyeyes network, found 'manyeyes train"),
        (document(version=2), "has version 2, this manyeyes reads version 1"),
        (document(architecture="unet"), "architecture should be one of lee, lrcs, found 'unet'"),
        (document(width=1), "conv1/kernel should be float32 of shape"),
        (document(width=4000), "announces arrays of"),
        (document(width=10**12), "width should lie between 1 and 4096"),
        (document(width=True), "width should be of type int, found True"),
        (document(codes=[1, 2, 3]), "two phases apart, found 3 codes"),
        (document(codes=[1, 1]), "codes must be two or more different numbers"),
        (document(codes=[1, [2]]), "codes must be whole numbers from 1 to 254"),
        (document(dtype="object"), "dtype must be one of uint8, uint16, float32"),
        (document(greys="../x"), "greys must be one of raw, stretched, equalised"),
        (document(scale=0), "scale positive"),
        (document(scale="1"), "scale should be a number, found '1'"),
        (document(offset=float("nan")), "offset should be a number, found nan"),
        (document(training=...), "training should be of type dict, found None"),
        (lambda n, d: [(n, d)] if n != "dense/bias.npy" else [], "expected 14 arrays, found 13"),
        (lambda n, d: [(n, d), (n + ".py", d)], "expected 14 arrays, found 29"),
        (lambda n, d: [(n, d)] if n != "document.json" else [], "it has no document.json"),
        (lambda n, d: [(n, d[:-4] if n == "dense/bias.npy" else d)], "dense/bias has 28 bytes of"),
    ],
)
def test_a_file_that_is_not_right_says_what_is_wrong(file, change, message):
    rewritten(file, change)
    with pytest.raises(FileError, match=message) as caught:
        read_network(file)
    assert str(caught.value).startswith(f"{file}: ")


def test_compressed_entries_are_refused_before_they_are_unpacked(file):
    rewritten(file, lambda name, data: [(name, data)], zipfile.ZIP_DEFLATED)
    with pytest.raises(FileError, match="is compressed or encrypted"):
        read_network(file)


def test_a_pickle_in_an_array_is_not_loaded(file, tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    def change(name, data):
        if name != "dense/bias.npy":
            return [(name, data)]
        header = b"{'descr': '|O', 'fortran_order': False, 'shape': (8,), }"
        header += b" " * (118 - len(header) - 1) + b"\n"
        return [(name, b"\x93NUMPY\x01\x00" + b"\x76\x00" + header + pickle.dumps(Trap()))]

    rewritten(file, change)
    with pytest.raises(FileError, match="should be float32 of shape"):
        read_network(file)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("name", ["weights.npz", "text.npz", "folder.npz", "absent.npz", "cut.npz"])
def test_other_files_are_refused_by_name(file, tmp_path, name):
    np.savez(tmp_path / "weights.npz", a=np.zeros(3))
    (tmp_path / "text.npz").write_text("a network")
    (tmp_path / "folder.npz").mkdir()
    (tmp_path / "cut.npz").write_bytes(file.read_bytes()[:-100])
    messages = {
        "weights.npz": "this is no manyeyes network, it has no document.json",
        "text.npz": "this is no manyeyes network",
        "folder.npz": "there is no such file",
        "absent.npz": "there is no such file",
        "cut.npz": "this is no manyeyes network",
    }
    with pytest.raises(FileError, match=messages[name]) as caught:
        read_network(tmp_path / name)
    assert str(caught.value).startswith(str(tmp_path / name))


def test_a_changed_bit_is_noticed(file):
    data = bytearray(file.read_bytes())
    data[data.index(b"up2/kernel.npy") + 600] ^= 1
    file.write_bytes(data)
    with pytest.raises(FileError, match="Bad CRC-32"):
        read_network(file)


def test_a_network_whose_parts_do_not_fit_cannot_be_made():
    weights = dict(network().weights)
    weights["dense/bias"] = weights["dense/bias"][:-1]
    with pytest.raises(ValueError, match="do not fit the architecture lee of width 2 and 2 codes"):
        network(weights=weights)
    weights["dense/bias"] = np.full(8, np.inf, np.float32)
    with pytest.raises(ValueError, match="finite float32, found others in dense/bias"):
        network(weights=weights)


def test_a_checkpoint_keeps_a_state_and_names_itself_if_broken(tmp_path):
    checkpoint = Checkpoint(tmp_path / "training.npz")
    assert checkpoint.load() is None
    state = TrainingState.at_the_beginning("task", network().weights, 0.1)
    row = {"epoch": 1, "rate": 0.1, "loss": 1 / 3}
    state = state.with_row(row, 1 / 3, network().weights)
    checkpoint.save(state)
    found = checkpoint.load()
    assert found.rows == state.rows
    assert list(found.rows[0]) == list(row)
    assert (found.task, found.best_epoch, found.best_loss) == ("task", 1, 1 / 3)
    assert found.plateau == state.plateau
    for part in ("weights", "first", "second", "best"):
        for name, array in getattr(state, part).items():
            assert np.array_equal(getattr(found, part)[name], array)
    rewritten(checkpoint.path, document(step=...))
    with pytest.raises(FileError, match=r"training.npz: .*; remove it, and the training begins"):
        checkpoint.load()
    with pytest.raises(FileError, match="expected a manyeyes network, found 'manyeyes training'"):
        read_network(checkpoint.path)
    checkpoint.remove()
    checkpoint.remove()
    assert checkpoint.load() is None
