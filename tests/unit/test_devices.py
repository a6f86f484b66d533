"""Where numbers are computed: what is not there is named, and the results agree."""

import sys

import numpy as np
import pytest

from manyeyes import devices
from manyeyes.projections import gpu_beams
from manyeyes.projections.reconstruct import reconstruct
from manyeyes.randomness import generator

ANGLES = np.arange(90) * 2.0


@pytest.fixture
def on_processor(monkeypatch):
    """Let the code for graphics cards run on the processor, wherever the tests run."""
    pytest.importorskip("jax", reason="JAX is not installed (the extra `networks`)")
    monkeypatch.setattr(gpu_beams, "jax_device", lambda device: devices.jax_device("cpu"))


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
    with pytest.raises(ValueError, match=r"JAX finds only cpu .* or set device: cpu"):
        reconstruct(np.ones((90, 1, 16), np.float32), ANGLES, 7.5, device="gpu")


def test_missing_jax_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(ValueError, match=r"pip install 'manyeyes\[networks\]'"):
        devices.jax_device("gpu")


def test_an_unknown_device_is_named():
    with pytest.raises(ValueError, match="one of cpu, gpu: found 'tpu'"):
        devices.check_device("tpu")
    with pytest.raises(ValueError, match="one of cpu, gpu"):
        reconstruct(np.ones((90, 1, 16), np.float32), ANGLES, 7.5, device="cuda")
