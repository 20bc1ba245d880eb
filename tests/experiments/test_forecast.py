"""The forecast rolls demand forward by its stated rule, and tells draws that meet the guidance from the others."""

import inspect
import re

import numpy as np
import pytest
from scipy import stats

from experiments.dilemma_risk import LABS
from experiments.studies import forecast
from experiments.studies.forecast import (
    FEW,
    NAMED,
    TOLERANCE,
    TOLERANCES,
    YEARS,
    from_guidance,
    growth_quantiles,
    more_than_guided,
    race_of_labs,
    rolled_forward,
    study,
    summarise,
)
from models.compute_race import BUILDERS, PLANS, ComputeRace
from models.facts import load_facts


@pytest.fixture(scope="module")
def replicates():
    return [study(draws=256, rng=np.random.default_rng(seed)) for seed in range(8)]


def test_each_company_is_forecast_in_one_definition():
    """What the backcast ends with is what the forecast starts from: else growth would be a change of definition."""
    for name in NAMED:
        if name in YEARS[2025]:
            assert YEARS[2025][name][1] == pytest.approx(YEARS[2026][name][0], rel=1e-12), name


def test_demand_lies_between_standing_still_and_growing_once_more():
    u = np.random.default_rng(1).random((500, len(BUILDERS)))
    for years in YEARS.values():
        plans = rolled_forward(years, u)
        for i, name in enumerate(BUILDERS):
            before, now = years.get(name, (PLANS[i].low ** 2 / PLANS[i].high, PLANS[i].low))
            assert (plans[:, i] >= min(now, now**2 / before) * (1 - 1e-12)).all()
            assert (plans[:, i] <= max(now, now**2 / before) * (1 + 1e-12)).all()


@pytest.mark.parametrize("correlation", [0.0, 0.5, 1.0])
def test_growth_is_common_as_far_as_it_is_said_to_be_and_each_builders_law_is_kept(correlation):
    u = growth_quantiles(np.full(40_000, correlation), 3, np.random.default_rng(4))
    for i in range(3):
        assert stats.kstest(u[:, i], "uniform").pvalue > 1e-4
    found = np.corrcoef(u.T)[0, 1]
    assert found == pytest.approx(6 / np.pi * np.arcsin(correlation / 2), abs=0.02)  # Pearson (1907), of the ranks


def test_a_common_wave_widens_the_total(replicates):
    years = YEARS[2026]
    rng = np.random.default_rng(5)
    totals = {}
    for correlation in (0.0, 1.0):
        u = growth_quantiles(np.full(4000, correlation), len(BUILDERS), rng)
        totals[correlation] = rolled_forward(years, u)[:, [BUILDERS.index(name) for name in NAMED]].sum(axis=1)
    assert totals[1.0].std() > 1.5 * totals[0.0].std()
    assert totals[1.0].mean() == pytest.approx(totals[0.0].mean(), rel=0.01)


def test_no_fact_is_later_than_the_forecast():
    used = set(re.findall(r'(?:fact|_reported)\("(F\w+)"', inspect.getsource(forecast)))
    assert used and not [f for f in used if load_facts()[f].late]


def test_all_draws_and_those_that_meet_the_guidance(replicates):
    numbers = summarise(replicates, rng=np.random.default_rng(0), draws=256).numbers
    guidance = sum(now for _, now in YEARS[2026].values())
    totals = np.concatenate([sum(part[f"capital 2025, {name}"] for name in NAMED) for part in replicates])
    share = np.mean((totals <= TOLERANCE * guidance) & (totals >= guidance / TOLERANCE))
    assert numbers["guidance total"] == guidance
    np.testing.assert_allclose(numbers["P(meets guidance)"].value, share)
    for name in BUILDERS:
        median = np.median(np.concatenate([part[f"capital 2026, {name}"] for part in replicates]))
        np.testing.assert_allclose(numbers["forecast"][name]["0.5"], median)


