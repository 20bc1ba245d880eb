"""Everything from nothing: every study, the verification, the paper."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.catalogue import studies
from experiments.folders import require_writable
from experiments.progress import note
from experiments.records import RECORDS, MissingRecord, StaleRecord
from experiments.runner import run
from experiments.verification_record import load_verification, verify_with_progress, write_verification
from theory.errors import ComputeraceError, InputError

PAPER = Path("paper/build/computerace.pdf")
"""Where the paper goes, unless another path is given."""


class ReproductionError(ComputeraceError):
    """A step that failed; the steps before it are kept."""


def reproduce(
    *,
    quick: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    directory: Path | str = RECORDS,
    paper: Path | str = PAPER,
) -> None:
    """Run every study, verify, and build the paper in a process of its own.

    Raises
    ------
    ReproductionError
        If a case fails (the paper is built all the same, and says so), or the paper cannot be built. A case whose
        published number is itself in question, for a reason written down in `DISAGREEMENTS`, is reported and does not
        stop the reproduction; `computerace verify` counts it as failed.
    """
    from experiments.verification import DISAGREEMENTS

    if not Path(paper).name or Path(paper).is_dir():
        raise InputError(f"--paper is {str(paper)!r}; it must be the path of a file, e.g. {PAPER}")
    require_writable(Path(paper).parent, "folder of the paper")
    for study in studies().values():
        run(study, quick=quick, workers=workers, scheduler=scheduler, directory=directory)
    verification = _verification(directory)
    build_paper(directory, paper, quick=quick)
    failed = [case["id"] for case in verification["cases"] if case["status"] == "failed"]
    for case_id in DISAGREEMENTS.keys() & set(failed):
        note(f"{case_id} disagrees with its published number: {DISAGREEMENTS[case_id]}")
    failed = [case_id for case_id in failed if case_id not in DISAGREEMENTS]
    if failed:
        raise ReproductionError(f"{len(failed)} cases failed: {', '.join(failed)}. See: computerace verify")


def _verification(directory: Path | str) -> Mapping[str, Any]:
    """Verification of the source as it is: the recorded one if it is current, else a new one."""
    try:
        return load_verification(directory)
    except (MissingRecord, StaleRecord):
        note("verification: the toolkit against published results and solver cases")
        write_verification(verify_with_progress(), directory)
        return load_verification(directory)


def build_paper(directory: Path | str, paper: Path | str, *, quick: bool = False) -> None:
    """Build the paper from the records; no import of it, for imports point the other way."""
    command = [sys.executable, "-P", "-m", "paper", "--records", str(directory), "--output", str(paper)]
    done = subprocess.run([*command, *(["--quick"] if quick else [])], check=False)
    if done.returncode:
        raise ReproductionError(f"the paper could not be built (exit code {done.returncode}); see the message above")
    note(f"built {paper}")
