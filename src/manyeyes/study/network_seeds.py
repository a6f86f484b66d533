"""What variants of a network are called that are trained from its seeds."""

import re

_LATER_SEED = re.compile(r"\.seed\d+$")


def seed_variant_name(name: str, seed: int) -> str:
    """Return the name of a network's variant when it is trained from one of its seeds.

    The first seed keeps the plain name, so asking for more of them leaves it unchanged.
    """
    return name if seed == 1 else f"{name}.seed{seed}"


def without_seed(name: str) -> str:
    """Return the name that a network's variant has in the config, whatever its seed."""
    return _LATER_SEED.sub("", name)
