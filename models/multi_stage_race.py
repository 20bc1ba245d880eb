"""Race in stages: who leads works harder, and most while the race is close.

Players: two labs, ``m`` and ``n`` steps from the end. Timing: continuous; at any time each chooses the hazard ``h`` of
taking its next step, at the cost ``h^2 / 2`` a year; the first at the end gets the prize ``P``; interest is ``r``.
Strategies depend on the steps left. With ``V(m, n)`` the value of the lab that has m steps left against n,

    V = max_h [h V(m-1, n) + h' V(m, n-1) - h^2 / 2] / (r + h + h')        V(0, .) = P,  V(., 0) = 0

where ``h'`` is the rival's hazard: in each state a game over two hazards, given the values one step on. Backward
induction over the states solves each by `theory.nash`, which certifies it against every other hazard; by the principle
of optimality no other strategy of the whole race gains either.

Source: Harris and Vickers (1987), Rev. Econ. Stud. 54:1-21. From the literature: all of it; they find that the leader
works harder than the follower and that effort rises as the gap closes. The payoff of a state is a formula only in
numbers that are solved for, so this is no registered model. Prize and interest may be arrays of draws; they are
normalised, and no fact sets them. Held to: the cases harris_vickers_*.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.continuous import ContinuousGame, Payoff
from theory.equilibrium import nash
from theory.errors import InputError, SolverError

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StagedRace:
    """Values and hazards in every state of the race.

    Attributes
    ----------
    value, hazard
        Shape ``(*batch, m + 1, n + 1)`` for the lab whose steps left are the second-last axis, its rival's the last.
    regret
        Largest regret found in any state, as a share of the range of payoffs there.
    """

    value: Floats
    hazard: Floats
    regret: float

    def state(self, own: int, rival: int) -> tuple[Floats, Floats]:
        """Value and hazard of a lab with ``own`` steps left when its rival has ``rival`` left."""
        if not (0 < own < self.value.shape[-2] and 0 < rival < self.value.shape[-1]):
            raise InputError(f"steps left are {own} and {rival}; from 1 to {self.value.shape[-2] - 1} are solved")
        return self.value[..., own, rival], self.hazard[..., own, rival]


def staged_race(*, prize: ArrayLike = 1.0, interest: ArrayLike = 0.1, steps: int = 2) -> StagedRace:
    """Solve the race for all states with up to ``steps`` steps left on each side.

    Parameters
    ----------
    prize, interest
        Positive numbers, or arrays of draws of one shape.

    Raises
    ------
    SolverError
        If no equilibrium of some state can be certified.

    Examples
    --------
    >>> race = staged_race()
    >>> [round(float(x), 6) for x in race.state(1, 1)]
    [0.304189, 0.695811]
    """
    p, r = np.broadcast_arrays(np.asarray(prize, float), np.asarray(interest, float))
    if not (np.isfinite(p) & (p > 0)).all() or not (np.isfinite(r) & (r > 0)).all():
        raise InputError(f"prize is {p} and interest {r}; both must be positive and finite")
    if steps != int(steps) or not 1 <= steps <= 50:
        raise InputError(f"steps is {steps}; a whole number from 1 to 50 is needed")
    value = np.zeros((*p.shape, steps + 1, steps + 1))
    value[..., 0, 1:] = p[..., None]
    hazard = np.zeros_like(value)
    worst = 0.0
    states = [(m, n) for m in range(1, steps + 1) for n in range(1, m + 1)]
    for m, n in sorted(states, key=sum):
        solution = nash(state_game((value[..., m - 1, n], value[..., n - 1, m]), _behind(value, m, n), p, r))
        if not solution.certified[..., 0].all():
            raise SolverError(f"no equilibrium could be certified with {m} and {n} steps left")
        worst = max(worst, float(solution.relative_regret[..., 0].max()))
        for place, (own, rival) in enumerate(((m, n), (n, m))):
            value[..., own, rival] = solution.payoffs[..., 0, place]
            hazard[..., own, rival] = solution.actions[..., 0, place]
    return StagedRace(value, hazard, worst)


def state_game(
    ahead: tuple[Floats, Floats], behind: tuple[Floats, Floats], prize: Floats, interest: Floats
) -> ContinuousGame:
    """Game over hazards in one state.

    Parameters
    ----------
    ahead, behind
        For each lab, its value after its own next step, and after its rival's.
    """

    def payoff(i: int) -> Payoff:
        def worth(h: Floats, *parameters: Floats) -> Floats:
            r, up, down = parameters[0], parameters[1 + i], parameters[3 + i]
            return np.asarray((h[..., i] * up + h[..., 1 - i] * down - h[..., i] ** 2 / 2) / (r + h.sum(axis=-1)))

        return worth

    def marginal(i: int) -> Payoff:
        def slope(h: Floats, *parameters: Floats) -> Floats:
            worth = payoff(i)(h, *parameters)
            return np.asarray((parameters[1 + i] - h[..., i] - worth) / (parameters[0] + h.sum(axis=-1)))

        return slope

    shape = (*np.shape(prize), 2)
    # a hazard of twice the prize costs as much as the prize would bring at that hazard
    upper = np.broadcast_to(2 * np.asarray(prize)[..., None], shape)
    return ContinuousGame(
        [payoff(0), payoff(1)],
        np.zeros(shape),
        upper,
        gradients=[marginal(0), marginal(1)],
        parameters=(interest, *ahead, *behind),
        players=("lab 1", "lab 2"),
        action_unit="1/yr",
        payoff_unit="US$ bn",
    )


def _behind(value: Floats, m: int, n: int) -> tuple[Floats, Floats]:
    """Values of the two labs with m and n steps left after the rival's next step."""
    return value[..., m, n - 1], value[..., n, m - 1]
