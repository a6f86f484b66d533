"""Names and numbers of Bailey et al. 2023 (doi:10.1016/j.jpowsour.2022.232503), from its text."""

from ..figures.publication import Publication, Stated

OPEN = ("NMC-1", "NMC-2", "GRA-1", "GRA-2")
IN_HOUSE = ("NEX-V", "NEX-U")
DATASETS = (*OPEN, *IN_HOUSE)

SIMPLE = ("S1", "S2", "S3")
WATERSHED = ("gWS", "cWS")
SEEDED = ("ML1", "ML2", "ML3")
COVERAGES = ("MLX10", "MLX25", "MLX35", "MLX50", "MLX65")
COMPARED = ("S2", "cWS", "MLX10", "MLX25")
RECORDED = "recorded"


def _stated(kind, cell, quantity, low, high, source):
    return Stated(*cell.split(), quantity, low, high, kind, source)


def _value(cell, quantity, value, source):
    return _stated("value", cell, quantity, value, value, source)


STATED = (
    # Sets cut by one threshold are nested, so a mean pairwise difference of 7.6 % is a range of
    # 11.4 points between three users; their SD lies between 1/2 and 1/sqrt(3) of the range.
    _stated("derived", "NMC-2 raw S2", "sd", 0.057, 0.066, "3.1.2"),
    _value("NEX-V raw MLX10", "sd", 0.04, "3.2.3"),
    _stated("below", "NEX-V raw MLX25", "sd", 0.0, 0.01, "3.2.3"),
    _stated("below", "NEX-U raw MLX10", "sd", 0.0, 0.01, "3.2.3"),
    _stated("below", "NEX-U raw MLX25", "sd", 0.0, 0.01, "3.2.3"),
    # MLX10 has two to four times more variation than the two unsupervised methods.
    _stated("derived", "NEX-V raw S2", "sd", 0.01, 0.02, "3.2.3"),
    _stated("derived", "NEX-V raw cWS", "sd", 0.01, 0.02, "3.2.3"),
    _value("NMC-2 raw S2", "percent", 7.6, "3.1.2"),
    _value("NMC-2 raw cWS", "percent", 4.6, "3.1.2"),
    _value("NMC-2 raw MLX10", "percent", 3.5, "3.1.2"),
    _value("NMC-2 raw MLX50", "percent", 10.1, "3.1.2"),
    _value("NMC-2 raw MLX65", "percent", 3.5, "3.1.2"),
    _value("GRA-2 raw MLX35", "percent", 3.8, "3.1.2"),
    _value("NEX-U raw MLX10", "percent", 10.3, "3.2.3"),
    _value("NEX-U raw MLX25", "percent", 15.3, "3.2.3"),
    _value("NEX-V raw S2", "baseline_percent", 4.1, "3.2.3"),
    _value("NEX-U raw S2", "baseline_percent", 1.0, "3.2.3"),
    _value("NEX-V raw cWS", "baseline_percent", 4.9, "3.2.3"),
    _value("NEX-U raw cWS", "baseline_percent", 0.5, "3.2.3"),
    _value("NEX-V raw MLX10", "baseline_percent", 3.1, "3.2.3"),
    _value("NEX-U raw MLX10", "baseline_percent", 0.1, "3.2.3"),
    _value("NEX-V raw MLX25", "baseline_percent", 2.4, "3.2.3"),
    _value("NEX-U raw MLX25", "baseline_percent", 0.6, "3.2.3"),
)


PUBLICATION = Publication(DATASETS, STATED)


def of_paper(names) -> list[str]:
    """Return the paper's datasets among names, in the paper's order."""
    names = set(names)
    return [name for name in DATASETS if name in names]
