"""From records to the PDF: load, draw, write ``numbers.json``, compile."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import typst

from experiments.keys import digest_of, lock_digests
from experiments.records import RECORDS, MissingRecord, Record, StaleRecord, load_record
from experiments.sources import file_digests
from experiments.verification_record import load_verification
from paper.content import paper_content, parameter_symbols
from paper.figures import save_figures
from paper.systems import systems

MAIN = ("calibration", "dilemma_class", "overspend_underinvest", "repeated_race")
"""Studies of the paper's main line; every other has a section of its own in `paper.systems`."""

SOURCES = ("main.typ", "refs.bib")

STAMP = "built.json"
"""Says beside the sources what the PDF was built from."""

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
        Naming the command to run: the study's own for one, `computerace reproduce` for several.
    """
    records: dict[str, Record] = {}
    refused: dict[str, MissingRecord] = {}
    for name in studies_asked():
        try:
            records[name] = load_record(name, quick=quick, directory=directory)
        except MissingRecord as error:
            refused[name] = error
    if refused:
        raise _refusal(refused, directory, quick=quick)
    return records


def _refusal(refused: Mapping[str, MissingRecord], directory: Path | str, *, quick: bool) -> MissingRecord:
    """One error for all: a single record's own, else what is missing and stale and the command that makes them all."""
    if len(refused) == 1:
        return next(iter(refused.values()))
    stale = [name for name, error in refused.items() if isinstance(error, StaleRecord)]
    missing = [name for name in refused if name not in stale]
    states = [f"{state}: {', '.join(names)}" for state, names in (("missing", missing), ("stale", stale)) if names]
    command = ["computerace", "reproduce", *(["--quick"] if quick else [])]
    if Path(directory) != RECORDS:
        command += ["--records", str(directory)]
    return MissingRecord(f"records in {directory}: {'; '.join(states)}. Run: {shlex.join(command)}")


def build_paper(directory: Path | str, output: Path | str, *, quick: bool = False) -> Path:
    """Build the paper; one that was built from the same records, sources and libraries is left as it is.

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
    verification = load_verification(directory)
    output = Path(output)
    folder = output.parent / f"{output.stem}-source"
    inputs = _inputs(records, verification)
    if _built(output, folder) == inputs:
        return output
    content = paper_content(records, verification, quick=quick)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "numbers.json").write_text(json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True), "utf-8")
    for name in SOURCES:
        (folder / name).write_bytes(resources.files("paper").joinpath(name).read_bytes())
    save_figures(records, parameter_symbols(records["calibration"].numbers), folder / "figures")
    compile_pdf(folder / "main.typ", output)
    (folder / STAMP).write_text(json.dumps({"inputs": inputs, "pdf": _digest(output)}), "utf-8")
    return output


def _inputs(records: Mapping[str, Record], verification: Mapping[str, Any]) -> str:
    """Digest of all that the paper depends on: values of the records, verification, this package, libraries."""
    values = {name: [record.key, record.values_digest] for name, record in records.items()}
    package = Path(str(resources.files("paper")))
    suffixes = (".py", *(Path(name).suffix for name in SOURCES))
    files = {str(path.relative_to(package)): path for path in package.rglob("*.*") if path.suffix in suffixes}
    sources = file_digests({name: path for name, path in sorted(files.items()) if not name.startswith("build")})
    return digest_of([values, verification["key"], sources, lock_digests()])


def _built(output: Path, folder: Path) -> str | None:
    """Inputs from which the PDF was built, if it still is what was built."""
    try:
        stamp: dict[str, str] = json.loads((folder / STAMP).read_text("utf-8"))
        return stamp["inputs"] if stamp["pdf"] == _digest(output) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def compile_pdf(source: Path, output: Path) -> None:
    """Compile with Typst's own fonts and a fixed date, so that the machine leaves no trace."""
    typst.compile(
        str(source), output=str(output), root=str(source.parent), ignore_system_fonts=True, timestamp=TIMESTAMP
    )
