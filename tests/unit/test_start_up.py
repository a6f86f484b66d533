"""What scripts import: most jobs are so short that imports matter."""

import subprocess
import sys

import pytest

from manyeyes import forest, measures, networks

HEAVY = "jax", "numba", "scipy.ndimage", "scipy.stats", "skimage.filters", "matplotlib.pyplot"


@pytest.mark.parametrize(
    ("module", "needed"),
    [
        ("manyeyes.forest", ()),
        ("manyeyes.networks; manyeyes.networks.fit_network", ()),
        ("manyeyes.files.networks", ()),
        ("manyeyes.measures.tables", ()),
        ("manyeyes.statistics.tables", ()),
        ("manyeyes.paper.claims.scorecard", ()),
        ("manyeyes.figures.style", ()),
        ("manyeyes.figures.registry; manyeyes.figures.registry.all_figures()", ()),
        ("manyeyes.fibsem.acquisition", ("numba",)),
    ],
)
def test_modules_load_only_what_they_need(module, needed):
    asked = f"import sys, {module}; print(*[name for name in {HEAVY} if name in sys.modules])"
    paths = f"import sys; sys.path[:0] = {sys.path!r}; "
    done = subprocess.run(
        [sys.executable, "-c", paths + asked], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) <= set(needed)


@pytest.mark.parametrize("package", [forest, measures, networks])
def test_public_names_can_be_imported_from_the_package(package):
    for name in package.__all__:
        assert getattr(package, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'unknown'"):
        package.unknown  # noqa: B018
