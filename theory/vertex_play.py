"""Play that supports the vertices of an exact payoff set, and how safe a supporting play is against deviations.

Definitions
-----------
Every vertex ``v`` of the set ``V`` of equilibrium payoffs (`theory.payoff_polygon`) is ``(1-d) g(a) + d w`` for some
action profile ``a`` and a continuation ``w`` in ``V`` that enforces it: ``d (w_i - u_i) >= (1-d) h_i(a)`` with the
threats ``u`` and the gains ``h`` of the best deviations. With ``w`` as a public lottery over vertices, the profiles,
the lotteries and, after a deviation of player ``i``, the vertex that is worst for ``i``, are an equilibrium with one
state for each vertex (Abreu, Pearce & Stacchetti 1990, Econometrica 58:1041-1063).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.arrays import discount_factor_of
from theory.errors import InputError, SolverError
from theory.game import Game, require_game
from theory.payoff_polygon import PayoffSet
from theory.payoff_polytopes import SupportingPlay
from theory.polytopes import as_lottery

Floats = NDArray[np.float64]

_GAINED = 1e-4  # of a round's payoff range: more than that is no rounding

_ROUNDING = 1e-7  # of the payoff ranges, where a round weighs a hundredth or more; else as much less as it weighs less


def supporting_play(game: Game, found: PayoffSet) -> SupportingPlay:
    """Equilibrium that starts at any vertex of a payoff set and pays it.

    Parameters
    ----------
    game
        The stage game of which ``found`` is the payoff set.

    Raises
    ------
    InputError
        If the set is empty, or that of another game.
    SolverError
        If the discount factor is so near one that rounding hides what a deviation gains.

    Examples
    --------
    >>> from theory.payoff_polygon import payoff_set
    >>> race = Game.from_bimatrix([[9, 1], [10, 3]], [[9, 10], [1, 3]])
    >>> play = supporting_play(race, payoff_set(race, 0.75))
    >>> play.profiles[2], play.lottery[2]  # restraint for ever pays (9, 9), the third vertex
    (array([0, 0]), array([0., 0., 1., 0.]))
    >>> deviation_gain(race, play, 0.75) < 1e-9  # some threats bind
    True
    """
    require_game(game, "supporting_play")
    if not isinstance(found, PayoffSet):
        raise InputError(f"found is {str(found)[:60]}; it must be the PayoffSet that payoff_set gives")
    if game.n_players != 2 or game.batch_ndim or found.is_empty:
        raise InputError(f"{game!r} and a set with {len(found.vertices)} vertices; a single game and its payoff set")
    d = found.discount_factor
    plain, level = game.from_minimum()
    tables = np.asarray(plain.payoffs, float) / found.scale[:, np.newaxis, np.newaxis]
    gains = np.stack([table.max(axis=i, keepdims=True) - table for i, table in enumerate(tables)])
    stage, needed = (array.reshape(2, -1).T for array in (tables, gains))
    vertices = (found.vertices - np.asarray(level, float)) / found.scale
    least = vertices.min(axis=0) + (1 - d) / d * needed
    chosen, lotteries = [], []
    rounding = _ROUNDING * min(1.0, 100 * (1 - d))
    for v in vertices:
        continuation = (v - (1 - d) * stage) / d
        short = np.maximum(least - continuation, 0).max(axis=1)
        outside = np.maximum(vertices.min(axis=0) - continuation, continuation - vertices.max(axis=0)).max(axis=1)
        best, weights, miss = -1, np.empty(0), np.inf
        for a in np.flatnonzero(np.maximum(short, outside) <= rounding):
            lottery = as_lottery(continuation[a], vertices)
            gap = max(float(np.abs(lottery @ vertices - continuation[a]).max()), float(short[a]))
            if gap < miss:
                best, weights, miss = int(a), lottery, gap
        if miss > rounding:
            raise InputError(
                f"the vertex {v.tolist()} is no equilibrium payoff of {game!r} as far as rounding lets it be seen; "
                "give the game's own payoff set, and no discount factor that leaves a round nothing to weigh"
            )
        chosen.append(best)
        lotteries.append(weights)
    profiles = np.array(list(np.ndindex(*game.n_actions)), np.int64)[chosen]
    play = SupportingPlay(profiles, np.stack(lotteries), vertices.argmin(axis=0).astype(np.int64))
    gained = deviation_gain(game, play, d) / (1 - d)
    if gained > _GAINED:
        raise SolverError(
            f"at a discount factor of {d} rounding hides what a deviation gains, {gained:.1e} of a round's payoff "
            "range; take one that is less near one"
        )
    return play


def play_values(game: Game, play: SupportingPlay, discount_factor: float) -> Floats:
    """Normalised discounted payoffs from each state of a supporting play, shape ``(K, N)``.

    Raises
    ------
    InputError
        For a batch, or profiles that the game does not have.
    """
    return np.asarray(_values(game, play, discount_factor)[0] + np.asarray(game.from_minimum()[1], float))


def deviation_gain(game: Game, play: SupportingPlay, discount_factor: float) -> float:
    """Most that one deviation by one player gains in any state, as a share of the payoff range; none if not positive.

    By the one-shot deviation principle the play is a subgame-perfect equilibrium if and only if it is not positive, up
    to rounding.

    Raises
    ------
    InputError
        For a batch, or profiles that the game does not have.
    """
    values, stage = _values(game, play, discount_factor)
    payoffs, d = np.asarray(game.from_minimum()[0].payoffs, float), discount_factor
    worst = -np.inf
    for i, payoff in enumerate(payoffs):
        width = float(payoff.max()) or 1.0
        threat = values[play.punishments[i], i]
        for k, profile in enumerate(play.profiles):
            own = payoff[tuple(slice(None) if j == i else int(a) for j, a in enumerate(profile))]
            if len(own) == 1:
                continue
            best = np.delete(own, profile[i]).max()
            stay = d * (play.lottery[k] @ values[:, i])
            worst = max(worst, float(((1 - d) * (best - stage[k, i]) + d * threat - stay) / width))
    return worst


def _values(game: Game, play: SupportingPlay, discount_factor: float) -> tuple[Floats, Floats]:
    """Values and stage payoffs of the states, less the smallest payoff of each player."""
    require_game(game, "a supporting play")
    n = game.n_players
    if game.batch_ndim or play.profiles.shape[1] != n or (play.profiles >= game.n_actions).any():
        raise InputError(f"{game!r} and a play of {play.profiles.shape[1]} players: they do not fit")
    discount_factor = discount_factor_of(discount_factor, lowest_included=True)
    stage = np.asarray(game.from_minimum()[0].payoffs, float)[(slice(None), *play.profiles.T)].T
    system = np.eye(len(stage)) - discount_factor * play.lottery
    return np.asarray(np.linalg.solve(system, (1 - discount_factor) * stage), float), stage
