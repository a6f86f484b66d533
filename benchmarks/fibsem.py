"""Time, memory and error of every step of the FIB-SEM chain, in one process.

    python benchmarks/fibsem.py            # a small stack, a minute
    python benchmarks/fibsem.py --full     # the paper's size
    python benchmarks/fibsem.py --pictures somewhere

Synthesis and truth, which a real stack does not need, are timed apart from the processing.
"""

import argparse
import resource
import time
from pathlib import Path

import numpy as np
from PIL import Image

from manyeyes.electrodes.electrode import describe_electrode
from manyeyes.fibsem.acquisition import Block, acquire, plan_acquisition
from manyeyes.fibsem.align import follow_structure, track_marks
from manyeyes.fibsem.crop import centred, common_field, place_slices
from manyeyes.fibsem.curtains import curtain_field
from manyeyes.fibsem.denoise import denoise, grey_pair
from manyeyes.fibsem.destripe import METHODS, destriper, to_grey_levels
from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.fibsem.pores import fill_internal_pores
from manyeyes.fibsem.resample import resample, resampled_shape
from manyeyes.fibsem.scores import LabelCounts, drift_score, stripe_score
from manyeyes.fibsem.shear import add_shear, part_shear
from manyeyes.fibsem.watershed import grey_histogram, seed_levels, segment_slice

DESCRIPTION = {"kind": "nmc", "size_um": [80, 160, 160], "active_fraction": 0.508}
GEOMETRY = SliceGeometry(slice_thickness_nm=256, pixel_size_nm=55, field_shift_nm=190)
SMALL = ((60, 300, 320), (240, 180, 240))
FULL = ((338, 620, 700), (1180, 456, 568))


class Clock:
    """Prints what each step took."""

    def __init__(self):
        self._start = self._since = time.perf_counter()

    def tell(self, step: str) -> None:
        """Print the time since the last step, and the most memory that was ever in use."""
        now = time.perf_counter()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"{step:28s} {now - self._since:8.1f} s   peak so far {peak:5.2f} GB", flush=True)
        self._since = now

    def restart(self) -> None:
        """Begin to count anew."""
        self._start = self._since = time.perf_counter()

    def total(self, what: str) -> None:
        """Print the time since the last restart."""
        print(f"{what:28s} {time.perf_counter() - self._start:8.1f} s")


def main() -> None:
    """Run the chain and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="the paper's size, some minutes")
    parser.add_argument("--pictures", type=Path, help="folder for a slice of every step")
    arguments = parser.parse_args()
    shape, final = FULL if arguments.full else SMALL
    shown = {}

    clock = Clock()
    electrode = describe_electrode(DESCRIPTION, "benchmark", "electrode", "nmc622")
    block = Block(electrode, (22.0, 70.0, 117.5), "y")
    plan = plan_acquisition(shape, GEOMETRY, {}, "benchmark", "fibsem")
    raw = np.empty(shape, np.uint8)
    curtains = np.empty((shape[0], shape[2]), np.float32)
    for k, face in enumerate(acquire(block, plan)):
        raw[k], curtains[k] = face.image, face.curtains
    clock.tell("acquire")
    middle = shape[0] // 2
    shown["raw"] = raw[middle]

    clock.restart()
    field = track_marks(raw, plan.marks_box, GEOMETRY.shear_rows)
    clock.tell("align by marks")
    field = add_shear(part_shear(field, GEOMETRY).drift_px, GEOMETRY)
    common = common_field(field, shape[1:], plan.first_row)
    crop = centred(common, GEOMETRY, final, 55.0)
    placed = np.stack([to_grey_levels(image) for image in place_slices(raw, field, crop)])
    clock.tell("shear-correct and crop")
    filter_ = destriper({"method": "wavelet_fourier"})
    destriped = np.stack([filter_(image) for image in placed])
    clock.tell("destripe")
    pairs = np.array([grey_pair(image) for image in destriped])
    smooth = np.stack(list(denoise(destriped, pairs)))
    clock.tell("denoise")
    low, high = seed_levels(grey_histogram(smooth))
    labels = np.stack([segment_slice(image, low, high) for image in smooth])
    clock.tell("watershed")
    filled = fill_internal_pores(labels)
    clock.tell("fill")
    resampled = {}
    for to in (55.0, 126.0):
        size = resampled_shape(final, 55.0, to)
        layers = resample(filled.labels == 1, GEOMETRY.voxel_size_nm, size, to)
        resampled[to] = np.stack(list(layers))
        clock.tell(f"resample to {to:g} nm")
    clock.total("processing in all")

    clock.restart()
    start = _place(crop, plan.field_px, field)
    volumes = {
        "watershed": (labels, False, GEOMETRY.voxel_size_nm),
        "fill": (filled.labels, True, GEOMETRY.voxel_size_nm),
    } | {f"resample to {to:g} nm": (v, True, (to,) * 3) for to, v in resampled.items()}
    print()
    for step, (found, fill, sizes) in volumes.items():
        counts = LabelCounts()
        for z in range(0, len(found), 8):
            part = found[z : z + 8]
            at = (start[0] + z * sizes[0] / GEOMETRY.slice_thickness_nm, *start[1:])
            counts.add(part, block.truth(at, part.shape, GEOMETRY.voxel_size_nm, sizes))
        score = counts.score(filled=fill)
        print(step, {name: round(value, 4) for name, value in score.items()})
    clock.tell("truth on all grids")
    nothing = add_shear(np.zeros_like(field), GEOMETRY)
    faces = [filter_(image[plan.first_row :]) for image in raw]
    by_structure = follow_structure(faces, GEOMETRY.shear_rows)
    clock.tell("align by structure")
    for name, way in {"raw": nothing, "marks": field, "structure": by_structure}.items():
        print(f"drift left, {name}:", drift_score(way, plan.field_px))
    for name, method in METHODS.items():
        scores = [
            stripe_score(
                method,
                raw[k, plan.first_row :],
                curtain_field(curtains[k], shape[1])[plan.first_row :],
            )
            for k in range(0, len(raw), 10)
        ]
        left = np.mean([score.stripes_left for score in scores])
        lost = np.mean([score.signal_lost for score in scores])
        print(f"{name}: stripes left {left:.3f}, signal lost {lost:.4f}")
    if arguments.pictures:
        inner = middle - crop.start[0]
        shown |= {"placed": placed[inner], "destriped": destriped[inner]}
        shown |= {"denoised": smooth[inner], "labels": 100 * labels[inner]}
        shown["filled"] = 100 * filled.labels[inner]
        for to, volume in resampled.items():
            shown[f"resampled_{to:g}"] = 100 * volume[len(volume) // 2]
            shown[f"side_{to:g}"] = 100 * volume[:, :, volume.shape[2] // 2]
        shown["side_placed"] = placed[:, :, placed.shape[2] // 2]
        arguments.pictures.mkdir(parents=True, exist_ok=True)
        for name, picture in shown.items():
            Image.fromarray(picture).save(arguments.pictures / f"{name}.png")


def _place(crop, true_px, found_px) -> tuple[float, float, float]:
    """Return where the crop lies in the electrode, in voxels of the stack."""
    used = slice(crop.start[0], crop.start[0] + crop.shape[0])
    offset = (true_px[used] - found_px[used]).mean(axis=0)
    return (crop.start[0], crop.start[1] + offset[0], crop.start[2] + offset[1])


if __name__ == "__main__":
    main()
