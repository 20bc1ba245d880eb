"""Symmetric equilibria by counts, from two players to a thousand."""

import itertools

import numpy as np
import pytest

from theory import Game, InputError
from theory.symmetric_games import by_counts, gain, symmetric_equilibria
from theory.two_by_two import two_by_two


@pytest.mark.parametrize("n", [2, 3, 10, 100, 1000])
@pytest.mark.parametrize("value", [1.1, 2.0, 50.0])
def test_volunteers_dilemma(n, value):
    """Diekmann (1985): each holds back so often that (1 - p)^(n-1) is cost over value."""
    found = symmetric_equilibria([[0.0] + [value] * (n - 1), [value - 1.0] * n])
    assert found.complete
    (p,) = found.probabilities
    assert (n - 1) * np.log1p(-p) == pytest.approx(-np.log(value), rel=1e-9)


@pytest.mark.parametrize("n", [2, 3, 7, 50, 1000])
def test_coordination_of_all(n):
    """The stag needs everyone: two pure equilibria, and between them a mixed one at 4^(-1/(n-1))."""
    found = symmetric_equilibria([[1.0] * n, [0.0] * (n - 1) + [4.0]])
    assert found.complete
    np.testing.assert_allclose(found.probabilities, [0, 0.25 ** (1 / (n - 1)), 1], rtol=1e-12)


def test_two_players_agree_with_the_closed_form():
    rng = np.random.default_rng(2)
    for _ in range(100):
        row = rng.normal(size=(2, 2))
        found = symmetric_equilibria(row)
        every = two_by_two(Game.from_bimatrix(row, row.T)).profiles()
        expected = sorted(profile[0][1] for profile in every if np.allclose(*profile, atol=1e-12))
        np.testing.assert_allclose(found.probabilities, expected, atol=1e-10)


@pytest.mark.parametrize("n", [3, 12, 300])
def test_what_is_listed_has_no_regret_and_signs_alternate(n):
    for seed in range(10):
        table = np.random.default_rng(seed).normal(size=(2, n))
        found = symmetric_equilibria(table)
        assert found.complete
        assert (found.regret <= 1e-12).all()
        d = table[1] - table[0]
        between = np.concatenate([[0.0], found.interior, [1.0]])
        signs = np.sign([gain(d, (a + b) / 2) for a, b in itertools.pairwise(between)])
        assert (signs[1:] == -signs[:-1]).all()  # every simple root was seen


@pytest.mark.parametrize(("scale", "shift"), [(1e-9, 0.0), (1e12, 0.0), (1.0, 1e4)])
def test_units_change_nothing(scale, shift):
    table = np.random.default_rng(4).normal(size=(2, 20))
    plain, moved = symmetric_equilibria(table), symmetric_equilibria(table * scale + shift)
    np.testing.assert_allclose(plain.probabilities, moved.probabilities, atol=1e-9)


def test_a_root_that_only_touches_zero_is_found_but_not_called_proved():
    found = symmetric_equilibria([[0, 0, 0], [0.25, -0.25, 0.25]])  # (p - 1/2)^2
    assert not found.complete
    np.testing.assert_allclose(found.probabilities, [0.5, 1.0], atol=1e-6)


def test_indifference_everywhere_is_said():
    found = symmetric_equilibria([[1, 1, 1], [1, 1, 1]])
    assert not found.complete
    assert "every probability" in found.note


def test_by_counts_averages_over_places():
    table = np.random.default_rng(5).normal(size=(2, 2, 2, 2))
    p = 0.3
    weights = np.array([1 - p, p])
    dense = np.einsum("abcd,b,c,d->a", table, weights, weights, weights)
    counts = by_counts(table)
    assert gain(counts[1] - counts[0], p) == pytest.approx(dense[1] - dense[0])


@pytest.mark.parametrize("bad", [[1.0, 2.0], [[1.0], [2.0]], [[1.0, np.nan], [0.0, 1.0]], np.zeros((3, 4))])
def test_refusals(bad):
    with pytest.raises(InputError):
        symmetric_equilibria(bad)
