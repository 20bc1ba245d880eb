"""What is left when dominated actions are struck out, again and again.

*Strict*: an action goes if a mixture of others of the player is better against every profile that is left; the order
does not matter (Osborne and Rubinstein 1994, proposition 61.2), and with two players what stays are the rationalizable
actions (Bernheim 1984; Pearce 1984). With more players it is rationalizability with correlated beliefs. *Weak*: an
action goes if a mixture is never worse and sometimes better; there the order matters, and here all such actions of all
players go at once in every round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import yes_or_no
from theory.display import counted, shortened
from theory.dominance import dominated_actions, is_weakly_dominated
from theory.errors import InputError
from theory.game import Game, require_game


@dataclass(frozen=True, eq=False, repr=False)
class Survivors:
    """Actions that are left.

    Attributes
    ----------
    actions
        For each player, the indices of the actions that stay.
    rounds
        For each round, what was struck out: (player, action) pairs.
    game
        The game on the actions that stay.
    original
        The game as it was given.
    """

    actions: tuple[tuple[int, ...], ...]
    rounds: tuple[tuple[tuple[int, int], ...], ...]
    game: Game
    original: Game

    def __repr__(self) -> str:
        left = "one profile" if self.solvable else repr(self.game)
        lines = [f"iterated dominance: {counted(len(self.rounds), 'round')}, {left} left"]
        for number, struck in enumerate(self.rounds, 1):
            names = [f"{self.original.players[i]}: {self.original.actions[i][a]}" for i, a in struck]
            lines.append(f"  round {number} strikes out {'; '.join(shortened(names, 'rounds'))}")
        everyone = zip(self.game.players, self.game.actions, strict=True)
        stay = [f"  {name} keeps {', '.join(shortened(labels, 'actions'))}" for name, labels in everyone]
        return "\n".join([lines[0], *shortened(lines[1:], "rounds"), *stay])

    @property
    def solvable(self) -> bool:
        """Whether one profile is left."""
        return all(len(own) == 1 for own in self.actions)


def iterated_dominance(game: Game, *, weak: bool = False) -> Survivors:
    """Strike out dominated actions, by mixed strategies, until none is left.

    Parameters
    ----------
    game
        A single game of any number of players. Decisions are exact, on the numbers as given: in a fraction of a
        second for 100 x 100 random payoffs, but an action that equals a mixture of others up to rounding may take a
        second at 60 x 60.
    weak
        Strike out weakly dominated actions too, all at once in every round.

    Raises
    ------
    InputError
        For a batch, or what is no game.

    Examples
    --------
    >>> left = iterated_dominance(Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]]))
    >>> left.actions, left.solvable, left.rounds
    (((1,), (1,)), True, (((0, 0), (1, 0)),))
    """
    require_game(game, "iterated_dominance")
    weak = yes_or_no(weak, "weak")
    if game.batch_ndim:
        raise InputError(f"iterated_dominance takes a single game, not {game!r}; pick one draw of it: game[0]")
    kept = [list(range(n)) for n in game.n_actions]
    rounds: list[tuple[tuple[int, int], ...]] = []
    while True:
        left = _restricted(game, kept)
        struck = [
            (player, kept[player][place])
            for player in range(game.n_players)
            for place in (_weakly_dominated(left, player) if weak else dominated_actions(left, player))
        ]
        if not struck:
            return Survivors(tuple(tuple(own) for own in kept), tuple(rounds), left, game)
        rounds.append(tuple(struck))
        kept = [[a for a in own if (player, a) not in struck] for player, own in enumerate(kept)]


def rationalizable(game: Game) -> tuple[tuple[int, ...], ...]:
    """Rationalizable actions of each player (for three and more, with correlated beliefs).

    They are what iterated strict dominance leaves (Bernheim 1984, Econometrica 52:1007-1028; Pearce 1984, Econometrica
    52:1029-1050).

    Parameters
    ----------
    game
        A single game of any number of players.

    Returns
    -------
    tuple of tuples of int
        For each player the indices of its rationalizable actions, in order.

    Raises
    ------
    InputError
        For a batch, or what is no game.

    Examples
    --------
    >>> rationalizable(Game.from_bimatrix([[1, 1], [4, 0], [0, 4]], [[1, 0], [0, 1], [1, 0]]))
    ((1, 2), (0, 1))
    """
    return iterated_dominance(game).actions


def _restricted(game: Game, kept: list[list[int]]) -> Game:
    payoffs = np.stack([np.asarray(game.payoff(i))[np.ix_(*kept)] for i in range(game.n_players)])
    names = [[game.actions[i][a] for a in own] for i, own in enumerate(kept)]
    return Game(payoffs, players=game.players, actions=names)


def _weakly_dominated(game: Game, player: int) -> tuple[int, ...]:
    table = np.moveaxis(np.asarray(game.payoff(player)), player, 0).reshape(game.n_actions[player], -1)
    return tuple(a for a in range(len(table)) if is_weakly_dominated(table, a))
