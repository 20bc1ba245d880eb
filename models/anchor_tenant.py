"""S5, anchor tenants: a cloud builds on one lab's long contract, or on its word.

Players: a cloud and a lab. Timing, solved backwards:

1. They bargain (Nash 1950, weight beta for the cloud) over a contract: ``q`` GW, a price ``w``, with take-or-pay share
   ``tau``, term and exit fee given; or they sign nothing.
2. The cloud builds ``K`` GW, at least ``q``, at the sunk capital cost ``kappa`` per GW.
3. The lab's demand ``D`` is drawn (lognormal), and whether the market is tight (probability pi).
4. They trade. The contract price, the minimum payment or the exit fee is paid as the lab likes best; everything that no
   contract covers is bargained over when the capital is sunk; what the lab leaves is re-let.

All values are per GW over the useful life and net of power (US$ billion). ``v`` is what a GW of this cloud is worth to
the lab: in a slack market the rent of idle capacity elsewhere and the cost of moving there, in a tight one all that it
earns. ``r`` is what others pay for an idle GW; in a tight market they bid for it. With ``M(x) = E min(D, x)`` and v, r
their means,

    on the spot      s = r + beta (v - r)
    cloud, no deal   s M(K) + r (K - M(K)) - kappa K                            P(D > K) = (kappa - r) / (beta (v - r))
    both together    v M(K) + r (K - M(K)) - kappa K                            P(D > K) = (kappa - r) / (v - r)
    contract         the lab pays w for each GW that it uses, and for tau q in any case; GW above tau q it may buy on
                     the spot instead, and with an exit fee it may leave the others at phi kappa each

so that without a contract the cloud builds as if only ``beta`` of the tenant's value were there (hold-up; Grout 1984),
and a contract is worth what it can enforce: within the term, a share h of the life, no year's price exceeds what a used
GW earns the lab, and a lab leaves if the fee is cheaper. From the literature: hold-up, take-or-pay (Masten and Crocker
1985), options on capacity, posted prices of two sources with binding capacities (Kreps and Scheinkman 1983). New: all
of it in one tree on facts. The lab's payoff is counted from what it earns by buying elsewhere in a slack market. Demand
and tightness are independent: if both fail together, re-letting recovers less. Facts set rents, costs, term, re-letting
and the lab's revenue over its compute bill; the bargaining weight, tightness, exit fee, cost of moving and volatility
are swept. Held to: the cases take_or_pay, reservation, holdup.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from models.base import Value, choice, parameter, payoff_model
from models.prior import swept
from models.shared_priors import contract_term, own_chip_saving, take_or_pay
from models.tenancy import Tenancy
from theory.game import Game

Floats = NDArray[np.float64]

_POINTS, _ZOOMS, _HALVINGS = 25, 5, 50
_TINY = 1e-9  # of the capital for mean demand: a smaller gain is rounding


@dataclass(frozen=True)
class Agreement:
    """Outcome of the bargain: arrays of the model's batch shape.

    Attributes
    ----------
    constrained
        Whether exit or the lab's means keep them from the capacity or the division they would agree on.
    capacity, committed, speculative, efficient
        GW built, GW under contract, GW built without a contract, and GW that maximise what both earn.
    price, yearly_price
        Price of a GW over the term, net of power (US$ bn/GW), and the same as rent of a year with power (US$ bn/GW/yr);
        zero and NaN where nothing is signed.
    cloud, lab, cloud_alone, lab_alone
        Expected payoffs with the contract, and without (US$ bn).
    """

    constrained: NDArray[np.bool_]
    capacity: Floats
    committed: Floats
    speculative: Floats
    efficient: Floats
    price: Floats
    yearly_price: Floats
    cloud: Floats
    lab: Floats
    cloud_alone: Floats
    lab_alone: Floats

    @property
    def gain(self) -> Floats:
        """What the contract adds to the two payoffs together, US$ bn."""
        return self.cloud + self.lab - self.cloud_alone - self.lab_alone


@payoff_model("anchor-tenant")
class AnchorTenant(Tenancy):
    """Capacity built on one tenant's commitment; S5 of the paper."""

    leaving: str = choice("exit", default="fee", options=("fee", "never"), meaning="whether a fee ends the contract")
    take_or_pay: Value = parameter(
        "tau",
        unit="1",
        low=0,
        high=1,
        meaning="share of the contract that is paid for in any case",
        default=take_or_pay(),
        facts=("F076b",),
    )
    term: Value = parameter(
        "T_c",
        unit="years",
        above=0,
        meaning="term of the contract",
        default=contract_term(),
    )
    exit_fee: Value = parameter(
        "phi",
        unit="1",
        low=0,
        meaning="fee to leave, or what can be enforced, over the capital cost of the GW left",
        default=swept(0.0, 0.5, 1.0, reason="from leaving at will to all the capital repaid; contracts are secret"),
    )
    own_chip_saving: Value = parameter(
        "x",
        unit="1",
        low=0,
        high=0.9,
        meaning="saving of capital by chips of the cloud's own",
        default=own_chip_saving(),
    )

    action_unit = "GW"
    special_cases: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "take-or-pay": {"law": "uniform", "leaving": "never", "bargaining": 1.0},
        "hold-up": {"law": "uniform", "relet_discount": 1.0, "tightness": 0.0},
    }

    @property
    def players(self) -> tuple[str, ...]:
        """Cloud, then lab."""
        return ("cloud", "lab")

    # -- the contract --------------------------------------------------------------------------------

    def covered(self) -> Any:
        """Share h of a GW's value that falls within the term."""
        fade = self.discount_rate + self.price_decline
        return np.expm1(-fade * np.minimum(self.term, self.life)) / np.expm1(-fade * self.life)

    def exit_payment(self) -> Any:
        """Most that the lab pays for a GW that it gives up, US$ bn; infinite if it cannot leave."""
        return np.inf if self.leaving == "never" else self.exit_fee * self.capital_cost

    def unused(self, committed: Any) -> Any:
        """GW below the minimum that the lab is expected not to use, ``E (tau q - D)^+``."""
        return self.take_or_pay * committed - self.used(self.take_or_pay * committed)

    def payment(self, committed: Any, price: Any) -> Any:
        """What the lab is expected to pay within the term; for every GW it does what is cheapest, US$ bn."""
        return self._payment_at(committed)(price)

    def _payment_at(self, committed: Any) -> Callable[[Any], Any]:
        """Payment for so many GW as a function of the price alone."""
        leave, h, least = self.exit_payment(), self.covered(), self.take_or_pay * committed
        bound = self.used(least)
        above, unused = self.used(committed) - bound, least - bound
        spot = [h * s for s in self.spot()]

        def paid(price: Any) -> Any:
            stays = self.mean(*(np.minimum(price, leave + s) for s in spot))
            chooses = self.mean(*(np.minimum(price, s) for s in spot))
            return stays * bound + chooses * above + np.clip(price, 0.0, leave) * unused

        return paid

    def cloud_with_contract(self, committed: Any, price: Any) -> Any:
        """What the cloud earns with a contract, building more than it commits only if that pays, US$ bn."""
        return self._cloud_before_payment(committed) + self.payment(committed, price)

    def _cloud_before_payment(self, committed: Any) -> Any:
        """What the cloud earns with a contract but for what the lab pays under it."""
        capacity = np.maximum(committed, self.capacity_for(self.bargaining))
        inside = self.covered() * self.mean(*self.spot()) * self.used(committed)  # now under contract, not on the spot
        return self.cloud_on_spot(capacity) - inside

    def lab_with_contract(self, committed: Any, price: Any) -> Any:
        """What the lab earns with a contract, US$ bn."""
        capacity = np.maximum(committed, self.capacity_for(self.bargaining))
        return self.surplus(capacity) - self.cloud_with_contract(committed, price)

    def agree(self) -> Agreement:
        """Bargain over quantity and price: the largest Nash product, given what follows in every later stage."""
        alone, best = (self.capacity_for(weight) + np.zeros(self.batch_shape) for weight in (self.bargaining, 1.0))
        cloud_alone = self.cloud_on_spot(alone)
        lab_alone = self.surplus(alone) - cloud_alone
        top = self.covered() * self.earned()

        def division(q: Any) -> tuple[Any, Any]:
            gain = self.surplus(q) - cloud_alone - lab_alone
            before, paid = self._cloud_before_payment(q) - cloud_alone, self._payment_at(q)
            own = np.clip(self.bargaining * gain, before + paid(-top), before + paid(top))
            return own, gain

        def product(q: Any) -> Any:
            own, gain = division(q)
            with np.errstate(divide="ignore", invalid="ignore"):
                logs = self.bargaining * np.log(own) + (1 - self.bargaining) * np.log(gain - own)
            return np.where((own > 0) & (gain > own), logs, -np.inf)

        committed = _argmax(product, alone, np.minimum(2 * best, self.limit * self.demand), (alone, best))
        own, gain = division(committed)
        signed = (own > _TINY * self.capital_cost * self.demand) & (gain > own)
        committed = np.where(signed, committed, 0.0)
        capacity = np.maximum(committed, alone)
        cloud = cloud_alone + np.where(signed, own, 0.0)
        price = np.where(signed, self._price(committed, cloud, top), 0.0)
        free = np.isclose(own, self.bargaining * gain, rtol=1e-9, atol=0) & np.isclose(committed, best, rtol=1e-6)
        rent = (price / self.covered() + self.power()) * self.revenue / self.revenue_per_gw()
        results = (
            capacity, committed, alone, best, price, np.where(signed, rent, np.nan),
            cloud, self.surplus(capacity) - cloud, cloud_alone, lab_alone,
        )  # fmt: skip
        bound = np.broadcast_to(~free & (best > alone), self.batch_shape)
        return Agreement(bound, *(np.broadcast_to(np.asarray(x, float), self.batch_shape) for x in results))

    def _price(self, committed: Any, cloud: Any, top: Any) -> Any:
        """Price at which the cloud earns so much: it rises with the price, so halve the interval."""
        low, high = -top + 0.0 * cloud, top + 0.0 * cloud
        wanted, paid = cloud - self._cloud_before_payment(committed), self._payment_at(committed)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            enough = paid(middle) >= wanted
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return high

    def lab_quantity(self, price: Any) -> Any:
        """GW that a lab commits to at a price that it takes as given; zero if it rather buys on the spot."""
        none = np.zeros(self.batch_shape)
        return _argmax(lambda q: self.lab_with_contract(q, price), none, none + self.limit * self.demand, (none,))

    def option_value(self, quantity: Any, strike: Any) -> Any:
        """Value to the lab of the right to use so many GW at a price, against buying them on the spot, US$ bn."""
        h = self.covered()
        return self.mean(*(np.maximum(h * s - strike, 0.0) for s in self.spot())) * self.used(quantity)

    def commitment_value(self, quantity: Any, price: Any) -> Any:
        """Value to the lab of a commitment to the same GW at the same price, against buying on the spot, US$ bn."""
        return self.covered() * self.mean(*self.spot()) * self.used(quantity) - self.payment(quantity, price)

    def reserved_quantity(self, fee: Any, strike: Any) -> Any:
        """GW on which a lab takes an option at a fee per GW: ``P(D > K) = fee / E (h s - strike)^+``."""
        worth = self.option_value(1.0, strike) / self.used(1.0)
        return self.exceeded(np.divide(fee, worth))

    # -- who bears what is not used ------------------------------------------------------------------

    def stranded(self, committed: Any, capacity: Any, price: Any) -> dict[str, Any]:
        """Capital of capacity that the tenant is expected not to use, and who bears it, US$ bn.

        Returns
        -------
        dict with ``total`` and its parts: ``market`` (re-let), ``lab`` (paid and not used), ``builder`` (the rest)
        """
        idle = capacity - self.used(capacity)
        total = self.capital_cost * idle
        market = np.minimum(self.relet_mean() * idle, total)
        lab = np.minimum(np.clip(price, 0.0, self.exit_payment()) * self.unused(committed), total - market)
        return {"total": total, "market": market, "lab": lab, "builder": total - market - lab}

    def unused_cost_share(self, quantity: Any = None, price: Any = None) -> Any:
        """Share of the capital cost of unused capacity that the builder bears under a take-or-pay contract, in [0, 1].

        What is left of it is paid by the lab that leaves, or by a market that re-lets. The study of the linked race
        takes the lab's part (`stranded`) in place of its drawn take-or-pay share.

        Parameters
        ----------
        quantity, price
            GW under contract and built, and the price of one over the term; by default the lab's mean demand, at the
            rent of published contracts.

        Examples
        --------
        >>> model = AnchorTenant(relet_discount=1.0, tightness=0.0, take_or_pay=0.0)
        >>> float(model.unused_cost_share())  # nothing is paid for what is not used, and nobody else wants it
        1.0
        """
        q = self.demand if quantity is None else quantity
        w = self.covered() * self.market_price() if price is None else price
        parts = self.stranded(q, q, w)
        return np.asarray(parts["builder"] / parts["total"])

    # -- several clouds ------------------------------------------------------------------------------

    def without_tenant(self, cost: Any = None) -> Any:
        """What a cloud earns from the market alone, US$ bn: nothing, or the limit if re-letting pays by itself."""
        margin = self.relet_mean() - (self.capital_cost if cost is None else cost)
        return np.maximum(margin, 0.0) * self.limit * self.demand

    def contested_gain(self, agreement: Agreement) -> Any:
        """What the tenant is worth to the cloud if a cloud without chips of its own bids for it too, US$ bn.

        The rival offers the lab all that the two could earn; the cloud keeps at most what it can do better.
        """
        dearer = self.replace(capital_cost=self.capital_cost / (1 - self.own_chip_saving))
        offer = dearer.surplus(dearer.capacity_for(1.0)) - dearer.without_tenant()
        own = self.surplus(agreement.efficient) - offer
        return np.minimum(agreement.cloud, own) - self.without_tenant()

    def second_source_gain(self, quantity: Any) -> Any:
        """What the lab saves after the term if two clouds with half the capacity each post prices, US$ bn.

        With demand between one half and all, each keeps what the other cannot serve, ``(v - r)(D - q/2)``, in mixed
        strategies; below one half the price falls to ``r``, above all it is ``v``. One cloud takes beta of ``v - r``.
        """
        apart = 2 * self.used(quantity / 2) - self.used(quantity)
        alone = (1 - self.bargaining) * self.used(quantity)
        return (1 - self.covered()) * (self.worth_mean() - self.relet_mean()) * (apart - alone)

    def exclusive_gain(self, quantity: Any) -> Any:
        """Lab's share of the capital saved if one cloud builds all of it on chips of its own, US$ bn."""
        return (1 - self.bargaining) * self.own_chip_saving * self.capital_cost * quantity

    # -- the game before demand is known -------------------------------------------------------------

    def game(self) -> Game:
        """Cloud: build for the market or for the tenant; lab: buy on the spot, or sign at the bargained terms."""
        found = self.agree()
        sizes = (found.speculative, found.capacity)
        cloud, joint = np.empty((2, 2, *self.batch_shape)), np.empty((2, 2, *self.batch_shape))
        for a, built in enumerate(sizes):
            delivered = np.minimum(found.committed, built)
            on_spot = self.cloud_on_spot(built)
            inside = self.covered() * self.mean(*self.spot()) * self.used(delivered)
            cloud[a] = on_spot, on_spot - inside + self.payment(delivered, found.price)
            joint[a] = self.surplus(built)
        payoffs = np.stack(
            [np.moveaxis(cloud, (0, 1), (-2, -1)), np.moveaxis(joint - cloud, (0, 1), (-2, -1))], axis=-3
        )
        actions = (("build for the market", "build for the tenant"), ("buy on the spot", "commit"))
        return Game(payoffs, players=self.players, actions=actions, batch_ndim=len(self.batch_shape))


def _argmax(objective: Any, low: Any, high: Any, candidates: tuple[Any, ...]) -> Any:
    """Largest value of an objective on [low, high], on a grid that zooms in; ``candidates`` are tried as they are."""
    first, last = low, np.maximum(high, low)
    start, end = first, last
    for _ in range(_ZOOMS):
        steps = np.linspace(0.0, 1.0, _POINTS).reshape(-1, *(1,) * np.ndim(last))
        grid = np.concatenate([start + steps * (end - start), *(c[None] for c in candidates)])
        best = np.take_along_axis(grid, objective(grid).argmax(axis=0)[None], axis=0)[0]
        width = (end - start) / (_POINTS - 1)
        start, end = np.clip(best - width, first, last), np.clip(best + width, first, last)
    return best
