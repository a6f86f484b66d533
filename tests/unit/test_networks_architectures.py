"""How many numbers each network trains, and that asking needs no JAX."""

import subprocess
import sys

import pytest

from manyeyes.networks import Training, count_parameters
from manyeyes.networks.architectures import layers_of, weight_shapes


def test_the_network_of_lee_has_the_parameters_that_its_paper_states():
    assert count_parameters("lee") == 331_137
    by_hand = (9 * 1 * 32 + 32) + (9 * 32 * 64 + 64) + (9 * 64 * 128 + 128) + (128 * 128 + 128)
    by_hand += (9 * 128 * 128 + 128) + (9 * 128 * 64 + 64) + (9 * 64 * 1 + 1)
    assert by_hand == 331_137


def test_lrcs_net_has_the_parameters_that_follow_from_its_layers():
    assert count_parameters("lrcs", width=32, classes=3) == 748_579
    # One class more is one kernel of 3 x 3 x 32 and a bias more.
    assert count_parameters("lrcs", width=32, classes=4) == 748_579 + 9 * 32 + 1


@pytest.mark.parametrize(("architecture", "classes"), [("lee", 2), ("lrcs", 2), ("lrcs", 5)])
def test_the_count_is_that_of_the_arrays(architecture, classes):
    shapes = weight_shapes(architecture, 8, classes)
    assert len(shapes) == 2 * len(layers_of(architecture, 8, classes))
    total = 0
    for shape in shapes.values():
        size = 1
        for edge in shape:
            size *= edge
        total += size
    assert total == count_parameters(architecture, 8, classes)


def test_counting_loads_neither_jax_nor_numba():
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}; from manyeyes.networks import "
        "count_parameters, Network, Training, equalised; import manyeyes.files.networks; "
        "count_parameters('lee'); print(*[n for n in ('jax', 'numba') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_unknown_architectures_and_wrong_numbers_of_phases_are_refused():
    with pytest.raises(ValueError, match="unknown architecture 'unet'; known are lee, lrcs"):
        count_parameters("unet")
    with pytest.raises(ValueError, match="two phases apart, found 3 codes; take lrcs"):
        count_parameters("lee", classes=3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "epochs must be a whole number of at least 1, found 0"),
        ({"batch": 1.5}, "batch must be a whole number"),
        ({"rate": float("nan")}, "rate must be a number"),
        ({"minimum": 0.1}, "minimum must be a number between 0 and 0.001"),
        ({"loss": "hinge"}, "loss must be one of cross-entropy, dice, mse, found 'hinge'"),
        ({"augmentation": ("flip", "turn")}, "augmentation must name some of none, noise, flip"),
        ({"augmentation": ()}, "augmentation must name some of"),
        ({"codes": (1,)}, "codes must be two or more different numbers"),
        ({"codes": (1, 1)}, "codes must be two or more different numbers"),
        ({"codes": (0, 1)}, "codes must be whole numbers from 1 to 254, found 0"),
        ({"greys": "inverted"}, "greys must be one of raw, stretched, equalised"),
        ({"scaling": "none"}, "scaling must be one of range, standard"),
        ({"window": 20}, "window must be a multiple of 8, found 20"),
        ({"device": "tpu"}, "device must be one of cpu, gpu"),
        ({"stop_after": 0}, "stop_after must be a whole number"),
    ],
)
def test_a_wrong_setting_is_named(settings, message):
    with pytest.raises(ValueError, match=message):
        Training(**settings)


def test_lists_of_a_config_are_equal_to_tuples():
    from_config = Training(augmentation=["flip", "noise"], codes=[1, 2, 3])
    assert from_config == Training(augmentation=("flip", "noise"), codes=(1, 2, 3))
    assert Training(augmentation="flip").augmentation == ("flip",)
