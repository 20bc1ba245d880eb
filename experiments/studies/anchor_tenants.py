"""What does a top lab's long contract change, and who bears it if the lab does not come? (S5; claims 6 and 11).

Every draw is one calibrated pair of cloud and lab, solved backwards with a contract and without. The same draws with
exit fees from nothing to no exit, with a slack and with a tight market, and with a second cloud that bids for the lab,
say what carries the value of the commitment. At the calibrated centre: tightness swept, the published contracts one by
one, and what 'up to' is worth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.claims import by_bound, claim, drawn
from experiments.registry import Columns, Findings, experiment, share
from models.anchor_tenant import AnchorTenant
from models.prior import Prior, at_least, fact
from models.tenancy import trade
from models.typeset import typst
from theory import from_replicates, ratio_of_means, share_in_replicates
from theory.sensitivity import sobol_indices

Replicates = Sequence[Mapping[str, NDArray[Any]]]

REPLICATES = 8
"""Independent scrambled point sets."""

FEES = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
"""Exit fees over the capital cost of the GW left; after them, no exit at all."""

MATERIAL = 0.05
"""A gain counts as a win if it is at least this share of the capital that is built."""

BOUNDS = (0.01, 0.02, 0.05, 0.1)
"""Other shares that it might be."""

WINS = ("over the spot", "no rival", "dearer rival", "equal rival")
"""What the cloud's gain from the tenant is counted from, or who else bids for the tenant."""

SHORT = 1.0
"""Years of a contract that is called short."""

