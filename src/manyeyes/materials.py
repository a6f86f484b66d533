"""What is known of electrode materials by their names."""

PLATELETS = ("graphite",)
"""Families whose particles are platelets, which no watershed splits."""


def family(material: str) -> str:
    """Return the kind of a material: its name without grades, so NMC532 and NMC622 are one."""
    return material.rstrip("0123456789- ").lower()


def has_separable_particles(material: str) -> bool:
    """Whether a watershed splits the particles of a material."""
    return family(material) not in PLATELETS
