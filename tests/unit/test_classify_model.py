"""Labelling slices with a trained network from the command line."""

import numpy as np
import pytest
import tifffile
import zarr

pytest.importorskip("jax", reason="the extra `networks` is not installed")

from manyeyes import devices as starting
from manyeyes.commands import classify as command
from manyeyes.files.networks import write_network
from manyeyes.files.volumes import read_volume
from manyeyes.networks import Training, fit_network, label_slices
from manyeyes.randomness import generator

LABELS = (1 + (np.indices((5, 21, 30)).sum(axis=0) // 6 % 2)).astype(np.uint8)
VOLUME = (60 * LABELS + generator("slices").integers(0, 30, LABELS.shape)).astype(np.uint8)


@pytest.fixture(scope="module")
def network():
    settings = Training(epochs=3, width=4, scaling="standard", rate=1e-2, codes=(2, 1))
    return fit_network(VOLUME[:2], LABELS[:2], architecture="lee", seed=1, settings=settings)[0]


@pytest.fixture
def folder(tmp_path, network, monkeypatch):
    write_network(tmp_path / "model.npz", network)
    tifffile.imwrite(tmp_path / "t.tif", VOLUME)
    tifffile.imwrite(tmp_path / "packed.tif", VOLUME, compression="zlib")
    tifffile.imwrite(tmp_path / "one.tif", VOLUME[0])
    zarr.create_array(tmp_path / "t.zarr", data=VOLUME, chunks=(2, 21, 30))
    (tmp_path / "slices").mkdir()
    for number, image in enumerate(VOLUME):
        tifffile.imwrite(tmp_path / f"slices/s{number:03}.tif", image)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*words):
    return command.main([*map(str, words)]) or None


@pytest.mark.parametrize("name", ["t.tif", "packed.tif", "t.zarr", "slices", "one.tif"])
def test_the_labels_are_those_of_the_library(folder, network, name):
    assert call(name, "r.tif", "--model", "model.npz") is None
    expected = label_slices(network, VOLUME[:1] if name == "one.tif" else VOLUME)
    assert len(np.unique(expected)) == 2
    assert np.array_equal(read_volume("r.tif", single_slice=True), expected)
    with tifffile.TiffFile("r.tif") as tiff:
        assert tiff.imagej_metadata["Info"] == network.provenance()
    assert not list(folder.glob("r.tif.*"))


def test_a_stopped_call_goes_on_to_the_same_bytes(folder, monkeypatch, capsys):
    assert call("--model", "model.npz", "slices", "whole.zarr") is None
    shown = []

    def show(*_):
        shown.append(1)
        if len(shown) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(command, "show_progress", show)
        with pytest.raises(KeyboardInterrupt):
            call("slices", "r.zarr", "--model", "model.npz")
    assert call("slices", "r.zarr", "--model", "model.npz") is None
    assert "resumes: 2 of 5 tiles are done" in capsys.readouterr().err
    one, other = (zarr.open_array(name, mode="r") for name in ("r.zarr", "whole.zarr"))
    assert np.array_equal(one[:], other[:])
    assert one.attrs.asdict() == other.attrs.asdict()


def test_slices_of_another_network_are_not_mixed_in(folder, network, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(command, "show_progress", stop)
        with pytest.raises(KeyboardInterrupt):
            call("t.tif", "r.tif", "--model", "model.npz")
    other, _ = fit_network(
        VOLUME[:2],
        LABELS[:2],
        architecture="lee",
        seed=2,
        settings=Training(epochs=3, width=4, scaling="standard", rate=1e-2, codes=(2, 1)),
    )
    write_network("model.npz", other)
    assert "another volume or forest was being labelled" in call(
        "t.tif", "r.tif", "--model", "model.npz"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("t.tif", "r.tif", "--model", "t.tif"), "t.tif: this is no manyeyes network"),
        (("t.tif", "r.tif", "--model", "absent.npz"), "absent.npz: there is no such file"),
        (("absent.tif", "r.tif", "--model", "model.npz"), "absent.tif: there is no such file"),
        (("deep.tif", "r.tif", "--model", "model.npz"), "learned from grey values of uint8, found"),
        (("t.tif", "l.tif", "r.tif", "--model", "model.npz"), "is trained already"),
        (("t.tif", "t.tif", "--model", "model.npz"), "the result is the volume"),
        (("t.tif", "model.npz", "--model", "model.npz"), "expected a name that ends in .tif"),
        (("t.tif", "one.tif", "--model", "model.npz"), "was not made by"),
        (("mixed", "r.tif", "--model", "model.npz"), "mixed: slice 1 is uint8 of shape (9, 30)"),
        (("t.tif", "r.tif", "--model", "model.npz", "--device", "gpu"), "JAX finds none: install"),
    ],
)
def test_what_cannot_be_done_is_refused_first(folder, words, message):
    tifffile.imwrite(folder / "deep.tif", VOLUME.astype(np.uint16))
    (folder / "mixed").mkdir()
    for number, image in enumerate((VOLUME[0], VOLUME[0, :9])):
        tifffile.imwrite(folder / f"mixed/m{number}.tif", image)
    before = sorted(folder.iterdir())
    found = call(*words)
    assert found.startswith("Error: ")
    assert message in found
    assert sorted(folder.iterdir()) == before


def test_without_jax_one_sentence_says_how_to_get_it(folder, monkeypatch):
    monkeypatch.setattr(starting, "is_installed", lambda: False)
    found = call("t.tif", "r.tif", "--model", "model.npz")
    assert found == (
        "Error: networks and graphics cards need JAX, which is not installed: run `make networks` "
        "in a clone, or `pip install 'manyeyes[networks]'`"
    )


def test_neither_labels_nor_model_is_asked_for(folder, capsys):
    with pytest.raises(SystemExit):
        call("t.tif", "r.tif")
    assert "a trained network with --model" in capsys.readouterr().err
