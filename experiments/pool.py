"""Replicates in worker processes.

Workers are spawned, not forked, each with one thread for linear algebra, so that a replicate is the same in any of
them. Each writes its own file. A worker that is killed takes the others with it (`concurrent.futures`); what was not
finished is then given to fresh workers, until two rounds on end finish nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from typing import TypeVar

from experiments.worker import Task, compute, prepare
from theory.errors import ComputeraceError

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)
"""What limits the threads of numerical libraries; read when they are first imported."""

Item = TypeVar("Item")
Result = TypeVar("Result")

Done = Callable[[Task, float], None]
"""Called with a task and its seconds when its file is written."""


class WorkerLostError(ComputeraceError):
    """Worker processes were killed twice, most likely because memory ran out, or ended by themselves at their start."""


def one_thread_each() -> dict[str, str]:
    """Environment in which numerical libraries use one thread."""
    return dict.fromkeys(THREAD_VARIABLES, "1")


def compute_in_processes(tasks: Sequence[Task], workers: int, done: Done) -> None:
    """Compute replicates in worker processes.

    Raises
    ------
    WorkerLostError
        If workers were killed, and again after a new start, with nothing finished between.
    StudyError, InputError, StorageError
        The first error of a replicate; the workers are stopped then.
    """
    left = {task.index: task for task in tasks}
    fruitless = 0

    def remember(task: Task, seconds: float) -> None:
        nonlocal fruitless
        fruitless = 0
        del left[task.index]
        done(task, seconds)

    while left:
        try:
            _round(list(left.values()), workers, remember)
        except BrokenProcessPool:
            fruitless += 1
            if fruitless == 2:
                raise WorkerLostError(
                    "worker processes were killed, twice; most likely memory ran out. What is finished is kept; "
                    "run again with fewer workers, e.g. --workers 1 (in Python: workers=1)"
                ) from None


def _refuse_if_ended(processes: set[BaseProcess]) -> None:
    """Tell workers that ended by themselves, which is an error at their start, from those that were killed."""
    for process in processes:
        process.join()
    if any(process.exitcode == 1 for process in processes):
        raise WorkerLostError(
            "worker processes ended by an error when they started; what they said of it is above. A script that runs "
            'studies with workers does so under: if __name__ == "__main__". Or run with one: workers=1'
        ) from None


def map_in_processes(function: Callable[[Item], Result], items: Sequence[Item], workers: int) -> list[Result]:
    """A module's function of every item, in order, by worker processes.

    Raises
    ------
    WorkerLostError
        If a worker is killed. Else what the function raises.
    """
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(min(workers, len(items)), mp_context=context, initializer=prepare)
    before = set(multiprocessing.active_children())
    with executor:
        with _quiet_start():
            futures = [executor.submit(function, item) for item in items]
        own = set(multiprocessing.active_children()) - before
        try:
            return [future.result() for future in futures]
        except BrokenProcessPool:
            _refuse_if_ended(own)
            raise WorkerLostError(
                "a worker process was killed; most likely memory ran out. What is finished is kept; run again"
            ) from None
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            _stop(own, ())
            raise


def _round(tasks: Sequence[Task], workers: int, done: Done) -> None:
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(min(workers, len(tasks)), mp_context=context, initializer=prepare)
    before = set(multiprocessing.active_children())
    with executor:
        with _quiet_start():
            futures = {executor.submit(compute, task): task for task in tasks}
        own = set(multiprocessing.active_children()) - before
        try:
            for future in as_completed(futures):
                done(futures[future], future.result())
        except BrokenProcessPool:
            _stop(own, tasks)
            _refuse_if_ended(own)
            raise
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            _stop(own, tasks)
            raise


@contextmanager
def _quiet_start() -> Iterator[None]:
    """Start workers with one thread each and deaf to Ctrl-C from their first instruction."""
    resource_tracker.ensure_running()  # it unblocks signals when it starts; so it has to be there before
    old = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(one_thread_each())
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if hasattr(signal, "pthread_sigmask") else None
    try:
        yield
    finally:
        for name, value in old.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        if mask is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _stop(processes: set[BaseProcess], tasks: Sequence[Task]) -> None:
    """Kill workers, and remove what they were writing."""
    for process in processes:
        process.kill()
    for process in processes:
        process.join()
    folders = {task.folder for task in tasks}
    for leftover in (path for folder in folders for path in folder.glob(".*.tmp")):
        if any(f".{process.pid}-" in leftover.name for process in processes):
            leftover.unlink(missing_ok=True)
