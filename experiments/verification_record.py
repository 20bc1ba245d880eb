"""The result of the verification as a record: ``<records>/verify.json``, which the paper reads."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from experiments.columns import write_bytes
from experiments.keys import data_digests, digest_of, lock_digests
from experiments.plain import plain
from experiments.progress import progress_of
from experiments.records import RECORDS, MissingRecord, StaleRecord
from experiments.sources import file_digests, import_closure
from theory.errors import InputError

MODULE = "experiments.verification"
STATUSES = ("passed", "failed", "not implemented")
FIELDS = ("id", "collection", "family", "status", "expected", "computed", "tolerance", "citation", "detail")
COMMAND = "computerace reproduce"


class Case(Protocol):
    """A verified case: what `experiments.verification.verify_cases` returns."""

    @property
    def id(self) -> str:
        """Name of the case."""
        ...

    @property
    def collection(self) -> str:
        """Published results or solver cases."""
        ...

    @property
    def family(self) -> str:
        """Topic of the case."""
        ...

    @property
    def status(self) -> str:
        """One of `STATUSES`."""
        ...


def verify_with_progress(only: Sequence[str] = ()) -> list[Any]:
    """Verify all cases, or these ones, and say how far it is, as a study does."""
    from experiments.verification import verify_cases
    from experiments.verification.cases import load_cases

    total = len(only) or len(load_cases())
    with progress_of("verification", "case", total, 0, show=total > 1) as advance:
        return list(verify_cases(only, progress=lambda _: advance()))


def describe_cases(cases: Sequence[Case]) -> dict[str, Any]:
    """Plain values: counts by collection and by family, and every case."""
    return {
        "counts": _counts(cases, lambda case: case.collection),
        "families": _counts(cases, lambda case: f"{case.collection}: {case.family}"),
        "cases": [{name: _plain(getattr(case, name)) for name in FIELDS} for case in cases],
    }


def _counts(cases: Sequence[Case], group: Callable[[Case], str]) -> dict[str, dict[str, int]]:
    found = Counter((group(case), case.status) for case in cases)
    groups = dict.fromkeys(group(case) for case in cases)
    return {name: {status: found[name, status] for status in STATUSES} for name in groups}


def write_verification(cases: Sequence[Case], directory: Path | str = RECORDS) -> Path:
    """Write the record of a verification and return its path."""
    path = Path(directory, "verify.json")
    parts = _parts()
    content = {"key": digest_of(parts), "parts": parts, **describe_cases(cases)}
    write_bytes(path, json.dumps(content, indent=1, allow_nan=False).encode())
    return path


def load_verification(directory: Path | str = RECORDS) -> Mapping[str, Any]:
    """Verification of the source, data and libraries as they are now.

    Raises
    ------
    MissingRecord, StaleRecord
        If there is none, or an older one, naming the command to run.
    """
    path = Path(directory, "verify.json")
    try:
        content: dict[str, Any] = json.loads(path.read_bytes())
        key = content["key"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MissingRecord(f"there is no verification in {directory}. Run: {COMMAND}") from error
    if key != digest_of(_parts()):
        raise StaleRecord(f"the verification in {directory} is of older source, data or libraries. Run: {COMMAND}")
    return content


def _parts() -> dict[str, dict[str, str]]:
    return {"source": file_digests(import_closure(MODULE)), "data": data_digests(), "lock": lock_digests()}


def _plain(value: Any) -> Any:
    """JSON value of what a case holds; of anything else, its text."""
    try:
        return plain(value)
    except InputError:
        return str(value)
