"""How equilibria of games over quantities move with a parameter, by the implicit function theorem.

At an equilibrium some choices are interior, with marginal payoff ``g_i(x, t) = 0``, and the others are at a bound, with
a marginal payoff that pushes against it. While the same choices stay interior (set ``A``),

    (dg_A/dx_A) dx_A/dt = - dg_A/dt - (dg_A/dx_B) dx_B/dt,        x_B at bounds that move as the bounds do

(e.g. Mas-Colell, Whinston and Green 1995, appendix M.E). The derivative does not exist where a choice is about to leave
its bound (no strict complementarity) or where ``dg_A/dx_A`` is singular, a fold; both are reported as NaN.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats, function_of
from theory.best_replies import best_reply
from theory.continuous import ContinuousGame, Floats
from theory.display import MOST_LINES, aligned, counted, shortened
from theory.equilibrium import nash
from theory.errors import InputError

Family = Callable[[Floats], ContinuousGame]
"""Games along a parameter: values of shape ``(B,)`` to a batch of B games."""

_STEP = np.cbrt(np.finfo(float).eps)
_COARSE_STEP = 3e-4  # for marginal payoffs that are differences themselves, known to some ten digits
_SINGULAR = 1e-9  # condition of the Jacobian in units of the intervals
_REGRET = 1e-6  # of the range of the payoff along the own interval: choices that callers have rounded are taken
_SLACK = 1e-7  # marginal payoff against a bound, as a share of the payoff's slope, below which it may let go


@dataclass(frozen=True, eq=False, repr=False)
class EquilibriumDerivative:
    """Equilibrium choices and their derivatives along a parameter.

    Attributes
    ----------
    value
        Values of the parameter, shape ``(B,)``.
    choices, derivative, elasticity
        ``x``, ``dx/dt`` and ``(dx/dt) t / x``, shape ``(B, N)``; NaN where there is none.
    total
        Derivative of the sum of all choices, shape ``(B,)``.
    binding
        -1 at the lower bound, +1 at the upper one, 0 inside; shape ``(B, N)``.
    players
        Their labels.
    """

    value: Floats
    choices: Floats
    derivative: Floats
    binding: NDArray[np.int64]
    players: tuple[str, ...]

    def __repr__(self) -> str:
        states = {-1: "at lower bound", 0: "inside", 1: "at upper bound"}
        lines = []
        for t, *columns in zip(self.value, self.choices, self.derivative, self.elasticity, self.binding, strict=True):
            rows = [
                [f"  {name}", *(f"{number:.6g}" for number in (x, slope, relative)), states[int(bound)]]
                for name, x, slope, relative, bound in zip(self.players, *columns, strict=True)
            ]
            lines += aligned([[f"  at {t:.6g}", "choice", "derivative", "elasticity", ""], *rows])
        most = max(1, 2 * MOST_LINES // (len(self.players) + 1)) * (len(self.players) + 1)
        found = int(np.isfinite(self.derivative).all(axis=-1).sum())
        head = f"equilibrium derivative: at {counted(len(self.value), 'value')} of the parameter, {found} regular"
        return "\n".join([head, *shortened(lines, "derivative", most)])

    @property
    def elasticity(self) -> Floats:
        """Percentage change of each choice when the parameter rises by one per cent."""
        nothing = np.full(self.choices.shape, np.nan)
        relative = np.divide(self.derivative * self.value[:, None], self.choices, out=nothing, where=self.choices != 0)
        return np.asarray(relative)

    @property
    def total(self) -> Floats:
        """Derivative of total choice."""
        return np.asarray(self.derivative.sum(axis=-1))


def equilibrium_derivative(family: Family, value: ArrayLike, choices: ArrayLike | None = None) -> EquilibriumDerivative:
    """Derivative of an equilibrium in a parameter, for every value at once.

    Parameters
    ----------
    family
        Gives the batch of games at an array of values, e.g. ``lambda V: model.replace(prize=V).continuous_game()``.
    value
        Values of the parameter, a number or shape ``(B,)``.
    choices
        Equilibrium at each value, shape ``(B, N)``; the first that `nash` certifies if not given. NaN where there
        is none.

    Raises
    ------
    InputError
        If the choices are no equilibrium, with what a player would gain; if the family does not give one game per
        value or has shared limits, or the values are not finite numbers.

    Examples
    --------
    In a lottery among n each spends (n - 1) V / n^2, so that spending per prize is 1/4 for two:

    >>> rent = lambda i: lambda x, V: V * x[..., i] / x.sum(-1) - x[..., i]
    >>> lottery = lambda V: ContinuousGame([rent(0), rent(1)], lower=1e-6, upper=50, parameters=[V])
    >>> equilibrium_derivative(lottery, 10.0).derivative.round(6)
    array([[0.25, 0.25]])
    """
    t = np.atleast_1d(finite_floats(value, "value"))
    if t.ndim != 1 or not t.size:
        raise InputError(f"value is {value!r}; it must be a finite number or a list of them")
    game = family_at(family, t)
    x = nash(game).select() if choices is None else np.broadcast_to(game.choices(choices), game.lower.shape)
    found = np.asarray(np.isfinite(x).all(axis=-1))
    if choices is not None:
        _require_equilibria(game, game.choices_within(x), t, found)
    x = np.where(found[:, None], x, (game.lower + game.upper) / 2)
    width = game.upper - game.lower
    across, along, binding, pushed = linearise(family, t, x)
    lower_moves, upper_moves = _bound_moves(family, t)
    inside = binding == 0
    identity = np.eye(x.shape[-1])
    # rows of interior choices: the implicit function theorem; a choice at a bound keeps its share, and moves with it
    scale = np.abs(across).max(axis=(-1, -2), keepdims=True) + np.finfo(float).tiny
    matrix = np.where(inside[..., None], across / scale, identity)
    right = np.where(inside, -along / scale[..., 0], 0.0)
    regular: NDArray[np.bool_] = (
        found & pushed.all(axis=-1) & (np.linalg.svd(matrix, compute_uv=False)[..., -1] > _SINGULAR)
    )
    step = np.linalg.solve(np.where(regular[:, None, None], matrix, identity), right[..., None])[..., 0] * width
    step += lower_moves + (x - game.lower) / width * (upper_moves - lower_moves)
    return EquilibriumDerivative(
        t, np.where(found[:, None], x, np.nan), np.where(regular[:, None], step, np.nan), binding, game.players
    )


def family_at(family: Family, values: Floats) -> ContinuousGame:
    """Batch of games at these values, checked."""
    game = function_of(family, "family", "values of shape (B,) to a batch of B games over quantities")(values)
    if not isinstance(game, ContinuousGame) or game.batch_shape != values.shape or game.shared:
        raise InputError(
            f"the family gives {game!r} at {len(values)} values of the parameter; it must give a batch of as many "
            "games over quantities, without shared limits: parameters=[values], or model.replace(name=values)"
        )
    return game


def _require_equilibria(game: ContinuousGame, x: Floats, t: Floats, found: NDArray[np.bool_]) -> None:
    """Refuse choices at which a player would gain: away from an equilibrium the theorem says nothing."""
    filled = np.where(found[:, None], x, (game.lower + game.upper) / 2)
    for i, name in enumerate(game.players):
        _, best, spread = best_reply(game, filled, i)
        gain = best - game.payoff_of(i, filled)
        share = np.divide(gain, spread, out=np.zeros(gain.shape), where=spread > 0)
        wrong = found & ~(share <= _REGRET)
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            unit = f" {game.payoff_unit}" if game.payoff_unit else ""
            raise InputError(
                f"choices {x[at].tolist()} at {t[at]:g} are no equilibrium: {name} would gain {gain[at]:.3g}{unit} by "
                f"another choice, {share[at]:.2g} of the range of its payoff; give equilibria, or leave choices out"
            )


def linearise(family: Family, t: Floats, x: Floats) -> tuple[Floats, Floats, NDArray[np.int64], NDArray[np.bool_]]:
    """Marginal payoffs to first order, with choices as shares ``z`` of their intervals.

    Returns
    -------
    across, along
        ``dg_i/dz_j`` (in payoffs per share), shape ``(B, N, N)``, and ``dg_i/dt`` at fixed z, shape ``(B, N)``.
    binding, pushed
        Which bound holds each choice, and whether the choice is clearly inside or clearly pushed against its bound.
    """
    game = family_at(family, t)
    width = game.upper - game.lower
    z = (x - game.lower) / width
    n = x.shape[-1]
    across = np.empty((*x.shape, n))
    first = _STEP if game.gradients else _COARSE_STEP
    for j in range(n):
        h = np.minimum(first, np.maximum(z[:, j], 1e-6) * 0.01)
        across[..., j] = _richardson(functools.partial(_rise, game, z, j), h)
    h = first * np.maximum(np.abs(t), 1e-3 * np.ptp(t) + np.where(t == 0, 1.0, 0.0))

    def rise_along(h: Floats) -> Floats:
        ends = [_shares_gradient(family_at(family, t + sign * h), z) for sign in (1, -1)]
        return np.asarray((ends[0] - ends[1]) / (2 * h)[:, None])

    along = _richardson(rise_along, h)
    slope = _shares_gradient(game, z)
    size = np.abs(np.diagonal(across, axis1=1, axis2=2))
    at_lower, at_upper = z <= 1e-7, z >= 1 - 1e-7
    binding = np.where(at_lower, -1, np.where(at_upper, 1, 0))
    pushed = np.where(binding < 0, slope < -_SLACK * size, np.where(binding > 0, slope > _SLACK * size, True))
    return across, along, binding, pushed


def _shares_gradient(game: ContinuousGame, z: Floats) -> Floats:
    width = game.upper - game.lower
    return game.gradient(game.lower + z * width) * width


def _rise(game: ContinuousGame, z: Floats, j: int, h: Floats) -> Floats:
    """Difference quotient of the marginal payoffs in the share of player ``j``."""
    up, down = z.copy(), z.copy()
    up[:, j], down[:, j] = np.minimum(z[:, j] + h, 1.0), np.maximum(z[:, j] - h, 0.0)
    rise = _shares_gradient(game, up) - _shares_gradient(game, down)
    return np.asarray(rise / (up[:, j] - down[:, j])[:, None])


def _richardson(quotient: Callable[[Floats], Floats], h: Floats) -> Floats:
    """Difference quotients at ``h`` and ``h / 2``, extrapolated to zero (their error is of the order of h squared)."""
    return np.asarray((4 * quotient(h / 2) - quotient(h)) / 3)


def _bound_moves(family: Family, t: Floats) -> tuple[Floats, Floats]:
    h = _STEP * np.maximum(np.abs(t), np.where(t == 0, 1.0, 0.0))
    up, down = family_at(family, t + h), family_at(family, t - h)
    wide = (2 * h)[:, None]
    return (up.lower - down.lower) / wide, (up.upper - down.upper) / wide
