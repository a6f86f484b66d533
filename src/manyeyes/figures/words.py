"""Names of filters and origins in figures and the report."""

from collections.abc import Collection, Mapping, Sequence

PEOPLE = " (people)"
"""Follows a variant's name where recorded people did it and simulated users did too."""

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
    """Return the name of a filter in figures; a user's own filter keeps its name."""
    return FILTER_NAMES.get(filter_, filter_)


def comparison_name(name: str) -> str:
    """Return the name of a planned comparison with filters called as in figures.

    Only a name made of two variants with their filters is changed, not what a user called it.
    """
    parts = name.split(" ")
    if len(parts) != 5 or parts[2] != "against":
        return name
    first, one, against, second, other = parts
    return " ".join([first, filter_name(one), against, second, filter_name(other)])


REFERENCE = "a reference given by the laboratory"
"""What the truth of a measured tomogram is."""


def reference_sentence(datasets: Sequence[str]) -> str:
    """Return a sentence on datasets whose truth somebody gave; empty if there are none."""
    if not datasets:
        return ""
    return f"The truth of {', '.join(datasets)} is {REFERENCE}, with errors of its own."


def origin_sentence(origins: Mapping[str, str], datasets: Collection[str] | None = None) -> str:
    """Return a sentence that says where the data of each dataset come from.

    Parameters
    ----------
    origins : mapping of dataset to origin
        Origins are ``twin``, ``simulated-imaging`` and ``measured``.
    datasets : collection of str, optional
        Those that the sentence is about; all by default.

    Returns
    -------
    str
        For example "Data: digital twins (NMC-1, NMC-2); measured tomogram (mine)."
    """
    by_origin: dict[str, list[str]] = {}
    for dataset, origin in origins.items():
        if datasets is None or dataset in datasets:
            by_origin.setdefault(origin, []).append(dataset)
    parts = [
        f"{(ORIGIN_NAMES if len(names) == 1 else ORIGIN_PLURALS)[origin]} ({', '.join(names)})"
        for origin, names in by_origin.items()
    ]
    return f"Data: {'; '.join(parts)}."


def inverted_sentence(datasets: Sequence[str]) -> str:
    """Return a sentence that names the inverted datasets; empty if there are none."""
    if not datasets:
        return ""
    return (
        f"Grey levels of {', '.join(datasets)} are inverted: active material was dark and is shown "
        "bright."
    )
