"""Shared limits: Cournot and Tullock with a cap on the total in closed form, two limits, batches, units."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import ContinuousGame, InputError, SharedLimit, continuous_nash, joint_optimum, nash, tullock_contest
from theory.variational import variational_equilibrium


def cournot(cap, costs, a=1.0, weights=1.0, unit=1.0, **options):
    def profit(i):
        return lambda q: unit * q[..., i] * (a - q.sum(-1) - costs[i])

    return ContinuousGame(
        [profit(i) for i in range(len(costs))], lower=0, upper=a, shared=[SharedLimit(cap, weights)], **options
    )


def tullock(cap, values, **options):
    def rent(i):
        return lambda x: values[i] * x[..., i] / x.sum(-1) - x[..., i]

    n = len(values)
    return ContinuousGame([rent(i) for i in range(n)], lower=1e-9, upper=max(values), shared=[SharedLimit(cap)])


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 5), st.integers(0, 10**6))
def test_cournot_under_a_total_cap(n, seed):
    """First-order conditions a - L - q_i - c_i = mu with sum q = L: mu = a - L - mean c - L / n, if positive."""
    rng = np.random.default_rng(seed)
    costs = rng.uniform(0.0, 0.02, n)
    cap = rng.uniform(0.2, 0.9)
    price = 1 - cap - costs.mean() - cap / n
    solution = variational_equilibrium(cournot(cap, costs))
    assert solution.certified.all()
    if price > 1e-6:
        np.testing.assert_allclose(solution.shadow_prices[0, 0], price, rtol=1e-7)
        np.testing.assert_allclose(solution.select(), 1 - cap - costs - price, rtol=1e-7)
        np.testing.assert_allclose(solution.use[0, 0], 1.0, rtol=1e-9)
    elif price < -1e-6:
        assert solution.shadow_prices[0, 0] == 0
        np.testing.assert_allclose(solution.select(), nash(cournot(cap, costs).replace(shared=())).select(), rtol=1e-7)


@pytest.mark.parametrize("n", [2, 3, 6])
def test_symmetric_lottery_under_a_total_cap(n):
    """Each spends L / n; one more unit of the limit is worth (n - 1) V / (n L) - 1 (marginal prize less cost)."""
    value, free = 10.0, (n - 1) / n * 10.0
    for share in (0.2, 0.6, 0.95):
        solution = nash(tullock(share * free, [value] * n))
        np.testing.assert_allclose(solution.select(), share * free / n, rtol=1e-8)
        np.testing.assert_allclose(solution.shadow_prices[0, 0], 1 / share - 1, rtol=1e-6)


def test_unequal_lottery_is_the_contest_with_dearer_effort():
    """At the shadow price the capped contest is one with unit cost 1 + mu (Tullock by share functions)."""
    values = [10.0, 8.0, 6.0, 2.0]
    solution = nash(tullock(2.5, values))
    contest = tullock_contest(values, cost=1 + float(solution.shadow_prices[0, 0]))
    np.testing.assert_allclose(solution.select(), contest.spending, atol=1e-8)
    np.testing.assert_allclose(solution.select().sum(), 2.5, rtol=1e-9)


def test_shadow_price_is_the_marginal_value_to_each_user():
    """One more unit of the limit, given to any one player, is worth the same to each."""
    game = cournot(0.4, [0.0, 0.1, 0.05])
    solution = variational_equilibrium(game)
    marginal = game.gradient(solution.select())
    np.testing.assert_allclose(marginal, solution.shadow_prices[0, 0], rtol=1e-6)
    # and nobody gains by a change that keeps to the limit, by brute force
    x = solution.select()
    for i in range(3):
        room = 0.4 - x.sum() + x[i]
        others = np.tile(x, (2001, 1))
        others[:, i] = np.linspace(0, room, 2001)
        assert game.payoff_of(i, others).max() <= solution.payoffs[0, i] + 1e-12


def test_weights_make_players_pay_for_what_they_use():
    """The second firm's unit takes twice the power: at price mu it pays 2 mu."""
    game = cournot(0.6, [0.0, 0.0], weights=[1.0, 2.0])
    solution = variational_equilibrium(game)
    x, price = solution.select(), float(solution.shadow_prices[0, 0])
    np.testing.assert_allclose(x @ [1, 2], 0.6, rtol=1e-9)
    np.testing.assert_allclose(x, [1 / 3, 2 / 15], rtol=1e-7)
    np.testing.assert_allclose(1 - x.sum() - x, [price, 2 * price], rtol=1e-7)


