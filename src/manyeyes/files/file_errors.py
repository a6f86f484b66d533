"""The error of files that cannot be used; apart, so that every reader can raise it."""


class FileError(ValueError):
    """A file that cannot be used; the message names it and says what to do."""
