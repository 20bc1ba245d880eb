"""S8, speed: when to build, and how much, if a rival may build first.

Players: two builders with ``s M`` GW each. Timing: the price of a GW-year is ``X (1 - Q/M)`` at ``Q`` GW in all, with
``dX = alpha X dt + sigma X dz``; each may add one campus of ``K`` GW at a time of its choice, irreversibly, and it
works ``b`` years later. Payoff (US$ billion, present value, beyond what installed GW earn if nobody builds): revenue
of all that it has, plus its part of the lead, less cost.

A campus is kept for ever and refitted every ``T`` years. With ``delta = rho - alpha``, revenue that starts after the
lag and fades at g from one refit to the next is worth ``omega`` per unit of X, and a GW costs ``c``:

    omega = exp(-delta b) (1 - exp(-(delta + g) T)) / ((delta + g) (1 - exp(-delta T)))
    c     = kappa (1 - exp(-rho b)) / (rho b) + exp(-rho b) (kappa / (exp(rho T) - 1) + w / rho)

because nothing that is decided now changes what is earned before ``b``, and ``E X_{t+b} = X_t exp(alpha b)``. A lag
common to both multiplies every threshold by one factor and leaves their order alone; the result of Bar-Ilan and Strange
(1996), that lags can hasten investment, needs an option to abandon, which is not here. ``D_ab`` GW earn X for a builder
that has added a campus (a = 1) or not while its rival has (b = 1) or not, less ``D_00``; being first moves the part
``l X`` of the decided prize from the rival for good (Tullock's share with a campus more, less a half). With ``I = c K``
and ``beta`` the exponent of the option (`models.waiting`),

    threshold of the follower   X_F = beta / (beta - 1) I / (omega (D_11 - D_01))
    leader                      L = (omega D_10 + l) X - omega (D_10 - D_11) X_F (X / X_F)^beta - I
    follower                    F = (omega D_01 - l) X + (omega (D_11 - D_01) X_F - I) (X / X_F)^beta
    both now, both at X_S       M = omega D_11 X - I,   J = (omega D_11 X_S - I) (X / X_S)^beta

The leader goes at the smallest X with L = F, before the X at which it would go unthreatened. Waiting together is an
equilibrium if L never exceeds J: not if there is a lead to win (L - J = l X at X_S), nor if s = 0 (then J = F). Where
L > F > M, both mix, and both build by mistake with probability ``a / (2 - a)``, ``a = (L - F) / (L - M)``.

A shortage is a price m times that of contracts; it ends at the rate ``eta``, and X then falls to X / m for good. A GW
bought in a shortage is worth ``omega_1 = (omega + (m - 1) omega(delta + eta)) / m`` per unit of today's X, one bought
later ``omega_0 = omega / m``. With ``beta'`` the exponent at the rate rho + eta, and X_0 the best level after the end,
the option on ``slope X`` is worth, in the shortage, ``G (X / X_0)^beta + C (X / X_1)^beta'`` up to X_1, where it meets
``slope_1 X - I`` smoothly; G is what it brings at X_0. The follower's entry, the loss that it brings to the leader and
the value of waiting all have that form, and the formulas above hold with omega_1, and two powers for one, in them.

From the literature: Smets (1991), Dixit and Pindyck (1994, ch. 9), Grenadier (1996), Fudenberg and Tirole (1985);
capacities of choice are in `models.sized_preemption`. New: installed capacity, lead, lag and refits on facts, the
loss from a year's delay against the gain from waiting, a shortage that ends. With s, l, b = 0 and m = 1 it is
`models.waiting.preemption`; with eta = 0 the shortage lasts for ever. Simplified: fading is averaged over a generation,
refits are not optional, the prize does not fall with the shortage. Volatility, drift, market and installed are swept.

Read with care: at contract prices hardly anybody should build, though they do. Against building count that revenue
fades between refits while refits cost what the first build did, that rents are not expected to rise, that a campus
lowers the price of what its builder has, and that the price may fall after it is built; `experiments.studies.speed`
switches these off one by one. Left out is what a contract for the campus's life, signed before it is built, takes away
(`models.anchor_tenant`), and any profit that its builder makes on compute beyond its rent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import Value, parameter, payoff_model
from models.prior import Prior, at_least, derived, fact, mapped, swept
from models.shortage import Option
from models.symbolic import exp
from models.unit_economics import Stakes, UnitEconomics
from theory.errors import InputError
from theory.game import Game

Floats = NDArray[np.float64]

SHORTAGE = fact("F116a") / fact("F115a")
"""Price in a shortage over the price that pays: posted price of a reserved H100 in 2024 over its break-even rent."""


def _stake(name: str) -> Prior:
    """What the one-shot races know about one of the stakes."""
    prior = Stakes.parameters()[name].prior
    assert isinstance(prior, Prior)
    return prior


def leader_value(
    x: Any, level: Any, later: Any, worth: Any, after: Any, lead: Any, single: Any, shared: Any, beta: Any, ends: Any,
    cost: Any,
) -> Any:  # fmt: skip
    """Value of leading at ``x``: revenue of a lone campus, and the lead, less the rival's entry, less cost.

    The rival enters at ``level`` in the shortage, at ``later`` after it; a GW is then worth ``worth``, ``after`` per X.
    """
    fallen = after * later * (x / later) ** beta
    entered = worth * level - after * later * (level / later) ** beta
    return (worth * single + lead) * x - (single - shared) * (fallen + entered * (x / level) ** ends) - cost


@dataclass(frozen=True, eq=False)
class Thresholds:
    """Levels of X, US$ bn per GW-year, each of shape ``batch``: from break-even to building together."""

    break_even: Floats
    preemption: Floats
    unthreatened: Floats
    follower: Floats
    joint: Floats


@payoff_model("preemption")
class Preemption(UnitEconomics):
    """Race of two builders to be first, with time to build; S8 of the paper."""

    drift: Value = parameter(
        "alpha",
        unit="1/yr",
        low=-1,
        high=1,
        meaning="expected growth of the price of a GW-year",
        default=swept(-0.05, 0.0, 0.04, reason="below every discount rate, else waiting has no end; no fact"),
    )
    volatility: Value = parameter(
        "sigma",
        unit="1/sqrt(yr)",
        above=0,
        meaning="volatility of the price of a GW-year",
        default=swept(0.15, 0.3, 0.6, log=True, reason="from a utility's to a start-up's; no fact"),
        facts=("F155a", "F155b"),
    )
    lag: Value = parameter(
        "b",
        unit="years",
        low=0,
        meaning="time to build a campus",
        default=derived(
            at_least("S30"),
            (fact("F130", "low") * fact("F130", "high")) ** 0.5,
            fact("F130", "high"),
            facts=("S30", "F130"),
            reason="'just over a year', closed at one (low), one to 3.6 years to a GW (geometric mean central, slowest "
            "high)",
        ),
    )
    campus: Value = parameter(
        "K",
        unit="GW",
        above=0,
        meaning="size of a campus",
        default=derived(
            fact("F105b"),
            fact("F134"),
            fact("F107a"),
            facts=("F105b", "F107a", "F134"),
            reason="Rainier as announced (low) and at its eventual size (high), Hyperion (central)",
        ),
    )
    market: Value = parameter(
        "M",
        unit="GW",
        above=0,
        meaning="capacity at which the price falls to zero",
        default=swept(12.0, fact("F041b"), 100.0, log=True, reason="30 GW are planned for one lab (central); no fact"),
        facts=("F041b",),
    )
    installed: Value = parameter(
        "s",
        unit="1",
        low=0,
        high=0.2,
        meaning="installed capacity of each builder, as a share of M",
        default=swept(0.0, 0.05, 0.15, reason="from a new market to one served in part; no fact"),
    )

    scarcity: Value = parameter(
        "m",
        unit="1",
        above=0,
        meaning="price of a GW-year today over that of contracts",
        default=mapped(
            1.0,
            1.0,
            SHORTAGE,
            facts=("F116a", "F115a"),
            reason="contracts (low, central), posted price of reserved chips in 2024 over break-even rent (high)",
        ),
    )
    ending: Value = parameter(
        "eta",
        unit="1/yr",
        low=0,
        meaning="rate at which a shortage ends",
        default=derived(
            1 / fact("F138b"),
            (fact("F130", "low") * fact("F130", "high")) ** -0.5,
            1 / fact("F130", "low"),
            facts=("F138b", "F130", "F117"),
            log=True,
            reason="supply answers after the grid's queue (low), the time to a GW (geometric mean central, fastest "
            "high); posted prices of 2024 were cut by up to 45% by June 2025",
        ),
    )
    prize: Value = parameter(
        "V", unit="US$ bn", low=0, meaning="present value of the lead, at today's X", default=_stake("prize")
    )
    decided: Value = parameter(
        "h", unit="1", low=0, high=1, meaning="share of the prize that this campus settles", default=_stake("decided")
    )
    decisiveness: Value = parameter(
        "r", unit="1", above=0, high=1, meaning="exponent of the contest", default=_stake("decisiveness")
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not np.all(np.asarray(self.drift) < self.discount_rate):
            raise InputError("drift must be below discount_rate: else waiting has no end; lower drift")
        if not np.all(4 * np.asarray(self.installed) + 2 * self.campus / np.asarray(self.market) < 1):
            raise InputError("campus or installed is too large for the market: two more campuses would earn nothing")

    @property
    def players(self) -> tuple[str, ...]:
        """Two builders."""
        return ("builder 1", "builder 2")

    # -- closed forms ----------------------------------------------------------------------------------

    def exponent(self, hazard: Any = 0.0) -> Any:
        """Positive root beta of ``sigma^2 beta (beta - 1) / 2 + alpha beta = rho``, or of ``rho + hazard``."""
        lean = self.drift / self.volatility**2 - 0.5
        return (lean**2 + 2 * (self.discount_rate + hazard) / self.volatility**2) ** 0.5 - lean

    def worth(self, late: float = 0.0) -> Any:
        """Present value ``omega_1`` of a GW's revenue per unit of today's X, years; ready so many years ``late``r."""
        ends = self._stream(self.ending, late)
        return ends + (self._stream(0.0, late) - ends) / self.scarcity

    def worth_after(self) -> Any:
        """The same per unit of X as it was in the shortage, once that has ended: ``omega_0``."""
        return self._stream(0.0, 0.0) / self.scarcity

    def _stream(self, hazard: Any, late: float) -> Any:
        """Value of a unit of revenue that fades between refits and may end at the ``hazard``, from the lag on."""
        net = self.discount_rate - self.drift + hazard
        fade = net + self.price_decline
        begins = exp(-net * (self.lag + late))
        return begins * (1 - exp(-fade * self.life)) / (fade * (1 - exp(-net * self.life)))

    def unit_cost(self) -> Any:
        """Present value ``c`` of a GW for ever: capital spread over the building time, refits, power."""
        rate = self.discount_rate
        y = np.maximum(rate * np.asarray(self.lag), 1e-12)
        refits = self.capital_cost / np.expm1(rate * np.asarray(self.life)) + self.power_cost / rate
        return self.capital_cost * -np.expm1(-y) / y + np.exp(-y) * refits

    def served(self, own: int, rival: int) -> Any:
        """GW that a builder earns X on, less what it does if nobody builds: ``D_ab - D_00``."""
        base, more = self.installed * self.market, self.campus / self.market
        room = 1 - 2 * self.installed
        return (base + own * self.campus) * (room - (own + rival) * more) - base * room

    def lead(self) -> Any:
        """Part of the prize that being first moves from the rival, per unit of X: ``l``."""
        own, rival = self.installed * self.market + self.campus, self.installed * self.market
        ahead = own**self.decisiveness / (own**self.decisiveness + rival**self.decisiveness) - 0.5
        arrives = exp(-(self.discount_rate - self.drift) * self.lag)
        return arrives * self.decided * self.prize * ahead / self.state()

    def state(self) -> Any:
        """X today: the price of a GW-year is that of contracts, at installed capacity."""
        return self.scarcity * self.revenue / (1 - 2 * self.installed)

    def cost(self) -> Any:
        """Cost ``I`` of a campus, US$ bn."""
        return self.unit_cost() * self.campus

    # -- thresholds and values -------------------------------------------------------------------------

    def right(self, served: Any, lead: Any = 0.0) -> Option:
        """Right to a campus that serves so many GW more, and brings the lead."""
        now, later = self.worth() * served + lead, self.worth_after() * served + lead
        return Option(now, later, self.cost(), self.exponent(), self.exponent(self.ending))

    def follower(self) -> Option:
        """Right of the second builder; its threshold is X_F."""
        return self.right(self.served(1, 1) - self.served(0, 1))

    def thresholds(self) -> Thresholds:
        """Levels of X in the shortage at which each kind of builder goes."""
        follower = self.follower()
        return Thresholds(
            break_even=np.asarray(self.cost() / (self.worth() * self.served(1, 0) + self.lead())),
            preemption=np.asarray(self._first(follower)),
            unthreatened=np.asarray(self.right(self.served(1, 0), self.lead()).threshold),
            follower=np.asarray(follower.threshold),
            joint=np.asarray(self.right(self.served(1, 1)).threshold),
        )

    def _first(self, follower: Option) -> Any:
        """Smallest root of L - F: concave and negative at zero, so Newton from the left never overshoots."""
        beta, ends, cost, level = follower.beta, follower.ends, self.cost(), follower.threshold
        slope = (self.worth() * (self.served(1, 0) - self.served(0, 1)) + 2 * self.lead()) * level  # in u = X / X_F
        late = self.worth_after() * (self.served(1, 0) - self.served(0, 1)) * follower.after - cost
        after = late * (level / follower.after) ** beta
        bend = self.worth() * (self.served(1, 0) - self.served(0, 1)) * level - cost - after
        u = cost / slope
        for _ in range(100):
            gap = slope * u - after * u**beta - bend * u**ends - cost
            u = u - gap / (slope - beta * after * u ** (beta - 1) - ends * bend * u ** (ends - 1))
            if np.all(np.abs(gap) <= 1e-14 * cost):
                break
        return u * level

    def leading(self, x: ArrayLike) -> Floats:
        """L: value of building now at ``x`` while the rival follows at its best time; US$ bn."""
        x, second = np.asarray(x, float), self.follower()
        single, shared = self.served(1, 0), self.served(1, 1)
        level = np.maximum(second.threshold, x)
        worth = (self.worth(), self.worth_after(), self.lead(), single, shared)
        return np.asarray(leader_value(x, level, second.after, *worth, second.beta, second.ends, self.cost()))

    def following(self, x: ArrayLike) -> Floats:
        """F: value of a builder whose rival builds now at ``x``."""
        return np.asarray(self._left_behind(x) + self.follower().value(x))

    def _left_behind(self, x: ArrayLike) -> Any:
        """What a builder that never builds gains from the rival's campus, mostly a loss."""
        return (self.worth() * self.served(0, 1) - self.lead()) * np.asarray(x, float)

    def together(self, x: ArrayLike) -> Floats:
        """J: value of each if both wait for the best common time."""
        return self.right(self.served(1, 1)).value(x)

    def both(self, x: ArrayLike) -> Floats:
        """M: value of each if both build now."""
        return np.asarray(self.worth() * self.served(1, 1) * np.asarray(x, float) - self.cost())

    def alone(self, x: ArrayLike) -> Floats:
        """Value of a builder whose rival cannot build, and that goes at its best time."""
        return self.right(self.served(1, 0), self.lead()).value(x)

    def waiting_gains(self, x: ArrayLike) -> Floats:
        """What a builder whose rival cannot build gains from waiting for its best time; 0 or more."""
        now = (self.worth() * self.served(1, 0) + self.lead()) * x - self.cost()
        return np.asarray(self.alone(x) - now)

    def following_after(self, x: ArrayLike, years: float) -> Floats:
        """Value of a builder whose rival builds now, and that cannot build for some ``years``; US$ bn."""
        later = self.follower().mean_after(x, years, self.drift, self.volatility, self.ending)
        return np.asarray(self._left_behind(x) + np.exp(-self.discount_rate * years) * later)

    # -- what the race does ----------------------------------------------------------------------------

    def can_wait_together(self) -> NDArray[np.bool_]:
        """Whether waiting together is an equilibrium: at no X up to the joint threshold does building first gain."""
        low, high = np.zeros(self.batch_shape), np.asarray(self.thresholds().follower)
        for _ in range(60):  # L - J is concave up to X_F; beyond, without a lead, L is M and J is at least that
            middle = (low + high) / 2
            step = 1e-6 * middle
            rises = self._head(middle + step) > self._head(middle - step)
            low, high = np.where(rises, middle, low), np.where(rises, high, middle)
        return np.asarray((self._head(low) < 0) & (np.asarray(self.lead()) == 0))

    def _head(self, x: Any) -> Floats:
        return self.leading(x) - self.together(x)

    def started(self, x: ArrayLike) -> Floats:
        """Value of the builder that goes now at ``x``: L, or M where the other does better by building at once too."""
        return np.where(self.both(x) >= self.following(x), self.both(x), self.leading(x))

    def mistake(self, x: ArrayLike) -> Floats:
        """Probability that both build at once at ``x`` although each would rather follow; 0 where it would not."""
        lead, follow, both = self.leading(x), self.following(x), self.both(x)
        race = (lead > follow) & (follow > both)
        urge = np.where(race, lead - follow, 0.0) / np.where(race, lead - both, 1.0)
        return np.asarray(urge / (2 - urge))

    def head_start(self, x: ArrayLike, years: float) -> Floats:
        """What a builder gains, if both build now, from being ready so many ``years`` before the other: US$ bn."""
        single = (self.worth() - self.worth(late=years)) * (self.served(1, 0) - self.served(1, 1))
        return np.asarray((single + self.lead()) * x)

    def dissipation(self) -> Floats:
        """Share of the joint optimum that the race destroys, seen from any X up to the preemption threshold.

        The joint optimum adds the two campuses one after the other, each at the best time for both builders.
        """
        x = self.thresholds().preemption
        first = self.served(1, 0) + self.served(0, 1)
        second = np.maximum(2 * self.served(1, 1) - first, 1e-200)  # never, if it brings nothing
        best = self.right(first).value(x) + self.right(second).value(x)
        return np.asarray(1 - (self.leading(x) + self.following(x)) / best)

    def game(self) -> Game:
        """Wait or build now, at today's X; if both wait they build together at the best common time."""
        x = self.state()
        m, lead, follow, wait = self.both(x), self.leading(x), self.following(x), self.together(x)
        row = np.stack([np.stack([wait, follow], axis=-1), np.stack([lead, m], axis=-1)], axis=-2)
        return Game(
            np.stack([row, np.swapaxes(row, -1, -2)], axis=-3),
            players=self.players,
            actions=[("wait", "build")] * 2,
            batch_ndim=len(self.batch_shape),
        )
