"""A facts file of one's own: what its rows may hold, and refusal by line, fact, field and value."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

import models
from models.facts import COLUMNS, GRADES, Fact, load_facts, require_in_time
from theory.errors import InputError

GOOD = {
    "id": "F900a",
    "actor": "Builder",
    "counterparty": "Lab",
    "kind": "cloud contract",
    "low": "1",
    "central": "2",
    "high": "3",
    "unit": "US$ bn",
    "date": "2025-10",
    "grade": "B",
    "source": "somewhere",
    "published": "2025-10-31",
    "quotation": 'said "two", or so',
    "note": "a note",
}


def _file(folder: Path, *rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> Path:
    """Write a facts file with these rows, whatever they hold."""
    path = folder / "facts.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    assert load_facts(_file(tmp_path, GOOD)) == {
        "F900a": Fact(
            id="F900a",
            actor="Builder",
            counterparty="Lab",
            kind="cloud contract",
            low=1.0,
            central=2.0,
            high=3.0,
            unit="US$ bn",
            date="2025-10",
            grade="B",
            source="somewhere",
            published="2025-10-31",
            quotation='said "two", or so',
            note="a note",
        )
    }


@pytest.mark.parametrize("date", ["1999", "FY2025", "2025-11", "2025-11-30", "2024-02-29"])
def test_dates_that_are_accepted(tmp_path: Path, date: str) -> None:
    assert load_facts(_file(tmp_path, {**GOOD, "date": date}))["F900a"].date == date


@pytest.mark.parametrize("numbers", [("1", "", ""), ("", "", "3"), ("1", "", "3"), ("2", "2", ""), ("0", "0", "3")])
def test_open_ends_are_accepted(tmp_path: Path, numbers: tuple[str, str, str]) -> None:
    row = {**GOOD, **dict(zip(("low", "central", "high"), numbers, strict=True))}
    fact = load_facts(_file(tmp_path, row))["F900a"]
    expected = tuple(float(number) if number else None for number in numbers)
    assert (fact.low, fact.central, fact.high) == expected
    assert not any(value is not None and math.isnan(value) for value in expected)


@pytest.mark.parametrize("grade", GRADES)
def test_every_grade_is_accepted(tmp_path: Path, grade: str) -> None:
    assert load_facts(_file(tmp_path, {**GOOD, "grade": grade}))["F900a"].grade == grade


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("low", "one", "low"),
        ("low", "nan", "low"),
        ("central", "inf", "central"),
        ("high", "-inf", "high"),
        ("high", "3bn", "high"),
        ("central", "1-3", "central"),
        ("low", "2.5", "low, central, high"),  # above the centre
        ("high", "1.5", "low, central, high"),  # below the centre
        ("low", "-1", "low, central, high"),  # nothing that is counted here is below zero
        ("unit", "1", "a share"),  # 1 to 3 is none
        ("quotation", "", "quotation"),
        ("quotation", " ", "quotation"),
        ("unit", "USD", "unit"),
        ("unit", "", "unit"),
        ("grade", "D", "grade"),
        ("grade", "", "grade"),
        ("date", "", "date"),
        ("date", "Oct 2025", "date"),
        ("date", "2025-13", "date"),
        ("date", "2025-1", "date"),
        ("date", "2025-10-32", "date"),
        ("date", "2025-12", "date"),
        ("date", "2025-12-01", "date"),
        ("date", "2026", "date"),
        ("date", "FY2026", "date"),
        ("published", "2025-12-01", "published"),
        ("published", "2026", "published"),
        ("published", "autumn", "published"),
        ("source", "", "source"),
        ("source", "  ", "source"),
        ("id", "", "id"),
        ("id", "F900ab", "id"),
    ],
)
def test_a_bad_field_is_refused_with_line_fact_field_and_value(
    tmp_path: Path, field: str, value: str, named: str
) -> None:
    path = _file(tmp_path, {**GOOD, "id": "F899"}, {**GOOD, field: value})
    with pytest.raises(InputError) as caught:
        load_facts(path)
    message = str(caught.value)
    fact_id = value if field == "id" else "F900a"
    for part in (str(path), "line 3", repr(fact_id), f"{named} ", value):
        assert part in message


@pytest.mark.parametrize(("date", "published"), [("2026-01", ""), ("2023", "2026"), ("2025-12-01", "2025-12-01")])
def test_a_late_row_is_kept_for_scoring_only_and_says_so(tmp_path: Path, date: str, published: str) -> None:
    row = {**GOOD, "date": date, "published": published}
    with pytest.raises(InputError, match=rf"line 2.*F900a.*{date}.*2025-11-30.*after the fact"):
        load_facts(_file(tmp_path, row))
    kept = load_facts(_file(tmp_path, {**row, "note": "after the fact: what it came to"}))["F900a"]
    with pytest.raises(InputError, match=rf"fact F900a .*facts.csv, line 2.*{date}.*2025-11-30"):
        require_in_time(kept)


def test_low_above_high_is_refused_though_there_is_no_centre(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 2.*low, central, high"):
        load_facts(_file(tmp_path, {**GOOD, "low": "3", "central": "", "high": "1"}))


def test_a_unit_without_a_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 2.*unit"):
        load_facts(_file(tmp_path, {**GOOD, "low": "", "central": "", "high": ""}))


def test_a_second_fact_of_the_same_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 3.*id.*'F900a'"):
        load_facts(_file(tmp_path, GOOD, {**GOOD, "low": "0"}))


def test_the_line_is_that_of_the_file_when_a_field_spans_lines(tmp_path: Path) -> None:
    path = _file(tmp_path, {**GOOD, "id": "F899", "note": "two\nlines"}, {**GOOD, "grade": "D"})
    with pytest.raises(InputError, match="line 4"):
        load_facts(path)


@pytest.mark.parametrize("missing", COLUMNS)
def test_a_missing_column_is_named(tmp_path: Path, missing: str) -> None:
    columns = tuple(column for column in COLUMNS if column != missing)
    with pytest.raises(InputError, match=f"line 1.*missing.*'{missing}'"):
        load_facts(_file(tmp_path, GOOD, columns=columns))


def test_an_unknown_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 1.*'colour'"):
        load_facts(_file(tmp_path, GOOD, columns=(*COLUMNS, "colour")))


def test_columns_in_another_order_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="in this order"):
        load_facts(_file(tmp_path, GOOD, columns=COLUMNS[::-1]))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "facts.csv"
    path.write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="line 1"):
        load_facts(path)


@pytest.mark.parametrize("end", [",one field too many", ""])
def test_a_row_of_the_wrong_length_is_refused(tmp_path: Path, end: str) -> None:
    path = _file(tmp_path, GOOD)
    text = path.read_text(encoding="utf-8").rstrip()
    path.write_text(text + end if end else text.rpartition(",")[0], encoding="utf-8")
    with pytest.raises(InputError, match=f"line 2.*{len(COLUMNS) + (1 if end else -1)} fields"):
        load_facts(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("2025-11,article", "2025-02-31,article", 1), "2025-02-31"),
        (lambda text: text.replace(",350,,,", ",3_50,,,", 1), "3_50"),
        (lambda text: text + 'F900,"open', "unexpected end of data"),
        (lambda text: text.replace("S02,Google", "S02,Goo\0gle", 1), "line"),
        (lambda text: text.replace("\n", "\n\n", 1), "is empty; remove it"),
    ],
)
def test_what_spreadsheets_do_to_a_facts_file_is_refused_with_its_line(tmp_path, change, message):
    own = (Path(models.__path__[0]) / "data" / "facts.csv").read_text("utf-8")
    (tmp_path / "facts.csv").write_text(change(own), "utf-8")
    with pytest.raises(InputError, match=message) as caught:
        load_facts(str(tmp_path / "facts.csv"))
    assert "facts.csv" in str(caught.value) and "line" in str(caught.value)


def test_a_mark_of_byte_order_is_read_over(tmp_path):
    own = (Path(models.__path__[0]) / "data" / "facts.csv").read_text("utf-8")
    (tmp_path / "facts.csv").write_text("\ufeff" + own, "utf-8")
    assert load_facts(tmp_path / "facts.csv") == load_facts()
