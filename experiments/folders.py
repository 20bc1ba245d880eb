"""Folders that a command is to write to, looked at before it computes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from theory.errors import InputError


def require_folder(path: Path | str, what: str) -> Path:
    """Path of a folder that exists or could be made: neither it nor anything above it is a file.

    Parameters
    ----------
    what
        What the folder is for, as the error is to call it.

    Raises
    ------
    InputError
        Naming the file that is in the way.

    Examples
    --------
    >>> require_folder("", "folder of the records")
    Traceback (most recent call last):
    theory.errors.InputError: the folder of the records is ''; it must be the path of a folder, e.g. ./records
    """
    if not str(path):
        raise InputError(f"the {what} is ''; it must be the path of a folder, e.g. ./records")
    place = _nearest(Path(path), what)
    if not place.is_dir():
        is_it = "is a file" if place == Path(path) else f"cannot be made: {place} is a file"
        raise InputError(f"the {what} is {str(path)!r}, which {is_it}; give the path of a folder")
    return Path(path)


def require_writable(path: Path | str, what: str) -> Path:
    """Path of a folder in which files can be made, or which can be made; nothing is left behind.

    Raises
    ------
    InputError
        Saying what the system refuses.
    """
    folder = require_folder(path, what)
    try:
        with tempfile.TemporaryFile(dir=_nearest(folder, what)):
            pass
    except OSError as error:
        raise InputError(
            f"the {what} is {str(path)!r}, which cannot be written to ({error.strerror}); "
            "give a folder that you may write to"
        ) from error
    return folder


def _nearest(path: Path, what: str) -> Path:
    """The path itself, or the first above it that exists."""
    try:
        return next(place for place in (path, *path.absolute().parents) if place.exists())
    except OSError as error:  # a name that is too long, a folder that may not be read
        raise InputError(
            f"the {what} is {str(path)[:80]!r}, which cannot be used ({error.strerror}); give the path of a folder"
        ) from error
