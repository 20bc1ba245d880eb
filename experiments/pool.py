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
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Self, TypeVar

from experiments.worker import THREAD_VARIABLES, prepare
from theory.errors import ComputeraceError

Item = TypeVar("Item")
Result = TypeVar("Result")

_STARTING = threading.Lock()


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
    folder
        Where they write; what a killed one was writing is removed there.
    """

    def __init__(self, number: int, folder: Path) -> None:
        self.number, self._folder = number, folder
        self._executor: ProcessPoolExecutor | None = None
        self._processes: set[BaseProcess] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._stop()
        elif self._executor is not None:
            self._executor.shutdown()

    def map(
        self,
        function: Callable[[Item], Result],
        items: Sequence[Item],
        done: Callable[[Item, Result], None] = lambda item, result: None,
    ) -> list[Result]:
        """A module's function of every item, in order.

        Parameters
        ----------
        done
            Called with an item and its result when there is one, in the order in which they come.

        Raises
        ------
        WorkerLostError
            If workers were killed, and again after a new start, with nothing finished between. Else the first error of
            the function; the workers are stopped then.
        """
        found: dict[int, Result] = {}
        fruitless = 0
        while len(found) < len(items):
            before = len(found)
            try:
                self._round(function, items, found, done)
            except BrokenProcessPool:
                self._stop()
                self._refuse_if_ended()
                fruitless = fruitless + 1 if len(found) == before else 1
                if fruitless == 2:
                    raise WorkerLostError(
                        "worker processes were killed, twice; most likely memory ran out. What is finished is kept; "
                        "run again with fewer workers, e.g. --workers 1 (in Python: workers=1)"
                    ) from None
            except BaseException:
                self._stop()
                raise
        return [found[place] for place in range(len(items))]

    def _round(
        self,
        function: Callable[[Item], Result],
        items: Sequence[Item],
        found: dict[int, Result],
        done: Callable[[Item, Result], None],
    ) -> None:
        left = [place for place in range(len(items)) if place not in found]
        futures = dict(zip(self._submit(function, [items[place] for place in left]), left, strict=True))
        for future in as_completed(futures):
            place = futures[future]
            found[place] = future.result()
            done(items[place], found[place])

    def _submit(self, function: Callable[[Item], Result], items: Sequence[Item]) -> list[Future[Result]]:
        if self._executor is None:
            context = multiprocessing.get_context("spawn")
            self._executor = ProcessPoolExecutor(self.number, mp_context=context, initializer=prepare)
            self._processes = set()
        with _STARTING:  # another run's workers, started by another thread, are not ours
            before = set(multiprocessing.active_children())
            with _quiet_start():
                try:
                    return [self._executor.submit(function, item) for item in items]
                finally:  # an interrupt arrives when this ends: who is to be stopped must be known before
                    self._processes |= set(multiprocessing.active_children()) - before

    def _stop(self) -> None:
        """Kill the workers, and remove what they were writing; the next work starts new ones."""
        executor, self._executor = self._executor, None
        if executor is None:
            return
        for process in self._processes:
            process.kill()
        executor.shutdown(cancel_futures=True)
        for process in self._processes:
            process.join()
        for leftover in self._folder.glob(".*.tmp"):
            if any(f".{process.pid}-" in leftover.name for process in self._processes):
                leftover.unlink(missing_ok=True)

    def _refuse_if_ended(self) -> None:
        """Tell workers that ended by themselves, which is an error at their start, from those that were killed."""
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
