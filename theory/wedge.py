"""The strategic wedge: Nash against joint profit and against welfare.

With ``k^N`` the equilibrium, ``k^J`` the choices that maximise joint profit and ``k^W`` those that maximise welfare
(profits + users' surplus - external cost): overinvestment indices ``K^N/K^J - 1`` and ``K^N/K^W - 1`` per player
and in total, dissipation ``(Pi^J - Pi^N) / Pi^J``, and the price of anarchy ``W^W / W^N``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import outcome_of
from theory.common_objective import STARTS, joint_optimum
from theory.continuous import ContinuousGame, Payoff, require_continuous
from theory.continuous_solution import ContinuousSolution
from theory.display import aligned
from theory.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class StrategicWedge:
    """Choices under Nash, joint profit and welfare; shapes ``(*batch, N)``, and ``(*batch,)`` for totals.

    How a joint optimum is split among equals with constant cost is not determined, its total is.
    ``dissipation`` is NaN where joint profit is not positive, ``price_of_anarchy`` where welfare is not.
    """

    nash: Floats
    joint: Floats
    welfare: Floats
    over_joint: Floats
    over_welfare: Floats
    total_over_joint: Floats
    total_over_welfare: Floats
    profit_nash: Floats
    profit_joint: Floats
    dissipation: Floats
    welfare_nash: Floats
    welfare_optimum: Floats
    price_of_anarchy: Floats
    players: tuple[str, ...] = ()

    def __repr__(self) -> str:
        if self.nash.ndim > 1:
            above = np.mean(self.total_over_joint > 0), np.mean(self.total_over_welfare > 0)
            shares = f"total above joint profit in {above[0]:.1%}, above welfare in {above[1]:.1%} of the games"
            return f"StrategicWedge(batch {self.nash.shape[:-1]}: {shares})"
        rows = [["", "Nash", "joint profit", "welfare"]]
        choices = self.nash, self.joint, self.welfare
        rows += [[name, *(f"{x[i]:.4g}" for x in choices)] for i, name in enumerate(self.players)]
        rows += [["total", *(f"{x.sum():.4g}" for x in choices)]]
        excess = f"against joint profit {self.total_over_joint:+.1%}, against welfare {self.total_over_welfare:+.1%}"
        losses = f"dissipation {self.dissipation:.4g}, price of anarchy {self.price_of_anarchy:.4g}"
        return "\n".join([*aligned(rows), f"total {excess}", losses])


def strategic_wedge(
    game: ContinuousGame, solution: ContinuousSolution | ArrayLike, *, welfare: str = "welfare"
) -> StrategicWedge:
    """Compare an equilibrium with the joint-profit and the welfare optimum.

    Parameters
    ----------
    game
        The game that was solved; needs an outcome named ``welfare``.
    solution
        Its solution, of which the first certified equilibrium is used, or choices of shape ``(*batch, N)``.
    welfare
        Name of the outcome that the planner maximises.

    Returns
    -------
    StrategicWedge
        Choices, shape ``(*batch, N)``, in the unit of the game's choices; totals and losses, shape ``batch``, in that
        of its payoffs. Draws without an equilibrium (NaN) have optima, and NaN where Nash enters.

    Raises
    ------
    InputError
        If the game has no such outcome, or choices do not fit it.

    Examples
    --------
    >>> from models import ComputeRace
    >>> from theory import nash
    >>> game = ComputeRace().continuous_game()
    >>> wedge = strategic_wedge(game, nash(game))
    >>> bool(wedge.profit_joint >= wedge.profit_nash)
    True
    >>> print(repr(wedge).splitlines()[0])
                      Nash  joint profit  welfare
    """
    require_continuous(game, "strategic_wedge")
    maximised = outcome_of(game.outcomes, welfare)
    nash = solution.only() if isinstance(solution, ContinuousSolution) else game.choices_within(solution)
    if not game.batch_shape and not np.isfinite(nash).all():
        raise InputError(f"choices are {nash}: there is no certified equilibrium to compare; give one")
    joint = _optimum(game, game.total(), nash)
    social = _optimum(game, maximised, nash)
    profit_nash, profit_joint = game.payoff(nash).sum(axis=-1), game.payoff(joint).sum(axis=-1)
    welfare_nash, welfare_best = game.outcome(welfare, nash), game.outcome(welfare, social)
    with np.errstate(invalid="ignore", divide="ignore"):  # nothing built at the optimum: infinitely more than that
        over_joint, over_welfare = nash / joint - 1, nash / social - 1
        dissipation = np.where(profit_joint > 0, (profit_joint - profit_nash) / profit_joint, np.nan)
        anarchy = np.where(welfare_nash > 0, welfare_best / welfare_nash, np.nan)
    return StrategicWedge(
        nash=nash,
        joint=joint,
        welfare=social,
        over_joint=over_joint,
        over_welfare=over_welfare,
        total_over_joint=nash.sum(axis=-1) / joint.sum(axis=-1) - 1,
        total_over_welfare=nash.sum(axis=-1) / social.sum(axis=-1) - 1,
        profit_nash=profit_nash,
        profit_joint=profit_joint,
        dissipation=dissipation,
        welfare_nash=welfare_nash,
        welfare_optimum=welfare_best,
        price_of_anarchy=anarchy,
        players=game.players,
    )


def _optimum(game: ContinuousGame, objective: Payoff, nash: Floats) -> Floats:
    """Best of several local maxima; the equilibrium is one of the starts, so the optimum is never worse than it."""
    starts = [game.lower + share * (game.upper - game.lower) for share in STARTS[:2]]
    safe = np.where(np.isfinite(nash), nash, starts[1])
    return joint_optimum(game, objective, starts=np.stack([safe, *starts]))
