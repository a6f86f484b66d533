"""The contrast between active material and the rest, where the truth is known."""

import numpy as np

from ..labels import ACTIVE

_LEVELS = 256


class PhaseGreys:
    """Grey levels of active material and of the rest; adds up slice by slice."""

    def __init__(self):
        self._active: list[np.ndarray] = []
        self._rest: list[np.ndarray] = []

    def add(self, image: np.ndarray, truth: np.ndarray) -> None:
        """Count one more slice.

        Parameters
        ----------
        image : numpy.ndarray
            uint8 (y, x).
        truth : numpy.ndarray
            uint8 (y, x), codes 1 to 4.

        Raises
        ------
        ValueError
            If shapes differ or the image is not 8-bit.
        """
        if image.shape != truth.shape or image.dtype != np.uint8:
            raise ValueError(
                f"expected an 8-bit slice as large as its truth, found {image.dtype} "
                f"{image.shape} and {truth.shape}"
            )
        active = truth == ACTIVE
        self._active.append(np.bincount(image[active], minlength=_LEVELS))
        self._rest.append(np.bincount(image[~active], minlength=_LEVELS))

    def score(self) -> dict[str, float]:
        """Return the contrast of the phases and the evenness of the slices.

        Returns
        -------
        dict
            ``contrast_to_noise``: difference of the two means over the root mean square of both
            standard deviations, of all slices together. Uneven brightness, blurred edges and binder
            among the pores count as noise. ``brightness_spread``: standard deviation over slices
            of the mean grey level of active material.

        Raises
        ------
        ValueError
            If a phase was never seen, or neither varies.
        """
        levels = np.arange(_LEVELS)
        moments = []
        for slices in (self._active, self._rest):
            counts = np.sum(slices, axis=0) if slices else np.zeros(_LEVELS)
            if counts.sum() == 0:
                raise ValueError("contrast needs voxels of both phases, and one has none")
            mean = np.average(levels, weights=counts)
            moments.append((mean, np.average((levels - mean) ** 2, weights=counts)))
        (active, noise), (rest, other_noise) = moments
        if noise + other_noise == 0:
            raise ValueError("neither phase varies in grey level: is this a label volume?")
        means = [np.average(levels, weights=c) for c in self._active if c.sum()]
        return {
            "contrast_to_noise": float(abs(active - rest) / np.sqrt((noise + other_noise) / 2)),
            "brightness_spread": float(np.std(means)),
        }
