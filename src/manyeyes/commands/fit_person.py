"""Fit the user model to recorded people: their traits, with uncertainty.

    manyeyes fit-person mine --user jo
    manyeyes fit-person my/config.yaml --user jo anna --out people/both
    manyeyes fit-person mine --all

What a person did in a study that has been run (thresholds, windows, seeds, sparse labels; one
sitting or several) is compared with what simulated users of the study's population do on the same
images, slices and to the same coverage. Those who do something similar tell who the person may be.
Written are, for each person or all together:

    NAME_traits.csv       each trait: estimate, 90 % interval, the population's interval, how much
                          such a record can say about it, and which statistics say it
    NAME_statistics.csv   what the person did, beside simulated users, so that you see what the
                          model cannot do
    NAME_traits.png       a picture of the traits
    NAME_population.yaml  a block `population:` for a config: users drawn from these people
    NAME_laboratory.csv   how well numbers of people and sittings tell how much people differ
    NAME_spread.csv       with two people or more: how much such people differ in each trait

A trait that the record does not inform keeps the population's interval, and the table says so. At
the end it is printed how many people and sittings it takes to know how much people differ.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ..files.annotations import read_annotation
from ..files.errors import RUN_AGAIN, FileError
from ..files.results import read_mask, read_result
from ..files.tables import write_table

SUFFIXES = (
    "_traits.csv",
    "_statistics.csv",
    "_traits.png",
    "_population.yaml",
    "_laboratory.csv",
)
SPREAD = "_spread.csv"
DRAWS_WRITTEN = 60
"""Rows of draws of one person in the block for a config."""


def main(arguments: list[str]) -> int | str:
    """Read the arguments, fit, and write what was found."""
    from .run import CannotRunError

    options = parser().parse_args(arguments)
    try:
        fit(options)
    except (ValueError, CannotRunError) as error:
        return f"Error: {error}"
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    found = argparse.ArgumentParser(
        prog="manyeyes fit-person",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = found.add_argument
    add("study", help="a file in config/ without .yaml, or the path of a config; it was run before")
    who = found.add_mutually_exclusive_group(required=True)
    who.add_argument("--user", nargs="+", metavar="NAME", help="whom to fit; all their sittings")
    who.add_argument("--all", action="store_true", help="fit everybody who was recorded")
    add(
        "--simulated",
        type=int,
        default=2000,
        metavar="N",
        help="simulated users to compare with (default 2000; more take longer and blur less)",
    )
    add(
        "--corrected",
        action="store_true",
        help="labels for recorded_forest were painted as for MLX: the slice nearest to the middle "
        "first, the others against a first output (unless given: all without)",
    )
    add(
        "--precision",
        type=float,
        default=0.25,
        metavar="P",
        help="wanted for the spread between people, as a share of it (default 0.25: +-25 %%)",
    )
    add(
        "--share-precision",
        type=float,
        default=0.1,
        metavar="P",
        help="wanted for the share of the variance that is within a person (default 0.1)",
    )
    add("--seed", help="of simulated users (the study's, unless given)")
    add("--out", type=Path, metavar="NAME", help="where to write; beside you, named as the people")
    add("--overwrite", action="store_true", help="replace files that exist")
    return found


def fit(options) -> None:
    """Do what the arguments say."""
    from ..persons.posterior import LEAST_PEOPLE
    from .check import checked_study
    from .run import config_of, study_of

    if options.simulated < LEAST_PEOPLE:
        raise FileError(f"--simulated must be at least {LEAST_PEOPLE}")
    if not (options.precision > 0 and options.share_precision > 0):
        raise FileError("--precision and --share-precision must be above 0")
    config = config_of(options.study)
    study_of(config)
    study = checked_study(config)
    if not study.has_two_phases:
        raise FileError(
            f"{config}: people are fitted who label two phases; this study has "
            f"{study.phases.described()}"
        )
    names = _names(study, options)
    out = options.out or Path("-".join(names) if len(names) < 4 else f"{study.name}-people")
    targets = [out.with_name(out.name + suffix) for suffix in SUFFIXES]
    if len(names) > 1:
        targets.append(out.with_name(out.name + SPREAD))
    taken = [str(path) for path in targets if path.exists()]
    if taken and not options.overwrite:
        raise FileError(f"{', '.join(taken)}: exists; give --overwrite or another --out")
    if not out.parent.is_dir():
        raise FileError(f"{out.parent}: there is no such folder; make it first")
    people = {name: records_of(study, name, options.corrected) for name in names}
    seed = options.seed or study.seed
    fitted = {
        name: fitted_person(name, records, study.population, options.simulated, seed)
        for name, records in people.items()
    }
    write(targets, fitted, people, study.name, options)


def _names(study, options) -> list[str]:
    recorded = [user.name for user in study.users.values() if user.made_by == "recorded"]
    names = recorded if options.all else list(dict.fromkeys(options.user))
    if not names:
        raise FileError(f"the study {study.name} has no recorded user; name one with --user")
    unknown = [name for name in names if name not in study.users]
    if unknown:
        raise FileError(
            f"the study {study.name} has no user {', '.join(unknown)}; its users are "
            f"{', '.join(study.users)} (further sittings belong to their person)"
        )
    return names


def records_of(study, name: str, corrected: bool = False) -> list:
    """Return what a person of a study did, in all sittings, from the study's results.

    Raises
    ------
    FileError
        If nothing was done, or the study was not run.
    """
    from ..annotations import Nothing, annotation_from
    from ..persons.records import Image, Recorded, usable
    from ..study.paths import Paths

    paths, images, records = Paths(study.name), {}, []
    for user, sitting, cells in _sittings(study, name):
        for cell in cells:
            settings = dict(study.variants[cell.variant])
            if corrected and settings["method"] == "recorded_forest":
                settings["corrections"] = True
            where = {"dataset": cell.dataset, "filter": cell.filter, "variant": cell.variant}
            stored = Path(paths.annotation.format(**where, user=user))
            shown = Path(paths.image.format(**where))
            for path in (stored, shown):
                if not path.is_file():
                    raise FileError(
                        f"{path}: there is no such file; run the study first, with manyeyes run"
                    )
            key = cell.dataset, cell.filter
            if key not in images:
                mask = paths.mask.format(**where) if study.datasets[cell.dataset].masked else None
                images[key] = Image(*key, read_result(shown), read_mask(mask))
            drawing = Path(paths.drawing.format(**where, user=user))
            document, labels = read_annotation(
                stored, drawing if drawing.is_file() else None, RUN_AGAIN
            )
            done = annotation_from(document, labels)
            if isinstance(done, Nothing):
                continue
            records.append(Recorded(images[key], cell.variant, settings, done, sitting))
    if not records:
        raise FileError(
            f"{name} did nothing in the study {study.name} that can be fitted: there is no "
            "threshold, window, seeds or sparse labels"
        )
    return usable(records)


def _sittings(study, name: str):
    """Yield the user, the number and the segmentations of each sitting of a person."""
    finished = study.finished
    users = [study.users[name]]
    users += [user for user in study.further_sittings.values() if user.person == name]
    planned = study.cells()
    for user in users:
        cells = user.cells() or [cell for cell in planned if cell.user == user.name]
        yield (
            user.name,
            user.sitting,
            [cell for cell in cells if cell not in finished and cell not in study.lost],
        )


def fitted_person(name: str, records: Sequence, population: Mapping, count: int, seed: str):
    """Return the table of simulated people, the person's statistics, and the posterior."""
    from ..persons.fitting import fit_person
    from ..users.population import Population

    done = "; ".join(record.name for record in records)
    print(
        f"{name}: {done}; {count} simulated users do the same",
        file=sys.stderr,
        flush=True,
    )

    def progress(done: int) -> None:
        if done % max(count // 10, 1) == 0:
            print(f"  {done} of {count}", file=sys.stderr, flush=True)

    return fit_person(
        records, Population.from_mapping(population), count, (seed, name), progress=progress
    )


def write(targets: Sequence[Path], fitted: Mapping, people: Mapping, study: str, options) -> None:
    """Write tables, picture and block, and print the answer."""
    from ..figures import style
    from ..figures.fitted_person import draw
    from ..persons.fitting import people_block, rounded
    from ..persons.misfit import misfit_table, misfit_words, usual_shares
    from ..persons.spread import spread_table
    from ..statistics.laboratory import laboratory_table, laboratory_words

    traits, statistics = [], []
    for name, found in fitted.items():
        names = [record.name for record in people[name]]
        misfit = misfit_table(found.table, found.observed, found.posterior, names)
        summary = rounded(with_people_needed(found.posterior.summary, options.precision))
        traits.append(summary.assign(person=name)[["person", *summary.columns]])
        statistics.append(rounded(misfit).assign(user=name)[["user", *misfit.columns]])
        print(f"{name}: {summary_words(summary)}")
        if found.table.failed:
            print(f"  {found.table.failed} simulated users could not do it and were left out")
        print(f"  {misfit_words(misfit, usual_shares(found.learner))}")
    sittings = min(len({record.sitting for record in records}) for records in people.values())
    print(laboratory_words(len(people), sittings, options.precision, options.share_precision))
    write_table(pd.concat(traits), targets[0])
    write_table(pd.concat(statistics), targets[1])
    shown = {name: (f.posterior.summary, f.posterior.draws) for name, f in fitted.items()}
    figure = draw(next(iter(fitted.values())).table.traits, shown)
    with style.context():
        figure.savefig(targets[2], dpi=200, metadata={"Software": None})
    posteriors = {name: found.posterior for name, found in fitted.items()}
    block = people_block(posteriors, study, max(DRAWS_WRITTEN // len(fitted), 20))
    targets[3].write_text(block, encoding="utf-8")
    write_table(rounded(laboratory_table()), targets[4])
    if len(targets) > len(SUFFIXES):
        prior = {name: found.table.traits for name, found in fitted.items()}
        draws = {name: found.posterior.draws for name, found in fitted.items()}
        informed = [set(f.posterior.summary.query("informed")["trait"]) for f in fitted.values()]
        write_table(rounded(spread_table(draws, prior, informed)), targets[5])
    print("written: " + ", ".join(str(path) for path in targets))


def with_people_needed(summary: pd.DataFrame, precision: float) -> pd.DataFrame:
    """Return a summary with the people whom it takes to know a trait's spread between people.

    With records like this one, which leave a part of the trait's variance open; NaN where the
    record does not inform the trait, or where there would be more than 10,000.
    """
    from ..statistics.laboratory import people_needed

    def needed(row) -> float:
        if not row.informed:
            return float("nan")
        try:
            return float(people_needed(precision, min(row.explained, 1.0)))
        except ValueError:
            return float("nan")

    return summary.assign(people_needed=[needed(row) for row in summary.itertuples()])


def summary_words(summary: pd.DataFrame) -> str:
    """Return which traits the record informs, with intervals, and which not."""
    known = summary[summary["informed"]]
    lines = [f"{int(summary['informed'].sum())} of {len(summary)} traits are informed"]
    for row in known.itertuples():
        lines.append(
            f"  {row.title}: {row.estimate:.3g} {row.unit} ({row.low:.3g} to {row.high:.3g}; "
            f"population {row.prior_low:.3g} to {row.prior_high:.3g}), by {row.informed_by}"
        )
    others = [row.title.lower() for row in summary[~summary["informed"]].itertuples()]
    if others:
        lines.append("  the record says nothing about: " + "; ".join(others))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
