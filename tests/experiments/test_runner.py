"""The runner: the same bits for any number of workers, and nothing that was written is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from experiments.columns import StorageError
from experiments.keys import key_of
from experiments.pool import WorkerLostError, Workers
from experiments.records import Record, record_folder, replicate_file
from experiments.runner import RunInterrupted, SourceChangedError, run
from experiments.worker import StudyError, Task, compute
from theory.errors import InputError

from .conftest import Workshop


def quick(workshop: Workshop, workers: int = 1, directory: Path | None = None, **parameters: object) -> Record:
    return run(
        workshop.study,
        parameters,
        quick=True,
        workers=workers,
        directory=directory or workshop.records,
        progress=False,
    )


def folder_of(workshop: Workshop, **parameters: object) -> Path:
    study = workshop.study
    return record_folder(key_of(study, study.values(parameters, quick=True)), workshop.records)


def test_the_number_of_workers_changes_no_bit(workshop: Workshop) -> None:
    one = quick(workshop, workers=1, directory=workshop.records / "one")
    two = quick(workshop, workers=2, directory=workshop.records / "two")
    assert one.values_digest == two.values_digest
    assert one.key == two.key
    files = sorted(path.name for path in one.folder.glob("*.parquet"))
    assert files == sorted(path.name for path in two.folder.glob("*.parquet"))
    for name in files:
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes()


def test_a_complete_record_is_not_computed_again(workshop: Workshop) -> None:
    first = quick(workshop, signs=str(workshop.signs))
    assert workshop.computed() == 4
    assert quick(workshop, signs=str(workshop.signs)).to_dict() == first.to_dict()
    assert workshop.computed() == 4


@pytest.mark.parametrize("harm", ["delete", "truncate"])
def test_only_what_is_missing_or_damaged_is_computed(
    workshop: Workshop, harm: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = quick(workshop, signs=str(workshop.signs))
    path = replicate_file(first.folder, 2)
    content = path.read_bytes()
    (first.folder / "record.json").unlink()
    path.unlink() if harm == "delete" else path.write_bytes(content[:100])
    again = run(workshop.study, {"signs": str(workshop.signs)}, quick=True, workers=1, directory=workshop.records)
    assert workshop.computed() == 5
    assert path.read_bytes() == content
    assert again.values_digest == first.values_digest
    assert [taken is None for taken in again.replicate_seconds] == [True, True, False, True]
    said = capsys.readouterr().err
    assert "4 replicates (3 kept)" in said
    assert ("replicate-0002.parquet" in said) == (harm == "truncate")


def test_a_killed_worker_loses_nothing(workshop: Workshop) -> None:
    record = quick(workshop, workers=2, fault="killed once", signs=str(workshop.signs))
    assert (workshop.signs / "killed").exists()
    assert len(list(record.folder.glob("replicate-*.parquet"))) == 4
    assert not list(record.folder.glob(".*"))


def test_workers_that_are_always_killed_are_given_up(workshop: Workshop) -> None:
    with pytest.raises(WorkerLostError, match=r"memory.*--workers 1"):
        quick(workshop, workers=2, fault="always killed")


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_a_study_says_where(workshop: Workshop, workers: int) -> None:
    with pytest.raises(
        StudyError, match=rf"{workshop.name} failed in its replicate \d.*draws=8.*ZeroDivisionError: no luck"
    ):
        quick(workshop, workers=workers, fault="raise")


def test_input_that_a_study_refuses_stays_an_input_error(workshop: Workshop) -> None:
    with pytest.raises(InputError, match="draws is 8; too many"):
        quick(workshop, fault="refuse")
    with pytest.raises(InputError, match="different lengths"):
        quick(workshop, fault="ragged")
    with pytest.raises(InputError, match="workers is 0"):
        quick(workshop, workers=0)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"study": 3}, "study is '3'; it must be the name of a study"),
        ({"parameters": 3}, "parameters is int; it must be a dict by name"),
        ({"parameters": [("draws", 64)]}, "parameters is list"),
        ({"parameters": {3: 4}}, "3 is no parameter of dilemma_class"),
        ({"workers": "a"}, "workers is 'a'; it must be a whole number, at least 1"),
        ({"workers": 1.5}, "workers is 1.5"),
        ({"scheduler": 3}, "scheduler is 3; it must be the address"),
        ({"directory": 3}, "directory is 3; it must be the path"),
    ],
)
def test_arguments_of_a_wrong_kind_are_refused(arguments: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=says):
        run(**({"study": "dilemma_class", "directory": tmp_path} | arguments))


def test_an_interrupt_keeps_what_is_done(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(task: Task) -> float:
        if workshop.computed() == 2:
            raise KeyboardInterrupt
        return compute(task)

    monkeypatch.setattr("experiments.runner.compute", interrupted)
    with pytest.raises(RunInterrupted, match=rf"2 of 4 replicates.*computerace run {workshop.name} --quick"):
        quick(workshop, signs=str(workshop.signs))


def test_a_full_disk_keeps_what_is_done(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    from os import fsync

    def full(descriptor: int) -> None:
        if workshop.computed() == 3:
            raise OSError(28, "No space left on device")
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(StorageError, match="No space left"):
            quick(workshop, signs=str(workshop.signs))
    kept = folder_of(workshop, signs=str(workshop.signs))
    assert sorted(path.name for path in kept.glob("*.parquet")) == ["replicate-0000.parquet", "replicate-0001.parquet"]
    assert quick(workshop, signs=str(workshop.signs)).replicate_seconds[:2] == (None, None)


def test_source_that_changes_during_a_run_leaves_no_replicates(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def editing(task: Task) -> float:
        workshop.helper.write_text(f"{workshop.helper.read_text()}# replicate\n")
        return compute(task)

    before = folder_of(workshop)
    monkeypatch.setattr("experiments.runner.compute", editing)
    with pytest.raises(SourceChangedError, match="changed while it ran"):
        quick(workshop)
    assert not list(before.iterdir())


@pytest.mark.parametrize("many", [2, 64])
@pytest.mark.parametrize("workers", [1, 2])
def test_workers_that_share_the_summary_change_no_bit(
    chunked: Workshop, monkeypatch: pytest.MonkeyPatch, workers: int, many: int
) -> None:
    plainly = run(chunked.study, workers=1, directory=chunked.root / "plainly", progress=False)
    shared_out: list[tuple[int, int]] = []

    started: list[int] = []

    class Counted(Workers):
        def map(self, function: object, items: list[object], *done: object) -> list[object]:  # type: ignore[override]
            before = {process.pid for process in self._processes}
            found: list[object] = super().map(function, items, *done)  # type: ignore[arg-type]
            if not done:
                shared_out.append((len(items), self.number))
                started.append(len({process.pid for process in self._processes} - before))
            return found

    monkeypatch.setattr("experiments.runner.MANY", many)
    monkeypatch.setattr("experiments.runner.Workers", Counted)
    shared = run(chunked.study, workers=workers, directory=chunked.root / "shared", progress=False)
    assert shared.values_digest == plainly.values_digest
    replicates_read = 3 if many == 2 else 0
    assert shared_out == ([(3 + replicates_read, workers)] if workers > 1 else [])
    assert not any(started), "the run's own workers sum up"


def test_workers_that_cannot_start_are_not_called_short_of_memory(tmp_path: Path) -> None:
    script = tmp_path / "no_guard.py"
    script.write_text(
        "from experiments.runner import run\n"
        f"run('dilemma_class', quick=True, workers=2, directory={str(tmp_path / 'records')!r}, progress=False)\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "__main__" in done.stderr.splitlines()[-1] and "memory" not in done.stderr.splitlines()[-1]


def test_workers_that_are_always_killed_are_said(tmp_path: Path) -> None:
    with pytest.raises(WorkerLostError, match="worker processes were killed, twice"), Workers(1, tmp_path) as workers:
        workers.map(os._exit, [9])


def killed_once(marker: Path) -> int:
    """Kills its process the first time, and names that of the second."""
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def test_a_worker_that_is_killed_while_it_sums_up_is_survived(
    chunked: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    plainly = run(chunked.study, workers=1, directory=chunked.root / "plainly", progress=False)

    class Killed(Workers):
        def map(self, function: object, items: list[object], *done: object) -> list[object]:  # type: ignore[override]
            if not done:  # the summary
                assert super().map(killed_once, [chunked.root / "marker"])
                self._processes.pop().kill()  # and one that has nothing to do yet
            found: list[object] = super().map(function, items, *done)  # type: ignore[arg-type]
            return found

    monkeypatch.setattr("experiments.runner.Workers", Killed)
    monkeypatch.setattr("experiments.runner.MANY", 2)
    found = run(chunked.study, workers=2, directory=chunked.root / "killed", progress=False)
    assert (chunked.root / "marker").exists() and found.values_digest == plainly.values_digest


def test_an_interrupt_while_work_is_given_out_stops_the_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[object] = []
    submit = ProcessPoolExecutor.submit

    def interrupted(self: ProcessPoolExecutor, *task: object) -> object:
        given.append(task)
        if len(given) == 3:
            raise KeyboardInterrupt
        return submit(self, *task)  # type: ignore[arg-type]

    monkeypatch.setattr(ProcessPoolExecutor, "submit", interrupted)
    began, workers = time.monotonic(), Workers(2, tmp_path)
    with pytest.raises(KeyboardInterrupt), workers:
        workers.map(time.sleep, [60.0] * 4)
    assert len(workers._processes) == 2 and not any(process.is_alive() for process in workers._processes)
    assert time.monotonic() - began < 50  # nobody waits for what was given out


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_a_summary_says_where_it_was(chunked: Workshop, workers: int) -> None:
    source = chunked.helper.parent / "study.py"
    source.write_text(source.read_text().replace("return where + rng.random()", "return 1 / 0"))
    with pytest.raises(
        StudyError, match=r"failed in its summary .*ZeroDivisionError.*\[study\.py, line \d+, in centre"
    ):
        run(chunked.study, workers=workers, directory=chunked.records, progress=False)
