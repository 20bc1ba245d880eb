"""Strategies of a repeated game as finite automata (Moore machines).

Definitions
-----------
An automaton of player ``i`` has states ``s``. In state ``s`` it draws its action from ``output[s]``; after the
round it moves to ``transition[s, a_0, ..., a_{N-1}]``, where ``a`` is the *realised* action profile in absolute
player order. Grim trigger, tit for tat and every strategy with finite memory are automata (Rubinstein 1986,
J. Econ. Theory 39:83-96; Mailath & Samuelson 2006, Repeated Games and Reputations, sec. 2.3).

In the two-action race, action 0 is *restrain* ("cooperate") and action 1 is *race* ("defect").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import finite_floats, number_between, player_of, profile_of, whole_number
from theory.errors import InputError
from theory.game import Array

RESTRAIN, RACE = 0, 1


@dataclass(frozen=True, eq=False, repr=False)
class Automaton:
    """A finite, possibly stochastic Moore machine that plays one player's part.

    Parameters
    ----------
    name
        How tables and figures call it.
    output
        Shape ``(n_states, n_actions)``: action probabilities in each state.
    transition
        Shape ``(n_states, n_0, ..., n_{N-1})``: the next state after each realised action profile.
    initial
        The state of the first round.
    player
        Whose machine it is, in the order of the profiles; a machine that says so is refused in any other seat, where
        it would take its own moves for a rival's.

    Raises
    ------
    InputError
        For wrong shapes, rows of ``output`` that are not distributions, states that do not exist.

    Examples
    --------
    >>> copycat = Automaton("copycat", np.eye(2), np.array([[[0, 1], [0, 1]]] * 2))
    >>> copycat
    Automaton('copycat', 2 states)
    """

    name: str
    output: Array
    transition: Array
    initial: int = 0
    player: int | None = None

    def __post_init__(self) -> None:
        output, transition = _output(self.output, self.name), _transition(self.transition, self.name)
        n_states = len(output)
        if len(transition) != n_states or transition.min() < 0 or transition.max() >= n_states:
            raise InputError(
                f"{self.name}: transition has shape {transition.shape} and entries {transition.min()}..."
                f"{transition.max()}; output has {n_states} rows, so it needs {n_states} rows of states below that"
            )
        if output.shape[1] not in transition.shape[1:]:
            raise InputError(
                f"{self.name}: output has {output.shape[1]} actions, but the profiles in transition have "
                f"{transition.shape[1:]} actions; one of the players must be this one"
            )
        if self.initial not in range(n_states):
            raise InputError(f"{self.name}: initial is {self.initial!r}; it must be a state, 0 ... {n_states - 1}")
        if self.player is not None and self.player not in range(transition.ndim - 1):
            raise InputError(f"{self.name}: player is {self.player!r}; it must be one of 0 ... {transition.ndim - 2}")
        for field, value in {"output": output, "transition": transition}.items():
            value.setflags(write=False)
            object.__setattr__(self, field, value)

    @property
    def n_states(self) -> int:
        """Number of states."""
        return int(self.output.shape[0])

    def require_seat(self, player: int, n_actions: Sequence[int]) -> None:
        """Refuse a game with other numbers of actions, and the seat of another player than it was built for."""
        if self.transition.shape[1:] != tuple(n_actions) or self.output.shape[1] != n_actions[player]:
            raise InputError(
                f"automaton {self.name!r} of player {player} has {self.output.shape[1]} actions and reads profiles of "
                f"{self.transition.shape[1:]}; the game needs {n_actions[player]} and {tuple(n_actions)}"
            )
        if self.player not in (None, player):
            raise InputError(
                f"automaton {self.name!r} was built for player {self.player} and sits in the seat of player {player}; "
                f"build it for its seat, e.g. tit_for_tat({player})"
            )

    def __repr__(self) -> str:
        return f"Automaton({self.name!r}, {self.n_states} states)"


def _output(output: ArrayLike, name: str) -> Array:
    array = finite_floats(output, f"{name}: output")
    if array.ndim != 2 or 0 in array.shape:
        raise InputError(f"{name}: output has shape {array.shape}; it must be (n_states, n_actions)")
    if not (array >= 0).all() or not (np.abs(array.sum(axis=1) - 1) <= 1e-12).all():
        raise InputError(f"{name}: every row of output must be a probability distribution; got {array.tolist()}")
    return array


def _transition(transition: ArrayLike, name: str) -> Array:
    array = np.array(transition)
    if array.dtype.kind not in "iu" or array.ndim < 2 or 0 in array.shape:
        raise InputError(
            f"{name}: transition has shape {array.shape} and type {array.dtype}; "
            "it must be integer states, shape (n_states, n_0, ..., n_{N-1})"
        )
    return array.astype(np.int64)


# -- constructors ----------------------------------------------------------------------------------


def from_own_view(
    name: str, output: Sequence[Sequence[float]], transition: Sequence[Sequence[Sequence[int]]], player: int
) -> Automaton:
    """Two-player automaton from a table written from its owner's point of view.

    Parameters
    ----------
    transition
        ``transition[state][own action][rival's action]`` is the next state.
    player
        0 or 1: whose machine it is.

    Raises
    ------
    InputError
        If ``player`` is not 0 or 1, or the tables do not fit.

    Examples
    --------
    >>> from_own_view("copycat", [[1, 0], [0, 1]], [[[0, 1], [0, 1]]] * 2, player=1).transition[0]
    array([[0, 0],
           [1, 1]])
    """
    if player not in (0, 1):
        raise InputError(f"player is {player!r}; a two-player automaton belongs to player 0 or 1")
    table = np.array(transition)
    mine = table if player == 0 else table.swapaxes(1, 2)
    return Automaton(name, np.array(output, dtype=float), mine, player=player)


def memory_one(name: str, first: float, after: Sequence[float], player: int) -> Automaton:
    """Strategy of the two-action race that remembers one round (Nowak & Sigmund 1990, Acta Appl. Math. 20:247-265).

    Parameters
    ----------
    first
        Probability of restraint in the first round.
    after
        Probabilities of restraint after (own, rival's) = CC, CD, DC, DD, with C restrain and D race.
    player
        0 or 1: whose machine it is.

    Returns
    -------
    Automaton
        One state for each different probability: the next state does not depend on the present one.

    Raises
    ------
    InputError
        If a number is not a probability, or ``after`` does not hold four.

    Examples
    --------
    >>> memory_one("win stay, lose shift", 1, (1, 0, 0, 1), player=0)
    Automaton('win stay, lose shift', 2 states)
    """
    try:
        chances = [number_between(p, name, 0, 1) for p in (first, *after)]
    except (InputError, TypeError):
        chances = []
    if len(chances) != 5:
        raise InputError(f"{name}: first={first!r}, after={after!r}; one and four probabilities are needed")
    levels, after = list(dict.fromkeys(chances)), chances[1:]
    following = [[levels.index(after[0]), levels.index(after[1])], [levels.index(after[2]), levels.index(after[3])]]
    return from_own_view(name, [[p, 1 - p] for p in levels], [following] * len(levels), player)


def grim_trigger(
    player: int, n_actions: Sequence[int], cooperate: Sequence[int], punish: Sequence[int], name: str = "grim"
) -> Automaton:
    """Play ``cooperate`` until anyone leaves it, then ``punish`` for ever (Friedman 1971, Rev. Econ. Stud. 38:1-12).

    The player's own slips count too: all players then punish together, which is what makes the threat of
    Friedman's equilibrium credible.

    Parameters
    ----------
    player
        Whose machine it is.
    n_actions
        Number of actions of each of the N players.
    cooperate, punish
        Action profiles, N actions each.

    Raises
    ------
    InputError
        If a profile does not exist.

    Examples
    --------
    >>> grim_trigger(2, (2, 2, 2), (0, 0, 0), (1, 1, 1)).transition.tolist()
    [[[[0, 1], [1, 1]], [[1, 1], [1, 1]]], [[[1, 1], [1, 1]], [[1, 1], [1, 1]]]]
    """
    cooperate, punish = (profile_of(profile, tuple(n_actions), "profile") for profile in (cooperate, punish))
    player = player_of(player, len(n_actions))
    output = np.zeros((2, n_actions[player]))
    output[0, cooperate[player]] = output[1, punish[player]] = 1
    transition = np.ones((2, *n_actions), dtype=np.int64)
    transition[(0, *cooperate)] = 0
    return Automaton(name, output, transition, player=player)


# -- the catalogue of the two-action race ----------------------------------------------------------


def always_restrain(player: int) -> Automaton:
    """Restrain whatever happens ("ALLC")."""
    return memory_one("always restrain", 1, (1, 1, 1, 1), player)


def always_race(player: int) -> Automaton:
    """Race whatever happens ("ALLD"), the one-shot equilibrium of a prisoner's dilemma."""
    return memory_one("always race", 0, (0, 0, 0, 0), player)


def grim(player: int) -> Automaton:
    """Restrain until anyone races, then race for ever (Friedman 1971, Rev. Econ. Stud. 38:1-12)."""
    if player not in (0, 1):
        raise InputError(f"player is {player!r}; a two-player automaton belongs to player 0 or 1")
    return grim_trigger(player, (2, 2), (0, 0), (1, 1))


def tit_for_tat(player: int) -> Automaton:
    """Restrain, then do what the rival did last (Rapoport's entry in Axelrod 1980, J. Confl. Resolut. 24:3-25)."""
    return memory_one("tit for tat", 1, (1, 0, 1, 0), player)


def suspicious_tit_for_tat(player: int) -> Automaton:
    """Tit for tat that begins with a race (Boyd & Lorberbaum 1987, Nature 327:58-59)."""
    return memory_one("suspicious tit for tat", 0, (1, 0, 1, 0), player)


def tit_for_two_tats(player: int) -> Automaton:
    """Race only after two races of the rival in a row (Axelrod 1984, The Evolution of Cooperation, ch. 2)."""
    # the state counts the rival's races in a row, up to two
    return from_own_view("tit for two tats", [[1, 0], [1, 0], [0, 1]], [[[0, k]] * 2 for k in (1, 2, 2)], player)


def two_tits_for_tat(player: int) -> Automaton:
    """Answer every race of the rival with two races (catalogue of Axelrod-Python: Knight et al. 2016, JORS 4:e35)."""
    # the state counts the races that are still owed
    return from_own_view("two tits for tat", [[1, 0], [0, 1], [0, 1]], [[[k, 2]] * 2 for k in (0, 0, 1)], player)


def generous_tit_for_tat(player: int, generosity: float = 1 / 3) -> Automaton:
    """Tit for tat that forgives a race with probability ``generosity`` (Nowak & Sigmund 1992, Nature 355:250-253).

    Their optimum is ``min(1 - (T-R)/(R-S), (R-P)/(T-P))``: 1/3 for the payoffs 5, 3, 1, 0.
    """
    return memory_one("generous tit for tat", 1, (1, generosity, 1, generosity), player)


def win_stay_lose_shift(player: int) -> Automaton:
    """Keep the action after R or T, change it after P or S: "Pavlov" (Nowak & Sigmund 1993, Nature 364:56-58)."""
    return memory_one("win stay, lose shift", 1, (1, 0, 0, 1), player)


def alternator(player: int) -> Automaton:
    """Restrain and race in turn, whatever the rival does: a periodic chain (Axelrod-Python's ``Alternator``)."""
    return from_own_view("alternator", [[1, 0], [0, 1]], [[[1, 1]] * 2, [[0, 0]] * 2], player)


def random_action(player: int, restrain: float = 0.5) -> Automaton:
    """Restrain with a fixed probability: "Random", last in Axelrod 1980 (J. Confl. Resolut. 24:3-25)."""
    return memory_one("random", restrain, (restrain,) * 4, player)


def forgiving_grim(player: int, rounds: int = 3) -> Automaton:
    """Restrain until anyone races, race for ``rounds`` rounds, then start afresh.

    The finite punishment phase of Green & Porter (1984, Econometrica 52:87-100), here with actions observed.
    """
    rounds = whole_number(rounds, "rounds")
    countdown = [[[k, k]] * 2 for k in (*range(2, rounds + 1), 0)]
    output = [[1, 0]] + [[0, 1]] * rounds
    return from_own_view("forgiving grim", output, [[[0, 1], [1, 1]], *countdown], player)


def extortion(
    player: int,
    chi: float = 3.0,
    phi: float | None = None,
    payoffs: tuple[float, float, float, float] = (5.0, 3.0, 1.0, 0.0),
) -> Automaton:
    """Zero-determinant strategy that enforces ``own - P = chi (rival's - P)`` in the long run.

    Source: Press & Dyson 2012, PNAS 109:10409-10413, "Extortionate strategies".

    Parameters
    ----------
    chi
        Extortion factor, at least 1.
    phi
        Scale, in ``(0, (P-S) / ((P-S) + chi (T-P))]``; the middle of the interval if not given (1/26 in the
        paper's example). It changes the path, not the enforced relation.
    payoffs
        ``(T, R, P, S)`` with ``T > R > P > S``.

    Raises
    ------
    InputError
        If the payoffs are no prisoner's dilemma, or ``chi`` or ``phi`` are out of range.

    Examples
    --------
    >>> extortion(0).output[:, 0]  # 11/13 after CC, 1/2 after CD, 7/26 after DC, 0 after DD
    array([1.   , 0.846, 0.5  , 0.269, 0.   ])
    """
    T, R, P, S = four_payoffs(payoffs, "T, R, P, S")
    if not T > R > P > S or not number_between(chi, "chi", -np.inf) >= 1:
        raise InputError(f"payoffs (T, R, P, S) = {payoffs} and chi = {chi}; T > R > P > S and chi >= 1 are needed")
    reward, temptation = (R - P) / (P - S), (T - P) / (P - S)
    # bounds that keep all four numbers probabilities; the first binds only if 2R > T + S fails
    limit = min(1 / (1 + chi * temptation), 1 / (chi + temptation), 1 / ((chi - 1) * reward) if chi > 1 else np.inf)
    phi = limit / 2 if phi is None else number_between(phi, "phi", -np.inf)
    if not 0 < phi <= limit:
        raise InputError(f"phi is {phi}; with these payoffs and chi = {chi} it must be in (0, {limit:.6g}]")
    after = (1 - phi * (chi - 1) * reward, 1 - phi * (1 + chi * temptation), phi * (chi + temptation), 0.0)
    return memory_one(f"extortion {chi:g}", 1, tuple(min(max(p, 0.0), 1.0) for p in after), player)


def four_payoffs(payoffs: Sequence[float], names: str) -> tuple[float, float, float, float]:
    """Payoffs of a symmetric race in some order, or an error that names it."""
    values = finite_floats(payoffs, f"payoffs ({names})")
    if values.shape != (4,):
        raise InputError(f"payoffs is {payoffs!r}; it must be four numbers, ({names})")
    first, second, third, fourth = (float(value) for value in values)
    return first, second, third, fourth
