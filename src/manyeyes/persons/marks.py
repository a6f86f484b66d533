"""Statistics of what somebody did: numbers from a threshold, a window or labels.

They are measured against the image alone, never against a truth, and in the same way for recorded
people and simulated users. Each belongs to a group; the groups are what "informed by" names.
"""

from collections.abc import Callable

import numpy as np
from scipy import ndimage

from ..annotations import Annotation
from ..imaging.masks import edge_distance, fill_outside, voxels_inside
from ..labels import ACTIVE, REST
from ..users.eye import perceive
from .records import Recorded

GROUPS = {
    "threshold": "the threshold",
    "window": "the ends of windows",
    "seeds": "the ends of windows that seed a forest",
    "distance": "how near to edges labels come",
    "line": "the line between labels of both phases",
    "width": "how wide strokes are",
    "strokes": "how many strokes there are",
    "grey": "grey levels under labels",
    "output": "labels against the first output",
}
"""Groups of statistics, and how texts call them."""

EYE_PX = 1.5
"""Edges for measuring are those that a typical eye sees."""

# Bins of the distance from these edges, on the side of the label's own phase; pixels.
_BINS = np.array([-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 6.0])
_NEAR = (0.01, 0.05, 0.2, 0.5)
# Labels of both phases show the line between them if they are no further apart than this.
_APART_PX = 10.0
_LAGS_PX = (2.0, 4.0, 8.0)
_WIDE = (0.5, 0.8, 0.95, 0.99)
# How deep an error of a first output reaches; people overlook those below some depth.
_DEPTHS = np.array([0.0, 1.0, 1.5, 2.0, 2.5, 3.5])
_ERROR_PX = 20


def measurer(record: Recorded, output: np.ndarray | None = None) -> "Measurer":
    """Return what measures annotations like a recorded one.

    Parameters
    ----------
    record : Recorded
    output : ndarray of uint8, shape (slices - 1, y, x), optional
        The first output on all slices of the record but the first.
    """
    if record.kind == "threshold":
        return lambda done: {"threshold:level": float(done.level)}
    if record.kind == "window":
        return lambda done: {
            "window:low": float(done.low),
            "window:high": float(done.high),
            "window:width": float(done.high - done.low),
        }
    if record.kind == "seeds":
        grey = record.image.grey
        return lambda done: _seed_marks(grey, done.labels)
    return Canvas(record, output).marks


Measurer = Callable[[Annotation], dict[str, float]]
"""Takes an annotation, returns its statistics by ``group:name``."""


