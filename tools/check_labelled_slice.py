"""Compare the segmentation part of the FIB-SEM chain with a person's label of a real slice.

    python tools/check_labelled_slice.py SLICE LABEL --table agreement.csv

This is not a rule, and no study depends on it. The slice is an 8-bit grey image; the label is an
image of the same size in which active material has the code of --active (1). For the published
NMC532 slice tomo_00097.png of TomoBank, the label is in a panel of SegmentPy's documentation: give
that picture as LABEL, with --panel, and the label is cut out of it and checked. docs/fibsem.md
links both.
"""

import argparse
import hashlib
import sys
from pathlib import Path

import numpy as np
from matplotlib.image import imread

from manyeyes.fibsem.labelled_slice import agreement_with_label
from manyeyes.files.tables import write_table
from manyeyes.files.volumes import read_volume

# Position of the label in SegmentPy's docs/img/datasets.png (commit 50ff9c64), its size without
# enlargement, and the sha256 of its codes.
_PANEL = (slice(429, 6109), slice(6033, 11802))
_SHAPE = (1544, 1568)
_CODES = {0: 1, 128: 2, 255: 3}
_SHA256 = "4c2d75c99a0e0d9c438235c065d136794725bc80f5edf278dc21ef0bf4040327"


def read_image(path, labels: bool = False) -> np.ndarray:
    """Return a grey image (y, x) of a TIFF or PNG, or the label of one.

    Raises
    ------
    ValueError
        If it is no single grey image.
    """
    path = Path(path)
    if path.suffix.lower() in {".tif", ".tiff"}:
        pages = read_volume(path, labels, single_slice=True)
        image = pages[0] if len(pages) == 1 else pages
    else:
        # PNGs are read as shares of white; equal channels are grey.
        image = imread(path)
        image = np.rint(image * 255).astype(np.uint8) if image.dtype != np.uint8 else image
        if image.ndim == 3 and all(np.array_equal(image[..., 0], image[..., i]) for i in (1, 2)):
            image = image[..., 0]
    if image.ndim != 2:
        raise ValueError(f"{path}: expected one grey image (y, x), found shape {image.shape}")
    return image


def label_of_panel(panel: np.ndarray) -> np.ndarray:
    """Cut the label out of SegmentPy's picture: 1 NMC, 2 carbon and binder, 3 pore.

    Raises
    ------
    ValueError
        If it is another picture.
    """
    part = panel[_PANEL]
    if part.shape != tuple(p.stop - p.start for p in _PANEL):
        raise ValueError(f"the panel is expected in a picture of 6110 x 11803, found {panel.shape}")
    rows, columns = (
        ((np.arange(n) + 0.5) * enlarged / n).astype(int)
        for n, enlarged in zip(_SHAPE, part.shape, strict=True)
    )
    greys = part[np.ix_(rows, columns)]
    if not np.isin(greys, list(_CODES)).all():
        raise ValueError("the panel holds other grey levels than 0, 128 and 255: another picture?")
    return np.select([greys == grey for grey in _CODES], list(_CODES.values())).astype(np.uint8)


def main(arguments=None) -> None:
    """Read slice and label, write the table and show it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("slice", help="8-bit grey image, TIFF or PNG")
    parser.add_argument("label", help="image of the same size, or the picture for --panel")
    parser.add_argument(
        "--active", type=int, default=1, help="code of active material in the label"
    )
    parser.add_argument("--panel", action="store_true", help="LABEL is SegmentPy's datasets.png")
    parser.add_argument("--table", default="agreement.csv", help="where the table goes")
    given = parser.parse_args(arguments)
    try:
        label = read_image(given.label, labels=True)
        if given.panel:
            label = label_of_panel(label)
            found = hashlib.sha256(label.tobytes()).hexdigest()
            if found != _SHA256:
                raise ValueError(
                    f"the label cut out of {given.label} has sha256 {found}, expected {_SHA256}: "
                    "another version of the picture?"
                )
        table = agreement_with_label(read_image(given.slice), label == given.active)
    except (ValueError, OSError) as error:
        sys.exit(f"Error: {error}")
    write_table(table, given.table)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
