"""Anisotropic diffusion, by SimpleITK."""

import numpy as np

from ._filter import Filter, in_8_bits, positive, whole

_STEP = 1 / 16
"""Time of an iteration: the longest that is stable in three dimensions, in squared voxels."""


def apply(
    image: np.ndarray, inside: np.ndarray | None, conductance: float, iterations: int = 5
) -> np.ndarray:
    """Return the image after grey levels have diffused, the less the steeper they are.

    The equation of Perona and Malik (1990, doi:10.1109/34.56205) as ITK solves it
    (`GradientAnisotropicDiffusionImageFilter`): areas are smoothed, edges stay.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    inside : ndarray of bool, shape (z, y, x), or None
        The field of view; what lies outside looks like the nearest grey levels inside.
    conductance : float
        How steep an edge must be to stay, in units of the image's mean gradient.
    iterations : int, default 5

    Returns
    -------
    ndarray of uint8, shape (z, y, x)
        The same for any number of threads.
    """
    import SimpleITK

    from ..imaging.masks import fill_outside

    diffusion = SimpleITK.GradientAnisotropicDiffusionImageFilter()
    diffusion.SetNumberOfThreads(1)
    diffusion.SetTimeStep(_STEP)
    diffusion.SetConductanceParameter(conductance)
    diffusion.SetNumberOfIterations(iterations)
    filled = fill_outside(image, inside).astype(np.float32)
    smooth = diffusion.Execute(SimpleITK.GetImageFromArray(filled))
    return in_8_bits(SimpleITK.GetArrayFromImage(smooth), inside)


FILTER = Filter(
    apply=apply,
    seconds_a_megavoxel=1,
    bytes_a_voxel=30,
    settings={
        "conductance": positive(100, "How steep an edge must be to stay, in mean gradients"),
        "iterations": whole(1, 1000, "Number of iterations, 1 to 1000 (5)"),
    },
    required=("conductance",),
)
