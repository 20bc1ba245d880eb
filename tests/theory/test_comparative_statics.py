"""Derivatives of equilibria in a parameter: closed forms, corners, moving bounds, against solving again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import ContinuousGame, InputError, SharedLimit, nash
from theory.comparative_statics import equilibrium_derivative


def lottery(n, cost=1.0, upper=60.0):
    def rent(i):
        return lambda x, value: value * x[..., i] / x.sum(-1) - cost * x[..., i]

    return lambda value: ContinuousGame([rent(i) for i in range(n)], lower=1e-6, upper=upper, parameters=[value])


@settings(deadline=None, max_examples=10)
@given(st.integers(2, 5), st.floats(1, 40))
def test_spending_per_prize_in_a_lottery(n, value):
    found = equilibrium_derivative(lottery(n), value)
    np.testing.assert_allclose(found.derivative, (n - 1) / n**2, rtol=1e-5)
    np.testing.assert_allclose(found.elasticity, 1.0, rtol=1e-5)
    np.testing.assert_allclose(found.total, (n - 1) / n, rtol=1e-5)


def cournot(costs, slope=1.0):
    """Costs of the first firm is the parameter."""

    def profit(i):
        def value(q, own):
            cost = own if i == 0 else costs[i - 1]
            return q[..., i] * (1 - slope * q.sum(-1) - cost)

        return value

    return lambda t: ContinuousGame([profit(i) for i in range(len(costs) + 1)], lower=0, upper=1, parameters=[t])


def test_a_rivals_cost_in_cournot():
    """q_i = (1 - (n + 1) c_i + sum c) / (n + 1): own cost takes n / (n + 1), each rival gains 1 / (n + 1)."""
    found = equilibrium_derivative(cournot([0.1, 0.2]), [0.05, 0.1, 0.15])
    np.testing.assert_allclose(found.derivative, np.tile([-0.75, 0.25, 0.25], (3, 1)), atol=1e-6)


def test_a_firm_that_stays_out_does_not_move_and_changes_the_others():
    found = equilibrium_derivative(cournot([0.1, 0.9]), 0.05)
    assert found.binding.tolist() == [[0, 0, -1]]
    np.testing.assert_allclose(found.derivative, [[-2 / 3, 1 / 3, 0]], atol=1e-6)


def test_a_bound_that_moves_moves_what_it_binds():
    """The first firm's capacity is the parameter, and binds: its rival gives way by half."""

    def profit(i):
        return lambda q: q[..., i] * (1 - q.sum(-1))

    def family(t):
        upper = np.stack([t, np.ones_like(t)], axis=-1)
        return ContinuousGame([profit(0), profit(1)], lower=0, upper=upper)

    found = equilibrium_derivative(family, 0.2)
    assert found.binding.tolist() == [[1, 0]]
    np.testing.assert_allclose(found.derivative, [[1.0, -0.5]], atol=1e-6)


def test_agrees_with_solving_again_beside_the_value():
    family = lottery(3, cost=1.3)
    found = equilibrium_derivative(family, 7.0)
    beside = nash(family(np.array([7.0 - 1e-3, 7.0 + 1e-3]))).select()
    np.testing.assert_allclose(found.derivative[0], (beside[1] - beside[0]) / 2e-3, rtol=1e-5)


def test_no_derivative_where_a_choice_is_just_leaving_its_bound():
    family = cournot([0.1])
    leaving = 0.55  # q_1 = (1 - 2 c_1 + c_2) / 3 = 0
    assert np.isnan(equilibrium_derivative(family, leaving, choices=[[0.0, 0.45]]).derivative).all()


@pytest.mark.parametrize("unit", [1e-9, 1e12])
def test_units_of_payoffs_do_not_matter(unit):
    def rent(i):
        return lambda x, value: unit * (value * x[..., i] / x.sum(-1) - x[..., i])

    found = equilibrium_derivative(
        lambda value: ContinuousGame([rent(0), rent(1)], lower=1e-6, upper=50, parameters=[value]), 10.0
    )
    np.testing.assert_allclose(found.derivative, 0.25, rtol=1e-5)


def test_misuse_is_refused():
    with pytest.raises(InputError, match="finite number"):
        equilibrium_derivative(lottery(2), np.nan)
    with pytest.raises(InputError, match="batch of as many games"):
        equilibrium_derivative(lambda t: 3, 1.0)
    with pytest.raises(InputError, match="batch of as many games"):
        equilibrium_derivative(lambda t: lottery(2)(t).replace(shared=[SharedLimit(1.0)]), 1.0)


def test_choices_that_are_no_equilibrium_are_refused_with_the_regret():
    """At (3, 3) for a prize of 10 the lottery's best reply is sqrt(30) - 3 and gains 0.0455; (2.5, 2.5) is taken."""
    with pytest.raises(InputError, match=r"choices \[3.0, 3.0\] at 10 are no equilibrium: 1 would gain 0\.0455"):
        equilibrium_derivative(lottery(2), 10.0, choices=[[3.0, 3.0]])
    found = equilibrium_derivative(lottery(2), [10.0, 20.0], choices=[[2.5, 2.5], [np.nan, np.nan]])
    np.testing.assert_allclose(found.derivative[0], [0.25, 0.25], atol=1e-7)
    assert np.isnan(found.derivative[1]).all()