def test_two_limits_of_which_one_or_both_bind():
    def profit(i):
        return lambda q: q[..., i] * (1 - q.sum(-1))

    def solve(first, second):
        shared = [SharedLimit(first, [1, 1, 0], name="site A"), SharedLimit(second, [0, 1, 1], name="site B")]
        return variational_equilibrium(ContinuousGame([profit(i) for i in range(3)], 0, 1, shared=shared))

    one = solve(0.3, 0.9)
    assert one.shadow_prices[0, 1] == 0
    np.testing.assert_allclose(one.select(), [0.15, 0.15, 0.35], rtol=1e-7)
    both = solve(0.3, 0.4)
    assert (both.shadow_prices > 0).all()
    a, b, c = both.select()
    np.testing.assert_allclose([a + b, b + c], [0.3, 0.4], rtol=1e-8)
    marginal = 1 - (a + b + c) - both.select()
    prices = both.shadow_prices[0]
    np.testing.assert_allclose(marginal, [prices[0], prices.sum(), prices[1]], rtol=1e-6)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e12])
def test_unit_of_payoffs_only_rescales_the_price(unit):
    solution = variational_equilibrium(cournot(0.4, [0.0, 0.1], unit=unit))
    np.testing.assert_allclose(solution.select(), [0.25, 0.15], rtol=1e-7)
    np.testing.assert_allclose(solution.shadow_prices[0, 0] / unit, 0.35, rtol=1e-7)


def test_batch_equals_loop():
    caps = np.linspace(0.1, 0.9, 9)

    def profit(i):
        return lambda q, a: q[..., i] * (a - q.sum(-1))

    batch = variational_equilibrium(
        ContinuousGame([profit(0), profit(1)], 0, 2, parameters=[np.ones(9)], shared=[SharedLimit(caps)])
    )
    assert batch.certified.all() and batch.shadow_prices.shape == (9, 1, 1)
    for k, cap in enumerate(caps):
        single = variational_equilibrium(cournot(cap, [0.0, 0.0]))
        np.testing.assert_allclose(batch.select()[k], single.select(), rtol=1e-7)
        np.testing.assert_allclose(batch.shadow_prices[k], single.shadow_prices, atol=1e-8)
    np.testing.assert_allclose(batch.shadow_prices[:, 0, 0], np.maximum(1 - 1.5 * caps, 0), atol=1e-8)
    assert "2 players" in repr(batch)


def test_what_no_price_supports_is_not_certified():
    """With increasing returns one of the two takes all of the capacity: no price makes them share it."""
    game = ContinuousGame([lambda x, i=i: x[..., i] ** 2 for i in range(2)], 0, 1, shared=[SharedLimit(1.0)])
    solution = variational_equilibrium(game)
    assert not solution.certified.any() and "no price" in solution.note


def test_printed_with_use_and_price():
    text = repr(nash(cournot(0.4, [0.0, 0.0], payoff_unit="US$ bn")))
    assert "100.0% used" in text and "0.4 US$ bn per unit" in text


@pytest.mark.parametrize("limit", [np.nan, -1, "much", [1, 2, 3]])
def test_senseless_limits_are_refused(limit):
    with pytest.raises(InputError):
        cournot(limit, [0.0, 0.0], parameters=[np.ones(2)])


