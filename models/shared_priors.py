"""One prior for each number that several models use, in one unit, so that they cannot disagree about it.

One-off costs of running elsewhere are shares of **a year's bill** for the compute that moves. A model in present values
turns them into dollars with what a GW costs a year; a model in dollars a year charges them over the contract with
`charge`. The capital cost, the price and the life of a GW are fields of `models.unit_economics`.

Alike in name only, and so apart: what a lab plans to use at a price (S3), would buy at cost (S4), and has under one
contract (S5); the elasticity of one lab's demand (S3), of the market's (S7) and of valuations to compute (S10); what is
owed of a contract (here) and of last year's whole bill, of which contracts are a part (S10); the volatility of demand
between plan and use (here) and of its level over a year (S8).
"""

from __future__ import annotations

from typing import Any

from models.prior import Prior, at_least, at_most, derived, fact, mapped, swept
from models.symbolic import exp

DISCOUNT_RATE = 0.10
"""Central discount rate of the races (`models.unit_economics`), at which one-off costs are spread over years."""


def charge(years: Any) -> Any:
    """Payment a year that repays one dollar over so many years at the central discount rate.

    Examples
    --------
    >>> round(float(charge(5)), 4)
    0.2541
    """
    return DISCOUNT_RATE / (1 - exp(-DISCOUNT_RATE * years))


def year_of_life() -> float:
    """A year's bill over what a GW costs over its life, at the central life and discount rate."""
    return float(charge(fact("F127b")))


def own_chip_ratio() -> Prior:
    """Capital cost of a GW of own chips over one of the market's, at equal performance, for whoever may make them.

    The sources disagree about the sign. One is an estimate of capital; the other (F102) gives tokens per dollar on one
    workload and one family of chips: a price of use, five times as high, which bounds the ratio from above.
    """
    made = own_chips()
    return mapped(
        made.low,
        made.central,
        fact("F102"),
        facts=made.facts,
        log=True,
        reason="saving of racks with own chips (low); half of it, as for those who make them (central); tokens per "
        "rental dollar of a benchmark in Nvidia's favour (high)",
    )


def own_chips() -> Prior:
    """Capital cost of a GW to a cloud that makes chips, relative to the market's: `own_chip_ratio`, at most one.

    A maker whose chips do worse for a workload, as F102 says they may, buys the market's for it and saves nothing.
    """
    saving = fact("F122")
    return mapped(
        1 - saving,
        1 - saving / 2,
        1.0,
        facts=("F122", "F102"),
        reason="own chips save a fifth of capital (low); none, where they do less for their price, as in a "
        "benchmark in Nvidia's favour, and the market's are bought (high); halfway between the two sources (central)",
    )


def own_chip_saving() -> Prior:
    """What `own_chips` save of the capital: one less that factor."""
    factor = own_chips()
    low, central, high = (1 - value for value in (factor.high, factor.central, factor.low))
    return mapped(low, central, high, facts=factor.facts, reason=f"one less the factor: {factor.reason}")


def take_or_pay() -> Prior:
    """Share of what a contract covers that is paid for whether it is used or not."""
    return swept(
        0.5, 0.9, 1.0, reason="nearly all of one cloud's backlog is take-or-pay (F076b); of what share is not told"
    )


def demand_volatility() -> Prior:
    """Standard deviation of the logarithm of demand between plan and use."""
    return swept(0.3, 0.6, 1.0, reason="demand a year or more ahead; no fact")


def bargaining_weight() -> Prior:
    """Weight of one of two sides that bargain; the other has the rest, and the prior is the same for both."""
    return swept(0.25, 0.5, 0.75, reason="around an even split; no fact")


def porting_cost() -> Prior:
    """Planned, one-off cost of making software run on another cloud's chips, over a year's bill."""
    return swept(0.003, 0.03, 0.3, log=True, reason="a day's to four months' worth of the yearly bill; no fact")


def switching_cost() -> Prior:
    """Unplanned, one-off cost of moving to a cloud that the software was not ported to, over a year's bill."""
    return swept(0.1, 0.4, 2.0, log=True, reason="a tenth of the yearly bill to two years of it; no fact")


def contract_term() -> Prior:
    """Term of a contract for compute, years."""
    return derived(
        fact("F077b"),
        fact("F071b"),
        fact("F073b"),
        facts=("F077b", "F071b", "F073b"),
        reason="CoreWeave's average (low), OpenAI-Oracle (central), OpenAI-AWS (high)",
    )


def tpu_power() -> float:
    """GW of "up to one million TPUs" (an upper end) at the power of Rainier, whose chips are a million in about a GW.

    That a chip of either maker takes as much power, all in, is assumed: it closes "more than a GW in 2026" (F078b).
    """
    return at_most("F078a") * fact("F105b") / fact("F105a")


def cloud_margin() -> Prior:
    """Gross margin of a cloud on compute that it rents to AI labs."""
    return mapped(
        at_most("F119c") / 2,
        fact("F119a"),
        1.5 * at_least("F119d"),
        facts=("F119a", "F119c", "F119d"),
        reason="Oracle's gross margin on rented chips in the latest quarter (central); its lowest quarter was below "
        "10% and its highest above 20%: closed by a sweep, at half of the one and half as much again as the other",
    )


def mark_up() -> Prior:
    """The same margin as a mark-up on cost."""
    margin = cloud_margin()
    low, central, high = (share / (1 - share) for share in (margin.low, margin.central, margin.high))
    return mapped(low, central, high, facts=margin.facts, reason=f"{margin.reason}; over cost")


def amazon_stake() -> Prior:
    """Amazon's share of Anthropic, without votes."""
    return derived(
        fact("F058b"),
        fact("F058b"),
        fact("F058a") / fact("F060a"),
        facts=("F058a", "F058b", "F060a"),
        reason="one columnist's page alone: the share that it infers (low, central), and its carrying value over its "
        "valuation (high); what lies between is rounding, and not all that is unknown",
    )


def alphabet_stake() -> Prior:
    """Alphabet's share of Anthropic, without votes."""
    return derived(
        fact("F055a") * (1 - fact("F060b") / fact("F060a")),
        fact("F055a"),
        at_most("F055b"),
        facts=("F055a", "F055b", "F056", "F060a", "F060b"),
        reason="court filing (central), diluted by the round of September 2025 (low), closed at its cap (high)",
    )
