"""Back-projection by JAX, on a graphics card.

The same sums as in `manyeyes.projections.beams`, in the same order of angles. A compiler may fuse
a product and a sum where the other does not, so that values agree within rounding only.
"""

import numpy as np

from ..devices import start_jax


def back_project(
    sinogram: np.ndarray,
    directions: np.ndarray,
    centres: np.ndarray,
    corner: tuple[float, float],
    shape: tuple[int, int],
    device: str = "gpu",
) -> np.ndarray:
    """Add up filtered sinograms over all angles.

    Parameters
    ----------
    sinogram : numpy.ndarray
        float32 (angles, columns, slices).
    directions : numpy.ndarray
        float64 (angles, 2): cosine and sine.
    centres : numpy.ndarray
        float64 (angles,): column of the axis in each projection.
    corner : tuple of float
        y and x of the first pixel, from the axis.
    shape : tuple of int
        Pixels (y, x) of a slice.
    device : {"gpu", "cpu"}
        See `manyeyes.devices.start_jax`.

    Returns
    -------
    numpy.ndarray
        float32 (y, x, slices).

    Raises
    ------
    ModuleNotFoundError
        If JAX is not installed.
    ValueError
        If there is no such device.
    """
    chosen = start_jax(device)
    import jax
    from jax import numpy as jnp

    # Where a ray meets the detector needs more digits than single precision has.
    with jax.enable_x64(True), jax.default_device(chosen):
        y = corner[0] + jnp.arange(shape[0])[:, None]
        x = corner[1] + jnp.arange(shape[1])[None, :]
        last = sinogram.shape[1] - 1

        def add(total, angle):
            beam, (cosine, sine), centre = angle
            place = centre + x * cosine - y * sine
            seen = (place >= 0.0) & (place <= last)
            left = jnp.clip(place.astype(jnp.int32), 0, last - 1)
            share = (place - left).astype(jnp.float32)[..., None]
            value = (jnp.float32(1.0) - share) * beam[left] + share * beam[left + 1]
            return total + jnp.where(seen[..., None], value, jnp.float32(0.0)), None

        def of_all(*angles):
            start = jnp.zeros((*shape, sinogram.shape[2]), dtype=jnp.float32)
            return jax.lax.scan(add, start, angles)[0]

        return np.asarray(jax.jit(of_all)(sinogram, directions, centres))
