"""Which game is it? Classes of two-action games, for two and for n players, for whole batches of draws.

Every player chooses action 0 (restrain, cooperate) or 1 (race, defect). For two players the payoffs have
their usual names: reward R (both restrain), temptation T (I race alone), sucker's payoff S (I restrain alone),
punishment P (both race). In general, with ``D_i(a_{-i})`` what player ``i`` gains by racing against ``a_{-i}``
(two players: T - R and P - S), and R_i, P_i the payoffs when all restrain and when all race:

    =========================  =====================  ==========================================
    class                      D_i                    joint restraint against joint racing
    =========================  =====================  ==========================================
    prisoner's dilemma         all > 0                R_i > P_i
    deadlock                   all > 0                P_i > R_i
    harmony                    all < 0                R_i > P_i
    underinvestment dilemma    all < 0                P_i > R_i  (restraint dominates, racing is better)
    stag hunt                  < 0 alone, > 0 if all  R_i > P_i
    racing assurance           < 0 alone, > 0 if all  P_i > R_i  (a stag hunt in which racing pays)
    chicken                    > 0 alone, < 0 if all  any
    mixed                      players differ, or the sign of D_i crosses more than once
    boundary                   a tie within tolerance
    =========================  =====================  ==========================================

("Alone" is against rivals that all restrain, "if all" against rivals that all race.) For n players the
first class is the social dilemma of Dawes (1980); for two the classes group the twelve symmetric ordinal games
(Rapoport and Guyer 1966; Robinson and Goforth 2005), named in full by `ordinal_name`.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats, mapping_of, number_between, one_of, real_floats
from theory.errors import InputError
from theory.game import Game, require_game
from theory.intervals import Estimate, probability

Floats = NDArray[np.float64]

CLASSES = (
    "prisoner's dilemma",
    "deadlock",
    "harmony",
    "underinvestment dilemma",
    "stag hunt",
    "racing assurance",
    "chicken",
    "mixed",
    "boundary",
)

_TIE = 1e-12

_ORDINAL_NAMES = {  # orderings from best to worst, with R > P; the other twelve are the same games relabelled
    "TRPS": "prisoner's dilemma",
    "TRSP": "chicken",
    "TSRP": "leader",
    "STRP": "hero",
    "RTPS": "stag hunt",
    "RPTS": "assurance",
    "RPST": "coordination",
    "RSPT": "peace",
    "RSTP": "harmony",
    "RTSP": "concord",
    "SRPT": "deadlock",
    "SRTP": "compromise",
}


@dataclass(frozen=True, eq=False)
class DilemmaClass:
    """Class of each game of a batch, with the strengths of greed and fear.

    Attributes
    ----------
    codes
        Index into `CLASSES`, shape ``batch``.
    greed
        ``min_i (T - R)/(R - P)`` (two players; in general D_i against all-restraint over R_i - P_i): what racing
        alone adds, over what joint racing burns. NaN where R_i <= P_i for some player.
    fear
        The same for ``(P - S)/(R - P)``: what restraining alone loses when the others race.
    """

    codes: NDArray[np.int64]
    greed: Floats
    fear: Floats

    def is_class(self, name: str) -> NDArray[np.bool_]:
        """Which games are of the named class."""
        return np.asarray(self.codes == CLASSES.index(one_of(name, CLASSES, "class")))

    @property
    def is_prisoners_dilemma(self) -> NDArray[np.bool_]:
        """Which games are prisoner's dilemmas (social dilemmas for n players)."""
        return self.is_class("prisoner's dilemma")

    @property
    def names(self) -> NDArray[np.str_]:
        """Names of the classes, shape ``batch``."""
        return np.asarray(CLASSES)[self.codes]

    def __repr__(self) -> str:
        if self.codes.ndim == 0:
            return f"DilemmaClass({self.names}, greed {self.greed:.4g}, fear {self.fear:.4g})"
        found = [f"{name} {each}" for name, each in self.probabilities().items() if each.value > 0]
        return f"DilemmaClass(batch {self.codes.shape}: {'; '.join(found)})"

    def probabilities(self) -> dict[str, Estimate]:
        """Probability of each class over the batch, with Wilson intervals."""
        return {name: probability(self.codes == index) for index, name in enumerate(CLASSES)}


