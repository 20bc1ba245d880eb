"""Compute prices and the safety tax: when dearer compute makes AI safer.

Players: n identical labs. Choices, at once: compute for safety ``X_s`` and for performance ``X_p``, both at the price
``r``. Payoff of lab i, with performance ``p``, safety ``s`` (harder to reach at higher performance), the probability
``q`` of winning the race and ``sigma`` that a winner's system is safe:

    p_i = B X_p^beta       s_i = A X_s^alpha p_i^-theta       q_i = p_i / sum_j p_j       sigma_i = s_i / (1 + s_i)
    u_i = sigma_i q_i - d (1 - sum_j sigma_j q_j) - r (X_s + X_p)

Source: Jensen, Emery-Xu and Trager (2023), arXiv:2302.11436. From the literature: all of it. Finding: a dearer compute
makes systems safer if safety scales worse than performance drags it down, ``theta beta > alpha``, and less safe
otherwise.

A lab chooses two numbers, so this is no registered `PayoffModel`, whose players choose one each. The payoff is written
once, in `payoff`; sympy differentiates it, the symmetric equilibrium is a root of the first-order conditions of one lab
at equal choices, and `deviation_gain` holds it against all pairs of choices of one lab, staying out included.
Parameters are those of the paper's code; no fact sets them. Held to: the cases safetytax_*.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize, root

from theory.errors import InputError, SolverError

Floats = NDArray[np.float64]

_PARAMETERS = ("labs", "safety_scale", "safety_returns", "speed_scale", "speed_returns", "drag", "disaster", "price")
_STARTS = ((0.0, 0.0), (-2.0, -2.0), (1.0, 2.0), (-4.0, -1.0), (3.0, 3.0), (-6.0, -6.0))  # of the logs of the choices


@dataclass(frozen=True)
class SafetyEquilibrium:
    """Symmetric equilibrium: compute of each lab for safety and performance, safety ``s``, and the certificate.

    Attributes
    ----------
    gain
        Most that a lab gains by any other pair of choices, in units of the prize.
    """

    safety_compute: float
    speed_compute: float
    safety: float
    gain: float

    @property
    def probability_safe(self) -> float:
        """Probability that the winner's system is safe."""
        return self.safety / (1 + self.safety)


