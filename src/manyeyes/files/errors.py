"""The error of files that cannot be used, and what to do about damaged results."""

RUN_AGAIN = "remove it and run again"


class FileError(ValueError):
    """A file that cannot be used; the message names it and says what to do."""


def short(error: BaseException, most: int = 200) -> str:
    """Return the message of a library's error on one line, cut to a length."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= most else text[:most] + "..."
