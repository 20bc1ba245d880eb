"""Play of strategies that are programs: functions of the history, automata, and players of the `axelrod` library.

Slower than `theory.simulated_play` by orders of magnitude, and general: a strategy may remember everything and draw as
it likes. Every strategy gets a generator of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from theory.arrays import list_of, number_between, whole_number
from theory.automata import Automaton
from theory.errors import InputError
from theory.generators import require_generator

Actions = NDArray[np.int64]


@runtime_checkable
class Strategy(Protocol):
    """What can play: it is told where it sits and what was done, and says what it does."""

    def start(self, player: int, n_players: int, rng: np.random.Generator) -> None:
        """Forget everything and take a seat."""

    def act(self) -> int:
        """Action of this round."""

    def observe(self, profile: Sequence[int]) -> None:
        """What all did in this round, in the order of the players."""


class FunctionStrategy:
    """Strategy given by a function of the history.

    Parameters
    ----------
    rule
        ``rule(history, player, rng)``, with the past action profiles in order, returns the action.
    name
        How it prints; the name of the function if not given.

    Examples
    --------
    >>> patient = FunctionStrategy(lambda past, i, rng: int(sum(p[1 - i] for p in past) > 1), name="patient")
    >>> match([patient, patient], rounds=3, rng=np.random.default_rng(1)).tolist()
    [[0, 0], [0, 0], [0, 0]]
    >>> patient
    FunctionStrategy('patient')
    """

    def __init__(
        self, rule: Callable[[list[tuple[int, ...]], int, np.random.Generator], int], *, name: str | None = None
    ) -> None:
        if not callable(rule):
            raise InputError(f"rule is {rule!r}; it must be a function rule(history, player, rng)")
        self._rule = rule
        self.name = getattr(rule, "__name__", type(rule).__name__) if name is None else str(name)

    def __repr__(self) -> str:
        return f"FunctionStrategy({self.name!r})"

    def start(self, player: int, n_players: int, rng: np.random.Generator) -> None:
        """Forget everything and take a seat."""
        self._player, self._rng = player, rng
        self._past: list[tuple[int, ...]] = []

    def act(self) -> int:
        """Action of this round."""
        return self._rule(self._past, self._player, self._rng)

    def observe(self, profile: Sequence[int]) -> None:
        """Remember the round."""
        self._past.append(tuple(profile))


class AutomatonStrategy:
    """Automaton as a strategy; it must have been built for the seat that it takes."""

    def __init__(self, automaton: Automaton) -> None:
        if not isinstance(automaton, Automaton):
            raise InputError(f"automaton is {str(automaton)[:60]}; it must be an Automaton, e.g. CLASSICS['grim'](0)")
        self._automaton = automaton

    def __repr__(self) -> str:
        return f"AutomatonStrategy({self._automaton!r})"

    def start(self, player: int, n_players: int, rng: np.random.Generator) -> None:
        """Forget everything and take a seat."""
        sizes = self._automaton.transition.shape[1:]
        if len(sizes) != n_players:
            raise InputError(f"{self._automaton!r} reads profiles of {len(sizes)} players; the match has {n_players}")
        self._automaton.require_seat(player, sizes)
        self._state, self._rng = self._automaton.initial, rng

    def act(self) -> int:
        """Action of this round."""
        chances = self._automaton.output[self._state]
        return int(chances.argmax()) if chances.max() == 1 else int(self._rng.choice(len(chances), p=chances))

    def observe(self, profile: Sequence[int]) -> None:
        """Move to the next state."""
        self._state = int(self._automaton.transition[(self._state, *profile)])


class AxelrodStrategy:
    """Any player of the `axelrod` library (extra ``peers``) for the two-action race: C is 0, D is 1.

    Parameters
    ----------
    player
        An instance, for instance ``axelrod.TitForTat()``; it is cloned, so that it can be used again.
    rounds
        Length of the match that the player is told; unknown if not given.

    Raises
    ------
    InputError
        If ``player`` is no instance of a player of the library.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():  # of the library
    ...     warnings.simplefilter("ignore")
    ...     import axelrod
    >>> match([AxelrodStrategy(axelrod.TitForTat()), FunctionStrategy(lambda past, i, rng: len(past) % 2)],
    ...     rounds=4, rng=np.random.default_rng(1)).T.tolist()
    [[0, 0, 1, 0], [0, 1, 0, 1]]
    """

    def __init__(self, player: Any, *, rounds: int | None = None) -> None:
        if isinstance(player, type) or not all(hasattr(player, name) for name in ("clone", "strategy", "set_seed")):
            raise InputError(f"player is {str(player)[:60]}; it must be an instance, e.g. axelrod.TitForTat()")
        self._original, self._rounds = player, rounds

    def __repr__(self) -> str:
        return f"AxelrodStrategy({self._original!s})"

    def start(self, player: int, n_players: int, rng: np.random.Generator) -> None:
        """Forget everything and take a seat."""
        import axelrod

        if n_players != 2:
            raise InputError(f"a strategy of axelrod plays one rival; the game has {n_players} players")
        length = -1 if self._rounds is None else self._rounds
        self._seat, self._actions = player, (axelrod.Action.C, axelrod.Action.D)
        self._own, self._rival = self._original.clone(), axelrod.MockPlayer([])
        for one, seed in ((self._own, int(rng.integers(2**31))), (self._rival, 0)):
            one.set_seed(seed)
            one.set_match_attributes(length=length, game=None, noise=0)

    def act(self) -> int:
        """Action of this round."""
        return self._actions.index(self._own.strategy(self._rival))

    def observe(self, profile: Sequence[int]) -> None:
        """Tell both the player and its picture of the rival."""
        own, rival = (self._actions[profile[seat]] for seat in (self._seat, 1 - self._seat))
        self._own.update_history(own, rival)
        self._rival.update_history(rival, own)


def match(
    strategies: Sequence[Strategy | Automaton],
    *,
    rounds: int,
    rng: np.random.Generator,
    noise: float = 0.0,
    misperception: float = 0.0,
    n_actions: Sequence[int] | None = None,
) -> Actions:
    """Play one match.

    Parameters
    ----------
    strategies
        One for each player: automata, `FunctionStrategy`, `AxelrodStrategy`, or anything else with their methods.
    noise
        Chance that an action is replaced by another one, for every player.
    misperception
        Chance that a player takes a rival's action for another one, for every player and rival by itself.
    n_actions
        Actions of each player; two if not given.

    Returns
    -------
    array of shape ``(rounds, N)``
        Realised actions.

    Raises
    ------
    InputError
        For an action that does not exist, or numbers out of range.

    Examples
    --------
    >>> from theory.strategies import CLASSICS
    >>> copycats = [CLASSICS["tit_for_tat"](0), CLASSICS["suspicious_tit_for_tat"](1)]
    >>> match(copycats, rounds=3, rng=np.random.default_rng(1)).tolist()
    [[0, 1], [1, 0], [0, 1]]
    """
    strategies = list_of(strategies, "strategies", "strategies, one for each player")
    sizes = (2,) * len(strategies)
    if n_actions is not None:
        given = list_of(n_actions, "n_actions", "numbers of actions, one for each player")
        sizes = tuple(whole_number(n, "an entry of n_actions") for n in given)
    rounds, noise = whole_number(rounds, "rounds"), number_between(noise, "noise", 0, 1)
    misperception = number_between(misperception, "misperception", 0, 1)
    if not strategies or not all(isinstance(strategy, Strategy | Automaton) for strategy in strategies):
        raise InputError(
            f"strategies is {str(strategies)[:60]}; it must be a list of strategies, one for each player: automata, "
            "FunctionStrategy(...) or AxelrodStrategy(axelrod.TitForTat())"
        )
    seated = [AutomatonStrategy(given) if isinstance(given, Automaton) else given for given in strategies]
    if len(sizes) != len(strategies):
        raise InputError(f"n_actions is {sizes}; one number for each of {len(strategies)} strategies is needed")
    for i, (strategy, own) in enumerate(zip(seated, require_generator(rng).spawn(len(strategies)), strict=True)):
        strategy.start(i, len(strategies), own)
    played = np.empty((rounds, len(strategies)), np.int64)
    for t in range(rounds):
        for i, strategy in enumerate(seated):
            action = strategy.act()
            if action not in range(sizes[i]):
                raise InputError(f"player {i} chose action {action!r} in round {t}; it has 0 to {sizes[i] - 1}")
            played[t, i] = _mistaken(int(action), sizes[i], noise, rng)
        profile = [int(a) for a in played[t]]
        for i, strategy in enumerate(seated):
            seen = (a if j == i else _mistaken(a, sizes[j], misperception, rng) for j, a in enumerate(profile))
            strategy.observe(tuple(seen))
    return played


def _mistaken(action: int, size: int, chance: float, rng: np.random.Generator) -> int:
    """The action, or with some chance another one."""
    if not chance or size < 2 or rng.random() >= chance:
        return action
    return (action + int(rng.integers(1, size))) % size
