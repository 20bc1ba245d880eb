"""The runner: from a study and parameters to a record.

What is finished is on the disk and is never computed again: an interrupted run goes on where it stopped, and a
complete record is returned as it is. Equal key, equal values: the number of workers, where they are, and the order in
which chunks finish change no bit. Chunks are computed in this process, in processes that it starts
(`experiments.pool`), or on a Dask cluster that is there already (`experiments.cluster`).

With ``workers=1`` replicates are computed in this process, with the threads that its linear algebra has; the
`computerace` command limits them to one before numpy is imported. So does a notebook that needs the last bit:
``OPENBLAS_NUM_THREADS=1``.
"""

from __future__ import annotations

import os
import platform
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, overload

from experiments.catalogue import find
from experiments.cluster import compute_on_cluster
from experiments.columns import DamagedFileError, check_columns, read_columns
from experiments.folders import require_writable
from experiments.keys import Key, key_of, library_versions
from experiments.parameters import Value
from experiments.plain import plain
from experiments.pool import WorkerLostError, Workers
from experiments.progress import note, progress_of, working
from experiments.records import (
    RECORDS,
    MissingRecord,
    Record,
    StoredReplicates,
    command_for,
    file_entry,
    read_provenance,
    read_record,
    record_folder,
    values_digest,
)
from experiments.registry import Columns, Replicates, Study
from experiments.worker import StudyError, Task, compute, study_error
from theory.arrays import whole_number
from theory.errors import ComputeraceError, InputError

MANY = 32
"""Chunks from which on it is worth the while that the workers read them for the summary."""


class RunInterrupted(KeyboardInterrupt):
    """Ctrl-C; the message says what is kept and how to go on."""


class SourceChangedError(ComputeraceError):
    """Source, data or lock were edited during a run."""


def run(
    study: Study | str,
    parameters: Mapping[str, object] | None = None,
    *,
    quick: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    directory: Path | str = RECORDS,
    progress: bool = True,
) -> Record:
    """Record of a study with these parameters, computed as far as it does not exist.

    Parameters
    ----------
    study
        A study or its name.
    parameters
        What differs from the defaults (of a quick run, if ``quick``).
    workers
        Number of processes; by default one per processor, and never more than there are chunks to compute.
    scheduler
        Address of a Dask scheduler, ``tcp://host:port``, whose workers are used in place of processes of this machine.
    directory
        Folder of the records.
    progress
        Whether to say something on standard error.

    Raises
    ------
    InputError
        For a study or parameter that does not exist, or a value that cannot be used.
    StudyError
        If the study raises an error.
    StorageError, WorkerLostError
        If the disk is full; if worker processes are killed. What is finished is kept.
    ClusterError
        If the scheduler does not answer or is lost, or has no workers. What is finished is kept.
    SourceChangedError
        If the source was edited during the run. Nothing of this run is kept.
    RunInterrupted
        On Ctrl-C. What is finished is kept.
    """
    study = study if isinstance(study, Study) else find(study)
    if workers is not None:
        workers = whole_number(workers, "workers")
    if scheduler is not None and not isinstance(scheduler, str):
        raise InputError(f"scheduler is {scheduler!r}; it must be the address of a Dask scheduler, tcp://host:port")
    if not isinstance(directory, str | Path):
        raise InputError(f"directory is {directory!r}; it must be the path of the folder of the records")
    if workers is not None and scheduler is not None:
        raise InputError(f"workers is {workers} and scheduler {scheduler}; give one: a cluster has workers of its own")
    values = study.values(parameters, quick=quick)
    study.chunks(values)  # refuses a number of draws that cannot be shared out
    key = key_of(study, values)
    folder = record_folder(key, directory)
    say = note if progress else _silent
    draws = values.get("draws")
    if isinstance(draws, int) and draws % study.replicates and draws > study.replicates:
        used = draws - draws % study.replicates
        say(f"draws is {draws}; {used} are used, as many for each of {study.replicates} replicates")
    made = _made(folder, say)
    broken = made.broken_files(contents=True) if made else {}
    if made and not broken:
        return made
    require_writable(directory, "folder of the records")
    for path, trouble in broken.items():
        say(f"{path} {trouble}; computing it again")
        path.unlink(missing_ok=True)
    try:
        return _Run(study, values, key, folder, scheduler or workers or os.cpu_count() or 1, progress).record(made)
    except KeyboardInterrupt:
        files = [task.file for task in all_tasks(study, values, key, folder)]
        kept = sum(path.is_file() for path in files)
        command = command_for(study, values, quick=quick, directory=directory)
        command += f" --scheduler {scheduler}" if scheduler else f" --workers {workers}" if workers else ""
        raise RunInterrupted(
            f"interrupted; {kept} of {len(files)} {study.piece}s of {study.name} are kept. To go on: {command}"
        ) from None


