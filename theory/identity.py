"""Which equilibrium of one draw is that of the next: places that keep their meaning along a batch of games.

Solvers over quantities list the equilibria of each draw in the order in which their starts found them, so that a place
of the list may hold one equilibrium in one draw and another in the next. Where the draws are neighbours, as along a
swept parameter, equilibria of two draws are matched so that together they move least (the assignment problem, Kuhn
1955, Naval Research Logistics Quarterly 2), and one that moves too far is a new one. Stacks of finite games need none
of this: their places are pairs of supports (`theory.batches`). `theory.continuation` follows one parameter through
folds, and proves more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.continuous import Floats
from theory.continuous_solution import ContinuousSolution
from theory.errors import InputError


def follow_equilibria(solution: ContinuousSolution, *, reach: float = 0.1) -> ContinuousSolution:
    """The same equilibria, each in one place for all draws.

    Parameters
    ----------
    solution
        Of a batch of games along one axis, in the order of the axis.
    reach
        How far an equilibrium may move between neighbouring draws and still be the same one, as a share of the
        players' intervals.

    Returns
    -------
    ContinuousSolution
        With as many places as there are different equilibria along the batch; masked out, and NaN, where one does not
        exist or was not certified.

    Raises
    ------
    InputError
        If the batch has not one axis, or ``reach`` is not positive.

    Examples
    --------
    Two builders that each build much if the other does; the more it costs, the later:

    >>> from theory import ContinuousGame, continuous_nash
    >>> answer = lambda other, cost: 1 / (1 + np.exp(-12 * (other - cost)))
    >>> pay = lambda i: lambda x, cost: -((x[..., i] - answer(x[..., 1 - i], cost)) ** 2)
    >>> game = ContinuousGame([pay(0), pay(1)], lower=np.zeros((9, 2)), upper=np.ones((9, 2)),
    ...                       parameters=[np.linspace(0.1, 0.9, 9)])
    >>> solution = continuous_nash(game, starts=np.array([[[0.0, 0.0]], [[1.0, 1.0]]]))
    >>> solution.mask.T.astype(int)  # the only one is in the first place, whichever it is
    array([[1, 1, 1, 1, 1, 1, 1, 1, 1],
           [0, 0, 1, 1, 1, 1, 1, 0, 0]])
    >>> follow_equilibria(solution).mask.T.astype(int)
    array([[1, 1, 1, 1, 1, 1, 1, 0, 0],
           [0, 0, 1, 1, 1, 1, 1, 1, 1]])
    """
    if not isinstance(solution, ContinuousSolution):
        raise InputError(
            f"follow_equilibria takes a ContinuousSolution, not {type(solution).__name__}; in stacks of finite games "
            "the places are pairs of supports already"
        )
    if len(solution.game.batch_shape) != 1:
        raise InputError(f"{solution!r} has batch axes {solution.game.batch_shape}; one, of neighbours, is needed")
    if not reach > 0:
        raise InputError(f"reach is {reach}; it must be a positive share of the intervals")
    width = solution.game.upper - solution.game.lower
    shares = solution.actions / np.where(width > 0, width, 1.0)[:, None]
    places = _places(shares, solution.certified, reach)
    count = max(int(places.max(initial=-1)) + 1, 1)
    order = np.full((len(places), count), -1)
    for draw, old in np.argwhere(places >= 0):
        order[draw, places[draw, old]] = old
    mask = order >= 0
    taken = np.where(mask, order, 0)

    def ordered(values: Floats) -> Floats:
        index = taken.reshape(*taken.shape, *(1,) * (values.ndim - 2))
        chosen = np.take_along_axis(values, index, axis=1)
        return np.where(mask.reshape(index.shape), chosen, np.nan)

    names = ("actions", "payoffs", "regret", "relative_regret")
    return solution.replace(mask=mask, **{name: ordered(getattr(solution, name)) for name in names})


def _places(shares: Floats, found: NDArray[np.bool_], reach: float) -> NDArray[np.int64]:
    """New place of each equilibrium, shape ``(draws, K)``; -1 where there is none."""
    from scipy.optimize import linear_sum_assignment

    places = np.full(found.shape, -1)
    known: Floats = np.empty((0, shares.shape[-1]))  # where each equilibrium was seen last
    for draw, here in enumerate(found):
        now = np.flatnonzero(here)
        moved = np.abs(shares[draw, now][:, None] - known[None]).max(axis=-1)  # (now, known)
        for row, column in zip(*linear_sum_assignment(np.minimum(moved, 2 * reach)), strict=True):
            if moved[row, column] <= reach:
                places[draw, now[row]] = column
                known[column] = shares[draw, now[row]]
        for new in now[places[draw, now] < 0]:
            places[draw, new] = len(known)
            known = np.vstack([known, shares[draw, new]])
    return places
