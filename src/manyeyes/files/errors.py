"""The error of files that cannot be used, and what to do about damaged results."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

RUN_AGAIN = "remove it and run again"
COPY_AGAIN = "copy or download it again"


class FileError(ValueError):
    """A file that cannot be used; the message names it and says what to do."""


@contextmanager
def naming_file(path, kind: str, advice: str = COPY_AGAIN) -> Iterator[None]:
    """Turn any error while a file of some kind is read into a `FileError` that names it."""
    try:
        yield
    except FileError:
        raise
    except MemoryError as error:
        raise FileError(
            f"{path}: there is not enough memory to read this file ({error}); "
            "take a machine with more, or a smaller file"
        ) from error
    except OSError as error:
        raise FileError(f"{path}: the file cannot be read ({error})") from error
    except Exception as error:
        raise FileError(
            f"{path}: this is not readable as {kind}, it may be truncated ({short(error)}); "
            f"{advice}"
        ) from error


def what_it_is(path) -> tuple[str, str]:
    """Return what an existing path is that is not as expected, to follow "this is", and what to do.

    The words are in `manyeyes.files.recognition`, which is found by its name: they decide no
    result, so no job should run again because of an edit (`manyeyes.running.code_digest`).
    """
    return import_module(".recognition", __package__).what_it_is(path)


def short(error: object, most: int = 200) -> str:
    """Return a library's error, or another text, on one line, cut to a length."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= most else text[:most] + "..."