RECORDED = "2025-11"
"""Date of the forecast: the month of the article and of the last fact."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

_SOME = 1e-6  # of the lab's mean demand: less is nothing


def _end(parameter: str, side: str) -> float:
    prior = AnchorTenant.parameters()[parameter].prior
    assert isinstance(prior, Prior)
    return float(getattr(prior, side))


@experiment(
    "anchor_tenants",
    question="What does a top lab's long contract change, and who bears it if the lab's demand does not come?",
    claims=(6, 11),
    replicates=REPLICATES,
    quick={"draws": 512},
)
def study(*, draws: int = 8192, rng: np.random.Generator) -> Columns:
    """One independent set of draws: builds, values, burdens and choices; one row per draw."""
    base = AnchorTenant()
    model = base.replace(**base.priors().sample(share(draws, REPLICATES), rng=rng))
    return _contracts(model) | _exits(model) | _scarcity(model) | _sources(model) | drawn(model)


def _contracts(model: AnchorTenant) -> dict[str, NDArray[Any]]:
    """With the calibrated contract, without one, and what it is worth against a rival cloud."""
    found = model.agree()
    cheaper = model.replace(capital_cost=model.capital_cost * (1 - model.own_chip_saving))  # a cloud with own chips
    own = cheaper.agree()
    burden = model.stranded(found.committed, found.capacity, found.price)
    alone = model.stranded(0.0 * found.capacity, found.speculative, 0.0 * found.price)
    capital = model.capital_cost * found.efficient
    columns = {
        "demand": np.asarray(model.demand),
        "GW without": found.speculative,
        "GW with": found.capacity,
        "GW efficient": found.efficient,
        "rent": found.yearly_price,
        "gain": found.gain,
        "capital": capital,
        "GW efficient, own chips": own.efficient,
        "capital, own chips": cheaper.capital_cost * own.efficient,
        "win, over the spot": found.cloud - found.cloud_alone,
        "win, no rival": own.cloud - cheaper.without_tenant(),
        "win, dearer rival": cheaper.contested_gain(own),
        "win, equal rival": cheaper.replace(own_chip_saving=0.0).contested_gain(own),
        "limit binds": found.efficient >= (1 - _SOME) * model.limit * model.demand,
        "cloud without": found.cloud_alone,
        "cloud with": found.cloud,
        "constrained": found.constrained,
        "unused cost share": model.unused_cost_share(),
    }
    columns |= {f"stranded with, {part}": np.asarray(value) for part, value in burden.items()}
    columns |= {f"stranded without, {part}": np.asarray(value) for part, value in alone.items()}
    return columns


def _exits(model: AnchorTenant) -> dict[str, NDArray[Any]]:
    """Gain of the contract by exit fee."""
    columns = {f"gain, fee {fee:g}": model.replace(exit_fee=fee).agree().gain for fee in FEES}
    columns["gain, no exit"] = model.replace(leaving="never").agree().gain
    return columns


def _scarcity(model: AnchorTenant) -> dict[str, NDArray[Any]]:
    """Slack and tight market: what labs would sign for good at the rent of published contracts, and what is agreed."""
    columns: dict[str, NDArray[Any]] = {}
    for name, side in (("slack", "low"), ("tight", "high")):
        market = model.replace(tightness=_end("tightness", side))
        found = market.agree()
        firm = market.replace(leaving="never")
        short = firm.replace(term=SHORT)
        price = firm.covered() * firm.market_price()
        wanted = firm.lab_quantity(price)
        columns |= {
            f"{name}: GW wanted": wanted,
            f"{name}: long beats short": firm.lab_with_contract(wanted, price)
            > short.lab_with_contract(wanted, short.covered() * short.market_price()),
            f"{name}: accepted": firm.cloud_with_contract(wanted, price) >= found.cloud_alone,
            f"{name}: GW without": found.speculative,
            f"{name}: GW with": found.capacity,
            f"{name}: GW agreed": found.committed,
            f"{name}: gain": found.gain,
            f"{name}: rent": found.yearly_price,
        }
    return columns


def _sources(model: AnchorTenant) -> dict[str, NDArray[Any]]:
    """One cloud on its own chips, or two that compete after the term; and an option against a commitment."""
    quantity = model.capacity_for(1.0)
    strike = model.covered() * model.market_price()
    one = model.replace(demand=at_least("F078b"))
    option, firm = one.option_value(one.demand, strike), one.commitment_value(one.demand, strike)
    return {
        "second source": model.second_source_gain(quantity),
        "exclusive": model.exclusive_gain(quantity),
        "term over life": np.asarray(model.term / model.life),
        "option": option,
        "commitment": firm,
    }


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
    """Builds, value and burden with intervals; exit, scarcity and sources; the centre; drivers."""
    pooled = {name: np.concatenate([part[name] for part in replicates]) for name in replicates[0]}
    numbers = {
        "draws": len(pooled["gain"]),
        "material": MATERIAL,
        "build": _build(replicates, pooled),
        "burden": _burden(replicates),
        "unused cost share": _spread(pooled["unused cost share"]),
        "exit": _exit_values(replicates),
        "win": _wins(replicates, pooled),
        "scarcity": _forced(replicates, pooled),
        "claims": {
            "6": claim(replicates, worth(MATERIAL), AnchorTenant(), scope=_building_pays)
            | {"by bound": by_bound(replicates, worth, BOUNDS, AnchorTenant(), scope=_building_pays)},
            "11": claim(replicates, forced, AnchorTenant()),
        },
        "option": _option(replicates, pooled),
        "sources": _several(replicates, pooled),
        "drivers": drivers(rng, points=max(16, draws // 32)),
        "centre": centre(),
        "contracts": contracts(),
        "formulas": formulas(),
    }
    table = {name: pooled[name][:20_000] for name in ("GW without", "GW with", "GW efficient", "gain")}
    return Findings(numbers, {"draws": table})


def _spread(values: Any) -> dict[str, float] | None:
    """Quantiles over the draws: uncertainty about the parameters, not sampling error."""
    if not np.size(values):
        return None
    return {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)}


def _build(replicates: Replicates, pooled: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    mean = {name: [part[name].mean() for part in replicates] for name in ("GW without", "GW with", "GW efficient")}
    signed = np.isfinite(pooled["rent"])
    return {
        "GW without": _spread(pooled["GW without"]),
        "GW with": _spread(pooled["GW with"]),
        "GW efficient": _spread(pooled["GW efficient"]),
        "without over efficient": ratio_of_means(mean["GW without"], mean["GW efficient"]),
        "with over efficient": ratio_of_means(mean["GW with"], mean["GW efficient"]),
        "P(nothing without)": share_in_replicates([p["GW without"] <= _SOME * p["demand"] for p in replicates]),
        "P(nothing with)": share_in_replicates([p["GW with"] <= _SOME * p["demand"] for p in replicates]),
        "P(contract adds)": share_in_replicates([p["gain"] > _SOME * p["demand"] for p in replicates]),
        "P(constrained)": share_in_replicates([p["constrained"] for p in replicates]),
        "gain": _spread(pooled["gain"]),
        "rent": _spread(pooled["rent"][signed]),
    }


def _burden(replicates: Replicates) -> dict[str, Any]:
    """Stranded capital over capital built, and who bears it, over all draws."""
    parts = ("market", "lab", "builder")
    results: dict[str, Any] = {}
    for case, size in (("with", "GW with"), ("without", "GW without")):
        sums = {p: [r[f"stranded {case}, {p}"].sum() for r in replicates] for p in (*parts, "total")}
        built = [(r["capital"] * _ratio(r[size], r["GW efficient"])).sum() for r in replicates]
        results[case] = {part: ratio_of_means(sums[part], sums["total"]) for part in parts}
        results[case]["stranded over built"] = ratio_of_means(sums["total"], built)
        lost = [total - market for total, market in zip(sums["total"], sums["market"], strict=True)]
        results[case]["builder over lost"] = ratio_of_means(sums["builder"], lost)
        for part in ("builder", "lab"):
            results[case][f"{part}, US$ bn"] = from_replicates(
                [r[f"stranded {case}, {part}"].mean() for r in replicates]
            )
    return results


def _ratio(top: NDArray[Any], bottom: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(np.divide(top, bottom, out=np.zeros(top.shape), where=bottom > 0))


def _exit_values(replicates: Replicates) -> dict[str, Any]:
    """Gain of the contract as a share of the gain without any exit, by fee."""
    best = [part["gain, no exit"].mean() for part in replicates]
    return {
        f"{fee:g}": {
            "kept": ratio_of_means([part[f"gain, fee {fee:g}"].mean() for part in replicates], best),
            "P(contract adds)": share_in_replicates(
                [part[f"gain, fee {fee:g}"] > _SOME * part["demand"] for part in replicates]
            ),
        }
        for fee in FEES
    } | {"no exit": {"gain": from_replicates(best)}}


def _wins(replicates: Replicates, pooled: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """What the tenant is worth to the cloud: over the spot, and over having no tenant, by who else bids for it."""
    results: dict[str, Any] = {}
    for name in WINS:
        whose = "" if name == "over the spot" else ", own chips"  # who wins is who builds
        pays = [part[f"GW efficient{whose}"] > _SOME * part["demand"] for part in replicates]
        results["P(build pays)"] = share_in_replicates(pays)  # in the end, for a cloud with own chips
        capital = [part[f"capital{whose}"] for part in replicates]
        wins = [part[f"win, {name}"] >= MATERIAL * each for part, each in zip(replicates, capital, strict=True)]
        results[name] = {
            "US$ bn": _spread(pooled[f"win, {name}"]),
            "mean": from_replicates([part[f"win, {name}"].mean() for part in replicates]),
            "over capital": ratio_of_means(
                [part[f"win, {name}"].sum() for part in replicates], [each.sum() for each in capital]
            ),
            "P(material | build pays)": _given(wins, pays),
        }
    return results


RIVALS = {"no rival": "no rival cloud", "dearer rival": "a rival without own chips", "equal rival": "an equal rival"}
"""Who else bids for the tenant."""


def worth(material: float) -> dict[str, Any]:
    """What claim 6 needs, by who else bids: that the tenant adds so much of the capital."""

    def needs_of(case: str) -> Any:
        return lambda part: {
            "the tenant is worth enough": part[f"win, {case}"] >= material * part["capital, own chips"]
        }

    return {f"there is {words}": needs_of(case) for case, words in RIVALS.items()}


def _building_pays(part: Columns) -> NDArray[Any]:
    """Draws in which a cloud with own chips would build, so that a tenant can be won."""
    return np.asarray(part["GW efficient, own chips"] > _SOME * part["demand"])


def forced(part: Columns) -> dict[str, NDArray[Any]]:
    """What claim 11 needs; a lab that wants nothing is not forced into a long term."""

    def more(what: str) -> NDArray[Any]:
        return np.asarray(part[f"tight: {what}"] > part[f"slack: {what}"] + _SOME * part["demand"])

    wants = part["tight: GW wanted"] > _SOME * part["demand"]
    return {
        "in a tight market labs want more under contract than in a slack one": more("GW wanted"),
        "they want some, and for long rather than short": wants & part["tight: long beats short"],
        "more is agreed on": more("GW agreed"),
    }


def _forced(replicates: Replicates, pooled: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Commitments that labs want at the rent of published contracts, and those agreed, in slack and tight markets."""

    def some(part: Mapping[str, NDArray[Any]], name: str) -> NDArray[Any]:
        return np.asarray(part[name] > _SOME * part["demand"])

    results: dict[str, Any] = {}
    for name in ("slack", "tight"):
        wants = [some(part, f"{name}: GW wanted") for part in replicates]
        results[name] = {
            "tightness": _end("tightness", "low" if name == "slack" else "high"),
            "P(wants)": share_in_replicates(wants),
            "wanted over demand": _spread(pooled[f"{name}: GW wanted"] / pooled["demand"]),
            "P(accepted | wants)": _given([part[f"{name}: accepted"] for part in replicates], wants),
            "P(long beats short | wants)": _given([part[f"{name}: long beats short"] for part in replicates], wants),
            "P(agreed)": share_in_replicates([some(part, f"{name}: GW agreed") for part in replicates]),
            "P(built without)": share_in_replicates([some(part, f"{name}: GW without") for part in replicates]),
            "P(built with)": share_in_replicates([some(part, f"{name}: GW with") for part in replicates]),
            "gain": from_replicates([part[f"{name}: gain"].mean() for part in replicates]),
            "rent": _spread(pooled[f"{name}: rent"][np.isfinite(pooled[f"{name}: rent"])]),
        }
    larger = [p["tight: GW wanted"] > p["slack: GW wanted"] + _SOME * p["demand"] for p in replicates]
    agreed = [p["tight: GW agreed"] > p["slack: GW agreed"] + _SOME * p["demand"] for p in replicates]
    return results | {
        "short term": SHORT,
        "P(tight wants more)": share_in_replicates(larger),
        "P(tight agrees more)": share_in_replicates(agreed),
    }


