"""Zeiss (Xradia) scans, read by txrm2tiff.

A ``.txrm`` has its reference image, already averaged. It has no images without beam; counts are
taken to be free of an offset. A parallel beam is assumed: a cone beam is nearly parallel only for
samples that are small beside the distance from the source.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ..errors import FileError
from . import ScanFormat, check_finite_rows, check_kind, check_rows

_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class TxrmScan:
    """An open Zeiss file; see `manyeyes.files.projections.ScanFile`.

    An image is stored as a whole, so that reading a few rows takes as long as reading all.
    """

    def __init__(self, path: Path, file):
        self._path, self._file = path, file
        info = file.image_info
        projections = int(_first(path, info, "ImagesTaken"))
        rows, columns = (int(_first(path, info, key)) for key in ("ImageHeight", "ImageWidth"))
        self.shape = (projections, rows, columns)
        if min(self.shape) < 1:
            raise FileError(
                f"{path}: the header announces {projections} images of {rows} x {columns} pixels; "
                "export the scan again"
            )
        if file.is_mosaic:
            raise FileError(
                f"{path}: this is a mosaic of several fields; stitch it in the microscope's "
                "software and export it again"
            )
        if not file.has_reference:
            raise FileError(
                f"{path}: there is no image of the open beam (ReferenceData/Image), without which "
                "transmission is unknown; apply a reference in the microscope's software"
            )
        self._check_shifts()
        self.angles_deg = self._angles(info.get("Angles"))
        pixel_um = next(iter(info.get("PixelSize", [])), 0.0)
        self.pixel_nm = float(pixel_um) * 1000 if pixel_um and pixel_um > 0 else None
        # The file has an energy, but does not tell its unit.
        self.energy_kev = None

    def counts(self, first: int, end: int) -> np.ndarray:
        """Return rows of all projections."""
        projections, rows, columns = self.shape
        check_rows(self._path, first, end, rows)
        out = None
        for number in range(1, projections + 1):
            images = np.asarray(self._file.extract_images(number, number))
            if images.shape != (1, rows, columns):
                raise FileError(
                    f"{self._path}: image {number} of {projections} cannot be read (found shape "
                    f"{images.shape}, expected {(1, rows, columns)}); the file may be truncated, "
                    "copy it again"
                )
            if out is None:
                check_kind(self._path, "images", images.dtype)
                out = np.empty((projections, end - first, columns), dtype=images.dtype)
            out[number - 1] = images[0, first:end]
        return check_finite_rows(self._path, "images", out)

    def whites(self, first: int, end: int) -> np.ndarray:
        """Return rows of the reference image, as one frame, for the exposure of the images."""
        check_rows(self._path, first, end, self.shape[1])
        reference = np.asarray(self._file.extract_reference_image(), dtype=np.float32)
        if reference.shape != self.shape[1:]:
            raise FileError(
                f"{self._path}: the reference image is of {reference.shape} rows and columns, the "
                f"images of {self.shape[1:]}; apply a reference with the same binning"
            )
        reference = reference * np.float32(self._exposure_ratio())
        return check_finite_rows(self._path, "the reference image", reference[None, first:end])

    def darks(self, first: int, end: int) -> None:
        """Return None: the file has no images without beam."""
        check_rows(self._path, first, end, self.shape[1])

    def _exposure_ratio(self) -> float:
        exposures = [float(value) for value in self._file.exposures or [] if value and value > 0]
        reference = self._file.reference_exposure
        if not exposures or not reference or not reference > 0:
            return 1.0
        if max(exposures) - min(exposures) > 0.01 * max(exposures):
            raise FileError(
                f"{self._path}: exposures range from {min(exposures):g} to {max(exposures):g} s; "
                "projections of different exposures are not read, export them scaled"
            )
        return float(np.mean(exposures)) / float(reference)

    def _check_shifts(self) -> None:
        if not self._file.has_shifts:
            return
        most = max(
            float(np.abs(np.asarray(shifts)[: self.shape[0]]).max())
            for shifts in (self._file.x_shifts, self._file.y_shifts)
        )
        if most >= 0.5:
            raise FileError(
                f"{self._path}: the file says that images must be moved by up to {most:.3g} "
                "pixels, which is not done here; export it with these shifts applied"
            )

    def _angles(self, found) -> np.ndarray:
        angles = np.asarray([] if found is None else found, dtype=np.float64)
        # The list is as long as the scan was planned, and filled up with zeros.
        angles = angles[: self.shape[0]]
        if len(angles) < self.shape[0] or not np.isfinite(angles).all():
            raise FileError(
                f"{self._path}: found {len(angles)} angles for {self.shape[0]} projections, all "
                "must be finite numbers; the file may be truncated, copy it again"
            )
        return angles


@contextmanager
def opened(path: Path) -> Iterator[TxrmScan]:
    """Open a Zeiss file."""
    with path.open("rb") as file:
        start = file.read(len(_SIGNATURE))
    if start != _SIGNATURE:
        raise FileError(
            f"{path}: this is no Zeiss file (its first bytes are {start!r}); copy it again"
        )
    try:
        from txrm2tiff import open_txrm
    except ImportError as error:
        raise FileError(
            f"{path}: Zeiss files are read by txrm2tiff, which is not installed; install it with "
            "`pip install txrm2tiff` (the extra `zeiss` of this package), or convert the scan to "
            "DXchange HDF5"
        ) from error
    with _quiet(), open_txrm(path, load_images=False, load_reference=False, strict=False) as file:
        if file.version is None:
            raise FileError(f"{path}: this is no scan of a Zeiss microscope; name its .txrm file")
        yield TxrmScan(path, file)


def _first(path: Path, info: dict, key: str):
    values = info.get(key)
    if not values:
        raise FileError(
            f"{path}: ImageInfo/{key} is missing; the file may be truncated, copy it again"
        )
    return values[0]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep txrm2tiff, which writes to the root logger, from printing what is reported anyway."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(before)


FORMAT = ScanFormat("a Zeiss .txrm file", (".txrm", ".xrm"), opened)
