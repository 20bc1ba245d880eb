"""Money of earlier years is brought to one base year; everything else is left alone."""

from __future__ import annotations

import dataclasses

import pytest

from models.facts import load_facts
from models.price_level import to_base_year
from models.prior import fact
from theory.errors import InputError


def test_the_index_that_is_published_is_the_ratio_that_is_used() -> None:
    facts = load_facts()
    level = {year: facts[f"P{year % 100}"].central or 0.0 for year in range(2021, 2026)}
    assert level[2023] / level[2022] == pytest.approx(1.041, abs=5e-4)  # inflation as the BLS reported it
    assert level[2024] / level[2023] == pytest.approx(1.029, abs=5e-4)
    assert to_base_year(facts["F003"]) == level[2025] / level[2024]  # Amazon, 2024
    assert to_base_year(facts["F011"]) == level[2025] / ((level[2023] + level[2024]) / 2)  # Microsoft, FY2024


def test_dollars_of_the_base_year_and_other_units_stay() -> None:
    facts = load_facts()
    assert fact("F019") == 125.0 == facts["F019"].central
    assert {to_base_year(one) for one in facts.values() if not one.unit.startswith("US$")} == {1.0}
    assert all(to_base_year(one) == 1 for one in facts.values() if one.date.startswith("2025"))


def test_as_reported_is_what_the_file_says() -> None:
    for one in load_facts().values():
        if one.central is not None and not one.late:
            assert fact(one.id, as_reported=True) == one.central


def test_a_year_without_an_index_is_refused() -> None:
    with pytest.raises(InputError, match="price index of 2015"):
        to_base_year(dataclasses.replace(load_facts()["F003"], date="2015"))
