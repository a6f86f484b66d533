"""The 13 directions from a voxel to its neighbours, as Crofton's formula uses them."""

from itertools import product

# Share of the unit sphere's area that is nearer to a direction (both senses) than to any other of
# the 13: along an axis, a face's diagonal, the cube's diagonal. After Legland, Kieu and Devaux
# 2007, doi:10.5566/ias.v26.p83-92; a test derives them.
DIRECTION_WEIGHTS = {1: 0.0915557824, 2: 0.0739612558, 3: 0.0703912796}
"""Weight of a direction by the squared length of its step, in voxels."""

STEPS = tuple(step for step in product((-1, 0, 1), repeat=3) if step > (0, 0, 0))
"""One step (z, y, x) for each direction."""


def squared_length(step: tuple[int, int, int]) -> int:
    """Return the squared length of a step, in voxels."""
    return sum(d * d for d in step)


def pairs_along(
    step: tuple[int, int, int], shape: tuple[int, int, int]
) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Return the voxels that a step does not lead out of a volume, and those that it leads to."""
    lengths = list(zip(step, shape, strict=True))
    here = tuple(slice(max(0, -d), n - max(0, d)) for d, n in lengths)
    there = tuple(slice(max(0, d), n - max(0, -d)) for d, n in lengths)
    return here, there
