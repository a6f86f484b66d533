"""What a user perceives who follows contours: lines where the grey level changes most steeply.

Phases are distinguished by their outlines and not by their brightness: a pixel belongs to the side
of the nearest contour on which it lies. The perceived phases therefore adapt to the brightness
nearby, and grey levels away from contours play no part.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage.filters import apply_hysteresis_threshold, threshold_otsu
from skimage.morphology import remove_small_objects

from ..imaging.masks import fill_slices, known_mask, smooth_inside, voxels_inside
from .eye import GreyCurve, Perception, grey_curve

# Grey levels are compared on this many pixels to either side of a contour (assumption).
BAND_PX = 3.0
# Changes of brightness are seen over this many times the width over which brightness is: noise
# weighs more in derivatives (assumption).
_WIDER = 1.5
# A line that is seen is followed for as long as it keeps this share of the strength (Canny 1986,
# doi:10.1109/TPAMI.1986.4767851, recommends a half to a third).
_FOLLOWED_SHARE = 0.5


@dataclass(frozen=True)
class Contours:
    """Contours of slices, and the sides of them.

    Attributes
    ----------
    active : ndarray of bool, shape (slices, y, x)
        Whether a pixel lies on the brighter side of the nearest contour. A slice without a contour
        is of one phase: active material if it is brighter than the contours of the others.
    distance : ndarray of float64, shape (slices, y, x)
        Distance in pixels from the nearest pixel beside a contour, 0 on those.
    strength : ndarray of float32, shape (slices, y, x)
        Gradient of the pooled grey levels, per pixel.
    inside : ndarray of bool, shape (slices, y, x), or None
        The field of view.
    """

    active: np.ndarray
    distance: np.ndarray
    strength: np.ndarray
    inside: np.ndarray | None = None


def find_contours(
    slices: np.ndarray, eye_sigma_px: float, least_px: float, inside: np.ndarray | None = None
) -> Contours:
    """Find the contours that a user sees.

    Contours are the zero crossings of the Laplacian of the pooled slice (Marr and Hildreth 1980,
    doi:10.1098/rspb.1980.0020). The strong ones are seen, and followed into fainter stretches;
    Otsu's threshold (1979, doi:10.1109/TSMC.1979.4310076) on the gradients of all crossings
    divides strong from faint.

    Parameters
    ----------
    slices : ndarray of uint8, shape (slices, y, x)
        Slices of an image.
    eye_sigma_px : float
        Standard deviation of the Gaussian over which the eye pools, in pixels.
    least_px : float
        Shorter lines are not taken for contours.
    inside : ndarray of bool, same shape, optional
        The field of view: its rim is no contour, and none is seen outside.

    Returns
    -------
    Contours

    Raises
    ------
    ValueError
        If no contour is seen on any of the slices.
    """
    inside = known_mask(inside, slices.shape)
    planes, sigma = fill_slices(slices, inside).astype(np.float32), _WIDER * eye_sigma_px
    curvature = np.stack([ndimage.gaussian_laplace(plane, sigma) for plane in planes])
    strength = np.stack([ndimage.gaussian_gradient_magnitude(plane, sigma) for plane in planes])
    bright = curvature < 0
    plus = ndimage.generate_binary_structure(2, 1)[None]
    beside = np.where(
        bright, ndimage.binary_dilation(~bright, plus), ndimage.binary_dilation(bright, plus)
    )
    if inside is not None:
        beside &= inside
    if not beside.any():
        raise ValueError(
            "no contour is seen on the slices looked at; check that the crop holds both phases"
        )
    strengths = strength[beside]
    # equally strong ones are all seen
    cut = threshold_otsu(strengths) if strengths.min() < strengths.max() else strengths.min()
    seen = np.empty_like(beside)
    for index, lines in enumerate(np.where(beside, strength, 0)):
        followed = apply_hysteresis_threshold(lines, _FOLLOWED_SHARE * cut, cut)
        # a line has a pixel on either side
        seen[index] = remove_small_objects(followed, max_size=int(2 * least_px), connectivity=2)
    if not seen.any():
        raise ValueError(
            f"no contour of at least {least_px:g} pixels is seen on the slices looked at; check "
            "that the crop holds both phases, or lower population.contour_least_px"
        )
    active = np.empty_like(bright)
    distance = np.full(slices.shape, np.inf)
    between = slices[seen].mean()
    for index, lines in enumerate(seen):
        if lines.any():
            distance[index], nearest = ndimage.distance_transform_edt(~lines, return_indices=True)
            active[index] = bright[index][tuple(nearest)]
        else:
            part = None if inside is None else inside[index]
            # a slice without a field of view has no grey level; its phase does not matter
            greys = voxels_inside(slices[index], part)
            active[index] = greys.size > 0 and greys.mean() > between
    return Contours(active, distance, strength, inside)


def perceive_contours(
    slices: np.ndarray, eye_sigma_px: float, least_px: float, inside: np.ndarray | None = None
) -> Perception:
    """Return what a user perceives who looks for contours; see `find_contours`.

    The contrast is the gradient: the steeper, the clearer.
    """
    found = find_contours(slices, eye_sigma_px, least_px, inside)
    pooled = smooth_inside(slices, (0, eye_sigma_px, eye_sigma_px), found.inside, mode="reflect")
    return Perception(pooled, found.active, found.strength, found.inside)


def judge_along_contours(
    slices: np.ndarray, eye_sigma_px: float, least_px: float, inside: np.ndarray | None = None
) -> GreyCurve:
    """Relate grey levels to the side of a contour on which they lie; see `find_contours`.

    Only pixels beside contours count: a threshold looks right where its outline runs along them,
    whatever it does to specks elsewhere.
    """
    found = find_contours(slices, eye_sigma_px, least_px, inside)
    near = found.distance <= BAND_PX
    if found.inside is not None:
        near &= found.inside
    return grey_curve(slices[near], found.active[near])
