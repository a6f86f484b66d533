"""How strongly an electrode's phases attenuate X-rays."""

from collections.abc import Mapping

# Linear attenuation, per cm, by material and photon energy in keV. NMC532 at both energies and
# graphite and porous binder at 5.4 keV follow from tabulated mass attenuation and crystal density.
# NMC622 is taken to be NMC532 (an assumption: they differ by a few per cent). Binder and graphite
# at 40 keV are carbon at 0.21 cm2/g with densities of 1.0 and 2.26 g/cm3. Pores hold air. An image
# is scaled to a contrast-to-noise and to 8 bits, so only ratios matter.
ATTENUATION_PER_CM: dict[tuple[str, float], dict[str, float]] = {
    ("nmc532", 40.0): {"active": 11.9, "cbd": 0.21, "pore": 0.0},
    ("nmc532", 5.4): {"active": 418.0, "cbd": 25.0, "pore": 0.0},
    ("nmc622", 40.0): {"active": 11.9, "cbd": 0.21, "pore": 0.0},
    ("nmc622", 5.4): {"active": 418.0, "cbd": 25.0, "pore": 0.0},
    ("graphite", 40.0): {"active": 0.47, "cbd": 0.21, "pore": 0.0},
    ("graphite", 5.4): {"active": 34.0, "cbd": 25.0, "pore": 0.0},
}


def attenuation(material: str, energy_kev: float) -> Mapping[str, float]:
    """Return the linear attenuation of ``active``, ``cbd`` and ``pore``, per cm.

    Parameters
    ----------
    material : str
        ``nmc532``, ``nmc622`` or ``graphite``.
    energy_kev : float
        40 (micro-CT, about the effective energy of a filtered tungsten source) or 5.4 (nano-CT,
        chromium).

    Raises
    ------
    ValueError
        If there is no value for them.
    """
    try:
        return ATTENUATION_PER_CM[material, float(energy_kev)]
    except (KeyError, TypeError, ValueError):
        known = ", ".join(f"{name} at {energy:g}" for name, energy in ATTENUATION_PER_CM)
        raise ValueError(
            f"no attenuation is known for material {material!r} at energy_kev {energy_kev!r} "
            f"(known: {known}); give attenuation_per_cm instead"
        ) from None
