"""Grey values that vary within a phase, from place to place and from particle to particle."""

import edt
import numpy as np
import scipy
from skimage.feature import peak_local_max
from skimage.segmentation import watershed

from ..electrodes.fields import random_field, sample
from ..labels import ACTIVE, CBD, INTERNAL_PORE
from ..randomness import generator
from ..settings import voxel_edges

# A correlation of exp(-r) as a sum of exp(-(r / length)^2): (share of the variance, length). The
# sum is off by at most 0.06, next to 0, where the point spread hides it.
_OCTAVES = ((0.33, 0.3), (0.41, 1.0), (0.26, 2.4))

# Lattice of a field whose correlation falls to 1/e at a distance of 1. The correlation of cubic
# B-splines is nearly normal with a variance of 2/3 of the spacing squared.
_SPACING = np.sqrt(3 / 4)

# Slices whose field is computed at once, in double precision.
_SLAB = 16

# Particles are told apart on a grid this many times as coarse; the point spread hides its steps.
_COARSE = 3


def texture(
    shape: tuple[int, int, int],
    length_nm: float,
    voxel_size_nm: float | tuple[float, float, float],
    *seed_names: object,
) -> np.ndarray:
    """Return a random field whose correlation falls exponentially, as that of grainy matter does.

    Parameters
    ----------
    shape : tuple of int
        Voxels (z, y, x).
    length_nm : float
        Distance at which the correlation falls to 1/e, nm.
    voxel_size_nm : float or tuple of float
        nm; one number, or (z, y, x).
    *seed_names : object
        Names for `manyeyes.randomness.generator`.

    Returns
    -------
    numpy.ndarray
        float32 (z, y, x), mean 0 and variance 1 over much space.
    """
    edges = voxel_edges(voxel_size_nm)
    axes = tuple(np.arange(n) * edge for n, edge in zip(shape, edges, strict=True))
    field = np.zeros(shape, dtype=np.float32)
    for n, (share, length) in enumerate(_OCTAVES):
        octave = random_field(_SPACING * length * length_nm, *seed_names, n)
        for start in range(0, shape[0], _SLAB):
            slab = slice(start, start + _SLAB)
            values = sample(octave, (axes[0][slab], axes[1], axes[2]))
            values *= np.float32(np.sqrt(share))
            field[slab] += values
    return field


def vary_active(greys: np.ndarray, truth: np.ndarray, spread: float, *seed_names: object) -> None:
    """Give each particle its own grey, in place.

    Particles are told apart where they neck, by a watershed on the depth below their surface.

    Parameters
    ----------
    greys : numpy.ndarray
        float32 (z, y, x), in units of the contrast; changed where active material is.
    truth : numpy.ndarray
        uint8 (z, y, x).
    spread : float
        Standard deviation of the particles' greys.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.
    """
    particles = _particles(truth)
    shift = spread * generator(*seed_names).standard_normal(int(particles.max()) + 1)
    shift = shift.astype(np.float32)
    for axis in range(3):
        particles = particles.repeat(_COARSE, axis=axis).take(range(truth.shape[axis]), axis=axis)
    active = truth == ACTIVE
    greys[active] += shift[particles[active]]


def _particles(truth: np.ndarray) -> np.ndarray:
    """Return a number of each particle, on the coarse grid, int32; 0 where there is none."""
    # Every third voxel, and the last one once more, so that repeating them covers the volume.
    coarse = truth[::_COARSE, ::_COARSE, ::_COARSE]
    filled = (coarse == ACTIVE) | (coarse == INTERNAL_PORE)
    depth = edt.edt(np.ascontiguousarray(filled), parallel=1)
    smooth = scipy.ndimage.gaussian_filter(depth, 0.1 * max(float(depth.max()), 5.0))
    apart = max(2, round(0.3 * float(depth.max())))
    peaks = peak_local_max(
        smooth, min_distance=apart, labels=filled.astype(np.uint8), exclude_border=False
    )
    markers = np.zeros(filled.shape, dtype=np.int32)
    markers[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
    # Beyond the particles too, since a coarse voxel of pore may hold voxels of a particle.
    return watershed(-smooth, markers) if len(peaks) else markers


def vary_binder(
    greys: np.ndarray,
    truth: np.ndarray,
    variation: float,
    length_nm: float,
    voxel_size_nm: float | tuple[float, float, float],
    *seed_names: object,
) -> None:
    """Let the binder's porosity vary, so that its grey above that of pores varies, in place.

    Parameters
    ----------
    greys : numpy.ndarray
        float32 (z, y, x), 0 in pores; changed where binder is.
    truth : numpy.ndarray
        uint8 (z, y, x).
    variation : float
        Standard deviation of the attenuation over its mean; none becomes less than that of pores.
    length_nm, voxel_size_nm, *seed_names
        See `texture`.
    """
    binder = truth == CBD
    field = texture(truth.shape, length_nm, voxel_size_nm, *seed_names)[binder]
    greys[binder] *= np.maximum(1 + np.float32(variation) * field, 0)