def _made(folder: Path, say: Callable[[str], None]) -> Record | None:
    """The record that is there already, if it can be read."""
    try:
        return read_record(folder)
    except MissingRecord:
        return None
    except DamagedFileError as error:
        say(f"{error}; making it again")
        return None


def all_tasks(study: Study, values: Mapping[str, Value], key: Key, folder: Path) -> list[Task]:
    """Every chunk of every replicate, in order."""
    chunks = study.chunks(values)
    return [
        Task(study.module, study.name, dict(values), key.seed, replicate, folder, chunk, chunks)
        for replicate in range(study.replicates)
        for chunk in range(chunks)
    ]


class _Run:
    """One run of a study; ``where`` is a number of processes, or the address of a scheduler."""

    def __init__(
        self, study: Study, values: Mapping[str, Value], key: Key, folder: Path, where: int | str, progress: bool
    ) -> None:
        self.study, self.values, self.key, self.folder = study, values, key, folder
        self.where, self.progress = where, progress
        self.workers = Workers(where if isinstance(where, int) else 1, folder)
        self.tasks = all_tasks(study, values, key, folder)
        self.say = note if progress else _silent

    def record(self, made: Record | None = None) -> Record:
        """Compute what is missing, sum up, write; a record made of the same chunks before stands as it is."""
        with self.workers:
            return self._record(made)

    def _record(self, made: Record | None) -> Record:
        started, began = datetime.now(UTC), time.perf_counter()
        seconds = self._compute()
        if made and not made.broken_files(contents=True):
            self.say(f"{self.study.name}: {len(seconds)} computed again as before, record {made.short_key} stands")
            return made
        numbers, tables = self._sum_up(self._replicates())
        record = Record(
            study=self.study.name,
            question=self.study.question,
            claims=self.study.claims,
            parameters=self.values,
            replicates=self.study.replicates,
            key=self.key.digest,
            parts=self.key.parts(),
            seed=f"{self.key.seed:064x}",
            numbers=numbers,
            tables=tables,
            files={task.file.name: file_entry(task.file) for task in self.tasks},
            values_digest=values_digest(numbers, tables),
            started=started.isoformat(timespec="seconds"),
            seconds=round(time.perf_counter() - began, 3),
            replicate_seconds=self._seconds_of_replicates(seconds),
            chunks=tuple(read_provenance(task.file) for task in self.tasks),
            python=platform.python_version(),
            platform=platform.platform(),
            libraries=library_versions(),
            folder=self.folder,
        ).write()
        kept = len(self.tasks) - len(seconds)
        self.say(
            f"{self.study.name}: {len(self.tasks)} {self.study.piece}s{f' ({kept} kept)' if kept else ''}, "
            f"{record.seconds:.1f} s, record {record.short_key}"
        )
        return record

    def _compute(self) -> dict[tuple[int, int], float]:
        """Compute the missing chunks; their seconds."""
        missing = [task for task in self.tasks if not self._is_whole(task.file)]
        seconds: dict[tuple[int, int], float] = {}
        total, kept = len(self.tasks), len(self.tasks) - len(missing)
        with progress_of(self.study.name, self.study.piece, total, kept, self.progress) as advance:

            def done(task: Task, taken: float) -> None:
                seconds[task.index] = round(taken, 3)
                advance()

            try:
                self._compute_all(missing, done)
            finally:
                edited = self._drop_if_edited(task for task in self.tasks if task.index in seconds)
        if edited:
            raise SourceChangedError(
                f"the source or data of {self.study.name} changed while it ran; "
                "nothing of this run is kept. Run it again"
            )
        return seconds

    def _compute_all(self, tasks: list[Task], done: Callable[[Task, float], None]) -> None:
        if isinstance(self.where, str) and tasks:
            compute_on_cluster(tasks, self.where, done)
        elif min(self.workers.number, len(tasks)) > 1:
            self.workers.map(compute, tasks, done)
        else:
            for task in tasks:
                done(task, compute(task))

    def _drop_if_edited(self, computed: Iterable[Task]) -> bool:
        """Remove what was computed if the key is no longer that of the source: workers may have run either."""
        edited = key_of(self.study, self.values).digest != self.key.digest
        for task in computed if edited else ():
            task.file.unlink(missing_ok=True)
            task.file.with_suffix(".json").unlink(missing_ok=True)
        return edited

    def _is_whole(self, path: Path) -> bool:
        if not path.is_file():
            return False
        try:
            read_columns(path)
        except DamagedFileError as error:
            self.say(f"{error}; computing it again")
            return False
        return True

    def _seconds_of_replicates(self, seconds: Mapping[tuple[int, int], float]) -> tuple[float | None, ...]:
        chunks = self.study.chunks(self.values)
        parts = [[seconds.get((index, chunk)) for chunk in range(chunks)] for index in range(self.study.replicates)]
        return tuple(None if None in part else round(sum(s for s in part if s is not None), 3) for part in parts)

    def _replicates(self) -> Replicates:
        """Columns of the replicates: read when asked for if there are chunks, and so more than memory may hold."""
        chunks = self.study.chunks(self.values)
        stored = StoredReplicates(self.folder, self.study.replicates, chunks)
        called = partial(_called, self.study.name, self.values)
        return _SharedReplicates(stored, self.workers, called, len(self.tasks), kept=not self.study.chunk)

    def _sum_up(self, replicates: Replicates) -> tuple[Mapping[str, Any], Mapping[str, Columns]]:
        rng = self.key.generator(self.study.replicates)
        try:
            with working(f"{self.study.name}: summing up") if self.progress else nullcontext():
                findings = self.study.summarise(replicates, rng=rng, **self.values)
        except (WorkerLostError, StudyError):
            raise
        except Exception as error:
            raise study_error(error, self.study.name, "summary", self.values) from error
        owner = f"the study {self.study.name!r}"
        tables: dict[str, Columns] = {}
        for name, columns in findings.tables.items():
            if not re.fullmatch(r"[\w][\w -]*", name):
                raise InputError(f"a table of {owner} is called {name!r}; use letters, digits, spaces, _ and -")
            tables[name] = check_columns(columns, f"table {name!r} of {owner}")
        return plain(findings.numbers), tables


