"""What labels look like: strokes, distance from edges, the grey values below them.

Active material is compared with all other phases together, here called the rest.
"""

import numpy as np
import scipy
import skimage

from ..imaging.masks import (
    edge_distance,
    fill_outside,
    known_mask,
    smooth_inside,
    voxels_inside,
)
from ..labels import TWO_PHASES, UNLABELLED, Phases

EDGE_SMOOTHING_VOXELS = 1.5
GRADIENT_SIGMA_PX = 1.0
NEAR_EDGE_PX = 1.0

# Measure: what it is, and its unit.
MEASURES = {
    "coverage_percent": ("Coverage of a labelled slice", "%"),
    "coverage_ratio": ("Most over least labelled slice", ""),
    "active_percent": ("Labels, active material", "%"),
    "strokes_per_slice": ("Separate strokes on a slice", ""),
    "stroke_area_px": ("Area of a stroke, median", "px"),
    "stroke_width_px": ("Width of strokes, median", "px"),
    "edge_distance_active_px": ("Distance from edges, active, median", "px"),
    "edge_distance_rest_px": ("Distance from edges, rest, median", "px"),
    "near_edge_percent": ("Labels near edges, within 1 px", "%"),
    "wrong_side_percent": ("Labels on the wrong side, beyond edges", "%"),
    "gradient_percentile": ("Gradient under labels, mean rank", "%"),
    "grey_active": ("Grey under active labels, mean", "level"),
    "grey_rest": ("Grey under other labels, mean", "level"),
    "grey_active_sd": ("Grey under active labels, SD", "level"),
    "grey_rest_sd": ("Grey under other labels, SD", "level"),
    "grey_overlap_percent": ("Pairs of labels, other brighter", "%"),
}


class LabelledImage:
    """An image on which labels are measured, and its edges.

    Edges are those between the two classes of Otsu (1979, doi:10.1109/TSMC.1979.4310076) in the
    image after a Gaussian of 1.5 voxels along all axes, slice by slice. No person drew them, and
    simulated users perceive edges in a similar way. So a second measure does without classes: the
    rank of the grey gradient (Gaussian derivative, 1 px) under the labels among all pixels of the
    slice.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view: shares of a slice are of its inside, and there are no edges outside.
    phases : Phases
        Of the labels.
    """

    def __init__(
        self, image: np.ndarray, inside: np.ndarray | None = None, phases: Phases = TWO_PHASES
    ):
        self.image, self.phases = image, phases
        self.inside = known_mask(inside, image.shape)
        smooth = smooth_inside(image, EDGE_SMOOTHING_VOXELS, self.inside)
        active = smooth > skimage.filters.threshold_otsu(voxels_inside(smooth, self.inside))
        self._active = fill_outside(active, self.inside)
        self._continued = fill_outside(image, self.inside)

    def measures(self, labels: np.ndarray) -> dict[str, float]:
        """Return what labels look like.

        Parameters
        ----------
        labels : ndarray of uint8, shape (z, y, x)
            0 unlabelled, or the code of a phase.

        Returns
        -------
        dict of str to float
            By the names of `MEASURES`:

            - coverage_percent: mean over the labelled slices; coverage_ratio: coverage of the
              most over that of the least labelled slice;
            - active_percent: share of the labels;
            - strokes_per_slice, stroke_area_px: connected pieces of one class on a slice
              (corners count); strokes that touch are one;
            - stroke_width_px: 2 d - 1 at pixels of the medial axis, d from the rim; a line of
              single pixels is 1 wide;
            - edge_distance_active_px, edge_distance_rest_px, near_edge_percent: from the nearest
              edge in the slice's plane, 0.5 beside it; wrong_side_percent: beyond it;
            - gradient_percentile: 0 on the flattest, 100 on the steepest pixel of the slice, 50
              for random places;
            - grey levels under the labels of each class; grey_overlap_percent: share of pairs of
              an active and another label in which the other is brighter, equal ones count half.

        Raises
        ------
        ValueError
            If shapes differ, or active material or the rest has no label.
        """
        if labels.shape != self.image.shape:
            raise ValueError(
                f"labels must have the image's shape {self.image.shape}, found {labels.shape}"
            )
        active_code = self.phases["active"].code
        for name, part in (
            ("active material", labels == active_code),
            ("another phase", (labels != active_code) & (labels != UNLABELLED)),
        ):
            if not part.any():
                raise ValueError(f"no voxel is labelled as {name}; both need labels")
        slices = np.flatnonzero(labels.any(axis=(1, 2)))
        pixels = labels[0].size
        if self.inside is not None:
            pixels = np.count_nonzero(self.inside[slices], axis=(1, 2))
        coverage = np.array([np.count_nonzero(labels[z]) for z in slices]) / pixels
        areas, widths = [], []
        distance = np.empty((slices.size, *labels.shape[1:]))
        steepness = np.empty_like(distance)
        for index, z in enumerate(slices):
            for phase in self.phases:
                found_areas, found_widths = _strokes(labels[z] == phase.code)
                areas.append(found_areas)
                widths.append(found_widths)
            distance[index] = edge_distance(self._active[z])
            gradient = scipy.ndimage.gaussian_gradient_magnitude(
                self._continued[z].astype(np.float64), GRADIENT_SIGMA_PX
            )
            part = np.ones(gradient.shape, bool) if self.inside is None else self.inside[z]
            steepness[index][part] = _percentiles(gradient[part])
        drawn, grey = labels[slices], self.image[slices].astype(np.float64)
        active = drawn == active_code
        rest = (drawn != UNLABELLED) & ~active
        # positive where a label lies on its own side of the nearest edge
        inside = np.concatenate([distance[active], -distance[rest]])
        bright, dark = grey[active], grey[rest]
        pairs = scipy.stats.mannwhitneyu(dark, bright, method="asymptotic").statistic
        return {
            "coverage_percent": 100 * float(coverage.mean()),
            "coverage_ratio": float(coverage.max() / coverage.min()),
            "active_percent": 100 * bright.size / (bright.size + dark.size),
            "strokes_per_slice": sum(map(len, areas)) / slices.size,
            "stroke_area_px": float(np.median(np.concatenate(areas))),
            "stroke_width_px": float(np.median(np.concatenate(widths))),
            "edge_distance_active_px": float(np.median(np.abs(distance[active]))),
            "edge_distance_rest_px": float(np.median(np.abs(distance[rest]))),
            "near_edge_percent": 100 * float(np.mean(np.abs(inside) <= NEAR_EDGE_PX)),
            "wrong_side_percent": 100 * float(np.mean(inside < 0)),
            "gradient_percentile": float(steepness[drawn > 0].mean()),
            "grey_active": float(bright.mean()),
            "grey_rest": float(dark.mean()),
            "grey_active_sd": float(bright.std()),
            "grey_rest_sd": float(dark.std()),
            "grey_overlap_percent": 100 * float(pairs / (bright.size * dark.size)),
        }


def _strokes(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the area of each piece of a mask, and the widths along its medial axis."""
    pieces, _ = scipy.ndimage.label(mask, np.ones((3, 3)))
    # with a margin, strokes end at the slice's border as elsewhere
    axis, depth = skimage.morphology.medial_axis(np.pad(mask, 1), return_distance=True, rng=0)
    return np.bincount(pieces.ravel())[1:], 2 * depth[axis] - 1


def _percentiles(values: np.ndarray) -> np.ndarray:
    """Return the rank of each value among all, 0 to 100; equal values share a rank."""
    ranks = scipy.stats.rankdata(values, axis=None).reshape(values.shape)
    return 100 * (ranks - 1) / (values.size - 1)
