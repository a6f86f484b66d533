"""Methods of segmentation: one module per method.

`METHODS` holds them by name, in the order of `ANNOTATION_KINDS`, then alphabetically.

Each module of this package without a leading underscore holds ``METHOD``, a `Method`. All are
imported to read a config, so they import nothing heavier than NumPy at the top.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import numpy as np

from ..annotations import Annotation
from ..labels import ACTIVE, REST, TWO_PHASES, Phases
from ._method import ANNOTATION_KINDS, FirstOutput, Labelled, Method, Person, Request

__all__ = [
    "ANNOTATION_KINDS",
    "METHODS",
    "Method",
    "Person",
    "Request",
    "annotate",
    "label",
    "modules_of",
    "require_phases",
]

THREE_PHASE_STRUCTURE = "two_class"
"""The structure of a population whose users can tell three phases; see `manyeyes.users.seeing`."""


@cache
def _methods() -> dict[str, Method]:
    found = {}
    for name in sorted(module.name for module in iter_modules(__path__)):
        if not name.startswith("_"):
            method = import_module(f"{__name__}.{name}").METHOD
            if method.name != name:
                raise ValueError(f"methods/{name}.py holds the method {method.name!r}; rename one")
            found[name] = method
    kinds = list(ANNOTATION_KINDS)
    return dict(sorted(found.items(), key=lambda item: kinds.index(item[1].annotation)))


def __getattr__(name: str):
    if name == "METHODS":
        return _methods()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def modules_of(methods: Iterable[str]) -> list[str]:
    """Return the dotted names of the modules of some methods, sorted, for a code digest."""
    return [f"{__name__}.{name}" for name in sorted(set(methods) & _methods().keys())]


def annotate(
    image: np.ndarray,
    variant: Mapping[str, object],
    traits,
    *,
    seed_names: Sequence[object],
    output_names: Sequence[object] | None = None,
    first_output: FirstOutput | None = None,
    inside: np.ndarray | None = None,
    phases: Phases = TWO_PHASES,
) -> Annotation:
    """Let a simulated user annotate an image.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
        What the user sees.
    variant : mapping
        As in the config: ``method`` and its settings.
    traits : Traits
        The user; see `manyeyes.users.population`.
    seed_names : sequence
        (study seed, user, dataset, filter). The method is added here: all variants of a method
        share one sitting, so that S1 and S3 are offsets of S2's threshold and the generous window
        lies inside the conservative one.
    output_names, first_output, inside, phases : optional
        See `Person`.

    Returns
    -------
    Threshold, Window, Drawing or Nothing
        With a record of what the user did.

    Raises
    ------
    ValueError
        If the image is not an 8-bit volume with two visible phases, or the variant's method is
        unknown, only for recorded users or for fewer phases, or a setting is missing or impossible.
    """
    from ..imaging.filters import require_image
    from ..imaging.masks import known_mask

    require_image(image)
    name = variant.get("method")
    method = _methods().get(name)
    if method is None or method.annotate is None:
        known = [known for known, method in _methods().items() if method.annotate]
        raise ValueError(f"simulated users know the methods {', '.join(known)}; found {name!r}")
    structure = traits.population.structure if len(phases.entries) > 2 else None
    require_phases(method, phases, structure)
    missing = [key for key in method.required if key not in variant]
    if missing:
        raise ValueError(f"a variant of method {name!r} needs {', '.join(missing)}")
    person = Person(
        traits=traits,
        names=(*seed_names, name),
        first_output=first_output,
        output_names=None if output_names is None else tuple(output_names),
        inside=known_mask(inside, image.shape),
        phases=phases,
    )
    return method.annotate(image, variant, person)


def require_phases(method: Method, phases: Phases, structure: str | None = None) -> None:
    """Raise ValueError unless a method can label phases.

    Parameters
    ----------
    method : Method
    phases : Phases
        Of the study.
    structure : str, optional
        Of the population, if simulated users use the method.
    """
    what = f"method {method.name}"
    if method.two_phases:
        codes = phases.active_and_rest(what)
        if codes != (ACTIVE, REST):
            raise ValueError(
                f"{what} labels active material as {ACTIVE} and the rest as {REST}, but the study "
                f"has {phases.described()}; declare these codes, or leave phases out"
            )
    elif method.annotate:
        three = len(phases.by_brightness(what)) > 2
        if three and structure not in (None, THREE_PHASE_STRUCTURE):
            raise ValueError(
                f"simulated users of the structure {structure} see two phases only, but there are "
                f"{len(phases.entries)}: {phases.described()}; use {THREE_PHASE_STRUCTURE}, or "
                "declare two phases"
            )


def label(
    image: np.ndarray, requests: Sequence[Request], inside: np.ndarray | None = None
) -> Iterator[Labelled]:
    """Yield the segmentations of one image by several users and variants.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    requests : sequence of Request
        Those whose methods share a function ``label`` are labelled together, so that what is
        expensive (the features of the image) is computed once.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.

    Yields
    ------
    labels : ndarray of uint8, shape (z, y, x)
        Codes of phases; 0 outside the field of view.
    made_by : str or None
        What trained the classifier, if any.
    """
    from ..imaging.masks import known_mask

    inside = known_mask(inside, image.shape)
    makers = [_methods()[request.variant["method"]].label for request in requests]
    streams = {
        maker: maker(
            image, [r for r, m in zip(requests, makers, strict=True) if m == maker], inside
        )
        for maker in dict.fromkeys(makers)
    }
    for maker in makers:
        yield next(streams[maker])
