"""A real Dask scheduler and two worker processes, reached by address: the same bits as here, and clear ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from experiments import cluster as cluster_module
from experiments.cluster import ClusterError, OtherSourceError
from experiments.keys import key_of
from experiments.records import Record, record_folder
from experiments.runner import run
from experiments.worker import StudyError
from theory.errors import InputError

from .conftest import Workshop

CHUNKS = 12
START = 60.0


@dataclass
class Cluster:
    """Processes of a cluster, killed at the end of a test."""

    folder: Path
    port: int = 0
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Address of the scheduler."""
        return f"tcp://127.0.0.1:{self.port}"

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        """Start a scheduler on a free port."""
        log = self.folder / f"scheduler-{len(self.processes)}.log"
        process = self._start(log, "scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        line = _wait_for(log, "Scheduler at:")
        self.port = int(line.rsplit(":", 1)[1])
        return process

    def start_worker(self, **environment: str) -> subprocess.Popen[bytes]:
        """Start a worker process without a nanny, so that it can be killed."""
        log = self.folder / f"worker-{len(self.processes)}.log"
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60")
        process = self._start(log, "worker", self.address, *options, **environment)
        _wait_for(log, "Registered to:")
        return process

    def _start(self, log: Path, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *words],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
                cwd=self.folder,
            )
        self.processes.append(process)
        return process

    def stop(self) -> None:
        """Kill all of it."""
        for process in reversed(self.processes):
            process.kill()
            process.wait()


def _wait_for(log: Path, words: str) -> str:
    until = time.monotonic() + START
    while time.monotonic() < until:
        for line in log.read_text().splitlines():
            if words in line:
                return line
        time.sleep(0.05)
    raise AssertionError(f"{words!r} is not in {log.read_text()!r}")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler."""
    found = Cluster(tmp_path)
    try:
        found.start_scheduler()
        yield found
    finally:
        found.stop()


def here(workshop: Workshop, directory: str = "here", **parameters: object) -> Record:
    return run(workshop.study, parameters, workers=1, directory=workshop.root / directory, progress=False)


def there(workshop: Workshop, cluster: Cluster, **parameters: object) -> Record:
    return run(workshop.study, parameters, scheduler=cluster.address, directory=workshop.records, progress=False)


def same_files(one: Record, two: Record) -> bool:
    files = sorted(path.name for path in one.folder.glob("*.parquet"))
    assert files == sorted(path.name for path in two.folder.glob("*.parquet"))
    return all((one.folder / name).read_bytes() == (two.folder / name).read_bytes() for name in files)


def in_background(workshop: Workshop, cluster: Cluster, pause: float) -> tuple[subprocess.Popen[str], Path]:
    """Start the command line on the cluster; the process, and the folder where its chunks land."""
    words = ["run", workshop.name, "--pause", str(pause), "--scheduler", cluster.address, "--records", "records"]
    script = "import sys; from experiments.cli import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", script, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    study = workshop.study
    return process, record_folder(key_of(study, study.values({"pause": pause})), workshop.records)


def wait_for_chunks(process: subprocess.Popen[str], folder: Path, number: int) -> None:
    until = time.monotonic() + START
    while len(list(folder.glob("replicate-*.parquet"))) < number:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until, "no chunk lands"
        time.sleep(0.02)


def test_a_cluster_gives_the_bits_of_this_machine_and_says_who_computed_what(
    chunked: Workshop, cluster: Cluster
) -> None:
    for _ in range(2):
        cluster.start_worker()
    record, local = there(chunked, cluster, pause=0.1), here(chunked, pause=0.1)
    assert record.values_digest == local.values_digest
    assert same_files(record, local)
    assert [(chunk["replicate"], chunk["chunk"]) for chunk in record.chunks] == [
        (r, c) for r in range(3) for c in range(4)
    ]
    assert {chunk["process"] for chunk in record.chunks} == {process.pid for process in cluster.processes[1:]}
    assert all(chunk["worker"].startswith("tcp://127.0.0.1:") for chunk in record.chunks)
    assert {chunk["process"] for chunk in local.chunks} == {os.getpid()}


def test_a_killed_worker_of_a_cluster_changes_nothing(chunked: Workshop, cluster: Cluster) -> None:
    doomed = cluster.start_worker()
    cluster.start_worker()
    process, folder = in_background(chunked, cluster, pause=0.3)
    wait_for_chunks(process, folder, 2)
    doomed.send_signal(signal.SIGKILL)
    _, errors = process.communicate(timeout=START)
    assert process.returncode == 0, errors
    assert there(chunked, cluster, pause=0.3).values_digest == here(chunked, pause=0.3).values_digest


def test_a_killed_scheduler_is_said_and_the_run_goes_on_with_a_new_one(chunked: Workshop, cluster: Cluster) -> None:
    cluster.start_worker()
    process, folder = in_background(chunked, cluster, pause=0.5)
    wait_for_chunks(process, folder, 2)
    cluster.processes[0].kill()
    _, errors = process.communicate(timeout=START)
    assert process.returncode == 1
    assert errors.splitlines()[-1].startswith(f"computerace: the scheduler at {cluster.address} was lost.")
    assert "Traceback" not in errors
    kept = {path.name: path.stat().st_mtime_ns for path in folder.glob("replicate-*.parquet")}
    assert 2 <= len(kept) < CHUNKS

    cluster.stop()
    cluster.port = 0
    cluster.start_scheduler()
    cluster.start_worker()
    record = there(chunked, cluster, pause=0.5)
    assert {name: (record.folder / name).stat().st_mtime_ns for name in kept} == kept
    assert record.values_digest == here(chunked, pause=0.5).values_digest


def test_a_worker_with_other_source_is_refused_by_name(chunked: Workshop, cluster: Cluster) -> None:
    cluster.start_worker()
    there(chunked, cluster)  # the worker has read the source now
    chunked.helper.write_text("def scaled(values, step):\n    return values * step * 2\n")
    with pytest.raises(OtherSourceError, match=rf"source \({chunked.name}\.scale\).*same wheel"):
        there(chunked, cluster, draws=60)
    assert (
        not list(chunked.records.glob(f"{chunked.name}/*/record.json"))
        or len(list(chunked.records.glob("*/*/record.json"))) == 1
    )


def test_a_worker_with_many_threads_is_refused(chunked: Workshop, cluster: Cluster) -> None:
    cluster.start_worker(OMP_NUM_THREADS="2")
    with pytest.raises(InputError, match="OMP_NUM_THREADS=1"):
        there(chunked, cluster)


def test_an_error_of_a_study_comes_back_from_the_cluster(workshop: Workshop, cluster: Cluster) -> None:
    cluster.start_worker()
    with pytest.raises(StudyError, match="no luck"):
        run(
            workshop.study,
            {"fault": "raise"},
            quick=True,
            scheduler=cluster.address,
            directory=workshop.records,
            progress=False,
        )


def test_a_cluster_without_workers_or_scheduler_is_said(
    chunked: Workshop, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "PATIENCE", 1.0)
    monkeypatch.setattr(cluster_module, "ANSWER", 2.0)
    with pytest.raises(ClusterError, match=rf"no workers.*dask worker {cluster.address}"):
        there(chunked, cluster)
    cluster.stop()
    with pytest.raises(ClusterError, match="no scheduler answers"):
        there(chunked, cluster)
    with pytest.raises(InputError, match="tcp://127"):
        run(chunked.study, scheduler="127.0.0.1", directory=chunked.records, progress=False)
    with pytest.raises(InputError, match="give one"):
        run(chunked.study, scheduler=cluster.address, workers=2, directory=chunked.records, progress=False)
