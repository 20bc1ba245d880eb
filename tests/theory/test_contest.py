"""Tullock contests: published numbers, first principles, scale, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import ContinuousGame, InputError, SolverError, best_reply, continuous_nash, tullock_contest
from theory.contest import _regret
from theory.share_equation import log_odds, shares


def test_stein_2002_the_weakest_stays_out():
    result = tullock_contest([10, 8, 6, 2])
    np.testing.assert_allclose(result.spending, [2.4988682662, 1.8469895880, 0.7605251245, 0], atol=1e-9)
    assert result.active.tolist() == [True, True, True, False]


@pytest.mark.parametrize(("n", "r"), [(2, 0.3), (2, 1.0), (2, 2.0), (3, 1.5), (7, 1.0), (50, 0.9)])
def test_symmetric_closed_form(n, r):
    """x = r (n-1) V / n^2 (Tullock 1980; Perez-Castrillo and Verdier 1992)."""
    result = tullock_contest(np.full(n, 5.0), decisiveness=r)
    np.testing.assert_allclose(result.spending, r * (n - 1) * 5.0 / n**2, rtol=1e-9)
    np.testing.assert_allclose(result.dissipation, r * (n - 1) / n, rtol=1e-9)


@pytest.mark.parametrize(("v1", "v2", "r"), [(2, 1, 1), (2, 1, 1.2), (4, 1, 0.5), (9, 1, 0.05)])
def test_nti_1999_two_players(v1, v2, r):
    result = tullock_contest([v1, v2], decisiveness=r)
    common = r * v1**r * v2**r / (v1**r + v2**r) ** 2
    np.testing.assert_allclose(result.spending, [common * v1, common * v2], rtol=1e-9)


def test_no_pure_equilibrium_is_an_error_and_not_a_number():
    with pytest.raises(SolverError, match="no equilibrium in pure strategies"):
        tullock_contest([1, 1], decisiveness=2.2)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.floats(0.1, 10), min_size=2, max_size=6),
    st.floats(0.1, 1.0),
    st.sampled_from([1e-9, 1.0, 1e12]),
)
def test_certified_and_free_of_units(values, r, scale):
    values = np.array(values)
    plain, scaled = tullock_contest(values, decisiveness=r), tullock_contest(values * scale, decisiveness=r)
    assert (plain.regret <= 1e-9).all()
    np.testing.assert_allclose(plain.spending * scale, scaled.spending, rtol=1e-9, atol=1e-12 * scale)
    np.testing.assert_allclose(plain.share.sum(), 1.0)


def test_costs_and_abilities_against_the_general_solver():
    v, c, a, r = np.array([10.0, 8, 6]), np.array([1.0, 0.5, 2]), np.array([1.0, 2, 3]), 0.8

    def payoff(i):
        return lambda x: v[i] * a[i] * x[..., i] ** r / (a * x**r).sum(-1) - c[i] * x[..., i]

    general = continuous_nash(ContinuousGame([payoff(i) for i in range(3)], lower=1e-9, upper=20))
    contest = tullock_contest(v, cost=c, ability=a, decisiveness=r)
    np.testing.assert_allclose(contest.spending, general.select(), rtol=1e-6)


def test_a_batch_equals_one_by_one():
    rng = np.random.default_rng(5)
    v, r = rng.uniform(1, 9, (6, 4)), rng.uniform(0.3, 1, 6)
    together = tullock_contest(v, decisiveness=r)
    for b in range(6):
        np.testing.assert_allclose(tullock_contest(v[b], decisiveness=r[b]).spending, together.spending[b], rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"value": [1, -1]}, "value"),
        ({"value": [1, np.nan]}, "value"),
        ({"value": [1.0]}, "two players"),
        ({"value": 3.0}, "two players"),
        ({"value": [1, 2], "cost": 0}, "cost"),
        ({"value": [1, 2], "decisiveness": -1}, "decisiveness"),
        ({"value": ["a", "b"]}, "value"),
    ],
)
def test_bad_input_names_the_argument(arguments, words):
    with pytest.raises(InputError, match=words):
        tullock_contest(arguments.pop("value"), **arguments)


def test_shares_in_closed_form_at_decisiveness_one_are_the_limit_of_the_general_ones():
    rng = np.random.default_rng(4)
    value, cost, ability = (rng.uniform(0.3, 3, (40, 7)) for _ in range(3))
    exact = tullock_contest(value, cost=cost, ability=ability)
    beside = tullock_contest(value, cost=cost, ability=ability, decisiveness=1 - 1e-9)
    np.testing.assert_allclose(exact.share, beside.share, atol=1e-7)
    assert exact.regret.max() <= 1e-12 and not exact.active.all()


def test_a_hundred_thousand_players_are_certified():
    values = np.random.default_rng(5).uniform(1, 2, 100_000)
    found = tullock_contest(values)
    assert found.regret.max() <= 1e-12
    assert found.share.sum() == pytest.approx(1)
    # who is active: exactly those whose prize is worth entering against the aggregate
    np.testing.assert_array_equal(found.active, values > found.aggregate)


@pytest.mark.parametrize("r", [0.05, 0.5, 0.9, 0.999, 1.05, 1.4])
def test_the_certificate_is_the_global_best_reply(r):
    """Of `_regret`, in closed form, against the search over each player's whole interval, at shares that are wrong."""
    rng = np.random.default_rng(8)
    v, c, a, share = rng.lognormal(0, 0.6, (4, 25, 4))
    share /= share.sum(axis=-1, keepdims=True)
    share[:10, 0], share[:10, 1] = 0.0, share[:10, 0] + share[:10, 1]
    spending = r * v * (1 - share) * share / c

    def payoff(i):
        return lambda x, *_: v[:, i] * a[:, i] * x[..., i] ** r / (a * x**r).sum(-1) - c[:, i] * x[..., i]

    game = ContinuousGame([payoff(i) for i in range(4)], lower=np.zeros((25, 4)), upper=v / c)
    found = _regret(v, c, a, np.full(25, r), share)
    for i in range(4):
        _, value, _ = best_reply(game, spending, i)
        expected = np.maximum(value - game.payoff_of(i, spending), 0) / v.max(axis=-1)
        np.testing.assert_allclose(found[:, i], expected, atol=1e-9)
    assert found.max() > 0.01


