"""Jensen, Emery-Xu and Trager (2023): dearer compute and safety."""

import numpy as np
import pytest

from models.safety_tax import SafetyTax
from theory import InputError

GRID = [(0.5, 0.25), (0.1, 0.5), (0.3, 0.2), (0.2, 0.8)]


@pytest.mark.parametrize(("returns", "drag"), GRID)
def test_dearer_compute_is_safer_if_drag_outgrows_safety(returns, drag):
    model = SafetyTax(safety_returns=returns, drag=drag)
    slope = model.safety_slope()
    assert np.sign(slope) == np.sign(drag * 0.5 - returns)
    ends = [model.replace(price=0.05 * (1 + h)).symmetric_equilibrium().safety for h in (-1e-4, 1e-4)]
    assert slope == pytest.approx((ends[1] - ends[0]) / (2e-4 * 0.05), rel=1e-5)


@pytest.mark.parametrize("labs", [2, 3, 6])
def test_no_lab_gains_by_any_other_pair(labs):
    found = SafetyTax(labs=labs).symmetric_equilibrium()
    choice = (found.safety_compute, found.speed_compute)
    assert found.gain <= 1e-12
    draws = np.exp(np.random.default_rng(1).uniform(-12, 4, (2, 20_000)))
    model = SafetyTax(labs=labs)
    assert model.payoff((draws[0], draws[1]), choice).max() <= float(model.payoff(choice, choice))


def test_the_certificate_sees_other_choices():
    found = SafetyTax().symmetric_equilibrium()
    assert SafetyTax().deviation_gain((0.5 * found.safety_compute, found.speed_compute)) > 1e-3
    assert SafetyTax().deviation_gain((found.safety_compute, 2 * found.speed_compute)) > 1e-3


def test_the_payoff_is_that_of_the_paper():
    model = SafetyTax(labs=3, price=0.1)
    own, rival = (0.7, 0.9), (0.4, 1.3)
    p = [10 * x[1] ** 0.5 for x in (own, rival, rival)]
    s = [10 * x[0] ** 0.5 * y**-0.25 for x, y in zip((own, rival, rival), p, strict=True)]
    q, sigma = np.array(p) / sum(p), np.array([y / (1 + y) for y in s])
    expected = sigma[0] * q[0] - (1 - sigma @ q) * 1.0 - 0.1 * sum(own)
    assert float(model.payoff(own, rival)) == pytest.approx(float(expected), rel=1e-14)


def test_without_drag_dearer_compute_is_never_safer():
    assert SafetyTax(drag=0.0).safety_slope() < 0


def test_a_worse_disaster_makes_labs_safer():
    safety = [SafetyTax(disaster=d).symmetric_equilibrium().safety for d in (0.5, 1, 2, 4)]
    assert (np.diff(safety) > 0).all()


def test_refusals():
    with pytest.raises(InputError, match="labs"):
        SafetyTax(labs=1)
    with pytest.raises(InputError, match="price"):
        SafetyTax(price=0)
    with pytest.raises(InputError, match="below 1"):
        SafetyTax(safety_returns=1.0)
