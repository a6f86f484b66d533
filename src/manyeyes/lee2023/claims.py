"""The claims of Lee et al. 2023, judged by the rules and the words of the other paper's claims.

What decides an ordering or a number is the same (`manyeyes.paper.claims.evaluating`), but nobody
segments here: instead of panels of users there are trainings, and the share that shows a claim is a
share of trainings. With few of them, a verdict says what these trainings do and no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ..paper.claims.definition import (
    CHECKED_KINDS,
    Claim,
    Claims,
    NumberCheck,
    OrderingCheck,
    Part,
    needs_of_claim,
)
from ..paper.claims.evaluating import Status, judge_number, judge_ordering
from ..paper.claims.quantities import Aggregate, Condition, Quantity, evaluate
from ..paper.claims.reading import claims_from_mapping
from ..paper.claims.wording import COMPARATOR_WORDS
from .names import VOLUMES

SCORES = ("accuracy", "error", "f1_pore", "f1_grain", "mse", "false_pore")
SETTLING = ("epochs_to_settle", "epochs_after_equalised")
METRICS = (*SCORES, *SETTLING, *VOLUMES, *(f"{name}_off" for name in VOLUMES))

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
    "trainings": "int64",
    "contradicts": "str",
}
VERDICTS = (
    "agrees",
    "disagrees",
    "undecided",
    "not testable here",
    "consequence",
    "by construction",
)
"""The last three never count; a consequence follows from an input of the study."""

_DIMENSIONS = {"slices": "dataset", "against": "filter", "method": "variant"}
_WORDS = {
    "accuracy": "accuracy",
    "error": "share of wrong pixels",
    "f1_pore": "F1 of pore",
    "f1_grain": "F1 of grain",
    "mse": "mean squared error",
    "false_pore": "share of pixels wrongly called pore",
    "epochs_to_settle": "epochs until it settles",
    "epochs_after_equalised": "epochs after equalised inputs",
    "porosity": "porosity over the reference",
    "pore_volume": "pore volume over the reference",
    "pore_surface": "pore surface over the reference",
    "porosity_off": "error of the porosity in per cent",
    "pore_volume_off": "error of the pore volume in per cent",
    "pore_surface_off": "error of the pore surface in per cent",
}


def read_claims(document: Mapping, judged_as: Mapping) -> Claims:
    """Return the claims of a document, with the rules of another.

    Parameters
    ----------
    document : mapping
        ``claims.yaml`` of this package: ``groups`` and ``claims``, whose conditions are called
        slices, against and method.
    judged_as : mapping
        ``claims.yaml`` of `manyeyes.paper`, for its ``rules``.

    Raises
    ------
    ValueError
        As `manyeyes.paper.claims.reading.claims_from_mapping`.
    """
    renamed = {"rules": judged_as["rules"], **_renamed(document)}
    return claims_from_mapping(renamed, METRICS)


def _renamed(value):
    """Return a document with the dimensions of the other paper's claims in place of ours."""
    if isinstance(value, Mapping):
        return {_DIMENSIONS.get(key, key): _renamed(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_renamed(entry) for entry in value]
    return value


@dataclass(frozen=True)
class Trainings:
    """What trainings measured, in the place of `manyeyes.paper.claims.panels.Panels`.

    Attributes
    ----------
    values : Mapping of (metric, Condition) to ndarray of float64, shape (trainings,)
    realisations : tuple of str
        The trainings.
    """

    values: Mapping[tuple[str, Condition], np.ndarray]
    realisations: tuple[str, ...]
    users: Sequence[str] = field(default=())
    enough: bool = False

    def measured(self, metric: str, cell: Condition) -> np.ndarray:
        """Return a metric of every training, shape (trainings, 1)."""
        return self.values[metric, cell][:, None]

    distribution = measured
    new_panels = measured


def scorecard(metrics: pd.DataFrame, claims: Claims) -> pd.DataFrame:
    """Return every claim with its verdict.

    Parameters
    ----------
    metrics : DataFrame
        metric, slices, against, method, training, value; see `manyeyes.lee2023.metrics`.
    claims : Claims
        See `read_claims`.

    Returns
    -------
    DataFrame
        One row per claim: id, claim, paper_value, our_value (a number: the median over trainings;
        an ordering: the share of trainings that show it, 0 to 1), low, high (of a number: lowest
        and highest training), verdict (one of `VERDICTS`), reason, place, kind, trainings,
        contradicts.
    """
    rows = [_row(claim, claims, metrics) for claim in claims.claims]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _row(claim: Claim, claims: Claims, metrics: pd.DataFrame) -> dict:
    row = {
        "id": claim.id,
        "claim": claim.claim,
        "paper_value": claim.paper,
        "place": claim.place,
        "kind": claim.kind,
        "contradicts": " ".join(claim.contradicts),
        "our_value": np.nan,
        "low": np.nan,
        "high": np.nan,
        "trainings": 0,
    }
    if claim.kind not in CHECKED_KINDS:
        verdict = "by construction" if claim.kind == "by construction" else "not testable here"
        return row | {"verdict": verdict, "reason": _sentence(claim.because)}
    trainings = _trainings(claim, metrics)
    if isinstance(trainings, str):
        return row | {"verdict": "not testable here", "reason": _sentence(trainings)}
    verdict, found, sentences = _judged(claim, trainings, claims)
    if claim.note:
        sentences.append(_sentence(claim.note))
    if claim.contradicts:
        others = ", ".join(claim.contradicts)
        sentences.append(f"The paper contradicts itself here: see {others}.")
    if claim.consequence_of:
        # What the trainings show is told, but it is no finding.
        shows = {"agrees": "It holds", "disagrees": "It does not hold"}.get(
            verdict, "It is undecided"
        )
        sentences.append(f"{shows}, but follows from {claim.consequence_of}.")
        verdict = "consequence"
    found |= {"trainings": len(trainings.realisations)}
    return row | found | {"verdict": verdict, "reason": " ".join(sentences)}


def _trainings(claim: Claim, metrics: pd.DataFrame) -> Trainings | str:
    """Return what the trainings measured of a claim, or why it cannot be tested."""
    keys = ["metric", "slices", "against", "method"]
    found, shared = {}, None
    for metric, cell in sorted(needs_of_claim(claim)):
        rows = metrics[(metrics[keys] == [metric, *cell]).all(axis=1)]
        values = rows.dropna(subset="value").set_index("training")["value"]
        if values.empty:
            slices, against, method = cell
            where = f"{method} inputs on {slices} slices, held against the {against}"
            return f"this study has no {_WORDS[metric]} of {where}"
        found[metric, cell] = values
        shared = list(values.index) if shared is None else [t for t in shared if t in values.index]
    if not shared:
        return "the conditions that it compares have no training in common"
    values = {key: series.loc[shared].to_numpy(np.float64) for key, series in found.items()}
    return Trainings(values, tuple(shared))


def _judged(claim: Claim, trainings: Trainings, claims: Claims) -> tuple[str, dict, list[str]]:
    """Return verdict, numbers and sentences of a claim all of whose checks must hold."""
    rules = claims.rules
    orderings = [c for c in claim.checks if isinstance(c, OrderingCheck)]
    numbers = [c for c in claim.checks if isinstance(c, NumberCheck)]
    outcomes = [judge_ordering(check, trainings, rules) for check in orderings]
    states = [outcome.status for outcome in outcomes]
    sentences: list[str] = []
    found: dict = {}
    if outcomes:
        together = np.logical_and.reduce([outcome.holds for outcome in outcomes])
        share = float(together.mean())
        if len(outcomes) > 1 and share < rules.agrees_from:
            states.append(Status.OPEN)
        found = {"our_value": share}
        worst = min(outcomes, key=lambda one: (_rank(one.status), one.share.share))
        sentences.append(f"Shown by {_of(together, trainings)}.")
        comparisons = sum(len(check.parts) for check in orderings)
        name = "Compared" if comparisons == 1 else "Decisive"
        sentences.append(f"{name}: {_part(worst.part, trainings)}.")
    for check in numbers:
        outcome = judge_number(check, trainings, rules)
        states.append(outcome.status)
        values = np.ravel(evaluate(check.quantity, trainings.measured))
        found = {"our_value": outcome.value, "low": values.min(), "high": values.max()}
        inside = (values >= check.low) & (values <= check.high)
        ends = dict.fromkeys(f"{value:.3g}" for value in (values.min(), values.max()))
        sentences.append(
            f"Between {check.low:.3g} and {check.high:.3g} in {_of(inside, trainings)}; "
            f"found {' to '.join(ends)}."
        )
    return min(states, key=_rank).value, found, sentences


def _rank(status: Status) -> int:
    """Return an order in which refuted comes first."""
    return [Status.REFUTED, Status.OPEN, Status.SUPPORTED].index(status)


def _of(holds: np.ndarray, trainings: Trainings) -> str:
    count, all_ = int(np.count_nonzero(holds)), len(trainings.realisations)
    if all_ == 1:
        return "the one training" if count else "no training (there is one)"
    return f"{count or 'none'} of {all_} trainings"


def _part(part: Part, trainings: Trainings) -> str:
    sides = [
        f"{side:g}" if isinstance(side, float) else _quantity(side, trainings)
        for side in (part.left, part.right)
    ]
    factor = f"{part.factor:g} times " if part.factor != 1 and part.comparator != "similar" else ""
    return f"{sides[0]} {COMPARATOR_WORDS[part.comparator]} {factor}{sides[1]}"


def _quantity(quantity: Quantity, trainings: Trainings) -> str:
    if not isinstance(quantity, Aggregate) or len(quantity.cells) != 1:
        raise ValueError("a claim compares single conditions here; write one for each")
    (cell,) = quantity.cells
    values = np.ravel(evaluate(quantity, trainings.measured))
    ends = f"{values.min():.3g}"
    if values.min() != values.max():
        ends += f" to {values.max():.3g}"
    return f"{_WORDS[quantity.metric]} of {cell.variant} ({cell.dataset} slices, {ends})"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")


def summary_sentence(card: pd.DataFrame) -> str:
    """Return the scorecard in a few sentences."""
    count = card["verdict"].value_counts()
    named = {verdict: int(count.get(verdict, 0)) for verdict in VERDICTS}
    tested = named["agrees"] + named["disagrees"] + named["undecided"]
    return (
        f"Of {len(card)} claims {tested} could be tested. Agreeing: {named['agrees']}, "
        f"disagreeing: {named['disagrees']}, undecided: {named['undecided']}. The others do not "
        f"count: {named['not testable here']} not testable here, {named['consequence']} that "
        f"follow from an input, {named['by construction']} by construction."
    )