@dataclass(frozen=True, kw_only=True)
class SafetyTax:
    """Race of labs that buy compute for safety and for performance.

    Parameters
    ----------
    labs
        ``n``, at least two.
    safety_scale, safety_returns
        ``A`` and ``alpha`` of the production of safety.
    speed_scale, speed_returns
        ``B`` and ``beta`` of the production of performance.
    drag
        ``theta``: how performance makes safety harder.
    disaster
        ``d``: loss in a disaster, in units of the prize.
    price
        ``r``: price of compute.
    """

    labs: int = 2
    safety_scale: float = 10.0
    safety_returns: float = 0.5
    speed_scale: float = 10.0
    speed_returns: float = 0.5
    drag: float = 0.25
    disaster: float = 1.0
    price: float = 0.05

    def __post_init__(self) -> None:
        if self.labs != int(self.labs) or self.labs < 2:
            raise InputError(f"labs is {self.labs}; a whole number of at least 2 is needed")
        for name in _PARAMETERS[1:]:
            value = getattr(self, name)
            free = name in ("drag", "disaster")
            if not (np.isfinite(value) and (value >= 0 if free else value > 0)):
                raise InputError(f"{name} is {value}; it must be finite and {'not negative' if free else 'positive'}")
        if self.safety_returns >= 1 or self.speed_returns >= 1:
            raise InputError("safety_returns and speed_returns must be below 1: returns to compute diminish")

    def payoff(self, own: tuple[ArrayLike, ArrayLike], rivals: tuple[float, float]) -> Floats:
        """Payoff of a lab at its pair of choices (safety, performance), all rivals making another; vectorised."""
        return np.asarray(_compiled()[0](*own, *rivals, *self._values()))

    def symmetric_equilibrium(self) -> SafetyEquilibrium:
        """Symmetric equilibrium, certified.

        Raises
        ------
        SolverError
            If no symmetric solution of the first-order conditions survives the check against all deviations.

        Examples
        --------
        >>> round(SafetyTax().symmetric_equilibrium().safety, 6)
        5.83184
        """
        for start in _STARTS:
            found = root(self._conditions, np.array(start), method="hybr", options={"xtol": 1e-15})
            if np.abs(self._conditions(found.x)).max() < 1e-10:
                choice = (float(np.exp(found.x[0])), float(np.exp(found.x[1])))
                gain = self.deviation_gain(choice)
                if gain <= 1e-9:
                    return SafetyEquilibrium(*choice, self._safety(choice), gain)
        raise SolverError("no symmetric equilibrium in pure strategies was found; see deviation_gain for who deviates")

    def deviation_gain(self, choice: tuple[float, float], points: int = 161) -> float:
        """Most that one lab gains by leaving a common pair of choices, in units of the prize.

        All pairs on a grid of logs from 1e-8 of the choice to the most that a prize could pay for, the best of them
        refined; and staying out, which leaves the prize to the rivals.
        """

        def loss(logs: Floats) -> float:
            return -float(self.payoff((np.exp(logs[0]), np.exp(logs[1])), choice))

        base = float(self.payoff(choice, choice))
        most = (1 + self.disaster) / self.price
        logs = [np.linspace(np.log(x * 1e-8), np.log(max(most, 2 * x)), points) for x in choice]
        grid = np.meshgrid(*logs, indexing="ij")
        values = self.payoff((np.exp(grid[0]), np.exp(grid[1])), choice)
        best = float(values.max())
        for place in np.argsort(values, axis=None)[::-1][:: points // 8][:8]:  # the best, and some others near it
            start = np.array([axis.flat[place] for axis in grid])
            best = max(best, -float(minimize(loss, start, method="Nelder-Mead").fun))
        out = -self.disaster / (1 + self._safety(choice))
        return max(best - base, out - base, 0.0)

    def safety_slope(self) -> float:
        """Derivative of equilibrium safety in the price of compute, from the first-order conditions."""
        found = self.symmetric_equilibrium()
        at = np.log([found.safety_compute, found.speed_compute])
        choices, price = _compiled()[2](*at, *self._values())
        moved = -np.linalg.solve(np.array(choices, float), np.array(price, float).ravel())  # of the logs
        return found.safety * float(self.safety_returns * moved[0] - self.drag * self.speed_returns * moved[1])

    def replace(self, **changes: Any) -> SafetyTax:
        """Copy with some parameters changed."""
        return dataclasses.replace(self, **changes)

    def _values(self) -> tuple[float, ...]:
        return tuple(getattr(self, name) for name in _PARAMETERS)

    def _conditions(self, logs: Floats) -> Floats:
        return np.array(_compiled()[1](*logs, *self._values()), float).ravel()

    def _safety(self, choice: tuple[float, float]) -> float:
        performance = self.speed_scale * choice[1] ** self.speed_returns
        return float(self.safety_scale * choice[0] ** self.safety_returns * performance**-self.drag)


@functools.cache
def _compiled() -> tuple[Callable[..., Any], ...]:
    """Payoff; first-order conditions at equal choices (in logs); and their derivatives in the choices and the price."""
    import sympy

    n, a, alpha, b, beta, theta, d, r = known = sympy.symbols("n A alpha B beta theta d r", positive=True)
    own, rival = sympy.symbols("X_s X_p", positive=True), sympy.symbols("Y_s Y_p", positive=True)

    def lab(choice: Any) -> tuple[Any, Any]:  # performance, and the probability that the system is safe
        performance = b * choice[1] ** beta
        safety = a * choice[0] ** alpha * performance**-theta
        return performance, 1 - 1 / (1 + safety)

    (fast, safe), (rival_fast, rival_safe) = lab(own), lab(rival)
    wins = fast / (fast + (n - 1) * rival_fast)
    payoff = safe * wins - d * (1 - safe * wins - rival_safe * (1 - wins)) - r * sum(own)
    logs = sympy.symbols("ln_X_s ln_X_p", real=True)
    same = {x: sympy.exp(z) for pair in (own, rival) for x, z in zip(pair, logs, strict=True)}
    conditions = [(x * sympy.diff(payoff, x)).subs(same) for x in own]
    slopes = sympy.Matrix(conditions).jacobian(logs)
    by_price = sympy.Matrix(conditions).diff(r)
    arguments = (*logs, *known)
    return (
        sympy.lambdify((*own, *rival, *known), payoff, "numpy", cse=True),
        sympy.lambdify(arguments, conditions, "numpy", cse=True),
        sympy.lambdify(arguments, [slopes, by_price], "numpy", cse=True),
    )
