"""Images with a field of view: which voxels count, and what replaces the others.

A mask is a volume of bool, True inside the field of view. If everything is inside, there is no mask
(None); a mask of True only gives the same bytes. Labels are 0 outside.
"""

import numpy as np
import scipy


def known_mask(inside: np.ndarray | None, shape: tuple[int, ...]) -> np.ndarray | None:
    """Return a mask, or None where everything is inside.

    Parameters
    ----------
    inside : ndarray of bool, shape (z, y, x), or None
    shape : tuple of int
        Of the image.

    Returns
    -------
    ndarray of bool or None

    Raises
    ------
    ValueError
        If the mask is not bool, has another shape, or nothing inside.
    """
    if inside is None:
        return None
    if inside.dtype != bool or inside.shape != tuple(shape):
        raise ValueError(
            f"a mask must be of bool and have the image's shape {tuple(shape)}, found "
            f"{inside.dtype} of shape {inside.shape}"
        )
    if inside.all():
        return None
    if not inside.any():
        raise ValueError("the mask has no voxel inside, so there is nothing to look at")
    return inside


def voxels_inside(volume: np.ndarray, inside: np.ndarray | None) -> np.ndarray:
    """Return the values inside in the order of memory, shape (n,); all of them without a mask."""
    return volume.ravel() if inside is None else volume[inside]


def fill_outside(volume: np.ndarray, inside: np.ndarray | None) -> np.ndarray:
    """Return a volume in which each voxel outside has the value of the nearest one inside.

    Gradients and the channels of a forest then see no false edge and no value that was not
    measured. Without a mask, the volume itself is returned.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x) or (y, x)
    inside : ndarray of bool, same shape, or None
        With something inside.
    """
    if inside is None or inside.all():
        return volume
    nearest = scipy.ndimage.distance_transform_edt(
        ~inside, return_distances=False, return_indices=True
    )
    filled = volume.copy()
    outside = ~inside
    filled[outside] = volume[tuple(axis[outside] for axis in nearest)]
    return filled


def fill_slices(slices: np.ndarray, inside: np.ndarray | None) -> np.ndarray:
    """Apply `fill_outside` to each slice (axis 0); slices with nothing inside stay as they are."""
    if inside is None:
        return slices
    pairs = zip(slices, inside, strict=True)
    return np.stack([fill_outside(plane, part) if part.any() else plane for plane, part in pairs])


def smooth_inside(
    image: np.ndarray, sigma: float | tuple[float, ...], inside: np.ndarray | None, **options
) -> np.ndarray:
    """Smooth a volume with a Gaussian that takes in nothing from outside.

    Parameters
    ----------
    image : ndarray, shape (z, y, x) or (y, x)
    sigma : float or tuple of float
    inside : ndarray of bool, same shape, or None
    **options
        Of `scipy.ndimage.gaussian_filter`.

    Returns
    -------
    ndarray of float32
        With a mask, by normalised convolution (Knutsson and Westin 1993,
        doi:10.1109/CVPR.1993.341081): the smoothed grey levels inside over the smoothed mask.
        Where the kernel reaches nothing inside, the mean inside.
    """
    if inside is None:
        return scipy.ndimage.gaussian_filter(image, sigma, output=np.float32, **options)
    known = np.where(inside, image, 0).astype(np.float32)
    known = scipy.ndimage.gaussian_filter(known, sigma, output=np.float32, **options)
    weight = scipy.ndimage.gaussian_filter(inside.astype(np.float32), sigma, **options)
    reached = weight > 1e-6
    mean = image[inside].mean(dtype=np.float64)
    return np.divide(known, weight, out=np.full_like(known, mean), where=reached)


def edge_distance(active: np.ndarray, inside: np.ndarray | None = None) -> np.ndarray:
    """Return the distance of each pixel from the edge between two classes.

    Parameters
    ----------
    active : ndarray of bool, shape (y, x)
        One of the classes.
    inside : ndarray of bool, same shape, optional
        The field of view. Its rim is no edge: distances are from the nearest pixel inside that is
        of the other class.

    Returns
    -------
    ndarray of float64, shape (y, x)
        In pixels, positive in the active class, negative in the other; +-0.5 beside the edge,
        infinite where the slice holds one class only, NaN outside the field of view.
    """
    other = ~active
    if inside is not None:
        active, other = active & inside, other & inside
    if active.any() and other.any():
        to_other = scipy.ndimage.distance_transform_edt(~other)
        to_active = scipy.ndimage.distance_transform_edt(~active)
        distance = np.where(active, to_other - 0.5, 0.5 - to_active)
    else:
        distance = np.where(active, np.inf, -np.inf)
    return distance if inside is None else np.where(inside, distance, np.nan)
