"""What computes: what is not there is named, JAX has one thread, a card gives the same slices."""

import os
import sys

import numpy as np
import pytest

from manyeyes import devices
from manyeyes.networks import Training, fit_network
from manyeyes.projections import gpu_beams
from manyeyes.projections.reconstruct import reconstruct
from manyeyes.randomness import generator

ANGLES = np.arange(90) * 2.0


IMAGES = np.zeros((1, 8, 8), np.uint8)
LABELS = np.ones((1, 8, 8), np.uint8)


@pytest.fixture
def on_processor(monkeypatch):
    """Let the code for graphics cards run on the processor, wherever the tests run."""
    pytest.importorskip("jax", reason="JAX is not installed (the extra `networks`)")
    monkeypatch.setattr(gpu_beams, "start_jax", lambda device: devices.start_jax("cpu"))


@pytest.mark.parametrize("centre", [31.5, 30.2 + np.linspace(0, 1, 90)])
def test_the_code_for_a_graphics_card_gives_the_same_slices(on_processor, centre):
    scan = generator("gpu", "scan").random((90, 19, 64), dtype=np.float32)
    settings = {"size": 70, "field": (3, 64, 10, 69)}
    card = reconstruct(scan, ANGLES, centre, device="gpu", **settings)
    processor = reconstruct(scan, ANGLES, centre, **settings)
    assert card.shape == processor.shape == (19, 61, 59)
    assert np.abs(card - processor).max() < 1e-6 * np.abs(processor).max()
    assert np.ptp(processor) > 0.01


def test_a_missing_card_is_named_and_nothing_else_is_taken():
    jax = pytest.importorskip("jax", reason="JAX is not installed (the extra `networks`)")
    if any(device.platform == "gpu" for device in jax.devices()):
        pytest.skip("there is a graphics card here")
    with pytest.raises(ValueError, match=r"JAX finds none: install .* or take device cpu"):
        reconstruct(np.ones((90, 1, 16), np.float32), ANGLES, 7.5, device="gpu")


def test_an_unknown_device_is_named():
    with pytest.raises(ValueError, match="one of cpu, gpu: found 'tpu'"):
        devices.check_device("tpu")
    with pytest.raises(ValueError, match="one of cpu, gpu"):
        reconstruct(np.ones((90, 1, 16), np.float32), ANGLES, 7.5, device="cuda")


def test_without_jax_a_sentence_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    monkeypatch.setattr(devices, "is_installed", lambda: False)
    with pytest.raises(ModuleNotFoundError) as caught:
        fit_network(IMAGES, LABELS, architecture="lee", seed=1, settings=Training())
    assert "`make networks`" in str(caught.value)
    assert "`pip install 'manyeyes[networks]'`" in str(caught.value)


def test_without_a_gpu_a_sentence_says_what_to_do():
    jax = pytest.importorskip("jax")
    devices.start_jax()
    if any(device.platform == "gpu" for device in jax.devices()):
        pytest.skip("this machine has a GPU")
    settings = Training(epochs=1, width=2, device="gpu")
    with pytest.raises(ValueError, match=r"JAX finds none: install .*jax\[cuda12\].* or take devi"):
        fit_network(IMAGES, LABELS, architecture="lee", seed=1, settings=settings)


def test_xla_is_told_to_use_one_thread():
    pytest.importorskip("jax")
    device = devices.start_jax()
    assert os.environ["PJRT_NPROC"] == "1"
    assert "--xla_cpu_multi_thread_eigen=false" in os.environ["XLA_FLAGS"].split()
    assert devices.described(device).startswith("cpu, jax ")
