"""From records to the PDF: load, draw, write ``numbers.json``, compile."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import typst

from experiments.records import Record, load_record
from experiments.verification_record import load_verification
from paper.content import paper_content, parameter_symbols
from paper.figures import save_figures
from paper.systems import systems

MAIN = ("calibration", "dilemma_class", "overspend_underinvest", "repeated_race")
"""Studies of the paper's main line; every other has a section of its own in `paper.systems`."""

SOURCES = ("main.typ", "refs.bib")

TIMESTAMP = 1_764_547_200
"""Date inside the PDF, 1 December 2025 UTC: the same records give the same bytes."""


def studies_asked() -> tuple[str, ...]:
    """Studies whose records the paper asks for, by key."""
    return (*MAIN, *systems())


def load_records(directory: Path | str, *, quick: bool) -> dict[str, Record]:
    """Records of all studies.

    Raises
    ------
    MissingRecord, StaleRecord
        Naming the command to run.
    """
    return {name: load_record(name, quick=quick, directory=directory) for name in studies_asked()}


def build_paper(directory: Path | str, output: Path | str, *, quick: bool = False) -> Path:
    """Build the paper.

    Parameters
    ----------
    directory
        Folder of the records.
    output
        Path of the PDF. All that it is made of is kept beside it, in a folder of the same name without ``.pdf``.
    quick
        Use the records of quick runs.

    Returns
    -------
    Path of the PDF.
    """
    records = load_records(directory, quick=quick)
    content = paper_content(records, load_verification(directory), quick=quick)
    output = Path(output)
    folder = output.parent / f"{output.stem}-source"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "numbers.json").write_text(json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True), "utf-8")
    for name in SOURCES:
        (folder / name).write_bytes(resources.files("paper").joinpath(name).read_bytes())
    save_figures(records, parameter_symbols(records["calibration"].numbers), folder / "figures")
    compile_pdf(folder / "main.typ", output)
    return output


def compile_pdf(source: Path, output: Path) -> None:
    """Compile with Typst's own fonts and a fixed date, so that the machine leaves no trace."""
    typst.compile(
        str(source), output=str(output), root=str(source.parent), ignore_system_fonts=True, timestamp=TIMESTAMP
    )
