"""What every registered study keeps to, and what the results must say whatever the draws are."""

import json

import numpy as np
import pytest

from experiments.catalogue import studies
from experiments.runner import run
from experiments.studies import overspend_underinvest
from theory import CLASSES
from theory.errors import SolverError

PER_REPLICATE = {"overspend_underinvest": 4, "repeated_race": 64, "linked_race": 4}
"""Draws of each replicate here; 16 for every other study."""


def _parameters(name):
    study = studies()[name]
    return {"draws": PER_REPLICATE.get(name, 16) * study.replicates} if "draws" in study.parameters else {}


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    directory = tmp_path_factory.mktemp("records")
    return {
        name: run(study, _parameters(name), workers=1, directory=directory, progress=False)
        for name, study in studies().items()
    }


@pytest.mark.parametrize("name", studies())
def test_every_study_asks_a_question_and_names_its_claims(name):
    study = studies()[name]
    assert study.question.endswith("?")
    assert set(study.claims) <= set(range(1, 13))
    assert study.replicates >= 1


@pytest.mark.parametrize("name", studies())
def test_every_study_gives_numbers_that_are_valid_json(name, records):
    text = json.dumps(records[name].numbers, allow_nan=False)
    assert json.loads(text)


@pytest.mark.parametrize("name", [name for name in studies() if _parameters(name)])
def test_one_replicate_repeats_with_its_generator(name):
    study = studies()[name]
    one, two = (study(**_parameters(name), rng=np.random.default_rng(5)) for _ in range(2))
    for column in one:
        np.testing.assert_array_equal(one[column], two[column])
    assert len({len(values) for values in one.values()}) == 1


def test_probabilities_of_the_classes_add_up(records):
    numbers = records["dilemma_class"].numbers
    for table in (numbers["classes"], *numbers["classes by labs"].values(), *numbers["classes by terms"].values()):
        assert set(table) == set(CLASSES)
        assert sum(estimate["value"] for estimate in table.values()) == pytest.approx(1)


def test_loss_asymmetry_is_reported_apart_from_the_dilemma(records):
    asymmetry = records["dilemma_class"].numbers["asymmetry"]
    joint = asymmetry["P(dilemma and lambda > 1)"]["value"]
    assert joint <= min(asymmetry["P(dilemma)"]["value"], asymmetry["P(lambda > 1)"]["value"])


def test_the_race_never_beats_the_joint_optimum(records):
    wedge = records["overspend_underinvest"].numbers["wedge"]
    assert all(value >= -1e-6 for value in wedge["profit lost to the race"].values())
    assert all(value >= -1e-6 for value in wedge["welfare lost to the race"].values())


def test_the_race_s_waste_is_reported_over_the_draws_and_as_expected(records):
    """Ratios are one or above where optima are optima; means and medians carry the interval of their sampling."""
    numbers = records["overspend_underinvest"].numbers
    wedge, medians = numbers["wedge"], numbers["medians"]
    assert wedge["dissipation, where joint profit is above zero"]["0.05"] >= 0
    assert wedge["price of anarchy, where welfare is above zero"]["0.05"] >= 1
    for name in ("stranded capital", "unmet demand"):
        mean = numbers[f"E[{name}]"]
        assert mean["value"] >= 0 and mean["low"] < mean["value"] < mean["high"]
    total, parts = medians["Nash GW, total"], [medians[f"Nash GW, {name}"] for name in numbers["capital spending"]]
    assert total["low"] < numbers["GW"]["Nash"]["total"]["0.5"] < total["high"]
    assert total["value"] > max(part["value"] for part in parts)
    assert {f"capital spending, {name}" for name in numbers["capital spending"]} < set(medians)


def test_medians_of_the_class_study_have_intervals(records):
    numbers = records["dilemma_class"].numbers
    for name, strength in (("greed in dilemmas", "greed"), ("fear in dilemmas", "fear")):
        median = numbers["medians"][name]
        assert median["low"] < median["value"] < median["high"], strength
        assert median["value"] == pytest.approx(numbers[name][1])


def test_draws_that_are_not_solved_are_counted_by_those_asked_for(monkeypatch):
    """Also a whole chunk of them, which has no row that could say so: it stops the run."""

    def uncertified(lost):
        solve = overspend_underinvest._solved

        def solved(model, *, alone):
            found = solve(model, alone=alone)
            found.mask[:lost] = False
            return found

        return solved

    study, rng = overspend_underinvest.study, np.random.default_rng(3)
    whole, lost = 4, 1
    monkeypatch.setattr(overspend_underinvest, "_solved", uncertified(lost))
    rows = study(draws=whole * study.replicates, rng=rng)
    assert len(rows["unit margin"]) == (whole - lost) * 2 * overspend_underinvest.STATES
    found = overspend_underinvest._share_lost([{"unit margin": np.zeros(whole - lost)}] * 8, whole * study.replicates)
    assert found == pytest.approx(lost / whole)
    monkeypatch.setattr(overspend_underinvest, "_solved", uncertified(whole))
    with pytest.raises(SolverError, match="none of 4 draws has a certified equilibrium"):
        study(draws=whole * study.replicates, rng=rng)


def test_every_builder_has_a_split_with_intervals(records):
    split = records["overspend_underinvest"].numbers["split"]
    assert len(split) == 5
    for row in split.values():
        assert row["P(overspend)"]["value"] + row["P(underinvest)"]["value"] == pytest.approx(1, abs=1e-6)
        assert row["E[overspend]"]["low"] <= row["E[overspend]"]["value"] <= row["E[overspend]"]["high"]


def test_a_stake_in_being_ahead_turns_overspending_into_underinvesting(records):
    numbers = records["overspend_underinvest"].numbers
    assert numbers["split by terms"]["all terms"] == numbers["split"]
    by_term = numbers["split at mean demand"]  # one build, on the same states: marginal payoffs are higher everywhere
    for builder, alone in by_term["unit margins alone"].items():
        for term in ("+ prize", "+ standing"):
            row = by_term[term][builder]
            assert row["E[underinvest]"]["value"] > alone["E[underinvest]"]["value"]
            assert row["E[overspend]"]["value"] < alone["E[overspend]"]["value"]


def test_half_the_restraint_is_easier_than_all_of_it_and_soon_than_late(records):
    whole, half = records["overspend_underinvest"].numbers["restraint"].values()
    for found in (whole, half):
        lasts = [share["value"] for share in found["P(lasts)"].values()]
        assert lasts == sorted(lasts, reverse=True)
        assert lasts[0] <= found["P(every builder gains)"]["value"]
    for name, share in whole["P(lasts)"].items():
        assert half["P(lasts)"][name]["value"] >= share["value"]
    median = [found["needed, where every builder gains"]["0.5"] for found in (half, whole)]
    assert 0 < median[0] < median[1] < 1


def test_restraint_gets_harder_with_delay_and_with_noise(records):
    numbers = records["repeated_race"].numbers
    for by_lag in numbers["sustainable"].values():
        shares = [estimate["value"] for estimate in by_lag.values()]
        assert shares == sorted(shares, reverse=True)
    grim = numbers["centre"]["automata"]["grim"]["racing share"]
    assert grim == sorted(grim)
