"""Payoff functions as callers write them, tried at a few choices before a solver trusts them.

A payoff takes choices of shape ``(..., *batch, N)`` to values of shape ``(..., *batch)``. One that reads another axis
than the last gives values of a wrong shape, or the right shape and the values of other points; one that is undefined
somewhere (0/0, a logarithm of zero, an overflow) leaves a search with nothing to certify. Both are told here, with
the place, before or after a search: "nothing certified" is then a statement about the game.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.continuous import ContinuousGame, Floats
from theory.errors import InputError

_LEAST = 5  # points, more where that many might be taken for players or draws
_MARGIN = 0.02  # of the intervals: at the bounds payoffs may be undefined, as shares of nothing
_STRIDE = 0.6180339887498949  # of an additive recurrence, which spreads points evenly
_GRID = 97
_SAME = 1e-9  # of the largest value: the order of the sums may differ


def require_payoffs(game: ContinuousGame, *, finite: bool = True) -> None:
    """Refuse payoffs and gradients that do not give one number for each point inside the bounds.

    Parameters
    ----------
    game
        A game, or a batch.
    finite
        Whether payoffs that are NaN or infinite are refused too.

    Raises
    ------
    InputError
        With the shapes given and expected, or the player, the choices and the value.

    Examples
    --------
    >>> require_payoffs(ContinuousGame([lambda x: x[..., 0], lambda x: 1 / (x[..., 1] - 0.5)], 0, 1))
    Traceback (most recent call last):
    theory.errors.InputError: payoff of 2 is inf at the choices (0.5, 0.5); it must be finite wherever ...
    """
    x = _points(game)
    for i, name in enumerate(game.players):
        values = _tried(game.payoffs[i], x, game, f"payoff of {name}")
        if finite:
            _refuse_gaps(game, i, x, values)
        if game.gradients:
            _tried(game.gradients[i], x, game, f"gradient of {name}")


def refuse_undefined(game: ContinuousGame, missing: ArrayLike) -> None:
    """Refuse payoffs that are NaN or infinite along a player's interval, in draws in which nothing could be certified.

    Parameters
    ----------
    game
        A game, or a batch.
    missing
        Which draws to look at, shape ``batch``.

    Raises
    ------
    InputError
        With the draw, the player, the choices and the value.
    """
    missing = np.asarray(missing, bool)
    if not missing.any():
        return
    part = game[missing] if game.batch_shape else game
    draws = np.argwhere(missing)
    shares = np.linspace(0.0, 1.0, _GRID).reshape(-1, *(1,) * len(part.batch_shape))
    for point in _points(part):
        for i in range(part.n_players):
            x = np.repeat(point[None], _GRID, axis=0)
            x[..., i] = part.lower[..., i] + shares * (part.upper - part.lower)[..., i]
            with np.errstate(all="ignore"):
                values = part.payoff_of(i, x)
            _refuse_gaps(part, i, x, values, draws)


def _points(game: ContinuousGame) -> Floats:
    """Some choices inside the bounds and the shared limits, shape ``(P, *batch, N)``, the middle first."""
    taken = {1, game.n_players, *game.batch_shape}
    count = next(number for number in range(_LEAST, _LEAST + len(taken) + 1) if number not in taken)
    place = 0.5 + _STRIDE * np.outer(np.arange(count), np.arange(1, game.n_players + 1))
    shares = _MARGIN + (1 - 2 * _MARGIN) * (place % 1.0)
    steps = shares.reshape(count, *(1,) * len(game.batch_shape), game.n_players) * (game.upper - game.lower)
    for limit in game.shared:
        room = (limit.limit - limit.use(game.lower)) / np.maximum(limit.use(steps), np.finfo(float).tiny)
        steps = steps * np.clip((1 - _MARGIN) * room, 0.0, 1.0)[..., None]
    return np.asarray(game.lower + steps)


def _tried(function: Callable[..., Any], x: Floats, game: ContinuousGame, what: str) -> Floats:
    """Values at the points, of their shape, the same at a point by itself."""
    expected = x.shape[:-1]
    asked = f"for choices of shape {x.shape}; it must give shape {expected}, one number per point"
    hint = "the players are the last axis, x[..., i]"
    try:
        with np.errstate(all="ignore"):  # what it warns of is told below
            values, alone = (np.asarray(function(points, *game.parameters)) for points in (x, x[1]))
    except InputError:
        raise
    except (ArithmeticError, AttributeError, IndexError, TypeError, ValueError) as error:
        raise InputError(f"{what} fails ({type(error).__name__}: {error}) {asked}: {hint}") from error
    if values.dtype.kind not in "biuf":
        raise InputError(f"{what} gives {str(values.flat[0])[:40]} {asked}, real")
    try:
        full = np.broadcast_to(values, expected)
        single = np.broadcast_to(alone, expected[1:])
    except ValueError:
        raise InputError(f"{what} gives values of shape {values.shape} {asked}: {hint}") from None
    size = np.where(np.isfinite(full[1]), np.abs(full[1]), 0.0).max(initial=0.0)
    if not np.allclose(full[1], single, rtol=_SAME, atol=_SAME * size, equal_nan=True):
        raise InputError(f"{what} gives other values at a point by itself than among others {asked}: {hint}")
    return np.asarray(full, float)


def _refuse_gaps(
    game: ContinuousGame, player: int, x: Floats, values: Floats, draws: NDArray[np.intp] | None = None
) -> None:
    gaps = ~np.isfinite(values)
    if not gaps.any():
        return
    at = tuple(int(k) for k in np.argwhere(gaps)[0])
    draw = at[1:] if draws is None or not game.batch_shape else tuple(int(k) for k in draws[at[1]])
    where = ", ".join(f"{choice:.6g}" for choice in x[at])
    raise InputError(
        f"payoff of {game.players[player]} is {values[at]} at the choices ({where})"
        f"{f' in draw {draw}' if game.batch_shape else ''}; it must be finite wherever the bounds allow: narrow the "
        "bounds, or define it there"
    )