def dilemma_class(game: Game) -> DilemmaClass:
    """Classify two-action games; action 0 is to restrain, action 1 to race.

    Parameters
    ----------
    game
        N players with two actions each, possibly a batch.

    Raises
    ------
    InputError
        If some player has another number of actions, or there is one player only.

    Examples
    --------
    >>> game = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> result = dilemma_class(game)
    >>> str(result.names), float(result.greed), float(result.fear)
    ("prisoner's dilemma", 1.0, 0.5)
    """
    require_game(game, "dilemma_class")
    if game.n_players < 2 or set(game.n_actions) != {2}:
        raise InputError(f"{game!r}: the classes are for two or more players with two actions each (restrain, race)")
    gains, reward, punishment = _racing_gains(game)
    scale = np.asarray(game.payoff_range, float)[..., None]
    tie = _TIE * scale
    players = [
        _player_class(gains[..., i, :], (reward - punishment)[..., i], tie[..., 0], _crosses_once(gains[..., i, :]))
        for i in range(game.n_players)
    ]
    codes = players[0]
    for other in players[1:]:
        codes = np.where((codes == other) | (codes == CLASSES.index("boundary")), codes, CLASSES.index("mixed"))
        codes = np.where(other == CLASSES.index("boundary"), other, codes)
    loss = np.where(reward - punishment > tie, reward - punishment, np.nan)
    return DilemmaClass(codes, (gains[..., 0] / loss).min(axis=-1), (gains[..., -1] / loss).min(axis=-1))


def symmetric_dilemma_class(payoffs: ArrayLike) -> DilemmaClass:
    """Classify symmetric two-action games by counts: n numbers for each action, where a table has n 2^n.

    Parameters
    ----------
    payoffs
        Shape ``(*batch, 2, n)``: what restraint (0) and racing (1) pay when m = 0 .. n-1 rivals race.

    Raises
    ------
    InputError
        For another shape, or entries that are not finite.

    Examples
    --------
    >>> str(symmetric_dilemma_class([[3, 0], [5, 1]]).names)
    "prisoner's dilemma"
    """
    table = finite_floats(payoffs, "payoffs")
    if table.ndim < 2 or table.shape[-2] != 2 or table.shape[-1] < 2:
        raise InputError(f"payoffs has shape {table.shape}; it must be (*batch, 2, n) finite numbers, n at least two")
    gain, joint = table[..., 1, :] - table[..., 0, :], table[..., 0, 0] - table[..., 1, -1]
    tie = _TIE * (table.max(axis=(-2, -1)) - table.min(axis=(-2, -1)))
    changes = (np.diff(np.sign(gain), axis=-1) != 0).sum(axis=-1)
    codes = _player_class(gain, joint, tie, changes <= 1)
    loss = np.where(joint > tie, joint, np.nan)
    return DilemmaClass(codes, gain[..., 0] / loss, gain[..., -1] / loss)


def _racing_gains(game: Game) -> tuple[Floats, Floats, Floats]:
    """``D_i`` over the rivals' profiles, shape ``(*batch, N, 2^(N-1))``, all-restrain first; and R_i, P_i."""
    n = game.n_players
    gains = []
    for i in range(n):
        payoff = np.asarray(game.payoff(i), float)
        own = np.moveaxis(payoff, i - n, -1)
        gains.append((own[..., 1] - own[..., 0]).reshape(*game.batch_shape, -1))
    profiles = np.asarray(game.payoffs, float).reshape(*game.batch_shape, n, -1)  # first: all restrain; last: all race
    reward, punishment = profiles[..., 0], profiles[..., -1]
    return np.stack(gains, axis=-2), reward, punishment


def _player_class(gain: Floats, joint: Floats, tie: Floats, single: NDArray[np.bool_]) -> NDArray[np.int64]:
    positive, negative = gain > tie[..., None], gain < -tie[..., None]
    better = joint > tie
    alone, crowd = gain[..., 0], gain[..., -1]
    ends_tied = (np.abs(alone) <= tie) | (np.abs(crowd) <= tie) | (np.abs(joint) <= tie)
    conditions = {
        "boundary": ends_tied,
        "prisoner's dilemma": positive.all(axis=-1) & better,
        "deadlock": positive.all(axis=-1),
        "harmony": negative.all(axis=-1) & better,
        "underinvestment dilemma": negative.all(axis=-1),
        "stag hunt": (alone < 0) & (crowd > 0) & better & single,
        "racing assurance": (alone < 0) & (crowd > 0) & single,
        "chicken": (alone > 0) & (crowd < 0) & single,
    }
    codes = [CLASSES.index(name) for name in conditions]
    return np.asarray(np.select(list(conditions.values()), codes, default=CLASSES.index("mixed")))


def _crosses_once(gain: Floats) -> NDArray[np.bool_]:
    """Whether the gain from racing changes sign once as more rivals race (averaged over who they are)."""
    profiles = gain.shape[-1]
    racing = np.array([index.bit_count() for index in range(profiles)])
    by_count = np.stack([gain[..., racing == j].mean(axis=-1) for j in range(racing.max() + 1)], axis=-1)
    signs = np.sign(by_count)
    return np.asarray((np.diff(signs, axis=-1) != 0).sum(axis=-1) <= 1)


