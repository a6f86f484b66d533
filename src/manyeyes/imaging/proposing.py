"""What to begin with for a tomogram that nobody has described: crop, mask, window, polarity.

Each proposal is an assumption that a person must look at; each passes the checks of a run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from .conversion import Contrast, contrast_of
from .field_of_view import Filled, filled_border, mask_of_source
from .tomograms import crop_corners, inverted, to_grey_levels

# The paper's cubes have 200 voxels along an edge; smaller ones are proposed only where they must.
USUAL_EDGE = 200
# A volume thinner than this is not cut to a cube.
LEAST_CUBE = 64
LEAST_EDGE = 8
PERCENTILES = (0.1, 99.9)
# A tomogram has more different values than any segmentation has labels.
MOST_LABELS = 8
# Active material is the larger part of an electrode, or nearly. A bright class that is smaller than
# this share is taken for the rest.
LEAST_ACTIVE = 0.25


@dataclass(frozen=True)
class Proposal:
    """What is proposed for one tomogram.

    Attributes
    ----------
    start, shape : tuple of int
        Of the crop (z, y, x).
    mask : str, mapping or None
        As a config has it.
    window : (float, float) or None
        Grey values that become 0 and 255; None for 8-bit values that are kept.
    dark : bool
        Whether active material is taken to be the darker class.
    contrast : Contrast
        Of the crop after conversion.
    bright_share : float
        Share of the brighter class in the crop, 0 to 1.
    inside_share : float
        Share of the crop that lies within the mask.
    assumed : tuple of str
        Sentences about what was decided and why.
    """

    start: tuple[int, int, int]
    shape: tuple[int, int, int]
    mask: str | Mapping | None
    window: tuple[float, float] | None
    dark: bool
    contrast: Contrast
    bright_share: float
    inside_share: float
    inside: np.ndarray | None = field(repr=False, default=None)
    assumed: tuple[str, ...] = ()


def proposed_crop(
    shape: Sequence[int], edge: int = USUAL_EDGE
) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Return start and shape (z, y, x) of a cube in the middle of a volume.

    Raises
    ------
    ValueError
        If the volume is thinner than 8 voxels.
    """
    if min(shape) < LEAST_EDGE:
        raise ValueError(
            f"the volume of {tuple(shape)} voxels (z, y, x) is thinner than {LEAST_EDGE}; a study "
            "needs a volume, so name the file or folder with all slices"
        )
    cube = min(edge, *shape)
    wanted = (cube,) * 3 if cube >= min(LEAST_CUBE, edge) else tuple(min(edge, n) for n in shape)
    start, _ = crop_corners(shape, "centre", wanted)
    return tuple(start), wanted


def propose(
    source, edge: int = USUAL_EDGE, dark: bool | None = None, mask: str | Mapping | None = None
) -> Proposal:
    """Return what to begin with for a tomogram.

    Parameters
    ----------
    source : array-like, shape (z, y, x)
        Grey values; only slices of the crop are read.
    edge : int
        Of the crop, if it fits.
    dark : bool, optional
        Whether active material is dark, if that is known.
    mask : str or mapping, optional
        As in a config, if that is known.

    Raises
    ------
    ValueError
        If the volume is too small, flat, or a segmentation.
    """
    first = start, shape = proposed_crop(source.shape, edge)
    while True:
        volume = _crop(source, start, shape)
        _refuse_labels(volume)
        found = _fit_mask(source, volume, start, shape, mask)
        smaller = int(0.8 * max(shape))
        if found is not None or smaller < LEAST_CUBE // 2:
            break
        start, shape = proposed_crop(source.shape, smaller)
    if found is None:
        start, shape = first
        volume = _crop(source, start, shape)
        value = filled_border(volume)
        found = (
            "none",
            None,
            f"mask: none. The grey value {value.value:g} fills {100 * value.share:.0f} % of the "
            "crop's border, and neither a circle nor that value leaves it out, nor does a smaller "
            "crop. If it was not measured, it counts as a phase: choose another crop or give a "
            "mask's file",
        )
    assumed = [_about_crop(source.shape, start, shape, edge, first[1])]
    chosen, inside, about = found
    assumed.append(about)
    window, about = _window(volume, inside)
    assumed.append(about)
    image, _ = to_grey_levels(volume, window, "grey_window", inside)
    contrast = contrast_of(image, inside)
    seen = image if inside is None else image[inside]
    bright = float(np.mean(seen >= contrast.split))
    if dark is None:
        dark = bright < LEAST_ACTIVE
        assumed.append(_about_polarity(dark, bright))
    if dark:
        contrast = contrast_of(inverted(image, inside), inside)
    return Proposal(
        start=start,
        shape=shape,
        mask=chosen,
        window=window,
        dark=dark,
        contrast=contrast,
        bright_share=bright,
        inside_share=1.0 if inside is None else float(inside.mean()),
        inside=inside,
        assumed=tuple(assumed),
    )


def _crop(source, start, shape) -> np.ndarray:
    return np.asarray(source[tuple(slice(a, a + n) for a, n in zip(start, shape, strict=True))])


