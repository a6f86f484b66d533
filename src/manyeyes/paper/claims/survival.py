"""Which orderings of the paper survive when users are built in another way."""

from collections.abc import Mapping

import pandas as pd

from .definition import Claim, Claims, needs_of_claim
from .panels import SOURCES
from .scorecard import scorecard

DECIDED = ("agrees", "disagrees")
FATES = ("survives", "stays open", "turns over", "undecided")
"""What becomes of an ordering: the same verdict under every structure; undecided under another;
the opposite verdict under another; undecided in the study itself."""

KEPT = {"volume_fractions", "pairwise"}
"""Tables of the users who repeat a plan; all others are those of the study."""

COLUMNS = ["id", "place", "claim", "structure", "verdict", "share", "low", "high", "fate", "reason"]


def survival_table(
    tables: Mapping[str, Mapping[str, pd.DataFrame]], claims: Claims
) -> pd.DataFrame:
    """Return the verdict on each ordering under each structure of users, and what becomes of it.

    Parameters
    ----------
    tables : mapping of structure to mapping of str to DataFrame
        Tables by name as for `scorecard.scorecard`, the study's own structure first.
    claims : Claims

    Returns
    -------
    DataFrame
        A row for each ordering and structure: id, place, claim, structure, verdict, share (of
        choices of users that show it) with its interval, fate (one of `FATES`), reason. Orderings
        that cannot be tested under all structures, and those of images or shapes, are left out.

    Raises
    ------
    ValueError
        If there is only one structure.
    """
    if len(tables) < 2:
        raise ValueError("survival compares structures of users; give the study at least one more")
    wanted = [claim for claim in claims.claims if _about_users(claim)]
    chosen = Claims(tuple(wanted), claims.rules, claims.calibrated)
    cards = {
        structure: scorecard(found, chosen).set_index("id") for structure, found in tables.items()
    }
    rows = []
    for claim in wanted:
        found = {structure: card.loc[claim.id] for structure, card in cards.items()}
        verdicts = [row["verdict"] for row in found.values()]
        if "not testable here" not in verdicts:
            rows += [
                {
                    "id": claim.id,
                    **row[["place", "claim", "verdict", "low", "high", "reason"]],
                    "structure": structure,
                    "share": row["our_value"],
                    "fate": fate(verdicts),
                }
                for structure, row in found.items()
            ]
    return pd.DataFrame(rows, columns=COLUMNS)


def fate(verdicts: list[str]) -> str:
    """Return what becomes of an ordering by its verdicts, that of the study's own users first."""
    own, *others = verdicts
    if own not in DECIDED:
        return "undecided"
    if any(other in DECIDED and other != own for other in others):
        return "turns over"
    return "survives" if all(other == own for other in others) else "stays open"


def survival_text(table: pd.DataFrame) -> str:
    """Return in a few sentences what is a finding and what a property of the users' model.

    Parameters
    ----------
    table : DataFrame
        Made by `survival_table`.

    Returns
    -------
    str
    """
    if table.empty:
        return (
            "No ordering of the paper can be tested with the datasets and variants of this study; "
            "structure_spread.csv has the standard deviations under each structure of the users."
        )
    structures = list(dict.fromkeys(table["structure"]))
    own = table[table["structure"] == structures[0]]
    decided = own[own["verdict"].isin(DECIDED)]
    others = " and ".join(structures[1:])
    if decided.empty:
        return (
            f"None of {len(own)} orderings of the paper is decided under the study's own users, so "
            f"there is nothing that could survive under others ({others})."
        )
    sentences = [
        f"Of {len(own)} orderings of the paper that can be tested under every structure of the "
        f"users, {len(decided)} are decided under {structures[0]}."
    ]
    survivors, turned, still = (
        decided[decided["fate"] == name] for name in ("survives", "turns over", "stays open")
    )
    if len(survivors):
        sentences.append(
            f"{len(survivors)} come out the same under {others} too, and so do not depend on how a "
            f"user is thought to see: {_by_verdict(survivors)}."
        )
    if len(turned):
        turn = (
            "turns over, and so is a property"
            if len(turned) == 1
            else "turn over, and so are properties"
        )
        which = ", ".join(_turned(table, row) for row in turned.itertuples())
        sentences.append(f"{len(turned)} {turn} of the model and no finding: {which}.")
    if len(still):
        sentences.append(
            f"{len(still)} {'is' if len(still) == 1 else 'are'} undecided under another structure: "
            f"{', '.join(still['id'])}."
        )
    return " ".join(sentences)


def _about_users(claim: Claim) -> bool:
    tables = [{table for table, _ in SOURCES[metric]} for metric, _ in needs_of_claim(claim)]
    return claim.kind == "ordering" and all(
        needed & KEPT and needed <= {*KEPT, "baseline"} for needed in tables
    )


def _by_verdict(rows: pd.DataFrame) -> str:
    words = {"agrees": "as in the paper", "disagrees": "against the paper"}
    return "; ".join(
        f"{words[verdict]} {', '.join(found['id'])}" for verdict, found in rows.groupby("verdict")
    )


def _turned(table: pd.DataFrame, row) -> str:
    opposite = next(verdict for verdict in DECIDED if verdict != row.verdict)
    against = table[(table["id"] == row.id) & (table["verdict"] == opposite)]
    return f"{row.id} ({row.verdict}; not under {' and '.join(against['structure'])})"
