"""Facts with sources and grades: the only place from which calibrated numbers come.

``models/data/facts.csv`` has one number, or one range, per row. ``low <= central <= high``; the three are equal where
a source gives one number; an end that the source leaves open ("more than", "up to") is empty, and so is the centre
if only an end is known. Rows without a number are context. Money is in US dollars of the fact's date;
`models.price_level` brings it to one base year.
Grades: A primary or measured, B reported by a named source, C secondary, ``article`` the news article itself.

Two dates: ``date``, when the number held, and ``published``, when the document it comes from appeared, empty if the row
does not show it. A row with either after `LAST_DATE` may set nothing: it is refused unless its note begins with
`LATE_NOTE`, and then every use in a parameter is (`require_in_time`), so that no result rests on what happened later. A
date by its year alone is late only if the whole year is.
"""

from __future__ import annotations

import csv
import datetime
import functools
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from theory.errors import InputError

COLUMNS = (
    "id", "actor", "counterparty", "kind", "low", "central", "high", "unit", "date", "grade", "source", "published",
    "quotation", "note",
)  # fmt: skip
"""Columns of the file, in order."""

GRADES = ("A", "B", "C", "article")

UNITS = frozenset({
    "", "1", "1/yr", "EFLOPS", "GB/chip", "GW", "PF-days", "PFLOPS/16 chips", "TFLOPS/chip", "TWh/yr", "coefficient",
    "US$ bn", "US$ bn/GW", "US$ bn/quarter", "US$ bn/yr", "US$ mn/rack", "US$/chip-h",
    "chips", "count", "exponent", "index", "months", "nats", "ratio", "ratio/yr", "shares", "years",
})  # fmt: skip
"""The vocabulary of units; shares of one have the unit ``1``."""

LAST_DATE = "2025-11-30"
"""End of the month of the article: a later fact would leak the future into the calibration."""

UNQUOTED = "not in the quotation"
"""What the note of a row says whose number the quotation does not show: it was read elsewhere in the source."""

LATE_NOTE = "after the fact"
"""How the note of a row begins that is kept for scoring forecasts, and may set nothing."""

