"""Facts: nothing of the sources is lost or altered."""

from __future__ import annotations

import csv
import io
import re
from importlib import resources

import pytest

from experiments.studies.calibration import year_alone
from models.catalogue import catalogue
from models.facts import COLUMNS, LAST_DATE, LATE_NOTE, UNITS, load_facts

# Ids of the collected facts: the article's statements S01 to S54, what other sources say, and the price index.
ARTICLE_IDS = [f"S{i:02d}" for i in range(1, 55)]
OTHER_NUMBERS = (
    1, 2, 3, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 35, 36, 37,
    39, 41, 42, 45, 50, 55, 56, 57, 58, 59, 60, 61, 68, 70, 71, 72, 73, 74, 76, 77, 78, 79,
    93, 96, 97, 98, 100, 102, 103, 105, 106, 107, 112, 115, 116, 117, 119, 120, 121, 122, 127, 128, 129, 130,
    133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144, 145, 146, 147, 148, 149, 155, 156, 157, 160, 161,
)  # fmt: skip
OTHER_IDS = [f"F{i:03d}" for i in OTHER_NUMBERS]
INDEX_IDS = [f"P{i}" for i in range(21, 26)]


def _number(fact_id: str) -> float:
    value = load_facts()[fact_id].central
    assert value is not None
    return value


# The file itself


def test_every_collected_fact_is_there_whole_or_in_parts_and_no_other() -> None:
    base = {fact_id.rstrip("abcdefgh") for fact_id in load_facts()}
    assert base == {*ARTICLE_IDS, *OTHER_IDS, *INDEX_IDS}


def test_parts_of_a_fact_are_lettered_without_gaps() -> None:
    parts: dict[str, str] = {}
    for fact_id in load_facts():
        base = fact_id.rstrip("abcdefgh")
        parts[base] = parts.get(base, "") + fact_id[len(base) :]
    wrong = {base: letters for base, letters in parts.items() if letters and letters != "abcdefgh"[: len(letters)]}
    assert wrong == {}
    assert [base for base, letters in parts.items() if len(letters) == 1] == []


