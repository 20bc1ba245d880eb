"""Tullock contests: published numbers, first principles, scale, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import ContinuousGame, InputError, SolverError, continuous_nash, tullock_contest


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


def test_regret_sees_a_wrong_equilibrium():
    from theory.contest import _regret

    v, one = np.array([10.0, 8.0]), np.ones(2)
    for r in (np.array(1.0), np.array(0.7)):
        assert _regret(v, one, one, r, np.array([1.0, 1.0]), np.array(10.0)).max() > 0.01
