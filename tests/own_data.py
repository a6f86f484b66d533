"""A small measured volume, and what a reader sees of a report."""

import html
import re

import numpy as np
from scipy import ndimage


def two_phase(shape=(24, 48, 48), seed=0):
    """Return 8-bit blobs of 160 in 60, half of the volume bright."""
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.normal(size=shape), 3, mode="wrap")
    grey = np.where(field > np.median(field), 160, 60) + rng.normal(0, 12, shape)
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def text_of(results):
    """Return what a reader of the report sees."""
    page = (results / "report.html").read_text(encoding="utf-8")
    page = re.sub(r"<(script|style|svg).*?</\1>", " ", page, flags=re.DOTALL)
    page = re.sub(r"<img src='[^']*'", "<img", page)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())
