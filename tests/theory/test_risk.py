"""CVaR, intervals, sensitivity and the split, against known answers."""

import numpy as np
import pytest
from scipy import stats

from theory import InputError, cvar, from_replicates, probability, value_at_risk
from theory.sensitivity import sobol_indices


def test_cvar_of_the_normal_and_the_exponential():
    """Rockafellar and Uryasev: 2.0627 for the standard normal at 95%, 1 - ln(0.05) for the exponential."""
    u = (np.arange(2**20) + 0.5) / 2**20
    assert float(cvar(stats.norm.ppf(u))) == pytest.approx(2.0627128, abs=2e-4)
    assert float(cvar(stats.expon.ppf(u))) == pytest.approx(1 - np.log(0.05), abs=2e-4)
    assert float(value_at_risk(stats.norm.ppf(u))) == pytest.approx(1.6448536, abs=1e-4)


def test_cvar_splits_the_atom():
    assert float(cvar([0.0] * 90 + [1.0] * 10, 0.95)) == pytest.approx(1.0)
    assert float(cvar([0.0] * 97 + [1.0] * 3, 0.95)) == pytest.approx(0.6)


def test_cvar_at_several_levels_is_that_at_each():
    losses = np.random.default_rng(3).exponential(size=(5, 200))
    several = cvar(losses, [0.8, 0.9, 0.975])
    assert several.shape == (3, 5)
    for level, found in zip((0.8, 0.9, 0.975), several, strict=True):
        np.testing.assert_array_equal(found, cvar(losses, level))
        assert (found >= cvar(losses, 0.5)).all()
    with pytest.raises(InputError, match="level is 1"):
        cvar(losses, [0.9, 1.0])


def test_cvar_is_a_coherent_measure_on_samples():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 1000))
    assert cvar(x + y) <= cvar(x) + cvar(y) + 1e-12
    np.testing.assert_allclose(cvar(3 * x + 7), 3 * cvar(x) + 7)


def test_wilson_interval_covers():
    rng = np.random.default_rng(2)
    hits = [probability(rng.random(200) < 0.05) for _ in range(500)]
    coverage = np.mean([e.low <= 0.05 <= e.high for e in hits])
    assert 0.93 <= coverage <= 0.99


def test_replicate_interval_covers():
    rng = np.random.default_rng(3)
    estimates = [from_replicates(rng.normal(1.0, 2.0, 8)) for _ in range(1000)]
    coverage = np.mean([e.low <= 1.0 <= e.high for e in estimates])
    assert 0.93 <= coverage <= 0.97


def test_sobol_indices_of_the_ishigami_function():
    """Analytic values with a = 7, b = 0.1 (Ishigami and Homma 1990)."""

    def ishigami(u):
        x = 2 * np.pi * u - np.pi
        return (np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))[None]

    (indices,) = sobol_indices(ishigami, ["x1", "x2", "x3"], points=2048, rng=np.random.default_rng(4))
    first = {"x1": 0.3139, "x2": 0.4424, "x3": 0.0}
    total = {"x1": 0.5576, "x2": 0.4424, "x3": 0.2437}
    for name in first:
        assert indices[name]["first"].value == pytest.approx(first[name], abs=0.02)
        assert indices[name]["total"].value == pytest.approx(total[name], abs=0.02)
    assert list(indices) == ["x1", "x2", "x3"]


def test_an_output_that_does_not_vary_is_driven_by_nothing():
    (indices,) = sobol_indices(lambda u: np.ones((1, len(u))), ["a", "b"], points=64, rng=np.random.default_rng(5))
    assert indices["a"]["total"].value == 0.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: cvar([1.0], 1.5),
        lambda: probability([]),
        lambda: from_replicates([1.0]),
        lambda: sobol_indices(lambda u: u.T, ["a"], points=100, rng=np.random.default_rng(0)),
        lambda: sobol_indices(lambda u: u.T, [], points=64, rng=np.random.default_rng(0)),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(InputError):
        call()
