import numpy as np
import pytest
from manyeyes.electrodes import describe_electrode, rasterise

SMALL = {"kind": "nmc", "size_um": [24, 24, 24], "active_fraction": 0.5}


@pytest.fixture(scope="module")
def nmc():
    return describe_electrode(SMALL, "test", "nmc")


def test_whole_electrode_has_the_fractions_asked_for(nmc):
    truth = rasterise(nmc, (0, 0, 0), (120, 120, 120), 200)
    share = np.bincount(truth.ravel(), minlength=5) / truth.size
    assert share[0] == 0
    assert share[1] + share[4] == pytest.approx(0.5, abs=0.002)
    assert share[2] == pytest.approx(0.10, abs=0.002)
    assert share[4] == pytest.approx(0.5 * 0.015, abs=0.001)