def test_what_sets_the_draws_apart_is_found():
    """Draws that meet the guidance are made to have a large prize and nothing else in common."""
    rng = np.random.default_rng(2)
    n = 400
    guidance = sum(now for _, now in YEARS[2026].values())
    prize, noise = rng.random(n), rng.random(n)
    part = {
        "common growth": noise,
        "prize": prize,
        "noise": noise,
        "certified 2025": np.ones(n, bool),
        "certified 2026": np.ones(n, bool),
    }
    for name in BUILDERS:
        part[f"capital 2026, {name}"] = rng.random(n)
        part[f"capital 2025, {name}"] = np.where(prize > 0.7, guidance / len(NAMED), 1.0)
    numbers = summarise([part], rng=rng, draws=n).numbers
    assert next(iter(numbers["sets apart"])) == "prize"
    assert numbers["sets apart"]["prize"]["distance"] == 1.0
    assert numbers["sets apart"]["noise"]["distance"] < 0.3


def test_the_game_of_labs_shares_its_draws_with_the_race(replicates):
    """A dilemma needs that racing pays while the rivals race; no prize and no standing leaves nothing to race for."""
    for part in replicates:
        for n in LABS:
            dilemma, loses = part[f"{n} labs in a prisoner's dilemma"], part[f"inaction loses more with {n} labs"]
            assert not (dilemma & ~loses).any()
    rng = np.random.default_rng(3)
    sample = ComputeRace().priors().sample(256, rng=rng)
    nothing = sample | {"decided": np.zeros(256), "survival": np.zeros(256)}
    several = sample | {"decided": np.ones(256), "prize": 10 * sample["prize"]}
    few, many = (
        race_of_labs(given, np.random.default_rng(4))["2 labs in a prisoner's dilemma"].mean()
        for given in (nothing, several)
    )
    assert few < 0.1 and many > 0.9


def test_what_game_it_is_where_the_guidance_is_met(replicates):
    numbers = summarise(replicates, rng=np.random.default_rng(0), draws=256).numbers
    rows = {name: np.concatenate([part[name] for part in replicates]) for name in replicates[0]}
    backcast = sum(rows[f"capital 2025, {name}"] for name in NAMED)
    meets = np.abs(np.log(backcast / numbers["guidance total"])) <= np.log(TOLERANCE)
    assert (numbers["game"]["guidance met"] is None) == (meets.sum() < FEW)
    for event, found in numbers["game"]["all draws"].items():
        assert found.value == rows[event].mean()
    if numbers["game"]["guidance met"]:
        for event, found in numbers["game"]["guidance met"].items():
            assert found.value == rows[event][meets].mean()


def test_if_the_miss_lasts_guidance_grows_as_in_the_draws_that_meet_it(replicates):
    guidance = dict.fromkeys(NAMED, 100.0)
    rows = {name: np.concatenate([part[name] for part in replicates]) for name in replicates[0]}
    keep = np.arange(len(rows["capital 2026, Meta"])) % 10 == 0
    found = from_guidance(rows, keep, guidance)
    factors = [(rows[f"capital 2026, {name}"] / rows[f"capital 2025, {name}"])[keep] for name in NAMED]
    for name, factor in zip(NAMED, factors, strict=True):
        np.testing.assert_allclose(found[name]["0.95"], 100 * np.quantile(factor, 0.95))
    np.testing.assert_allclose(found["the four with accounts"]["0.5"], 100 * np.median(np.sum(factors, axis=0)))
    outside = np.median(rows["capital 2026, OpenAI/Stargate"][keep])
    np.testing.assert_allclose(found["OpenAI/Stargate"]["0.5"], outside)
    assert from_guidance(rows, keep & False, guidance) is None


def test_more_than_guided_counts_draws(replicates):
    rows = {name: np.concatenate([part[name] for part in replicates]) for name in replicates[0]}
    keep = np.ones(len(rows["capital 2026, Meta"]), bool)
    guided = float(np.quantile(rows["capital 2026, Meta"], 0.25))
    found = more_than_guided(rows, keep, {"Meta": guided})["Meta"]
    assert found["all draws"].value == found["guidance met"].value == pytest.approx(0.75, abs=0.01)
    grows = np.mean(rows["capital 2026, Meta"] > rows["capital 2025, Meta"])
    assert found["from guidance"].value == pytest.approx(grows)


def test_a_wider_tolerance_lets_more_draws_meet_the_guidance(replicates):
    found = summarise(replicates, rng=np.random.default_rng(0), draws=256).numbers
    shares = [row["P(meets guidance)"].value for row in found["by tolerance"].values()]
    assert shares == sorted(shares) and shares[1] == found["P(meets guidance)"].value
    assert len(shares) == len(TOLERANCES)
