"""Policies do what they say, on known games and in known directions."""

import numpy as np
import pytest

from experiments.studies.policies import frontier
from models.linked_race import LinkedRace
from models.policy import (
    FULL_TAX,
    POLICIES,
    STAKES,
    UNTOUCHED,
    Compared,
    Regulated,
    capital_in_rent,
    price_of_compute,
    regulate,
    regulate_labs,
)
from models.runway import Runway, first_passage
from theory import InputError, continuous_nash, hindsight_split

RNG = np.random.default_rng


def solved(regulated):
    game = regulated.continuous_game()
    solution = continuous_nash(game)
    assert solution.certified.any(axis=-1).all()
    return game, solution.select()


@pytest.fixture(scope="module")
def centre():
    return LinkedRace()


@pytest.mark.parametrize("policy", POLICIES)
def test_no_strength_changes_nothing(centre, policy):
    free, regulated = centre.continuous_game(), regulate(centre, policy, 0.0).continuous_game()
    x = np.linspace(0.3, 1.2, 6)
    np.testing.assert_array_equal(regulated.payoff(x), free.payoff(x))
    np.testing.assert_array_equal(regulated.upper, free.upper)
    drawn = np.broadcast_to(x, (4, 6))
    one, two = (g.realised_game(4, RNG(1)).payoff(drawn) for g in (centre, regulate(centre, policy, 0.0)))
    np.testing.assert_array_equal(one, two)


def test_a_tax_is_a_price_per_gw_and_no_part_of_welfare(centre):
    tax = 0.5 * float(centre.capital_cost)
    free, taxed = centre.continuous_game(), regulate(centre, "compute tax", 1.0).continuous_game()
    x = np.linspace(0.3, 1.2, 6)
    np.testing.assert_allclose(free.payoff(x) - taxed.payoff(x), tax * x)
    np.testing.assert_allclose(free.gradient(x) - taxed.gradient(x), np.full(6, tax))
    assert float(free.outcome("welfare", x)) == float(taxed.outcome("welfare", x))


def test_a_cap_binds_whom_it_should_and_the_rest_best_reply(centre):
    _, free = solved(Regulated(centre))
    capped_race = regulate(centre, "cap on GW", 1.0)
    _, capped = solved(capped_race)
    assert (capped <= capped_race.cap * (1 + 1e-9)).all()
    assert capped.sum() < free.sum()
    split = hindsight_split(centre, capped, rng=RNG(2), states=64, replicates=2)
    loose = hindsight_split(centre, free, rng=RNG(2), states=64, replicates=2)
    assert split.underinvest.mean() > loose.underinvest.mean()  # what the cap forbids counts
    assert split.overspend.mean() < loose.overspend.mean()


@pytest.mark.parametrize("policy", POLICIES)
def test_next_to_no_strength_changes_next_to_nothing(centre, policy):
    """A cap that already binds at the least strength would jump."""
    free, least = centre.continuous_game(), regulate(centre, policy, 1e-6).continuous_game()
    np.testing.assert_allclose(least.upper, free.upper, rtol=1e-5)
    x = np.linspace(0.3, 1.2, 6)
    np.testing.assert_allclose(least.payoff(x), free.payoff(x), rtol=1e-4)


def test_policies_move_the_build_as_theory_has_it(centre):
    free = solved(Regulated(centre))[1].sum()
    built = {policy: solved(regulate(centre, policy, 1.0))[1].sum() for policy in POLICIES}
    assert built["compute tax"] < free  # dearer
    assert built["shared infrastructure"] > free  # cheaper
    assert built["exclusivity ban"] > free  # more business to steal


def test_a_ban_on_stakes_leaves_none_and_a_batch_is_a_loop(centre):
    banned = regulate(centre, "stake limit", 1.0).race
    assert all(float(getattr(banned, name)) == 0 for name in STAKES)
    batch = centre.replace(**centre.priors().sample(4, rng=RNG(3)))
    x = np.linspace(0.3, 1.2, 6)
    together = regulate(batch, "compute tax", 0.5).continuous_game()
    for j in range(4):
        draw = centre.replace(**{name: np.asarray(getattr(batch, name))[j] for name in batch.priors().fields})
        alone = regulate(draw, "compute tax", 0.5).continuous_game()
        np.testing.assert_allclose(together.payoff(np.broadcast_to(x, (4, 6)))[j], alone.payoff(x), rtol=1e-10)


def test_what_is_no_policy_is_refused(centre):
    with pytest.raises(InputError, match="cap on GW"):
        regulate(centre, "hope", 0.5)
    with pytest.raises(InputError, match=r"strength is 1.5; it must be one number in \[0, 1\]"):
        regulate(centre, "reporting", 1.5)


def test_the_frontier_keeps_what_is_not_beaten():
    points = {("a", "1"): (-1.0, -1.0), ("b", "1"): (-1.0, -2.0), ("c", "1"): (-3.0, 5.0), ("d", "1"): (2.0, -1.0)}
    assert [point["policy"] for point in frontier(points)] == ["c", "b"]
    assert frontier({("a", "1"): (1.0, 1.0)}) == [{"policy": "no policy", "strength": "0"}]


