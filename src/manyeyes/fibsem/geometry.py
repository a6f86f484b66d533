"""How a slice-and-view microscope sees the faces that it cuts."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SliceGeometry:
    """Sizes of a stack's voxels and how its structure moves from slice to slice.

    The ion beam mills along y, the rows' direction; each cut removes a slice along z. The electron
    beam meets the ion beam at `tilt_degrees`, so it sees the face obliquely. This has two effects:

    - foreshortening: a length L along y appears as L sin(tilt), unless the microscope stretches
      its rows again (`tilt_corrected`);
    - shear: with each slice the face recedes by the thickness t, which appears as t cos(tilt)
      upwards in the image, the same as t / tan(tilt) along y on the face. A microscope that follows
      the face moves its field by `field_shift_nm` per slice; the difference moves the structure to
      lower rows.

    With 256 nm and 52 degrees this is 200 nm per slice, or 3.64 pixels of 55 nm: over 338 slices,
    twice the height of the image. So a microscope has to follow the face.

    Attributes
    ----------
    slice_thickness_nm, pixel_size_nm : float
        Advance along z; pixel of the image, nm.
    tilt_degrees : float
        Angle between the two beams.
    tilt_corrected : bool
        Whether rows are already stretched by 1 / sin(tilt), so that pixels on the face are square.
    field_shift_nm : float
        How far the microscope moves its field along y with each slice, nm on the face. Negative if
        slices are stored from the last to the first.
    """

    slice_thickness_nm: float
    pixel_size_nm: float
    tilt_degrees: float = 52.0
    tilt_corrected: bool = True
    field_shift_nm: float = 0.0

    def __post_init__(self):
        for key in ("slice_thickness_nm", "pixel_size_nm"):
            value = getattr(self, key)
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"{key} must be a positive length in nm, found {value!r}")
        if not 10 <= self.tilt_degrees <= 90:
            raise ValueError(
                "tilt_degrees is the angle between the two beams, between 10 and 90 (a face seen "
                f"head on): found {self.tilt_degrees!r}"
            )
        if not math.isfinite(self.field_shift_nm):
            raise ValueError(f"field_shift_nm must be a length in nm, found {self.field_shift_nm}")

    @property
    def row_size_nm(self) -> float:
        """Length on the face that one row stands for, nm."""
        if self.tilt_corrected:
            return self.pixel_size_nm
        return self.pixel_size_nm / math.sin(math.radians(self.tilt_degrees))

    @property
    def voxel_size_nm(self) -> tuple[float, float, float]:
        """Edges (z, y, x) of a voxel of the stack, nm."""
        return (self.slice_thickness_nm, self.row_size_nm, self.pixel_size_nm)

    @property
    def shear_rows(self) -> float:
        """Rows by which structure moves up with each slice."""
        recession_nm = self.slice_thickness_nm / math.tan(math.radians(self.tilt_degrees))
        return (recession_nm - self.field_shift_nm) / self.row_size_nm
