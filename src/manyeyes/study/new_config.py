"""The text of a config for tomograms that nobody has described, with what was assumed."""

import json
import re
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..imaging.proposing import Proposal

_WIDTH = 100
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "µ": "u", "μ": "u"})
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}


@dataclass(frozen=True)
class NewDataset:
    """One tomogram of a new config.

    Attributes
    ----------
    name : str
    file : str
        As the config names it.
    reading : mapping
        How it is read (``dataset``, ``raw``), if that has to be said.
    read_as : str
        The format, with its article.
    shape : tuple of int
    dtype : str
    voxel_size_nm : float or None
        None leaves it to be filled in.
    ignores_file_size : bool
        Whether the file states another voxel size, which is wrong.
    proposal : Proposal
    material : str
    about_size : str
        A sentence on where the voxel size is from.
    assumed : tuple of str
        What the reader assumed.
    picture : str
        Name of the picture of the proposal.
    """

    name: str
    file: str
    reading: Mapping
    read_as: str
    shape: tuple[int, int, int]
    dtype: str
    voxel_size_nm: float | None
    ignores_file_size: bool
    proposal: Proposal
    material: str
    about_size: str
    assumed: tuple[str, ...] = ()
    picture: str = ""


def name_of(text: str, most: int = 40) -> str:
    """Return a name that configs accept, made of a file's: letters, digits, - and _."""
    composed = unicodedata.normalize("NFC", text).translate(_LETTERS)
    for letter, plain in _UMLAUTS.items():
        composed = composed.replace(letter, plain)
    plain = unicodedata.normalize("NFKD", composed).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-_")[:most].strip("-_")
    return plain or "tomogram"


def config_text(study: str, folder: str, datasets: Sequence[NewDataset]) -> str:
    """Return the YAML of a study; `folder` is where the files lie."""
    files = ", ".join(dict.fromkeys(dataset.file for dataset in datasets))
    lines = [
        *_comment(
            f"Written by `manyeyes new-study` for {files}. {_what_is_left(datasets)} What follows "
            "'Assumed' was guessed from the files: look at the pictures, and correct what is wrong."
        ),
        *_comment("config/README.md explains every key; docs/own-data.md what to do next."),
        "",
        f"study: {study} # results go to results/{study}/",
        f"title: {_text(f'{study}: how much depends on who segments it')}",
        "seed: 1 # all random draws follow from it",
        f"data_folder: {_text(folder)}",
        "",
        "datasets:",
    ]
    for dataset in datasets:
        lines += [f"  {line}" if line else "" for line in _dataset(dataset)]
    lines += [
        "",
        *_comment(
            "Three simulated users; people are added below them or instead of them, a line each "
            "(docs/own-data.md): - {name: jo, folder: people/jo}. The spread of simulated users is "
            "calibrated on the paper's electrodes, not on yours."
        ),
        # One a line: the line that `manyeyes annotate` prints for a person fits below.
        "users:",
        *(f"  - {name}" for name in "ABC"),
        "",
        *_comment(
            "What is done: thresholds and watershed on the tomogram as it is and after a Gaussian "
            "filter, and forests that learn from drawings of 10 and 25 % of seven slices."
        ),
        "plan:",
        "  simple: {datasets: all, filters: all, variants: [S1, S2, S3, gWS, cWS]}",
        "  drawn: {datasets: all, filters: [raw], variants: [MLX10, MLX25]}",
    ]
    return "\n".join(lines) + "\n"


def _what_is_left(datasets: Sequence[NewDataset]) -> str:
    missing = [new.name for new in datasets if new.voxel_size_nm is None]
    if not missing:
        return "It runs as it is."
    return f"Before it runs, voxel_size_nm of {', '.join(missing)} has to be filled in."


def _dataset(new: NewDataset) -> list[str]:
    found = new.proposal
    lines = [f"{new.name}:"]
    if new.picture:
        lines += _indented(_comment(f"Picture: {new.picture}"))
    lines += _indented(
        [
            f"material: {_text(new.material)} # for captions; graphite is treated as platelets",
            *_comment(f"Voxel size: {new.about_size}."),
            _voxel_size(new),
            *(["voxel_size_in_file: ignore"] if new.ignores_file_size else []),
            *_comment(f"Read as {new.read_as}. " + _sentences(new.assumed)),
            "source:",
            "  kind: file",
            f"  file: {_text(new.file)}",
            *(f"  {key}: {_value(value)}" for key, value in new.reading.items()),
        ]
    )
    if min(new.shape) >= 8:
        lines.append(f"    expected_shape: {_value(new.shape)} # z, y, x")
    lines.append(f"    expected_dtype: {new.dtype}")
    crop, mask, window, *polarity = [f"Assumed: {text}." for text in found.assumed]
    lines += _indented(
        [
            *_comment(crop),
            f"crop: {{start: {_value(found.start)}, shape: {_value(found.shape)}}}",
            *_comment(mask),
            *([f"mask: {_value(found.mask)}"] if found.mask is not None else []),
            *_comment(
                f"{window} {found.contrast.levels:.0f} levels are left between the two classes"
                + ("; fewer than 40 are few" if found.contrast.is_poor else "")
                + "."
            ),
            *([f"grey_window: {_value(found.window)}"] if found.window else []),
            *_comment(polarity[0] if polarity else "Polarity: as you said."),
            f"active: {'dark' if found.dark else 'bright'}",
        ]
    )
    return lines


def _voxel_size(new: NewDataset) -> str:
    if new.voxel_size_nm is None:
        return "voxel_size_nm: # fill in: the edge of a voxel in nm (0.35 um are 350)"
    return f"voxel_size_nm: {new.voxel_size_nm:.9g}"


def _sentences(texts: Sequence[str]) -> str:
    return " ".join(f"Assumed: {text}." for text in texts)


def _comment(text: str) -> list[str]:
    # A number and its sign stay on one line.
    text = " ".join(text.split()).replace(" %", "\0%")
    lines = textwrap.wrap(
        text, _WIDTH - 8, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
    )
    return [line.replace("\0", " ") for line in lines]


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _text(text: str) -> str:
    """Return a text as YAML reads it, in quotes where it needs them."""
    plain = re.fullmatch(r"[A-Za-z/][A-Za-z0-9_./ -]*", text) and not text.endswith(" ")
    reserved = text.lower() in ("yes", "no", "on", "off", "true", "false", "null", "y", "n")
    return text if plain and not reserved else json.dumps(text, ensure_ascii=False)


def _value(value) -> str:
    """Return a value of a config on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_value(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, float):
        if value != value:
            return ".nan"
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else _real(value)
    return _text(value) if isinstance(value, str) else str(value)


def _real(value: float) -> str:
    """Return a real number in a form that YAML does not take for a text (1e-5 is one)."""
    text = repr(value)
    mantissa, letter, exponent = text.partition("e")
    if not letter:
        return text
    sign = "" if exponent.startswith("-") else "+"
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{sign}{exponent.lstrip('+')}"
