"""Which equilibrium? Payoff dominance, risk dominance, p-dominance, and perfection of two-player equilibria.

*Payoff dominance*: an equilibrium that pays every player at least as much as another, and some player more (Harsanyi
and Selten 1988, *A General Theory of Equilibrium Selection in Games*).

*Risk dominance* of one strict equilibrium over another, in the game in which every player has only the two actions of
these equilibria (the pair's game). With a weighted potential: the one with the larger potential; in 2 x 2 games that
is the larger product of deviation losses (Harsanyi and Selten 1988). Symmetric games always have one: its difference
is the sum over m of what the action gains when m of the n - 1 others take it, which is what a player compares who
thinks every m as likely as any other, and what global games select (Morris and Shin 2003, *Global games: theory and
applications*, section 2.3; Frankel, Morris and Pauzner 2003, J. Econ. Theory 108:1-44). Else by the tracing procedure
from their bicentric prior: if the best replies to the prior are one of the two equilibria, the linear path starts and
stays there. If they are not, the path is not followed here and nothing is said. Of three and more players the prior may
favour the other equilibrium than the potential; the potential then decides.

*p-dominance*: the smallest ``p`` such that each action is a best reply whenever the others are believed to play their
part with probability p or more (Morris, Rob and Shin 1995, Econometrica 63:145-157). A profile of a two-player game
with ``p_1 + p_2 < 1`` is robust to incomplete information (Kajii and Morris 1997, Econometrica 65:1283-1309).

*Perfect* equilibria of two-player games are those in undominated strategies (van Damme 1991, *Stability and Perfection
of Nash Equilibria*, theorem 3.2.2): no mixture is as good against every action of the other and better against one.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from theory.dominance import is_weakly_dominated
from theory.errors import InputError
from theory.game import Array, Game, require_game
from theory.potential import weighted_potential
from theory.pure import pure_nash
from theory.solution import Solution
from theory.vertices import exact_payoffs

Profile = tuple[int, ...]
_USED = 1e-15  # chances below it are rounding, unless they are rationals
_ROUNDING = 1e-9


def payoff_dominant(game: Game) -> Profile | None:
    """Pure equilibrium that pays every player at least as much as each other pure one, and some player more.

    Harsanyi and Selten (1988), section 3.6; mixed equilibria are not compared.

    Parameters
    ----------
    game
        A single game of any number of players.

    Returns
    -------
    tuple of int, or None
        One action index per player; None if no pure equilibrium is the best for all, or there is none.

    Raises
    ------
    InputError
        For a batch, or what is no game.

    Examples
    --------
    >>> payoff_dominant(Game.from_bimatrix([[9, 0], [8, 7]], [[9, 8], [0, 7]]))
    (0, 0)
    """
    require_game(game, "payoff_dominant")
    profiles = _pure(game)
    payoffs = {profile: [game.payoffs[(i, *profile)] for i in range(game.n_players)] for profile in profiles}
    best = [p for p in profiles if all(a >= b for q in profiles for a, b in zip(payoffs[p], payoffs[q], strict=True))]
    return best[0] if len(best) == 1 else None


def risk_dominance(game: Game, one: Sequence[int], other: Sequence[int]) -> int:
    """Which of two strict equilibria risk-dominates: 1 for the first, -1 for the second, 0 if that is not decided.

    Any number of players: by the weighted potential of the pair's game if it has one, else by the bicentric prior where
    that decides (see the module).

    Parameters
    ----------
    one, other
        Profiles of a single game that are strict equilibria and differ for every player.

    Raises
    ------
    InputError
        If a profile is no strict equilibrium, or a player has the same action in both.

    Examples
    --------
    Aumann's game: together they would get 9, but 7 is safer.

    >>> risk_dominance(Game.from_bimatrix([[9, 0], [8, 7]], [[9, 8], [0, 7]]), (0, 0), (1, 1))
    -1

    Three labs restrain (0) or race (1). Restraint pays 5 if all keep to it and else nothing, racing 2 for certain: of
    no, one or two others who restrain, each as likely, restraint is worth 5/3.

    >>> others = np.indices((2, 2, 2)).sum(axis=0) - np.indices((2, 2, 2))
    >>> payoffs = np.where(np.indices((2, 2, 2)) == 1, 2, np.where(others == 0, 5, 0))
    >>> risk_dominance(Game(payoffs), (0, 0, 0), (1, 1, 1))
    -1
    """
    require_game(game, "risk_dominance")
    first, second = _strict(game, one), _strict(game, other)
    if any(a == b for a, b in zip(first, second, strict=True)):
        raise InputError(
            f"{first} and {second}: a player has the same action in both; compare them without that player"
        )
    cells = np.ix_(range(game.n_players), *zip(first, second, strict=True))
    pair = Game(game.payoffs[cells])
    potential = weighted_potential(pair)
    if potential is not None:
        gap = float(potential.potential.flat[0] - potential.potential.flat[-1])
        size = float(np.ptp(np.asarray(potential.potential, float)))
        return 0 if abs(gap) <= _ROUNDING * size else int(np.sign(gap))
    prior = [_bicentric(pair, i) for i in range(pair.n_players)]
    replies = [_advantage(pair, i, prior) for i in range(pair.n_players)]
    if all(value > 0 for value in replies):
        return 1
    return -1 if all(value < 0 for value in replies) else 0


def p_dominance(game: Game, profile: Sequence[int]) -> NDArray[np.float64]:
    """Smallest ``p`` for which each player's action is p-dominant: shape ``(*batch, N)``; NaN if for none.

    Parameters
    ----------
    game
        Any number of players; any batch.
    profile
        One action index per player.

    Returns
    -------
    array of shape ``(*batch, N)``
        Probabilities, without unit; 0 for a dominant action.

    Raises
    ------
    InputError
        If the profile is not one action of each player, or for what is no game.

    Examples
    --------
    In Aumann's game 9 is worth it for a player who believes in it with 7/8:

    >>> p_dominance(Game.from_bimatrix([[9, 0], [8, 7]], [[9, 8], [0, 7]]), (0, 0))
    array([0.875, 0.875])
    """
    require_game(game, "p_dominance")
    actions = _profile(game, profile)
    bounds = []
    for i in range(game.n_players):
        own = np.moveaxis(np.asarray(game.payoff(i), float), i - game.n_players, -1)
        gains = own[..., [actions[i]]] - own  # over each of the own actions
        rivals = tuple(a for j, a in enumerate(actions) if j != i)
        kept = gains[(..., *rivals, slice(None))]
        lead = game.batch_ndim
        worst = gains.min(axis=tuple(range(lead, lead + game.n_players - 1)))
        with np.errstate(divide="ignore", invalid="ignore"):
            needed = np.where(worst >= 0, 0.0, np.where(kept < 0, np.nan, -worst / (kept - worst)))
        bounds.append(needed.max(axis=-1))
    return np.stack(bounds, axis=-1)


def perfect_equilibria(solution: Solution) -> NDArray[np.bool_]:
    """Which equilibria of a two-player game are perfect, shape ``(K,)``: neither strategy is weakly dominated.

    Parameters
    ----------
    solution
        Equilibria of a single two-player game.

    Raises
    ------
    InputError
        If the solution is not one of a single two-player game.

    Examples
    --------
    >>> from theory import nash
    >>> game = Game.from_bimatrix([[1, 0], [0, 0]], [[1, 0], [0, 0]])  # the second equilibrium is weakly dominated
    >>> solution = nash(game)
    >>> [bool(perfect) for perfect in perfect_equilibria(solution)], solution.count
    ([False, True], array(2))
    """
    if not isinstance(solution, Solution):
        raise InputError(f"perfect_equilibria takes a Solution, not {type(solution).__name__}: give it nash(game)")
    row, column = (exact_payoffs(payoff) for payoff in solution.game.bimatrix())
    used = 0 if solution.game.is_exact else _USED
    supports = [[tuple(np.flatnonzero(p > used).tolist()) for p in solution.strategies(i)] for i in (0, 1)]
    dominated = [
        {support: _is_dominated(payoff, support) for support in dict.fromkeys(own)}
        for payoff, own in zip((row, column.T), supports, strict=True)
    ]
    certified = solution.certified
    return np.array(
        [bool(certified[k]) and not any(dominated[i][supports[i][k]] for i in (0, 1)) for k in range(len(certified))],
        dtype=bool,
    )


def _is_dominated(payoff: Array, support: tuple[int, ...]) -> bool:
    """Whether a mixture is nowhere worse than those of a support, and somewhere better; exactly.

    A strategy is undominated if and only if it is a best reply to some belief in which everything has a chance, and
    that depends on its support alone: the even mixture stands for all.
    """
    even = payoff[list(support)].sum(axis=0) / Fraction(len(support))
    return is_weakly_dominated(np.vstack([payoff, even[None]]), len(payoff))


def _bicentric(pair: Game, player: int) -> float:
    """Probability of the first action: share of beliefs z, all others first with z, against which it is better."""
    own = np.moveaxis(np.asarray(pair.payoff(player), float), player, 0).reshape(2, -1)
    gain = own[0] - own[1]
    return float(gain[0] / (gain[0] - gain[-1]))  # z gain[0] + (1 - z) gain[-1] > 0, with gain[-1] < 0 < gain[0]


def _advantage(pair: Game, player: int, prior: list[float]) -> float:
    """What the first action adds against the prior, by which the others mix independently; 0 if it is rounding."""
    own = np.moveaxis(np.asarray(pair.payoff(player), float), player, 0)
    gain = own[0] - own[1]
    for share in (q for j, q in enumerate(prior) if j != player):
        gain = share * gain[0] + (1 - share) * gain[1]
    return 0.0 if abs(gain) <= _ROUNDING * np.ptp(own) else float(gain)


def _pure(game: Game) -> list[Profile]:
    if game.batch_ndim:
        raise InputError(f"selection takes a single game, not {game!r}; pick one draw of it: game[0]")
    found = pure_nash(game)
    return [tuple(int(a) for a in np.argwhere(np.asarray(d, float) == 1)[0]) for d in found.distributions[found.mask]]


def _profile(game: Game, profile: Sequence[int]) -> Profile:
    actions = tuple(profile) if isinstance(profile, Sequence | np.ndarray) else (None,)
    whole = all(isinstance(a, int | np.integer) and not isinstance(a, bool) for a in actions)
    if (
        len(actions) != game.n_players
        or not whole
        or not all(0 <= a < n for a, n in zip(actions, game.n_actions, strict=True))
    ):
        raise InputError(f"profile is {profile!r}; it must be one action index per player of {game!r}")
    return tuple(int(a) for a in actions)


def _strict(game: Game, profile: Sequence[int]) -> Profile:
    if game.batch_ndim:
        raise InputError(f"selection takes a single game, not {game!r}; pick one draw of it: game[0]")
    actions = _profile(game, profile)
    for i, a in itertools.islice(enumerate(actions), game.n_players):
        own = game.payoff(i)[tuple(slice(None) if j == i else b for j, b in enumerate(actions))]
        if any(own[b] >= own[a] for b in range(len(own)) if b != a):
            raise InputError(f"{actions} is no strict equilibrium of {game!r}: player {i} has as good an action")
    return actions
