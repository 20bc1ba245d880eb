"""The calibrated systems against their special cases, each other, and brute force."""

import numpy as np
import pytest
from scipy import integrate, stats

from models import CapacityRace, ComputeRace, LabDilemma
from models.symbolic import choice_symbols
from theory import InputError, best_reply, dilemma_class, hindsight_split, nash, strategic_wedge, tullock_contest


def draws(model, count, seed=1):
    return model.replace(**model.priors().sample(count, rng=np.random.default_rng(seed)))


def test_lab_dilemma_with_only_the_prize_is_tullocks_contest():
    lab = LabDilemma(n=4, survival=0.0, revenue=0.0, power_cost=0.0, decided=1.0, decisiveness=0.8)
    solution = nash(lab.continuous_game())
    contest = tullock_contest(np.full(4, lab.prize), cost=lab.capital_cost, decisiveness=0.8)
    np.testing.assert_allclose(solution.select(), contest.spending, rtol=1e-6)


def test_compute_race_with_only_the_prize_is_the_asymmetric_contest():
    race = ComputeRace(survival=0.0, revenue=0.0, decided=1.0, decisiveness=0.9)
    solution = nash(race.continuous_game())
    costs = [float(race.cost(i)) for i in range(5)]
    contest = tullock_contest(np.full(5, race.prize), cost=costs, decisiveness=0.9)
    np.testing.assert_allclose(solution.select(), contest.spending, rtol=1e-6)


def test_compute_race_without_stakes_and_stealing_is_five_newsvendors():
    race = ComputeRace(survival=0.0, decided=0.0, stealing=0.0, revenue=16.0)
    chosen = nash(race.continuous_game()).select()
    for i in range(5):
        ratio = 1 - float(race.cost(i)) / float(race.revenue_per_gw())
        s = race.demand_volatility
        quantile = race.demand()[i] * np.exp(s * stats.norm.ppf(ratio) - s**2 / 2)
        np.testing.assert_allclose(chosen[i], quantile, rtol=1e-6)


def test_one_supplier_of_the_capacity_race_is_a_newsvendor_of_the_compute_race():
    race = ComputeRace(survival=0.0, decided=0.0, stealing=0.0, revenue=16.0)
    one = CapacityRace(
        n=1,
        price=float(race.revenue_per_gw()),
        cost=float(race.cost(3)),
        demand=float(race.demand()[3]),
        volatility=race.demand_volatility,
    )
    np.testing.assert_allclose(
        nash(one.continuous_game()).select()[0], nash(race.continuous_game()).select()[3], rtol=1e-6
    )


@pytest.mark.parametrize("law", ["lognormal", "uniform", "normal"])
def test_limited_expected_value_by_quadrature(law):
    model = CapacityRace(law=law, demand=2.0, volatility=0.4)
    law_of = {
        "lognormal": stats.lognorm(0.4, scale=2.0 * np.exp(-0.08)),
        "uniform": stats.uniform(0, 4.0),
        "normal": stats.norm(2.0, 0.8),
    }[law]
    for x in (0.3, 1.9, 3.7):
        below = integrate.quad(lambda d: d * law_of.pdf(d), *(max(law_of.ppf(1e-14), -50), x), limit=200)[0]
        np.testing.assert_allclose(float(model.limited(x)), below + x * law_of.sf(x), rtol=1e-7)


def test_herd_rule_by_simulation():
    """Random order of visits, all of demand spills on: sales against the closed form."""
    rng = np.random.default_rng(3)
    q = np.array([0.4, 0.9, 0.2])
    model = CapacityRace(n=3, demand=1.0, volatility=0.5)
    n = 400_000
    demand = rng.lognormal(-0.125, 0.5, n)
    order = rng.permuted(np.tile(np.arange(3), (n, 1)), axis=1)
    left, sold = demand.copy(), np.zeros((n, 3))
    for place in range(3):
        who = order[:, place]
        sale = np.minimum(left, q[who])
        sold[np.arange(n), who] = sale
        left = left - sale
    error = sold.std(axis=0) / np.sqrt(n)
    for i in range(3):
        assert abs(sold[:, i].mean() - float(model.expected_sale(i, q))) < 5 * error[i]


def test_equal_split_of_lippman_and_mccardle_builds_no_more_than_one_supplier():
    """Their bound is attained: total capacity equals the monopolist's (uniform demand)."""
    common = {"law": "uniform", "price": 10.0, "cost": 4.0, "demand": 0.5}
    two = nash(CapacityRace(n=2, rule="equal", **common).continuous_game()).select().sum()
    one = nash(CapacityRace(n=1, **common).continuous_game()).select().sum()
    np.testing.assert_allclose(two, one, rtol=1e-6)
    with pytest.raises(InputError, match="equal split"):
        CapacityRace(n=3, rule="equal")


def test_every_calibrated_race_has_a_certified_equilibrium_by_brute_force():
    model = draws(ComputeRace(), 16)
    game = model.continuous_game()
    solution = nash(game)
    assert solution.certified[:, 0].all()
    x = solution.select()
    fine = np.linspace(0, 1, 4001)
    for i in range(5):
        own = game.lower[:, i] + (game.upper - game.lower)[:, i] * fine[:, None]
        moved = np.broadcast_to(x, (4001, *x.shape)).copy()
        moved[..., i] = own
        gain = game.payoff_of(i, moved).max(axis=0) - game.payoff_of(i, x)
        assert (gain <= 1e-9 * np.abs(game.payoff_of(i, x))).all()


