"""One replicate, computed and written: what runs in a worker process."""

from __future__ import annotations

import importlib
import os
import signal
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing import parent_process
from pathlib import Path

import numpy as np

from experiments.catalogue import find
from experiments.columns import check_columns, write_columns
from experiments.parameters import Value
from experiments.records import replicate_file
from experiments.registry import Study
from theory.errors import ComputeraceError, InputError


class StudyError(ComputeraceError):
    """A study that raised an error; the message says which, in which replicate, with which parameters."""


@dataclass(frozen=True)
class Task:
    """One replicate of a run; small and picklable, for it travels to a worker."""

    module: str
    study: str
    parameters: Mapping[str, Value]
    seed: int
    replicate: int
    folder: Path

    @property
    def file(self) -> Path:
        """Where the columns go."""
        return replicate_file(self.folder, self.replicate)

    def generator(self) -> np.random.Generator:
        """Generator of this replicate, the same in any process (`experiments.keys.Key.generator`)."""
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(self.replicate,)))


def compute(task: Task) -> float:
    """Compute a replicate and write its file.

    Returns
    -------
    float
        Seconds.

    Raises
    ------
    StudyError
        If the study raised an error.
    InputError
        If it refused its parameters, or returned something that is no columns.
    """
    importlib.import_module(task.module)
    began = time.perf_counter()
    columns = run_study(find(task.study), task)
    write_columns(task.file, check_columns(columns, f"the study {task.study!r}"))
    return time.perf_counter() - began


def run_study(study: Study, task: Task) -> Mapping[str, np.ndarray]:
    """Call the study; any error of it comes back with its place."""
    try:
        return study(rng=task.generator(), **task.parameters)
    except Exception as error:
        raise study_error(error, study.name, f"replicate {task.replicate}", task.parameters) from error


def study_error(error: Exception, study: str, place: str, parameters: Mapping[str, Value]) -> ComputeraceError:
    """Error of a study in one line: the study, the place, the parameters and the last line of its source."""
    given = ", ".join(f"{name}={value}" for name, value in parameters.items())
    text = " ".join(str(error).split())
    if isinstance(error, InputError):
        return InputError(f"{study} ({given}): {text}")
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return StudyError(
        f"the study {study} failed in its {place} ({given}): {type(error).__name__}: {text} "
        f"[{Path(frame.filename).name}, line {frame.lineno}, in {frame.name}]"
    )


def prepare() -> None:
    """Prepare a worker process: interrupts are for the parent, without whom there is nothing to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