def test_misuse_is_refused_with_advice():
    capped = cournot(0.4, [0.0, 0.0])
    with pytest.raises(InputError, match=r"nash\(game\)"):
        continuous_nash(capped)
    with pytest.raises(InputError, match="shared limits"):
        joint_optimum(capped)
    with pytest.raises(InputError, match="shared limits"):
        capped.discretise([[0, 1], [0, 1]])
    with pytest.raises(InputError, match="with shared limits"):
        variational_equilibrium(capped.replace(shared=()))
    with pytest.raises(InputError, match="every weight is zero"):
        SharedLimit(1.0, 0.0)
    with pytest.raises(InputError, match="leaves nothing to choose"):
        variational_equilibrium(cournot(0.0, [0.0, 0.0]))


def test_draws_are_solved_alike_alone_and_in_a_batch_even_if_few_need_another_way():
    """Some draws of the race need retries, for which they are taken out of the batch: prices must go with them."""
    from models import ComputeRace

    base = ComputeRace()
    model = base.replace(**base.priors().sample(64, rng=np.random.default_rng(3)))
    game = model.continuous_game()
    limit = SharedLimit(0.25 * nash(game).select().sum(axis=-1))
    together = variational_equilibrium(game.replace(shared=(limit,)))
    assert together.certified.all()
    for j in range(0, 64, 16):
        alone = variational_equilibrium(game[j].replace(shared=(SharedLimit(limit.limit[j]),)))
        np.testing.assert_allclose(alone.select(), together.select()[j], rtol=1e-6)
        np.testing.assert_allclose(alone.shadow_prices, together.shadow_prices[j], rtol=1e-6)


REDUNDANT = {
    "the same twice": [(0.4, 1.0), (0.4, 1.0)],
    "one is twice the other": [(0.4, 1.0), (0.8, 2.0)],
    "three, one in other units": [(0.4, 1.0), (0.8, 2.0), (0.4e9, 1e9)],
    "one that does not bind": [(0.5, 1.0), (0.4, 1.0)],
    "three that meet in a point": [(0.4, 1.0), (0.2, [1.0, 0.0]), (0.2, [0.0, 1.0])],
    "one of the two for one player alone": [(0.3, [1.0, 0.0]), (0.4, 1.0)],
}


@pytest.mark.parametrize("level", [0.0, 1e9, -1e6])
@pytest.mark.parametrize("name", REDUNDANT)
def test_limits_that_say_the_same_have_a_price(name, level):
    """Of capacity for 0.4 in all each duopolist takes 0.2, and values a unit at 0.4: what prices add up to."""
    limits = [SharedLimit(limit, weights) for limit, weights in REDUNDANT[name]]

    def profit(i):
        return lambda q: level + q[..., i] * (1 - q.sum(-1))

    solution = variational_equilibrium(ContinuousGame([profit(0), profit(1)], lower=0, upper=1, shared=limits))
    assert solution.certified.all()
    digits = 1e-8 if level == 0 else 1e-4  # what differences of payoffs at such a level still hold
    np.testing.assert_allclose(solution.select(), 0.2, atol=digits)
    cost = sum(
        price * limit.weights * np.ones(2) for price, limit in zip(solution.shadow_prices[0], limits, strict=True)
    )
    np.testing.assert_allclose(cost, 0.4, atol=10 * digits)


def test_redundant_limits_in_some_draws_of_a_batch():
    second = np.array([0.8, 0.4, 0.3, 0.9])

    def profit(i):
        return lambda q: q[..., i] * (1 - q.sum(-1))

    caps = [SharedLimit(np.array([0.4, 0.4, 0.4, 0.9])), SharedLimit(second)]
    solution = variational_equilibrium(ContinuousGame([profit(0), profit(1)], lower=0, upper=1, shared=caps))
    assert solution.certified.all()
    np.testing.assert_allclose(solution.select().sum(axis=-1), [0.4, 0.4, 0.3, 2 / 3], rtol=1e-7)
    np.testing.assert_allclose(solution.shadow_prices[:, 0].sum(axis=-1), [0.4, 0.4, 0.55, 0], atol=1e-7)
