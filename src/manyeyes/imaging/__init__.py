"""X-ray tomograms of a truth volume, and what electron images need to know."""

from .ct import image_ct
from .settings import CtSettings, SemSettings, read_settings

__all__ = ["CtSettings", "SemSettings", "image_ct", "read_settings"]
