"""When to build and how much: the race of `models.preemption` with capacities of choice.

Players: two builders with ``s M`` GW each. Choices: each, at a time of its choice, adds as many GW as it likes. Timing:
as there; the second sees what the first has built. Payoff: revenue at the price ``X (1 - Q/M)``, for ever, less cost;
the lead is not at stake, because with free sizes a token campus would win it. The follower is solved first, then the
leader who foresees it, then the level of X at which leading is worth as much as following. All of it is Huisman and
Kort (2015), with installed capacity, lag and refits from `models.preemption`, in a market whose price of today does not
end (its ``ending`` is not used); with s = 0 and no rival it is
`models.waiting.timed_capacity`. Facts: those of `models.preemption`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.preemption import Preemption

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SizedRace:
    """Race in which each also chooses its capacity; levels of X and GW, each of shape ``batch``.

    ``preemption`` and ``capacity`` are the leader's, ``follower`` and ``second`` its rival's; ``unthreatened`` and
    ``full`` those of a builder without a rival; ``given`` is the capacity that the leader would choose if it took the
    follower's date and size as given: what it builds above it, it builds to delay and shrink the follower.
    """

    preemption: Floats
    capacity: Floats
    follower: Floats
    second: Floats
    unthreatened: Floats
    full: Floats
    given: Floats


def sized_race(model: Preemption) -> SizedRace:
    """Solve the race with capacities of choice, revenue alone at stake (Huisman and Kort 2015).

    In ``z = omega X / c`` and ``Q = q M`` it depends on beta and s alone. The follower of a leader with q has room
    ``m = 1 - 3 s - q`` and builds ``m / (beta + 1)`` at ``z_F = (beta + 1) / (beta - 1) / m``, or replies at once
    if z is above. The leader's best q is searched on a grid and by golden sections; L = F is bracketed and halved.

    Examples
    --------
    >>> race = sized_race(Preemption(installed=0.0))
    >>> bool(race.given < race.capacity < race.full), bool(race.preemption < race.unthreatened)
    (True, True)
    """
    beta, s = np.broadcast_arrays(np.asarray(model.exponent(), float), np.asarray(model.installed, float))
    room, factor = 1 - 3 * s, (beta + 1) / (beta - 1)

    def entry(z: Any, q: Any) -> tuple[Any, Any, Any]:  # the follower's level, capacity, and discount until then
        level = np.maximum(factor / (room - q), z)
        return level, (room - q - 1 / level) / 2, (z / level) ** beta

    def leading(z: Any, q: Any) -> Any:
        level, rival, until = entry(z, q)
        return z * q * (room - q) - q - until * level * (s + q) * rival

    def following(z: Any, q: Any) -> Any:
        level, own, until = entry(z, q)
        return until * own * (level * (room - q - own) - 1) - z * s * q

    def best(z: Any) -> Any:
        grid = np.linspace(0.01, 0.99, 50).reshape(-1, *(1,) * np.ndim(z))
        top = grid[np.argmax(leading(z, grid * room), axis=0)].reshape(np.shape(z))
        return _golden_section(lambda q: leading(z, q), np.maximum(top - 0.02, 1e-6) * room, (top + 0.02) * room)

    low, high = 1 / room, factor / room
    for _ in range(45):
        middle = (low + high) / 2
        q = best(middle)
        ahead = leading(middle, q) > following(middle, q)
        low, high = np.where(ahead, low, middle), np.where(ahead, middle, high)
    q = best(high)
    level, rival, until = entry(high, q)
    given = np.maximum(room - 1 / high - until * level / high * rival, 0) / 2
    scale, gw = model.unit_cost() / model.replace(ending=0.0).worth(), np.asarray(model.market)
    single = (factor / room * scale, room / (beta + 1) * gw)
    return SizedRace(high * scale, q * gw, level * scale, rival * gw, *single, given * gw)


def _golden_section(function: Callable[[Any], Any], low: Any, high: Any) -> Any:
    """Largest point of functions that rise, then fall, on intervals given as arrays."""
    ratio = (5**0.5 - 1) / 2
    for _ in range(30):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        up = function(left) < function(right)
        low, high = np.where(up, left, low), np.where(up, high, right)
    return (low + high) / 2
