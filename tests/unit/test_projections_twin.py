"""A twin from its truth to projections and back, and the noise model of `imaging` beside it."""

import numpy as np
import pytest
from scipy import ndimage

from manyeyes.electrodes.electrode import describe_electrode
from manyeyes.electrodes.rasterising import rasterise
from manyeyes.imaging.attenuation import attenuation
from manyeyes.imaging.noise import backprojection_noise
from manyeyes.labels import ACTIVE, PORE
from manyeyes.projections.centre import find_centre
from manyeyes.projections.forward import attenuation_map, scan
from manyeyes.projections.reconstruct import reconstruct
from manyeyes.projections.scores import score_reconstruction
from manyeyes.projections.steps import ReconstructionSettings, normalised, prepared

EDGE, VOXEL_NM, PROJECTIONS = 96, 400.0, 180
WINDOW = "hann"
FIELD = slice(16, 80)


@pytest.fixture(scope="module")
def truth():
    """Return 16 slices of 96 x 96 of an electrode, nothing but pore outside of a cylinder."""
    description = {"kind": "nmc", "size_um": [26, 40, 40], "active_fraction": 0.5}
    whole = rasterise(
        describe_electrode(description, "scan"), (0, 0, 0), (16, EDGE, EDGE), VOXEL_NM
    )
    place = np.arange(EDGE) - (EDGE - 1) / 2
    return np.where(np.hypot(place[:, None], place) < EDGE / 2 - 1, whole, PORE).astype(np.uint8)


@pytest.fixture(scope="module")
def voxels(truth):
    return attenuation_map(truth, attenuation("nmc532", 40.0), VOXEL_NM)


def imaged(voxels, photons, centre=None, **changes):
    """Return slices of a scan, with the axis found unless it is given, and where it truly was."""
    steps = {key: changes.pop(key) for key in ("rings", "zingers") if key in changes}
    settings = ReconstructionSettings(window=WINDOW, extend=False, most_dead=0.1, **steps)
    seen = scan(
        voxels,
        "twin",
        projections_count=PROJECTIONS,
        photons=photons,
        columns=104,
        **changes,
    )
    values = normalised(seen.counts, seen.whites, seen.darks, settings).values
    values = prepared(values, settings).values
    if centre is None:
        centre = find_centre(values[:, 4:12], seen.angles_deg).column
    slices = reconstruct(values, seen.angles_deg, centre, window=WINDOW, size=EDGE, extend=False)
    return slices, centre, seen


@pytest.fixture(scope="module")
def clean(voxels):
    return imaged(voxels, np.inf, centre=51.5, zingers=False)[0]


def test_each_voxel_has_the_attenuation_of_its_phase(truth, voxels):
    assert voxels[truth == ACTIVE] == pytest.approx(11.9 * 400e-7)
    assert (voxels[truth == PORE] == 0).all()


def test_a_scan_with_a_detectors_faults_gives_the_truth_back(truth, voxels):
    photons = 1e6
    slices, centre, seen = imaged(voxels, photons, zinger_share=1e-4, rings=False)
    assert centre == pytest.approx(seen.centres[0], abs=0.2)
    value = 11.9 * 400e-7
    inside = ndimage.binary_erosion(truth == ACTIVE, iterations=3)
    outside = ndimage.binary_erosion(truth != ACTIVE, iterations=3)
    assert slices[inside].mean() == pytest.approx(value, rel=0.03)
    assert slices[outside].mean() == pytest.approx(0, abs=0.03 * value)
    active = slices[:, FIELD, FIELD] > value / 2
    right = truth[:, FIELD, FIELD] == ACTIVE
    dice = 2 * (active & right).sum() / (active.sum() + right.sum())
    assert dice > 0.93
    assert active.mean() == pytest.approx(right.mean(), abs=0.02)


def test_the_score_is_perfect_for_the_truth_and_names_what_is_off(truth, voxels):
    materials = attenuation("nmc532", 40.0)
    place = np.arange(EDGE) - (EDGE - 1) / 2
    inside = np.hypot(place[:, None], place) < 40
    best = score_reconstruction(voxels, truth, materials, VOXEL_NM, inside)
    assert best.error == 0 and best.dice == 1
    assert best.active == best.active_true == pytest.approx(1)
    assert best.volume_fraction == best.volume_fraction_true
    noise = np.random.default_rng(0).normal(0, 0.1, voxels.shape) * voxels.max()
    noisy = score_reconstruction(0.8 * voxels + noise, truth, materials, VOXEL_NM, inside)
    assert noisy.active == pytest.approx(0.8, abs=0.01)
    assert noisy.contrast_to_noise == pytest.approx(10, rel=0.05)
    with pytest.raises(ValueError, match="differ"):
        score_reconstruction(voxels[:3], truth, materials, VOXEL_NM)
    with pytest.raises(ValueError, match="score a larger part"):
        score_reconstruction(voxels, np.full_like(truth, ACTIVE), materials, VOXEL_NM)


def test_rings_cost_accuracy_and_their_removal_gives_some_back(voxels, clean):
    def error(**changes):
        slices = imaged(voxels, 1e6, centre=51.5, frames=50, **changes)[0]
        return float((slices - clean)[:, FIELD, FIELD].std())

    good = error(rings=False)
    rings = error(rings=False, faulty_gain=0.02, dead_share=0.01)
    removed = error(rings=True, faulty_gain=0.02, dead_share=0.01)
    assert good < 0.1 * rings
    assert removed < 0.6 * rings


def power(slices):
    """Return mean power in rings of 1/20 cycle a voxel, of variance 1."""
    taper = np.hanning(slices.shape[1])
    values = np.abs(np.fft.fft2(slices * taper[:, None] * taper)) ** 2
    frequency = np.fft.fftfreq(slices.shape[1])
    ring = (np.hypot(frequency[:, None], frequency) * 20).astype(int)
    return (np.bincount(ring.ravel(), values.mean(axis=0).ravel()) / slices.var())[:8]


def alike(slices):
    """Return the correlation with the next voxels along x, and with the next slice."""
    variance = slices.var()
    along = [float((slices[..., k:] * slices[..., :-k]).mean() / variance) for k in (1, 2, 3)]
    return [*along, float((slices[1:] * slices[:-1]).mean() / variance)]


def test_the_noise_of_photons_is_that_of_the_noise_model(voxels, clean):
    # So many whites that they add nothing.
    seen = imaged(voxels, 2e4, centre=51.5, frames=300, zingers=False)[0]
    noise = (seen - clean)[:, FIELD, FIELD]
    model = backprojection_noise((64, 64, 64), WINDOW, "model")
    assert power(noise)[1:] / power(model)[1:] == pytest.approx(np.ones(7), abs=0.15)
    assert alike(noise) == pytest.approx(alike(model), abs=0.04)


def test_few_whites_add_what_the_noise_model_lacks(voxels, clean):
    # The noise of the whites is the same in all projections, so that it becomes rings: power at
    # low frequencies.
    few = imaged(voxels, 2e4, centre=51.5, frames=5, zingers=False)[0] - clean
    many = imaged(voxels, 2e4, centre=51.5, frames=300, zingers=False)[0] - clean
    ratio = power(few[:, FIELD, FIELD]) / power(many[:, FIELD, FIELD])
    assert ratio[0] > 1.8 and ratio[1] > 1.4
    assert few[:, FIELD, FIELD].std() > 1.1 * many[:, FIELD, FIELD].std()
