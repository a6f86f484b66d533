import numpy as np
import pytest
from manyeyes.imaging import image_ct

MICRO_CT = {
    "contrast_to_noise": 3.0,
    "resolution_nm": 800,
    "material": "nmc532",
    "energy_kev": 40,
}


def halves(shape=(24, 64, 64)):
    """Return active material below, pore above."""
    truth = np.full(shape, 3, dtype=np.uint8)
    truth[:, : shape[1] // 2] = 1
    return truth


@pytest.mark.parametrize("asked", [1.5, 3.0, 6.0])
def test_contrast_to_noise_is_what_was_asked_for(asked):
    image = image_ct(halves(), 400, {**MICRO_CT, "contrast_to_noise": asked}, "test").astype(float)
    active, pore = image[:, 6:26], image[:, 38:58]
    noise = np.sqrt((active.var() + pore.var()) / 2)
    assert (active.mean() - pore.mean()) / noise == pytest.approx(asked, rel=0.05)
