"""What the record of the calibration says of facts: which set a parameter, and which are beside one."""

import re

import numpy as np
import pytest

from experiments.studies.calibration import article, mentioning, setting, summarise
from models.catalogue import catalogue
from models.facts import load_facts

WORDS = {"one million": "1000000", "couple hundred": "200", "five": "5", "six": "6", "no": "0", "both": "2"}
"""Numbers that quotations write as words."""


def test_a_fact_beside_a_swept_number_sets_nothing():
    models = catalogue()
    sets, beside = setting(models), mentioning(models)
    for fact_id, name in (("S49", "linked-race: rented"), ("F078a", "linked-race: take_or_pay")):
        assert name in beside[fact_id] and name not in sets.get(fact_id, [])
    assert "compute-race: stealing" in beside["F073a"]
    assert all(use.startswith("linked-race") for use in sets["F073a"])
    assert "cloud-sourcing: ported" in sets["S08"]  # no prior: the fact is what sets it


def test_the_number_of_tpus_bounds_what_the_lab_buys():
    models = catalogue()
    rows = {row["id"]: row for row in article(models, load_facts())}
    assert rows["S16"]["as"] == {"F078a": ["cloud-sourcing: demand"]}
    demand = models["cloud-sourcing"].parameters()["demand"].prior
    assert demand.high > demand.central > demand.low


def numbers_in(quotation):
    text = quotation.lower().replace(",", "").replace("\N{EN DASH}", " to ").replace("-", " ")
    for words, digits in WORDS.items():
        text = re.sub(rf"\b{words}\b", digits, text)
    return {float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)}


@pytest.mark.parametrize("fact_id", sorted(setting(catalogue())))
def test_the_number_of_a_fact_is_in_its_quotation_or_the_row_says_that_it_is_not(fact_id):
    fact = load_facts()[fact_id]
    shown = {number * unit for number in numbers_in(fact.quotation) for unit in (1, 1e-3, 1e-2, 1e3, 1e6)}
    ends = {end for end in (fact.low, fact.high) if end is not None}
    found = all(any(end == pytest.approx(number, rel=1e-3) for number in shown) for end in ends)
    assert found or not fact.quoted or fact.grade == "article", (ends, shown)


def test_the_record_counts_them():
    numbers = summarise([], rng=np.random.default_rng(1)).numbers
    assert {"F105b", "F071c", "F119c", "F119d", "F078b", "F120b"} <= set(numbers["not in the quotation"])
