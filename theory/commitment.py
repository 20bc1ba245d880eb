"""Commitment: one player moves first with a mixed strategy that the other observes (Stackelberg).

For every action ``j`` of the follower, a linear program finds the leader's best mixture among those to which ``j``
is a best reply; the best of these programs is the commitment (Conitzer and Sandholm 2006, *Computing the optimal
strategy to commit to*, EC '06, theorem 2). *Strong*: the follower breaks ties in the leader's favour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import player_of
from theory.display import mixture, numbers
from theory.errors import SolverError
from theory.game import Array, Game, require_game


@dataclass(frozen=True, eq=False, repr=False)
class Commitment:
    """What a leader commits to, and what follows.

    Parameters
    ----------
    game
        The game.
    leader
        Which player commits, 0 or 1.
    leader_strategy
        Probabilities, shape ``(n_leader,)``.
    follower_action
        The best reply that the leader gets.
    payoffs
        Expected payoffs of players 0 and 1, shape ``(2,)``.
    follower_regret
        What the follower would gain by another action: 0 up to rounding.
    """

    game: Game
    leader: int
    leader_strategy: Array
    follower_action: int
    payoffs: Array
    follower_regret: float

    def __repr__(self) -> str:
        first, second = self.leader, 1 - self.leader
        names, actions = self.game.players, self.game.actions
        head = f"commitment of {names[first]}: payoffs {numbers(self.payoffs)}, regret of the follower "
        lines = [
            f"  {names[first]} commits to {mixture(self.leader_strategy, actions[first])}",
            f"  {names[second]} replies {actions[second][self.follower_action]}",
        ]
        return "\n".join([f"{head}{self.follower_regret:.1e}", *lines])


def strong_stackelberg(game: Game, leader: int = 0) -> Commitment:
    """Optimal mixed strategy to commit to in a two-player game.

    Parameters
    ----------
    game
        A single two-player game.
    leader
        The player who commits: 0 (rows) or 1 (columns).

    Returns
    -------
    Commitment

    Raises
    ------
    InputError
        If the game is not a single two-player game, or the leader is not 0 or 1.
    SolverError
        If no linear program could be solved and checked.

    Examples
    --------
    Committing to mix gains over the equilibrium payoff of 2:

    >>> game = Game.from_bimatrix([[2, 4], [1, 3]], [[1, 0], [0, 1]])
    >>> commitment = strong_stackelberg(game)
    >>> commitment.leader_strategy, commitment.follower_action, float(commitment.payoffs[0])
    (array([0.5, 0.5]), 1, 3.5)
    """
    require_game(game, "strong_stackelberg")
    row, column = game.bimatrix()
    leader = player_of(leader, 2, "leader")
    own, other = (row, column) if leader == 0 else (column.T, row.T)
    own, other = np.asarray(own, float), np.asarray(other, float)
    candidates = [
        (strategy, action)
        for action in range(own.shape[1])
        if (strategy := _best_mixture(_unit(own), _unit(other), action)) is not None
    ]
    if not candidates:
        raise SolverError(f"no linear program for the commitment of player {leader} could be solved and checked")
    # values that differ by rounding count as equal: the first action is taken, whatever the machine
    values = np.array([strategy @ _unit(own)[:, action] for strategy, action in candidates])
    strategy, action = candidates[int(np.flatnonzero(values >= values.max() - 1e-9)[0])]
    payoffs = np.array([strategy @ own[:, action], strategy @ other[:, action]])
    regret = float((strategy @ other).max() - strategy @ other[:, action])
    payoffs = payoffs if leader == 0 else payoffs[::-1]
    return Commitment(game, leader, strategy, action, payoffs, max(regret, 0.0))


def _unit(matrix: Array) -> Array:
    """Payoffs in [0, 1], so that the solver's absolute tolerances are shares of the payoff range."""
    spread = matrix.max() - matrix.min()
    return np.asarray((matrix - matrix.min()) / (spread if spread > 0 else 1.0))


def _best_mixture(own: Array, other: Array, action: int) -> Array | None:
    """Leader's best mixture to which ``action`` is a best reply; None if there is none."""
    from scipy.optimize import linprog

    m = own.shape[0]
    result = linprog(
        c=-own[:, action],
        A_ub=(other - other[:, [action]]).T,
        b_ub=np.zeros(own.shape[1]),
        A_eq=np.ones((1, m)),
        b_eq=np.ones(1),
        bounds=(0, None),
        method="highs-ds",
    )
    if not result.success:
        return None
    strategy = np.maximum(np.asarray(result.x, float), 0)
    strategy = strategy / strategy.sum()
    replies = strategy @ other
    return np.asarray(strategy) if replies.max() - replies[action] <= 1e-9 else None
