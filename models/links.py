"""Parts that tie the players of a race to each other: rented compute, take-or-pay contracts, equity.

A race that keeps *accounts* (`Accounts`) says what a player earns once it is known what each sells of any capacity; its
payoff is linear in these sales. A part adds flows of money to the accounts and calls the next part for the rest, so
that parts are put together by inheritance, in any number, and each is switched off by a parameter:

    Renting       pi_i -= m nu c_i k_i                                   and the hosts of i receive it
    TakeOrPay     pi_i += (1 + m) nu c_i (k_i - max(q_i, tau k_i))       what is not paid for, the hosts bear
    EquityStakes  Pi_i  = (1 - sum_h s_hi) pi_i + sum_j s_ij pi_j        cash-flow rights without votes

so that of what it rents a tenant pays for what it uses, and for the share tau in any case. These are reduced forms: a
mark-up without porting, split or price stage (`models.cloud_sourcing`), whose answer the study ``linked_race`` puts in;
a contract whose quantity the tenant chooses at a given mark-up, without term, exit fee or bargain, and without a market
that takes over what is idle (`models.anchor_tenant`).

Here ``k`` are the builds, ``q`` the sales, ``c`` is the cost of a GW, ``nu`` the share of a tenant's compute that is
rented, idle in the proportion of all that the tenant has. Flows between players cancel in the sum; what hosts outside
the race receive leaves it. From the literature: the minimum bill of a take-or-pay contract (Masten and Crocker 1985),
silent financial interests (Reynolds and Snapp 1986; O'Brien and Salop 2000). New: as parts of one race. Which players
are tied is said by the race: see `models.linked_race`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from models.base import PayoffModel, Value, parameter, payoff_parts
from models.prior import swept
from models.shared_priors import mark_up, take_or_pay
from theory.errors import InputError

Pairs: TypeAlias = Mapping[tuple[int, int], Any]
"""A share for each tied pair: (tenant, host) or (holder, firm held)."""

Sales: TypeAlias = Callable[[int, Any], Any]
"""What a player sells of its first so many GW: the smaller of these and its demand, or the mean of that."""


@payoff_parts
class Accounts(PayoffModel):
    """A race whose payoff is linear in what the players sell. Base of the parts; not a model by itself."""

    def cost(self, i: int) -> Any:
        """Present value that a GW costs player ``i``."""
        raise InputError(f"{type(self).__name__} gives no cost(self, i)")

    def account(self, i: int, k: Sequence[Any], sold: Sales, prize: Any = 1) -> Any:
        """Payoff of player ``i`` at builds ``k``, by what is ``sold`` and the prize's state, all flows included."""
        raise InputError(f"{type(self).__name__} gives no account(self, i, k, sold, prize)")


@payoff_parts
class Renting(Accounts):
    """Players that rent compute pay a mark-up to the players that host it."""

    rented: Value = parameter(
        "nu",
        unit="1",
        low=0,
        high=1,
        meaning="share of a lab's compute that it rents",
        default=swept(0.5, 0.9, 1.0, reason="labs own little; Stargate is leased in part; no fact"),
        facts=("S49",),
    )
    markup: Value = parameter(
        "m",
        unit="1",
        low=0,
        meaning="mark-up of a host on the cost of rented compute",
        default=mark_up(),
    )

    def hosting(self) -> Pairs:
        """Share of tenant's rented compute that each host supplies; what is missing to one is hosted elsewhere."""
        raise InputError(f"{type(self).__name__} gives no hosting()")

    def to_hosts(self, i: int, paid: Mapping[int, Any]) -> Any:
        """Net receipt of player ``i`` when each tenant pays its hosts so much."""
        received = sum(share * paid[tenant] for (tenant, host), share in self.hosting().items() if host == i)
        return received - paid.get(i, 0)

    def tenants(self) -> tuple[int, ...]:
        """Players that rent."""
        return tuple(dict.fromkeys(tenant for tenant, _ in self.hosting()))

    def fees(self, k: Sequence[Any], sold: Sales) -> dict[int, Any]:
        """What each tenant pays beyond the cost of what it rents: the margin of its hosts."""
        return {j: self.markup * self.rented * self.cost(j) * k[j] for j in self.tenants()}

    def account(self, i: int, k: Sequence[Any], sold: Sales, prize: Any = 1) -> Any:
        """Payoff with fees paid and received."""
        return super().account(i, k, sold, prize) + self.to_hosts(i, self.fees(k, sold))


@payoff_parts
class TakeOrPay(Renting):
    """Tenants pay for what they use of the capacity that they rent, and for a share of it in any case."""

    take_or_pay: Value = parameter(
        "tau",
        unit="1",
        above=0,
        high=1,
        meaning="share of rented capacity that is paid for in any case",
        default=take_or_pay(),
        facts=("F076b", "F078a"),
    )

    def fees(self, k: Sequence[Any], sold: Sales) -> dict[int, Any]:
        """The margin of each tenant's hosts, less what the tenant need not pay for."""
        price = {j: (1 + self.markup) * self.rented * self.cost(j) for j in self.tenants()}
        return {j: fee - price[j] * self.unpaid(j, k, sold) for j, fee in super().fees(k, sold).items()}

    def unpaid(self, j: int, k: Sequence[Any], sold: Sales) -> Any:
        """GW that tenant ``j`` neither uses nor has to pay for, ``k - max(q, tau k)``, were all of them rented."""
        minimum = self.take_or_pay * k[j]
        return (k[j] - sold(j, k[j])) - (minimum - sold(j, minimum))

    def action_bounds(self) -> tuple[Any, Any]:
        """Bounds of the race, wider because a tenant bears only a part of the cost of idle capacity."""
        low, high = super().action_bounds()
        borne = np.maximum(1 - (1 - np.asarray(self.take_or_pay)) * np.asarray(self.rented), 0.05)
        return low, high / borne[..., None]


@payoff_parts
class EquityStakes(Accounts):
    """Players hold cash-flow rights in each other."""

    def holdings(self) -> Pairs:
        """Share of the firm held that each holder owns."""
        raise InputError(f"{type(self).__name__} gives no holdings()")

    def account(self, i: int, k: Sequence[Any], sold: Sales, prize: Any = 1) -> Any:
        """Payoff less what outside holders own of it, plus the share held of others'."""
        held = self.holdings()
        kept = 1 - sum(share for (_, firm), share in held.items() if firm == i)
        others = {firm: share for (holder, firm), share in held.items() if holder == i}
        own = kept * super().account(i, k, sold, prize)
        return own + sum(share * super(EquityStakes, self).account(j, k, sold, prize) for j, share in others.items())
