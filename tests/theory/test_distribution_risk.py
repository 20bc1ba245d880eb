import numpy as np
import pytest
from scipy import stats

from theory import InputError, SolverError, cvar
from theory.distribution_risk import cvar_of, integral, limited_mean, value_at_risk_of


def test_normal_tail_is_density_over_tail():
    """Rockafellar and Uryasev (2000)."""
    for level in (0.5, 0.9, 0.95, 0.999):
        quantile = stats.norm.ppf(level)
        assert cvar_of(stats.norm(2, 3), level) == pytest.approx(
            2 + 3 * stats.norm.pdf(quantile) / (1 - level), rel=1e-9
        )


def test_exponential_tail_forgets():
    assert cvar_of(stats.expon(), 0.95) == pytest.approx(value_at_risk_of(stats.expon(), 0.95) + 1, rel=1e-12)


def test_the_sample_version_converges_to_it():
    loss = stats.lognorm(0.5)
    sample = loss.ppf((np.arange(200_000) + 0.5) / 200_000)
    assert cvar(sample, 0.9) == pytest.approx(cvar_of(loss, 0.9), rel=1e-3)


def test_scaling_and_shifting_a_loss():
    plain = cvar_of(stats.gamma(2), 0.9)
    for scale, shift in ((1e-9, 0.0), (1e9, 0.0), (2.0, 5.0)):
        assert cvar_of(stats.gamma(2, loc=shift, scale=scale), 0.9) == pytest.approx(
            scale * plain + shift, rel=1e-9, abs=0
        )


def test_limited_mean_rises_to_the_mean():
    demand = stats.lognorm(0.6)
    values = [limited_mean(demand, k) for k in (0.0, 0.1, 1.0, 5.0, 1e3)]
    assert values == sorted(values)
    assert values[-1] == pytest.approx(demand.mean(), rel=1e-6)


def test_a_tail_without_a_mean_is_refused():
    with pytest.raises(SolverError):
        cvar_of(stats.pareto(0.5), 0.9)


def test_levels_are_checked_and_empty_intervals_are_zero():
    with pytest.raises(InputError, match="level"):
        cvar_of(stats.norm(), 1.0)
    assert integral(lambda x: 1.0, 2.0, 1.0) == 0.0
