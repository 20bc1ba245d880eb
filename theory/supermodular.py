"""Games of strategic complements: supermodularity, and the extremal equilibria that bound all others.

Actions are ordered as listed. A game is *supermodular* if no player gains less from a higher action when another
player acts higher: differences ``u_i(a_i + 1, a_-i) - u_i(a_i, a_-i)`` rise in every other action. Then there are a
smallest and a largest equilibrium, both pure, to which best replies descend from the top and climb from the bottom;
they bound everything that survives iterated strict dominance (Topkis 1979; Milgrom and Roberts 1990, Econometrica
58:1255-1277).
A two-player game of strategic substitutes becomes supermodular when one player's order is reversed.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np

from theory.errors import InputError
from theory.game import Array, Game, require_game

_ROUNDING = 4 * float(np.finfo(float).eps)


@dataclass(frozen=True, repr=False)
class Supermodularity:
    """Complementarity of a single game.

    Attributes
    ----------
    game
        The game.
    is_supermodular
        Whether the game is supermodular in the order of the actions, after turning that of the players in ``reversed``.
    reversed
        Players whose order has to be turned; empty if none.
    smallest, largest
        Extremal equilibria in that (turned) order, as indices of the actions as listed; None if not supermodular.
    """

    game: Game = field(compare=False)
    is_supermodular: bool
    reversed: tuple[int, ...] = ()
    smallest: tuple[int, ...] | None = None
    largest: tuple[int, ...] | None = None

    def __repr__(self) -> str:
        if self.smallest is None or self.largest is None:
            return f"{self.game!r}: not supermodular, whichever orders of actions are turned"
        turned = ", ".join(self.game.players[i] for i in self.reversed)
        head = f"{self.game!r}: supermodular" + (f" with the order of {turned} turned" if turned else "")
        low, high = (self._labels(profile) for profile in (self.smallest, self.largest))
        return f"{head}; " + (f"dominance solvable, {low}" if self.is_unique else f"equilibria from {low} to {high}")

    def _labels(self, profile: tuple[int, ...]) -> str:
        return f"({', '.join(labels[a] for labels, a in zip(self.game.actions, profile, strict=True))})"

    @property
    def is_unique(self) -> bool:
        """Whether the extremal equilibria are the same: the game is then dominance solvable."""
        return self.smallest is not None and self.smallest == self.largest


def supermodularity(game: Game) -> Supermodularity:
    """Whether a game has strategic complements, in the listed order or with some turned, and its extremal equilibria.

    Raises
    ------
    InputError
        For a batch of games.

    Examples
    --------
    >>> stag_hunt = Game.from_bimatrix([[2, 2], [0, 3]], [[2, 0], [2, 3]])
    >>> found = supermodularity(stag_hunt)
    >>> found
    Game(2 players, 2 x 2 actions): supermodular; equilibria from (1, 1) to (2, 2)
    >>> found.smallest, found.largest
    ((0, 0), (1, 1))
    >>> supermodularity(Game.from_bimatrix([[3, 1], [4, 0]], [[3, 4], [1, 0]])).reversed  # chicken
    (1,)
    """
    require_game(game, "supermodularity")
    if game.batch_ndim:
        raise InputError(f"supermodularity takes a single game, not {game!r}; pick one draw of it: game[0]")
    n = game.n_players
    for size in range(n):  # turning all players' orders is turning none's
        for turned in itertools.combinations(range(1, n), size):
            payoffs = np.flip(game.payoffs, axis=tuple(1 + i for i in turned)) if turned else game.payoffs
            if _has_increasing_differences(payoffs):
                smallest, largest = _extremal(payoffs, top=False), _extremal(payoffs, top=True)
                ends = [
                    tuple(game.n_actions[i] - 1 - a if i in turned else a for i, a in enumerate(profile))
                    for profile in (smallest, largest)
                ]
                return Supermodularity(game, True, turned, ends[0], ends[1])
    return Supermodularity(game, False)


def _has_increasing_differences(payoffs: Array) -> bool:
    n = len(payoffs)
    for i, j in itertools.permutations(range(n), 2):
        cross = np.diff(np.diff(payoffs[i], axis=i), axis=j)
        slack = 0 if payoffs.dtype == object else _ROUNDING * abs(payoffs[i]).max()  # of the four that are added
        if cross.size and cross.min() < -slack:
            return False
    return True


def _extremal(payoffs: Array, *, top: bool) -> tuple[int, ...]:
    """Iterate the largest (smallest) best replies from the largest (smallest) profile; they move one way only."""
    n = len(payoffs)
    profile = [size - 1 if top else 0 for size in payoffs.shape[1:]]
    while True:
        before = list(profile)
        for i in range(n):
            index = tuple(slice(None) if j == i else a for j, a in enumerate(profile))
            own = payoffs[i][index]
            best = np.flatnonzero(np.asarray(own == own.max(), bool))
            profile[i] = min(profile[i], int(best[-1])) if top else max(profile[i], int(best[0]))
        if profile == before:
            return tuple(profile)
