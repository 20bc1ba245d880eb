"""Records: what a study found, with all that it depends on.

::

    <records>/<study>/<key>/replicate-0003.parquet    one independent unit of work, as soon as it is done
                            replicate-0003-000012.parquet    one chunk of it, if the study has chunks
                            replicate-0003.json       where, when and how long it was computed; written before
                            table-<name>.parquet      tables of the summary
                            record.json               numbers and provenance; written last, so it means complete

A record is found by its key (`experiments.keys`): if the source, the data, the lock or a parameter changes, the key
changes, and the old record is *stale*. `load_record` never returns a stale one, nor one of whose replicates a file is
gone or of another size; `experiments.runner.run` reads every byte of them, and computes again what is not as it was.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from experiments.catalogue import find
from experiments.columns import DamagedFileError, columns_digest, read_column, read_columns, write_bytes, write_columns
from experiments.keys import Key, digest_of, key_of
from experiments.parameters import Value
from experiments.registry import Columns, Study
from theory.errors import ComputeraceError

SCHEMA = 3
"""Version of ``record.json``; another version is read as no record."""

RECORDS = Path("records")
"""Folder of the records, unless another is given."""


class MissingRecord(ComputeraceError):
    """No record of this study with these parameters; the message says which command makes it."""


class StaleRecord(MissingRecord):
    """There is a record, but of older source, data or libraries; the message says which changed."""


@dataclass(frozen=True)
class Record:
    """What a study found.

    Attributes
    ----------
    numbers
        JSON values: see `experiments.plain.plain` for NaN and infinities.
    tables
        Columns by table.
    files
        Bytes and SHA-256 of the file of every chunk, by its name.
    parts
        Digests of the source, data and lock that the key was made of.
    seed
        Entropy of the generators, hexadecimal.
    values_digest
        SHA-256 of numbers and tables: the same for any number of workers, at any time.
    started, seconds, replicate_seconds
        When it was made (UTC) and how long it took; None for replicates kept from an interrupted run.
    chunks
        Where, when and how long every chunk was computed, also in earlier runs: see `experiments.worker.produce`.
    folder
        Where it is.
    """

    study: str
    question: str
    claims: tuple[int, ...]
    parameters: Mapping[str, Value]
    replicates: int
    key: str
    parts: Mapping[str, Mapping[str, str]]
    seed: str
    numbers: Mapping[str, Any]
    tables: Mapping[str, Columns]
    files: Mapping[str, Mapping[str, Any]]
    values_digest: str
    started: str
    seconds: float
    replicate_seconds: tuple[float | None, ...]
    chunks: tuple[Mapping[str, Any], ...]
    python: str
    platform: str
    libraries: Mapping[str, str]
    folder: Path

    @property
    def short_key(self) -> str:
        """First twelve digits of the key."""
        return self.key[:12]

    @property
    def provenance(self) -> dict[str, Any]:
        """Everything but numbers and tables, as in ``record.json``."""
        return {name: value for name, value in self.to_dict().items() if name not in ("numbers", "tables")}

    def broken_files(self, *, contents: bool) -> dict[Path, str]:
        """Files of chunks that are not as they were written, and what is the matter: by their size, or every byte."""
        return {
            path: trouble
            for name, entry in self.files.items()
            if (trouble := _trouble(path := self.folder / name, entry, contents))
        }

    def to_dict(self) -> dict[str, Any]:
        """Content of ``record.json``: tables by name, with their file and its checksum."""
        content = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "folder"}
        tables = {
            name: {"file": table_file(name), "checksum": columns_digest(columns)}
            for name, columns in self.tables.items()
        }
        return {"schema": SCHEMA, **content, "tables": tables}

    def write(self) -> Self:
        """Write tables, then ``record.json``."""
        for name, columns in self.tables.items():
            write_columns(self.folder / table_file(name), columns)
        write_bytes(self.folder / "record.json", json.dumps(self.to_dict(), indent=1, allow_nan=False).encode())
        return self


def values_digest(numbers: Mapping[str, Any], tables: Mapping[str, Columns]) -> str:
    """SHA-256 of plain numbers and tables, and of nothing else."""
    return digest_of([numbers, {name: columns_digest(columns) for name, columns in tables.items()}])


def table_file(name: str) -> str:
    """File name of a table."""
    return f"table-{name}.parquet"


def replicate_file(folder: Path, index: int, chunk: int = 0, chunks: int = 1) -> Path:
    """File of one replicate, or of one of its chunks."""
    part = f"-{chunk:06d}" if chunks > 1 else ""
    return folder / f"replicate-{index:04d}{part}.parquet"


def file_entry(path: Path) -> dict[str, Any]:
    """Bytes and SHA-256 of a file, as a record keeps them."""
    content = path.read_bytes()
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def read_provenance(path: Path) -> dict[str, Any]:
    """Where and when the chunk in a file was computed; empty if that was not kept."""
    try:
        content = json.loads(path.with_suffix(".json").read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


class StoredReplicates(Sequence[Columns]):
    """Columns of replicates in the files of their chunks; a column is read when it is asked for, and not kept."""

    def __init__(self, folder: Path, replicates: int, chunks: int) -> None:
        self._folder, self._replicates, self._chunks = folder, replicates, chunks

    def __len__(self) -> int:
        return self._replicates

    @overload
    def __getitem__(self, index: int) -> Columns: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Columns]: ...
    def __getitem__(self, index: int | slice) -> Columns | Sequence[Columns]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._replicates))]
        if not -self._replicates <= index < self._replicates:
            raise IndexError(index)
        chunks = range(self._chunks)
        return StoredColumns(
            [replicate_file(self._folder, index % self._replicates, chunk, self._chunks) for chunk in chunks]
        )


class StoredColumns(Mapping[str, NDArray[Any]]):
    """Columns of one replicate in the files of its chunks, all checked for damage first.

    Raises
    ------
    DamagedFileError
        If a file was cut short or changed.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files
        for path in files:
            self._names = list(read_columns(path))

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._names:
            raise KeyError(name)
        return np.concatenate([read_column(path, name) for path in self._files])

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def record_folder(key: Key, directory: Path | str = RECORDS) -> Path:
    """Folder of the record with this key."""
    return Path(directory, key.study, key.digest)


