"""Faults, with real processes: what is finished is kept, and what comes out is what an undisturbed run gives."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from experiments.keys import key_of
from experiments.records import Record, load_record, record_folder
from experiments.runner import run

from .conftest import Workshop

COMMAND = [sys.executable, "-P", "-c", "import sys; from experiments.cli import main; sys.exit(main())"]
CHUNKS = 12
LONG = 120.0
PAUSE = 0.2


def start(workshop: Workshop, workers: int, *, draws: int = 48, preexec: object = None) -> subprocess.Popen[str]:
    words = ["--pause", str(PAUSE), "--draws", str(draws), "--workers", str(workers), "--records", "records"]
    return subprocess.Popen(
        [*COMMAND, "run", workshop.name, *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=preexec,  # type: ignore[call-overload]
    )


def folder_of(workshop: Workshop) -> Path:
    study = workshop.study
    return record_folder(key_of(study, study.values({"pause": PAUSE})), workshop.records)


def undisturbed(workshop: Workshop) -> Record:
    return run(workshop.study, {"pause": PAUSE}, workers=1, directory=workshop.root / "calm", progress=False)


def loaded(workshop: Workshop) -> Record:
    return load_record(workshop.study, {"pause": PAUSE}, directory=workshop.records)


def assert_same(one: Record, two: Record) -> None:
    assert one.values_digest == two.values_digest
    names = [sorted(path.name for path in record.folder.glob("*.parquet")) for record in (one, two)]
    assert names[0] == names[1]
    assert len(names[0]) == CHUNKS + 1
    for name in names[0]:
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes()


def wait_for_chunks(process: subprocess.Popen[str], folder: Path, number: int) -> list[Path]:
    until = time.monotonic() + LONG
    while len(found := sorted(folder.glob("replicate-*.parquet"))) < number:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until, "no chunk lands"
        time.sleep(0.01)
    return found


def children(parent: int) -> list[int]:
    """Worker processes of a process: those that `multiprocessing` spawned."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
            words = (status.parent / "cmdline").read_text()
        except OSError:
            continue
        if int(fields[1]) == parent and "spawn_main" in words:
            found.append(int(status.parent.name))
    return found


def test_a_worker_killed_in_the_middle_changes_nothing(chunked: Workshop) -> None:
    process = start(chunked, workers=2)
    wait_for_chunks(process, folder_of(chunked), 2)
    os.kill(children(process.pid)[0], signal.SIGKILL)
    _, errors = process.communicate(timeout=LONG)
    assert process.returncode == 0, errors
    assert_same(loaded(chunked), undisturbed(chunked))


def test_a_killed_run_loses_nothing_and_goes_on(chunked: Workshop) -> None:
    process = start(chunked, workers=2)
    folder = folder_of(chunked)
    wait_for_chunks(process, folder, 3)
    workers = children(process.pid)
    process.kill()
    process.communicate()
    until = time.monotonic() + LONG
    while any(Path(f"/proc/{pid}/cmdline").exists() for pid in workers) and time.monotonic() < until:
        time.sleep(0.02)  # workers leave with their parent
    kept = {path.name: path.stat().st_mtime_ns for path in folder.glob("replicate-*.parquet")}
    assert 3 <= len(kept) < CHUNKS
    assert not (folder / "record.json").exists()
    again = start(chunked, workers=2)
    _, errors = again.communicate(timeout=LONG)
    assert again.returncode == 0, errors
    assert f"{CHUNKS} chunks ({len(kept)} kept)" in errors
    assert {name: (folder / name).stat().st_mtime_ns for name in kept} == kept
    record = loaded(chunked)
    assert_same(record, undisturbed(chunked))
    assert all(chunk["seconds"] >= PAUSE for chunk in record.chunks)  # also of those that the killed run computed
    assert len({chunk["process"] for chunk in record.chunks}) > 2


