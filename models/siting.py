"""S12, siting: regions bid subsidies for a campus, and may agree not to.

Players: n regions and a builder. Timing: one campus is to be sited. Regions bid; the builder goes where the bid and its
own advantage ``a_i`` of the site (power, time) are largest together. Hosting is worth

    V_i = I ((t + j y) (1 + s x_i) - e)        taxes and jobs, which differ across regions, less harm to the region

to region i, with ``I`` the capital of the campus and ``x_i`` evenly spaced from 1 to -1; regions with ``V_i <= 0`` stay
out, and bids are never negative. Four rules, each solved exactly:

    values known, winner pays      the largest V + a wins and pays b = (second largest V + a) - a_w
    values known, all pay          sites are prepared before the choice: Baye, Kovenock and de Vries (1996), in mixtures
    values private, winner pays    V_i uniform on [V(1-s), V(1+s)] of gross value, symmetric bids (Vickrey 1961)
    two unequal private values     uniform on [0, h_1] and [0, h_2]: inverse bids 2 b / (1 + b^2 (1/h_i^2 - 1/h_j^2))
                                   (Griesmer, Levitan and Shubik 1967)

A no-poach agreement caps every bid. It saves the regions the subsidy and the public the cost of raising it, and sends
the campus where the builder gains most instead of where all gain most. `game` is the choice of each region to keep to
the agreement or to bid. From the literature: those; tax competition as an auction (Black and Hoyt 1989). New: what the
agreement misplaces next to what it saves, on campuses of the article. Facts set the capital; no fact of the file tells
subsidies, taxes or jobs, so these are swept.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import PayoffModel, Value, count, parameter, payoff_model
from models.prior import derived, fact, swept
from theory.discounting import critical_discount_factor
from theory.errors import InputError
from theory.game import Game

Floats = NDArray[np.float64]


def winning_bid(second_value: Any, second_edge: Any, own_edge: Any) -> Any:
    """Bid that just beats the runner-up, who offers all that hosting is worth to it.

    Examples
    --------
    >>> winning_bid(second_value=1.0, second_edge=0.5, own_edge=0.2)
    1.3
    """
    return second_value + second_edge - own_edge


@dataclass(frozen=True)
class Award:
    """Who hosts the campus, and at what price.

    Attributes
    ----------
    winning
        Probability that each region hosts, shape ``(*batch, n)``; all zero if nobody takes part.
    subsidy
        Expected subsidy, US$ bn, shape ``batch``.
    regions
        Expected payoff of each region, US$ bn, shape ``(*batch, n)``.
    builder
        Subsidy and advantage of the site, US$ bn, shape ``batch``.
    """

    winning: Floats
    subsidy: Floats
    regions: Floats
    builder: Floats

    @property
    def total(self) -> Floats:
        """What regions and builder gain together, US$ bn."""
        return np.asarray(self.regions.sum(axis=-1) + self.builder)


@payoff_model("siting")
class Siting(PayoffModel):
    """Regions bid for a campus; S12 of the paper."""

    n: int = count("n", default=3, low=2, high=8, meaning="number of regions")
    capital: Value = parameter(
        "I",
        unit="US$ bn",
        above=0,
        meaning="capital of the campus",
        default=derived(
            fact("F135"),
            fact("S28"),
            fact("F133a"),
            facts=("F135", "S28", "F133a"),
            reason="Arkansas (low), Rainier in Indiana (central), Hyperion in Louisiana (high)",
        ),
        facts=("S44",),
    )
    tax: Value = parameter(
        "t",
        unit="1",
        low=0,
        meaning="local taxes over the life of the campus, present value over capital",
        default=swept(0.02, 0.06, 0.15, reason="rates of some tenths of to two per cent a year on ageing kit; no fact"),
    )
    jobs: Value = parameter(
        "j",
        unit="jobs/US$ bn",
        low=0,
        meaning="lasting jobs per capital",
        default=swept(20.0, 60.0, 150.0, reason="from an automated campus to a staffed one; no fact"),
    )
    job_worth: Value = parameter(
        "y",
        unit="US$ bn/job",
        low=0,
        meaning="present value of a lasting job to the region",
        default=swept(1e-4, 3e-4, 1e-3, reason="0.1 to 1 million US$: a wage premium for a decade or two; no fact"),
    )
    harm: Value = parameter(
        "e",
        unit="1",
        low=0,
        meaning="harm to the region over capital: grid, water, noise",
        default=swept(0.0, 0.02, 0.08, reason="up to a power bill of the life of a GW over its capital; no fact"),
    )
    spread: Value = parameter(
        "s",
        unit="1",
        low=0,
        high=1,
        meaning="how far regions differ in what hosting brings, over its mean",
        default=swept(0.0, 0.3, 0.8, reason="from equal regions to some that gain almost nothing; no fact"),
    )
    edge: Value = parameter(
        "A",
        unit="1",
        low=0,
        meaning="what the best site saves the builder over the worst, over capital",
        default=swept(0.0, 0.03, 0.08, reason="up to the spread of power bills, 0.4 to 1.2 US$ bn a GW-year; no fact"),
        facts=("S30",),
    )
    alignment: Value = parameter(
        "m",
        unit="1",
        low=-1,
        high=1,
        meaning="whether sites that suit the builder are where hosting brings most (1) or least (-1)",
        default=swept(-1.0, 0.0, 1.0, reason="all cases; no fact"),
    )
    funds: Value = parameter(
        "lambda",
        unit="1",
        low=0,
        meaning="cost to the public of raising a dollar, beyond the dollar",
        default=swept(0.0, 0.2, 0.5, reason="common range in public finance; no fact"),
    )

    special_cases: ClassVar[Mapping[str, Mapping[str, Any]]] = {"equal regions": {"spread": 0.0, "edge": 0.0}}

    @property
    def players(self) -> tuple[str, ...]:
        """Regions, from the one that gains most by hosting."""
        return tuple(f"region {i + 1}" for i in range(self.n))

    # -- what hosting is worth ----------------------------------------------------------------------

    def places(self) -> Floats:
        """``x_i``: evenly spaced from 1 to -1."""
        return np.linspace(1.0, -1.0, self.n)

    def gross(self) -> Any:
        """Mean of taxes and jobs, US$ bn."""
        return self.capital * (self.tax + self.jobs * self.job_worth)

    def values(self) -> Floats:
        """Worth of hosting to each region, V_i, US$ bn, shape ``(*batch, n)``."""
        gross, spread, harm = (np.asarray(x)[..., None] for x in (self.gross(), self.spread, self.capital * self.harm))
        return np.asarray(gross * (1 + spread * self.places()) - harm)

    def edges(self) -> Floats:
        """Advantage of each site to the builder, a_i, US$ bn, shape ``(*batch, n)``."""
        most, alignment = np.asarray(self.capital * self.edge)[..., None], np.asarray(self.alignment)[..., None]
        return np.asarray(most * (1 + alignment * self.places()) / 2)

    # -- values known, winner pays --------------------------------------------------------------------

    def award(self, most: ArrayLike = np.inf) -> Award:
        """Equilibrium of the bidding when no region may bid above ``most``, one cap for all or one for each, US$ bn.

        The runner-up offers all it can; the winner just beats it. Where several reach the same, they bid all they can
        and each wins as often.
        """
        v, a = (np.broadcast_to(x, (*self.batch_shape, self.n)) for x in (self.values(), self.edges()))
        bids = np.minimum(np.maximum(v, 0.0), most)
        reach = np.where(v > 0, bids + a, -np.inf)
        first, second = np.moveaxis(np.sort(reach, axis=-1)[..., -2:], -1, 0)[::-1]
        hosted = np.isfinite(first)
        wins = (reach >= np.where(hosted, first - 1e-12 * np.abs(first), np.inf)[..., None]) & (v > 0)
        winning = wins / np.maximum(wins.sum(axis=-1, keepdims=True), 1)
        runner_up = np.where(np.isfinite(second), second, 0.0)[..., None]
        paid = np.clip(winning_bid(runner_up, 0.0, a), 0.0, bids)
        return Award(winning, (winning * paid).sum(axis=-1), winning * (v - paid), (winning * (a + paid)).sum(axis=-1))

    def best(self) -> Floats:
        """Most that a site brings to region and builder together, US$ bn; zero if no region wants the campus."""
        total = np.where(self.values() > 0, self.values() + self.edges(), 0.0)
        return np.asarray(np.broadcast_to(total.max(axis=-1), self.batch_shape))

    def no_poach(self, cap: float = 0.0) -> dict[str, Floats]:
        """What an agreement is worth that caps every bid at a share of what the region would bid at most.

        Returns
        -------
        dict with ``regions``, ``builder`` and ``misplaced`` (what all lose), ``public`` (regions, and the saved cost of
        raising funds), US$ bn
        """
        free, bound = self.award(), self.award(cap * np.maximum(self.values(), 0.0))
        saved = self.funds * (free.subsidy - bound.subsidy)
        regions = (bound.regions - free.regions).sum(axis=-1)
        return {
            "regions": regions,
            "builder": bound.builder - free.builder,
            "misplaced": free.total - bound.total,
            "public": regions + saved,
            "society": bound.total - free.total + saved,
        }

    # -- all pay -----------------------------------------------------------------------------------------

    def all_pay(self) -> dict[str, Floats]:
        """Outlays when sites are prepared before the choice and the builder goes where most was spent, US$ bn.

        Only the two largest values are active: the first spends ``v_2 / 2`` on average, the second ``v_2^2 / (2 v_1)``
        (Baye, Kovenock and de Vries 1996; `theory.all_pay` has the mixtures). Advantages of sites are left out.
        """
        first, second = np.moveaxis(np.maximum(np.sort(self.values(), axis=-1)[..., -2:], 0.0), -1, 0)[::-1]
        ratio = _divided(second, first)
        wins = 1 - ratio / 2
        return {
            "spent": second / 2 * (1 + ratio),
            "value": wins * first + (1 - wins) * second,
            "first wins": wins,
            "regions": first - second,
        }

    # -- values private ------------------------------------------------------------------------------------

    def private_ends(self) -> tuple[Any, Any]:
        """Smallest and largest value that a region may have, US$ bn."""
        harm = self.capital * self.harm
        return self.gross() * (1 - self.spread) - harm, self.gross() * (1 + self.spread) - harm

    def _stays_out(self) -> Any:
        """Probability that hosting is worth nothing or less to a region."""
        low, high = self.private_ends()
        return np.where(low < high, np.clip(_divided(-low, high - low), 0.0, 1.0), np.where(high > 0, 0.0, 1.0))

    def private(self) -> dict[str, Any]:
        """Equilibrium of the first-price auction with independent private values, no bid below zero.

        With ``F`` uniform on ``[l, h]`` of width ``w``, and ``F_0 = F(0)``, a region of value v bids
        ``v - (w / n) (F^n - F_0^n) / F^{n-1}``.

        Returns
        -------
        dict with the expected ``value`` of the host, the ``subsidy`` and the ``rent`` that hosts keep, US$ bn, and
        ``hosted``, the probability that some region bids
        """
        low, high = self.private_ends()
        n, width = self.n, high - low
        out = self._stays_out()
        value = np.where(out < 1, low * (1 - out**n) + width * n / (n + 1) * (1 - out ** (n + 1)), 0.0)
        rent = width * ((1 - out ** (n + 1)) / (n + 1) - out**n * (1 - out))
        return {"value": value, "subsidy": value - rent, "rent": rent, "hosted": 1 - out**n}

    def private_bid(self, value: Any) -> Any:
        """Equilibrium bid at a value, US$ bn, in the same auction; for values that the region may have."""
        low, high = self.private_ends()
        width, out = high - low, self._stays_out()
        above = (value - low) / width
        return value - width / self.n * (above**self.n - out**self.n) / above ** (self.n - 1)

    def patience(self) -> Any:
        """Critical discount factor, from campus to campus, of an agreement among equal regions with private values.

        On the path a campus goes to any region that wants it; the region with the largest value is most tempted to take
        it for sure; afterwards all bid for ever. NaN if the agreement is worth nothing to the regions.
        """
        low, high = (np.maximum(end, 0.0) for end in self.private_ends())
        takes_part = 1 - self._stays_out()
        sited = 1 - self._stays_out() ** self.n
        agreed, bidding = sited * (low + high) / 2 / self.n, self.private()["rent"] / self.n
        chance = _divided(sited, self.n * takes_part)  # of one that takes part, among those that do
        return critical_discount_factor(cooperation=agreed, deviation=agreed + high * (1 - chance), punishment=bidding)

    # -- the game of the agreement -------------------------------------------------------------------------

    def game(self) -> Game:
        """Each region keeps to the agreement not to bid, or bids; the auction among those who bid follows."""
        payoffs = np.empty((*self.batch_shape, self.n, *(2,) * self.n))
        for profile in itertools.product((0, 1), repeat=self.n):
            found = self.award(np.where(np.array(profile, bool), np.inf, 0.0))
            cell: Any = (..., slice(None), *profile)
            payoffs[cell] = found.regions
        actions = [("keep to the agreement", "bid")] * self.n
        return Game(payoffs, players=self.players, actions=actions, batch_ndim=len(self.batch_shape))


def _divided(top: Any, bottom: Any) -> Any:
    """Ratio; zero where the denominator is."""
    return np.where(np.asarray(bottom) == 0, 0.0, np.divide(top, np.where(np.asarray(bottom) == 0, 1.0, bottom)))


@dataclass(frozen=True)
class UnequalBids:
    """First-price auction of two regions with private values, uniform on [0, h_1] and [0, h_2].

    Attributes
    ----------
    highs
        ``h_1, h_2``.
    """

    highs: tuple[float, float]

    def __post_init__(self) -> None:
        if len(self.highs) != 2 or not all(0 < h < np.inf for h in self.highs):
            raise InputError(f"highs are {self.highs}; two positive finite numbers are needed")

    @property
    def top(self) -> float:
        """Largest bid of both, ``h_1 h_2 / (h_1 + h_2)``."""
        return self.highs[0] * self.highs[1] / sum(self.highs)

    def value_at(self, player: int, bid: ArrayLike) -> Floats:
        """Value at which a region makes a bid: its inverse bid."""
        b = np.asarray(bid, float)
        own, other = self.highs[player], self.highs[1 - player]
        return np.asarray(2 * b / (1 + b**2 * (1 / own**2 - 1 / other**2)))

    def _mean(self, integrand: Any) -> float:
        nodes, weights = np.polynomial.legendre.leggauss(200)
        b = self.top * (nodes + 1) / 2
        return float(self.top / 2 * (weights * integrand(b)).sum())

    @property
    def subsidy(self) -> float:
        """Expected winning bid: ``integral of 1 - F_1 F_2`` of the bids."""
        return self._mean(lambda b: 1 - self._below(0, b) * self._below(1, b))

    @property
    def weaker_wins(self) -> float:
        """Probability that the region with the smaller value wins nevertheless."""
        strong = 0 if self.highs[0] >= self.highs[1] else 1
        weak = 1 - strong

        def density(b: Floats) -> Floats:  # of the weak region's bid, times P(strong bids less and is worth more)
            above = np.maximum(self.value_at(strong, b) - self.value_at(weak, b), 0.0) / self.highs[strong]
            return np.asarray(self._slope(weak, b) * above)

        return self._mean(density)

    def _below(self, player: int, bid: Floats) -> Floats:
        return np.asarray(self.value_at(player, bid) / self.highs[player])

    def _slope(self, player: int, bid: Floats) -> Floats:
        own, other = self.highs[player], self.highs[1 - player]
        k = 1 / own**2 - 1 / other**2
        return np.asarray(2 * (1 - k * bid**2) / (1 + k * bid**2) ** 2 / own)
