"""Closed forms of public monitoring: published numbers, brute force, and limits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from theory.discounting import critical_discount_factor
from theory.errors import InputError
from theory.monitoring import (
    abreu_milgrom_pearce_bound,
    delayed_discount_factor,
    green_porter,
    imperfect_monitoring_discount_factor,
)


def test_green_porter_example() -> None:
    """Tirole 1988, sec. 6.7.1: alpha = 1/4, d = 0.9 needs T = 3; no T helps below d = 2/3."""
    war = green_porter(0.25, 0.9)
    assert float(war.punishment_length) == 3
    assert float(war.value) == pytest.approx(2.3295542786146926, rel=1e-13)
    assert float(war.critical_discount_factor) == pytest.approx(2 / 3, rel=1e-15)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_shortest_war_against_brute_force(n: int) -> None:
    """Value the two phases directly, and try T = 1, 2, ... until no firm gains by undercutting."""
    a, d = (grid.ravel() for grid in np.meshgrid(np.linspace(0, 0.6, 13), np.linspace(0, 0.99, 34)))
    war = green_porter(a, d, 2.0, n)
    found = np.full(a.shape, np.nan)
    value = np.full(a.shape, np.nan)
    for length in range(400, 0, -1):
        collusive = (1 - a) * 2.0 / n / (1 - (1 - a) * d - a * d ** (length + 1))
        undercut = (1 - a) * 2.0 + d ** (length + 1) * collusive
        kept = collusive >= undercut - 1e-12
        found, value = np.where(kept, length, found), np.where(kept, collusive, value)
    short = ~(war.punishment_length > 400)  # finite and short, or impossible
    assert war.punishment_length[short] == pytest.approx(found[short], nan_ok=True)
    assert war.value[short] == pytest.approx(value[short], nan_ok=True)
    assert short.mean() > 0.9 and np.isfinite(war.punishment_length).sum() > 15


def test_the_threshold_itself_needs_a_war_without_end() -> None:
    at, below = green_porter(0.25, 2 / 3), green_porter(0.25, 0.66)
    assert np.isinf(at.punishment_length) and float(at.value) == pytest.approx(0.375 / 0.5)
    assert np.isnan(below.punishment_length) and np.isnan(below.value)
    assert np.isnan(green_porter(0.5, 0.99).critical_discount_factor)  # demand too noisy for any patience


def test_without_noise_the_threshold_is_that_of_bertrand() -> None:
    n = np.array([2, 3, 4])
    assert green_porter(0.0, 0.9, n_firms=n).critical_discount_factor == pytest.approx(1 - 1 / n)
    assert green_porter(0.0, 0.9, 4.0).value == pytest.approx(2 / 0.1)  # no war ever happens on the path


def test_abreu_milgrom_pearce_bound() -> None:
    assert float(abreu_milgrom_pearce_bound(0.5, 0.1, 0.6)) == pytest.approx(0.9, rel=1e-14)
    # better signals are worth more; useless ones leave the stage equilibrium; proof costs nothing
    bounds = abreu_milgrom_pearce_bound(0.5, 0.1, [0.05, 0.1, 0.2, 0.6, 1.0])
    assert bounds.tolist() == sorted(bounds) and bounds[:2].tolist() == [0, 0]
    assert float(abreu_milgrom_pearce_bound(2, 0, 0.1, cooperation=3, punishment=1)) == 3
    assert float(abreu_milgrom_pearce_bound(0, 0.5, 0.5, cooperation=3, punishment=1)) == 3


def test_bound_is_reached_by_grim_punishment_at_its_discount_factor() -> None:
    """v = (1-d) c + d (v - q0 x) with the largest x = v - p that punishment can take, if incentives just bind."""
    g, q0, q1, c, p = 2.0, 0.1, 0.7, 3.0, 1.0
    v = float(abreu_milgrom_pearce_bound(g, q0, q1, cooperation=c, punishment=p))
    d = float(imperfect_monitoring_discount_factor(g, q0, q1, cooperation=c, punishment=p))
    assert v == pytest.approx((1 - d) * c + d * (v - q0 * (v - p)), rel=1e-13)
    assert (1 - d) * g == pytest.approx(d * (q1 - q0) * (v - p), rel=1e-13)
    perfect = critical_discount_factor(cooperation=c, deviation=c + g, punishment=p)
    assert d > perfect
    assert float(imperfect_monitoring_discount_factor(g, 0, 1, cooperation=c, punishment=p)) == pytest.approx(perfect)
    assert np.isnan(imperfect_monitoring_discount_factor(g, 0.5, 0.5))
    assert float(imperfect_monitoring_discount_factor(0, 0.5, 0.5)) == 0


@pytest.mark.parametrize("scale", [1e-9, 1e12])
def test_units_of_payoffs_do_not_matter(scale: float) -> None:
    assert green_porter(0.25, 0.9, scale).value == pytest.approx(scale * green_porter(0.25, 0.9).value)
    bound = abreu_milgrom_pearce_bound(0.5 * scale, 0.1, 0.6, cooperation=scale)
    assert bound == pytest.approx(0.9 * scale)


@pytest.mark.parametrize(
    ("function", "arguments", "name"),
    [
        (green_porter, (1.0, 0.9), "alpha"),
        (green_porter, (-0.1, 0.9), "alpha"),
        (green_porter, (0.1, 1.0), "discount_factor"),
        (green_porter, (0.1, np.nan), "discount_factor"),
        (green_porter, (0.1, 0.9, -1.0), "monopoly_profit"),
        (green_porter, (0.1, 0.9, 1.0, 1), "n_firms"),
        (abreu_milgrom_pearce_bound, (-1, 0.1, 0.6), "gain"),
        (abreu_milgrom_pearce_bound, (1, 0.1, 1.6), "q1"),
        (abreu_milgrom_pearce_bound, (1, np.nan, 0.6), "q0"),
        (imperfect_monitoring_discount_factor, (np.inf, 0.1, 0.6), "gain"),
    ],
)
def test_bad_input_is_refused(function: Callable[..., object], arguments: tuple[float, ...], name: str) -> None:
    with pytest.raises(InputError, match=name):
        function(*arguments)


@pytest.mark.parametrize("delay", [0, 1, 4])
def test_delay_is_impatience(delay: int) -> None:
    """Who races from now on is answered only after ``delay + 1`` rounds: the factor at which that stops paying."""
    temptation, reward, punishment = 5.0, 3.0, 1.0
    least = (temptation - reward) / (temptation - punishment)  # without delay (Friedman 1971)
    for d, pays in ((0.999 * least ** (1 / (delay + 1)), True), (1.001 * least ** (1 / (delay + 1)), False)):
        racing = np.where(np.arange(5000) <= delay, temptation, punishment) @ ((1 - d) * d ** np.arange(5000))
        assert (racing > reward) == pays
        assert (float(delayed_discount_factor(d, delay)) < least) == pays
    with pytest.raises(InputError, match="whole number"):
        delayed_discount_factor(0.9, 0.5)
