"""Which figures there are, what each is drawn from, and which of them a study can draw."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..groups import GROUPS
from ..paper import names as paper
from ..study.comparisons import cells_with_choices, comparisons_of, shared_cells

RAW = "raw"
MOST_DISAGREEMENT_DATASETS = 4


@dataclass(frozen=True)
class Needs:
    """What of a study a figure shows. Empty if the study has nothing for it.

    Attributes
    ----------
    datasets : tuple of str
        What it shows, in its order.
    images : tuple of (dataset, filter)
        Image volumes that it reads.
    cells : tuple
        Segmentations that it reads, with dataset, filter, variant and user.
    truths : tuple of str
        Datasets whose truth volume it reads.
    votes : tuple of ((dataset, filter), variants)
        Central slices of votes that it reads, and the variants that it shows of them.
    imitated : tuple
        Drawings of people that simulated users imitate, with dataset, filter, variant and user.
    fibsem : tuple of str
        Files of the FIB-SEM chain that it reads: ``views`` and ``told`` (slices of every step, and
        what is known of them), ``volume``, ``block``, ``scores``.
    tables : tuple of str
        Tables that it reads beside those of every study that has the figure.
    """

    datasets: tuple[str, ...] = ()
    images: tuple[tuple[str, str], ...] = ()
    cells: tuple = ()
    truths: tuple[str, ...] = ()
    votes: tuple[tuple[tuple[str, str], tuple[str, ...]], ...] = ()
    imitated: tuple = ()
    fibsem: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()

    def __bool__(self):
        return bool(self.datasets or self.fibsem)


@dataclass(frozen=True)
class Figure:
    """A figure of the study.

    Attributes
    ----------
    title : str
        What it shows, in a line.
    category : str
        Where it stands in the report.
    tables : tuple of str
        Names of the tables that it reads.
    wanted : callable
        From a study to `Needs`.
    lacks : str
        What a study must have for it, for the error of one that has not.
    """

    title: str
    category: str
    tables: tuple[str, ...]
    wanted: Callable[[object], Needs]
    lacks: str


def figures_of(study) -> list[str]:
    """Return the names of all figures that a study can draw.

    Parameters
    ----------
    study : manyeyes.study.Study
        Its ``cells()``, ``images()``, ``datasets`` and ``baseline`` are looked at.

    Returns
    -------
    list of str
    """
    return [name for name, figure in FIGURES.items() if figure.wanted(study)]


def needs_of(name: str, study) -> Needs:
    """Return what a figure shows of a study.

    Parameters
    ----------
    name : str
        One of `FIGURES`.
    study : manyeyes.study.Study

    Returns
    -------
    Needs
        Never empty.

    Raises
    ------
    ValueError
        If there is no such figure or the study has nothing for it.
    """
    if name not in FIGURES:
        raise ValueError(f"there is no figure {name!r}; known are {', '.join(FIGURES)}")
    needs = FIGURES[name].wanted(study)
    if not needs:
        raise ValueError(
            f"this study cannot draw {name}: it needs {FIGURES[name].lacks}; plan that or take "
            f"{name} off the list of figures"
        )
    return needs


def _with_users(study, variants: Iterable[str], least: int, filters=None) -> dict[tuple, list]:
    """Return the cells of each (dataset, filter, variant) that enough users of a group segment.

    They are of one group: of the simulated users where they are enough, else of recorded people.
    """
    variants = set(variants)
    groups: dict[tuple, dict[str, list]] = {}
    for cell in study.cells():
        if cell.variant in variants and (filters is None or cell.filter in filters):
            by_group = groups.setdefault((cell.dataset, cell.filter, cell.variant), {})
            by_group.setdefault(cell.made_by, []).append(cell)
    found = {}
    for key, by_group in groups.items():
        enough = [by_group[g] for g in GROUPS if len(by_group.get(g, ())) >= least]
        if enough:
            found[key] = enough[0]
    return found


def _open(names: Iterable[str]) -> list[str]:
    """Return all but the paper's in-house datasets: its open ones and those it does not know."""
    return [n for n in paper.in_paper_order(names) if n not in paper.IN_HOUSE]


