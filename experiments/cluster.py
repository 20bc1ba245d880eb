"""Chunks on a Dask cluster that is there already, by the address of its scheduler.

Workers compute and send the content of the files; this process writes them as they arrive, so that the cluster needs
no common disk. Few chunks are in flight at a time, which bounds the memory of all. A worker that is lost has its chunks
given to others by the scheduler. A worker whose source, data or libraries differ from those here is refused: its
results would bear a key that is not theirs.
"""

from __future__ import annotations

import functools
import importlib
import logging
import os
import platform
import queue
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from experiments.keys import data_digests, digest_of, library_versions
from experiments.progress import note
from experiments.sources import file_digests, import_closure
from experiments.worker import THREAD_VARIABLES, Product, Task, keep, produce
from theory.errors import ComputeraceError, InputError

ANSWER = 10.0
"""Seconds that a scheduler has to answer, also when it was lost."""

PATIENCE = 60.0
"""Seconds that a cluster may be without a single worker."""

IN_FLIGHT = 3
"""Chunks per thread of the cluster that are computed or wait at one time."""

Fingerprint = Mapping[str, Mapping[str, str]]


class ClusterError(ComputeraceError):
    """A cluster that cannot be used any more; what is finished is kept."""


class OtherSourceError(ClusterError):
    """A worker that would compute something else."""


def fingerprint(module: str) -> Fingerprint:
    """Digests of the source and data that a study needs, and the versions of the libraries."""
    return {
        "source": file_digests(import_closure(module)),
        "data": data_digests(),
        "libraries": library_versions(),
    }


def compute_on_cluster(tasks: Sequence[Task], address: str, done: Callable[[Task, float], None]) -> None:
    """Compute chunks on the workers of a scheduler, and write them here.

    Parameters
    ----------
    address
        ``tcp://host:port`` (or ``tls://``, ``ucx://``, ``ws://``).

    Raises
    ------
    InputError
        For what is no address, or if `distributed` is not installed.
    ClusterError
        If the scheduler does not answer or is lost, or has had no worker for a minute.
    StudyError, InputError, StorageError
        The first error of a chunk; what is in flight is cancelled then.
    """
    here = fingerprint(tasks[0].module)
    digest = digest_of(here)
    with _connected(address) as client:
        _wait_for_workers(client, address)
        flights = _Flights(client, address, digest)
        waiting = iter(tasks)
        try:
            for task in waiting:
                flights.start(task)
                if len(flights) < flights.most():
                    continue
                _land(flights, here, done)
            while len(flights):
                _land(flights, here, done)
        except BaseException:
            flights.cancel()
            raise


def _land(flights: _Flights, here: Fingerprint, done: Callable[[Task, float], None]) -> None:
    task, product = flights.next_result()
    if not isinstance(product, Product):
        raise OtherSourceError(_difference(here, product))
    keep(task, product)
    done(task, product.seconds)


def remote(task: Task, digest: str) -> Product | dict[str, Any]:
    """Compute a chunk in a worker of a cluster; its fingerprint instead, if it is not the one asked for."""
    importlib.import_module(task.module)
    here = _own_fingerprint(task.module)
    if digest_of(here) != digest:
        return {"worker": _worker_name(), **here}
    others = {name: os.environ[name] for name in THREAD_VARIABLES if os.environ.get(name, "1") != "1"}
    if others or "OMP_NUM_THREADS" not in os.environ:
        given = ", ".join(f"{name}={value}" for name, value in others.items())
        raise InputError(
            f"the worker {_worker_name()} lets linear algebra use several threads "
            f"({given or 'OMP_NUM_THREADS is not set'}), which "
            f"changes last digits; start it with {next(iter(others), 'OMP_NUM_THREADS')}=1 in its environment, or with "
            "its nanny"
        )
    product = produce(task)
    return replace(product, provenance={**product.provenance, "worker": _worker_name()})


@functools.lru_cache(maxsize=8)
def _own_fingerprint(module: str) -> Fingerprint:
    """Once per process: a worker that has imported its source goes on with it."""
    return fingerprint(module)


def _worker_name() -> str:
    from distributed import get_worker

    return f"{get_worker().address} on {platform.node()}"


def _difference(here: Fingerprint, there: Mapping[str, Any]) -> str:
    changed = [
        f"{kind} ({', '.join(names[:4])}{f' and {len(names) - 4} more' if len(names) > 4 else ''})"
        for kind in here
        if (names := sorted(n for n in {*here[kind], *there[kind]} if here[kind].get(n) != there[kind].get(n)))
    ]
    return (
        f"the worker {there['worker']} differs from this machine in {', '.join(changed)}; install the same wheel and "
        "libraries on both, restart the worker, and run again"
    )


