"""Geometries to fit imaging with: synthetic electrodes, or the tomogram's own."""

from collections.abc import Callable

import numpy as np
import scipy
import skimage

from ..electrodes.description import KINDS
from ..electrodes.electrode import describe_electrode
from ..electrodes.rasterising import rasterise
from ..labels import ACTIVE, PORE
from ..settings import voxel_edges

# Particles repeat beyond the faces of an electrode; a block of it should not reach that far.
_MARGIN_UM = 2.0


def synthetic(
    kind: str,
    shape: tuple[int, int, int],
    voxel_size_nm: float | tuple[float, float, float],
    thickness_axis: int = 0,
    **settings: float,
) -> Callable[[float, object], np.ndarray]:
    """Return a function that makes a block of a synthetic electrode.

    Parameters
    ----------
    kind : str
        ``nmc`` or ``graphite``.
    shape : tuple of int
        Voxels (z, y, x) of the block.
    voxel_size_nm : float or tuple of float
        nm; one number, or (z, y, x).
    thickness_axis : int
        Axis of the block, 0 (z), 1 (y) or 2 (x), across the electrode: particles are flattened
        along it.
    **settings : float
        Attributes of `manyeyes.electrodes.description` that are not to be the defaults.

    Returns
    -------
    callable
        From the active volume fraction and a name to a truth, as `fit_imaging` takes it.
    """
    # The electrode is thin along its own first axis.
    order = [thickness_axis, *(axis for axis in range(3) if axis != thickness_axis)]
    back = np.argsort(order)
    shape = tuple(shape[axis] for axis in order)
    voxel_size_nm = tuple(voxel_edges(voxel_size_nm)[order].tolist())
    edges_um = np.array(shape) * voxel_size_nm / 1000 + _MARGIN_UM
    probe = KINDS[kind](size_um=(1e4,) * 3, active_fraction=0.5, **settings)
    edges_um = np.maximum(edges_um, 2.1 * probe.longest_semi_axis_um())

    def block(fraction: float, name: object) -> np.ndarray:
        description = {
            "kind": kind,
            "size_um": edges_um.tolist(),
            "active_fraction": fraction,
            **settings,
        }
        electrode = describe_electrode(description, "fit imaging", name)
        truth = rasterise(electrode, (0, 0, 0), shape, voxel_size_nm)
        return np.ascontiguousarray(truth.transpose(back))

    return block


def of_itself(image: np.ndarray, slices: int) -> Callable[[float, object], np.ndarray]:
    """Return a function that gives the image's own rough geometry, of two phases.

    For materials that no synthetic electrode resembles. Noise roughens its surfaces, so the blur
    that is found is a little too small.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 (z, y, x), active material bright.
    slices : int
        Slices to make; a single slice is repeated.

    Returns
    -------
    callable
        As `synthetic`; fraction and name make no difference.
    """
    sigma = [1.5 if edge > 1 else 0 for edge in image.shape]
    smooth = scipy.ndimage.gaussian_filter(image, sigma, output=np.float32)
    bright = smooth > skimage.filters.threshold_otsu(smooth)
    truth = np.where(bright, ACTIVE, PORE).astype(np.uint8)
    truth = np.ascontiguousarray(np.broadcast_to(truth, (slices, *truth.shape[1:])))
    return lambda fraction, name: truth