def _in_house(names: Iterable[str]) -> list[str]:
    return [n for n in paper.IN_HOUSE if n in set(names)]


def _tabled(variants, choose, *, least=2, filters=None, beside=()):
    """Return a function from a study to the datasets for which a table has enough users.

    Parameters
    ----------
    variants : sequence of str
        At least one of them must be there.
    choose : callable
        Which of the datasets, in what order.
    least : int
        Users that a variant needs to be shown.
    filters : sequence of str, optional
        Filters that count; all by default.
    beside : sequence of str
        Variants of which at least one must be there too.
    """

    def wanted(study) -> Needs:
        names = [d for d, *_ in _with_users(study, variants, least, filters)]
        if beside:
            others = {d for d, *_ in _with_users(study, beside, least, filters)}
            names = [name for name in names if name in others]
        return Needs(datasets=tuple(choose(names)))

    return wanted


def _fig1(study) -> Needs:
    groups = _with_users(study, [paper.FIG1_VARIANT], 2, [RAW])
    names = [d for d, *_ in groups]
    open_ones, in_house = _open(names), _in_house(names)
    preferred = [name for name in open_ones if name == paper.FIG1_OPEN] or open_ones[:1]
    chosen = [*preferred, *in_house[:1]]
    cells = [cell for d in chosen for cell in groups[d, RAW, paper.FIG1_VARIANT][:3]]
    return Needs(datasets=tuple(chosen), cells=tuple(cells))


def _slices(choose, segmented, variants):
    """Return a function from a study to images of some datasets and one user's segmentations."""

    def wanted(study) -> Needs:
        datasets = choose(dict.fromkeys(d for d, _ in study.images()))
        images = [(d, f) for d in datasets for d_, f in study.images() if d_ == d]
        groups = _with_users(study, variants, 1)
        shown = segmented(datasets)
        cells = [
            groups[d, f, v][0]
            for v in variants
            for d, f in images
            if d in shown
            if (d, f, v) in groups
        ]
        return Needs(tuple(datasets), tuple(images), tuple(cells)) if cells else Needs()

    return wanted


def _fig2_segmented(datasets: list[str]) -> list[str]:
    """Return the paper's two datasets of Fig. 2, or the first two where there is neither."""
    return [d for d in datasets if d in paper.FIG2_SEGMENTED] or datasets[:2]


def _fig_s1(study) -> Needs:
    datasets = paper.in_paper_order(d for d, _ in study.images())
    images = [(d, f) for d in datasets for d_, f in study.images() if d_ == d]
    return Needs(tuple(datasets), tuple(images))


def _with_truth(study, origins) -> list[str]:
    names = {d for d, _ in study.images()}
    return paper.in_paper_order(
        n for n, dataset in study.datasets.items() if n in names and dataset.origin in origins
    )


def _fig_twins(study) -> Needs:
    datasets = _with_truth(study, ["twin"])
    images = [(d, f) for d in datasets for d_, f in study.images() if d_ == d]
    return Needs(tuple(datasets), tuple(images))


def _fig_accuracy(study) -> Needs:
    return Needs(tuple(_with_truth(study, ["twin", "simulated-imaging"])))


def _fig_claims(study) -> Needs:
    """Datasets of the paper, since its claims are about no others."""
    return Needs(tuple(paper.of_paper(cell.dataset for cell in shared_cells(study))))


def _fig_spread(study) -> Needs:
    return Needs(tuple(paper.in_paper_order(cell.dataset for cell in shared_cells(study))))


def _fig_choices(study) -> Needs:
    """Datasets with a number of the paper that many users segment."""
    stated = {(s.dataset, s.filter, s.variant) for s in paper.STATED}
    names = {key[0] for key in cells_with_choices(study) if key in stated}
    return Needs(tuple(name for name in paper.DATASETS if name in names))


def _fig_comparisons(study) -> Needs:
    made = comparisons_of(study.comparisons, study)
    datasets = paper.in_paper_order(name for one in made for name in one["datasets"])
    over = any(one["paired_over_datasets"] for one in made)
    return Needs(tuple(datasets), tables=("comparisons_over_datasets",) if over else ())


