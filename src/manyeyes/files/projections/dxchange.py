"""DXchange: the HDF5 files of synchrotron tomography (De Carlo et al. 2014).

doi:10.1107/S160057751401604X. A scan is in ``exchange/data`` (projections, rows, columns),
``exchange/data_white``, ``exchange/data_dark`` and ``exchange/theta``.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ..errors import FileError
from . import ScanFormat, check_finite_rows, check_kind, check_rows

DATA, WHITE, DARK = "exchange/data", "exchange/data_white", "exchange/data_dark"
THETA = "exchange/theta"
_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_LISTED = 8
_LARGEST_CHUNK = 2**30


class DxchangeScan:
    """An open DXchange file; see `manyeyes.files.projections.ScanFile`."""

    def __init__(self, path: Path, file):
        self._path, self._file = path, file
        self.shape = self._stack(DATA, needed=True).shape
        white = self._stack(WHITE, needed=False)
        if white is None:
            raise FileError(
                f"{path}: there are no images of the open beam ({WHITE}), without which "
                "transmission is unknown; add them to the file"
            )
        for name, stack in ((WHITE, white), (DARK, self._stack(DARK, needed=False))):
            if stack is not None and stack.shape[1:] != self.shape[1:]:
                raise FileError(
                    f"{path}: {name} is of {stack.shape[1:]} rows and columns, {DATA} of "
                    f"{self.shape[1:]}; they must be of the same detector"
                )
        self.angles_deg = self._angles()
        self.pixel_nm = self.energy_kev = None

    def counts(self, first: int, end: int) -> np.ndarray:
        """Return rows of all projections."""
        return self._rows(DATA, first, end)

    def whites(self, first: int, end: int) -> np.ndarray:
        """Return rows of the images of the open beam."""
        return self._rows(WHITE, first, end)

    def darks(self, first: int, end: int) -> np.ndarray | None:
        """Return rows of the images without beam, if there are any."""
        return None if DARK not in self._file else self._rows(DARK, first, end)

    def _rows(self, name: str, first: int, end: int) -> np.ndarray:
        check_rows(self._path, first, end, self.shape[1])
        values = self._file[name][:, first:end]
        # HDF5 may store either byte order.
        values = values.astype(values.dtype.newbyteorder("="), copy=False)
        return check_finite_rows(self._path, name, values)

    def _stack(self, name: str, needed: bool):
        """Return a dataset of images, checked by its header; None if it is absent."""
        import h5py

        found = self._file.get(name)
        if found is None and not needed:
            return None
        if not isinstance(found, h5py.Dataset):
            raise FileError(
                f"{self._path}: there is no {name} in this HDF5 file, found {self._listing()}; "
                "convert the scan to DXchange, with projections (angles, rows, columns)"
            )
        if found.ndim != 3 or 0 in found.shape:
            raise FileError(
                f"{self._path}: expected images (frames, rows, columns) in {name}, found shape "
                f"{found.shape}; convert the scan again"
            )
        check_kind(self._path, name, found.dtype)
        self._check_written(name, found)
        return found

    def _check_written(self, name: str, found) -> None:
        """Raise FileError if parts were never written: HDF5 reads them as zeros, without a word."""
        if found.is_virtual:
            return
        if found.chunks is None:
            stored, all_of_it = found.id.get_storage_size(), found.size * found.dtype.itemsize
            what = "bytes"
        else:
            stored = found.id.get_num_chunks()
            all_of_it = math.prod(
                -(-edge // chunk) for edge, chunk in zip(found.shape, found.chunks, strict=True)
            )
            what = "chunks"
            one = math.prod(found.chunks) * found.dtype.itemsize
            if one > _LARGEST_CHUNK:
                raise FileError(
                    f"{self._path}: a chunk of {name} takes {one / 2**30:.3g} GB "
                    f"({found.chunks} values), expected {_LARGEST_CHUNK / 2**30:.3g} GB at most; "
                    "write it again in smaller chunks, such as one projection each"
                )
        if stored < all_of_it:
            raise FileError(
                f"{self._path}: only {stored} of {all_of_it} {what} of {name} were written, the "
                "others would read as zeros; copy the file again, or record the scan to its end"
            )

    def _listing(self) -> str:
        import h5py

        names: list[str] = []
        self._file.visititems(
            lambda name, entry: names.append(name) if isinstance(entry, h5py.Dataset) else None
        )
        if not names:
            return "no dataset"
        more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
        return f"the datasets {', '.join(names[:_LISTED])}{more}"

    def _angles(self) -> np.ndarray:
        """Return the angles in degrees, float64 (projections,)."""
        found = self._file.get(THETA)
        if found is None:
            raise FileError(
                f"{self._path}: the angles of the projections are missing ({THETA}); add them to "
                f"the file, one for each of the {self.shape[0]} projections, in degrees"
            )
        check_kind(self._path, THETA, found.dtype)
        angles = np.asarray(found[()], dtype=np.float64)
        if angles.shape != (self.shape[0],):
            raise FileError(
                f"{self._path}: {THETA} has shape {angles.shape}, but there are {self.shape[0]} "
                "projections; give one angle for each"
            )
        if not np.isfinite(angles).all():
            bad = int(np.count_nonzero(~np.isfinite(angles)))
            raise FileError(
                f"{self._path}: {bad} of {len(angles)} angles in {THETA} are not finite; leave "
                "these projections out"
            )
        units = found.attrs.get("units", b"")
        units = units.decode(errors="replace") if isinstance(units, bytes) else str(units)
        return (
            np.rad2deg(angles) if units.strip().lower() in ("rad", "radian", "radians") else angles
        )


@contextmanager
def opened(path: Path) -> Iterator[DxchangeScan]:
    """Open a DXchange file."""
    h5py = _h5py(path)
    with path.open("rb") as file:
        start = file.read(len(_SIGNATURE))
    if start != _SIGNATURE and not h5py.is_hdf5(path):
        raise FileError(
            f"{path}: this is no HDF5 file (its first bytes are {start!r}); copy it again, or "
            "convert the scan to DXchange HDF5"
        )
    with h5py.File(path, "r") as file:
        yield DxchangeScan(path, file)


def write_dxchange(
    path,
    counts: np.ndarray,
    whites: np.ndarray,
    darks: np.ndarray | None,
    angles_deg: np.ndarray,
) -> None:
    """Write a scan; the same arrays give the same bytes.

    Parameters
    ----------
    path : path-like
    counts : numpy.ndarray
        (projections, rows, columns), integer or real.
    whites : numpy.ndarray
        (frames, rows, columns).
    darks : numpy.ndarray or None
        (frames, rows, columns).
    angles_deg : numpy.ndarray
        (projections,), degrees.
    """
    h5py = _h5py(Path(path))
    with h5py.File(path, "w", track_order=False) as file:
        file["implements"] = "exchange"
        file.create_dataset(DATA, data=counts).attrs["axes"] = "theta:y:x"
        file.create_dataset(WHITE, data=whites)
        if darks is not None:
            file.create_dataset(DARK, data=darks)
        theta = file.create_dataset(THETA, data=np.asarray(angles_deg, dtype=np.float64))
        theta.attrs["units"] = "degrees"


def _h5py(path: Path):
    """Return the library of HDF5, or say how to install it."""
    try:
        import h5py
    except ImportError as error:
        raise FileError(
            f"{path}: HDF5 files are read by h5py, which is not installed; install it with "
            "`pip install h5py`"
        ) from error
    return h5py


FORMAT = ScanFormat("a DXchange HDF5 file", (".h5", ".hdf5", ".hdf"), opened)
