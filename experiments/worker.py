"""One replicate, or one chunk of it, computed and written: what runs in a worker process.

`compute` writes its own file: for processes that share the folder of the records. `produce` only gives the content, for
the process that asked for it to `keep`: what a worker on another machine does.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import signal
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import parent_process
from pathlib import Path
from typing import Any

import numpy as np

from experiments.catalogue import find
from experiments.columns import check_columns, columns_bytes, write_bytes
from experiments.keys import generator
from experiments.parameters import Value
from experiments.records import replicate_file
from experiments.registry import Study
from theory.errors import ComputeraceError, InputError

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)
"""What limits the threads of numerical libraries; read when they are first imported."""


class StudyError(ComputeraceError):
    """A study that raised an error; the message says which, in which replicate, with which parameters."""


@dataclass(frozen=True)
class Task:
    """One chunk of one replicate of a run; small and picklable, for it travels to a worker."""

    module: str
    study: str
    parameters: Mapping[str, Value]
    seed: int
    replicate: int
    folder: Path
    chunk: int = 0
    chunks: int = 1

    @property
    def file(self) -> Path:
        """Where the columns go."""
        return replicate_file(self.folder, self.replicate, self.chunk, self.chunks)

    @property
    def index(self) -> tuple[int, int]:
        """Replicate and chunk."""
        return self.replicate, self.chunk

    @property
    def place(self) -> str:
        """Which one it is, in words."""
        return f"replicate {self.replicate}" + (f", chunk {self.chunk} of {self.chunks}" if self.chunks > 1 else "")

    def common(self) -> np.random.Generator:
        """Generator of this replicate, the same in any process and for all of its chunks."""
        return generator(self.seed, self.replicate)


@dataclass(frozen=True)
class Product:
    """What a chunk came to: the content of its file, and where, when and how long it was computed."""

    content: bytes
    provenance: Mapping[str, Any]
    seconds: float


def compute(task: Task) -> float:
    """Compute a chunk and write its file.

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
    product = produce(task)
    keep(task, product)
    return product.seconds


def produce(task: Task) -> Product:
    """Compute a chunk; its provenance is the host, the process, the start (UTC), seconds and versions."""
    importlib.import_module(task.module)
    started, began = datetime.now(UTC), time.perf_counter()
    columns = run_study(find(task.study), task)
    content = columns_bytes(check_columns(columns, f"the study {task.study!r}"))
    seconds = time.perf_counter() - began
    provenance = {
        "replicate": task.replicate,
        "chunk": task.chunk,
        "host": platform.node(),
        "process": os.getpid(),
        "started": started.isoformat(timespec="milliseconds"),
        "seconds": round(seconds, 3),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }
    return Product(content, provenance, seconds)


def keep(task: Task, product: Product) -> None:
    """Write a chunk; its columns last, so that they mean complete."""
    write_bytes(task.file.with_suffix(".json"), json.dumps(dict(product.provenance)).encode())
    write_bytes(task.file, product.content)


def run_study(study: Study, task: Task) -> Mapping[str, np.ndarray]:
    """Call the study; any error of it comes back with its place."""
    rng = task.common()
    if study.chunk is not None:
        rng = generator(task.seed, study.replicates + 1, task.replicate, task.chunk)
    try:
        return study(rng=rng, part=study.part(task.parameters, task.chunk, task.common()), **task.parameters)
    except Exception as error:
        raise study_error(error, study.name, task.place, task.parameters) from error


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
