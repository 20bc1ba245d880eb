"""Equilibrium payoffs of repeated games: published sets, theorems, and sets that are no polygons."""

import itertools

import numpy as np
import pytest

from theory import Game, InputError, grim_trigger, pure_nash
from theory.payoff_polygon import payoff_set

ABREU_SANNIKOV = ([[16, 3, 0], [21, 10, -1], [9, 5, -5]], [[9, 13, 3], [1, 4, 0], [0, -4, -15]])


def dilemma(r, s, t, p):
    return Game.from_bimatrix([[r, s], [t, p]], [[r, t], [s, p]])


def test_abreu_sannikov_example():
    """Abreu and Sannikov (2014), section 6: six vertices at a discount factor of 0.3."""
    found = payoff_set(Game.from_bimatrix(*ABREU_SANNIKOV), 0.3)
    expected = [[7.33770472, 10.98262528], [1.1256824, 2.8], [7.33770472, 0], [7.86308964, 0], [19.7917977, 2.8]]
    expected.append([15.56308964, 9.1])
    np.testing.assert_allclose(np.sort(found.vertices, axis=0), np.sort(expected, axis=0), atol=1e-7)
    assert found.residual < 1e-12


@pytest.mark.parametrize(("scale", "shift"), [(1e9, 0.0), (1e-9, 0.0), (1.0, 1e6), (1e6, -1e12), (1.0, 1e9)])
def test_units_and_levels_change_nothing(scale, shift):
    row, column = (np.array(table, float) for table in ABREU_SANNIKOV)
    plain = payoff_set(Game.from_bimatrix(row, column), 0.3)
    moved = payoff_set(Game.from_bimatrix(scale * row + shift, scale * column + shift), 0.3)
    rounding = 4e-16 * abs(shift / scale)
    np.testing.assert_allclose((moved.vertices - shift) / scale, plain.vertices, atol=1e-9 + rounding)


def test_cooperation_appears_exactly_at_the_critical_discount_factor():
    game = dilemma(4.0, 0.0, 6.0, 2.0)
    critical = float(grim_trigger(game))
    assert critical == 0.5
    for factor in (0.1, 0.49, critical - 1e-6):
        np.testing.assert_allclose(payoff_set(game, factor).vertices, [[2, 2]])
    for factor in (critical, critical + 1e-6, 0.8, 0.9999):
        np.testing.assert_allclose(payoff_set(game, factor).vertices, [[2, 2], [5, 2], [4, 4], [2, 5]], atol=1e-9)


def test_folk_theorem():
    """Fudenberg and Maskin (1986): for patient players, all feasible payoffs above minmax."""
    rng = np.random.default_rng(3)
    for _ in range(5):
        row, column = rng.normal(size=(2, 3, 3))
        minmax = np.array([row.max(axis=0).min(), column.max(axis=1).min()])
        found = payoff_set(Game.from_bimatrix(row, column), 0.999)
        if found.area > 0:
            np.testing.assert_allclose(found.threats, minmax, atol=0.02)
            assert (found.vertices >= minmax - 1e-9).all()


def test_patience_only_adds():
    game = Game.from_bimatrix(*ABREU_SANNIKOV)
    sets = [payoff_set(game, factor) for factor in (0.2, 0.3, 0.5, 0.7, 0.95)]
    for less, more in itertools.pairwise(sets):
        assert all(more.contains(v) for v in less.vertices)
        assert more.area >= less.area - 1e-9


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("factor", [0.05, 0.5, 0.9])
def test_every_stage_equilibrium_is_in_the_set_and_nobody_gets_less_than_minmax(seed, factor):
    row, column = np.random.default_rng(seed).integers(-4, 5, size=(2, 3, 3)).astype(float)
    game = Game.from_bimatrix(row, column)
    found = payoff_set(game, factor)
    assert all(found.contains(payoffs) for payoffs in pure_nash(game).payoffs)
    if not found.is_empty:
        assert (found.threats >= [row.max(axis=0).min() - 1e-9, column.max(axis=1).min() - 1e-9]).all()


def test_swapping_players_swaps_the_set():
    row, column = (np.array(table, float) for table in ABREU_SANNIKOV)
    one = payoff_set(Game.from_bimatrix(row, column), 0.3).vertices
    other = payoff_set(Game.from_bimatrix(column.T, row.T), 0.3).vertices[:, ::-1]
    np.testing.assert_allclose(np.sort(one, axis=0), np.sort(other, axis=0), atol=1e-9)


@pytest.mark.parametrize(
    ("row", "column", "size"),
    [
        ([[1, -1], [-1, 1]], [[-1, 1], [1, -1]], 0),  # matching pennies: nothing in pure strategies
        ([[1, 0], [0, 2]], [[1, 0], [0, 2]], 2),  # common interest: a segment
        ([[0, 0], [0, 0]], [[0, 0], [0, 0]], 1),
        ([[1, 1], [1, 1]], [[0, 3], [2, 1]], 2),  # a player who does not care
    ],
)
def test_an_empty_set_a_point_and_a_segment_are_answers(row, column, size):
    found = payoff_set(Game.from_bimatrix(row, column), 0.6)
    assert len(found.vertices) == size
    assert found.is_empty == (size == 0)
    assert found.area == 0


def test_refusals():
    with pytest.raises(InputError, match="two-player"):
        payoff_set(Game(np.zeros((3, 2, 2, 2))), 0.5)
    for factor in (0.0, 1.0, -0.1, float("nan")):
        with pytest.raises(InputError, match="discount_factor"):
            payoff_set(dilemma(4, 0, 6, 2), factor)


def cournot(size):
    quantity = np.linspace(0, 6, size)
    own, other = np.meshgrid(quantity, quantity, indexing="ij")
    payoff = np.maximum(6 - own - other, 0) * own
    return Game.from_bimatrix(payoff, payoff.T)


def forced(monkeypatch, game, factor, many):
    with monkeypatch.context() as patch:
        patch.setattr("theory.payoff_polygon._MANY_PROFILES", many)
        return payoff_set(game, factor)


def test_compiled_and_plain_operators_agree(monkeypatch):
    """Both on random games, scaled and degenerate ones: the same vertices to rounding."""
    rng = np.random.default_rng(11)
    games = [Game(rng.normal(size=(2, 4, 5))) for _ in range(12)]
    games += [Game(rng.integers(0, 3, (2, 3, 3)).astype(float)) for _ in range(12)]
    games += [Game.from_bimatrix(*ABREU_SANNIKOV), dilemma(3.0, 0.0, 5.0, 1.0)]
    games += [Game(rng.normal(size=(2, 12, 11))), Game(rng.integers(0, 4, (2, 12, 11)).astype(float))]
    games += [Game(np.ones((2, 12, 11))), Game.from_bimatrix(np.eye(12), np.eye(12)), cournot(12)]
    for game, factor in itertools.product(games, (0.2, 0.55)):
        plain, compiled = (forced(monkeypatch, game, factor, many) for many in (10**9, 0))
        assert compiled.vertices.shape == plain.vertices.shape
        np.testing.assert_allclose(compiled.vertices, plain.vertices, atol=1e-9)
