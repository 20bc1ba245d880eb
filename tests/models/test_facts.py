"""The facts file: what must be in it, and every way in which it can be wrong."""

import csv
import io
import shutil
from importlib import resources

import pytest

from models.facts import COLUMNS, LAST_DATE, load_facts
from theory import InputError

PATH = resources.files("models") / "data" / "facts.csv"


def test_the_articles_numbers_are_there():
    facts = load_facts()
    values = {facts[i].central or facts[i].low for i in ("S03", "S26", "S47", "S28", "S31", "S32", "S16", "S44")}
    assert values == {350, 8, 38, 11, 500_000, 1_000_000, 2}


@pytest.mark.parametrize(
    ("fact_id", "numbers", "unit"),
    [
        ("F003", (82.999, 82.999, 82.999), "US$ bn/yr"),
        ("F020", (91, 92, 93), "US$ bn/yr"),
        ("F041b", (30, 30, 30), "GW"),
        ("F055a", (0.14, 0.14, 0.14), "1"),
        ("F068c", (135, 135, 135), "US$ bn"),
        ("F071b", (5, 5, 5), "years"),
        ("F076b", (0.96, 0.97, 0.98), "1"),
        ("F121", (50, 55, 60), "US$ bn/GW"),
        ("F130", (1, None, 3.6), "years"),
        ("F117", (None, None, 0.45), "1"),
        ("F148b", (0.694, 0.694, 0.694), "exponent"),
        ("S03", (350, None, None), "US$ bn"),
        ("S40", (None, None, None), ""),
    ],
)
def test_numbers_read_by_hand_from_the_sources(fact_id, numbers, unit):
    fact = load_facts()[fact_id]
    assert (fact.low, fact.central, fact.high) == numbers
    assert fact.unit == unit


def test_every_fact_of_the_article_and_of_the_sources_survived_the_cleaning():
    stems = {i if i[-1].isdigit() else i[:-1] for i in load_facts()}
    assert {f"S{k:02d}" for k in range(1, 55)} <= stems
    assert len(stems) == 142  # 54 statements of the article and 88 facts of the sources


def test_nothing_is_later_than_the_article():
    assert all(fact.date.removeprefix("FY")[:7] <= LAST_DATE for fact in load_facts().values())


def broken(tmp_path, **changes):
    """Copy of the file in which some fields of fact F120a are changed."""
    rows = list(csv.DictReader(io.StringIO(PATH.read_text(encoding="utf-8"))))
    next(row for row in rows if row["id"] == "F120a").update(changes)
    path = tmp_path / "facts.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"low": "36"}, "must not decrease"),
        ({"central": "thirty"}, "central is 'thirty'"),
        ({"high": "inf"}, "high is 'inf'"),
        ({"low": "nan"}, "low is 'nan'"),
        ({"unit": "USD"}, "unit is 'USD'"),
        ({"unit": ""}, "unit is ''"),
        ({"grade": "D"}, "grade is 'D'"),
        ({"date": "soon"}, "date is 'soon'"),
        ({"date": "2025-13"}, "date is '2025-13'"),
        ({"date": "2025-12"}, "nothing after 2025-11"),
        ({"date": "FY2026"}, "nothing after 2025-11"),
        ({"source": "  "}, "source is"),
        ({"id": "F121"}, "second time"),
        ({"id": "120"}, "id is '120'"),
    ],
)
def test_a_broken_row_is_refused_with_file_line_field_and_value(tmp_path, changes, words):
    path = broken(tmp_path, **changes)
    with pytest.raises(InputError, match=words) as caught:
        load_facts(path)
    assert str(path) in str(caught.value)
    assert "line" in str(caught.value)


def test_missing_columns_are_named(tmp_path):
    path = tmp_path / "facts.csv"
    path.write_text("id,low\nF1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"missing columns.*'central'"):
        load_facts(path)


def test_an_empty_file_and_a_short_row_are_refused(tmp_path):
    path = tmp_path / "facts.csv"
    path.write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="missing columns"):
        load_facts(path)
    shutil.copy(str(PATH), path)
    with path.open("a", encoding="utf-8") as file:
        file.write("F999,one,two\n")
    with pytest.raises(InputError, match="3 fields; 13 are needed"):
        load_facts(path)
