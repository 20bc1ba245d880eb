"""The entry point to the equilibria of a game: picks the method that proves most for the game at hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import overload

from theory.arrays import one_of
from theory.batches import MOST_PAIRS, batch_support_enumeration
from theory.bimatrix import lemke_howson_all, nashpy_vertex_enumeration, support_enumeration
from theory.continuous import ContinuousGame
from theory.continuous_solution import ContinuousSolution
from theory.errors import InputError, SolverError
from theory.float_vertices import float_vertex_enumeration
from theory.gambit import METHODS as GAMBIT
from theory.game import Game, require_game
from theory.homotopy import logit_homotopy
from theory.newton import continuous_nash
from theory.polynomial_nash import polynomial_nash
from theory.pure import pure_nash
from theory.solution import Solution
from theory.two_by_two import two_by_two
from theory.variational import variational_equilibrium
from theory.vertices import BASES_LIMIT, vertex_enumeration, worst_case_bases
from theory.zero_sum import minimax

SMALL = 27
"""Games of three and more players with at most this many profiles are searched for mixed equilibria too."""

LARGE = 40_000
"""Where profiles times the square of the number of players are more, only pure equilibria are searched: following
the logit branch would take more than a few seconds."""

METHODS: dict[str, Callable[[Game], Solution]] = {
    "two_by_two": two_by_two,
    "batch_support_enumeration": batch_support_enumeration,
    "vertex_enumeration": vertex_enumeration,
    "float_vertex_enumeration": float_vertex_enumeration,
    "lemke_howson_all": lemke_howson_all,
    "pure_nash": pure_nash,
    "polynomial_nash": polynomial_nash,
    "logit_homotopy": logit_homotopy,
    "minimax": minimax,
    "support_enumeration": support_enumeration,
    "nashpy_vertex_enumeration": nashpy_vertex_enumeration,
    **GAMBIT,
}
"""Solvers of finite games by name; what `nash` accepts as ``method``."""


@overload
def nash(game: Game, method: str | None = None) -> Solution: ...


@overload
def nash(game: ContinuousGame, method: str | None = None) -> ContinuousSolution: ...


def nash(game: Game | ContinuousGame, method: str | None = None) -> Solution | ContinuousSolution:
    """Nash equilibria of a game.

    Parameters
    ----------
    game
        A finite game, or a game over quantities (solved by `continuous_nash`, or by `variational_equilibrium` if
        it has shared limits), or a batch of either.
    method
        A name in `METHODS`. If not given: a batch of 2 x 2 games is solved in closed form (`two_by_two`), one
        of larger two-player games, up to 5 x 5, by `batch_support_enumeration`; a
        single two-player game by `vertex_enumeration`, which is provably complete, if it is small enough
        that this cannot take long, and else by Lemke-Howson from all labels; with one or more than two
        players, `polynomial_nash` if it is small, else pure equilibria only, or one mixed equilibrium by
        `logit_homotopy` if there are none. What is not proved is said in ``complete`` and ``note``.

    Returns
    -------
    Solution, or ContinuousSolution for a game over quantities

    Raises
    ------
    InputError
        For an unknown method, for something that is not a game, or for a batch of two-player games larger than 5 x 5.

    Examples
    --------
    >>> nash(Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]]))
    vertex_enumeration: 1 found, complete, relative regret 0.0e+00
      (0, 1)  (0, 1)
    """
    if isinstance(game, ContinuousGame):
        if method not in (None, "continuous_nash"):
            raise InputError(f"unknown method {method!r} for a game over quantities; there is continuous_nash")
        if game.shared:
            return variational_equilibrium(game)
        return continuous_nash(game)
    require_game(game, "nash")
    if method is None:
        return _default(game)
    return METHODS[one_of(method, METHODS, "method")](game)


def _default(game: Game) -> Solution:
    if game.n_players > 2 and not game.batch_ndim and math.prod(game.n_actions) <= SMALL:
        return polynomial_nash(game)
    if game.n_players != 2:
        return _many_players(game)
    if game.batch_ndim and game.n_actions == (2, 2):
        return two_by_two(game)
    if game.batch_ndim and math.comb(sum(game.n_actions), game.n_actions[0]) - 1 <= MOST_PAIRS:
        return batch_support_enumeration(game)
    if game.batch_ndim:
        raise InputError(
            f"nash solves a batch of two-player games up to 5 x 5, not {game!r}; "
            "find pure equilibria with pure_nash(game), or loop over the draws: [nash(draw) for draw in game]"
        )
    if worst_case_bases(*game.n_actions) <= BASES_LIMIT:
        return vertex_enumeration(game)
    return lemke_howson_all(game)


def _many_players(game: Game) -> Solution:
    """Pure equilibria of a game too large for more; if there are none, one mixed equilibrium, where it can be found."""
    pure = pure_nash(game)
    if game.batch_ndim or pure.mask.any() or math.prod(game.n_actions) * game.n_players**2 > LARGE:
        return replace(pure, complete=False, note="pure equilibria only: mixed ones are not searched")
    try:
        found = logit_homotopy(game)
    except SolverError as error:
        return replace(pure, complete=False, note=f"there is no pure equilibrium, and no mixed one was found: {error}")
    return replace(found, note="no pure equilibrium; one mixed one, others are not searched")
