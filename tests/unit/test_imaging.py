import numpy as np
import pytest
from scipy import ndimage

from manyeyes.electrodes.electrode import describe_electrode
from manyeyes.electrodes.rasterising import rasterise
from manyeyes.imaging.ct import image_ct
from manyeyes.imaging.settings import SemSettings
from manyeyes.settings import read_settings

MICRO_CT = {
    "contrast_to_noise": 3.0,
    "resolution_nm": 800,
    "material": "nmc532",
    "energy_kev": 40,
}


def halves(shape=(24, 64, 64), codes=(1, 3)):
    """Return one phase below, another above."""
    truth = np.full(shape, codes[1], dtype=np.uint8)
    truth[:, : shape[1] // 2] = codes[0]
    return truth


@pytest.mark.parametrize("asked", [1.5, 3.0, 6.0])
def test_contrast_to_noise_is_what_was_asked_for(asked):
    image = image_ct(halves(), 400, {**MICRO_CT, "contrast_to_noise": asked}, "test").astype(float)
    active, pore = image[:, 6:26], image[:, 38:58]
    noise = np.sqrt((active.var() + pore.var()) / 2)
    assert (active.mean() - pore.mean()) / noise == pytest.approx(asked, rel=0.05)


def test_contrast_to_noise_holds_in_an_electrode():
    description = {"kind": "nmc", "size_um": [26, 30, 30], "active_fraction": 0.5}
    truth = rasterise(describe_electrode(description, "cnr"), (0, 0, 0), (65, 75, 75), 400)
    image = image_ct(truth, 400, MICRO_CT, "cnr").astype(float)
    # Three voxels from an interface the 800 nm point spread has faded.
    active = ndimage.binary_erosion(truth == 1, iterations=3)
    pore = ndimage.binary_erosion(truth == 3, iterations=3)
    noise = np.sqrt((image[active].var() + image[pore].var()) / 2)
    assert (image[active].mean() - image[pore].mean()) / noise == pytest.approx(3.0, rel=0.05)


def test_point_spread_has_the_width_asked_for():
    imaging = {**MICRO_CT, "contrast_to_noise": 1000.0, "clipped_share": 0.0}
    edge = image_ct(halves((4, 80, 80)), (400, 100, 200), imaging, "test").astype(float)
    profile = -np.gradient(edge.mean(axis=(0, 2)))
    wide = np.flatnonzero(profile > profile.max() / 2)
    # The derivative of a blurred edge is the point spread: 800 nm are 8 voxels of 100 nm.
    assert len(wide) == pytest.approx(8, abs=1)


def test_phases_keep_their_order():
    def contrast_of_binder(imaging):
        truth = np.full((4, 120, 40), 3, dtype=np.uint8)
        truth[:, :40], truth[:, 40:80] = 1, 2
        imaging = {**imaging, "contrast_to_noise": 200.0, "resolution_nm": 100}
        image = image_ct(truth, 126, imaging, "test").astype(float)
        active, binder, pore = (image[:, start : start + 20].mean() for start in (10, 50, 90))
        return (binder - pore) / (active - pore)

    graphite = {"material": "graphite", "energy_kev": 5.4}
    assert contrast_of_binder(MICRO_CT) == pytest.approx(0.21 / 11.9, abs=0.01)
    assert contrast_of_binder(graphite) == pytest.approx(25 / 34, abs=0.01)
    own = {"attenuation_per_cm": {"active": 10.0, "cbd": 4.0, "pore": 2.0}}
    assert contrast_of_binder(own) == pytest.approx(0.25, abs=0.01)


def test_pores_inside_particles_look_like_pores():
    sharp = {**MICRO_CT, "contrast_to_noise": 100.0, "resolution_nm": 0}
    np.testing.assert_array_equal(
        image_ct(halves(codes=(1, 4)), 400, sharp, "test"),
        image_ct(halves(codes=(1, 3)), 400, sharp, "test"),
    )


@pytest.mark.parametrize("clipped", [0.0, 0.001, 0.02])
def test_window_clips_the_share_asked_for(clipped):
    image = image_ct(halves(), 400, {**MICRO_CT, "clipped_share": clipped}, "test")
    assert image.dtype == np.uint8
    assert image.min() == 0
    assert image.max() == 255
    # What rounds to the ends without being clipped is a few voxels of some 100 000.
    assert (image == 0).mean() == pytest.approx(clipped / 2, abs=4e-4 + 0.03 * clipped)
    assert (image == 255).mean() == pytest.approx(clipped / 2, abs=4e-4 + 0.03 * clipped)


def test_same_names_same_image_and_other_names_another():
    first = image_ct(halves(), 400, MICRO_CT, "test", 1)
    np.testing.assert_array_equal(image_ct(halves(), 400, MICRO_CT, "test", 1), first)
    assert (image_ct(halves(), 400, MICRO_CT, "test", 2) != first).mean() > 0.9


def test_rings_go_around_the_centre():
    quiet = {**MICRO_CT, "contrast_to_noise": 100.0, "clipped_share": 0.0}
    truth = np.full((2, 81, 81), 3, dtype=np.uint8)
    image = image_ct(truth, 400, {**quiet, "ring_artefacts": 0.5}, "test").astype(float)
    turned = np.rot90(image, axes=(1, 2))
    assert np.corrcoef(image.ravel(), turned.ravel())[0, 1] > 0.98
    assert abs(np.corrcoef(image[0].ravel(), image[1].ravel())[0, 1]) < 0.5


def test_cupping_darkens_the_centre():
    quiet = {**MICRO_CT, "contrast_to_noise": 200.0, "clipped_share": 0.0, "cupping": 0.2}
    truth = np.full((2, 81, 81), 1, dtype=np.uint8)
    truth[:, 30:50, 30:50] = 3
    image = image_ct(truth, 400, quiet, "test").astype(float)
    pore = image[:, 35:45, 35:45].mean()
    middle, edge = image[:, 40, 27].mean() - pore, image[:, 40, 1].mean() - pore
    expected = (1 - 0.2 * (1 - (13 / 40.5) ** 2)) / (1 - 0.2 * (1 - (39 / 40.5) ** 2))
    assert middle / edge == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cnr": 3}, "unknown key cnr"),
        ({"contrast_to_noise": 0}, "contrast_to_noise must be a number"),
        ({"contrast_to_noise": "3"}, "contrast_to_noise must be a number"),
        ({"resolution_nm": -1}, "resolution_nm must be a number"),
        ({"clipped_share": 0.5}, "clipped_share must be a number"),
        ({"cupping": float("nan")}, "cupping must be a number"),
        ({"ring_artefacts": True}, "ring_artefacts must be a number"),
        ({"window": "parzen"}, "window must be one of"),
        ({"energy_kev": 17}, "no attenuation is known for"),
        ({"material": None}, "no attenuation is known for"),
        ({"attenuation_per_cm": {"active": 1, "cbd": 0, "pore": 0}}, "not both"),
    ],
)
def test_impossible_settings_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        image_ct(halves(), 400, {**MICRO_CT, **change}, "test")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"active": 1.0, "pore": 0.0}, "needs active, cbd and pore"),
        ([1.0, 0.0, 0.0], "needs active, cbd and pore"),
        ({"active": 1.0, "cbd": -1, "pore": 0.0}, "attenuation_per_cm: cbd must be"),
        ({"active": 1.0, "cbd": 1.0, "pore": 1.0}, "active and pore must differ"),
    ],
)
def test_impossible_attenuations_are_named(values, message):
    imaging = {"contrast_to_noise": 3, "resolution_nm": 500, "attenuation_per_cm": values}
    with pytest.raises(ValueError, match=message):
        image_ct(halves(), 400, imaging, "test")


