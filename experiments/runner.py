"""The runner: from a study and parameters to a record.

What is finished is on the disk and is never computed again: an interrupted run goes on where it stopped, and a
complete record is returned as it is. Equal key, equal values: the number of workers and the order in which
replicates finish change no bit.

With ``workers=1`` replicates are computed in this process, with the threads that its linear algebra has; the
`computerace` command limits them to one before numpy is imported. So does a notebook that needs the last bit:
``OPENBLAS_NUM_THREADS=1``.
"""

from __future__ import annotations

import os
import platform
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from experiments.catalogue import find
from experiments.columns import DamagedFileError, check_columns, read_columns
from experiments.keys import Key, key_of, library_versions
from experiments.parameters import Value
from experiments.plain import plain
from experiments.pool import Done, compute_in_processes
from experiments.progress import note, replicate_bar
from experiments.records import (
    RECORDS,
    MissingRecord,
    Record,
    command_for,
    read_record,
    record_folder,
    replicate_file,
    values_digest,
)
from experiments.registry import Columns, Study
from experiments.worker import Task, compute, study_error
from theory.errors import ComputeraceError, InputError


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
        Number of processes; by default one per processor, and never more than there are replicates to compute.
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
    SourceChangedError
        If the source was edited during the run. Nothing of this run is kept.
    RunInterrupted
        On Ctrl-C. What is finished is kept.
    """
    study = find(study) if isinstance(study, str) else study
    if workers is not None and workers < 1:
        raise InputError(f"workers is {workers}; it must be at least 1")
    values = study.values(parameters, quick=quick)
    key = key_of(study, values)
    folder = record_folder(key, directory)
    say = note if progress else _silent
    try:
        return read_record(folder)
    except MissingRecord:
        pass
    except DamagedFileError as error:
        say(f"{error}; making it again")
    try:
        return _Run(study, values, key, folder, workers or os.cpu_count() or 1, progress).record()
    except KeyboardInterrupt:
        kept = sum(replicate_file(folder, index).is_file() for index in range(study.replicates))
        command = command_for(study, values, quick=quick, directory=directory)
        raise RunInterrupted(
            f"interrupted; {kept} of {study.replicates} replicates of {study.name} are kept. To go on: {command}"
        ) from None


class _Run:
    """One run of a study."""

    def __init__(
        self, study: Study, values: Mapping[str, Value], key: Key, folder: Path, workers: int, progress: bool
    ) -> None:
        self.study, self.values, self.key, self.folder = study, values, key, folder
        self.workers, self.progress = workers, progress
        self.say = note if progress else _silent

    def record(self) -> Record:
        """Compute what is missing, sum up, write."""
        started, began = datetime.now(UTC), time.perf_counter()
        seconds = self._compute()
        replicates = [read_columns(replicate_file(self.folder, index)) for index in range(self.study.replicates)]
        numbers, tables = self._sum_up(replicates)
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
            values_digest=values_digest(numbers, tables),
            started=started.isoformat(timespec="seconds"),
            seconds=round(time.perf_counter() - began, 3),
            replicate_seconds=tuple(seconds.get(index) for index in range(self.study.replicates)),
            python=platform.python_version(),
            platform=platform.platform(),
            libraries=library_versions(),
            folder=self.folder,
        ).write()
        kept = self.study.replicates - len(seconds)
        self.say(
            f"{self.study.name}: {self.study.replicates} replicates{f' ({kept} kept)' if kept else ''}, "
            f"{record.seconds:.1f} s, record {record.short_key}"
        )
        return record

    def _compute(self) -> dict[int, float]:
        """Compute the missing replicates; their seconds."""
        tasks = [self._task(index) for index in range(self.study.replicates) if not self._is_whole(index)]
        seconds: dict[int, float] = {}
        with replicate_bar(
            self.study.name, self.study.replicates, self.study.replicates - len(tasks), self.progress
        ) as advance:

            def done(replicate: int, taken: float) -> None:
                seconds[replicate] = round(taken, 3)
                advance()

            try:
                _compute_all(tasks, min(self.workers, len(tasks)), done)
            finally:
                edited = self._drop_if_edited(seconds)
        if edited:
            raise SourceChangedError(
                f"the source or data of {self.study.name} changed while it ran; "
                "nothing of this run is kept. Run it again"
            )
        return seconds

    def _drop_if_edited(self, computed: Iterable[int]) -> bool:
        """Remove what was computed if the key is no longer that of the source: workers may have run either."""
        edited = key_of(self.study, self.values).digest != self.key.digest
        for index in computed if edited else ():
            replicate_file(self.folder, index).unlink(missing_ok=True)
        return edited

    def _task(self, index: int) -> Task:
        return Task(self.study.module, self.study.name, dict(self.values), self.key.seed, index, self.folder)

    def _is_whole(self, index: int) -> bool:
        path = replicate_file(self.folder, index)
        if not path.is_file():
            return False
        try:
            read_columns(path)
        except DamagedFileError as error:
            self.say(f"{error}; computing it again")
            return False
        return True

    def _sum_up(self, replicates: Sequence[Columns]) -> tuple[Mapping[str, Any], Mapping[str, Columns]]:
        rng = self.key.generator(self.study.replicates)
        try:
            findings = self.study.summarise(replicates, rng=rng, **self.values)
        except Exception as error:
            raise study_error(error, self.study.name, "summary", self.values) from error
        owner = f"the study {self.study.name!r}"
        tables: dict[str, Columns] = {}
        for name, columns in findings.tables.items():
            if not re.fullmatch(r"[\w][\w -]*", name):
                raise InputError(f"a table of {owner} is called {name!r}; use letters, digits, spaces, _ and -")
            tables[name] = check_columns(columns, f"table {name!r} of {owner}")
        return plain(findings.numbers), tables


def _compute_all(tasks: list[Task], workers: int, done: Done) -> None:
    if workers > 1:
        compute_in_processes(tasks, workers, done)
        return
    for task in tasks:
        done(task.replicate, compute(task))


def _silent(text: str) -> None:
    """Say nothing."""
