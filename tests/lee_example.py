"""A study of networks so small that it runs in a minute, and its config."""

SMALL = {"slices": 12, "rows": 64, "columns": 64, "pixel_nm": 16.0}


def config(**changes):
    """Return a config of two particles, one fold and two inputs, two epochs each."""
    networks = {
        "particles": {"one": {"particle": dict(SMALL)}, "two": {"particle": dict(SMALL)}},
        "folds": [["one", "two"]],
        "inputs": ["raw", "equalised"],
        "training": {"epochs": 2, "batch": 4, "width": 4},
        "threshold": {"share": 0.6, "tried": [0.5, 0.6]},
        "grey_labels": {"shares": [0.0, 0.02], "departure": 0.1},
    }
    return {
        "study": "little",
        "title": "Little networks",
        "seed": 5,
        "figures": ["fig_lee5", "fig_lee7"],
        "pore_networks": networks | changes,
    }