class _SharedReplicates(Sequence[Columns]):
    """Replicates of a run, and its workers for what the summary asks of them at once (`experiments.registry`)."""

    def __init__(
        self,
        stored: StoredReplicates,
        workers: Workers,
        called: Callable[[Callable[[], Any]], Any],
        chunks: int,
        *,
        kept: bool,
    ) -> None:
        self._stored, self._workers, self._called, self._chunks = stored, workers, called, chunks
        self._read: Sequence[Columns] = list(stored) if kept else stored

    def __len__(self) -> int:
        return len(self._stored)

    @overload
    def __getitem__(self, index: int) -> Columns: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Columns]: ...
    def __getitem__(self, index: int | slice) -> Columns | Sequence[Columns]:
        return self._read[index]

    def share_out(
        self, function: Callable[[Columns], Any], calls: Mapping[str, Callable[[], Any]]
    ) -> tuple[list[Any], dict[str, Any]]:
        """A module's function of every replicate, in order, and what the calls return."""
        tasks: list[Callable[[], Any]] = list(calls.values())
        if many := self._chunks >= MANY:
            tasks += [partial(_applied, function, self._stored, index) for index in range(len(self))]
        shared = self._workers.number > 1 and len(tasks) > 1
        done = self._workers.map(self._called, tasks) if shared else [task() for task in tasks]
        found = done[len(calls) :] if many else [function(part) for part in self]
        return found, dict(zip(calls, done, strict=False))


def _called(study: str, values: Mapping[str, Value], task: Callable[[], Any]) -> Any:
    """What a task returns; its error is told here, where its place is known."""
    try:
        return task()
    except ComputeraceError:
        raise
    except Exception as error:
        raise study_error(error, study, "summary", values) from error


def _applied(function: Callable[[Columns], Any], stored: StoredReplicates, index: int) -> Any:
    return function(stored[index])


def _silent(text: str) -> None:
    """Say nothing."""
