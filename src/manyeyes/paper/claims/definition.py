"""What a claim is, and the words of its checks and verdicts."""

from dataclasses import dataclass, field

from .quantities import Condition, Quantity, needs_of_quantity

VERDICTS = (
    "agrees",
    "disagrees",
    "undecided",
    "not testable here",
    "calibrated",
    "consequence",
    "duplicate",
    "by construction",
)
"""The last five never count. A consequence follows from an input of the study, whatever users do; a
duplicate is judged at another claim that says the same."""

KINDS = ("ordering", "number", "calibrated", "by construction", "not testable")
CHECKED_KINDS = ("ordering", "number", "calibrated")

ORDERINGS = ("below", "above", "at_least", "far_above", "not_far_above", "similar")
NUMBERS = ("near", "between")


@dataclass(frozen=True)
class Rules:
    """The numbers behind the words; see ``rules`` in ``claims.yaml`` for the reasons.

    Attributes
    ----------
    level : float
        Of every interval, between 0 and 1.
    least_users : int
        With at least this many users, all choices of three are the yardstick.
    agrees_from, majority : float
        An ordering agrees if at least this share of choices shows it, and if the interval of the
        share stays above the majority; the opposite holds for disagreement.
    number_agrees_from : float
        A number agrees if at least this share of choices is within the tolerance.
    similar, much, near : float
        Factors, above 1.
    near_percent : float
        Tolerance of differences from the baseline, in per cent of it.
    permutations : int
        How often names of methods are given at random; see `joint`.
    chance_at_most : float
        Part of the claims that a family shows, at most, that names at random would show too.
    """

    level: float
    least_users: int
    agrees_from: float
    majority: float
    number_agrees_from: float
    similar: float
    much: float
    near: float
    near_percent: float
    permutations: int
    chance_at_most: float

    def __post_init__(self):
        for name in (
            "level",
            "agrees_from",
            "majority",
            "number_agrees_from",
            "chance_at_most",
        ):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(
                    f"rules.{name} must be between 0 and 1, found {getattr(self, name)}"
                )
        for name in ("similar", "much", "near"):
            if not getattr(self, name) > 1:
                raise ValueError(
                    f"rules.{name} must be a factor above 1, found {getattr(self, name)}"
                )
        if self.agrees_from < max(0.5, self.majority):
            raise ValueError(
                f"rules.agrees_from ({self.agrees_from}) must not be below one half or below "
                f"rules.majority ({self.majority}), else a claim could agree and disagree at once"
            )
        if self.permutations < 99:
            raise ValueError(f"rules.permutations must be at least 99, found {self.permutations}")
        if self.least_users < 5:
            raise ValueError(
                f"rules.least_users must be at least 5, found {self.least_users}: the interval of "
                "a share needs several choices without any one user"
            )


@dataclass(frozen=True)
class Part:
    """One comparison: ``left * factor`` against ``right``; see `evaluating.part_holds`."""

    left: Quantity
    comparator: str
    right: Quantity | float
    factor: float = 1.0


@dataclass(frozen=True)
class OrderingCheck:
    """Comparisons, all or any of which must hold."""

    parts: tuple[Part, ...]
    hold: str = "all"


@dataclass(frozen=True)
class NumberCheck:
    """A number of the paper and its tolerance.

    Attributes
    ----------
    quantity : Quantity
    value : float
        The stated number, or the middle of the stated range.
    stated_low, stated_high : float
        Ends of the stated range; equal to the value if it is one number.
    low, high : float
        Ends of the tolerance.
    """

    quantity: Quantity
    value: float
    stated_low: float
    stated_high: float
    low: float
    high: float


Check = OrderingCheck | NumberCheck


@dataclass(frozen=True)
class Claim:
    """One claim of the paper.

    Attributes
    ----------
    id : str
        C001 to C114, as in the paper's claims table.
    place : str
        Section, figure or table of the paper.
    claim : str
        What is claimed, in this project's words.
    paper : str
        The paper's value or ordering, in short.
    kind : str
        One of `KINDS`.
    checks : tuple of Check
        All must hold; empty for what is by construction or not testable.
    because : str
        Why it is not checked, for these two kinds.
    note : str
        How the paper's words were interpreted, where they are ambiguous.
    contradicts : tuple of str
        Ids of the claims that the paper contradicts by this one.
    consequence_of : str
        The input of a study that this follows from, whatever users do; empty if there is none.
    same_as : str
        Id of the claim that says the same and is judged in its place.
    """

    id: str
    place: str
    claim: str
    paper: str
    kind: str
    checks: tuple[Check, ...] = ()
    because: str = ""
    note: str = ""
    contradicts: tuple[str, ...] = ()
    consequence_of: str = ""
    same_as: str = ""

    @property
    def counts(self) -> bool:
        """Whether the claim can agree or disagree."""
        return self.kind in ("ordering", "number") and not (self.consequence_of or self.same_as)


@dataclass(frozen=True)
class Claims:
    """All claims, the rules that judge them, and what was calibrated."""

    claims: tuple[Claim, ...]
    rules: Rules
    calibrated: frozenset[tuple[str, Condition]] = field(default=frozenset())


def needs_of_claim(claim: Claim) -> set[tuple[str, Condition]]:
    """Return the metrics and cells that a claim's checks need."""
    needs = set()
    for check in claim.checks:
        if isinstance(check, NumberCheck):
            needs |= needs_of_quantity(check.quantity)
        else:
            for part in check.parts:
                needs |= needs_of_quantity(part.left) | needs_of_quantity(part.right)
    return needs
