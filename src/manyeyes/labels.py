"""Phases: their names, codes and colours, and how codes are translated.

No other module knows a code. A label volume is uint8 (z, y, x); `UNLABELLED` (0) is a voxel without
a label, in a segmentation one outside the field of view. What the other codes mean is said by
`Phases`: `TWO_PHASES` for labels of today's studies, `TRUTH_PHASES` for the truth of a twin. A
study may declare its own (config key ``phases``).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

UNLABELLED = 0
OUTSIDE = UNLABELLED
"""In a segmentation, 0 is a voxel outside the field of view."""


@dataclass(frozen=True)
class Phase:
    """One phase.

    Attributes
    ----------
    key : str
        Its name in configs and columns, such as ``active``.
    code : int
        Its value in label volumes, 1 to 254 (255 marks pixels that must not be painted).
    name : str
        Its name in figures and messages.
    colour : str
        As #rrggbb.
    """

    key: str
    code: int
    name: str
    colour: str


@dataclass(frozen=True)
class Phases:
    """The phases of a study or of a truth, in the order of the config.

    Parameters
    ----------
    entries : tuple of Phase

    Raises
    ------
    ValueError
        If there are fewer than two phases, none is called ``active``, a key or a code occurs
        twice, a code is not between 1 and 254, or a colour is not written as #rrggbb.
    """

    entries: tuple[Phase, ...]

    def __post_init__(self):
        keys, codes = [p.key for p in self], [p.code for p in self]
        if len(self.entries) < 2 or "active" not in keys:
            raise ValueError(f"expected two phases or more, one called active; found {keys}")
        if len(set(keys)) < len(keys) or len(set(codes)) < len(codes):
            raise ValueError(f"each phase needs its own name and code, found {keys} with {codes}")
        for phase in self:
            if not 1 <= phase.code <= 254:
                raise ValueError(f"{phase.key}.code must lie between 1 and 254, found {phase.code}")
            if not re.fullmatch(r"#[0-9a-fA-F]{6}", phase.colour):
                raise ValueError(
                    f"{phase.key}.colour must be written as #rrggbb, found {phase.colour!r}"
                )

    def __iter__(self) -> Iterator[Phase]:
        return iter(self.entries)

    def __getitem__(self, key: str) -> Phase:
        return next(phase for phase in self if phase.key == key)

    @property
    def codes(self) -> dict[str, int]:
        """Code of each phase, by key."""
        return {phase.key: phase.code for phase in self}

    def described(self) -> str:
        """Return codes and names as text, such as "1 (active material), 2 (pore)"."""
        return ", ".join(f"{phase.code} ({phase.name})" for phase in self)

    def active_and_rest(self, what: str) -> tuple[int, int]:
        """Return the codes of active material and of the only other phase.

        Parameters
        ----------
        what : str
            What distinguishes these two phases only, for the message.

        Raises
        ------
        ValueError
            If there are more than two phases.
        """
        if len(self.entries) > 2:
            raise ValueError(
                f"{what} distinguishes active material from one other phase only, but there are "
                f"{len(self.entries)} phases: {self.described()}; use labels that people recorded, "
                "or declare two phases"
            )
        active = self["active"].code
        return active, next(phase.code for phase in self if phase.code != active)

    def by_brightness(self, what: str) -> tuple[Phase, ...]:
        """Return the phases from the darkest to the brightest.

        X-rays are attenuated most by active material and hardly by the carbon-binder domain, so
        the order follows from the names of the phases, not from an image.

        Parameters
        ----------
        what : str
            What tells phases apart by their grey levels, for the message.

        Returns
        -------
        tuple of Phase
            The other phase and active material; or pore (or rest), carbon-binder domain and active
            material.

        Raises
        ------
        ValueError
            If there are other phases than these.
        """
        if len(self.entries) == 2:
            return next(p for p in self if p.key != "active"), self["active"]
        keys = self.codes.keys()
        dark = next((key for key in ("pore", "rest") if key in keys), "pore")
        if keys != {dark, "cbd", "active"}:
            raise ValueError(
                f"{what} tells active material from one other phase, or active, cbd and pore from "
                f"each other, by their grey levels, but the phases are {', '.join(keys)}: "
                f"{self.described()}; use labels that people recorded, or declare such phases"
            )
        return tuple(self[key] for key in (dark, "cbd", "active"))

    def check(self, labels: np.ndarray, what: str = "a segmentation") -> None:
        """Raise ValueError unless labels have voxels of these phases and otherwise 0 only."""
        if labels.size == 0:
            raise ValueError(f"{what} needs voxels, found an empty array")
        codes = sorted(self.codes.values())
        low, high = labels.min(), labels.max()
        strange = low < UNLABELLED or high > codes[-1]
        if not strange and codes != list(range(1, len(codes) + 1)):
            strange = not np.isin(labels, [UNLABELLED, *codes]).all()
        if strange:
            raise ValueError(
                f"{what} holds {self.described()} and 0 (outside the field of view) only, found "
                f"values from {low} to {high}"
            )
        if high == UNLABELLED:
            raise ValueError(
                f"{what} holds {self.described()} somewhere, found only 0, which is outside the "
                "field of view"
            )


_ACTIVE_COLOUR, _PORE_COLOUR = "#f2efe6", "#2f3e4e"

TWO_PHASES = Phases(
    (
        Phase("active", 1, "active material", _ACTIVE_COLOUR),
        Phase("rest", 2, "pore and carbon-binder domain", _PORE_COLOUR),
    )
)
"""Labels of Bailey et al. 2023: active material against everything else."""

TRUTH_PHASES = Phases(
    (
        Phase("active", 1, "active material", _ACTIVE_COLOUR),
        Phase("cbd", 2, "carbon-binder domain", "#d9660a"),
        Phase("pore", 3, "pore", _PORE_COLOUR),
        Phase("internal_pore", 4, "pore inside a particle", "#6fb7e0"),
    )
)
"""What the truth of a twin or of a segmented volume holds."""

THREE_PHASES = Phases(tuple(phase for phase in TRUTH_PHASES if phase.key != "internal_pore"))
"""Labels of people who tell the carbon-binder domain from the pore."""

ACTIVE, REST = TWO_PHASES.codes.values()
_, CBD, PORE, INTERNAL_PORE = TRUTH_PHASES.codes.values()


def phases_from_config(entries: Mapping[str, Mapping] | None) -> Phases:
    """Return the phases that a config declares.

    Parameters
    ----------
    entries : mapping of key to mapping, or None
        For each phase its ``code``, and if wanted ``name`` and ``colour`` (those of the truth's
        phase of this key by default). None gives `TWO_PHASES`.

    Returns
    -------
    Phases

    Raises
    ------
    ValueError
        See `Phases`.
    """
    if not entries:
        return TWO_PHASES
    known = {phase.key: phase for phase in (*TWO_PHASES, *TRUTH_PHASES)}
    found = []
    for key, entry in entries.items():
        default = known.get(key, Phase(key, 0, key.replace("_", " "), "#9b9b9b"))
        name, colour = entry.get("name", default.name), entry.get("colour", default.colour)
        found.append(Phase(key, entry["code"], name, colour))
    return Phases(tuple(found))


def check_truth_codes(truth: np.ndarray, *, outside: bool = False) -> None:
    """Raise ValueError unless a truth has voxels, all with codes of `TRUTH_PHASES`.

    With `outside`, 0 is allowed beside them: outside the field of view.
    """
    if truth.size == 0:
        raise ValueError("a truth needs voxels, found an empty array")
    low, high = truth.min(), truth.max()
    if low < (OUTSIDE if outside else ACTIVE) or not ACTIVE <= high <= INTERNAL_PORE:
        raise ValueError(
            f"a truth holds {TRUTH_PHASES.described()} only, found values from {low} to {high}; "
            "recode the volume"
        )


def truth_active(truth: np.ndarray, *, filled: bool) -> np.ndarray:
    """Return where a truth's active material is.

    Parameters
    ----------
    truth : ndarray of uint8, any shape
        Codes of `TRUTH_PHASES`; 0 outside the field of view.
    filled : bool
        Whether pores and cracks inside particles count as active material, as after the virtual
        filling of Bailey et al. 2023, section 3.2.1.

    Returns
    -------
    ndarray of bool

    Raises
    ------
    ValueError
        If the truth is empty or holds other codes.
    """
    check_truth_codes(truth, outside=True)
    active = truth == ACTIVE
    return active | (truth == INTERNAL_PORE) if filled else active


def to_two_phases(truth: np.ndarray, *, filled: bool) -> np.ndarray:
    """Return a truth as labels of `TWO_PHASES`, uint8; parameters as in `truth_active`."""
    check_truth_codes(truth)
    return np.where(truth_active(truth, filled=filled), np.uint8(ACTIVE), np.uint8(REST))


def truth_in_phases(truth: np.ndarray, phases: Phases) -> np.ndarray:
    """Return a truth in the phases that people label.

    Parameters
    ----------
    truth : ndarray of uint8, any shape
        Codes of `TRUTH_PHASES`; 0 outside the field of view, which stays 0.
    phases : Phases
        Those of the study. A phase of the truth that it does not have belongs to its ``pore`` if
        it is a pore, and otherwise to its ``rest``.

    Returns
    -------
    ndarray of uint8, same shape

    Raises
    ------
    ValueError
        If the array is not a truth, or holds a phase that has no place.
    """
    check_truth_codes(truth, outside=True)
    codes = phases.codes
    # What is neither here nor there stays 0.
    table = np.zeros(256, np.uint8)
    for phase in TRUTH_PHASES:
        places = [phase.key, *(["pore"] if "pore" in phase.key else []), "rest"]
        table[phase.code] = next((codes[key] for key in places if key in codes), 0)
    lost = [phase.name for phase in TRUTH_PHASES if not table[phase.code]]
    labels = table[truth]
    if lost and ((labels == UNLABELLED) & (truth != OUTSIDE)).any():
        raise ValueError(
            f"the truth holds {' or '.join(lost)}, which has no place among the phases "
            f"{phases.described()}; add a phase rest, or the missing ones"
        )
    return labels


def values_of(code: int | Sequence[int]) -> list[int]:
    """Return the values that a phase has in a label file: a config gives one, or a list."""
    return list(code) if isinstance(code, list | tuple) else [code]


def codes_by_value(codes: Mapping[str, int | Sequence[int]], phases: Phases, key: str) -> dict:
    """Return the code of a phase for each value of a label file.

    Parameters
    ----------
    codes : mapping of phase to int or list of int
        As in the config (``codes``): which values of the file mean which phase.
    phases : Phases
    key : str
        The config key, for messages.

    Returns
    -------
    dict of int to int

    Raises
    ------
    ValueError
        If a phase is unknown or a value means two phases.
    """
    known = phases.codes
    unknown = sorted(codes.keys() - known.keys())
    if unknown:
        raise ValueError(f"{key}: unknown phases {unknown}; known are {', '.join(known)}")
    meaning: dict[int, int] = {}
    for phase, code in codes.items():
        for value in values_of(code):
            if meaning.setdefault(value, known[phase]) != known[phase]:
                raise ValueError(f"{key}: {value} means two phases; give each its own value")
    return meaning


def recoded(volume: np.ndarray, codes: Mapping[int, int], key: str) -> np.ndarray:
    """Return a volume with each value replaced by its code.

    Parameters
    ----------
    volume : ndarray of integers
    codes : mapping of int to int
        From `codes_by_value`.
    key : str
        The config key, for messages.

    Returns
    -------
    ndarray of uint8, same shape

    Raises
    ------
    ValueError
        If the volume holds a value that has no code.
    """
    strange = [value for value in np.unique(volume).tolist() if value not in codes]
    if strange:
        raise ValueError(
            f"{key}: the volume holds {strange[:8]}, which mean nothing; known are {sorted(codes)}"
        )
    labels = np.zeros(volume.shape, np.uint8)
    for value, code in codes.items():
        labels[volume == value] = code
    return labels
