"""Captions of figures: what a figure shows, and what the paper found."""

from typing import NamedTuple

from docutils.core import publish_parts

PAPER_OPENINGS = ("The paper ", "Corresponds to ", "Stands for ", "Not a figure of the paper")
"""A paragraph of a caption that begins so is about the paper: its figure, and what it found."""

_ORIGINS = "{{ snakemake.params.origins }}"


class Caption(NamedTuple):
    """A caption in HTML.

    Attributes
    ----------
    shows : str
        What the figure shows, and what to mind.
    paper : str
        Which figure of the paper it corresponds to, and what the paper found; empty where it has
        nothing to say.
    """

    shows: str
    paper: str


def caption(text: str) -> Caption:
    """Return a caption's two parts in HTML.

    Parameters
    ----------
    text : str
        reStructuredText, as Snakemake's own report reads it too. The placeholder of the data's
        origin is left out: the page says it beside every figure.

    Returns
    -------
    Caption

    Raises
    ------
    ValueError
        If the text holds any other placeholder, which only Snakemake could fill.
    """
    text = text.replace(_ORIGINS, "")
    if "{{" in text:
        raise ValueError(
            f"a caption may hold no placeholder but {_ORIGINS}, found {text[text.index('{{') :]!r}"
        )
    paragraphs = [part.strip() for part in text.split("\n\n") if part.strip()]
    paper = [part for part in paragraphs if part.startswith(PAPER_OPENINGS)]
    shows = [part for part in paragraphs if not part.startswith(PAPER_OPENINGS)]
    return Caption(to_html("\n\n".join(shows)), to_html("\n\n".join(paper)))


def to_html(text: str) -> str:
    """Return reStructuredText as HTML; it cannot include files or raw HTML."""
    if not text:
        return ""
    settings = {"file_insertion_enabled": False, "raw_enabled": False, "halt_level": 2}
    return publish_parts(text, writer="html5", settings_overrides=settings)["fragment"].strip()
