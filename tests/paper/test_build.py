"""The paper builds from records, only from them, and always the same."""

import json
import shutil
from pathlib import Path

import pytest

from experiments.catalogue import studies
from experiments.columns import DamagedFileError
from paper.__main__ import main
from paper.assemble import studies_asked
from paper.systems import systems
from theory.errors import InputError

pytestmark = pytest.mark.usefixtures("tiny")


def build(records: Path, output: Path) -> int:
    return main(["--quick", "--records", str(records), "--output", str(output)])


@pytest.fixture(scope="module")
def paper(records: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("paper") / "first.pdf"
    assert build(records, output) == 0
    return output


def test_it_is_a_pdf_with_its_sources_beside_it(paper: Path) -> None:
    assert paper.read_bytes().startswith(b"%PDF-")
    sources = paper.parent / "first-source"
    assert {path.name for path in sources.iterdir()} == {
        "main.typ",
        "refs.bib",
        "numbers.json",
        "built.json",
        "figures",
    }
    assert len(list((sources / "figures").glob("*.svg"))) == 8 + len(systems())


def test_the_same_records_give_the_same_bytes(records: Path, paper: Path, tmp_path: Path) -> None:
    assert build(records, tmp_path / "first.pdf") == 0
    assert (tmp_path / "first.pdf").read_bytes() == paper.read_bytes()


def test_a_paper_that_is_current_is_left_alone_and_one_that_is_not_is_built_anew(paper: Path, records: Path) -> None:
    assets = paper.parent / "first-source" / "numbers.json"
    before = assets.stat().st_mtime_ns
    assert build(records, paper) == 0
    assert assets.stat().st_mtime_ns == before
    whole = paper.read_bytes()
    paper.write_bytes(whole[:1000])  # damaged: what is there is not what was built
    assert build(records, paper) == 0
    assert paper.read_bytes() == whole
    assert assets.stat().st_mtime_ns > before


def test_several_missing_records_are_named_together(
    records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fewer = tmp_path / "records"
    shutil.copytree(records, fewer)
    for name in ("calibration", "dilemma_class"):
        shutil.rmtree(fewer / name)
    assert build(fewer, tmp_path / "paper.pdf") == 1
    error = capsys.readouterr().err
    assert "missing: calibration, dilemma_class" in error
    assert f"computerace reproduce --quick --records {fewer}" in error


def test_the_path_is_printed(records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "deep" / "folder" / "paper.pdf"
    assert build(records, output) == 0
    assert capsys.readouterr().out.strip() == str(output)


@pytest.mark.parametrize("study", studies_asked())
def test_a_missing_record_names_the_command(
    study: str, records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(records, tmp_path / "records")
    shutil.rmtree(tmp_path / "records" / study)
    assert build(tmp_path / "records", tmp_path / "paper.pdf") == 1
    error = capsys.readouterr().err
    assert error.startswith("computerace: ") and error.count("\n") == 1
    assert f"computerace run {study} --quick" in error
    assert not (tmp_path / "paper.pdf").exists()


def test_a_stale_record_names_the_command(records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(records, tmp_path / "records")
    (folder,) = (tmp_path / "records" / "repeated_race").iterdir()
    old = folder.with_name("0" * 64)
    folder.rename(old)
    content = json.loads((old / "record.json").read_text())
    content["parts"]["source"]["models.lab_dilemma"] = "an older digest"
    (old / "record.json").write_text(json.dumps(content))
    assert build(tmp_path / "records", tmp_path / "paper.pdf") == 1
    error = capsys.readouterr().err
    assert "stale" in error and "models.lab_dilemma" in error and "computerace run repeated_race" in error


def test_a_missing_verification_names_the_command(
    records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(records, tmp_path / "records")
    (tmp_path / "records" / "verify.json").unlink()
    assert build(tmp_path / "records", tmp_path / "paper.pdf") == 1
    assert "computerace reproduce" in capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_one_line(
    records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert build(records, tmp_path / "file" / "paper.pdf") == 2
    assert "give the path of a folder" in capsys.readouterr().err
    (tmp_path / "paper.pdf").mkdir()
    assert build(records, tmp_path / "paper.pdf") == 1
    assert capsys.readouterr().err.startswith("computerace: the paper cannot be written")


def test_every_study_is_in_the_paper() -> None:
    assert set(studies_asked()) == set(studies())


@pytest.mark.parametrize(("error", "code"), [(DamagedFileError("cut short"), 1), (InputError("facts.csv, line 2"), 2)])
def test_an_error_of_ours_is_one_line(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def build_paper(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("paper.assemble.build_paper", build_paper)
    assert build(tmp_path, tmp_path / "paper.pdf") == code
    assert capsys.readouterr().err == f"computerace: {error}\n"
