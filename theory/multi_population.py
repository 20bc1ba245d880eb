"""Replicator dynamics of several populations: each adapts to what the others do.

Definitions
-----------
Population ``i`` plays the part of player ``i`` of a finite game; ``x_i`` are the shares of its actions. With
``u_i(a, x_-i)`` the payoff of action ``a`` against the others' shares,

    dx_ia/dt = x_ia (u_i(a, x_-i) - sum_b x_ib u_i(b, x_-i))

(Taylor 1979, J. Appl. Probab. 16:76-83; Weibull 1995, Evolutionary Game Theory, ch. 5). Every Nash equilibrium is a
rest point, and the rest points with all actions in use are the fully mixed equilibria. No interior point is
asymptotically stable: up to a change of speed the flow preserves volumes, so the eigenvalues add up to zero (Weibull
1995, ch. 5); at best they lie on the imaginary axis and shares cycle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats
from theory.equilibrium import nash
from theory.errors import InputError
from theory.game import Game, require_game
from theory.solution import product_distribution

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class InteriorPoint:
    """A rest point with all actions in use.

    Attributes
    ----------
    shares
        One array per population.
    eigenvalues
        Of the linearised dynamics within the simplices, one per free share.
    """

    shares: tuple[Floats, ...]
    eigenvalues: NDArray[np.complex128]

    @property
    def repels(self) -> bool:
        """Whether some direction leads away from the point (an eigenvalue with positive real part)."""
        scale = float(np.abs(self.eigenvalues).max())
        return bool((self.eigenvalues.real > 1e-9 * scale).any())


def multi_population_derivative(game: Game, shares: Sequence[ArrayLike]) -> tuple[Floats, ...]:
    """Rates of change of the shares of every population.

    Parameters
    ----------
    shares
        One distribution over actions per player of a single game.

    Examples
    --------
    >>> pennies = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> multi_population_derivative(pennies, ([0.5, 0.5], [0.75, 0.25]))
    (array([ 0.25, -0.25]), array([0., 0.]))
    """
    given = _check(game, shares)
    lead = product_distribution([x[None] for x in given])
    rates = []
    for i, x in enumerate(given):
        payoff = np.asarray(game.deviation_payoffs(i, lead)[0], float)
        rates.append(np.asarray(x * (payoff - x @ payoff)))
    return tuple(rates)


def interior_rest_points(game: Game) -> tuple[InteriorPoint, ...]:
    """Rest points at which every population uses all its actions.

    Raises
    ------
    InputError
        For a batch of games, or if the solver cannot prove that it has found all equilibria (a continuum of them).

    Examples
    --------
    >>> pennies = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> (point,) = interior_rest_points(pennies)
    >>> point.shares[0], point.repels
    (array([0.5, 0.5]), False)
    """
    _single(game)
    solution = nash(game)
    if not np.all(solution.complete):
        raise InputError(f"not all equilibria of {game!r} could be found: {solution.note}")
    found = []
    for profile in solution.profiles():
        shares = tuple(np.asarray(strategy, float) for strategy in profile)
        if all((x > 1e-9).all() for x in shares):
            found.append(InteriorPoint(shares, np.linalg.eigvals(_jacobian(game, shares)).astype(complex)))
    return tuple(found)


def _jacobian(game: Game, shares: tuple[Floats, ...]) -> Floats:
    """Derivatives of the rates of all free shares; the last share of each population makes up for the others.

    Each entry is exact: rates are affine in the shares of any other population, and, where no action is better
    than another, the own part of the derivative is that of a zero advantage.
    """
    sizes = [len(x) - 1 for x in shares]
    blocks: list[list[Any]] = [[np.zeros((m, n)) for n in sizes] for m in sizes]
    base = multi_population_derivative(game, shares)
    for j, x in enumerate(shares):
        for b in range(sizes[j]):
            pure = np.eye(len(x))[b], np.eye(len(x))[-1]
            ends = [multi_population_derivative(game, (*shares[:j], p, *shares[j + 1 :])) for p in pure]
            for i in range(len(shares)):
                blocks[i][j][:, b] = 0 * base[i][:-1] if i == j else (ends[0][i] - ends[1][i])[:-1]
    return np.block(blocks)


def _check(game: Game, shares: Sequence[ArrayLike]) -> list[Floats]:
    require_game(game, "population dynamics")
    _single(game)
    if not isinstance(shares, Sequence | np.ndarray):
        raise InputError(f"shares is {shares!r}; it must be one distribution over actions for each player")
    given = [finite_floats(x, f"shares[{i}]") for i, x in enumerate(shares)]
    if [x.shape for x in given] != [(n,) for n in game.n_actions]:
        raise InputError(f"shares have shapes {[x.shape for x in given]}; one number per action of {game!r} is needed")
    if any((x < 0).any() or abs(x.sum() - 1) > 1e-9 for x in given):
        raise InputError(f"shares are {[x.tolist() for x in given]}; each must be non-negative and sum to one")
    return given


def _single(game: Game) -> None:
    if game.batch_ndim:
        raise InputError(f"{game!r} is a batch; pick one draw of it: game[0]")