def _fig_power(study) -> Needs:
    return Needs(_fig_comparisons(study).datasets)


def _fig_reproducible(study) -> Needs:
    shared = {cell.dataset for cell in shared_cells(study)}
    names = _with_truth(study, ["twin", "simulated-imaging"])
    return Needs(tuple(name for name in names if name in shared))


def _fig_disagreement(study) -> Needs:
    """Few datasets and variants: those of the paper's last comparison where there are any."""
    shared: dict[str, dict] = {}
    for cell in shared_cells(study):
        if cell.filter == RAW:
            shared.setdefault(cell.dataset, {})[cell.variant] = None
    found = {variant for variants in shared.values() for variant in variants}
    chosen = [v for v in paper.COMPARED if v in found]
    chosen = chosen or [v for v in study.variants if v in found][: len(paper.COMPARED)]
    shown = {d: tuple(v for v in chosen if v in shared[d]) for d in paper.in_paper_order(shared)}
    # Those with most to compare, in the paper's order.
    best = sorted((d for d in shown if shown[d]), key=lambda d: -len(shown[d]))
    best = best[:MOST_DISAGREEMENT_DATASETS]
    datasets = tuple(d for d in shown if d in best)
    return Needs(datasets, votes=tuple(((d, RAW), shown[d]) for d in datasets))


def _fig_strokes(study) -> Needs:
    """Show the first drawing of a person; the tables hold them all."""
    shown = tuple(study.imitated()[:1])
    return Needs(tuple(cell.dataset for cell in shown), imitated=shown)


def _fig_sensitivity(study) -> Needs:
    return Needs(study.sensitivity.datasets) if study.sensitivity else Needs()


def _fig_survival(study) -> Needs:
    return _fig_claims(study) if study.structures else Needs()


def _fig_ablation(study) -> Needs:
    """Datasets on which two users of a group answer a question together."""
    names = {}
    done: dict[tuple, set] = {}
    for cell in shared_cells(study):
        done.setdefault((cell.dataset, cell.filter, cell.made_by), set()).add(cell.variant)
    for variants in study.ablations.values():
        for (dataset, *_), found in done.items():
            if found >= set(variants):
                names[dataset] = None
    return Needs(tuple(paper.in_paper_order(names)))


def _fig_baseline(study) -> Needs:
    if not study.baseline:
        return Needs()
    segmented = {d for d, _ in study.images()}
    names = [d for d in study.baseline["datasets"] if d in segmented]
    return Needs(tuple(paper.in_paper_order(names)))


def _of_chain(*files: str):
    """Return a function from a study to files of its FIB-SEM chain; scores for a twin only."""

    def wanted(study) -> Needs:
        if not study.baseline:
            return Needs()
        twin = study.baseline["fibsem"]["source"]["kind"] == "twin"
        return Needs(fibsem=tuple(name for name in files if twin or name != "scores"))

    return wanted


def _fig_geometry(study) -> Needs:
    """Real geometries beside synthetic ones of the same family of materials."""
    real = _distinct(study, _with_truth(study, ["simulated-imaging"]))
    families = {paper.family(study.datasets[name].material) for name in real}
    twins = [
        name
        for name in _with_truth(study, ["twin"])
        if paper.family(study.datasets[name].material) in families
    ]
    if not (real and twins):
        return Needs()
    return Needs(datasets=(*real, *twins), truths=(*real, *twins))


def _distinct(study, names: list[str]) -> list[str]:
    """Return one dataset for each geometry: several may image the same one."""
    by_geometry = {}
    for name in names:
        dataset = study.datasets[name]
        key = (dataset.source["file"], dataset.start, dataset.shape, dataset.voxel_size_nm)
        by_geometry.setdefault(key, name)
    return list(by_geometry.values())


_VARIATION = "Variation between users"
_SLICES = "Slices"
_DETAILS = "User by user"
_CHECKS = "Images, twins and accuracy"
_CHAIN = "The FIB-SEM baseline"
_SURE = "How sure that is"
_FOLLOWS = "What follows"