@pytest.mark.parametrize(
    ("truth", "voxel_size_nm", "message"),
    [
        (np.zeros((4, 8, 8), dtype=np.uint8), 400, "recode the volume"),
        (np.full((4, 8, 8), 5, dtype=np.uint8), 400, "recode the volume"),
        (np.ones((8, 8), dtype=np.uint8), 400, "non-empty uint8 volume"),
        (np.ones((4, 8, 8)), 400, "non-empty uint8 volume"),
        (np.ones((0, 8, 8), dtype=np.uint8), 400, "non-empty uint8 volume"),
        (halves((4, 8, 8)), 0, "voxel_size_nm must be"),
        (halves((4, 8, 8)), None, "voxel_size_nm must be"),
    ],
)
def test_impossible_truths_are_refused(truth, voxel_size_nm, message):
    with pytest.raises(ValueError, match=message):
        image_ct(truth, voxel_size_nm, MICRO_CT, "test")


def test_missing_settings_are_named():
    with pytest.raises(ValueError, match="needs contrast_to_noise and resolution_nm"):
        image_ct(halves(), 400, {}, "test")
    with pytest.raises(ValueError, match="not list"):
        image_ct(halves(), 400, [], "test")
    with pytest.raises(ValueError, match="grey_active must be above grey_pore"):
        read_settings({"grey_active": 30}, SemSettings, "imaging")