_DATE = re.compile(r"FY[12]\d{3}|[12]\d{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)


@dataclass(frozen=True)
class Fact:
    """One number or range with where it comes from; `None` for an end that is open or a number that is not given."""

    id: str
    actor: str
    counterparty: str
    kind: str
    low: float | None
    central: float | None
    high: float | None
    unit: str
    date: str
    grade: str
    source: str
    quotation: str
    note: str
    published: str = ""
    row: str = field(default="", compare=False)

    @property
    def open_end(self) -> str:
        """``"above"`` where the source gives only a lower end, ``"below"`` where only an upper one, else empty."""
        return {(False, True): "above", (True, False): "below"}.get((self.low is None, self.high is None), "")

    @property
    def quoted(self) -> bool:
        """Whether the quotation shows the number, as far as the row's note says."""
        return UNQUOTED not in self.note

    @property
    def late(self) -> bool:
        """Whether the number held, or was published, after `LAST_DATE`."""
        return _is_late(self.date) or _is_late(self.published)


def require_in_time(fact: Fact) -> Fact:
    """The fact, if it may set a parameter.

    Raises
    ------
    InputError
        If it is dated or was published after `LAST_DATE`: with id, both dates, the limit and the row.

    Examples
    --------
    >>> require_in_time(load_facts()["S26"]).central
    8.0
    """
    if fact.late:
        raise InputError(
            f"fact {fact.id} ({fact.row}) {_dates(fact.date, fact.published)}; nothing after {LAST_DATE} may set a "
            "parameter. Name an earlier fact, or sweep a range"
        )
    return fact


def load_facts(path: Path | str | None = None) -> Mapping[str, Fact]:
    """Facts by id, checked.

    Parameters
    ----------
    path
        Another file of the same form; the project's own if not given.

    Raises
    ------
    InputError
        With the file, line, id, field and value of the first row that breaks the schema, and what is allowed.

    Examples
    --------
    >>> load_facts()["F120a"].central, load_facts()["F120a"].unit
    (35.0, 'US$ bn/GW')
    """
    if path is None:
        return _own_facts()
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the facts file {path} cannot be read: {error}; give a CSV file in UTF-8") from error
    return _read(text, str(path))


@functools.cache
def _own_facts() -> Mapping[str, Fact]:
    file = resources.files("models") / "data" / "facts.csv"
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the facts file {file} cannot be read: {error}; it must be a CSV file in UTF-8") from error
    return _read(text, "models/data/facts.csv")


def _read(text: str, name: str) -> Mapping[str, Fact]:
    rows = _rows(text, name)
    _, header = next(rows, (1, ()))
    if header != COLUMNS:
        missing, extra = sorted(set(COLUMNS) - set(header)), sorted(set(header) - set(COLUMNS))
        raise InputError(
            f"{name}, line 1: missing columns {missing}, unknown columns {extra}; "
            f"the columns must be {', '.join(COLUMNS)}, in this order"
        )
    facts: dict[str, Fact] = {}
    for line, row in rows:
        where = f"{name}, line {line}"
        if not row:
            raise InputError(f"{where} is empty; remove it")
        if len(row) != len(COLUMNS):
            raise InputError(f"{where}: {len(row)} fields; {len(COLUMNS)} are needed. Quote fields that hold commas")
        if any("\0" in field for field in row):
            raise InputError(f"{where} holds a NUL character; remove it")
        fact = _fact(dict(zip(COLUMNS, row, strict=True)), where)
        if fact.id in facts:
            raise InputError(f"{where}: id is {fact.id!r} for the second time; give the row an id of its own")
        facts[fact.id] = fact
    return MappingProxyType(facts)


def _rows(text: str, name: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows with the line that they end on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            advice = "close every quotation mark, and keep fields short"
            raise InputError(f"{name}, line {reader.line_num}: {error}; {advice}") from error
        yield reader.line_num, tuple(row)


def _is_date(text: str) -> bool:
    """Whether the text is a year, a fiscal year, a month or a day that exists."""
    if not _DATE.fullmatch(text):
        return False
    parts = [int(part) for part in text.removeprefix("FY").split("-")]
    try:
        datetime.date(*parts, *[1] * (3 - len(parts)))
    except ValueError:
        return False
    return True


def _fact(row: Mapping[str, str], where: str) -> Fact:
    where = f"{where}, fact {row['id']!r}"
    low, central, high = (_number(row[field], field, where) for field in ("low", "central", "high"))
    given = [value for value in (low, central, high) if value is not None]
    if given != sorted(given):
        raise InputError(f"{where}: low, central, high are {low}, {central}, {high}; they must not decrease")
    if given and given[0] < 0:
        raise InputError(f"{where}: low, central, high are {low}, {central}, {high}; they must not be below 0")
    if row["unit"] == "1" and given[-1] > 1:
        raise InputError(
            f"{where}: low, central, high are {low}, {central}, {high}; a share (unit 1) must not be above 1. Give a "
            "percentage over 100, or a multiple the unit 'ratio'"
        )
    checks = {
        "id": (re.fullmatch(r"[A-Z]\d+[a-z]?", row["id"]) is not None, "a letter, a number and at most one letter"),
        "unit": (
            row["unit"] in UNITS and bool(row["unit"]) == bool(given),
            f"one of {sorted(UNITS - {''})}" if given else "empty, as there is no number",
        ),
        "grade": (row["grade"] in GRADES, f"one of {', '.join(GRADES)}"),
        "date": (_is_date(row["date"]), "a date that exists: YYYY, FYYYYY, YYYY-MM or YYYY-MM-DD"),
        "source": (bool(row["source"].strip()), "where the fact can be read"),
        "quotation": (bool(row["quotation"].strip()), "what the source says, in its words"),
        "published": (not row["published"] or _is_date(row["published"]), "a date as in the column date, or empty"),
    }
    for name, (good, allowed) in checks.items():
        if not good:
            raise InputError(f"{where}: {name} is {row[name]!r}; it must be {allowed}")
    text = {name: row[name] for name in COLUMNS if name not in ("low", "central", "high")}
    fact = Fact(low=low, central=central, high=high, row=where.rpartition(",")[0], **text)
    if fact.late and not fact.note.startswith(LATE_NOTE):
        raise InputError(
            f"{where} {_dates(fact.date, fact.published)}; nothing after {LAST_DATE} may set a parameter. Remove the "
            f"row, or begin its note with {LATE_NOTE!r} to keep it for scoring only"
        )
    return fact


def _is_late(date: str) -> bool:
    """Whether a date is after the last one in time; fiscal years end in June, and no date is not late."""
    day = f"{date[2:]}-06-30" if date.startswith("FY") else date
    return day > LAST_DATE[: len(day)]


def _dates(date: str, published: str) -> str:
    return f"has the date {date}" + (f" and was published {published}" if published else "")


def _number(text: str, field: str, where: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text) if "_" not in text else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{where}: {field} is {text!r}; it must be a finite number, or empty if open")
    return value
