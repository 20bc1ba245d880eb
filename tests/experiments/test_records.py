"""Records: keys, staleness, damage."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from experiments import keys
from experiments.columns import (
    DamagedFileError,
    StorageError,
    check_columns,
    columns_digest,
    read_columns,
    write_columns,
)
from experiments.keys import key_of
from experiments.records import MissingRecord, StaleRecord, load_record, read_record, replicate_file, state_of
from experiments.runner import run
from theory.errors import InputError

from .conftest import Workshop

COLUMNS: dict[str, NDArray[Any]] = {
    "float": np.array([0.1, np.nan, -0.0, np.inf]),
    "single": np.arange(4, dtype=np.float32),
    "count": np.array([1, -2, 3, 2**62]),
    "flag": np.array([True, False, True, True]),
    "name": np.array(["a", "", "prisoner's dilemma", "β"]),
}


@pytest.mark.parametrize("size", [0, 4])
def test_columns_survive_bit_for_bit(tmp_path: Path, size: int) -> None:
    columns = {name: values[:size] for name, values in COLUMNS.items()}
    digest = write_columns(tmp_path / "a.parquet", columns)
    back = read_columns(tmp_path / "a.parquet")
    assert columns_digest(back) == digest
    assert list(back) == list(columns)
    for name, values in columns.items():
        assert back[name].dtype.kind == values.dtype.kind
    write_columns(tmp_path / "b.parquet", columns)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("where", [0.0, 0.3, 0.9, 0.999])
def test_cut_or_changed_files_are_damaged(tmp_path: Path, where: float) -> None:
    path = tmp_path / "a.parquet"
    write_columns(path, {"x": np.random.default_rng(1).random(1000)})
    whole = path.read_bytes()
    path.write_bytes(whole[: int(where * len(whole))])
    with pytest.raises(DamagedFileError, match=r"a\.parquet"):
        read_columns(path)
    place = len(whole) // 2
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    with pytest.raises(DamagedFileError, match=r"a\.parquet"):
        read_columns(path)


@pytest.mark.parametrize(
    "columns",
    [
        None,
        {},
        {"x": np.zeros((2, 2))},
        {"x": np.zeros(2), "y": np.zeros(3)},
        {"x": np.array([object()])},
        {"x": np.zeros(2, complex)},
    ],
)
def test_what_is_no_columns_is_refused(columns: object) -> None:
    with pytest.raises(InputError, match="the study"):
        check_columns(columns, "the study")


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageError, match=r"No space left on device.*kept"):
        write_columns(tmp_path / "a.parquet", {"x": np.zeros(3)})
    assert not list(tmp_path.iterdir())


def test_parameters_count_at_full_precision(workshop: Workshop) -> None:
    study = workshop.study
    near = float(np.nextafter(0.1, 1))
    assert f"{near:.15g}" == "0.1"
    digests = {key_of(study, study.values({"step": step})).digest for step in (0.1, near, 0.2)}
    assert len(digests) == 3
    assert key_of(study, study.values({"step": "0.1"})).digest in digests


def test_a_record_is_loaded_as_it_was_made(workshop: Workshop) -> None:
    made = run(workshop.study, quick=True, workers=1, directory=workshop.records, progress=False)
    loaded = load_record(workshop.study, quick=True, directory=workshop.records)
    assert loaded.to_dict() == made.to_dict()
    assert loaded.numbers["lambda"] == "inf"
    assert loaded.numbers["none"] is None
    np.testing.assert_array_equal(loaded.tables["means"]["mean"], made.tables["means"]["mean"])
    assert json.loads(json.dumps(loaded.provenance, allow_nan=False))["study"] == workshop.name


def test_a_missing_record_names_the_command(workshop: Workshop) -> None:
    with pytest.raises(MissingRecord, match=rf"computerace run {workshop.name} --quick --records") as caught:
        load_record(workshop.study, quick=True, directory=workshop.records)
    assert not isinstance(caught.value, StaleRecord)
    run(workshop.study, quick=True, workers=1, directory=workshop.records, progress=False)
    with pytest.raises(MissingRecord, match=rf"\(1 with others\).*computerace run {workshop.name} --set draws=16"):
        load_record(workshop.study, {"draws": 16}, directory=workshop.records)


def test_edited_source_makes_a_record_stale_and_keeps_the_draws(workshop: Workshop) -> None:
    old = run(workshop.study, quick=True, workers=1, directory=workshop.records, progress=False)
    workshop.helper.write_text(workshop.helper.read_text() + "# a remark\n")
    message = rf"changed since: source \({workshop.name}\.scale\)\. Run: computerace run {workshop.name} --quick"
    with pytest.raises(StaleRecord, match=message):
        load_record(workshop.study, quick=True, directory=workshop.records)
    new = run(workshop.study, quick=True, workers=1, directory=workshop.records, progress=False)
    assert new.key != old.key
    assert new.seed == old.seed
    assert new.values_digest == old.values_digest


@pytest.mark.parametrize("part", ["lock", "data"])
def test_edited_lock_or_data_make_a_record_stale(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    old = run(workshop.study, quick=True, workers=1, directory=workshop.records, progress=False)
    monkeypatch.setattr(keys, f"{part}_digests", lambda: {"a-file": "another digest"})
    with pytest.raises(StaleRecord, match=rf"changed since: {part} \(.*a-file.*Run: computerace run"):
        load_record(workshop.study, quick=True, directory=workshop.records)
    new = run(workshop.study, quick=True, workers=1, directory=workshop.records, progress=False)
    assert (new.seed == old.seed) == (part == "lock")


@pytest.mark.parametrize("file", ["record.json", "table-means.parquet"])
def test_a_damaged_record_is_no_record(workshop: Workshop, file: str) -> None:
    made = run(workshop.study, quick=True, workers=1, directory=workshop.records, progress=False)
    path = made.folder / file
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(MissingRecord, match=rf"{file}.*Run: computerace run"):
        load_record(workshop.study, quick=True, directory=workshop.records)
    again = run(workshop.study, quick=True, workers=1, directory=workshop.records, progress=False)
    assert again.values_digest == made.values_digest
    assert read_record(made.folder).values_digest == made.values_digest


def test_the_state_of_a_record_is_said_in_a_word(workshop: Workshop) -> None:
    def state() -> str:
        return state_of(workshop.study, quick=True, directory=workshop.records)

    assert state() == "none"
    other = run(workshop.study, {"draws": 16}, workers=1, directory=workshop.records, progress=False)
    assert state() == "none (1 with others)"
    shutil.rmtree(other.folder)
    made = run(workshop.study, quick=True, workers=1, directory=workshop.records, progress=False)
    assert state() == made.short_key
    replicate_file(made.folder, 0).unlink()
    assert state() == "damaged"
    for content in ("[1]", "null", '{"schema"', "{}"):
        (made.folder / "record.json").write_text(content)
        assert state() == "damaged"
    (made.folder / "record.json").unlink()
    assert state() == "3 of 4 replicates"
    again = run(workshop.study, quick=True, workers=1, directory=workshop.records, progress=False)
    workshop.helper.write_text(workshop.helper.read_text() + "# a remark\n")
    assert (again.values_digest, state()) == (made.values_digest, "stale")


@pytest.mark.parametrize(("harm", "said"), [("remove", "is missing"), ("truncate", "is damaged"), ("swap", None)])
def test_a_record_stands_on_replicates_as_they_were_written(
    workshop: Workshop, harm: str, said: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    changes = {"signs": str(workshop.signs)}
    made = run(workshop.study, changes, quick=True, workers=1, directory=workshop.records, progress=False)
    path, content = replicate_file(made.folder, 2), replicate_file(made.folder, 2).read_bytes()
    before = (made.folder / "record.json").read_bytes()
    if harm == "remove":
        path.unlink()
    else:  # or another's values, whole in themselves, which only a run finds: a look at the size is not enough
        path.write_bytes(content[:100] if harm == "truncate" else replicate_file(made.folder, 1).read_bytes())
    if said:
        with pytest.raises(MissingRecord, match=rf"replicate-0002.parquet {said}.*Run: computerace run"):
            load_record(workshop.study, changes, quick=True, directory=workshop.records)
    capsys.readouterr()
    run(workshop.study, changes, quick=True, workers=1, directory=workshop.records)
    errors = capsys.readouterr().err
    assert f"replicate-0002.parquet {said or 'is damaged'}" in errors
    assert f"1 computed again as before, record {made.short_key} stands" in errors
    assert workshop.computed() == 5
    assert path.read_bytes() == content
    assert (made.folder / "record.json").read_bytes() == before


def test_replicates_that_come_out_otherwise_make_another_record(workshop: Workshop) -> None:
    """As on other hardware: numbers and replicates stay together."""
    made = run(workshop.study, quick=True, workers=1, directory=workshop.records, progress=False)
    path = made.folder / "record.json"
    digest = made.files["replicate-0002.parquet"]["sha256"]
    path.write_text(path.read_text().replace(digest, "0" * 64))
    again = run(workshop.study, quick=True, workers=1, directory=workshop.records, progress=False)
    assert again.files == made.files
    assert read_record(made.folder).files == made.files


def test_changed_numbers_are_noticed(workshop: Workshop) -> None:
    made = run(workshop.study, quick=True, workers=1, directory=workshop.records, progress=False)
    path = made.folder / "record.json"
    path.write_text(path.read_text().replace('"lambda": "inf"', '"lambda": 1.0'))
    with pytest.raises(DamagedFileError, match="numbers"):
        read_record(made.folder)
    assert replicate_file(made.folder, 0).is_file()