class _Flights:
    """Chunks in flight; their ends come through a queue, so that a lost cluster cannot make us wait for ever."""

    def __init__(self, client: Any, address: str, digest: str) -> None:
        self._client, self._address, self._digest = client, address, digest
        self._run = uuid.uuid4().hex[:12]
        self._tasks: dict[str, tuple[Task, Any]] = {}
        self._ended: queue.Queue[str] = queue.Queue()

    def __len__(self) -> int:
        return len(self._tasks)

    def most(self) -> int:
        """How many may be in flight, by the threads that the cluster has now."""
        with _as_cluster_error(self._address):
            threads: Mapping[str, int] = self._client.nthreads()
        return max(2, IN_FLIGHT * sum(threads.values()))

    def start(self, task: Task) -> None:
        """Give a chunk to the cluster."""
        key = f"computerace-{self._run}-{task.replicate}-{task.chunk}"
        with _as_cluster_error(self._address):
            future = self._client.submit(remote, task, self._digest, key=key, pure=False)
        self._tasks[key] = (task, future)
        future.add_done_callback(lambda ended: self._ended.put(ended.key))

    def next_result(self) -> tuple[Task, Any]:
        """Wait for a chunk to end, whichever it is.

        Raises
        ------
        ClusterError
            If the cluster is lost meanwhile.
        """
        from distributed import KilledWorker

        key = self._wait()
        task, future = self._tasks.pop(key)
        try:
            with _as_cluster_error(self._address):
                return task, future.result(timeout=PATIENCE)
        except KilledWorker as error:
            raise ClusterError(
                f"{task.place} of {task.study} was given up: the workers that computed it died; "
                "most likely their memory ran out. "
                "What is finished is kept; give the workers more memory, and run again"
            ) from error

    def _wait(self) -> str:
        alone = lost = 0.0
        last = time.monotonic()
        while True:
            try:
                return self._ended.get(timeout=1.0)
            except queue.Empty:
                passed, last = time.monotonic() - last, time.monotonic()
            running = self._client.status == "running"
            lost = 0.0 if running else lost + passed
            if lost > ANSWER:
                raise ClusterError(_lost(self._address))
            if running:
                with _as_cluster_error(self._address):
                    alone = 0.0 if self._client.nthreads() else alone + passed
            if alone > PATIENCE:
                raise ClusterError(_without_workers(self._address))

    def cancel(self) -> None:
        """Take back what is in flight, as far as the cluster can be reached."""
        if self._client.status == "running":
            self._client.cancel([future for _, future in self._tasks.values()], force=True)


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    if not re.fullmatch(r"[a-z]+://\S+:\d+/?", address):
        raise InputError(f"--scheduler is {address!r}; it must be an address such as tcp://127.0.0.1:8786")
    try:
        import dask
        import distributed
    except ImportError:
        raise InputError(
            "a scheduler needs Dask: install computerace with its extra, in a checkout pip install '.[cluster]'"
        ) from None
    untyped: Any = distributed
    for name in [n for n in logging.root.manager.loggerDict if n.partition(".")[0] in ("distributed", "tornado")]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # tracebacks of a lost scheduler; we say it in one line
    with dask.config.set({"distributed.comm.timeouts.connect": f"{ANSWER:g}s", "distributed.comm.retry.count": 0}):
        try:
            client: Any = untyped.Client(address, timeout=ANSWER, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ClusterError(
                f"no scheduler answers at {address} ({type(error).__name__}); start one with: dask scheduler, "
                "and see the README on clusters"
            ) from error
        try:
            yield client
        finally:
            client.close(timeout=ANSWER)


@contextmanager
def _as_cluster_error(address: str) -> Iterator[None]:
    """Errors of a connection that is lost, in one kind."""
    from concurrent.futures import CancelledError

    from distributed.comm.core import CommClosedError

    try:
        yield
    except (CommClosedError, CancelledError, TimeoutError, ConnectionError, OSError) as error:
        raise ClusterError(_lost(address)) from error


def _wait_for_workers(client: Any, address: str) -> None:
    if not client.scheduler_info()["workers"]:
        note(
            f"no workers at {address} yet; waiting up to {PATIENCE:.0f} s. Start some: dask worker {address} "
            "--nworkers auto --nthreads 1"
        )
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise ClusterError(_without_workers(address)) from None


def _lost(address: str) -> str:
    return f"the scheduler at {address} was lost. What is finished is kept; start it and its workers, and run again"


def _without_workers(address: str) -> str:
    return (
        f"the scheduler at {address} has had no workers for {PATIENCE:.0f} s. What is finished is kept; start some: "
        f"dask worker {address} --nworkers auto --nthreads 1, and run again"
    )
