"""The bytes of a trained network do not depend on how many cores a machine has."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("jax", reason="the extra `networks` is not installed")

CODE = """
import os, sys
sys.path[:0] = {path!r}
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {cores})
import numpy as np
from manyeyes.networks import Training, fit_network
from manyeyes.networks.fitting import weights_digest
from manyeyes.randomness import generator
rng = generator("cores")
labels = rng.integers(1, 3, (2, 64, 64)).astype(np.uint8)
images = (labels * 60 + rng.integers(0, 40, labels.shape)).astype(np.uint8)
settings = Training(epochs=2, batch=1, width=8)
for architecture in ("lee", "lrcs"):
    network, history = fit_network(
        images, labels, architecture=architecture, seed=1, settings=settings
    )
    print(weights_digest(network), history["loss"].tolist())
"""


def trained(cores):
    code = CODE.format(path=sys.path, cores=set(cores))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_one_core_and_all_give_the_same_bytes():
    have = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
    one, every = trained(have[:1]), trained(have)
    assert one == every
    assert len(one.splitlines()) == 2
