"""Several equilibria: which one is played, by stated rules, and what holds in all of them.

For two players with two actions each, in batches. The rules:

- *risk-dominant*: of two strict pure equilibria the one with the larger product of losses from unilateral deviation,
  and the mixed one if the products are equal (Harsanyi and Selten 1988);
- *payoff-dominant*: the largest sum of payoffs, and *worst* the smallest, over all equilibria;
- *logit limit*: where the principal branch of the logit equilibria ends as noise goes to zero. In 2 x 2 games that is
  the risk-dominant one (Turocy 2005), so the two are one rule here; `theory.quantal_response` follows the branch
  itself, and the tests hold the one against the other.

A rule gives a distribution over action profiles. Ties between pure equilibria under a rule go to the first in the
order of `theory.two_by_two.PLACES`; with the sum of payoffs tied, both ends of `over_equilibria` still show both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.errors import InputError
from theory.game import Array, Game
from theory.solution import Solution
from theory.two_by_two import two_by_two

Floats = NDArray[np.float64]

RULES = ("risk-dominant", "payoff-dominant", "worst", "logit limit")

_TIE = 1e-12  # relative difference of deviation losses that counts as none


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
    if rule not in RULES:
        raise InputError(f"there is no rule {rule!r}; the rules are {', '.join(RULES)}")
    found = two_by_two(game) if solution is None else solution
    score = _risk(game, found) if rule in ("risk-dominant", "logit limit") else _joint(game, found)
    score = np.where(found.mask, -score if rule == "worst" else score, -np.inf)
    chosen = score.argmax(axis=-1)
    return np.asarray(np.take_along_axis(found.distributions, chosen[..., None, None, None], axis=-3)[..., 0, :, :])


def over_equilibria(solution: Solution, values: Array) -> tuple[Floats, Floats]:
    """Smallest and largest expected value over all equilibria that a solution lists, shape ``batch`` each.

    Parameters
    ----------
    values
        A number for every action profile, shape ``(*batch, n_0, ..., n_{N-1})`` or without the batch axes.

    Examples
    --------
    >>> chicken = Game.from_bimatrix([[0, -1], [1, -10]], [[0, 1], [-1, -10]])
    >>> both_race = np.array([[0, 0], [0, 1]])
    >>> low, high = over_equilibria(two_by_two(chicken), both_race)
    >>> float(low), round(float(high), 2)
    (0.0, 0.01)
    """
    expected = _expected(solution.distributions, values)
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
