"""Facts as the source of parameters: in time, positive, and in the unit that the models take them in."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

import pytest

from models import prior
from models.fact_units import FACT_UNITS
from models.facts import load_facts
from models.parameters import parameter
from models.prior import Prior, derived
from theory.errors import InputError


@pytest.mark.parametrize(
    "use",
    [
        lambda: prior.fact("F112", "low"),
        lambda: derived(1.0, 8.0, 9.0, facts=("F116b", "F112"), reason="a late one among them"),
        lambda: Prior(1.0, 2.0, 3.0, facts=("F112",), grade="C"),
        lambda: parameter("p", default=8.0, facts=("F112",)),
    ],
)
def test_a_late_fact_sets_no_parameter_in_any_way(use: Callable[[], object]) -> None:
    with pytest.raises(InputError, match=r"fact F112 \(models/data/facts.csv, line \d+\).*2026.*2025-11-30"):
        use()


def fact_in(monkeypatch: pytest.MonkeyPatch, fact_id: str, **changes: object) -> None:
    """Let the project's file have other values in one row."""
    facts = dict(load_facts())
    facts[fact_id] = dataclasses.replace(facts[fact_id], **changes)  # type: ignore[arg-type]
    monkeypatch.setattr(prior, "load_facts", lambda: facts)


@pytest.mark.parametrize(("fact_id", "unit"), [("F071a", "US$ bn/yr"), ("F071c", "months"), ("F120a", "US$ bn")])
def test_a_fact_in_another_unit_than_the_models_take_it_in_is_refused(
    monkeypatch: pytest.MonkeyPatch, fact_id: str, unit: str
) -> None:
    fact_in(monkeypatch, fact_id, unit=unit)
    with pytest.raises(InputError, match=rf"{fact_id} .*line \d+.*unit is '{re.escape(unit)}'; the models take it in"):
        prior.fact(fact_id)


@pytest.mark.parametrize("value", [0.0, -83.0])
def test_a_number_that_is_not_positive_sets_no_parameter(monkeypatch: pytest.MonkeyPatch, value: float) -> None:
    fact_in(monkeypatch, "F003", low=value, central=value, high=value)
    with pytest.raises(InputError, match=rf"F003 .*central is {value:g}; a number that sets a parameter must be above"):
        prior.fact("F003")


@pytest.mark.parametrize(("fact_id", "end"), [("S03", "above"), ("F119d", "above"), ("F119c", "below")])
@pytest.mark.parametrize("side", ["low", "central", "high"])
def test_an_open_end_is_no_value(fact_id: str, end: str, side: str) -> None:
    with pytest.raises(InputError, match=rf"{fact_id} .*line \d+.* is open {end}"):
        prior.fact(fact_id, side)


def test_the_one_end_of_an_open_fact_is_taken_by_name() -> None:
    assert (prior.at_least("F119d"), prior.at_most("F119c")) == (0.2, 0.1)
    for function, fact_id in ((prior.at_most, "S03"), (prior.at_least, "F119c"), (prior.at_least, "F130")):
        with pytest.raises(InputError, match=f"{fact_id} .* is not open"):
            function(fact_id)


def test_units_of_facts_are_those_of_the_rows() -> None:
    facts = load_facts()
    assert {fact_id: facts[fact_id].unit for fact_id in FACT_UNITS} == dict(FACT_UNITS)


def test_a_prior_that_decreases_names_its_facts() -> None:
    with pytest.raises(InputError, match=r"from the facts F071a, F071c .*: value over GW"):
        derived(3.0, 2.0, 1.0, facts=("F071a", "F071c"), reason="value over GW")
