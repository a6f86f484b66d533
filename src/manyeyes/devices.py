"""What computes: the processor or a graphics card. JAX is started here, on one thread."""

import os
import platform
import sys
import warnings

DEVICES = ("cpu", "gpu")

MISSING = (
    "networks and graphics cards need JAX, which is not installed: run `make networks` in a "
    "clone, or `pip install 'manyeyes[networks]'`"
)
NO_GPU = (
    "device gpu was asked for, but JAX finds none: install its build for your GPU (such as "
    "`pip install 'jax[cuda12]'`), or take device cpu"
)

# XLA divides sums among its threads, so that their number changes the last bits.
_ONE_THREAD = {"PJRT_NPROC": "1"}
_FLAGS = ["--xla_cpu_multi_thread_eigen=false", "--xla_gpu_deterministic_ops=true"]
if platform.machine().lower() in ("x86_64", "amd64"):
    # The width of a processor's vectors changes the order of sums. AVX2 is nearly everywhere, and
    # the wider AVX-512 is no faster here (docs/networks.md).
    _FLAGS.append("--xla_cpu_max_isa=AVX2")

_started: set[str] = set()


def is_installed() -> bool:
    """Whether JAX can be imported; it is not imported."""
    from importlib.util import find_spec

    return find_spec("jax") is not None and find_spec("jaxlib") is not None


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


def start_jax(device: str = "cpu"):
    """Load JAX, so that it computes with one thread, and return its device.

    XLA reads its settings when it starts, once for each process. Call this before anything else
    uses JAX; all functions of this package do.

    Parameters
    ----------
    device : {"cpu", "gpu"}

    Returns
    -------
    jax.Device

    Raises
    ------
    ModuleNotFoundError
        If JAX is not installed; the message says how to install it.
    ValueError
        If there is no GPU.
    """
    if not is_installed():
        raise ModuleNotFoundError(MISSING, name="jax")
    before = "jax" in sys.modules and not _started
    if not _started:
        os.environ.update(_ONE_THREAD)
        flags = os.environ.get("XLA_FLAGS", "").split()
        # Of a flag that is given twice, the last counts.
        os.environ["XLA_FLAGS"] = " ".join([*flags, *_FLAGS])
    import jax

    if before and _is_running(jax):
        warnings.warn(
            "JAX was started before manyeyes set it to one thread, so results may differ in their "
            "last bits; call manyeyes.devices.start_jax() first",
            stacklevel=2,
        )
    _started.add(device)
    if device == "cpu":
        return jax.local_devices(backend="cpu")[0]
    try:
        found = jax.local_devices(backend="gpu")[0]
    except RuntimeError as error:
        raise ValueError(NO_GPU) from error
    # Otherwise products are rounded to 10 bits (TF32), far from those of a CPU.
    jax.config.update("jax_default_matmul_precision", "highest")
    return found


def _is_running(jax) -> bool:
    """Whether JAX has already started its devices."""
    bridge = getattr(getattr(jax, "_src", None), "xla_bridge", None)
    asked = getattr(bridge, "backends_are_initialized", None)
    return bool(asked and asked())


def described(device) -> str:
    """Return a device and the version of JAX, for a network's provenance."""
    import jax

    kind = "" if device.device_kind == device.platform else f" ({device.device_kind})"
    return f"{device.platform}{kind}, jax {jax.__version__}"
