"""The compute race with its ties: labs that rent from clouds, owe them minimum payments, and sell them equity.

Players: the builders of `models.compute_race` and Anthropic. Timing: contracts and stakes are given; all choose how
many GW to commission or to contract for at once; then demand and prize are drawn and accounts are settled. Payoff: that
of the compute race, with the parts of `models.links` on top, each switched off by a parameter:

    rented = 0                   no mark-ups, no contracts
    markup = 0, take_or_pay = 1  a rented GW costs what an owned one does, and is paid for whether used or not
    all three stakes = 0         nobody owns a part of another
    hosted_in_plans = 0          a host's plan holds none of what it lets to the labs of the race

With all of these it is the compute race of six builders, exactly. OpenAI rents from Microsoft and Amazon (and from
Oracle and CoreWeave, which are outside the race), Anthropic from Amazon and Alphabet; Microsoft holds a part of OpenAI,
Amazon and Alphabet hold parts of Anthropic without votes. Ties are given here: what forms them are the questions of
`equity-for-compute`, `cloud-sourcing` and `anchor-tenant`.

Plans of clouds include capacity that they let to labs which race themselves. A part psi of it is taken out of the
hosts' demand, ``d_h -= psi nu sum_j eta_jh d_j``: at psi = 1 a GW that is let counts once, with its tenant, and
a host's own demand and what it lets add up to its plan. New: all of them in one race.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models.base import Value, count, parameter, payoff_model
from models.compute_race import (
    BUILDERS,
    COMPUTE_ONLY,
    COST_FACTORS,
    LAB,
    NEW_IN_A_YEAR,
    PLANS,
    ComputeRace,
    market_cost,
    plan_prior,
    rented_as_capital,
)
from models.links import EquityStakes, Pairs, TakeOrPay
from models.prior import at_least, derived, fact, swept
from models.shared_priors import alphabet_stake, amazon_stake
from models.unit_economics import UnitEconomics
from theory.errors import InputError

LINKED = (*BUILDERS, "Anthropic")
"""The players, in the order of the per-player parameters."""

_AMAZON, _ALPHABET, _MICROSOFT, _, _OPENAI, _ANTHROPIC = range(6)

_OPENAI_CONTRACTS = ("F072", "F071a", "F073a", "F074")  # Microsoft, Oracle, Amazon, CoreWeave


def _contract_share(fact_id: str) -> float:
    return fact(fact_id) / sum(fact(other) for other in _OPENAI_CONTRACTS)


@payoff_model("linked-race")
class LinkedRace(EquityStakes, TakeOrPay, ComputeRace):
    """Compute race of six builders tied by rents, contracts and equity; S2 with S3, S4 and S5."""

    n_builders: int = count("n", default=6, low=6, high=6, meaning="number of builders")
    plan: Value = parameter(
        "S",
        unit="US$ bn/yr",
        above=0,
        meaning="capital expenditure of a year that demand without a race would justify",
        default=(
            *PLANS,
            plan_prior(
                NEW_IN_A_YEAR * rented_as_capital(fact("F050a")),
                (at_least("F078b") + fact("F107a") - fact("F105b")) * UnitEconomics().capital_cost,
                "F050a", "F078b", "F071a", "F071b", "F071c", "F105b", "F107a", "F120a", "F121", "F142",
                reason="capital of what the lab rents more from one cloud in 2025 than in the year before, if its "
                "compute grows as training does (low); of the TPUs of 2026, more than a GW and closed at it, with the "
                "rest of Rainier in the same year (high)",
            ),
        ),
    )  # fmt: skip
    cost_factor: Value = parameter(
        "f",
        unit="1",
        above=0,
        meaning="builder's capital cost relative to the market's",
        default=(*COST_FACTORS, market_cost()),
    )
    compute_only: Value = parameter(
        "ell",
        unit="1",
        low=0,
        high=1,
        meaning="one if the plan is AI compute and nothing else, as a lab's is; zero for a company's",
        default=(*COMPUTE_ONLY, LAB),
    )
    stake_microsoft_openai: Value = parameter(
        "s_MO",
        unit="1",
        low=0,
        high=0.5,
        meaning="Microsoft's share of OpenAI",
        default=derived(
            fact("F068a"),
            fact("F068a"),
            fact("F068b"),
            facts=("F068a", "F068b"),
            reason="after the restructuring (low, central) and before it (high)",
        ),
    )
    stake_amazon_anthropic: Value = parameter(
        "s_AA",
        unit="1",
        low=0,
        high=0.4,
        meaning="Amazon's share of Anthropic",
        default=amazon_stake(),
    )
    stake_alphabet_anthropic: Value = parameter(
        "s_GA",
        unit="1",
        low=0,
        high=0.4,
        meaning="Alphabet's share of Anthropic",
        default=alphabet_stake(),
    )
    openai_at_microsoft: Value = parameter(
        "eta_MO",
        unit="1",
        low=0,
        high=0.5,
        meaning="share of OpenAI's rented compute at Microsoft, by the value of contracts of unlike terms",
        default=_contract_share("F072"),
        facts=_OPENAI_CONTRACTS,
    )
    openai_at_amazon: Value = parameter(
        "eta_AO",
        unit="1",
        low=0,
        high=0.5,
        meaning="share of OpenAI's rented compute at Amazon, by the value of contracts of unlike terms",
        default=_contract_share("F073a"),
        facts=_OPENAI_CONTRACTS,
    )
    anthropic_at_alphabet: Value = parameter(
        "eta_GA",
        unit="1",
        low=0,
        high=1,
        meaning="share of Anthropic's rented compute at Alphabet; the rest is at Amazon",
        default=derived(
            *(at_least("F078b") / (at_least("F078b") + rainier)
              for rainier in (fact("F107a"), fact("F105b"), fact("F105b") / 2)),
            facts=("F078b", "F105b", "F107a"),
            reason="TPUs, more than a GW and closed at it, against Rainier at its eventual size (low), as announced "
            "(central), half of it (high)",
        ),
    )  # fmt: skip

    hosted_in_plans: Value = parameter(
        "psi",
        unit="1",
        low=0,
        high=1,
        meaning="part of the compute let to labs of the race that is in the plans of its hosts as well",
        default=swept(0.0, 0.5, 1.0, reason="from none, built later or by others, to all; no source splits plans"),
        facts=("F020", "F022"),
    )

    named_ties = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if (np.asarray(self.demand()) <= 0).any():
            raise InputError(
                f"hosted_in_plans (psi) is {self.hosted_in_plans}: a host's plan (S) would hold nothing but what its "
                "tenants plan to rent; lower psi or the tenants' plans"
            )

    def demand(self) -> Any:
        """Mean demand of each builder, GW; what a host lets to a lab of the race counts once, with the lab."""
        gross = super().demand()
        symbolic = isinstance(gross, tuple)
        own = list(gross) if symbolic else [gross[..., i] for i in range(len(LINKED))]
        net = list(own)
        for (tenant, host), share in self.hosting().items():
            net[host] = net[host] - self.hosted_in_plans * self.rented * share * own[tenant]
        return tuple(net) if symbolic else np.stack(np.broadcast_arrays(*net), axis=-1)

    def outcomes(self, k: Sequence[Any]) -> Mapping[str, Any]:
        """Those of the race, before flows between players; and what all hosts earn on what they let, US$ bn."""
        fees = self.fees(k, lambda j, first: self.expected_sale(j, k, first))
        return {**super().outcomes(k), "margin of hosts": sum(fees.values())}

    @property
    def players(self) -> tuple[str, ...]:
        """The named builders and Anthropic."""
        return LINKED

    def hosting(self) -> Pairs:
        """OpenAI at Microsoft and Amazon, Anthropic at Alphabet and Amazon."""
        return {
            (_OPENAI, _MICROSOFT): self.openai_at_microsoft,
            (_OPENAI, _AMAZON): self.openai_at_amazon,
            (_ANTHROPIC, _ALPHABET): self.anthropic_at_alphabet,
            (_ANTHROPIC, _AMAZON): 1 - self.anthropic_at_alphabet,
        }

    def holdings(self) -> Pairs:
        """Microsoft in OpenAI; Amazon and Alphabet in Anthropic."""
        return {
            (_MICROSOFT, _OPENAI): self.stake_microsoft_openai,
            (_AMAZON, _ANTHROPIC): self.stake_amazon_anthropic,
            (_ALPHABET, _ANTHROPIC): self.stake_alphabet_anthropic,
        }
