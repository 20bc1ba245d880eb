"""Han, Pereira, Santos and Lenaerts (2020): when safety is better for all and yet unsafe development spreads."""

import numpy as np
import pytest

from models.dsair import SAFE, UNSAFE, Dsair
from theory import nash

TWO = Dsair(strategies="AS AU")


@pytest.mark.parametrize("found_out", [0.0, 0.1, 0.4])
def test_the_zone_is_where_the_dilemma_is(found_out):
    model = TWO.replace(found_out=found_out)
    low, high = model.dilemma_zone()
    risk = np.array([low - 1e-6, low + 1e-6, high - 1e-6, high + 1e-6])
    a = model.replace(risk=risk).payoff_matrix()
    better = a[:, SAFE, SAFE] > a[:, UNSAFE, UNSAFE]
    dominated = a[:, UNSAFE].sum(axis=-1) > a[:, SAFE].sum(axis=-1)
    np.testing.assert_array_equal(better, [False, True, True, True])
    np.testing.assert_array_equal(dominated, [True, True, True, False])


def test_the_zone_tends_to_its_limit_as_the_prize_grows():
    gaps = []
    for prize in (1e4, 1e6, 1e8):
        ends = TWO.replace(prize=prize).dilemma_zone()
        limits = [float(end.subs(Dsair.symbolic().speed, 1.5)) for end in Dsair.early_zone()]
        gaps.append(np.abs(np.array(ends) - limits).max())
    np.testing.assert_allclose(np.array(gaps[:-1]) / gaps[1:], 100, rtol=0.05)


def test_a_faster_shortcut_needs_a_larger_risk():
    low, high = TWO.replace(speed=np.linspace(1.1, 3, 20)).dilemma_zone()
    assert (np.diff(low) > 0).all()
    assert (np.diff(high) > 0).all()
    assert (low < high).all()


def test_the_long_run_falls_with_risk_and_half_lies_at_the_end_of_the_zone():
    _, high = TWO.dilemma_zone()
    share = TWO.replace(risk=np.array([0.5, 0.7, float(high), 0.8, 0.9])).long_run(population=100, selection=0.01)
    assert (np.diff(share[:, UNSAFE]) < 0).all()
    assert share[2, UNSAFE] == pytest.approx(0.5, abs=0.1)  # risk dominance, up to the finite population


def test_evolution_is_right_where_probabilities_underflow():
    share = TWO.replace(risk=0.6).long_run(population=1000, selection=1.0)
    assert share[UNSAFE] == pytest.approx(1.0)
    assert np.isfinite(share).all()


def test_unsafe_is_the_one_equilibrium_at_no_risk():
    solution = nash(TWO.replace(risk=0.0).game())
    assert solution.profiles() == [((0.0, 1.0), (0.0, 1.0))]


def test_conditional_safety_is_never_worse_off_than_safety():
    a = Dsair(risk=np.linspace(0, 1, 11)).payoff_matrix()
    assert (a[:, 2] >= a[:, SAFE]).all()


def test_draws_are_batch_axes():
    risk = np.array([0.1, 0.9])
    both = Dsair(risk=risk).game()
    for b, value in enumerate(risk):
        np.testing.assert_allclose(both.payoffs[b], Dsair(risk=value).game().payoffs, rtol=1e-14)
