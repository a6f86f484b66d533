"""Read the claims in ``claims.yaml``, and refuse entries that make no sense."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product

from .definition import (
    CHECKED_KINDS,
    KINDS,
    NUMBERS,
    ORDERINGS,
    Check,
    Claim,
    Claims,
    NumberCheck,
    OrderingCheck,
    Part,
    Rules,
)
from .quantities import (
    IMAGE_METRICS,
    METRICS,
    TAKES,
    Aggregate,
    Condition,
    Count,
    Quantity,
    RankCorrelation,
    SameLowest,
    Share,
)

DIMENSIONS = ("dataset", "filter", "variant")
SPECIAL = {
    "count": "below",
    "share": "below",
    "rank_correlation": "with",
    "same_lowest": "with",
}
"""Sides of a comparison that have two halves, and the key of the second."""

Conditions = dict[str, tuple[str, ...]]
Groups = Mapping[str, list[str]]


def claims_from_mapping(document: Mapping, metrics: Sequence[str] = METRICS) -> Claims:
    """Return the claims that a document describes.

    Parameters
    ----------
    document : mapping
        From YAML: ``rules``, ``groups``, ``calibrated``, ``claims``. The end of ``claims.yaml``
        explains how to write an entry.
    metrics : sequence of str, optional
        What claims may compare; the claims of another paper have metrics of their own.

    Returns
    -------
    Claims

    Raises
    ------
    ValueError
        If a key or word is unknown, an id occurs twice, a contradiction is not mutual, several
        conditions are not combined, or a kind lacks what it needs. The message names the claim.
    """
    _refuse_unknown("claims", document, {"rules", "groups", "calibrated", "claims"})
    rules = _rules(document["rules"])
    groups = document.get("groups", {})
    claims = []
    for entry in document["claims"]:
        try:
            claims.append(_claim(entry, groups, rules, metrics))
        except (ValueError, KeyError, TypeError) as error:
            problem = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise ValueError(f"claim {entry.get('id', '(without id)')}: {problem}") from error
    _check_ids(claims)
    calibrated = document.get("calibrated", {"metrics": [], "cells": []})
    cells = [Condition(**cell) for cell in calibrated["cells"]]
    return Claims(
        claims=tuple(claims),
        rules=rules,
        calibrated=frozenset(product(calibrated["metrics"], cells)),
    )


def _rules(mapping: Mapping) -> Rules:
    values = {key: value for key, value in mapping.items() if key != "because"}
    _refuse_unknown("rules", values, set(Rules.__dataclass_fields__))
    missing = sorted(set(Rules.__dataclass_fields__) - set(values))
    if missing:
        raise ValueError(f"rules: {', '.join(missing)} missing")
    return Rules(**values)


def _claim(entry: Mapping, groups: Groups, rules: Rules, metrics: Sequence[str]) -> Claim:
    known = {"id", "place", "claim", "paper", "kind", "checks", "because", "note", "contradicts"}
    known |= {"consequence_of", "same_as"}
    _refuse_unknown("it", entry, known)
    kind = entry["kind"]
    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}, found {kind!r}")
    checked = kind in CHECKED_KINDS
    if checked != bool(entry.get("checks")) or checked == bool(entry.get("because")):
        raise ValueError(f"kind {kind!r} needs {'checks' if checked else 'because'} alone")
    for check in entry.get("checks", ()):
        if check["metric"] not in metrics:
            raise ValueError(f"metric is one of {', '.join(metrics)}, found {check['metric']!r}")
    checks = tuple(_check(check, groups, rules) for check in entry.get("checks", ()))
    numbers = any(isinstance(check, NumberCheck) for check in checks)
    if checked and numbers != (kind != "ordering"):
        raise ValueError("numbers are near or between, calibrated or not; orderings are neither")
    return Claim(
        id=entry["id"],
        place=entry["place"],
        claim=entry["claim"],
        paper=str(entry["paper"]),
        kind=kind,
        checks=checks,
        because=" ".join(entry.get("because", "").split()),
        note=" ".join(entry.get("note", "").split()),
        contradicts=tuple(entry.get("contradicts", ())),
        consequence_of=" ".join(entry.get("consequence_of", "").split()),
        same_as=entry.get("same_as", ""),
    )


def _check(entry: Mapping, groups: Groups, rules: Rules) -> Check:
    number_keys = {"metric", "where", "left", "is", "by", "value", "within"}
    ordering_keys = {"metric", "hold", "each", "successive", "where", "left", "is", "right", "by"}
    metric, comparator = entry["metric"], entry["is"]
    shared = _conditions(entry.get("where", {}), groups)
    if comparator in NUMBERS:
        _refuse_unknown(f"a check that is {comparator}", entry, number_keys)
        lefts = list(_quantities(entry["left"], metric, shared, groups))
        if len(lefts) != 1:
            raise ValueError("a number is compared with one quantity; combine the conditions")
        return _number_check(lefts[0], metric, entry, rules)
    if comparator not in ORDERINGS:
        raise ValueError(f"is: one of {', '.join((*ORDERINGS, *NUMBERS))}, found {comparator!r}")
    _refuse_unknown(f"a check that is {comparator}", entry, ordering_keys)
    hold = entry.get("hold", "all")
    if hold not in ("all", "any"):
        raise ValueError(f"hold is all or any, found {hold!r}")
    factors = {"similar": rules.similar, "far_above": rules.much, "not_far_above": rules.much}
    factor = float(entry.get("by", factors.get(comparator, 1.0)))
    parts = []
    right = entry["right"]
    for bound in _combinations(_conditions(entry.get("each", {}), groups)):
        for earlier, later in _successive(_conditions(entry.get("successive", {}), groups)):
            rights = (
                list(_quantities(right, metric, {**shared, **bound, **earlier}, groups))
                if isinstance(right, Mapping)
                else [float(right)]
            )
            for left in _quantities(entry["left"], metric, {**shared, **bound, **later}, groups):
                parts += [Part(left, comparator, one, factor) for one in rights if one != left]
    if not parts:
        raise ValueError("a check compares a condition only with itself")
    return OrderingCheck(tuple(parts), hold)


def _number_check(quantity: Quantity, metric: str, entry: Mapping, rules: Rules) -> NumberCheck:
    value = entry["value"]
    if entry["is"] == "between":
        low, high = (float(end) for end in value)
        if not low < high:
            raise ValueError(f"between needs two rising values, found {value}")
        return NumberCheck(quantity, (low + high) / 2, low, high, low, high)
    value = float(value)
    if "within" in entry or metric == "baseline_percent":
        reach = float(entry.get("within", rules.near_percent))
        return NumberCheck(quantity, value, value, value, value - reach, value + reach)
    factor = float(entry.get("by", rules.near))
    return NumberCheck(quantity, value, value, value, value / factor, value * factor)


def _quantities(
    side: Mapping, metric: str, shared: Conditions, groups: Groups
) -> Iterator[Quantity]:
    """Yield the quantities of one side: one, or one for each of its own combinations."""
    special = set(SPECIAL) & set(side)
    if special:
        yield _special(special.pop(), side, metric, shared, groups)
        return
    own = {name: value for name, value in side.items() if name not in ("each", "take", "per")}
    conditions = {**shared, **_conditions(own, groups)}
    for bound in _combinations(_conditions(side.get("each", {}), groups)):
        yield _aggregate(side, metric, {**conditions, **bound}, groups)


def _aggregate(side: Mapping, metric: str, conditions: Conditions, groups: Groups) -> Aggregate:
    cells = _cells(metric, conditions)
    take = side.get("take")
    if take is not None and take not in TAKES:
        raise ValueError(f"take is one of {', '.join(TAKES)}, found {take!r}")
    if len(cells) > 1 and take is None:
        raise ValueError(f"{len(cells)} conditions need take: {', '.join(TAKES)}")
    per = None
    if "per" in side:
        other = dict(side["per"])
        # The mean is meant if the divisor has several conditions and no take.
        other_take = other.pop("take", "mean")
        replaced = {**conditions, **_conditions(other, groups)}
        per = Aggregate(metric, _cells(metric, replaced), other_take)
    return Aggregate(metric, cells, take if len(cells) > 1 else None, per)


def _special(name: str, side: Mapping, metric: str, shared: Conditions, groups: Groups) -> Quantity:
    second = SPECIAL[name]
    _refuse_unknown(f"{name}", side, {name, second})
    listed = {**shared, **_conditions(side[name], groups)}

    def single(metric: str, conditions: Conditions) -> tuple[Aggregate, ...]:
        return tuple(Aggregate(metric, (cell,)) for cell in _cells(metric, conditions))

    if name == "count":
        below = dict(side["below"])
        take = below.pop("take", None)
        side_below = {"take": take} if take else {}
        conditions = {**shared, **_conditions(below, groups)}
        return Count(single(metric, listed), _aggregate(side_below, metric, conditions, groups))
    if name == "share":
        images = _combinations({key: listed[key] for key in ("dataset", "filter")})
        compared = {**shared, **_conditions(side["below"], groups)}
        return Share(
            tuple(
                pair
                for image in images
                for pair in product(
                    single(metric, {**listed, **image}), single(metric, {**compared, **image})
                )
            )
        )
    other = side["with"]
    if other not in METRICS:
        raise ValueError(f"with is a metric, one of {', '.join(METRICS)}, found {other!r}")
    made = RankCorrelation if name == "rank_correlation" else SameLowest
    return made(single(metric, listed), single(other, listed))


def _conditions(mapping: Mapping, groups: Groups) -> Conditions:
    _refuse_unknown("conditions", mapping, set(DIMENSIONS))
    resolved = {}
    for name, value in mapping.items():
        names = groups.get(value, [value]) if isinstance(value, str) else value
        resolved[name] = tuple(str(item) for item in names)
    return resolved


def _combinations(conditions: Conditions) -> Iterator[Conditions]:
    for values in product(*conditions.values()):
        yield {name: (value,) for name, value in zip(conditions, values, strict=True)}


def _successive(conditions: Conditions) -> Iterator[tuple[Conditions, Conditions]]:
    """Yield each step from one condition of a list to the next; one empty step without a list."""
    if not conditions:
        yield {}, {}
        return
    if len(conditions) > 1:
        raise ValueError("successive takes one list of conditions")
    ((name, values),) = conditions.items()
    for earlier, later in pairwise(values):
        yield {name: (earlier,)}, {name: (later,)}


def _cells(metric: str, conditions: Conditions) -> tuple[Condition, ...]:
    image_only = metric in IMAGE_METRICS
    needed = DIMENSIONS[:2] if image_only else DIMENSIONS
    missing = [name for name in needed if name not in conditions]
    if missing:
        raise ValueError(f"{metric} needs a {' and a '.join(missing)}")
    variants = ("",) if image_only else conditions["variant"]
    return tuple(
        Condition(*names)
        for names in product(conditions["dataset"], conditions["filter"], variants)
    )


def _check_ids(claims: list[Claim]) -> None:
    by_id = {claim.id: claim for claim in claims}
    if len(by_id) != len(claims):
        raise ValueError("two claims have the same id; give each its own")
    for claim in claims:
        if claim.same_as and (claim.same_as not in by_id or by_id[claim.same_as].same_as):
            raise ValueError(
                f"claim {claim.id} is the same as {claim.same_as}, which must exist and be judged"
            )
        for other in claim.contradicts:
            if other not in by_id or claim.id not in by_id[other].contradicts:
                raise ValueError(
                    f"claim {claim.id} contradicts {other}, which must exist and name it too"
                )


def _refuse_unknown(place: str, mapping: Mapping, known: set[str]) -> None:
    if not isinstance(mapping, Mapping):
        raise ValueError(f"{place} is a mapping with the keys {', '.join(sorted(known))}")
    unknown = sorted(set(mapping) - known)
    if unknown:
        raise ValueError(
            f"{place} cannot have {', '.join(map(str, unknown))}; "
            f"known are {', '.join(sorted(known))}"
        )
