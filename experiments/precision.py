"""Run until a result is as precise as asked for, and say when it is not.

The draws of a study grow, by powers of two, as the square of what the interval is too wide; each size is a record of
its own, found again if it exists. Stopping at the first interval that is narrow enough favours those that are too
narrow by chance, the less so the more replicates there are.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from experiments.catalogue import find
from experiments.columns import DamagedFileError
from experiments.progress import note
from experiments.records import RECORDS, MissingRecord, Record, load_record
from experiments.registry import Study
from experiments.runner import run
from experiments.text import is_interval
from theory.errors import ComputeraceError, InputError

_MOST_AT_ONCE = 4  # powers of two by which the draws grow in one step


class PrecisionError(ComputeraceError):
    """The half-width asked for was not reached with the most draws allowed, or is not finite; the records are kept."""


def run_to_precision(
    study: Study | str,
    target: str,
    half_width: float,
    most: int,
    parameters: Mapping[str, object] | None = None,
    *,
    quick: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    directory: Path | str = RECORDS,
    progress: bool = True,
) -> Record:
    """First record in which the interval of one number is narrow enough.

    Parameters
    ----------
    target
        The number by its name in the record, as `computerace run` prints it: ``"classes / prisoner's dilemma"``.
    half_width
        Half the width of its interval, in its unit.
    most
        Most draws allowed. The other parameters are those of `experiments.runner.run`.

    Raises
    ------
    InputError
        If the study has no parameter ``draws``, or no such number with an interval.
    PrecisionError
        If it is not reached, or an end of the interval is not finite.
    """
    study = find(study) if isinstance(study, str) else study
    values: dict[str, Any] = study.values(parameters, quick=quick)
    if "draws" not in values:
        raise InputError(f"{study.name} has no parameter draws that could grow; run it without --target")
    if half_width <= 0 or not math.isfinite(half_width):
        raise InputError(f"half-width is {half_width}; it must be a number above 0, in the unit of {target!r}")
    if most < values["draws"]:
        raise InputError(f"most is {most}; it must be at least draws, {values['draws']}")
    _refuse_unknown(study, target, directory)
    while True:
        record = run(study, values, workers=workers, scheduler=scheduler, directory=directory, progress=progress)
        reached = half_width_of(record.numbers, target, study.name)
        if progress:
            note(f"{target}: half-width {reached:.3g} with {values['draws']} draws, asked for {half_width:.3g}")
        if reached <= half_width:
            return record
        if values["draws"] == most:
            raise PrecisionError(
                f"{target} has a half-width of {reached:.3g} with {most} draws, the most allowed; {half_width:.3g} was "
                f"asked for and not reached. The record {record.short_key} is kept; allow more with --most"
            )
        values["draws"] = min(most, values["draws"] * growth(reached / half_width))


def _refuse_unknown(study: Study, target: str, directory: Path | str) -> None:
    """Refuse a name that a record of the study does not know, before anything runs; without a record, afterwards."""
    for quick in (True, False):
        try:
            half_width_of(load_record(study, quick=quick, directory=directory).numbers, target, study.name)
        except (MissingRecord, DamagedFileError, PrecisionError):  # with other draws the interval may well be finite
            continue
        return


def growth(too_wide: float) -> int:
    """Factor by which to take more draws when an interval is too wide by a factor: a power of two.

    Examples
    --------
    >>> growth(1.1), growth(2.0), growth(1000.0)
    (2, 4, 16)
    """
    return int(2 ** min(_MOST_AT_ONCE, max(1, math.ceil(2 * math.log2(too_wide)))))


def half_width_of(numbers: Mapping[str, Any], target: str, study: str) -> float:
    """Half the width of the interval of a number of a record.

    Raises
    ------
    InputError
        If there is no such number, with the nearest name, or it has no interval.
    PrecisionError
        If an end of its interval is infinite or missing.
    """
    found: Any = numbers
    for word in target.split(" / "):
        found = found.get(word) if isinstance(found, Mapping) else None
    if not is_interval(found):
        near = difflib.get_close_matches(target, list(_with_interval(numbers)), n=1, cutoff=0.3)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise InputError(
            f"{target!r} is no number of {study} with an interval.{hint} See: computerace run {study} --quick --json"
        )
    low, high = (math.nan if found[end] is None else float(found[end]) for end in ("low", "high"))
    if not math.isfinite(high - low):
        raise PrecisionError(
            f"{target} of {study} is known from {found['low']} to {found['high']}: there is no half-width to reach; "
            "run it with more --draws, or aim at another number"
        )
    return (high - low) / 2


def _with_interval(numbers: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Names of the numbers that have an interval, as `computerace run` prints them."""
    for name, value in numbers.items():
        if is_interval(value):
            yield f"{prefix}{name}"
        elif isinstance(value, Mapping):
            yield from _with_interval(value, f"{prefix}{name} / ")
