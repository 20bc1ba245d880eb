"""Correlated and coarse correlated equilibria that make an outcome as large, or as small, as they can.

The obedience constraints of `theory.correlated` are linear in the distribution over profiles, so the best and the worst
value of any expected outcome over all correlated equilibria (Aumann 1974), or all coarse ones (Moulin and Vial 1978),
is a linear program over the profiles. It is solved by HiGHS on payoffs in [0, 1]; the gap of what comes out is measured
again in payoff units by `correlated_gap`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats, outcome_of, yes_or_no
from theory.correlated import correlated_gap
from theory.display import numbers, shortened
from theory.errors import InputError, SolverError
from theory.game import Array, Game, require_game

Floats = NDArray[np.float64]

MOST_PROFILES = 20_000
"""Largest game that is turned into a program."""

_ACCEPTED = 1e-7  # of the payoff range: what a solver with an absolute tolerance of 1e-9 leaves, with room


_SHOWN = 5e-5  # chances below it are not printed


@dataclass(frozen=True, eq=False, repr=False)
class MediatedPlay:
    """A distribution over profiles that no player gains by disobeying.

    Attributes
    ----------
    game
        The game.
    distribution
        Shape ``(n_0, ..., n_{N-1})``.
    value
        Expected outcome that was made largest or smallest.
    payoffs
        Expected payoffs, shape ``(N,)``.
    gap
        What some player would gain by disobeying: swap deviations for a correlated, fixed ones for a coarse correlated
        equilibrium; in payoff units, zero up to rounding.
    """

    game: Game
    distribution: Floats
    value: float
    payoffs: Floats
    gap: float

    def __repr__(self) -> str:
        head = f"mediated play: value {self.value:.6g}, payoffs {numbers(self.payoffs)}, gain from disobeying "
        told = sorted(np.argwhere(self.distribution > _SHOWN), key=lambda at: -self.distribution[tuple(at)])
        lines = [
            f"  {', '.join(labels[a] for labels, a in zip(self.game.actions, at, strict=True))}: "
            f"{self.distribution[tuple(at)]:.4g}"
            for at in told
        ]
        return "\n".join([f"{head}{self.gap:.1e}", *shortened(lines, "distribution")])


def correlated_equilibrium(
    game: Game, objective: str | ArrayLike | None = None, *, coarse: bool = False, smallest: bool = False
) -> MediatedPlay:
    """Correlated equilibrium with the largest, or smallest, expected value of an outcome.

    Parameters
    ----------
    game
        A single game of any number of players.
    objective
        Name of an outcome of the game, or a number for every profile; the sum of payoffs if not given.
    coarse
        Over coarse correlated equilibria instead: a larger set.
    smallest
        Make the outcome small instead of large.

    Raises
    ------
    InputError
        For a batch, an outcome that the game does not have, or more than `MOST_PROFILES` profiles.
    SolverError
        If the program could not be solved to the accuracy that is asked for.

    Examples
    --------
    In the game of chicken a mediator does better than any Nash equilibrium (Aumann 1974):

    >>> chicken = Game.from_bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]])
    >>> round(correlated_equilibrium(chicken).value, 6)
    10.5
    >>> round(correlated_equilibrium(chicken, smallest=True).value, 6)
    7.2
    """
    from scipy.optimize import linprog

    require_game(game, "correlated_equilibrium")
    if game.batch_ndim:
        raise InputError(f"correlated_equilibrium takes a single game, not {game!r}; loop over the draws")
    profiles = int(np.prod(game.n_actions))
    if profiles > MOST_PROFILES:
        raise InputError(f"{game!r} has {profiles:,} profiles; a program is made of at most {MOST_PROFILES:,}")
    coarse, smallest = yes_or_no(coarse, "coarse"), yes_or_no(smallest, "smallest")
    plain, least = game.from_minimum()  # differences are then not lost against a large common level
    tables = [np.asarray(plain.payoff(i), float) for i in range(game.n_players)]
    wanted, level = _objective(game, objective), 0.0
    if wanted is None:
        wanted, level = np.asarray(sum(tables)), float(sum(least))
    unit = [_unit(table) for table in tables]
    constraints = [_obedience(table, i, coarse=coarse) for i, table in enumerate(unit)]
    rows = np.concatenate([block for block in constraints if len(block)] or [np.zeros((1, profiles))])
    found = linprog(
        c=(1 if smallest else -1) * _unit(wanted).ravel(),
        A_ub=rows,
        b_ub=np.zeros(len(rows)),
        A_eq=np.ones((1, profiles)),
        b_eq=np.ones(1),
        bounds=(0, None),
        method="highs-ds",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if not found.success:
        raise SolverError(f"the program of {game!r} was not solved: {found.message}")
    distribution = np.maximum(np.asarray(found.x, float), 0).reshape(game.n_actions)
    distribution /= distribution.sum()
    gap = float(correlated_gap(game, distribution)[1 if coarse else 0])
    scale = max(float(np.ptp(table)) for table in tables)
    if gap > _ACCEPTED * scale:
        raise SolverError(
            f"the program of {game!r} left a gain of {gap:g} from disobeying, on payoffs of range {scale:g}"
        )
    payoffs = np.asarray(least, float) + [float((table * distribution).sum()) for table in tables]
    return MediatedPlay(game, distribution, level + float((wanted * distribution).sum()), payoffs, gap)


def _objective(game: Game, objective: str | ArrayLike | None) -> Floats | None:
    """What is to be made large or small; None for the sum of payoffs."""
    if objective is None:
        return None
    if isinstance(objective, str):
        return np.asarray(outcome_of(game.outcomes, objective), float)
    values = finite_floats(objective, "objective")
    if values.shape != game.n_actions:
        raise InputError(f"objective has shape {values.shape}; it must be {game.n_actions}: one number per profile")
    return values


def _obedience(payoff: Array, player: int, *, coarse: bool) -> Floats:
    """Rows of ``A mu <= 0``: what a player gains by each deviation, as a function of the distribution."""
    own = np.moveaxis(payoff, player, 0)
    count, rows = len(own), []
    for deviation in range(count):
        gain = own[deviation] - own  # [told, others]
        if coarse:
            rows.append(np.moveaxis(gain, 0, player).ravel())
            continue
        for told in range(count):
            if told != deviation:
                only = np.zeros(own.shape)
                only[told] = gain[told]
                rows.append(np.moveaxis(only, 0, player).ravel())
    return np.array(rows).reshape(len(rows), payoff.size)


def _unit(values: Floats) -> Floats:
    spread = float(np.ptp(values))
    return np.asarray((values - values.min()) / (spread if spread > 0 else 1.0))
