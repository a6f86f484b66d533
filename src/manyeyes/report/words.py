"""Numbers and lists as the report writes them."""

from collections.abc import Sequence

import numpy as np

from ..statistics.words import and_list

_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def count(number: int, noun: str, plural: str = "") -> str:
    """Return a number and its noun, small numbers in words: "three users", "1 200 jobs"."""
    word = _SMALL[number] if 0 <= number < len(_SMALL) else grouped(number)
    return f"{word} {noun if number == 1 else plural or noun + 's'}"


def grouped(number: float) -> str:
    """Return a whole number with its thousands separated."""
    return f"{number:,.0f}".replace(",", "\u202f")


def in_points(fraction: float) -> str:
    """Return a fraction in points (hundredths), with two significant digits."""
    value = 100 * float(fraction)
    if not np.isfinite(value):
        return "–"
    size = abs(value)
    text = f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 0.095 else f"{value:.2f}"
    return text.replace("-", "−")


def percent(value: float) -> str:
    """Return a percentage without its sign, with a decimal if it is below 100."""
    if not np.isfinite(value):
        return "–"
    return (f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}").replace("-", "−")


def sentence(text: str) -> str:
    """Return a text with a capital and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")


def names(items: Sequence[str], most: int = 6) -> str:
    """Return names as a list in a sentence, or their number if there are many."""
    return and_list(items) if len(items) <= most else f"{len(items)} of them"
