"""Replicates in worker processes.

Workers are spawned, not forked, each with one thread for linear algebra, so that a replicate is the same in any of
them. Each writes its own file. A worker that is killed takes the others with it (`concurrent.futures`); what was not
finished is then given to fresh workers, until two rounds on end finish nothing. The same workers compute a run's
replicates and sum them up: to start one costs seconds of imports.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from typing import Self, TypeVar

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


class Workers:
    """Worker processes of one run: started when they are first needed, kept until it ends.

    Parameters
    ----------
    number
        How many at most; no more are started than there is work for.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._executor: ProcessPoolExecutor | None = None
        self._processes: set[BaseProcess] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._stop()
        elif self._executor is not None:
            self._executor.shutdown()

    def compute(self, tasks: Sequence[Task], done: Done) -> None:
        """Compute replicates.

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
                self._round(list(left.values()), remember)
            except BrokenProcessPool:
                fruitless += 1
                if fruitless == 2:
                    raise WorkerLostError(
                        "worker processes were killed, twice; most likely memory ran out. What is finished is kept; "
                        "run again with fewer workers, e.g. --workers 1 (in Python: workers=1)"
                    ) from None

    def map(self, function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """A module's function of every item, in order.

        Raises
        ------
        WorkerLostError
            If a worker is killed. Else what the function raises.
        """
        try:
            return [future.result() for future in self._submit(function, items)]
        except BrokenProcessPool:
            self._refuse_if_ended()
            raise WorkerLostError(
                "a worker process was killed; most likely memory ran out. What is finished is kept; run again"
            ) from None

    def _round(self, tasks: Sequence[Task], done: Done) -> None:
        try:
            futures = dict(zip(self._submit(compute, tasks), tasks, strict=True))
            for future in as_completed(futures):
                done(futures[future], future.result())
        except BrokenProcessPool:
            self._stop(tasks)
            self._refuse_if_ended()
            raise
        except BaseException:
            self._stop(tasks)
            raise

    def _submit(self, function: Callable[[Item], Result], items: Sequence[Item]) -> list[Future[Result]]:
        if self._executor is None:
            context = multiprocessing.get_context("spawn")
            self._executor = ProcessPoolExecutor(self.number, mp_context=context, initializer=prepare)
            self._processes = set()
        before = set(multiprocessing.active_children())
        with _quiet_start():
            futures = [self._executor.submit(function, item) for item in items]
        self._processes |= set(multiprocessing.active_children()) - before
        return futures

    def _stop(self, tasks: Sequence[Task] = ()) -> None:
        """Kill the workers, and remove what they were writing; the next work starts new ones."""
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.join()
        folders = {task.folder for task in tasks}
        for leftover in (path for folder in folders for path in folder.glob(".*.tmp")):
            if any(f".{process.pid}-" in leftover.name for process in self._processes):
                leftover.unlink(missing_ok=True)
        self._executor = None

    def _refuse_if_ended(self) -> None:
        """Tell workers that ended by themselves, which is an error at their start, from those that were killed."""
        for process in self._processes:
            process.join()
        if any(process.exitcode == 1 for process in self._processes):
            raise WorkerLostError(
                "worker processes ended by an error when they started; what they said of it is above. A script that "
                'runs studies with workers does so under: if __name__ == "__main__". Or run with one: workers=1'
            ) from None


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
