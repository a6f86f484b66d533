"""How filters and origins are called where people read them."""

from collections.abc import Mapping, Sequence

PEOPLE = " (people)"
"""What follows a variant's name where recorded people did it beside simulated users."""

FILTER_NAMES = {"raw": "raw", "gaussian": "filtered"}
ORIGIN_NAMES = {
    "twin": "digital twin",
    "simulated-imaging": "simulated image of a measured geometry",
    "measured": "measured tomogram",
}
ORIGIN_PLURALS = {
    "twin": "digital twins",
    "simulated-imaging": "simulated images of measured geometries",
    "measured": "measured tomograms",
}


def filter_name(filter_: str) -> str:
    """Return how a filter is called in a figure; a filter of one's own keeps its name."""
    return FILTER_NAMES.get(filter_, filter_)


def origin_sentence(origins: Mapping[str, str]) -> str:
    """Return a sentence that says where the data of each dataset come from.

    Parameters
    ----------
    origins : mapping of dataset to origin
        Origins are ``twin``, ``simulated-imaging`` and ``measured``.

    Returns
    -------
    str
        For example "Data: digital twins (NMC-1, NMC-2); measured tomogram (mine)."
    """
    by_origin: dict[str, list[str]] = {}
    for dataset, origin in origins.items():
        by_origin.setdefault(origin, []).append(dataset)
    parts = [
        f"{(ORIGIN_NAMES if len(names) == 1 else ORIGIN_PLURALS)[origin]} ({', '.join(names)})"
        for origin, names in by_origin.items()
    ]
    return f"Data: {'; '.join(parts)}."


def inverted_sentence(datasets: Sequence[str]) -> str:
    """Return a sentence that says whose grey levels were inverted; empty if nobody's were."""
    if not datasets:
        return ""
    return (
        f"Grey levels of {', '.join(datasets)} are inverted: active material was dark and is shown "
        "bright."
    )
