"""The tool that asks whether equalisation hides pores."""

import numpy as np

import equalised_pores
from manyeyes.networks.greys import equalised


def test_equal_weights_are_the_equalisation_of_the_paper():
    image = np.array([[100, 200, 300], [300, 400, 500]], dtype=np.uint16)
    found = equalised_pores.equalised(image, np.ones(image.shape))
    assert found.tolist() == equalised(image).tolist()


def test_pores_count_as_the_share_that_is_asked_for():
    pore = np.array([[True, True, False, False], [True, False, False, False]])
    weights = equalised_pores.weights_of(pore, 0.02)
    assert np.isclose(weights[pore].sum() / weights.sum(), 0.02)
    assert np.all(weights[~pore] == 1)
    assert np.all(equalised_pores.weights_of(pore, None) == 1)
    assert np.all(equalised_pores.weights_of(np.zeros((2, 2), dtype=bool), 0.02) == 1)
