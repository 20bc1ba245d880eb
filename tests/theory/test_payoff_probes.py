"""Payoff functions that are undefined somewhere, or read the wrong axis: told with the place, never "0 certified"."""

import numpy as np
import pytest

from theory import (
    ContinuousGame,
    InputError,
    SharedLimit,
    continuous_commitment,
    joint_optimum,
    nash,
    variational_equilibrium,
)

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def game(payoff, **options):
    return ContinuousGame([payoff(0), payoff(1)], 0, 1, **options)


@pytest.mark.parametrize(
    ("payoff", "value"),
    [
        (lambda i: lambda x: np.sqrt(0.7 - x[..., i]), "nan"),
        (lambda i: lambda x: np.nan * x[..., i], "nan"),
        (lambda i: lambda x: np.exp(1000 * x[..., i]), "inf"),
        (lambda i: lambda x: np.log(x[..., i]), "-inf"),
        (lambda i: lambda x: 1 / x[..., i], "inf"),
    ],
    ids=["root", "nan", "overflow", "log", "pole"],
)
def test_undefined_payoffs_are_told_with_the_place(payoff, value):
    with pytest.raises(InputError, match=rf"payoff of 1 is {value} at the choices \([\d.e-]+, [\d.e-]+\)"):
        nash(game(payoff))


def test_the_draw_is_told():
    payoff = [lambda x, v, i=i: v * x[..., i] - x[..., i] ** 2 + 0 * np.log(x[..., i] + 1 - v) for i in range(2)]
    values = np.array([1.0, 0.5, 3.0])
    with pytest.raises(InputError, match=r"in draw \(2,\)"):
        nash(ContinuousGame(payoff, 0.1, 1, parameters=[values]))
    assert nash(ContinuousGame(payoff, 0.1, 1, parameters=[values[:2]])).count.tolist() == [1, 1]


def test_commitment_and_shared_limits_look_too():
    undefined = game(lambda i: lambda x: np.sqrt(0.7 - x[..., i]))
    for solver in (continuous_commitment, lambda g: variational_equilibrium(g.replace(shared=[SharedLimit(1.5)]))):
        with pytest.raises(InputError, match="payoff of 1 is nan"):
            solver(undefined)


def test_payoffs_undefined_beyond_a_shared_limit_are_no_empty_answer():
    """Each wants all of the unit that they share; beyond it there is no payoff, where the search has to go."""
    with pytest.raises(InputError, match="payoff of 1 is nan at"):
        nash(game(lambda i: lambda x: x[..., i] + np.sqrt(1 - x.sum(-1)), shared=[SharedLimit(0.99)]))


def test_a_contest_undefined_at_the_origin_alone_is_solved():
    """Nobody is ever alone at the one point where shares are 0/0: spending a quarter of the prize each (Tullock)."""
    found = nash(game(lambda i: lambda x: x[..., i] / x.sum(-1) - x[..., i]))
    np.testing.assert_allclose(found.select(), [0.25, 0.25], atol=1e-9)


def test_no_equilibrium_of_defined_payoffs_is_no_error():
    flee = ContinuousGame([lambda x: (x[..., 0] - x[..., 1]) ** 2, lambda x: -((x[..., 0] - x[..., 1]) ** 2)], 0, 1)
    assert int(nash(flee).count) == 0


@pytest.mark.parametrize(
    "payoff",
    [
        lambda i: lambda x: x[i] * (1 - x.sum(-1)),
        lambda i: lambda x: x[0] * (1 - x[0] - x[1]),
        lambda i: lambda x: x.sum(),
        lambda i: lambda x: x[..., 7],
        lambda i: lambda x, v: x[..., i],
        lambda i: lambda x: x,
    ],
    ids=["own", "both", "all", "beyond", "parameters", "vector"],
)
@pytest.mark.parametrize("solver", [nash, joint_optimum, continuous_commitment])
def test_payoffs_that_ignore_leading_axes_are_told_the_shapes(payoff, solver):
    with pytest.raises(InputError, match=r"for choices of shape \(5, 2\).*must give shape \(5,\)"):
        solver(game(payoff))


def test_one_player_whose_first_point_passes_for_the_player_is_seen():
    """``x[0]`` of five points of one player is the first point, of a shape that fits all."""
    with pytest.raises(InputError, match="by itself"):
        nash(ContinuousGame([lambda x: x[0] * (1 - x[0])], 0, 1))


@pytest.mark.parametrize("value", ["a", None, 1j, [1.0, 2.0, 3.0]], ids=str)
def test_payoffs_that_are_no_numbers_are_told(value):
    with pytest.raises(InputError, match="payoff of 1 gives"):
        nash(game(lambda i: lambda x: value))


def test_a_gradient_of_another_shape_is_told():
    quadratic = game(lambda i: lambda x: x[..., i] - x[..., i] ** 2, gradients=[lambda x: 1 - 2 * x] * 2)
    with pytest.raises(InputError, match="gradient of 1"):
        nash(quadratic)


def test_direct_evaluation_tells_the_shape():
    with pytest.raises(InputError, match=r"points of shape \(7,\)"):
        game(lambda i: lambda x: x[0]).payoff(np.zeros((7, 2)))