def _given(flags: Sequence[NDArray[Any]], where: Sequence[NDArray[Any]]) -> Any:
    """Share of true entries among those where a condition holds; None if it holds nowhere or hardly."""
    kept = [flag[there] for flag, there in zip(flags, where, strict=True)]
    return share_in_replicates(kept) if all(part.size for part in kept) else None


def _option(replicates: Replicates, pooled: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Right to use, and duty to pay for, the GW of the contract that says 'up to', at the rent of published ones."""
    return {
        "GW": at_least("F078b"),
        "option": _spread(pooled["option"]),
        "commitment": _spread(pooled["commitment"]),
        "flexibility": _spread(pooled["option"] - pooled["commitment"]),
        "P(commitment worth signing)": share_in_replicates([part["commitment"] > 0 for part in replicates]),
    }


def _several(replicates: Replicates, pooled: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """When one cloud, when several; recorded as a forecast."""
    built = [part["GW efficient"] > _SOME * part["demand"] for part in replicates]
    cheaper = [part["second source"] > part["exclusive"] for part in replicates]
    bound = [part["limit binds"] for part in replicates]
    several = _given([c | n for c, n in zip(cheaper, bound, strict=True)], built)
    short = [part["term over life"] < 1 for part in replicates]
    pays = np.concatenate(built)
    return {
        "P(several | build pays)": several,
        "P(no cloud can build all | build pays)": _given(bound, built),
        "P(second source pays | build pays)": _given(cheaper, built),
        "P(term below life)": share_in_replicates(short),
        "P(second source lowers the bill | term below life)": _given(
            [part["second source"] > 0 for part in replicates], [b & s for b, s in zip(built, short, strict=True)]
        ),
        "second source": _spread(pooled["second source"][pays]),
        "exclusive": _spread(pooled["exclusive"][pays]),
        "forecast": {
            "recorded": RECORDED,
            "event": "the next large commitment of a leading lab is split over several clouds",
            "condition": "no cloud alone can build all of it, or what competition after the term saves "
            "exceeds the lab's part of the saving on one cloud's chips",
            "share of draws": several,
        },
    }


def drivers(rng: np.random.Generator, points: int) -> dict[str, Any]:
    """Sobol indices of whether a contract is signed, and of the share of unused capital that the builder bears."""
    base = AnchorTenant()
    priors = base.priors()

    def outputs(u: NDArray[np.float64]) -> NDArray[np.float64]:
        model = base.replace(**priors.ppf(u))
        return np.stack([(model.agree().committed > 0).astype(float), model.unused_cost_share()])

    signed, borne = sobol_indices(outputs, priors.names, points=points, rng=rng)
    return {"contract signed": signed, "unused cost share": borne}


def centre() -> dict[str, Any]:
    """Calibrated centre, what tightness does there, and what is agreed on, by exit fee, where the market is tight."""
    base = AnchorTenant()
    wanted = base.replace(tightness=_end("tightness", "high"))
    found = wanted.agree()
    tightness = np.linspace(0.0, 1.0, 41)
    market = base.replace(tightness=tightness)
    tight = market.agree()
    fees = np.linspace(0.0, 1.0, 41)
    price = base.covered() * base.market_price()
    return {
        "signed": bool(base.agree().committed > 0),
        "tight": _end("tightness", "high"),
        "GW without": float(found.speculative),
        "GW with": float(found.capacity),
        "GW efficient": float(found.efficient),
        "demand": float(base.demand),
        "gain": float(found.gain),
        "rent": float(found.yearly_price),
        "published rent": float(base.revenue),
        "unused cost share": float(base.unused_cost_share()),
        "GW wanted": float(base.replace(leaving="never").lab_quantity(price)),
        "tightness": float(base.tightness),
        "exit fee": float(base.exit_fee),
        "by tightness": {
            "tightness": tightness,
            "GW without": tight.speculative,
            "GW with": tight.capacity,
            "GW wanted": market.replace(leaving="never").lab_quantity(price),
            "gain": tight.gain,
            "rent": tight.yearly_price,
        },
        "by exit fee": {"fee": fees, "GW with": wanted.replace(exit_fee=fees).agree().capacity},
    }


def contracts() -> dict[str, dict[str, float]]:
    """Published contracts at the centre: GW, capital, expected idle capital, and the builder's part of it by exit.

    Capacity is published, or is the value over term and rent; a campus without a contract value has its rent.
    The lab's mean demand is what it signed for.
    """
    base = AnchorTenant()
    rent = float(base.revenue)
    known = {
        "OpenAI-Oracle": (fact("F071c"), fact("F071a") / (fact("F071c") * fact("F071b")), fact("F071b")),
        "OpenAI-AWS": (fact("F073a") / (fact("F073b") * rent), rent, fact("F073b")),
        "OpenAI-CoreWeave": (fact("F074") / (fact("F077b") * rent), rent, fact("F077b")),
        "Anthropic-AWS (Rainier, as opened)": (fact("F105b"), rent, float(base.term)),
        "Anthropic-AWS (Rainier, as planned)": (fact("F107a"), rent, float(base.term)),
        "Anthropic-Google": (at_least("F078b"), rent, float(base.term)),
    }
    results = {}
    for name, (quantity, yearly, term) in known.items():
        firm = base.replace(demand=quantity, term=term, leaving="never")
        price = firm.covered() * (firm.revenue_per_gw() * yearly / rent - firm.power())
        idle = firm.stranded(quantity, quantity, price)
        free = firm.replace(leaving="fee", exit_fee=0.0).stranded(quantity, quantity, price)
        slack = firm.replace(tightness=0.0).stranded(quantity, quantity, price)  # once the market has turned
        fee = firm.replace(tightness=0.0, leaving="fee").stranded(quantity, quantity, price)
        results[name] = {
            "GW": float(quantity),
            "capital": float(base.capital_cost * quantity),
            "idle capital": float(idle["total"]),
            "lost": float(idle["total"] - idle["market"]),
            "builder, no exit": float(idle["builder"]),
            "builder, free exit": float(free["builder"]),
            "lost, slack market": float(slack["total"] - slack["market"]),
            "builder, no exit, slack market": float(slack["builder"]),
            "builder, exit fee, slack market": float(fee["builder"]),
        }
    return results


def formulas() -> dict[str, str]:
    """Payoffs without a contract, from the model's own arithmetic."""
    import sympy

    v, r, beta, kappa, k, used = sympy.symbols("v r beta kappa K M", positive=True)
    return {"cloud without contract": typst(trade(v, r, beta, kappa, k, used))}
