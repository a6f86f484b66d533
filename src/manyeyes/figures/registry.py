"""All figures, found by the names of their modules, here and in the folders of papers.

Importing this module is cheap: a figure, and matplotlib, are imported when they are asked for.
"""

from functools import cache
from importlib import import_module
from pathlib import Path

from .figure import CATEGORIES, Figure, Needs

_FOLDERS = {
    "manyeyes.figures": Path(__file__).parent,
    "manyeyes.paper.figures": Path(__file__).parents[1] / "paper" / "figures",
    "manyeyes.lee2023.figures": Path(__file__).parents[1] / "lee2023" / "figures",
}


@cache
def module_files() -> dict[str, Path]:
    """Return the file of each figure's module by the figure's name; a name begins with ``fig``."""
    found: dict[str, Path] = {}
    for folder in _FOLDERS.values():
        for path in sorted(folder.glob("fig*.py")):
            if path.stem == "figure":
                continue
            if path.stem in found:
                raise ValueError(f"two modules make {path.stem}: {found[path.stem]} and {path}")
            found[path.stem] = path
    return found


@cache
def figure_called(name: str) -> Figure:
    """Return one figure.

    Raises
    ------
    ValueError
        If there is no figure of that name.
    """
    files = module_files()
    if name not in files:
        raise ValueError(f"there is no figure {name!r}; known are {', '.join(sorted(files))}")
    (package,) = (p for p, folder in _FOLDERS.items() if folder == files[name].parent)
    return import_module(f"{package}.{name}").FIGURE


@cache
def all_figures() -> dict[str, Figure]:
    """Return every figure by name, in the order of the report."""
    found = {name: figure_called(name) for name in module_files()}
    return dict(
        sorted(found.items(), key=lambda f: (CATEGORIES.index(f[1].category), f[1].order, f[0]))
    )


def figures_of(study) -> list[str]:
    """Return the names of all figures that a study can draw, in the order of the report.

    Parameters
    ----------
    study : manyeyes.study.Study
    """
    return [name for name, figure in all_figures().items() if figure.needs(study)]


def needs_of_figure(name: str, study) -> Needs:
    """Return what a figure shows of a study; never empty.

    Raises
    ------
    ValueError
        If there is no such figure or the study has nothing for it.
    """
    figure = figure_called(name)
    needs = figure.needs(study)
    if not needs:
        raise ValueError(
            f"this study cannot draw {name}: it needs {figure.requires}; add that to the plan or "
            f"remove {name} from the list of figures"
        )
    return needs
