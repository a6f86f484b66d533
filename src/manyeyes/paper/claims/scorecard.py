"""The scorecard: every claim of the paper with a verdict from a study's tables."""

from collections.abc import Mapping
from functools import reduce

import numpy as np
import pandas as pd

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
from .evaluating import Status, judge_number, judge_ordering, share_and_status
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
}
EMPTY = {"str": "", "float64": np.nan, "int64": 0}


def scorecard(tables: Mapping[str, pd.DataFrame], claims: Claims) -> pd.DataFrame:
    """Return every claim with its verdict.

    Claims are compared with one group of users: the simulated ones if the study has any, else
    recorded people; see `manyeyes.groups.judged_group`.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        A study's tables by name; see `panels.StudyTables`.
    claims : Claims
        See `reading.claims_from_mapping`.

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
    """
    study, panels = StudyTables(tables), {}
    rows = [_row(claim, claims, study, panels) for claim in claims.claims]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


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
    """Return the scorecard in two sentences."""
    count = card["verdict"].value_counts()
    agrees, disagrees, undecided, untested, calibrated, constructed = (
        int(count.get(verdict, 0)) for verdict in VERDICTS
    )
    tested = agrees + disagrees + undecided
    return (
        f"Of {len(card)} claims {tested} could be tested: {agrees} agree, {disagrees} disagree, "
        f"{undecided} stay undecided. {untested} are not testable here, {constructed} hold by "
        f"construction and {calibrated} were calibrated; none of these counts as agreement."
    )


def _row(claim: Claim, claims: Claims, study: StudyTables, known: dict) -> dict:
    verdict, found, sentences = _outcome(claim, claims, study, known)
    if claim.note:
        sentences.append(_sentence(claim.note))
    if claim.contradicts:
        others = ", ".join(claim.contradicts)
        sentences.append(f"The paper contradicts itself here: see {others}.")
    return {
        **{name: EMPTY[kind] for name, kind in COLUMNS.items()},
        "id": claim.id,
        "claim": claim.claim,
        "paper_value": claim.paper,
        "place": claim.place,
        "kind": claim.kind,
        "made_by": study.made_by,
        "contradicts": " ".join(claim.contradicts),
        **found,
        "verdict": verdict,
        "reason": " ".join(sentences),
    }


def _outcome(
    claim: Claim, claims: Claims, study: StudyTables, known: dict
) -> tuple[str, dict, list[str]]:
    """Return verdict, numbers and sentences of a claim; `known` keeps panels for other claims."""
    if claim.kind not in CHECKED_KINDS:
        verdict = "by construction" if claim.kind == "by construction" else "not testable here"
        return verdict, {}, [_sentence(claim.because)]
    found = {"metric": _first_metric(claim)}
    stated = next((check for check in claim.checks if isinstance(check, NumberCheck)), None)
    if stated is not None:
        found |= {"paper_low": stated.stated_low, "paper_high": stated.stated_high}
    needs = needs_of_claim(claim)
    panels = panels_for(study, needs, claims.rules.least_users)
    if isinstance(panels, str):
        return "not testable here", found, [_sentence(panels)]
    # Claims about the same users share the panels, and so every array made for them.
    panels = known.setdefault((tuple(panels.users), tuple(panels.realisations)), panels)
    verdict, numbers, sentences = _judged(claim, panels, claims.rules)
    found |= numbers | {"users": len(panels.users), "realisations": len(panels.realisations)}
    if claim.kind == "calibrated":
        verdict = "calibrated"
        sentences.append("The population was fitted to this number.")
    elif needs & claims.calibrated:
        cells = sorted({str(cell) for _, cell in needs & claims.calibrated})
        sentences.append(f"Rests in part on what was calibrated ({'; '.join(cells)}).")
    return verdict, found, sentences


def _judged(claim: Claim, panels: Panels, rules: Rules) -> tuple[str, dict, list[str]]:
    """Return verdict, numbers and sentences of a claim all of whose checks must hold."""
    ordering_checks = [check for check in claim.checks if isinstance(check, OrderingCheck)]
    orderings = [judge_ordering(check, panels, rules) for check in ordering_checks]
    numbers = [
        judge_number(check, panels, rules)
        for check in claim.checks
        if isinstance(check, NumberCheck)
    ]
    states = [outcome.status for outcome in (*orderings, *numbers)]
    found, sentences = {}, [number_sentence(outcome, panels) for outcome in numbers]
    if orderings:
        joint = reduce(np.logical_and, [outcome.holds for outcome in orderings])
        share, together = share_and_status(joint, panels, rules)
        # Orderings that hold one by one need not hold in the same panels.
        if len(orderings) > 1 and together is not Status.SUPPORTED:
            states.append(Status.OPEN)
        found = {"our_value": share.share, "low": share.low, "high": share.high}
        worst = min(orderings, key=lambda outcome: (_rank(outcome.status), outcome.share.share))
        comparisons = sum(len(check.parts) for check in ordering_checks)
        sentences.append(ordering_sentences(share, worst, panels, comparisons))
    if numbers:
        first = numbers[0]
        found = {"our_value": first.value, "low": first.low, "high": first.high}
        found["paper_percentile"] = 100 * first.place
    return min(states, key=_rank).value, found, sentences


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
