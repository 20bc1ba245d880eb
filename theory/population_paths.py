"""Paths of several populations that adapt and mutate, in continuous time and by generations.

Definitions
-----------
Population ``i`` plays the part of player ``i``; ``x_ia`` are the shares of its actions and ``u_ia`` what they get
against the others. A symmetric game played within one population has the path of two that start alike.

- *continuous*: ``dx_ia/dt = x_ia (u_ia - sum_b x_ib u_ib) + mutation (1/n_i - x_ia)``: members change to an action
  drawn at random at the rate ``mutation`` (Bomze & Burger 1995, Games Econ. Behav. 11:146-172). Payoffs are rates, in
  units of one over time;
- *by generations*: members have ``background + u_ia`` descendants, in proportion, and of each a share ``mutation``
  takes an action drawn at random: ``x'_ia = (1 - mutation) x_ia (background + u_ia) / (background + mean) +
  mutation / n_i`` (Maynard Smith 1982, Evolution and the Theory of Games; Weibull 1995, Evolutionary Game Theory,
  ch. 4). The larger the background, the slower, and the nearer to the continuous path, ``1/background`` a step.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats, number_between, whole_number
from theory.errors import InputError, SolverError
from theory.game import Game
from theory.multi_population import multi_population_derivative
from theory.solution import product_distribution

Floats = NDArray[np.float64]


def population_paths(
    game: Game, start: Sequence[ArrayLike], times: ArrayLike, *, mutation: float = 0.0
) -> tuple[Floats, ...]:
    """Shares of all populations along the continuous path from ``start``.

    Parameters
    ----------
    game
        A single game.
    start
        One distribution over actions per player.
    times
        Shape ``(K,)``, increasing; the first one is the time of ``start``.
    mutation
        Rate, not negative.

    Returns
    -------
    tuple of arrays of shape ``(K, n_i)``

    Raises
    ------
    InputError
        For a batch, shares that are no distributions, times that do not increase, or a negative rate.
    SolverError
        If the integration fails.

    Notes
    -----
    DOP853 with relative tolerance 1e-11; payoffs less their smallest, in units of their range.

    Examples
    --------
    Racing dominates; with mutation at a tenth of its advantage some restrain for ever:

    >>> race = Game.from_bimatrix([[3, 1], [4, 2]], [[3, 4], [1, 2]])
    >>> first, second = population_paths(race, ([0.9, 0.1], [0.5, 0.5]), [0, 200], mutation=0.1)
    >>> first[-1], second[-1]
    (array([0.0475, 0.9525]), array([0.0475, 0.9525]))
    """
    from scipy.integrate import solve_ivp

    mutation = number_between(mutation, "mutation", 0)
    t = finite_floats(times, "times")
    if t.ndim != 1 or t.size < 2 or not (np.diff(t) > 0).all():
        raise InputError(f"times is {times!r}; two or more increasing finite times are needed")
    multi_population_derivative(game, start)  # refuses what does not fit
    plain, _ = game.from_minimum()
    rate = float(np.asarray(plain.payoffs, float).max()) or 1.0
    scaled = Game(np.asarray(plain.payoffs, float) / rate)
    cuts = np.cumsum(game.n_actions)[:-1]

    def derivative(_: float, y: Floats) -> Floats:
        shares = [x / x.sum() for x in np.split(np.clip(y, 0, None), cuts)]
        drift = multi_population_derivative(scaled, shares)
        changes = [d + mutation / rate * (1 / len(x) - x) for d, x in zip(drift, shares, strict=True)]
        return np.concatenate(changes)

    clock = rate * (t - t[0])
    found = solve_ivp(
        derivative, (0.0, float(clock[-1])), np.concatenate([np.asarray(x, float) for x in start]), method="DOP853",
        t_eval=clock, rtol=1e-11, atol=1e-14,
    )  # fmt: skip
    if not found.success:
        raise SolverError(f"the path could not be integrated: {found.message}; try shorter times")
    paths = np.split(np.clip(found.y.T, 0, None), cuts, axis=1)
    return tuple(np.asarray(path / path.sum(axis=1, keepdims=True)) for path in paths)


def population_generations(
    game: Game, start: Sequence[ArrayLike], generations: int, *, background: float = 0.0, mutation: float = 0.0
) -> tuple[Floats, ...]:
    """Shares of all populations, generation by generation.

    Parameters
    ----------
    game, start
        As in `population_paths`.
    generations
        How many, not negative.
    background
        Descendants that do not depend on the game; with the smallest payoff of each player it must not be negative.
    mutation
        In [0, 1].

    Returns
    -------
    tuple of arrays of shape ``(generations + 1, n_i)``

    Raises
    ------
    InputError
        For a batch, numbers out of range, or negative fitness.

    Examples
    --------
    >>> race = Game.from_bimatrix([[3, 1], [4, 2]], [[3, 4], [1, 2]])
    >>> first, _ = population_generations(race, ([0.9, 0.1], [0.5, 0.5]), 2)
    >>> first
    array([[0.9  , 0.1  ],
           [0.857, 0.143],
           [0.796, 0.204]])
    """
    multi_population_derivative(game, start)  # refuses what does not fit
    payoffs = np.asarray(game.payoffs, float)
    generations, mutation = whole_number(generations, "generations", 0), number_between(mutation, "mutation", 0, 1)
    background = number_between(background, "background", -np.inf)
    if payoffs.min() + background < 0:
        raise InputError(f"background is {background}; with the smallest payoff {payoffs.min():g} fitness is negative")
    paths = [np.empty((int(generations) + 1, n)) for n in game.n_actions]
    for path, x in zip(paths, start, strict=True):
        path[0] = x
    for t in range(int(generations)):
        now = [path[t] for path in paths]
        lead = product_distribution([x[np.newaxis] for x in now])
        for i, (path, x) in enumerate(zip(paths, now, strict=True)):
            grown = x * (background + np.asarray(game.deviation_payoffs(i, lead)[0], float))
            total = grown.sum()
            kept = grown / total if total > 0 else x
            path[t + 1] = (1 - mutation) * kept + mutation / len(x)
    return tuple(paths)