def ordinal_name(reward: float, temptation: float, sucker: float, punishment: float) -> str:
    """Name of a symmetric 2x2 game by the order of its four payoffs, ties stated.

    The twelve names are those of Robinson and Goforth (2005) and Bruns (2015). Relabelling the actions swaps R with
    P and S with T; the twelve orderings with P > R are named as the game they become, with that remark.

    Examples
    --------
    >>> ordinal_name(3, 5, 0, 1)
    "prisoner's dilemma"
    >>> ordinal_name(1, 0, 5, 3)
    "prisoner's dilemma (actions relabelled)"
    >>> ordinal_name(3, 3, 0, 1)
    'tie: R = T > P > S'
    """
    given = {"R": reward, "T": temptation, "S": sucker, "P": punishment}
    values = {name: number_between(value, f"payoff {name}", -np.inf) for name, value in given.items()}
    order = sorted(values, key=lambda name: -values[name])
    if len(set(values.values())) < 4:
        signs = [" = " if values[a] == values[b] else " > " for a, b in itertools.pairwise(order)]
        return "tie: " + order[0] + "".join(sign + name for sign, name in zip(signs, order[1:], strict=True))
    key = "".join(order)
    if key in _ORDINAL_NAMES:
        return _ORDINAL_NAMES[key]
    return _ORDINAL_NAMES[key.translate(str.maketrans("RPST", "PRTS"))] + " (actions relabelled)"


def symbolic_boundaries(payoffs: Mapping[str, Any]) -> dict[str, Any]:
    """Inequalities that bound each class of a symmetric two-player game, from symbolic R, T, S, P.

    Parameters
    ----------
    payoffs
        ``{"R": ..., "T": ..., "S": ..., "P": ...}`` as sympy expressions in the model's own parameters. What
        holds for all values that the symbols may take (here c > 0) drops out.

    Returns
    -------
    dict from class name to a sympy conjunction of strict inequalities, as ``lhs > 0``; ``false`` for a class that no
    values of the symbols give, ``true`` for one that all give.

    Raises
    ------
    InputError
        If one of the four is missing, or no real expression.

    Examples
    --------
    >>> import sympy
    >>> V, c = sympy.symbols("V c", positive=True)
    >>> found = symbolic_boundaries({"R": V / 2, "T": 3 * V / 4 - c, "S": V / 4, "P": V / 2 - c})
    >>> found["prisoner's dilemma"], found["deadlock"], found["chicken"]
    (V/4 - c > 0, False, False)
    """
    import sympy

    from theory.symbolic_equilibria import needed_conditions

    given = mapping_of(payoffs, "payoffs", "R, T, S and P as sympy expressions")
    if set(given) != set("RTSP"):
        raise InputError(f"payoffs has {sorted(map(str, given))}; it must have R, T, S and P")
    try:
        parts = {name: sympy.sympify(value) for name, value in given.items()}
    except (TypeError, sympy.SympifyError) as error:
        raise InputError(f"payoffs is {str(payoffs)[:80]}; each must be a sympy expression") from error
    for name, part in parts.items():
        if not isinstance(part, sympy.Expr) or part.is_real is False or part.has(sympy.nan):
            raise InputError(f"payoff {name} is {part}; it must be a real sympy expression")
    greed, fear, burnt = (
        sympy.simplify(parts[better] - parts[worse]) for better, worse in (("T", "R"), ("P", "S"), ("R", "P"))
    )
    signs = {
        "prisoner's dilemma": (greed, fear, burnt),
        "deadlock": (greed, fear, -burnt),
        "harmony": (-greed, -fear, burnt),
        "underinvestment dilemma": (-greed, -fear, -burnt),
        "stag hunt": (-greed, fear, burnt),
        "racing assurance": (-greed, fear, -burnt),
        "chicken": (greed, -fear),
    }
    needed = {name: needed_conditions(sides) for name, sides in signs.items()}
    return {
        name: sympy.false if sides is None else sympy.And(*(side > 0 for side in sides))
        for name, sides in needed.items()
    }


def loss_asymmetry(inaction: ArrayLike, overspending: ArrayLike) -> Floats:
    """Ratio of the loss from inaction to the loss from overspending, lambda; infinite if nothing is overspent.

    Zero over zero is NaN: there is nothing to compare.
    """
    under, over = real_floats(inaction, "inaction"), real_floats(overspending, "overspending")
    try:
        np.broadcast_shapes(under.shape, over.shape)
    except ValueError:
        raise InputError(f"inaction has shape {under.shape}, overspending {over.shape}; they must fit") from None
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(under / over)
