"""Starting JAX: one thread, and plain sentences where something is not installed."""

import os
import sys

import numpy as np
import pytest

from manyeyes.networks import Training, backend, fit_network

IMAGES = np.zeros((1, 8, 8), np.uint8)
LABELS = np.ones((1, 8, 8), np.uint8)


def test_without_jax_a_sentence_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    monkeypatch.setattr(backend, "is_installed", lambda: False)
    with pytest.raises(ModuleNotFoundError) as caught:
        fit_network(IMAGES, LABELS, architecture="lee", seed=1, settings=Training())
    assert "`make networks`" in str(caught.value)
    assert "`pip install 'manyeyes[networks]'`" in str(caught.value)


def test_without_a_gpu_a_sentence_says_what_to_do():
    jax = pytest.importorskip("jax")
    backend.start_jax()
    if any(device.platform == "gpu" for device in jax.devices()):
        pytest.skip("this machine has a GPU")
    settings = Training(epochs=1, width=2, device="gpu")
    with pytest.raises(ValueError, match=r"JAX finds none: install .*jax\[cuda12\].* or take devi"):
        fit_network(IMAGES, LABELS, architecture="lee", seed=1, settings=settings)


def test_xla_is_told_to_use_one_thread():
    pytest.importorskip("jax")
    device = backend.start_jax()
    assert os.environ["PJRT_NPROC"] == "1"
    assert "--xla_cpu_multi_thread_eigen=false" in os.environ["XLA_FLAGS"].split()
    assert backend.described(device).startswith("cpu, jax ")
