"""Images of a truth volume: X-ray tomograms and secondary-electron stacks."""

from manyeyes.imaging.ct import image_ct
from manyeyes.imaging.sem import image_sem
from manyeyes.imaging.settings import CtSettings, SemSettings, read_settings

__all__ = ["CtSettings", "SemSettings", "image_ct", "image_sem", "read_settings"]