def test_payoff_is_concave_in_the_own_choice_as_the_model_claims():
    model = draws(ComputeRace(), 8)
    game = model.continuous_game()
    x = nash(game).select()
    grid = np.linspace(0.0, 1.0, 200)[1:]
    for i in range(5):
        moved = np.broadcast_to(x, (199, *x.shape)).copy()
        moved[..., i] = game.lower[:, i] + (game.upper - game.lower)[:, i] * grid[:, None]
        bend = np.diff(game.payoff_of(i, moved), 2, axis=0)
        assert (bend <= 1e-9 * np.abs(game.payoff_of(i, x))).all()


def test_market_shares_of_demand_add_up():
    race = ComputeRace(stealing=0.6)
    k = [0.3, 1.0, 2.0, 0.5, 0.1]
    total = sum(float(race.mean_demand(i, k)) for i in range(5))
    np.testing.assert_allclose(total, race.demand().sum())


def test_joint_optimum_earns_more_and_race_builds_more():
    game = ComputeRace().continuous_game()
    wedge = strategic_wedge(game, nash(game))
    assert wedge.profit_joint > wedge.profit_nash
    assert wedge.welfare_optimum > wedge.welfare_nash
    assert (wedge.nash > wedge.joint).all()


def test_hindsight_loss_is_the_gap_to_the_best_reply_and_splits_exactly():
    race = ComputeRace()
    solution = nash(race.continuous_game())
    split = hindsight_split(race, solution, rng=np.random.default_rng(5), states=64, replicates=2)
    assert ((split.overspend == 0) | (split.underinvest == 0)).all()
    game = race.realised_game(64, np.random.default_rng(5).spawn(2)[0])
    x = np.broadcast_to(solution.select(), (64, 5))
    reply, value, _ = best_reply(game, x, 2)
    np.testing.assert_allclose(split.loss[0, :, 2], np.maximum(value - game.payoff_of(2, x), 0), rtol=1e-4, atol=1e-9)
    assert ((split.overspend[0, :, 2] > 0) <= (x[:, 2] > reply)).all()


def test_an_underbuilt_choice_is_underinvestment_and_an_overbuilt_one_is_overspending():
    race = ComputeRace()
    chosen = nash(race.continuous_game()).select()
    tiny = hindsight_split(race, chosen * 0.1, rng=np.random.default_rng(6), states=64, replicates=2)
    huge = hindsight_split(race, chosen * 5, rng=np.random.default_rng(6), states=64, replicates=2)
    assert tiny.underinvest.mean() > 20 * tiny.overspend.mean()
    assert huge.overspend.mean() > 20 * huge.underinvest.mean()


def test_the_four_payoffs_in_symbols_equal_the_game_in_numbers():
    model = draws(LabDilemma(), 5)
    algebra, k = LabDilemma.symbolic(n=2), choice_symbols(2)
    (_, low), (_, high) = algebra.levels()
    game = model.game()
    for a, b in np.ndindex(2, 2):
        formula = algebra.payoff(0, k).subs({k[0]: (low, high)[a], k[1]: (low, high)[b]})
        for d in range(5):
            values = {
                getattr(algebra, name): np.asarray(getattr(model, name)).reshape(-1)[d % np.size(getattr(model, name))]
                for name, spec in model.parameters().items()
                if not spec.structural
            }
            np.testing.assert_allclose(float(formula.subs(values)), game.payoffs[d, 0, a, b], rtol=1e-9)


def test_greed_equals_fear_without_glut_and_with_symmetric_standing():
    """omega = 1 and gamma = 0: T - R = P - S, so only dilemma, deadlock and harmony are left."""
    model = draws(LabDilemma(), 256).replace(parity=1.0, glut=0.0)
    game = model.game()
    r, s, t, p = (game.payoffs[:, 0, a, b] for a, b in ((0, 0), (0, 1), (1, 0), (1, 1)))
    np.testing.assert_allclose(t - r, p - s, rtol=1e-9)
    assert set(dilemma_class(game).names) <= {"prisoner's dilemma", "deadlock", "harmony"}


def test_entrants_are_average_builders_and_take_nothing_from_the_named_ones():
    race = ComputeRace().replace(n_builders=7)
    assert race.players[-1] == "entrant 2"
    np.testing.assert_allclose(race.plan[5:], np.mean(ComputeRace().plan))
    assert nash(race.continuous_game()).certified[0]
    with pytest.raises(InputError, match="named players"):
        race.priors()


def test_priors_sample_within_their_ranges_and_repeat_with_the_seed():
    model = ComputeRace()
    one = model.priors().sample(256, rng=np.random.default_rng(7))
    two = model.priors().sample(256, rng=np.random.default_rng(7))
    for name, values in one.items():
        np.testing.assert_array_equal(values, two[name])
        prior = model.parameters()[name].prior
        for j, p in enumerate(prior if isinstance(prior, tuple) else (prior,)):
            column = values[..., j] if isinstance(prior, tuple) else values
            assert p.low <= column.min()
            assert column.max() <= p.high
