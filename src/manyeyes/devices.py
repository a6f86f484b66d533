"""Where numbers are computed: on the processor, or by JAX on a graphics card."""

DEVICES = ("cpu", "gpu")

INSTALL = (
    "JAX is not installed; install it with `pip install 'manyeyes[networks]'`, and for a graphics "
    "card the wheel of its maker besides, such as `pip install 'jax[cuda12]'`"
)


def check_device(device: str) -> str:
    """Return the name of a device.

    Raises
    ------
    ValueError
        If there is no such device.
    """
    if device not in DEVICES:
        raise ValueError(f"device must be one of {', '.join(DEVICES)}: found {device!r}")
    return device


def jax_device(device: str):
    """Return the first device of a kind that JAX knows.

    Parameters
    ----------
    device : {"cpu", "gpu"}

    Returns
    -------
    jax.Device

    Raises
    ------
    ValueError
        If JAX is not installed or finds no such device here. Nothing else is taken in its place,
        because that would be neither asked for nor as fast.
    """
    check_device(device)
    try:
        import jax
    except ImportError:
        raise ValueError(f"device: {device} needs JAX, and {INSTALL}") from None
    try:
        return jax.devices(device)[0]
    except RuntimeError:
        found = ", ".join(sorted({entry.platform for entry in jax.devices()}))
        raise ValueError(
            f"device: {device} was asked for, but JAX finds only {found} on this machine; run it "
            "where there is a graphics card and its wheel of JAX (`pip install 'jax[cuda12]'`), "
            "or set device: cpu"
        ) from None
