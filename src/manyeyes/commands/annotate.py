"""Segment the images of a study yourself, on a page in your browser.

    manyeyes annotate mine --user jo                    all that the plan of config/mine.yaml asks
    manyeyes annotate mine --user jo --variants S2 cWS  only these
    manyeyes annotate mine --user jo --sitting 2        everything anew, on another day

The page leads you through the protocol, image by image: a threshold, windows of a watershed, seeds,
and paintings, which a classifier learns from and you correct. It runs on this computer alone and
sends nothing anywhere. Every stroke is saved at once. Stop with Ctrl+C whenever you like; the same
command goes on where you were.

What you do is kept in people/jo (--folder takes another place): one file for each image and
variant, once it is done. Add `- {name: jo, folder: people/jo}` to the `users` of the config, and
`manyeyes run mine` assesses it beside the others'. The page shows nobody else's work.
"""

import argparse
import re
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..study.model import Study
from .check import checked_study
from .run import CannotRunError, config_of, run, snakemake_call, study_of

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
MOST_SITTINGS = 999


def options_of(arguments: list[str]) -> argparse.Namespace:
    """Return the options of this command."""
    parser = argparse.ArgumentParser(
        prog="manyeyes annotate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("study", help="a file in config/ without .yaml, or the path of a config")
    parser.add_argument("--user", required=True, metavar="NAME", help="who segments, such as jo")
    parser.add_argument(
        "--sitting",
        type=int,
        default=1,
        metavar="N",
        help="2, 3, ... to do everything again, which shows how far one person varies (1)",
    )
    parser.add_argument(
        "--folder", metavar="FOLDER", help="the person's folder (people/NAME in the working folder)"
    )
    for what, example in (("datasets", "NMC-1"), ("filters", "raw"), ("variants", "S2 cWS MLX25")):
        parser.add_argument(
            f"--{what}", nargs="+", metavar="NAME", help=f"only these, such as {example}"
        )
    parser.add_argument("--port", type=int, default=0, metavar="N", help="port of the page (free)")
    parser.add_argument(
        "--no-browser", action="store_true", help="print the page's address, open no browser"
    )
    parser.add_argument(
        "--cores", default="all", metavar="N", help="cores that make missing images (all)"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int | str:
    """Let a person segment the images of the study that the arguments name."""
    from ..files.errors import FileError

    options = options_of(arguments)
    try:
        return annotate(options)
    except (CannotRunError, FileError) as error:
        return str(error)


def annotate(options: argparse.Namespace) -> int:
    """Make missing images, serve the page until Ctrl+C, and say what to do next."""
    from ..annotating.serving import PortTakenError, listening_socket, serve
    from ..annotating.session import About, Session
    from ..files.recordings import held

    require_person(options)
    config = config_of(options.study)
    study_of(config)
    study = checked_study(config)
    cells = cells_to_do(study, options)
    data_folder = data_folder_of(config)
    folder = folder_of(study, options, data_folder)
    make_images(config, study, cells, options.cores)
    steps = steps_to_do(study, cells)
    about = About(
        study=study.name,
        title=study.title,
        seed=study.seed,
        user=options.user,
        sitting=options.sitting,
        phases=study.phases,
        voxel_size_nm={name: d.voxel_size_nm for name, d in study.datasets.items()},
    )
    try:
        listening = listening_socket(options.port)
    except PortTakenError as error:
        raise CannotRunError(str(error)) from error
    with listening, held(folder):
        session = Session(about, steps, folder, lambda *image: read_image(study, *image))
        with problems_told():
            session.overview()

        def opened(address: str) -> None:
            print(greeting(session, address), flush=True)
            if not options.no_browser:
                webbrowser.open(address)

        serve(session, listening, opened)
        # The config would look for a relative path in the folder of its data.
        named = folder.absolute() if data_folder else folder
        print(farewell(session, study, config, options.user, named))
    return 0


def require_person(options: argparse.Namespace) -> None:
    """Raise `CannotRunError` unless a name and a sitting can be those of a folder and a table."""
    if not NAME.fullmatch(options.user):
        raise CannotRunError(
            f"--user {options.user!r}: a name has up to 60 letters from a to z, digits, - and _, "
            "such as jo; it is used in paths and tables"
        )
    if not 1 <= options.sitting <= MOST_SITTINGS:
        raise CannotRunError(
            f"--sitting {options.sitting}: sittings are counted from 1 to {MOST_SITTINGS}"
        )


def cells_to_do(study: Study, options: argparse.Namespace) -> list[tuple[str, str, str]]:
    """Return dataset, filter and variant of all that the person is asked for.

    That is what the plan asks of simulated users: the same images, the same variants.
    """
    from ..recording.steps import chosen_cells

    if options.user in study.users_made_by("simulated"):
        raise CannotRunError(
            f"--user {options.user}: the study has a simulated user of this name; take another one"
        )
    first = {name for name, dataset in study.datasets.items() if dataset.realisation == 1}
    planned = [cell for block in study.simulated_blocks() for cell in block.cells()]
    places = [(cell.dataset, cell.filter, cell.variant) for cell in planned]
    # In a study of people alone, nobody is simulated, and the plan says what people are asked for.
    cells = [place for place in (*places, *study.asked) if place[0] in first]
    only = {key: getattr(options, key) for key in ("datasets", "filters", "variants")}
    try:
        return chosen_cells(dict.fromkeys(cells), only)
    except ValueError as error:
        raise CannotRunError(str(error)) from error


def steps_to_do(study: Study, cells: list[tuple[str, str, str]]):
    """Return the steps that the cells ask of a person; raise `CannotRunError` if there is none."""
    from ..methods import METHODS
    from ..recording.steps import steps_of

    with problems_told():
        study.phases.by_brightness("the page")
        steps = steps_of(cells, study.variants, METHODS)
    if not steps:
        raise CannotRunError(
            "The plan of this study asks nothing of a person: no threshold, watershed, seeds or "
            "painting. Add a block to `plan` with, for example, variants: [S2, cWS, MLX25]"
        )
    return steps


def folder_of(study: Study, options: argparse.Namespace, data_folder: str | None) -> Path:
    """Return the person's folder: the one named, else that of the config, else people/NAME.

    That of the config is in the study's `data_folder`, if there is one.
    """
    if options.folder:
        return Path(options.folder).expanduser()
    user = study.users.get(options.user)
    if user is not None and user.folder is not None:
        return Path(data_folder or "", Path(user.folder).expanduser())
    return Path("people", options.user)


def data_folder_of(config: Path) -> str | None:
    """Return the folder of a study's input files, which its people's folders are in."""
    import yaml

    from ..running.starting import data_folder

    return data_folder(yaml.safe_load(config.read_text(encoding="utf-8")))


def make_images(config: Path, study: Study, cells: list[tuple[str, str, str]], cores: str) -> None:
    """Let the study make images and masks that are not there yet, and say so."""
    from ..study.paths import Paths

    paths = Paths(study.name)
    images = dict.fromkeys((dataset, filter_) for dataset, filter_, _ in cells)
    needed = [paths.image_of(*image) for image in images]
    needed += [
        paths.mask.format(dataset=dataset)
        for dataset in dict.fromkeys(dataset for dataset, _ in images)
        if study.datasets[dataset].masked
    ]
    missing = [path for path in needed if not Path(path).exists()]
    if not missing:
        return
    number = f"{len(missing)} image{'s' if len(missing) > 1 else ''}"
    print(f"The study makes {number} first; this can take some minutes.", flush=True)
    status = run([*snakemake_call(config, cores), "--quiet", "rules", "--", *missing])
    if status:
        raise CannotRunError(
            f"The images could not be made (see above). `manyeyes check {config}` says what is "
            "wrong with the config and its files."
        )


def read_image(study: Study, dataset: str, filter_: str):
    """Return the grey levels of an image and its field of view."""
    from ..files.results import read_mask, read_result
    from ..study.paths import Paths

    paths = Paths(study.name)
    masked = study.datasets[dataset].masked
    mask = read_mask(paths.mask.format(dataset=dataset)) if masked else None
    return read_result(paths.image_of(dataset, filter_)), mask


@contextmanager
def problems_told() -> Iterator[None]:
    """Turn what is wrong with values into a message of the command."""
    try:
        yield
    except ValueError as error:
        raise CannotRunError(str(error)) from error


def greeting(session, address: str) -> str:
    """Return what is printed when the page can be opened."""
    steps = session.overview()["steps"]
    done = sum(step["finished"] for step in steps)
    return "\n".join(
        [
            f"{len(steps)} steps, {done} of them done. Work is kept in {session.folder}.",
            "Open this address in a browser on this computer (it works until you end the program):",
            "",
            f"  {address}",
            "",
            "Stop with Ctrl+C; everything is saved.",
        ]
    )


def farewell(session, study: Study, config: Path, user: str, folder: Path) -> str:
    """Return what is printed at the end: what is done, and what to do next."""
    steps = session.overview()["steps"]
    done = sum(step["finished"] for step in steps)
    lines = ["", f"{done} of {len(steps)} steps are done; they are in {session.folder}."]
    if done < len(steps):
        lines.append("The same command goes on where you were.")
    if done and user not in study.users:
        lines += [
            f"To assess this work, add to `users` of {config}:",
            "",
            f"  - {{name: {user}, folder: {folder}}}",
            "",
            f"and run: manyeyes run {config}",
        ]
    elif done:
        lines.append(f"To assess this work, run: manyeyes run {config}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
