"""Strategies for any game: triggers on spending, adaptive rules, and learners.

`spending_trigger` is an automaton, for exact and for compiled play; the others remember too much for that and are
programs for `theory.history_play.match`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import discount_factor_of, finite_floats, number_between, profile_of, whole_number
from theory.automata import RACE, RESTRAIN, Automaton
from theory.errors import InputError
from theory.game import Game, require_game
from theory.history_play import FunctionStrategy

Floats = NDArray[np.float64]


def spending_trigger(
    player: int,
    spending: Sequence[ArrayLike],
    *,
    threshold: float,
    restrained: Sequence[int],
    punish: Sequence[int],
    rounds: int | None = None,
) -> Automaton:
    """Restrained spending until the total exceeds a threshold, then punishment (Green & Porter 1984, Econometrica 52).

    Parameters
    ----------
    player
        Whose automaton it is.
    spending
        For each player what each of its actions spends.
    threshold
        The total of all that sets off the punishment when exceeded.
    restrained, punish
        Action profiles of both phases.
    rounds
        Length of the punishment, after which all starts again; for ever if not given.

    Raises
    ------
    InputError
        If profiles do not exist, the restrained total exceeds the threshold, or the length is below one.

    Examples
    --------
    >>> levels = [[1, 2, 3], [1, 2, 3]]
    >>> trigger = spending_trigger(0, levels, threshold=4, restrained=(0, 0), punish=(2, 2), rounds=2)
    >>> trigger.transition[0]  # one may spend 3 while the other spends 1
    array([[0, 0, 0],
           [0, 0, 1],
           [0, 1, 1]])
    """
    if not isinstance(spending, Sequence | np.ndarray):
        raise InputError(f"spending is {spending!r}; it must be a list of amounts for each player")
    amounts = [finite_floats(own, f"spending[{i}]").reshape(-1) for i, own in enumerate(spending)]
    sizes, n = tuple(len(own) for own in amounts), len(amounts)
    rounds = None if rounds is None else whole_number(rounds, "rounds")
    threshold = number_between(threshold, "threshold", -np.inf)
    player = whole_number(player, "player", 0)
    if player >= n:
        raise InputError(f"player is {player}; spending has {n} players, 0 to {n - 1}")
    restrained, punish = profile_of(restrained, sizes, "restrained"), profile_of(punish, sizes, "punish")
    total = sum(own.reshape(-1, *(1,) * (n - 1 - i)) for i, own in enumerate(amounts))
    if np.asarray(total)[tuple(restrained)] > threshold:
        raise InputError(f"threshold is {threshold}; the restrained profile {tuple(restrained)} itself exceeds it")
    states = 2 if rounds is None else 1 + rounds
    output = np.zeros((states, sizes[player]))
    output[0, restrained[player]], output[1:, punish[player]] = 1, 1
    transition = np.ones((states, *sizes), np.int64)
    transition[0] = np.asarray(total) > threshold
    if rounds is not None:
        for k in range(1, states):
            transition[k] = (k + 1) % states
    return Automaton(f"spending trigger {threshold:g}", output, transition, player=player)


def adaptive_tit_for_tat(rate: float = 0.5) -> FunctionStrategy:
    """Restrain while a running picture of the rival is good (Tzafestas 2000, Proc. SAB 2000, 334-340).

    The picture starts at one half and moves by ``rate`` of the way to 1 after a restraint and to 0 after a race.

    Raises
    ------
    InputError
        For a rate outside (0, 1], and in a match of more than two.
    """
    rate = _step(rate)

    def rule(past: list[tuple[int, ...]], player: int, rng: np.random.Generator) -> int:
        if past and len(past[0]) != 2:
            raise InputError(f"adaptive tit for tat answers one rival; the match has {len(past[0])} players")
        picture = 0.5
        for profile in past:
            picture += rate * ((profile[1 - player] == RESTRAIN) - picture)
        return RESTRAIN if picture >= 0.5 else RACE

    return FunctionStrategy(rule, name=f"adaptive tit for tat, rate {rate:g}")


def best_so_far(game: Game, trial: Sequence[int]) -> FunctionStrategy:
    """Try actions in a given order, then always the one with the best average payoff so far.

    With six restraints and five races it is "Adaptive" of Li (2007, in The Iterated Prisoners' Dilemma: 20 Years On).
    Of equals the lowest is taken; an action that was never tried counts as the worst.

    Parameters
    ----------
    game
        The stage game, for the payoffs.
    trial
        Actions of the first rounds.

    Raises
    ------
    InputError
        For a batch, an empty trial, or actions that some player does not have.
    """
    require_game(game, "best_so_far")
    most = min(game.n_actions)
    order = trial if isinstance(trial, Sequence | np.ndarray) and not isinstance(trial, str) else ()
    if game.batch_ndim or not len(order):
        raise InputError(f"{game!r} and trial {str(trial)[:60]}; a single game, and at least one round of actions")
    order = profile_of(order, (most,) * len(order), "trial")
    payoffs = np.asarray(game.payoffs, float)

    def rule(past: list[tuple[int, ...]], player: int, rng: np.random.Generator) -> int:
        if len(past) < len(order):
            return order[len(past)]
        n = game.n_actions[player]
        actions = np.array([profile[player] for profile in past])
        earned = np.array([payoffs[(player, *profile)] for profile in past])
        times = np.bincount(actions, minlength=n)
        means = np.bincount(actions, earned, n) / np.maximum(times, 1)
        return int(np.where(times > 0, means, -np.inf).argmax())

    return FunctionStrategy(rule, name=f"best so far after {len(order)} trials")


def _step(rate: float) -> float:
    if not number_between(rate, "rate", 0, 1) > 0:
        raise InputError(f"rate is {rate}; it must be in (0, 1]")
    return float(rate)


class QLearner:
    """Q-learning with the last profile as the state (Watkins & Dayan 1992; Sandholm & Crites 1996, BioSystems 37).

    Estimates begin at what each action pays against rivals who do anything with the same chance (Calvano, Calzolari,
    Denicolo & Pastorello 2020, Amer. Econ. Rev. 110:3267-3297), so that play does not depend on the payoffs' zero.

    Parameters
    ----------
    game
        The stage game, for the payoffs.
    rate
        Step of the estimates, in (0, 1].
    discount_factor
        In [0, 1).
    exploration
        Chance of an action at random in round t: ``exploration / (1 + t / patience)``.
    patience
        Rounds in which exploration halves for the first time.

    Raises
    ------
    InputError
        For a batch or numbers out of range.
    """

    def __init__(
        self,
        game: Game,
        *,
        rate: float = 0.1,
        discount_factor: float = 0.9,
        exploration: float = 0.5,
        patience: float = 500.0,
    ) -> None:
        require_game(game, "QLearner")
        if game.batch_ndim:
            raise InputError(f"{game!r} is a batch; pick one draw of it: game[0]")
        if not number_between(patience, "patience", 0) > 0:
            raise InputError(f"patience is {patience}; it must be above 0")
        self._payoffs, self._sizes = np.asarray(game.payoffs, float), game.n_actions
        self._rate, self._discount = _step(rate), discount_factor_of(discount_factor, lowest_included=True)
        self._exploration, self._patience = number_between(exploration, "exploration", 0, 1), float(patience)

    def __repr__(self) -> str:
        actions = " x ".join(map(str, self._sizes))
        return f"QLearner({actions} actions, rate {self._rate:g}, discount factor {self._discount:g})"

    def start(self, player: int, n_players: int, rng: np.random.Generator) -> None:
        """Forget everything and take a seat."""
        self._player, self._rng, self._round = player, rng, 0
        self._state = int(np.prod(self._sizes))  # the first round
        others = tuple(j for j in range(len(self._sizes)) if j != player)
        self.values: Floats = np.tile(self._payoffs[player].mean(axis=others), (self._state + 1, 1))

    def act(self) -> int:
        """Best action by the estimates, or one at random."""
        if self._rng.random() < self._exploration / (1 + self._round / self._patience):
            return int(self._rng.integers(self._sizes[self._player]))
        best = np.flatnonzero(self.values[self._state] == self.values[self._state].max())
        return int(self._rng.choice(best))

    def observe(self, profile: Sequence[int]) -> None:
        """Move the estimate of what was done towards what it earned and what may follow."""
        following = int(np.ravel_multi_index(tuple(profile), self._sizes))
        earned = (1 - self._discount) * self._payoffs[(self._player, *profile)]
        target = earned + self._discount * self.values[following].max()
        own = profile[self._player]
        self.values[self._state, own] += self._rate * (target - self.values[self._state, own])
        self._state, self._round = following, self._round + 1