@pytest.mark.parametrize("harm", ["cut", "changed", "record cut"])
def test_damage_is_found_and_repaired(chunked: Workshop, harm: str) -> None:
    record = run(chunked.study, {"pause": PAUSE}, workers=2, directory=chunked.records, progress=False)
    path = record.folder / ("record.json" if harm == "record cut" else "replicate-0001-000002.parquet")
    content = path.read_bytes()
    if harm == "changed":
        path.write_bytes(content[:20] + bytes(byte ^ 255 for byte in content[20:80]) + content[80:])
    else:
        path.write_bytes(content[: len(content) // 2])
    if harm != "record cut":
        (record.folder / "record.json").unlink()
    process = start(chunked, workers=1)
    _, errors = process.communicate(timeout=LONG)
    assert process.returncode == 0, errors
    assert path.name in errors
    assert_same(loaded(chunked), undisturbed(chunked))


def test_a_full_disk_is_one_line_and_the_run_goes_on_when_there_is_room(chunked: Workshop) -> None:
    """No file may be larger than 300 bytes: what is said of a chunk fits, the chunk does not."""

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))

    folder = folder_of(chunked)
    process = start(chunked, workers=1, preexec=small)
    _, errors = process.communicate(timeout=LONG)
    assert process.returncode == 1
    assert errors.splitlines()[-1].startswith("computerace: ")
    assert "cannot be written: File too large; what was written before is kept" in errors
    assert "Traceback" not in errors
    assert not list(folder.glob("*.parquet"))
    assert not list(folder.glob(".*.tmp"))
    again = start(chunked, workers=1)
    _, errors = again.communicate(timeout=LONG)
    assert again.returncode == 0, errors
    assert_same(loaded(chunked), undisturbed(chunked))


def test_a_disk_that_fills_in_a_run_keeps_what_is_there(chunked: Workshop) -> None:
    """A real file system of 128 kB, where one may be mounted; elsewhere the limit above is all there is to test."""
    disk = chunked.records
    disk.mkdir()
    mounted = (
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=False).returncode == 0
    )
    try:
        if mounted:
            (disk / "ballast").write_bytes(bytes(28_000))
            process = start(chunked, workers=2)
            _, errors = process.communicate(timeout=LONG)
            assert process.returncode == 1
            assert "No space left on device; what was written before is kept" in errors
            kept = {path.name: path.stat().st_mtime_ns for path in folder_of(chunked).glob("replicate-*.parquet")}
            assert 0 < len(kept) < CHUNKS
            (disk / "ballast").unlink()
            subprocess.run(["mount", "-o", "remount,size=1m", str(disk)], check=True)
            again = start(chunked, workers=2)
            _, errors = again.communicate(timeout=LONG)
            assert again.returncode == 0, errors
            assert f"({len(kept)} kept)" in errors
        else:
            run(chunked.study, {"pause": PAUSE}, workers=2, directory=disk, progress=False)
        assert_same(loaded(chunked), undisturbed(chunked))
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(disk)], check=True)


def test_two_runs_at_once_agree(chunked: Workshop) -> None:
    processes = [start(chunked, workers=2) for _ in range(2)]
    for process in processes:
        _, errors = process.communicate(timeout=LONG)
        assert process.returncode == 0, errors
    record = loaded(chunked)
    assert_same(record, undisturbed(chunked))
    assert not list(record.folder.glob(".*.tmp"))


@pytest.mark.parametrize("design", ["sobol", "latin hypercube"])
def test_where_a_replicate_is_cut_changes_no_draw_of_a_sobol_sequence(
    chunked: Workshop, monkeypatch: pytest.MonkeyPatch, design: str
) -> None:
    def drawn(chunk: int, workers: int) -> Record:
        monkeypatch.setattr(chunked.study, "chunk", chunk)
        directory = chunked.records / str(chunk)
        return run(chunked.study, {"design": design}, workers=workers, directory=directory, progress=False)

    whole, cut, fine = drawn(64, 1), drawn(4, 2), drawn(3, 1)
    equal = [np.array_equal(whole.tables["draws"]["x"], other.tables["draws"]["x"]) for other in (cut, fine)]
    assert equal == [design == "sobol"] * 2
    assert len(cut.tables["draws"]["x"]) == 48
