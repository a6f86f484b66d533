"""Captions of figures: what a figure shows, and what the paper found."""

from typing import NamedTuple

from docutils.core import publish_parts

PAPER_OPENINGS = ("The paper ", "Corresponds to ", "Stands for ", "Not a figure of the paper")
"""A paragraph that begins like this is about the paper: its figure, or what it found."""

_ORIGINS = "{{ snakemake.params.origins }}"


class Caption(NamedTuple):
    """A caption in HTML.

    Attributes
    ----------
    shows : str
        What the figure shows, and how to read it.
    paper : str
        The corresponding figure of the paper, and what the paper found; may be empty.
    """

    shows: str
    paper: str


def caption(text: str) -> Caption:
    """Return a caption's two parts in HTML.

    Parameters
    ----------
    text : str
        reStructuredText, which Snakemake's own report reads too. The placeholder for the origin of
        the data is removed, because the page states the origin beside every figure.

    Raises
    ------
    ValueError
        If the text has any other placeholder, which only Snakemake could fill.
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
