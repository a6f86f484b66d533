"""The command `manyeyes`: run a study, check its config, or label a volume with a random forest."""

import importlib
import sys
from importlib.metadata import version

COMMANDS = {
    "new-study": "look at tomograms of yours and write a config for them that runs",
    "run": "run a study: images, users, tables, figures and report",
    "check": "check a config and say what a run would do",
    "annotate": "segment the images of a study yourself, on a page in your browser",
    "classify": "label a volume on disk with a random forest, from labels on a few slices",
    "compare": "compare finished segmentations of one tomogram with each other",
    "export": "write a volume for ParaView, napari or 3D Slicer",
    "fit-person": "find the traits of recorded people, and how many people a spread needs",
    "fit-imaging": "find the settings with which digital twins look like a tomogram of yours",
}
"""What each command does; each is a module beside this one, imported only when it is run."""


def usage() -> str:
    """Return the text of `manyeyes --help`."""
    width = max(map(len, COMMANDS))
    lines = [f"  manyeyes {name:{width}}  {text}" for name, text in COMMANDS.items()]
    return "\n".join(
        [
            "How much an electrode's measured microstructure depends on who segments it, and how.",
            "",
            *lines,
            "",
            "Each command has its own --help. To begin: manyeyes run tiny",
        ]
    )


def main(arguments: list[str] | None = None) -> int | str:
    """Run a command; return its exit status, or a message of what is wrong."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage())
        return 0 if arguments else 2
    if arguments[0] == "--version":
        print(f"manyeyes {version('manyeyes')}")
        return 0
    if arguments[0] not in COMMANDS:
        return f"there is no command {arguments[0]!r}; there are {', '.join(COMMANDS)}"
    command = importlib.import_module(f"{__package__}.{arguments[0].replace('-', '_')}")
    return command.main(arguments[1:])


if __name__ == "__main__":
    sys.exit(main())