_SD = ("variability", "volume_fractions")
_SD_AND_PAIRS = (*_SD, "pairwise")

FIGURES = {
    "fig1": Figure(
        "One slice, user by user: segmentations and differences",
        _SLICES,
        (),
        _fig1,
        f"{paper.FIG1_VARIANT} on a raw image by two users",
    ),
    "fig2": Figure(
        "Raw and filtered slices, simple threshold and watershed",
        _SLICES,
        (),
        _slices(
            lambda names: _open(names)[: paper.FIG2_MOST_DATASETS],
            _fig2_segmented,
            ("S2", "cWS"),
        ),
        "S2 or cWS on a dataset other than NEX-V and NEX-U",
    ),
    "fig3": Figure(
        "Spread of the volume fraction: simple thresholds and watershed",
        _VARIATION,
        _SD,
        _tabled((*paper.SIMPLE, *paper.WATERSHED), _open),
        "S1, S2, S3, gWS or cWS by two users on a dataset other than NEX-V and NEX-U",
    ),
    "fig4": Figure(
        "Drawn seeds: spread and pairwise difference by coverage",
        _VARIATION,
        _SD_AND_PAIRS,
        _tabled(paper.COVERAGES, _open),
        "MLX10 to MLX65 by two users on a dataset other than NEX-V and NEX-U",
    ),
    "fig5": Figure(
        "Drawn seeds against threshold and watershed",
        _VARIATION,
        _SD_AND_PAIRS,
        _tabled(("S2", "cWS"), _open, beside=("MLX10", "MLX25")),
        "S2 or cWS beside MLX10 or MLX25 by two users on a dataset other than NEX-V and NEX-U",
    ),
    "fig6": Figure(
        "Slices of the in-house data, simple threshold and watershed",
        _SLICES,
        (),
        _slices(_in_house, lambda names: names, ("S2", "cWS")),
        "S2 or cWS on NEX-V or NEX-U",
    ),
    "fig7": Figure(
        "Spread of the volume fraction, in-house data",
        _VARIATION,
        _SD,
        _tabled(("S2", "cWS"), _in_house),
        "S2 or cWS by two users on NEX-V or NEX-U",
    ),
    "fig8": Figure(
        "Drawn seeds against threshold and watershed, in-house data",
        _VARIATION,
        _SD_AND_PAIRS,
        _tabled(paper.COMPARED, _in_house, filters=[RAW]),
        "S2, cWS, MLX10 or MLX25 by two users on raw NEX-V or NEX-U",
    ),
    "fig_s1": Figure(
        "The grey values of the images, and how seeds are drawn",
        _CHECKS,
        (),
        _fig_s1,
        "an image",
    ),
    "fig_s2": Figure(
        "Each user's volume fraction: simple thresholds",
        _DETAILS,
        ("volume_fractions",),
        _tabled(paper.SIMPLE, _open, least=1),
        "S1, S2 or S3 on a dataset other than NEX-V and NEX-U",
    ),
    "fig_s3": Figure(
        "Each user's volume fraction: watershed",
        _DETAILS,
        ("volume_fractions",),
        _tabled(paper.WATERSHED, _open, least=1),
        "gWS or cWS on a dataset other than NEX-V and NEX-U",
    ),
    "fig_s4": Figure(
        "Spread of the volume fraction: forests trained by thresholded seeds",
        _VARIATION,
        _SD,
        _tabled(paper.SEEDED, _open),
        "ML1, ML2 or ML3 by two users on a dataset other than NEX-V and NEX-U",
    ),
    "fig_s5": Figure(
        "Each user's volume fraction: forests trained by thresholded seeds",
        _DETAILS,
        ("volume_fractions",),
        _tabled(paper.SEEDED, _open, least=1),
        "ML1, ML2 or ML3 on a dataset other than NEX-V and NEX-U",
    ),
    "fig_s6": Figure(
        "Each user's volume fraction: forests trained by drawn seeds",
        _DETAILS,
        ("volume_fractions",),
        _tabled(paper.COVERAGES, _open, least=1),
        "MLX10 to MLX65 on a dataset other than NEX-V and NEX-U",
    ),
    "fig_s7": Figure(
        "A slice of the FIB-SEM stack after processing",
        _CHAIN,
        (),
        _of_chain("views", "told"),
        "a baseline",
    ),
    "fig_s8": Figure(
        "The FIB-SEM block, segmented, as a solid",
        _CHAIN,
        (),
        _of_chain("volume", "block"),
        "a baseline",
    ),
    "fig_fibsem": Figure(
        "Every step of the FIB-SEM chain, before and after, with its score",
        _CHAIN,
        (),
        _of_chain("views", "told", "block", "scores"),
        "a baseline",
    ),
    "fig_twins": Figure(
        "The digital twins beside their targets",
        _CHECKS,
        ("image_quality", "geometry"),
        _fig_twins,
        "a twin",
    ),
    "fig_accuracy": Figure(
        "Distance of every method from the truth",
        _CHECKS,
        ("accuracy", "accuracy_summary"),
        _fig_accuracy,
        "a dataset whose truth is known",
    ),
    "fig_baseline": Figure(
        "Distance from the FIB-SEM baseline, split into its parts",
        _CHECKS,
        ("volume_fractions", "baseline"),
        _fig_baseline,
        "a baseline and a segmented dataset that is compared with it",
    ),
    "fig_geometry": Figure(
        "The synthetic geometry beside a measured one",
        _CHECKS,
        ("geometry", "particles"),
        _fig_geometry,
        "a measured geometry and a twin of the same family of materials",
    ),
    "fig_claims": Figure(
        "Every claim of the paper, with this study's verdict",
        _FOLLOWS,
        ("claims",),
        _fig_claims,
        "a dataset of the paper (NMC-1 to NEX-U) that two users segment",
    ),
    "fig_spread": Figure(
        "How sure a spread is: every SD with its interval",
        _SURE,
        ("spread",),
        _fig_spread,
        "an image that two users segment with one variant",
    ),
    "fig_choices": Figure(
        "Where the paper's numbers lie among all choices of three users",
        _SURE,
        ("choices",),
        _fig_choices,
        "fifteen users of a condition that the paper gives a number of",
    ),
    "fig_comparisons": Figure(
        "Which spreads differ: ratios with intervals and adjusted p-values",
        _SURE,
        ("comparisons",),
        _fig_comparisons,
        "one of the config's comparisons, done by three users",
    ),
    "fig_power": Figure(
        "How many users show that two methods differ in spread",
        _SURE,
        ("power_curves", "power", "comparisons"),
        _fig_power,
        "one of the config's comparisons, done by three users",
    ),
    "fig_reproducible": Figure(
        "Reproducible is not accurate: spread over users against bias",
        _FOLLOWS,
        ("errors",),
        _fig_reproducible,
        "a dataset whose truth is known, segmented by two users",
    ),
    "fig_disagreement": Figure(
        "Where users differ, and how near to interfaces",
        _FOLLOWS,
        ("concentration",),
        _fig_disagreement,
        "a raw image that two users segment with one variant",
    ),
    "fig_sensitivity": Figure(
        "Which trait of the users drives the spread: what to standardise first",
        _FOLLOWS,
        ("sensitivity",),
        _fig_sensitivity,
        "the key sensitivity",
    ),
    "fig_survival": Figure(
        "Which orderings survive when users are built in another way",
        _FOLLOWS,
        ("survival", "structure_spread"),
        _fig_survival,
        "the key structures and a dataset of the paper (NMC-1 to NEX-U) that two users segment",
    ),
    "fig_ablation": Figure(
        "What each part of the protocol is worth",
        _FOLLOWS,
        ("ablation",),
        _fig_ablation,
        "the key ablations",
    ),
    "fig_strokes": Figure(
        "Is the user real? A person's strokes beside those of simulated users",
        _CHECKS,
        ("strokes", "stroke_comparison"),
        _fig_strokes,
        "the key imitators and a recorded user who drew labels",
    ),
}
