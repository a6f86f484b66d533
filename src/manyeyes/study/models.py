"""Whether the models that a study describes are valid: electrodes, imaging, population."""

from collections.abc import Callable

from ..devices import MISSING, is_installed
from ..electrodes.description import read_description
from ..fibsem.acquisition import Faults
from ..fibsem.geometry import SliceGeometry
from ..imaging.settings import CtSettings
from ..labels import ACTIVE, REST, TWO_PHASES, Phases
from ..lee2023.training import training_settings
from ..methods import METHODS, require_phases
from ..pores.settings import BseSettings, ParticleSettings
from ..projections.scanning import ScanSettings
from ..projections.steps import ReconstructionSettings
from ..settings import read_settings
from ..users.population import Population
from .model import Dataset, Study
from .networks import networks_of
from .pore_networks import PoreNetworks, check_shares
from .projected import GIVEN_BY_TWIN, is_scanned_twin


def model_problems(study: Study) -> list[str]:
    """Return what is wrong with a study's models, one sentence each, starting with the key."""
    checks: list[tuple[str, Callable, tuple]] = [
        ("population", Population.from_mapping, (study.population,))
    ]
    for name, population in study.structures.items():
        key = f"population_by_structure.{name}"
        checks.append((key, Population.from_mapping, (population,)))
    for name, description in study.electrodes.items():
        checks.append((f"electrodes.{name}", read_description, (description,)))
    for dataset in study.first_realisations().datasets.values():
        key = f"datasets.{dataset.name}.source"
        if "reconstruction" in dataset.source:
            checks.append((f"{key}.reconstruction", _check_reconstruction, (dataset,)))
        if "scan" in dataset.source:
            scan = dataset.source["scan"]
            checks.append((f"{key}.scan", read_settings, (scan, ScanSettings, "scan")))
        if "imaging" in dataset.source:
            key = f"datasets.{dataset.name}.source.imaging"
            checks.append((key, read_settings, (dataset.source["imaging"], CtSettings, "imaging")))
    for name in dict.fromkeys(name for block in study.blocks for name in block.variants):
        method = METHODS[study.variants[name]["method"]]
        structure = study.population.get("structure")
        checks.append((f"variants.{name}", require_phases, (method, study.phases, structure)))
    # Said once, whatever the number of networks and seeds.
    for name in list(networks_of(study))[:1]:
        checks.append((f"variants.{name}", _require_jax, ()))
    for key in _two_phase_parts(study):
        checks.append((key, _require_two_phases, (study.phases, key)))
    if study.pore_networks:
        checks += _pore_checks(study.pore_networks)
    if study.baseline:
        checks += _fibsem_checks(study.baseline["fibsem"])
    return [problem for check in checks for problem in _complaint(*check)]


def _two_phase_parts(study: Study) -> list[str]:
    """Return the keys of what a study asks for and only two phases can have."""
    parts = {
        "imitators": study.imitated(),
        "sensitivity": study.sensitivity,
        "outline_map": study.outline_map,
        "structures": study.structures,
    }
    return [key for key, wanted in parts.items() if wanted]


def _check_reconstruction(dataset: Dataset) -> None:
    settings = dataset.source["reconstruction"]
    read_settings(settings, ReconstructionSettings, "reconstruction")
    given = [key for key in GIVEN_BY_TWIN if key in settings]
    if is_scanned_twin(dataset) and given:
        raise ValueError(
            f"{' and '.join(given)} of a scanned twin follow from its crop; leave them out"
        )
    if settings.get("device") == "gpu":
        _require_jax()


def _require_two_phases(phases: Phases, key: str) -> None:
    codes = list(phases.codes.values())
    if len(codes) > 2 or sorted(codes, key=phases["active"].code.__ne__) != [ACTIVE, REST]:
        raise ValueError(
            f"{key} is for studies of two phases, {TWO_PHASES.described()}, but this one has "
            f"{phases.described()}; leave {key} out, or leave phases out"
        )


def _fibsem_checks(chain) -> list[tuple[str, Callable, tuple]]:
    source = chain["source"]
    checks = [
        ("baseline.fibsem.geometry", lambda sizes: SliceGeometry(**sizes), (chain["geometry"],))
    ]
    if source["kind"] == "twin":
        faults = source.get("faults", {})
        checks.append(("baseline.fibsem.source.faults", read_settings, (faults, Faults, "faults")))
    return checks


def _pore_checks(networks: PoreNetworks) -> list[tuple[str, Callable, tuple]]:
    key = "pore_networks"
    checks: list[tuple[str, Callable, tuple]] = []
    for name, described in networks.particles.items():
        for part, settings in (("particle", ParticleSettings), ("imaging", BseSettings)):
            arguments = (described.get(part, {}), settings, part)
            checks.append((f"{key}.particles.{name}.{part}", read_settings, arguments))
    checks.append((key, _require_jax, ()))
    checks.append((f"{key}.training", training_settings, (networks.training, "raw")))
    checks.append((f"{key}.labels", check_shares, (networks.labels,)))
    return checks


def _require_jax() -> None:
    if not is_installed():
        raise ValueError(MISSING)


def _complaint(key: str, read: Callable, arguments: tuple) -> list[str]:
    try:
        read(*arguments)
    except ValueError as error:
        return [f"{key}: {error}"]
    except TypeError as error:
        return [f"{key}: a value has another type than expected ({error}); numbers need no quotes"]
    return []
