"""What Bailey et al. 2023 (doi:10.1016/j.jpowsour.2022.232503) state in numbers, to be shown.

Panel images of the paper are not used; only what its text says in numbers is here.
"""

from dataclasses import dataclass

from ..figures.words import PEOPLE

OPEN = ("NMC-1", "NMC-2", "GRA-1", "GRA-2")
IN_HOUSE = ("NEX-V", "NEX-U")
DATASETS = (*OPEN, *IN_HOUSE)

SIMPLE = ("S1", "S2", "S3")
WATERSHED = ("gWS", "cWS")
SEEDED = ("ML1", "ML2", "ML3")
COVERAGES = ("MLX10", "MLX25", "MLX35", "MLX50", "MLX65")
COMPARED = ("S2", "cWS", "MLX10", "MLX25")
RECORDED = "recorded"

# Fig. 1 shows, of the open data, what seems to be NMC-2, whose width its scale bar fits.
FIG1_OPEN = "NMC-2"
# Fig. 2 shows four images, and segmentations of two of them.
FIG2_MOST_DATASETS = 4
FIG2_SEGMENTED = ("NMC-1", "GRA-1")

HIGHEST_UNSUPERVISED_SD = 0.13
HIGHEST_COVERAGE_SD = 0.06
BASELINE_FRACTION = 0.508


@dataclass(frozen=True)
class Stated:
    """A number of the paper about one image and variant.

    Attributes
    ----------
    dataset, filter, variant : str
    quantity : str
        ``sd`` of the volume fraction, ``percent`` of voxels that differ between two users,
        ``baseline_percent`` (size of the difference from the FIB-SEM volume fraction).
    low, high : float
        Equal for a stated value; low is 0 for a stated upper limit.
    kind : str
        ``value``, ``below``, or ``derived`` (follows from other numbers of the paper).
    source : str
        Section of the paper.
    """

    dataset: str
    filter: str
    variant: str
    quantity: str
    low: float
    high: float
    kind: str
    source: str


def _value(dataset, filter_, variant, quantity, value, source):
    return Stated(dataset, filter_, variant, quantity, value, value, "value", source)


STATED = (
    # Sets cut by one threshold are nested, so a mean pairwise difference of 7.6 % is a range of
    # 11.4 points between three users; their SD lies between 1/2 and 1/sqrt(3) of the range.
    Stated("NMC-2", "raw", "S2", "sd", 0.057, 0.066, "derived", "3.1.2"),
    _value("NEX-V", "raw", "MLX10", "sd", 0.04, "3.2.3"),
    Stated("NEX-V", "raw", "MLX25", "sd", 0.0, 0.01, "below", "3.2.3"),
    Stated("NEX-U", "raw", "MLX10", "sd", 0.0, 0.01, "below", "3.2.3"),
    Stated("NEX-U", "raw", "MLX25", "sd", 0.0, 0.01, "below", "3.2.3"),
    # MLX10 has two to four times more variation than the two unsupervised methods.
    Stated("NEX-V", "raw", "S2", "sd", 0.01, 0.02, "derived", "3.2.3"),
    Stated("NEX-V", "raw", "cWS", "sd", 0.01, 0.02, "derived", "3.2.3"),
    _value("NMC-2", "raw", "S2", "percent", 7.6, "3.1.2"),
    _value("NMC-2", "raw", "cWS", "percent", 4.6, "3.1.2"),
    _value("NMC-2", "raw", "MLX10", "percent", 3.5, "3.1.2"),
    _value("NMC-2", "raw", "MLX50", "percent", 10.1, "3.1.2"),
    _value("NMC-2", "raw", "MLX65", "percent", 3.5, "3.1.2"),
    _value("GRA-2", "raw", "MLX35", "percent", 3.8, "3.1.2"),
    _value("NEX-U", "raw", "MLX10", "percent", 10.3, "3.2.3"),
    _value("NEX-U", "raw", "MLX25", "percent", 15.3, "3.2.3"),
    _value("NEX-V", "raw", "S2", "baseline_percent", 4.1, "3.2.3"),
    _value("NEX-U", "raw", "S2", "baseline_percent", 1.0, "3.2.3"),
    _value("NEX-V", "raw", "cWS", "baseline_percent", 4.9, "3.2.3"),
    _value("NEX-U", "raw", "cWS", "baseline_percent", 0.5, "3.2.3"),
    _value("NEX-V", "raw", "MLX10", "baseline_percent", 3.1, "3.2.3"),
    _value("NEX-U", "raw", "MLX10", "baseline_percent", 0.1, "3.2.3"),
    _value("NEX-V", "raw", "MLX25", "baseline_percent", 2.4, "3.2.3"),
    _value("NEX-U", "raw", "MLX25", "baseline_percent", 0.6, "3.2.3"),
)


def stated(quantity: str) -> dict[tuple[str, str, str], Stated]:
    """Return the paper's numbers of one quantity by (dataset, filter, variant)."""
    return {(s.dataset, s.filter, s.variant): s for s in STATED if s.quantity == quantity}


def in_paper_order(names, order=DATASETS) -> list[str]:
    """Return names, those of the paper first and in its order, the others as they come.

    What recorded people did with a variant follows the variant.
    """
    names = list(dict.fromkeys(names))
    order = [name for known in order for name in (known, known + PEOPLE)]
    return [n for n in order if n in names] + [n for n in names if n not in order]


def in_house(names) -> list[str]:
    """Return the paper's in-house datasets among names, in its order."""
    names = set(names)
    return [name for name in IN_HOUSE if name in names]


def of_paper(names) -> list[str]:
    """Return the datasets among names that the paper speaks of, in its order."""
    names = set(names)
    return [name for name in DATASETS if name in names]
