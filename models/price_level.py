"""Money in one base year: dollars of the fact's date are brought to dollars of September 2025 with the CPI-U.

The index is in the facts (P21 to P25, annual averages, and for 2025 the last month published before the article). A
fiscal year, which ends in June, has the mean of its two calendar years (for 2025, of the mean of 2024 and September,
somewhat more than the mean of its twelve months). Dollars dated within 2025 are taken as they are: prices rose 2.2%
from January to September, less than most ranges here are wide.
"""

from __future__ import annotations

from models.facts import Fact, load_facts
from theory.errors import InputError

BASE_YEAR = 2025


def to_base_year(fact: Fact) -> float:
    """Factor that turns the fact's number into dollars of the base year; one where its unit is not money.

    Raises
    ------
    InputError
        If the facts have no price index for the year.

    Examples
    --------
    >>> round(to_base_year(load_facts()["F003"]), 4), to_base_year(load_facts()["F019"])  # of 2024, and of 2025
    (1.0354, 1.0)
    """
    if not fact.unit.startswith("US$"):
        return 1.0
    return _index(BASE_YEAR) / _level(fact)


def _level(fact: Fact) -> float:
    year = int(fact.date.removeprefix("FY")[:4])
    years = (year - 1, year) if fact.date.startswith("FY") else (year,)
    return sum(_index(y) for y in years) / len(years)


def _index(year: int) -> float:
    name = f"P{year % 100:02d}"
    row = load_facts().get(name)
    if row is None or row.central is None or not row.date.startswith(str(year)):
        raise InputError(f"there is no price index of {year} in models/data/facts.csv; add a row {name} of unit index")
    return row.central
