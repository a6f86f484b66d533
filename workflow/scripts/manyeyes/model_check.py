"""Whether the models that a study names can be made: electrodes, imaging, population."""

from collections.abc import Callable

from manyeyes.electrodes import read_description
from manyeyes.imaging import CtSettings, SemSettings, read_settings
from manyeyes.study import Study
from manyeyes.users import Population


def model_problems(study: Study) -> list[str]:
    """Return what is wrong with a study's models, one sentence each, starting with the key.

    Parameters
    ----------
    study : Study

    Returns
    -------
    list of str
        Empty if all is well.
    """
    checks: list[tuple[str, Callable, tuple]] = [
        ("population", Population.from_mapping, (study.population,))
    ]
    for name, description in study.electrodes.items():
        checks.append((f"electrodes.{name}", read_description, (description,)))
    for dataset in study.datasets.values():
        if "imaging" in dataset.source:
            key = f"datasets.{dataset.name}.source.imaging"
            checks.append((key, read_settings, (dataset.source["imaging"], CtSettings)))
    if study.baseline:
        imaging = study.baseline["block"]["imaging"]
        checks.append(("baseline.block.imaging", read_settings, (imaging, SemSettings)))
    return [problem for check in checks for problem in _complaint(*check)]


def _complaint(key: str, read: Callable, arguments: tuple) -> list[str]:
    try:
        read(*arguments)
    except ValueError as error:
        return [f"{key}: {error}"]
    return []
