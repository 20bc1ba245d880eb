"""One quantity has one prior: models that share a number cannot disagree about it, and conversions keep its value."""

import numpy as np
import pytest
from scipy.integrate import quad

from models.ai_supermarket import AiSupermarket
from models.anchor_tenant import AnchorTenant
from models.cloud_pricing import homing
from models.cloud_sourcing import CloudSourcing
from models.compute_race import ComputeRace, rented_as_capital
from models.custom_silicon import CustomSilicon
from models.equity_for_compute import EquityForCompute
from models.facts import load_facts
from models.lab_dilemma import LabDilemma
from models.linked_race import LinkedRace
from models.prior import fact
from models.runway import Runway
from models.shared_priors import (
    DISCOUNT_RATE,
    charge,
    cloud_margin,
    mark_up,
    own_chip_ratio,
    own_chip_saving,
    own_chips,
    year_of_life,
)
from models.unit_economics import UnitEconomics

SHARED = {
    "porting": [(CloudSourcing, "porting"), (EquityForCompute, "google_porting"), (EquityForCompute, "amazon_porting"),
                (AiSupermarket, "porting")],
    "switching": [(CloudSourcing, "switching"), (AnchorTenant, "switching")],
    "term": [(CloudSourcing, "term"), (AnchorTenant, "term")],
    "margin": [(CloudSourcing, "margin"), (CustomSilicon, "margin")],
    "take or pay": [(AnchorTenant, "take_or_pay"), (LinkedRace, "take_or_pay")],
    "bargaining": [(AnchorTenant, "bargaining"), (EquityForCompute, "seller_weight"), (AiSupermarket, "seller_weight")],
    "capital of a GW": [(m, "capital_cost") for m in (ComputeRace, LabDilemma, LinkedRace, AnchorTenant,
                        EquityForCompute, AiSupermarket, CustomSilicon)],
    "rent of a GW": [(m, "revenue") for m in (ComputeRace, LabDilemma, LinkedRace, AnchorTenant)],
    "volatility of demand": [(m, "demand_volatility") for m in (ComputeRace, LabDilemma, LinkedRace, AnchorTenant)],
    "discount rate": [(m, "discount_rate") for m in (ComputeRace, AnchorTenant, Runway)],
    "Amazon in Anthropic": [(EquityForCompute, "amazon_stake"), (LinkedRace, "stake_amazon_anthropic"),
                            (AiSupermarket, "stake")],
    "Alphabet in Anthropic": [(EquityForCompute, "google_stake"), (LinkedRace, "stake_alphabet_anthropic")],
}  # fmt: skip


def prior_of(model, field):
    return model.parameters()[field].prior


@pytest.mark.parametrize("quantity", SHARED)
def test_a_quantity_has_the_same_prior_in_every_model(quantity):
    first, *others = [prior_of(model, field) for model, field in SHARED[quantity]]
    assert all(other == first for other in others)


def test_makers_of_chips_have_one_relative_cost_in_every_model():
    factors = {ComputeRace: 2, LinkedRace: 2, CloudSourcing: 2}
    for model, makers in factors.items():
        assert prior_of(model, "cost_factor")[:makers] == (own_chips(),) * makers
    assert prior_of(EquityForCompute, "google_cost") == prior_of(AiSupermarket, "own_chips") == own_chips()
    u = np.linspace(0, 1, 11)
    np.testing.assert_allclose(prior_of(AnchorTenant, "own_chip_saving").ppf(u), 1 - own_chips().ppf(1 - u))
    assert own_chip_saving().central == pytest.approx(1 - own_chips().central)


def test_whoever_may_make_chips_faces_the_factor_of_makers_and_what_they_avoid():
    """The ratio of S7 goes on where the factor of a maker ends, for who would pay more buys the market's."""
    ratio, factor = prior_of(CustomSilicon, "cost_ratio"), own_chips()
    assert ratio == own_chip_ratio()
    assert (ratio.low, ratio.central) == (factor.low, factor.central)
    assert ratio.high == load_facts()["F102"].central > factor.high == 1


@pytest.mark.parametrize("years", [0.5, 4.0, 7.0])
def test_a_charge_over_the_contract_repays_what_is_paid_once(years):
    repaid, _ = quad(lambda t: charge(years) * np.exp(-DISCOUNT_RATE * t), 0, years)
    assert repaid == pytest.approx(1)
    assert UnitEconomics().discount_rate == DISCOUNT_RATE


def test_a_years_bill_is_its_part_of_the_cost_over_life():
    unit = UnitEconomics()
    over_life, _ = quad(lambda t: np.exp(-unit.discount_rate * t), 0, unit.life)
    assert year_of_life() == pytest.approx(1 / over_life)


def test_margin_and_mark_up_give_the_same_price():
    margin, markup = cloud_margin(), mark_up()
    for side in ("low", "central", "high"):
        assert 1 + getattr(markup, side) == pytest.approx(1 / (1 - getattr(margin, side)))


def test_the_lowest_rent_leaves_the_lowest_reported_margin():
    unit = UnitEconomics()
    lowest = unit.replace(revenue=prior_of(UnitEconomics, "revenue").low)
    assert lowest.margin_at_constant_price() == pytest.approx(cloud_margin().low)


@pytest.mark.parametrize("switching", [0.1, 0.3])
def test_a_second_source_is_worth_the_same_to_both_models_where_both_describe_it(switching):
    """One cloud that takes all of the cost of moving, or two whose prices compete it away.

    `cloud-sourcing` without failures, rigidity, a margin in the plan or a price of porting, demand fixed; and
    `anchor-tenant` without a contract, in a slack market of common chips, the cloud making the offer and each source
    able to serve all. A year's rent is a year's cost. Elsewhere they differ on purpose: S3 adds outages, rigidity and
    porting, S5 contracts, bargaining, capacity that binds and rivals that bid.
    """
    unit = UnitEconomics(revenue=12.0)
    market = CloudSourcing(
        demand=2.0, unit_cost=unit.revenue, cost_factor=(1.0, 1.0), margin=0.0, elasticity=1e-3, rigidity=1e-3,
        switching=switching, porting=0.0, outage=1e-12, correlation=0.0, term=unit.life, prior_share=(1.0, 0.0),
    )  # fmt: skip
    found = homing(market)
    yearly = float(found.surplus[1] - found.surplus[0])
    tenant = AnchorTenant(
        demand=2.0, demand_volatility=0.01, revenue=unit.revenue, earning=5.0, relet_discount=0.0, specificity=0.0,
        tightness=0.0, switching=switching, bargaining=1.0, term=1e-9,
    )  # fmt: skip
    once = float(tenant.second_source_gain(8.0))
    assert once == pytest.approx(switching * unit.revenue * 2.0, rel=1e-6)  # the cost of moving, paid once
    assert yearly / charge(unit.life) == pytest.approx(once, rel=0.02)


def test_a_labs_plan_is_a_flow_as_a_companys_is():
    """What is new in a year, added up over the years in which compute grew to what it is, is the compute in use."""
    used = rented_as_capital(fact("F035a") + fact("F035b"))
    new = prior_of(ComputeRace, "plan")[-1].low
    assert sum(new / fact("F142") ** year for year in range(60)) == pytest.approx(used)