def _seed_marks(grey: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Return where seeds of each slice end, in grey levels."""
    ends = []
    for z in np.flatnonzero(labels.any(axis=(1, 2))):
        rest, active = grey[z][labels[z] == REST], grey[z][labels[z] == ACTIVE]
        if rest.size and active.size:
            ends.append((float(rest.max()) + 1, float(active.min())))
    if not ends:
        return {"seeds:low": np.nan, "seeds:high": np.nan, "seeds:width": np.nan}
    low, high = np.mean(ends, axis=0)
    return {"seeds:low": low, "seeds:high": high, "seeds:width": high - low}


class Canvas:
    """The slices of an image on which labels are measured.

    Parameters
    ----------
    record : Recorded
        Strokes.
    output : ndarray of uint8, shape (slices - 1, y, x), optional
        The first output on all its slices but the first.
    """

    def __init__(self, record: Recorded, output: np.ndarray | None = None):
        image = record.image
        self._slices = list(record.slices)
        grey = image.grey[self._slices]
        inside = None if image.inside is None else image.inside[self._slices]
        seen = perceive(grey, EYE_PX, inside)
        self._inside = np.ones(grey.shape, bool) if inside is None else inside
        self._distance = np.stack(
            [edge_distance(active, seen.inside_of(z)) for z, active in enumerate(seen.active)]
        ).astype(np.float32)
        self._grey = grey
        low = float(voxels_inside(grey, inside)[~voxels_inside(seen.active, inside)].mean())
        high = float(voxels_inside(grey, inside)[voxels_inside(seen.active, inside)].mean())
        # grey levels are told between the means of what looks like either phase
        self._scale = low, max(high - low, 1.0)
        self._steep = np.stack([_steepness(plane, part) for plane, part in self._parts(inside)])
        self._beside = np.abs(self._distance) <= 0.5
        self._errors = None if output is None else self._errors_of(output)

    def _parts(self, inside):
        return zip(self._grey, [None] * len(self._grey) if inside is None else inside, strict=True)

    def marks(self, done: Annotation) -> dict[str, float]:
        """Return the statistics of a drawing on these slices."""
        labels = done.labels[self._slices]
        active, rest = labels == ACTIVE, labels == REST
        if self._errors is None or len(labels) < 2:
            return self._drawn(active, rest, slice(None), "")
        first, others = slice(0, 1), slice(1, None)
        return {
            **self._drawn(active, rest, first, "first "),
            **self._drawn(active, rest, others, ""),
            **self._against_output(active[others], rest[others]),
        }

    def _drawn(self, active, rest, part: slice, prefix: str) -> dict[str, float]:
        """Return the statistics of some slices that do without a first output."""
        active, rest = active[part], rest[part]
        distance, inside = self._distance[part], self._inside[part]
        grey = (self._grey[part] - self._scale[0]) / self._scale[1]
        found: dict[str, float] = {}
        for name, mask, own in (("active", active, distance), ("rest", rest, -distance)):
            found |= _profile(f"distance:{prefix}{name}", mask, own, inside)
            values = grey[mask]
            found[f"grey:{prefix}{name} mean"] = _mean(values)
            found[f"grey:{prefix}{name} sd"] = float(values.std()) if values.size else np.nan
            outer = 0.05 if name == "active" else 0.95
            found[f"grey:{prefix}{name} outer"] = _quantile(values, outer)
            found[f"distance:{prefix}{name} steepness"] = _mean(self._steep[part][mask])
        painted = np.count_nonzero(active) + np.count_nonzero(rest)
        found[f"distance:{prefix}share active"] = np.count_nonzero(active) / max(painted, 1)
        line = Line()
        widths, pieces = [], 0
        for z in range(len(active)):
            away = []
            for mask in (active[z], rest[z]):
                depth = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
                widths.append(depth[mask])
                pieces += ndimage.label(mask, np.ones((3, 3)))[1]
                away.append(ndimage.distance_transform_edt(~mask) if mask.any() else None)
            if away[0] is not None and away[1] is not None:
                line.add(away[0], away[1], self._beside[part][z])
        found |= {f"line:{prefix}{name}": value for name, value in line.statistics().items()}
        depth = np.concatenate(widths)
        for share in _WIDE:
            found[f"width:{prefix}{share:g}"] = _quantile(depth, share)
        found[f"strokes:{prefix}pieces"] = pieces / len(active)
        found[f"strokes:{prefix}rim"] = float(np.mean(depth < 1.5)) if depth.size else np.nan
        return found

    def _errors_of(self, output: np.ndarray) -> np.ndarray:
        """Return how deep the error reaches that a pixel belongs to, 0 where there is none."""
        distance = self._distance[1:]
        deepest = np.zeros(output.shape, np.float32)
        for z, plane in enumerate(output):
            wrong = ((plane == ACTIVE) != (distance[z] > 0)) & self._inside[1:][z]
            for kind in (ACTIVE, REST):
                pieces, count = ndimage.label(wrong & (plane == kind))
                if not count:
                    continue
                index = np.arange(1, count + 1)
                area = np.bincount(pieces.ravel(), minlength=count + 1)[1:]
                depth = ndimage.maximum(np.abs(distance[z]), pieces, index)
                depth = np.where(area > _ERROR_PX, depth, 0)
                deepest[z] += np.concatenate([[0], depth]).astype(np.float32)[pieces]
        self._output_active = output == ACTIVE
        return deepest

    def _against_output(self, active, rest) -> dict[str, float]:
        """Return how much of the first output's errors was painted over."""
        painted = active | rest
        total = max(np.count_nonzero(painted), 1)
        against = np.where(active, ~self._output_active, self._output_active) & painted
        found = {"output:labels against it": np.count_nonzero(against) / total}
        kinds = np.digitize(self._errors, _DEPTHS)
        for place in range(1, len(_DEPTHS) + 1):
            where = (kinds == place) & (self._errors > 0)
            pixels = np.count_nonzero(where)
            mended = np.count_nonzero(against & where)
            name = f"{_DEPTHS[place - 1]:g} px deep"
            found[f"output:mended {name}"] = mended / pixels if pixels else 0.0
        every = self._errors > 0
        found["output:labels in errors"] = np.count_nonzero(against & every) / total
        return found


class Line:
    """The line half way between labels of both phases, told from the edge seen."""

    def __init__(self):
        self._shifts: list[np.ndarray] = []
        self._lagged = {lag: [0.0, 0.0] for lag in _LAGS_PX}
        self._edge = 0

    def add(self, to_active: np.ndarray, to_rest: np.ndarray, beside: np.ndarray) -> None:
        """Add a slice: distances from labels of either phase, and pixels beside an edge."""
        self._edge += np.count_nonzero(beside)
        known = beside & (to_active + to_rest <= _APART_PX)
        # positive where active labels reach further outside
        shift = ((to_rest - to_active) / 2)[known]
        self._shifts.append(shift)
        if shift.size < 2:
            return
        places = np.argwhere(known)
        if len(places) > 400:
            step = len(places) / 400
            chosen = (np.arange(400) * step).astype(int)
            places, shift = places[chosen], shift[chosen]
        apart = np.hypot(*(places[:, None, :] - places[None, :, :]).transpose(2, 0, 1))
        error = shift - shift.mean()
        product = error[:, None] * error[None, :]
        for lag, sums in self._lagged.items():
            near = np.abs(apart - lag) <= lag / 4
            sums[0] += float(product[near].sum())
            sums[1] += float(near.sum())

    def statistics(self) -> dict[str, float]:
        """Return the mean shift, its spread, and how far it is alike along the edge."""
        shift = np.concatenate(self._shifts) if self._shifts else np.zeros(0)
        enough = shift.size >= 10
        variance = float(shift.var()) if enough else np.nan
        found = {
            "known": shift.size / max(self._edge, 1),
            "shift": _mean(shift) if enough else np.nan,
            "spread": np.sqrt(variance),
        }
        for lag, (products, pairs) in self._lagged.items():
            alike = products / pairs / variance if enough and pairs and variance else np.nan
            found[f"alike at {lag:g} px"] = alike
        return found


def _profile(name: str, mask, own, inside) -> dict[str, float]:
    """Return how much is labelled at each distance from edges, and how near labels come."""
    kinds = np.digitize(own, _BINS)
    kinds[~inside] = 0
    pixels = np.bincount(kinds[inside], minlength=len(_BINS) + 1)
    painted = np.bincount(kinds[mask], minlength=len(_BINS) + 1)
    total = max(int(painted.sum()), 1)
    found = {}
    for place in range(1, len(_BINS) + 1):
        share = painted[place] / pixels[place] if pixels[place] else 0.0
        found[f"{name} {_BINS[place - 1]:g} px"] = float(share)
    found[f"{name} wrong side"] = np.count_nonzero(own[mask] < 0) / total
    for share in _NEAR:
        found[f"{name} nearest {share:g}"] = _quantile(own[mask], share)
    return found


def _steepness(plane: np.ndarray, inside: np.ndarray | None) -> np.ndarray:
    """Return the rank of each pixel's gradient in the slice, 0 to 1."""
    filled = fill_outside(plane, inside).astype(np.float32)
    gradient = ndimage.gaussian_gradient_magnitude(filled, 1.0)
    order = np.argsort(gradient, axis=None, kind="stable")
    ranks = np.empty(order.size, np.float32)
    ranks[order] = np.arange(order.size) / max(order.size - 1, 1)
    return ranks.reshape(plane.shape)


def _quantile(values: np.ndarray, share: float) -> float:
    finite = values[np.isfinite(values)]
    return float(np.quantile(finite, share)) if finite.size else np.nan


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else np.nan
