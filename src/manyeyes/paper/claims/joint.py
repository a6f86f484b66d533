"""What a panel of a few users shows, and whether names of methods given at random show as much.

Two spreads of three users differ at 5 % only above a ratio of 6.24, so hardly any claim can be
confirmed alone. Together they can: if methods did not matter, their names could be exchanged
within each image, and the panel would show as many of the paper's claims as with names at random.
This is a permutation test (Fisher 1935; Phipson and Smyth 2010, doi:10.2202/1544-6115.1585, on its
p-value), exact whatever the distributions, for all claims of a family at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

import numpy as np

from ...randomness import generator
from ...statistics.families import holm
from ...statistics.grids import shared_realisations
from .definition import Check, Claim, NumberCheck, Rules, needs_of_claim
from .evaluating import part_holds
from .panels import Panels, StudyTables, shared_users
from .quantities import IMAGE_METRICS, METRICS, Condition, View, evaluate

PANEL_USERS = 3
FAMILIES = {
    "sd": "spread",
    "pairwise": "voxels",
    "pairwise_per_sd": "voxels",
    "baseline_percent": "baseline",
}
"""The family of a claim, by the metric of its first check; all others: shape."""


@dataclass(frozen=True)
class FamilyResult:
    """How many claims of a family the panel shows, and how many by chance.

    Attributes
    ----------
    name : str
    claims, shown : int
    by_chance : float
        Mean number shown with names at random.
    p_more, p_fewer : float
        Share of names at random that show as many or more, as few or fewer; adjusted by Holm over
        the families.
    confirmed, reversed : bool
        See `family_results`.
    """

    name: str
    claims: int
    shown: int
    by_chance: float
    p_more: float
    p_fewer: float
    confirmed: bool
    reversed: bool


@dataclass(frozen=True)
class PanelResult:
    """What the panel shows.

    Attributes
    ----------
    users : list of str
    shown : dict of str to bool
        Of each claim, by id; claims that the panel cannot test are absent.
    by_chance : dict of str to float
        Share of names at random with which the claim is shown.
    families : dict of str to FamilyResult
    """

    users: list[str]
    shown: dict[str, bool]
    by_chance: dict[str, float]
    families: dict[str, FamilyResult]


def family_of(claim: Claim) -> str:
    """Return the family in which a claim is judged with others."""
    check = claim.checks[0]
    quantity = check.quantity if isinstance(check, NumberCheck) else check.parts[0].left
    metric = getattr(quantity, "metric", "")
    if not metric:
        metric = sorted(metric for metric, _ in needs_of_claim(claim))[-1]
    return FAMILIES.get(metric, "shape")


def is_shown(claim: Claim, view: View) -> np.ndarray:
    """Return whether values show all of a claim, in most realisations, shape (panels,)."""
    shown = reduce(np.logical_and, [_check_holds(check, view) for check in claim.checks])
    return shown.mean(axis=0) > 0.5


def _check_holds(check: Check, view: View) -> np.ndarray:
    if isinstance(check, NumberCheck):
        values = evaluate(check.quantity, view)
        return (values >= check.low) & (values <= check.high)
    together = np.logical_and if check.hold == "all" else np.logical_or
    return reduce(together, [part_holds(part, view) for part in check.parts])


def panel_result(
    claims: Iterable[Claim], study: StudyTables, rules: Rules, *, permute: bool = True
) -> PanelResult:
    """Return what the study's panel shows, claim by claim and family by family.

    The panel is the first three users of the volume fractions, who are the paper's three where a
    population follows them.

    Parameters
    ----------
    claims : iterable of Claim
        Those that count, with checks.
    study : StudyTables
    rules : Rules
    permute : bool, default True
        False leaves out the families.
    """
    claims = [claim for claim in claims if _of_users(claim)]
    panel, cells = _cells_of_panel(claims, study)
    frames = [frame for need in sorted(cells) for frame in study.frames(*need)]
    realisations = shared_realisations(frames) if frames else []
    if len(panel) < 2 or not realisations:
        return PanelResult(panel, {}, {}, {})
    panels = Panels(study, panel, realisations, rules.least_users)
    testable = [claim for claim in claims if _user_needs(claim) <= cells]
    shown = {claim.id: bool(is_shown(claim, panels.measured)[0]) for claim in testable}
    if not permute or not testable:
        return PanelResult(panel, shown, {}, {})
    view = _at_random(panels, cells, rules.permutations)
    random = {
        claim.id: np.broadcast_to(is_shown(claim, view), (rules.permutations,))
        for claim in testable
    }
    families = family_results(testable, shown, random, rules)
    return PanelResult(panel, shown, {one: float(r.mean()) for one, r in random.items()}, families)


def family_results(
    claims: list[Claim], shown: dict[str, bool], random: dict[str, np.ndarray], rules: Rules
) -> dict[str, FamilyResult]:
    """Return the joint test of each family.

    A family is confirmed if names at random seldom show as many claims (Holm over families, at
    the rules' level), and if hardly any of those shown can be due to chance: with a share c shown
    by chance and a share s shown, (s - c) / (1 - c) of the claims are more than chance, and the
    others contribute c of theirs. `Rules.chance_at_most` limits that part of what is shown. A
    family is reversed if the same holds for the claims that are not shown.
    """
    names = list(dict.fromkeys(family_of(claim) for claim in claims))
    counted = []
    for name in names:
        ids = [claim.id for claim in claims if family_of(claim) == name]
        found = sum(shown[one] for one in ids)
        chance = np.sum([random[one] for one in ids], axis=0)
        draws = len(chance) + 1
        more = (1 + np.sum(chance >= found)) / draws
        fewer = (1 + np.sum(chance <= found)) / draws
        counted.append((len(ids), found, float(chance.mean()), more, fewer))
    adjusted = [holm([row[place] for row in counted]) for place in (3, 4)]
    results = {}
    for i, (name, (claimed, found, chance, _, _)) in enumerate(zip(names, counted, strict=True)):
        more, fewer = float(adjusted[0][i]), float(adjusted[1][i])
        limit = 1 - rules.level
        due = _due_to_chance(found / claimed, chance / claimed)
        due_not = _due_to_chance(1 - found / claimed, 1 - chance / claimed)
        results[name] = FamilyResult(
            name=name,
            claims=claimed,
            shown=found,
            by_chance=chance,
            p_more=more,
            p_fewer=fewer,
            confirmed=more <= limit and due <= rules.chance_at_most,
            reversed=fewer <= limit and due_not <= rules.chance_at_most,
        )
    return results


def _due_to_chance(share: float, chance: float) -> float:
    """Return the part of what is shown that names at random would show too."""
    if share <= chance:
        return 1.0
    beyond = (share - chance) / (1 - chance)
    return (1 - beyond) * chance / share


def _of_users(claim: Claim) -> bool:
    return any(metric not in IMAGE_METRICS for metric, _ in needs_of_claim(claim))


def _user_needs(claim: Claim) -> set[tuple[str, Condition]]:
    return {need for need in needs_of_claim(claim) if need[0] not in IMAGE_METRICS}


def _cells_of_panel(
    claims: list[Claim], study: StudyTables
) -> tuple[list[str], set[tuple[str, Condition]]]:
    """Return the panel, and every metric and cell that it has."""
    wanted = {cell for claim in claims for _, cell in _user_needs(claim)}
    panel = study.users()[:PANEL_USERS]
    found = {}
    for cell in wanted:
        metrics = {
            metric
            for metric in METRICS
            if metric not in IMAGE_METRICS and _has(study, metric, cell, panel)
        }
        if "sd" in metrics:
            found[cell] = metrics
    cells = set()
    for image in {cell[:2] for cell in found}:
        here = {cell: metrics for cell, metrics in found.items() if cell[:2] == image}
        # Names are exchanged between variants that were measured alike.
        most = max(here.values(), key=lambda metrics: (len(metrics), sorted(metrics)))
        cells |= {(metric, c) for c, known in here.items() if known == most for metric in known}
    return panel, cells


def _has(study: StudyTables, metric: str, cell: Condition, panel: list[str]) -> bool:
    frames = study.frames(metric, cell)
    of_users = [frame for frame in frames if hasattr(frame, "columns")]
    return bool(frames) and all(set(panel) <= set(shared_users([frame])) for frame in of_users)


def _at_random(panels: Panels, cells: set[tuple[str, Condition]], draws: int) -> View:
    """Return a view in which the variants of each image have exchanged their names."""
    images = {}
    for image in sorted({cell[:2] for _, cell in cells}):
        variants = sorted({cell.variant for _, cell in cells if cell[:2] == image})
        rng = generator("names at random", *image)
        orders = rng.permuted(np.tile(np.arange(len(variants)), (draws, 1)), axis=1)
        images[image] = variants, orders
    stacks = {}

    def view(metric: str, cell: Condition) -> np.ndarray:
        if (metric, cell) not in cells:
            return panels.measured(metric, cell)
        variants, orders = images[cell[:2]]
        key = (metric, *cell[:2])
        if key not in stacks:
            stacks[key] = np.stack(
                [panels.measured(metric, Condition(*cell[:2], name))[:, 0] for name in variants]
            )
        return stacks[key][orders[:, variants.index(cell.variant)]].T

    return view