def read_record(folder: Path) -> Record:
    """Record in a folder; its chunks are not looked at, for the numbers stand without them.

    Raises
    ------
    MissingRecord
        If it is not complete, or of another schema.
    DamagedFileError
        If a file of it was cut short or changed.
    """
    path = folder / "record.json"
    if not path.is_file():
        raise MissingRecord(f"there is no complete record in {folder}")
    try:
        content = dict(json.loads(path.read_bytes()))
        if content.pop("schema") != SCHEMA:
            raise MissingRecord(f"{path} was written by another version of computerace")
        tables = {name: _table(folder / entry["file"], entry["checksum"]) for name, entry in content["tables"].items()}
        files = {name: {"bytes": entry["bytes"], "sha256": entry["sha256"]} for name, entry in content["files"].items()}
        sequences = {name: tuple(content[name]) for name in ("claims", "replicate_seconds", "chunks")}
        record = Record(**(content | sequences | {"tables": tables, "files": files, "folder": folder}))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedFileError(f"{path} cannot be read as a record: {error}") from error
    if values_digest(record.numbers, record.tables) != record.values_digest:
        raise DamagedFileError(f"{path} does not hold the numbers that were written to it")
    return record


def load_record(
    study: Study | str,
    parameters: Mapping[str, object] | None = None,
    *,
    quick: bool = False,
    directory: Path | str = RECORDS,
) -> Record:
    """Record of a study with these parameters, of the source, data and libraries as they are now.

    Parameters
    ----------
    study
        A study or its name.
    parameters
        What differs from the defaults (of a quick run, if ``quick``).
    directory
        Folder of the records.

    Raises
    ------
    MissingRecord
        If there is none, naming the command to run.
    StaleRecord
        If there is one that something has changed since, naming what and the command to run.
    """
    study = find(study) if isinstance(study, str) else study
    values = study.values(parameters, quick=quick)
    key = key_of(study, values)
    command = command_for(study, values, quick=quick, directory=directory)
    try:
        return _whole_record(record_folder(key, directory))
    except DamagedFileError as error:
        raise MissingRecord(f"{error}. Run: {command}") from error
    except MissingRecord:
        raise _explain(key, Path(directory), command) from None


