"""Several equilibria: which one is played, by stated rules, and what holds in all of them.

For two players with two actions each, in batches. The rules:

- *risk-dominant*: of two strict pure equilibria the one with the larger product of losses from unilateral deviation,
  and the mixed one if the products are equal (Harsanyi and Selten 1988);
- *payoff-dominant*: the largest sum of payoffs, and *worst* the smallest, over all equilibria;
- *logit limit*: where the principal branch of the logit equilibria ends as noise goes to zero (McKelvey and Palfrey
  1995). In symmetric games the branch is symmetric and ends at the risk-dominant equilibrium. In others it need not:
  risk dominance does not see in which unit a player's payoffs are, noise does. There the branch is followed
  (`theory.quantal_response`), draw by draw.

A rule gives a distribution over action profiles. Ties between pure equilibria under a rule go to the first in the
order of `theory.two_by_two.PLACES`; with the sum of payoffs tied, both ends of `over_equilibria` still show both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats, instance_of, one_of
from theory.errors import InputError
from theory.game import Array, Game
from theory.quantal_response import logit_equilibrium
from theory.solution import Solution
from theory.two_by_two import two_by_two

Floats = NDArray[np.float64]

RULES = ("risk-dominant", "payoff-dominant", "worst", "logit limit")

_TIE = 1e-12  # relative difference of deviation losses that counts as none
_PRECISION = 1e4  # of the logit equilibrium, per range of the payoffs


def select_equilibrium(game: Game, rule: str, solution: Solution | None = None) -> Array:
    """Equilibrium that a rule selects, in every draw of a batch of 2 x 2 games.

    Parameters
    ----------
    rule
        One of `RULES`.
    solution
        Result of `two_by_two`, if it is there already.

    Returns
    -------
    array of shape ``(*batch, 2, 2)``
        Distribution over action profiles.

    Raises
    ------
    InputError
        For another rule, or a game of another size.
    SolverError
        If the logit branch of some asymmetric draw cannot be followed to its end.

    Examples
    --------
    >>> stag_hunt = Game.from_bimatrix([[5, 0], [4, 2]], [[5, 4], [0, 2]])
    >>> select_equilibrium(stag_hunt, "payoff-dominant")
    array([[1., 0.],
           [0., 0.]])
    >>> select_equilibrium(stag_hunt, "risk-dominant")
    array([[0., 0.],
           [0., 1.]])
    """
    one_of(rule, RULES, "rule")
    found = two_by_two(game)
    if solution is not None and instance_of(solution, Solution, "solution", "two_by_two(game)").method != "two_by_two":
        raise InputError(f"the solution is one of {solution.method}; give that of two_by_two(game), or none")
    found = found if solution is None else solution
    score = _risk(game, found) if rule in ("risk-dominant", "logit limit") else _joint(game, found)
    score = np.where(found.mask, -score if rule == "worst" else score, -np.inf)
    chosen = np.asarray(score.argmax(axis=-1))
    if rule == "logit limit":
        for draw in np.argwhere(_asymmetric(game) & (found.mask.sum(axis=-1) > 1)):
            place = tuple(draw)
            chosen[place] = _end_of_branch(game[place] if place else game, found.distributions[place])
    return np.asarray(np.take_along_axis(found.distributions, chosen[..., None, None, None], axis=-3)[..., 0, :, :])


def over_equilibria(solution: Solution, values: ArrayLike) -> tuple[Floats, Floats]:
    """Smallest and largest expected value over all equilibria that a solution lists, shape ``batch`` each.

    Parameters
    ----------
    values
        A number for every action profile, shape ``(*batch, n_0, ..., n_{N-1})`` or without the batch axes.

    Raises
    ------
    InputError
        For what is no solution, or values that are not finite numbers of that shape.

    Examples
    --------
    >>> chicken = Game.from_bimatrix([[0, -1], [1, -10]], [[0, 1], [-1, -10]])
    >>> both_race = np.array([[0, 0], [0, 1]])
    >>> low, high = over_equilibria(two_by_two(chicken), both_race)
    >>> float(low), round(float(high), 2)
    (0.0, 0.01)
    """
    game = instance_of(solution, Solution, "solution", "nash(game)").game
    cells = finite_floats(values, "values")
    if cells.shape not in (game.n_actions, (*game.batch_shape, *game.n_actions)):
        raise InputError(f"values have shape {cells.shape}; one per action profile is needed: {game.n_actions}")
    axes = tuple(range(-game.n_players, 0))
    weights = np.asarray(solution.distributions, float)
    expected = (weights * np.expand_dims(cells, cells.ndim - game.n_players)).sum(axis=axes)
    return (
        np.asarray(np.where(solution.mask, expected, np.inf).min(axis=-1)),
        np.asarray(np.where(solution.mask, expected, -np.inf).max(axis=-1)),
    )


def _expected(distributions: Array, values: Array) -> Floats:
    cells = np.asarray(values, float)[..., None, :, :]
    return np.asarray((np.asarray(distributions, float) * cells).sum(axis=(-2, -1)))


def _joint(game: Game, found: Solution) -> Floats:
    """Sum of payoffs at each of the five places."""
    return _expected(found.distributions, game.payoff(0) + game.payoff(1))


def _risk(game: Game, found: Solution) -> Floats:
    """Scores whose largest is risk-dominant: 2 for the winner, 1 for the mixed one where it wins, 0 for others."""
    row, column = np.asarray(game.payoff(0), float), np.asarray(game.payoff(1), float)
    losses = np.stack(
        [
            (row[..., i, j] - row[..., 1 - i, j]) * (column[..., i, j] - column[..., i, 1 - j])
            for i, j in ((0, 0), (0, 1), (1, 0), (1, 1))
        ],
        axis=-1,
    )
    pure = np.where(found.mask[..., :4], losses, -np.inf)
    order = np.sort(pure, axis=-1)
    best, second = order[..., -1], order[..., -2]
    with np.errstate(invalid="ignore"):
        tied = np.isfinite(second) & (best - second <= _TIE * np.abs(best)) & found.mask[..., 4]
    winner = (pure == best[..., None]) & np.isfinite(pure)
    return np.concatenate([2.0 * winner, np.where(tied, 3.0, 1.0)[..., None]], axis=-1)


def _asymmetric(game: Game) -> NDArray[np.bool_]:
    """Whether the two players' payoffs differ by more than rounding when they change places."""
    row, column = np.asarray(game.payoff(0), float), np.asarray(game.payoff(1), float)
    differ = np.abs(row - np.swapaxes(column, -1, -2)).max(axis=(-2, -1))
    return np.asarray(differ > _TIE * np.asarray(game.payoff_range, float))


def _end_of_branch(game: Game, distributions: Array) -> int:
    """Which of the equilibria is nearest to the logit equilibrium with next to no noise."""
    row, column = logit_equilibrium(game, _PRECISION / float(game.payoff_range)).strategies
    away = np.abs(distributions - np.outer(row, column)).max(axis=(-2, -1))
    return int(np.nanargmin(away))
