"""The scorecard: every claim of the paper with a verdict from a study's tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
import pandas as pd

from ...statistics.families import holm
from .copying import copy_of_paper
from .definition import (
    CHECKED_KINDS,
    VERDICTS,
    Claim,
    Claims,
    NumberCheck,
    OrderingCheck,
    Rules,
    needs_of_claim,
)
from .evaluating import Status, judge_number, judge_ordering, p_of_share, share_and_status
from .joint import FamilyResult, PanelResult, family_of, panel_result
from .panels import Panels, StudyTables, panels_for
from .quantities import needs_of_quantity
from .wording import number_sentence, ordering_sentences

COLUMNS = {
    "id": "str",
    "claim": "str",
    "paper_value": "str",
    "our_value": "float64",
    "low": "float64",
    "high": "float64",
    "verdict": "str",
    "reason": "str",
    "place": "str",
    "kind": "str",
    "metric": "str",
    "paper_low": "float64",
    "paper_high": "float64",
    "paper_percentile": "float64",
    "made_by": "str",
    "users": "int64",
    "realisations": "int64",
    "contradicts": "str",
    "panel": "str",
    "population_share": "float64",
    "ceiling": "str",
    "family": "str",
    "by_chance": "float64",
    "p_holm": "float64",
    "consequence_of": "str",
    "same_as": "str",
}
COUNTED = ("agrees", "disagrees", "undecided")
FAMILY_WORDS = {
    "spread": "the spread",
    "voxels": "voxels that differ",
    "baseline": "the distance from the baseline",
    "shape": "specks and pores",
}
EMPTY = {"str": "", "float64": np.nan, "int64": 0}


def scorecard(
    tables: Mapping[str, pd.DataFrame], claims: Claims, *, with_ceiling: bool = True
) -> pd.DataFrame:
    """Return every claim with its verdict.

    Claims are compared with one group of users: the simulated ones if the study has any, else
    recorded people; see `manyeyes.groups.judged_group`.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        A study's tables by name; see `panels.StudyTables`.
    claims : Claims
        See `reading.claims_from_mapping`.
    with_ceiling : bool, default True
        Judge a copy of the paper too; see `copying`. Without, that column is empty.

    Returns
    -------
    DataFrame
        One row per claim, in the order of the claims:

        - id, claim, paper_value (as stated).
        - our_value, low, high: for a number, ours and the central part of what panels of three
          give; for an ordering, the share of panels that show it (0 to 1) and its interval, NaN
          with too few users; NaN if nothing was checked.
        - verdict: one of `definition.VERDICTS`; reason.
        - place, kind, metric (of the first check), paper_low, paper_high (ends of what the paper
          states, equal for one number; NaN for orderings), paper_percentile (position of the
          paper's number among ours, 0 to 100), made_by (the group of users), users, realisations
          (0 if nothing was checked), contradicts (ids, separated by spaces).
        - panel: whether the study's first three users show it, "shown" or "not shown"; empty if
          they did not do all of it.
        - population_share: share of all choices of three users that show it, 0 to 1; NaN with too
          few users. Of a claim with several checks, that of the check shown least.
        - ceiling: the verdict of a perfect copy of the paper, with three users and the study's
          images and variants.
        - family (of claims judged together), by_chance (share of names of methods given at random
          with which the panel shows the claim), p_holm (of the claim by itself, after Holm over
          all claims; NaN if it would be undecided anyway), consequence_of, same_as.
    """
    study, panels = StudyTables(tables), {}
    outcomes = [_outcome(claim, claims, study, panels) for claim in claims.claims]
    _correct_for_many(outcomes, claims.rules)
    counting = [claim for claim in claims.claims if claim.counts]
    others = [c for c in claims.claims if c.kind in CHECKED_KINDS and not c.counts]
    together = panel_result(counting, study, claims.rules)
    panel = panel_result(others, study, claims.rules, permute=False)
    rows = []
    for claim, outcome in zip(claims.claims, outcomes, strict=True):
        _judge_together(outcome, together, claims.rules)
        rows.append(_row(claim, outcome, study, together, {**panel.shown, **together.shown}))
    card = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    if with_ceiling:
        copied = copy_of_paper(study.cells())
        if copied.get("volume_fractions") is not None:
            best = scorecard(copied, claims, with_ceiling=False)
            tested = card["verdict"].isin(COUNTED) & best["verdict"].isin(COUNTED)
            card["ceiling"] = best["verdict"].where(tested, "")
    return card


def count_verdicts(card: pd.DataFrame) -> pd.DataFrame:
    """Return how many claims of each kind got each verdict.

    Parameters
    ----------
    card : DataFrame
        As made by `scorecard`.

    Returns
    -------
    DataFrame
        verdict, ordering, number, other, claims (their sum); all verdicts, also those not given.
    """
    kinds = card["kind"].where(card["kind"].isin(["ordering", "number"]), "other")
    counts = pd.crosstab(card["verdict"], kinds)
    counts = counts.reindex(index=list(VERDICTS), columns=["ordering", "number", "other"])
    counts = counts.fillna(0).astype("int64").assign(claims=lambda table: table.sum(axis=1))
    return counts.rename_axis("verdict").rename_axis(None, axis=1).reset_index()


def summary_sentence(card: pd.DataFrame) -> str:
    """Return the scorecard in a few sentences."""
    count = card["verdict"].value_counts()
    named = {verdict: int(count.get(verdict, 0)) for verdict in VERDICTS}
    tested = sum(named[verdict] for verdict in COUNTED)
    text = (
        f"Of {len(card)} claims {tested} could be tested. Agreeing: {named['agrees']}, "
        f"disagreeing: {named['disagrees']}, undecided: {named['undecided']}. The others do not "
        f"count as agreement: {named['not testable here']} not testable here, "
        f"{named['by construction']} by construction, {named['consequence']} that follow from an "
        f"input, {named['calibrated']} calibrated, {named['duplicate']} that repeat another."
    )
    if "ceiling" in card and (card["ceiling"] == "agrees").any():
        best = int((card["ceiling"] == "agrees").sum())
        text += f" A perfect copy of the paper would agree with {best} of the {tested}."
    return text


@dataclass
class _Outcome:
    """What is known about a claim on its way to a row."""

    claim: Claim
    verdict: str
    found: dict = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)
    p_value: float = float("nan")
    few_users: bool = False


def _row(
    claim: Claim, outcome: _Outcome, study: StudyTables, together: PanelResult, shown: Mapping
) -> dict:
    sentences = outcome.sentences
    if claim.note:
        sentences.append(_sentence(claim.note))
    if claim.contradicts:
        others = ", ".join(claim.contradicts)
        sentences.append(f"The paper contradicts itself here: see {others}.")
    panel = ""
    if claim.id in shown:
        panel = "shown" if shown[claim.id] else "not shown"
    return {
        **{name: EMPTY[kind] for name, kind in COLUMNS.items()},
        "id": claim.id,
        "claim": claim.claim,
        "paper_value": claim.paper,
        "place": claim.place,
        "kind": claim.kind,
        "made_by": study.made_by,
        "contradicts": " ".join(claim.contradicts),
        "panel": panel,
        "family": family_of(claim) if claim.id in together.shown else "",
        "by_chance": together.by_chance.get(claim.id, float("nan")),
        "consequence_of": claim.consequence_of,
        "same_as": claim.same_as,
        **outcome.found,
        "verdict": outcome.verdict,
        "reason": " ".join(sentences),
    }


def _outcome(claim: Claim, claims: Claims, study: StudyTables, known: dict) -> _Outcome:
    """Return what a claim gets by itself; `known` keeps panels for other claims."""
    if claim.kind not in CHECKED_KINDS:
        verdict = "by construction" if claim.kind == "by construction" else "not testable here"
        return _Outcome(claim, verdict, {}, [_sentence(claim.because)])
    found = {"metric": _first_metric(claim)}
    stated = next((check for check in claim.checks if isinstance(check, NumberCheck)), None)
    if stated is not None:
        found |= {"paper_low": stated.stated_low, "paper_high": stated.stated_high}
    needs = needs_of_claim(claim)
    panels = panels_for(study, needs, claims.rules.least_users)
    if isinstance(panels, str):
        return _Outcome(claim, "not testable here", found, [_sentence(panels)])
    # Claims about the same users share the panels, and so every array made for them.
    panels = known.setdefault((tuple(panels.users), tuple(panels.realisations)), panels)
    verdict, numbers, sentences, p_value = _judged(claim, panels, claims.rules)
    found |= numbers | {"users": len(panels.users), "realisations": len(panels.realisations)}
    few = bool(panels.users) and not panels.enough
    if claim.kind == "calibrated":
        verdict = "calibrated"
        sentences.append("The population was fitted to this number.")
    elif claim.same_as:
        verdict = "duplicate"
        sentences.append(f"Says the same as {claim.same_as}, where it is judged.")
    elif claim.consequence_of:
        verdict = "consequence"
        sentences.append(f"Follows from {claim.consequence_of}.")
    elif needs & claims.calibrated:
        cells = sorted({str(cell) for _, cell in needs & claims.calibrated})
        sentences.append(f"Rests in part on what was calibrated ({'; '.join(cells)}).")
    return _Outcome(claim, verdict, found, sentences, p_value, few)


def _correct_for_many(outcomes: list[_Outcome], rules: Rules) -> None:
    """Leave undecided what is decided only before Holm's correction over all tested claims."""
    tested = [outcome for outcome in outcomes if outcome.verdict in COUNTED]
    adjusted = holm([1.0 if np.isnan(one.p_value) else one.p_value for one in tested])
    for outcome, p_value in zip(tested, adjusted, strict=True):
        if np.isnan(outcome.p_value):
            continue
        outcome.found["p_holm"] = float(p_value)
        if p_value > 1 - rules.level:
            outcome.sentences.append(
                f"By itself it {outcome.verdict}, but not among {len(tested)} tests "
                f"(p = {p_value:.2g} after Holm)."
            )
            outcome.verdict = "undecided"


def _judge_together(outcome: _Outcome, together: PanelResult, rules: Rules) -> None:
    """Decide what stays undecided by itself with few users, if its family allows."""
    claim = outcome.claim
    if claim.id not in together.shown or not outcome.few_users:
        return
    family = together.families[family_of(claim)]
    shown = together.shown[claim.id]
    decided = outcome.verdict in ("agrees", "disagrees")
    if not decided and shown and family.confirmed:
        outcome.verdict = "agrees"
    elif not decided and not shown and family.reversed:
        outcome.verdict = "disagrees"
    outcome.sentences.append(_family_sentence(shown, family))


def _family_sentence(shown: bool, family: FamilyResult) -> str:
    return (
        f"The panel {'shows' if shown else 'does not show'} it, and {family.shown} of "
        f"{family.claims} claims about {FAMILY_WORDS[family.name]}; names of methods at random "
        f"show {family.by_chance:.1f} (p = {family.p_more:.2g} for so many, "
        f"{family.p_fewer:.2g} for so few)."
    )


def _judged(claim: Claim, panels: Panels, rules: Rules) -> tuple[str, dict, list[str], float]:
    """Return verdict, numbers, sentences and p-value of a claim all of whose checks must hold."""
    ordering_checks = [check for check in claim.checks if isinstance(check, OrderingCheck)]
    orderings = [judge_ordering(check, panels, rules) for check in ordering_checks]
    numbers = [
        judge_number(check, panels, rules)
        for check in claim.checks
        if isinstance(check, NumberCheck)
    ]
    outcomes = [*orderings, *numbers]
    states = [outcome.status for outcome in outcomes]
    found, sentences = {}, [number_sentence(outcome, panels) for outcome in numbers]
    p_together = float("nan")
    if orderings:
        joint = reduce(np.logical_and, [outcome.holds for outcome in orderings])
        share, together = share_and_status(joint, panels, rules)
        p_together = p_of_share(share, together, joint.size, panels, rules)
        # Orderings that hold one by one need not hold in the same panels.
        if len(orderings) > 1 and together is not Status.SUPPORTED:
            states.append(Status.OPEN)
        found = {"our_value": share.share, "low": share.low, "high": share.high}
        worst = min(orderings, key=lambda outcome: (_rank(outcome.status), outcome.share.share))
        comparisons = sum(len(check.parts) for check in ordering_checks)
        sentences.append(ordering_sentences(share, worst, panels, comparisons))
    if panels.enough:
        shares = [found["our_value"]] if orderings else []
        found["population_share"] = min([*shares, *(outcome.within for outcome in numbers)])
    if numbers:
        first = numbers[0]
        found |= {"our_value": first.value, "low": first.low, "high": first.high}
        found["paper_percentile"] = 100 * first.place
    status = min(states, key=_rank)
    p_values = [outcome.p_value for outcome in outcomes if outcome.status is status]
    if status is Status.REFUTED:
        # Any check could have refuted it.
        p_value = min(1.0, len(outcomes) * min(p_values))
    else:
        p_value = max([p for p in (*p_values, p_together) if p == p], default=float("nan"))
    if status is Status.OPEN:
        p_value = float("nan")
    return status.value, found, sentences, p_value


def _rank(status: Status) -> int:
    """Return an order in which refuted comes first."""
    return [Status.REFUTED, Status.OPEN, Status.SUPPORTED].index(status)


def _first_metric(claim: Claim) -> str:
    check = claim.checks[0]
    quantity = check.parts[0].left if isinstance(check, OrderingCheck) else check.quantity
    needs = needs_of_quantity(quantity)
    return sorted({metric for metric, _ in needs})[0]


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")