def _refuse_labels(volume: np.ndarray) -> None:
    """Raise ValueError for a segmentation, which has few different values."""
    few = np.unique(volume[: MOST_LABELS + 2, ::3, ::3])
    if len(few) <= MOST_LABELS and len(found := np.unique(volume)) <= MOST_LABELS:
        raise ValueError(
            f"there are only {len(found)} different values ({', '.join(f'{v:g}' for v in found)}), "
            "so this is a segmentation and no tomogram; compare segmentations by `manyeyes "
            "compare`, or use it as a geometry (source: {kind: geometry})"
        )


def _about_crop(whole, start, shape, edge, first) -> str:
    cut = "x".join(map(str, shape))
    why = "" if max(shape) == edge else ", as much as fits"
    if tuple(shape) != tuple(first):
        why = ", because larger ones reach into what was not measured"
    return (
        f"the crop is {cut} voxels in the middle of {'x'.join(map(str, whole))} (z, y, x){why}; "
        "that it represents the electrode is an assumption"
    )


def _fit_mask(source, volume, start, shape, wanted):
    """Return the first mask that leaves out all fill, with its voxels and a sentence, or None."""
    filled = filled_border(volume)
    if volume.dtype.kind == "f" and np.isnan(volume).any():
        filled = Filled(float("nan"), _share_on_border(np.isnan(volume)), ())
    if wanted is None and filled is None:
        return None, None, "no mask: nothing at the border of the crop looks like fill"
    if wanted == "none":
        return "none", None, "no mask, as you said: what fills the border counts as measured"
    candidates = [wanted] if wanted is not None else ["circle", {"outside": filled.value}]
    # Whole slices are read once for all candidates.
    z = slice(start[0], start[0] + shape[0])
    slices = np.asarray(source[z])
    for mask in candidates:
        try:
            inside, how = mask_of_source(slices, mask, (0, *start[1:]), shape, "mask")
        except ValueError:
            continue
        left = volume[inside]
        sound = volume.dtype.kind != "f" or bool(np.isfinite(left).all())
        if sound and filled_border(volume, inside) is None:
            if inside.all():
                return None, None, "no mask: the crop lies within the field of view"
            about = (
                f"mask: {_named(mask)}, {how}; {100 * inside.mean():.0f} % of the crop is inside"
            )
            if filled is not None:
                about += (
                    f". The grey value {filled.value:g} fills {100 * filled.share:.0f} % of the "
                    "crop's border and was taken for what was not measured"
                )
            return mask, inside, about
    return None


def _share_on_border(found: np.ndarray) -> float:
    border = np.zeros(found.shape, dtype=bool)
    for axis in range(3):
        border[(slice(None),) * axis + ([0, -1],)] = True
    return float(found[border].mean())


def _named(mask) -> str:
    if isinstance(mask, Mapping):
        return "{" + ", ".join(f"{key}: {value:g}" for key, value in mask.items()) + "}"
    return str(mask)


def _window(volume, inside) -> tuple[tuple[float, float] | None, str]:
    seen = volume if inside is None else volume[inside]
    if volume.dtype.kind == "f" and not np.isfinite(seen).all():
        raise ValueError(
            "the crop has voxels that are not finite numbers (NaN or infinite); replace them, or "
            "leave them out by a mask"
        )
    low, high = (float(value) for value in np.percentile(seen, PERCENTILES))
    if volume.dtype.kind != "f":
        low, high = float(np.floor(low)), float(np.ceil(high))
    else:
        low, high = float(f"{low:.6g}"), float(f"{high:.6g}")
    if not low < high:
        raise ValueError(f"the crop has a single grey value, {low:g}; is it within the sample?")
    if volume.dtype == np.uint8:
        whole, _ = to_grey_levels(volume, None, "grey_window", inside)
        if not contrast_of(whole, inside).is_poor or high - low > 200:
            return None, "8-bit grey values are kept as they are (no grey_window)"
    about = (
        f"grey values {low:g} to {high:g} become 0 to 255: {PERCENTILES[0]:g} % of the crop are "
        f"darker and {100 - PERCENTILES[1]:.1f} % brighter"
    )
    return (low, high), about


def _about_polarity(dark: bool, bright: float) -> str:
    larger = "dark" if dark else "bright"
    other = "" if dark else ", as heavier material is in X-ray and backscatter images"
    return (
        f"active material is taken to be {larger}{other}; the brighter class (above Otsu's "
        f"threshold) is {100 * bright:.0f} % of the crop. Look at the picture: this cannot be told "
        "from a histogram"
    )


def field_outline(mask, shape: Sequence[int], slices: np.ndarray) -> np.ndarray | None:
    """Return where a whole slice lies outside a mask, bool (y, x), for a picture; None if unknown.

    Parameters
    ----------
    mask : str, mapping or None
    shape : sequence of int
        Of the whole volume (z, y, x).
    slices : ndarray, shape (z, y, x)
        Whole slices of the crop, or some of them.
    """
    if mask in (None, "none") or (isinstance(mask, Mapping) and "file" in mask):
        return None
    try:
        inside, _ = mask_of_source(slices, mask, (0, 0, 0), slices.shape, "mask")
    except ValueError:
        return None
    return ~inside[len(inside) // 2]
