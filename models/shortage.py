"""When to build in a shortage that ends: the option of one builder, in two regimes.

Player: one builder. Timing: the price X follows ``dX = alpha X dt + sigma X dz``; a shortage ends at the rate ``eta``,
and what is built then is worth less. Choice: when to pay ``I``, once. Payoff, at a rate of interest ``rho``: ``now X -
I`` if it pays in the shortage, ``later X - I`` if it pays after it, ``later <= now``, X as it would be in the shortage.

After the end it is the textbook's option (Dixit and Pindyck 1994, ch. 5): ``G (X / X_0)^beta`` up to ``X_0``. While the
shortage lasts the value solves ``sigma^2 X^2 V'' / 2 + alpha X V' - (rho + eta) V + eta G (X / X_0)^beta = 0`` below
the best level ``X_1 <= X_0``, so that ``V = G (X / X_0)^beta + C (X / X_1)^beta'`` with ``beta'`` the exponent of the
rate ``rho + eta``, and C and ``X_1`` from smooth pasting. No static payoff exists, so this is no registered model;
`models.preemption` uses it for every builder that may wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Option:
    """Right to pay ``cost`` for ``now X`` in the shortage, ``later X`` after it; levels of X, each of shape ``batch``.

    ``after`` is the best level once the shortage has ended, ``threshold`` while it lasts; ``beta`` and ``ends`` are the
    exponents of the rate and of the rate with the shortage's end in it.

    Examples
    --------
    >>> lasting = Option(now=20.0, later=10.0, cost=1.0, beta=2.0, ends=2.0)  # it never ends: the usual rule
    >>> round(float(lasting.threshold), 9)
    0.1
    >>> bool(Option(now=20.0, later=10.0, cost=1.0, beta=2.0, ends=3.0).threshold < 0.1)  # hurry: it may end
    True
    """

    now: Any
    later: Any
    cost: Any
    beta: Any
    ends: Any

    @property
    def after(self) -> Any:
        """Best level after the shortage: ``beta / (beta - 1) I / later``."""
        return self.beta / (self.beta - 1) * self.cost / self.later

    @cached_property
    def threshold(self) -> Any:
        """Best level in the shortage: smooth pasting, concave in ``X / after``; Newton from the left."""
        gain = self.cost / (self.beta - 1)  # what it brings at the best level after the shortage
        slope = self.now * self.after * (self.ends - 1)
        bend = gain * (self.ends - self.beta)
        u = self.ends * self.cost / slope
        for _ in range(100):
            gap = slope * u - self.ends * self.cost - bend * u**self.beta
            u = u - gap / (slope - self.beta * bend * u ** (self.beta - 1))
            if np.all(np.abs(gap) <= 1e-14 * self.ends * self.cost):
                break
        return u * self.after

    @property
    def premium(self) -> Any:
        """What waiting in the shortage is worth at the threshold beyond waiting after it, US$ bn."""
        return self.now * self.threshold - self.cost - self._waited(self.threshold)

    def _waited(self, x: Any) -> Any:
        return self.cost / (self.beta - 1) * (x / self.after) ** self.beta

    def value(self, x: ArrayLike) -> Floats:
        """Value at ``x`` while the shortage lasts, US$ bn."""
        x = np.asarray(x, float)
        held = np.minimum(x, self.threshold)
        waits = self._waited(held) + self.premium * (held / self.threshold) ** self.ends
        return np.asarray(np.where(x >= self.threshold, self.now * x - self.cost, waits))

    def mean_after(self, x: ArrayLike, years: float, drift: Any, volatility: Any, hazard: Any) -> Floats:
        """Mean value after some ``years`` in which it cannot be used, not discounted: partial moments of X."""
        x, deviation = np.asarray(x, float), volatility * np.sqrt(years)
        mean = (drift - volatility**2 / 2) * years

        def moment(power: Any, level: Any, sign: int) -> Any:  # E[(X / level)^power; X below (+1) or above (-1) it]
            tail = ndtr(sign * ((np.log(level / x) - mean) / deviation - power * deviation))
            return (x / level) ** power * np.exp(power * mean + (power * deviation) ** 2 / 2) * tail

        level, after, waited = self.threshold, self.after, self._waited(self.threshold)
        lasts = waited * moment(self.beta, level, 1) + self.premium * moment(self.ends, level, 1)
        lasts = lasts + self.now * level * moment(1.0, level, -1) - self.cost * moment(0.0, level, -1)
        ended = self._waited(after) * moment(self.beta, after, 1)
        ended = ended + self.later * after * moment(1.0, after, -1) - self.cost * moment(0.0, after, -1)
        share = np.exp(-np.asarray(hazard) * years)
        return np.asarray(share * lasts + (1 - share) * ended)
