"""What a study asks of a person: one step for each setting that they make, or each painting.

Bailey et al. 2023, section 2.5 and Table 2: a threshold by eye (S1 and S3 are that of S2, moved by
ten grey levels), a small and a large window of a watershed, seeds from thresholds (ML1 to ML3), and
paintings of seven slices to five coverages (MLX10 to MLX65).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ..users.slices import seeded_slices, slices_worth_looking_at, trained_slices

THRESHOLD, WINDOW, SEEDS, PAINTING = KINDS = ("threshold", "window", "seeds", "painting")

_KIND_OF = {"threshold": THRESHOLD, "window": WINDOW, "seeds": SEEDS, "drawing": PAINTING}

LARGE_BELOW = 0.03
"""A lone window is a large one if its variant tolerates fewer wrong seeds than this share, which
lies between the protocol's two (0.10 and 0.01)."""


@dataclass(frozen=True)
class Step:
    """One setting or painting.

    Attributes
    ----------
    dataset, filter : str
        The image.
    variant : str
        The variant that the step is known by; its events are kept under this name.
    kind : {"threshold", "window", "seeds", "painting"}
    variants : mapping of str to int
        The variants that the step serves, with the grey levels by which each moves a threshold (0
        for all other kinds).
    size : {"small", "large"} or None
        How large the protocol wants a window.
    which : int or str or None
        Slices as the variant names them; None for a setting made on the whole image.
    coverage_percent : float or None
        Share of each slice's field of view to be painted.
    corrections : bool
        Whether a first output is corrected on all slices but the first.
    forest : mapping
        Settings of that output's forest.
    """

    dataset: str
    filter: str
    variant: str
    kind: str
    variants: Mapping[str, int]
    size: str | None = None
    which: int | str | None = None
    coverage_percent: float | None = None
    corrections: bool = False
    forest: Mapping = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name in paths and messages: dataset/filter/variant."""
        return f"{self.dataset}/{self.filter}/{self.variant}"

    def slices(self, height: int, inside: np.ndarray | None) -> list[int] | None:
        """Return the slices that the person works on, in their order; None for the whole image.

        Parameters
        ----------
        height : int
            Slices of the image.
        inside : ndarray of bool, shape (z, y, x), or None
            The field of view. Slices with little of it are passed over.

        Raises
        ------
        ValueError
            If the image has too few slices.
        """
        if self.which is None or (self.kind == SEEDS and self.which == "all"):
            return None
        worth = slices_worth_looking_at(height, inside)
        choose = seeded_slices if self.kind == SEEDS else trained_slices
        return choose(worth, self.which)


def steps_of(
    cells: Iterable[tuple[str, str, str]], variants: Mapping[str, Mapping], methods: Mapping
) -> list[Step]:
    """Return the steps that fill cells of a study, image by image, in the order of the paper.

    Parameters
    ----------
    cells : iterable of (dataset, filter, variant)
        What is to be segmented, in the order of the config; repetitions count once.
    variants : mapping of str to mapping
        Of the study.
    methods : mapping of str to Method
        `manyeyes.methods.METHODS`.

    Returns
    -------
    list of Step
        Without variants that are nobody's work (Otsu's threshold) or have no protocol (labels that
        come from a file).
    """
    images: dict[tuple[str, str], list[str]] = {}
    for dataset, filter_, variant in dict.fromkeys(cells):
        images.setdefault((dataset, filter_), []).append(variant)
    steps = []
    for image, names in images.items():
        kinds = {name: _KIND_OF.get(methods[variants[name]["method"]].annotation) for name in names}
        of_kind = {kind: [n for n in names if kinds[n] == kind] for kind in KINDS}
        if of_kind[THRESHOLD]:
            steps.append(_threshold(image, of_kind[THRESHOLD], variants))
        sizes = _sizes({name: variants[name]["seed_error"] for name in of_kind[WINDOW]})
        # A small window first, as in the paper's text.
        for name in sorted(sizes, key=lambda name: -variants[name]["seed_error"]):
            steps.append(Step(*image, name, WINDOW, {name: 0}, size=sizes[name]))
        steps += [
            Step(*image, name, SEEDS, {name: 0}, which=variants[name]["slices"])
            for name in of_kind[SEEDS]
        ]
        steps += [_painting(image, name, variants[name]) for name in of_kind[PAINTING]]
    return steps


def chosen_cells(
    cells: Iterable[tuple[str, str, str]], only: Mapping[str, Collection[str] | None]
) -> list[tuple[str, str, str]]:
    """Return the cells of the datasets, filters and variants that somebody wants to work on.

    Parameters
    ----------
    cells : iterable of (dataset, filter, variant)
    only : mapping
        Names under ``datasets``, ``filters`` and ``variants``; None takes all.

    Raises
    ------
    ValueError
        If a name is in no cell.
    """
    cells = list(cells)
    for place, key in enumerate(("datasets", "filters", "variants")):
        wanted = only.get(key)
        if wanted is None:
            continue
        known = list(dict.fromkeys(cell[place] for cell in cells))
        strange = [name for name in wanted if name not in known]
        if strange:
            raise ValueError(
                f"--{key}: there is no {strange[0]!r} in the plan of this study; it has "
                f"{', '.join(known)}"
            )
        cells = [cell for cell in cells if cell[place] in wanted]
    return cells


def _threshold(image, names: list[str], variants: Mapping) -> Step:
    """One threshold serves all variants: the others are that of the first, moved by an offset."""
    offsets = {name: int(variants[name].get("offset", 0)) for name in names}
    preferred = min(offsets, key=lambda name: abs(offsets[name]))
    return Step(*image, preferred, THRESHOLD, offsets)


def _sizes(errors: Mapping[str, float]) -> dict[str, str | None]:
    """Return how large each window is to be: the fewer wrong seeds, the larger."""
    if len(errors) == 1:
        return {name: "large" if e < LARGE_BELOW else "small" for name, e in errors.items()}
    middle = (min(errors.values(), default=0) + max(errors.values(), default=0)) / 2
    return {name: "large" if error < middle else "small" for name, error in errors.items()}


def _painting(image, name: str, variant: Mapping) -> Step:
    which = variant["slices"]
    several = isinstance(which, int) and which > 1
    return Step(
        *image,
        name,
        PAINTING,
        {name: 0},
        which=which,
        coverage_percent=float(variant["coverage_percent"]),
        corrections=several and variant.get("corrections", True),
        forest=dict(variant.get("forest", {})),
    )