def state_of(study: Study, *, quick: bool = False, directory: Path | str = RECORDS, key: Key | None = None) -> str:
    """State of the record of a study in a word or two: its key, stale, damaged, how much there is of it, or none.

    A ``key`` of the same study, with any parameters, saves reading its source again.
    """
    values = study.values(quick=quick)
    key = replace(key, parameters=values) if key else key_of(study, values)
    folder = record_folder(key, directory)
    try:
        return _whole_record(folder).short_key
    except DamagedFileError:
        return "damaged"
    except MissingRecord:
        pass
    total = study.replicates * study.chunks(values)
    kept = len(list(folder.glob("replicate-*.parquet")))
    if kept:
        return f"{kept} of {total} {study.piece}s"
    older, same = _others(key, Path(directory))
    return "stale" if same else f"none ({len(older)} with others)" if older else "none"


def command_for(
    study: Study, values: Mapping[str, Value], *, quick: bool = False, directory: Path | str = RECORDS
) -> str:
    """Command that makes the record."""
    standard = study.values(quick=quick)
    changes = [f"{name}={value}" for name, value in values.items() if value != standard[name]]
    words = ["computerace", "run", study.name, *(["--quick"] if quick else [])]
    for change in changes:
        words += ["--set", change]
    if Path(directory) != RECORDS:
        words += ["--records", str(directory)]
    return shlex.join(words)


def _whole_record(folder: Path) -> Record:
    """Record with all of its chunks, these as far as their sizes tell."""
    record = read_record(folder)
    for path, trouble in record.broken_files(contents=False).items():
        raise DamagedFileError(f"{path} {trouble}")
    return record


def _trouble(path: Path, entry: Mapping[str, Any], contents: bool) -> str | None:
    try:
        size = path.stat().st_size
        same = size == entry["bytes"] and (not contents or file_entry(path) == entry)
    except OSError:
        return "is missing"
    return None if same else f"is damaged: {size} bytes that are not the {entry['bytes']} written"


def _table(path: Path, checksum: str) -> Columns:
    columns = read_columns(path)
    if columns_digest(columns) != checksum:
        raise DamagedFileError(f"{path} is not the table that was written with the record")
    return columns


def _others(key: Key, directory: Path) -> tuple[list[Record], list[Record]]:
    """Complete records of the study with other keys, and those among them with the same parameters."""
    others = []
    for path in (directory / key.study).glob("*/record.json"):
        try:
            others.append(read_record(path.parent))
        except (MissingRecord, DamagedFileError):
            continue
    return others, [record for record in others if dict(record.parameters) == dict(key.parameters)]


def _explain(key: Key, directory: Path, command: str) -> MissingRecord:
    """Which error it is: the newest record with these parameters says what has changed since."""
    older, same = _others(key, directory)
    if same:
        latest = max(same, key=lambda record: record.started)
        changes = key.changes_since(latest.parts) or [f"replicates ({latest.replicates}, now {key.replicates})"]
        return StaleRecord(
            f"the record of {key.study} ({latest.short_key}) is stale; "
            f"changed since: {', '.join(changes)}. Run: {command}"
        )
    others = f" with these parameters ({len(older)} with others)" if older else ""
    return MissingRecord(f"there is no record of {key.study}{others} in {directory}. Run: {command}")
