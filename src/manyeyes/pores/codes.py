"""The codes of a particle's truth and labels; 0 stays free for pixels without a label."""

import numpy as np

GRAIN = 1
PORE = 2


def check_codes(labels: np.ndarray, what: str) -> None:
    """Raise ValueError unless labels are a volume uint8 (z, y, x) of grain and pore only."""
    if not isinstance(labels, np.ndarray) or labels.ndim != 3 or labels.dtype != np.uint8:
        found = f"{labels.dtype} {labels.shape}" if isinstance(labels, np.ndarray) else type(labels)
        raise ValueError(f"{what} must be uint8 (z, y, x), found {found}")
    counts = np.bincount(labels.ravel(), minlength=256)
    if labels.size == 0 or counts[GRAIN] + counts[PORE] < labels.size:
        raise ValueError(
            f"{what} must hold {GRAIN} (grain) and {PORE} (pore) only, found "
            f"{np.flatnonzero(counts).tolist()}"
        )
