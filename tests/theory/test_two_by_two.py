"""2 x 2 games in closed form against exact enumeration, draw by draw."""

from fractions import Fraction as F

import numpy as np
import pytest

from theory import Game, InputError
from theory.two_by_two import two_by_two
from theory.vertices import vertex_enumeration


def strategies_of(solution):
    return np.array(sorted([*x, *y] for x, y in solution.profiles()))


def test_generic_batch_equals_enumeration_draw_by_draw():
    rng = np.random.default_rng(0)
    game = Game(rng.standard_normal((150, 2, 2, 2)), batch_ndim=1)
    solution = two_by_two(game)
    assert solution.complete.all() and solution.certified[solution.mask].all()
    assert set(np.unique(solution.count)) == {1, 3}  # a generic game has one or three
    for k, draw in enumerate(game):
        np.testing.assert_allclose(strategies_of(two_by_two(draw)), strategies_of(vertex_enumeration(draw)), atol=1e-12)
        np.testing.assert_array_equal(solution.distributions[k], two_by_two(draw).distributions)


def test_degenerate_games_are_never_called_complete_wrongly():
    values = np.stack(np.meshgrid(*[[0, 1]] * 8, indexing="ij"), axis=-1).reshape(-1, 2, 2, 2)
    game = Game(values, batch_ndim=1)  # all 256 games with payoffs 0 and 1
    solution = two_by_two(game)
    assert solution.certified[solution.mask].all()
    for k, draw in enumerate(game):
        listed = {tuple(map(tuple, np.round(p, 9))) for p in two_by_two(draw).profiles()}
        every = {tuple(map(tuple, np.round(p, 9))) for p in vertex_enumeration(draw).profiles()}
        assert listed <= every
        assert not solution.complete[k] or listed == every


def test_dilemma_class_by_place():
    names = {"dilemma": (5, 3, 1, 0), "chicken": (5, 3, 0, 1), "stag hunt": (3, 5, 1, 0)}  # T, R, P, S
    payoffs = [[[[r, s], [t, p]], [[r, t], [s, p]]] for t, r, p, s in names.values()]
    mask = two_by_two(Game(payoffs, batch_ndim=1)).mask
    np.testing.assert_array_equal(mask, np.array([[0, 0, 0, 1, 0], [0, 1, 1, 0, 1], [1, 0, 0, 1, 1]], bool))


@pytest.mark.parametrize("scale", [1e-9, 1e-200, 1e6, 1e12])
def test_unit_of_payoffs_does_not_matter(scale):
    payoffs = np.random.default_rng(2).standard_normal((200, 2, 2, 2))
    before = payoffs.copy()
    plain, scaled = two_by_two(Game(payoffs, batch_ndim=1)), two_by_two(Game(payoffs * scale, batch_ndim=1))
    np.testing.assert_array_equal(plain.mask, scaled.mask)
    np.testing.assert_allclose(plain.distributions, scaled.distributions, rtol=1e-12)
    np.testing.assert_array_equal(payoffs, before)


def test_exact_and_several_batch_axes():
    hawk_dove = Game.from_bimatrix([[F(-1, 3), 4], [0, 2]], [[F(-1, 3), 0], [4, 2]])
    found = two_by_two(hawk_dove)
    assert found.strategies(0)[-1].tolist() == [F(6, 7), F(1, 7)]
    assert found.regret[found.mask].max() == 0
    batch = two_by_two(Game(np.random.default_rng(3).random((2, 3, 2, 2, 2)), batch_ndim=2))
    assert batch.distributions.shape == (2, 3, 5, 2, 2) and batch.complete.shape == (2, 3)


@pytest.mark.parametrize("shape", [(2, 3, 2), (3, 2, 2, 2), (2, 2, 3), (1, 2)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(InputError, match="two actions each"):
        two_by_two(Game(np.zeros(shape)))
