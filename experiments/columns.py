"""Columns in Parquet files that are whole or not there, and that show damage.

A file is written under a temporary name, flushed to the disk, then renamed. It carries the SHA-256 of its values;
one that does not read back to it is damaged. Equal columns give equal bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.errors import ComputeraceError, InputError

_DIGEST = b"computerace.digest"


class DamagedFileError(ComputeraceError):
    """A file of a record that was cut short or changed."""


class StorageError(ComputeraceError):
    """A record that could not be written: the disk is full, or the folder is not writable."""


def check_columns(columns: object, owner: str) -> dict[str, NDArray[Any]]:
    """Copy of the columns as arrays that a file can hold.

    Raises
    ------
    InputError
        If they are not 1-d arrays of numbers, bools or strings of one length, by name.
    """
    if not isinstance(columns, Mapping) or not columns:
        raise InputError(f"{owner} returned {type(columns).__name__}; it must be columns: a dict of arrays by name")
    arrays = {str(name): np.asarray(values) for name, values in columns.items()}
    for name, array in arrays.items():
        if array.ndim != 1 or array.dtype.kind not in "biufU" or (array.dtype.itemsize > 8 and array.dtype.kind == "f"):
            raise InputError(
                f"column {name!r} of {owner} has shape {array.shape} and type {array.dtype}; "
                "it must be a 1-d array of numbers, bools or strings"
            )
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise InputError(f"the columns of {owner} have different lengths: {lengths}")
    return arrays


def columns_digest(columns: Mapping[str, NDArray[Any]]) -> str:
    """SHA-256 of the names, types and values of columns, in order.

    Examples
    --------
    >>> columns_digest({"x": np.array([0.1])}) == columns_digest({"x": np.array([0.1 + 2e-17])})
    False
    """
    digest = hashlib.sha256()
    for name, array in columns.items():
        if array.dtype.kind == "U":
            head, body = [name, "text", len(array)], json.dumps(array.tolist()).encode()
        else:
            little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
            head, body = [name, little.dtype.str, len(array)], little.tobytes()
        digest.update(json.dumps(head).encode() + b"\0" + body)
    return digest.hexdigest()


def write_columns(path: Path, columns: Mapping[str, NDArray[Any]]) -> str:
    """Write columns to a Parquet file and return their digest.

    Raises
    ------
    StorageError
        If the file cannot be written; nothing is left of it then.
    """
    content = columns_bytes(columns)
    write_bytes(path, content)
    return columns_digest(columns)


def columns_bytes(columns: Mapping[str, NDArray[Any]]) -> bytes:
    """Content of a Parquet file of columns; equal columns give equal bytes."""
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table({name: pyarrow.array(values) for name, values in columns.items()})
    table = table.replace_schema_metadata({_DIGEST: columns_digest(columns).encode()})
    buffer = BytesIO()
    parquet.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def read_columns(path: Path) -> dict[str, NDArray[Any]]:
    """Columns of a Parquet file written by `write_columns`.

    Raises
    ------
    DamagedFileError
        If the file cannot be read, or its values are not those that were written.
    """
    from pyarrow import ArrowException, parquet

    try:
        table = parquet.read_table(BytesIO(path.read_bytes()), use_threads=False)
        columns = {name: _array(table[name]) for name in table.column_names}
    except (OSError, ValueError, ArrowException) as error:
        raise DamagedFileError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
    if (table.schema.metadata or {}).get(_DIGEST, b"").decode() != columns_digest(columns):
        raise DamagedFileError(f"{path} does not hold the values that were written to it")
    return columns


def read_column(path: Path, name: str) -> NDArray[Any]:
    """One column of a file that `read_columns` has found whole."""
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        return _array(file.read(columns=[name], use_threads=False)[name])


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file so that it is whole or not there, also after a crash.

    Raises
    ------
    StorageError
        If it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror or error}; what was written before is kept. "
            "Make room or choose another folder with --records, then run again"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _array(column: Any) -> NDArray[Any]:
    array = np.asarray(column.to_numpy())
    return array.astype(str) if array.dtype == object else array