def test_compared_races_are_the_races_one_by_one_in_common_states(centre):
    race = centre.replace(**centre.priors().sample(3, rng=RNG(4)))
    cases = [regulate(race, "cap on GW", 0.0), *(regulate(race, policy, 0.7) for policy in POLICIES)]
    compared = Compared(cases)
    together = compared.split(solved(compared.stacked)[1])
    x = np.tile(np.linspace(0.3, 1.2, 6), (8, len(cases) * 3, 1))
    drawn = np.split(compared.realised_game(8, RNG(5)).payoff(x), len(cases), axis=1)
    seed = int(RNG(5).integers(2**62))
    for case, builds, payoffs in zip(cases, together, drawn, strict=True):
        np.testing.assert_allclose(builds, solved(case)[1], rtol=1e-5)
        np.testing.assert_allclose(payoffs, case.race.realised_game(8, RNG(seed)).payoff(x[:, :3]), rtol=1e-10)


ESCALATE = ("escalate", "escalate")
STEADY = Runway(
    paths=2**13, valuation=(400.0, 400.0), revenue=(10.0, 10.0), compute=(1.0, 1.0), cash=(10.0, 1e9), growth=0.0,
    elasticity=0.0, mood=1e-9, owed=0.0, committed_share=0.6, intensity=1.2, noise=0.25, decisiveness=1e-9,
)  # fmt: skip
"""Flows never change, and the rival is never ruined: the first lab's ruin is a first passage."""


def ruined(model):
    return float(model.course(ESCALATE, model.shocks_drawn(RNG(1))).ruin[0])


def passage(bill):
    """Ruin of the first lab if its bill is so large a share of its income."""
    income = STEADY.sold * 400 + 10
    return float(first_passage(10.0, income - STEADY.other_cost * 10 - bill * income, 0.25 * income, STEADY.years))


@pytest.mark.parametrize("policy", POLICIES)
def test_no_strength_leaves_the_labs_alone(policy):
    model = Runway(paths=64)
    assert regulate_labs(model, policy, 0.0) is model
    assert price_of_compute(policy, 0.0) == 1
    free, least = model.game(), regulate_labs(model, policy, 1e-9).game()
    np.testing.assert_allclose(least.payoffs, free.payoffs, rtol=1e-6)
    assert (regulate_labs(model, policy, 1.0) is model) == (policy in UNTOUCHED)


@pytest.mark.parametrize(
    ("policy", "strength"), [("compute tax", 0.5), ("compute tax", 1.0), ("shared infrastructure", 1.0)]
)
def test_ruin_under_a_price_is_the_first_passage_of_the_dearer_bill(policy, strength):
    closed = passage(0.6 * 1.2 * price_of_compute(policy, strength))
    assert 0.02 < closed < 0.98
    found = ruined(regulate_labs(STEADY, policy, strength))
    assert abs(found - closed) < 4 * np.sqrt(closed * (1 - closed) / STEADY.paths)
    assert (found > ruined(STEADY)) == (policy == "compute tax")


def test_a_cap_takes_away_what_escalation_adds_and_in_full_all_of_it():
    for strength, multiple in ((0.5, 1.1), (1.0, 1.0)):
        closed = passage(0.6 * multiple)
        found = ruined(regulate_labs(STEADY, "cap on GW", strength))
        assert abs(found - closed) < 4 * np.sqrt(closed * (1 - closed) / STEADY.paths)
        assert found < ruined(STEADY)
    game = regulate_labs(Runway(paths=64), "cap on GW", 1.0).game()
    assert np.ptp(game.payoffs, axis=(1, 2)).max() == 0  # all plans are restraint


def test_prices_of_compute_by_hand():
    """45 US$ bn of capital over five years at ten per cent, in a rent of 300 US$ bn for 4.5 GW over five years."""
    annuity = 0.1 / (1 - np.exp(-0.5))
    assert capital_in_rent() == pytest.approx(45 * annuity / (300 / 4.5 / 5))
    assert price_of_compute("compute tax", 0.5) == pytest.approx(1 + 0.5 * FULL_TAX * capital_in_rent())
    saved = 1 - float(np.min(LinkedRace().cost_factor))
    assert price_of_compute("shared infrastructure", 1.0) == pytest.approx(1 - saved * capital_in_rent())


def test_what_is_no_policy_for_the_labs_is_refused(centre):
    with pytest.raises(InputError, match="must be a Runway"):
        regulate_labs(centre, "compute tax", 0.5)
    with pytest.raises(InputError, match="committed_share"):
        regulate_labs(Runway(committed_share=0.9), "compute tax", 1.0)
    with pytest.raises(InputError, match="strength is 2"):
        regulate_labs(Runway(), "cap on GW", 2)
