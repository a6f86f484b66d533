"""Which method came closest to the truth on each dataset, at what cost, and how surely."""

from ..groups import GROUPS
from ..study.comparisons import shared_with_truth, unfiltered, users_of_all
from ..study.networks import base_and_seed, networks_of
from ..study.variants import with_offset
from .registry import Table, Text


def _users(study) -> dict[str, dict[str, list[str]]]:
    """Return, by group and dataset, the users over whom methods are recommended.

    That takes a truth, the noise of the unfiltered image, and two users who did all that is
    compared.
    """
    images = {dataset for dataset, filter_ in study.images() if filter_ in unfiltered(study)}
    described = [name for name in shared_with_truth(study) if name in images]
    found = {}
    for made_by in GROUPS:
        users = {name: users_of_all(study, name, made_by) for name in described}
        found[made_by] = {name: who for name, who in users.items() if len(who) > 1}
    return {made_by: users for made_by, users in found.items() if users}


def _settings(study) -> dict:
    users = _users(study)
    names = dict.fromkeys(name for of_group in users.values() for name in of_group)
    used = {cell.variant for cell in study.cells()}
    deliberate = [name for name in with_offset(study.variants) if name in used]
    # One network is one option, whichever its seed.
    later = [name for name, (_, seed) in base_and_seed(networks_of(study)).items() if seed > 1]
    return {
        **({"later_seeds": later} if later else {}),
        "users": users,
        "unfiltered": unfiltered(study),
        # Where nothing else was tried, they are all that can be compared.
        "left_out": deliberate if used - {*deliberate} else [],
        "voxel_sizes_nm": {name: study.datasets[name].voxel_size_nm for name in names},
    }


def _compute(tables, users, unfiltered, left_out, voxel_sizes_nm, later_seeds=()):
    from ..statistics.recommendation import paired_rows, recommendation_table

    no_option = tables["accuracy"]["variant"].isin([*left_out, *later_seeds])
    candidates = tables["accuracy"][~no_option]
    return recommendation_table(
        paired_rows(candidates, users),
        tables["image_quality"],
        tables["effort"],
        unfiltered,
        voxel_sizes_nm,
    )


def _text(table, unfiltered, left_out, **settings):
    from ..statistics.recommendation import recommendation_text

    return recommendation_text(table, unfiltered, left_out)


TABLE = Table(
    tables=("accuracy", "image_quality", "effort"),
    is_possible=lambda study: bool(_users(study)),
    settings=_settings,
    compute=_compute,
    text=Text(
        "What to do",
        _text,
        "Which filter and variant came closest to the truth on each dataset of this study, what "
        "it costs the user in labelled pixels, and how sure that is: the share of resampled "
        "studies (users and realisations drawn anew) in which it comes out best. Variants with a "
        "deliberate offset are no candidates. It is computed from the tables and applies to the "
        "users of this study; other data give another answer. ``recommendation.csv`` has the "
        "numbers.",
    ),
)