@pytest.mark.parametrize("r", [0.3, 0.7, 0.95, 1.01, 1.3])
def test_first_order_conditions_of_a_hundred_thousand_players(r):
    """Whoever is active has marginal gain equal to marginal cost; whoever is not would lose by entering."""
    rng = np.random.default_rng(6)
    value, cost = rng.uniform(1, 2, 100_000), rng.uniform(1, 1.1, 100_000)
    found = tullock_contest(value, cost=cost, decisiveness=r)
    assert found.certified and found.share.sum() == pytest.approx(1)
    s, x = found.share[found.active], found.spending[found.active]
    np.testing.assert_allclose(value[found.active] * r * s * (1 - s) / x, cost[found.active], rtol=1e-9)
    assert found.active.all() if r < 1 else found.active.sum() <= r / (r - 1)


def test_a_draw_without_equilibrium_leaves_the_others_alone():
    rng = np.random.default_rng(7)
    r = np.array([0.5, 2.5, 1.0, 1.9, 3.0])
    values = np.where(r[:, None] == 1.9, 1.0, rng.uniform(1, 2, (5, 3)))
    found = tullock_contest(values, decisiveness=r)
    assert found.certified.tolist() == [True, False, True, True, False]
    for name in ("spending", "share", "payoff", "aggregate", "dissipation"):
        assert np.isnan(getattr(found, name)[~found.certified]).all()
        assert np.isfinite(getattr(found, name)[found.certified]).all()
    assert not found.active[~found.certified].any()
    for b in np.flatnonzero(found.certified):
        np.testing.assert_allclose(found.share[b], tullock_contest(values[b], decisiveness=r[b]).share, rtol=1e-12)


def test_shares_of_all_sizes_solve_their_equation():
    """Known roots of ``p ln s + q ln(1 - s) = k``: log odds from a millionth to hundreds, coefficients of all sizes."""
    rng = np.random.default_rng(9)
    p = rng.choice([-1, 1], 4000) * 10 ** rng.uniform(-12, 2, 4000)
    q = 10 ** rng.uniform(-3, 2, 4000)
    peak = np.log(np.maximum(p, 1e-300) / q)
    known = np.where(
        p < 0, rng.normal(size=4000) * 10 ** rng.uniform(0, 2, 4000), peak + 10 ** rng.uniform(-6, 2, 4000)
    )
    ln_s, ln_rest = -np.logaddexp(0, -known), -np.logaddexp(0, known)
    u = log_odds(p, q, p * ln_s + q * ln_rest)
    both = np.abs(p * ln_s) + np.abs(q * ln_rest)
    np.testing.assert_array_less(
        np.abs(p * (-np.logaddexp(0, -u) - ln_s) + q * (-np.logaddexp(0, u) - ln_rest)), 1e-14 * both
    )
    s, rest = shares(u)
    np.testing.assert_allclose(s + rest, 1.0, rtol=1e-15)


def test_regret_sees_a_wrong_equilibrium():
    v, one = np.array([[10.0, 8.0]]), np.ones((1, 2))
    for r in (1.0, 0.7):
        assert _regret(v, one, one, np.array([r]), np.array([[0.9, 0.1]])).max() > 0.01