def test_the_file_is_read_without_loss() -> None:
    text = (resources.files("models") / "data" / "facts.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    facts = load_facts()
    assert [row["id"] for row in rows] == list(facts)
    for row in rows:
        fact = facts[row["id"]]
        text_fields = set(COLUMNS) - {"id", "low", "central", "high"}
        for field in text_fields:
            assert getattr(fact, field) == row[field]
        for field in ("low", "central", "high"):
            assert getattr(fact, field) == (float(row[field]) if row[field] else None)


def test_facts_later_than_the_article_are_marked_and_set_nothing() -> None:
    assert LAST_DATE == "2025-11-30"
    late = {f.id for f in load_facts().values() if max(f.date.removeprefix("FY"), f.published)[:7] > "2025-11"}
    assert late == {f.id for f in load_facts().values() if f.late} == {"F112"}  # a page of 2026 on prices of 2023
    assert all(load_facts()[fact_id].note.startswith(LATE_NOTE) for fact_id in late)
    used = {f for model in catalogue().values() for spec in model.parameters().values() for f in spec.fact_ids}
    assert not used & late


def test_a_source_that_names_a_later_year_in_its_address_is_late() -> None:
    for fact in load_facts().values():
        years = re.findall(r"(?<![\d-])20[23]\d(?!\d)|(?<=-)2026(?!\d)", fact.source)
        if any(year > LAST_DATE[:4] for year in years):
            assert fact.late, fact.id


def test_what_parameters_rest_on_is_dated_to_the_month_where_the_limit_falls() -> None:
    used = {f for model in catalogue().values() for spec in model.parameters().values() for f in spec.fact_ids}
    assert {f for f in used if year_alone(load_facts()[f])} == {"F102"}  # a post whose copy shows no day


def test_article_facts_carry_its_grade_and_its_month() -> None:
    for fact in load_facts().values():
        assert (fact.grade == "article") == fact.id.startswith("S")
        if fact.grade == "article" and fact.id != "S22":  # S22: founded in 2021
            assert fact.date == fact.published == "2025-11"


def test_quotations_are_given_and_not_wrapped_in_quote_characters() -> None:
    for fact in load_facts().values():
        assert fact.quotation
        assert not (fact.quotation.startswith('"') and fact.quotation.endswith('"'))


def test_a_row_has_a_unit_if_and_only_if_it_has_a_number() -> None:
    for fact in load_facts().values():
        assert bool(fact.unit) == any(value is not None for value in (fact.low, fact.central, fact.high)), fact.id


def test_every_unit_of_the_vocabulary_is_used() -> None:
    assert {fact.unit for fact in load_facts().values()} == set(UNITS)


def test_shares_are_fractions_of_one() -> None:
    for fact in load_facts().values():
        if fact.unit == "1" and fact.id not in ("F140b", "F140c"):  # coefficients of a fitted loss
            assert all(0 <= value <= 1 for value in (fact.low, fact.central, fact.high) if value is not None), fact.id


# Numbers checked by hand against the article and the other sources


@pytest.mark.parametrize(
    ("fact_id", "value", "unit"),
    [
        ("S26", 8, "US$ bn"),  # Amazon's investment in Anthropic
        ("S28", 11, "US$ bn"),  # Project Rainier
        ("S47", 38, "US$ bn"),  # OpenAI's contract with AWS
        ("S16", 1_000_000, "chips"),  # TPUs
        ("S32", 1_000_000, "chips"),  # Trainium2 by the end of 2025
        ("S44", 2, "GW"),  # Hyperion
    ],
)
def test_numbers_of_the_article(fact_id: str, value: float, unit: str) -> None:
    fact = load_facts()[fact_id]
    assert (fact.low, fact.central, fact.high, fact.unit) == (value, value, value, unit)


@pytest.mark.parametrize(
    ("fact_id", "value", "unit", "date"),
    [
        ("F003", 82.999, "US$ bn/yr", "2024"),
        ("F007", 52.535, "US$ bn/yr", "2024"),
        ("F011", 44.477, "US$ bn/yr", "FY2024"),
        ("F013", 88.2, "US$ bn/yr", "FY2025"),
        ("F022", 35, "US$ bn/quarter", "2025-09"),
        ("F041a", 1400, "US$ bn", "2025-11"),
        ("F041b", 30, "GW", "2025-11"),
        ("F055a", 0.14, "1", "2025-03"),
        ("F056", 0, "count", "2025-03"),
        ("F060a", 183, "US$ bn", "2025-09"),
        ("F068a", 0.27, "1", "2025-10-28"),
        ("F068c", 135, "US$ bn", "2025-10-28"),
        ("F071a", 300, "US$ bn", "2025-09-10"),
        ("F071c", 4.5, "GW", "2025-09-10"),
        ("F077a", 0.62, "1", "2024"),
        ("F093a", 5.9, "US$ mn/rack", "2025-10"),
        ("F120a", 35, "US$ bn/GW", "2025-10"),
        ("F120b", 0.39, "1", "2025-10"),
        ("F122", 0.19, "1", "2025-10"),
        ("F127b", 5, "years", "2025-02"),
        ("F129b", 4, "years", "2025-09"),
        ("F139d", 3.1e8, "PF-days", "2020"),
        ("F140d", 0.34, "exponent", "2022"),
        ("F148b", 0.694, "exponent", "2025-07"),
    ],
)
def test_single_numbers_have_three_equal_values(fact_id: str, value: float, unit: str, date: str) -> None:
    fact = load_facts()[fact_id]
    assert (fact.low, fact.central, fact.high, fact.unit, fact.date) == (value, value, value, unit, date)


@pytest.mark.parametrize(
    ("fact_id", "low", "central", "high", "unit"),
    [
        ("F020", 91, 92, 93, "US$ bn/yr"),
        ("F021", 70, 71, 72, "US$ bn/yr"),
        ("F076b", 0.96, 0.97, 0.98, "1"),
        ("F121", 50, 55, 60, "US$ bn/GW"),
        ("F142", 4, 4.5, 5, "ratio/yr"),
        ("F143", 2.0, 2.4, 3.1, "ratio/yr"),
    ],
)
def test_ranges(fact_id: str, low: float, central: float, high: float, unit: str) -> None:
    fact = load_facts()[fact_id]
    assert (fact.low, fact.central, fact.high, fact.unit) == (low, central, high, unit)


@pytest.mark.parametrize(
    ("fact_id", "low", "unit"),
    [
        ("S03", 350, "US$ bn"),  # could exceed
        ("S04", 350, "US$ bn"),  # or more
        ("S30", 1, "years"),  # just over
        ("S31", 500_000, "chips"),  # more than
        ("F055c", 3, "US$ bn"),
        ("F061", 350, "US$ bn"),
        ("F078b", 1, "GW"),
        ("F112", 8, "US$/chip-h"),
    ],
)
def test_more_than_is_open_above(fact_id: str, low: float, unit: str) -> None:
    fact = load_facts()[fact_id]
    assert (fact.low, fact.high, fact.unit) == (low, None, unit)


@pytest.mark.parametrize(
    ("fact_id", "high", "unit"),
    [
        ("F055b", 0.15, "1"),
        ("F070b", 160e6, "shares"),
        ("F078a", 1_000_000, "chips"),  # an option, not a commitment
        ("F117", 0.45, "1"),
        ("F136", 500, "US$ bn"),
    ],
)
def test_up_to_is_open_below(fact_id: str, high: float, unit: str) -> None:
    fact = load_facts()[fact_id]
    assert (fact.low, fact.central, fact.high, fact.unit) == (None, None, high, unit)


def test_claims_have_no_number() -> None:
    for fact_id in ("S01", "S15", "S38", "S39", "S40", "S52", "F079", "F141", "F157", "F160", "F161"):
        fact = load_facts()[fact_id]
        assert (fact.low, fact.central, fact.high, fact.unit) == (None, None, None, ""), fact_id


@pytest.mark.parametrize("fact_id", [f"F{i:03d}" for i in (1, 2, 3, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16)])
def test_capital_expenditure_is_the_figure_of_the_quoted_accounts(fact_id: str) -> None:
    """The accounts are in millions; the year's figure must stand in the quoted line."""
    millions = round(1000 * _number(fact_id))
    assert str(millions) in load_facts()[fact_id].quotation.replace(",", "")


def test_parts_add_up_as_the_sources_say() -> None:
    assert _number("F057a") + _number("F057b") == pytest.approx(_number("F057c"))  # paid, to come, total
    assert _number("F093b") + _number("F093c") == pytest.approx(_number("F093a"))  # compute, physical, rack
    assert _number("F133b") + _number("F133c") == pytest.approx(1)  # ownership
    burn = sum(_number(fact_id) for fact_id in ("F036b", "F036c", "F037a", "F037b"))
    assert burn < _number("F036a")  # 2025 to 2028 is less than 2025 to 2029


def test_implied_ratios_have_the_magnitude_that_the_sources_report() -> None:
    assert _number("F041a") / _number("F041b") == pytest.approx(46.7, abs=0.05)  # US$ bn per GW
    assert _number("F071a") / _number("F071b") / _number("F071c") == pytest.approx(13.3, abs=0.05)
    assert _number("F068c") / _number("F068a") == pytest.approx(500)  # value of OpenAI, US$ bn
    assert 10 ** _number("F148b") == pytest.approx(_number("F148a"), rel=0.02)
    trainium2 = _number("F105a") * _number("F103b") / 16 / 1000  # EFLOPS at FP8
    assert trainium2 == pytest.approx(_number("F105c"))


def test_two_sources_of_one_number_agree() -> None:
    for one, other in (("S26", "F057c"), ("S47", "F073a"), ("S44", "F134"), ("S32", "F106b"), ("F097c", "F098")):
        assert _number(one) == _number(other)
    assert load_facts()["S03"].low == load_facts()["F061"].low
    assert load_facts()["S16"].central == load_facts()["F078a"].high


# Reading and refusing


def test_facts_are_read_once_and_cannot_be_changed() -> None:
    facts = load_facts()
    assert load_facts() is facts
    with pytest.raises(TypeError):
        facts["S03"] = facts["S04"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        facts["S03"].low = 1.0  # type: ignore[misc]
