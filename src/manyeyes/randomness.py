"""Random generators that are seeded by names, never by the order in which jobs run."""

import hashlib

import numpy as np


def seed_from_names(*names: object) -> int:
    """Return a 64-bit seed that depends on the given names and on nothing else.

    Parameters
    ----------
    *names : object
        Whatever identifies the draw, outermost first, such as the study's seed, the dataset,
        the user. Each is taken by its ``str``; the parts are kept apart, so ``("ab", "c")`` and
        ``("a", "bc")`` give different seeds.

    Returns
    -------
    int
        Between 0 and 2**64 - 1.

    Raises
    ------
    ValueError
        If no name is given.
    """
    if not names:
        raise ValueError("a seed needs at least one name, such as the study's seed")
    parts = [str(name).encode() for name in names]
    digest = hashlib.sha256(b"".join(b"%d:%s" % (len(part), part) for part in parts))
    return int.from_bytes(digest.digest()[:8], "little")


def generator(*names: object) -> np.random.Generator:
    """Return a PCG64 generator seeded by names; see `seed_from_names`."""
    return np.random.Generator(np.random.PCG64(seed_from_names(*names)))
