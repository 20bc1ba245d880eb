"""What a cloud's stake does to a lab's sourcing, to rivals and to investment (S4; claims 4 and 12).

Every draw is one calibrated lab with three clouds, solved backwards under several pairs of stakes at once: none,
today's, a larger one of Google, the same for Amazon, and some of them after a cut of Amazon's cost. Differences are
between equilibria of one draw, so that only the stake changes. The effect of a larger stake of Google on the TPU share
of the lab's compute is recorded as a forecast, with its date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.claims import by_bound, claim, drawn
from experiments.registry import Columns, Findings, experiment, share
from models.cross_holdings import concentration, profit_weights
from models.equity_for_compute import EquityForCompute, Sourcing, pair_value
from models.prior import at_least, fact
from models.stake_pricing import CLOUDS, holder_payoff, own_lab_profit
from models.typeset import typst
from theory import probability
from theory.errors import InputError
from theory.sensitivity import sobol_indices

Replicates = Sequence[Mapping[str, NDArray[Any]]]

REPLICATES = 4
"""Independent scrambled point sets."""

FORECAST_DATE = "2025-11"
"""Date of the newest fact that a parameter rests on, and of the forecast."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

CUT = 0.1
"""Cut of Amazon's capital cost in the test of how firmly a stake holds the lab."""

INDICES = {"HHI": "the Herfindahl index", "MHHI": "the index modified for ownership"}
"""Measures of the concentration of the two labs' compute, and how they are called."""

MATERIAL = 100.0
"""Rise of an index, in points, that counts, as in the study of the supermarket (S6)."""

BOUNDS = (10.0, 50.0, 100.0, 200.0)
"""Rises that might count, points."""

FIRMER = 0.05
"""By which part less must be lost to a rival's lower price for a stake to cement, as for a price in claim 3."""

FIRMNESS = (0.0, 0.01, 0.02, 0.05)
"""Parts that might count."""

SCENARIOS: dict[str, tuple[float, float, float, float, float]] = {
    "no stakes": (0, 0, 0, 0, 0),
    "Google only": (1, 0, 0, 0, 0),
    "Amazon only": (0, 1, 0, 0, 0),
    "today": (1, 1, 0, 0, 0),
    "Google more": (1, 1, 1, 0, 0),
    "both more": (1, 1, 1, 1, 0),
    "Amazon only, Amazon cheaper": (0, 1, 0, 0, 1),
    "Google more, Amazon cheaper": (1, 1, 1, 0, 1),
}
"""Multiples of Google's and Amazon's stakes of today, of the extra stake of each, and of the cut of Amazon's cost."""

COMPARED = {
    "today's stake": ("today", "Amazon only"),
    "larger stake": ("Google more", "today"),
    "larger, matched by Amazon": ("both more", "today"),
}
"""Effects: a scenario, and what it is compared with."""

OUTCOMES = (
    *(f"share, {cloud}" for cloud in CLOUDS),
    *(f"earned, {cloud}" for cloud in CLOUDS),
    "Google's price",
    "lab's compute",
    "Google's own compute",
    "investment",
    "lab's profit",
    "pair's gain",
)


@experiment(
    "equity_stakes",
    question="What does a cloud's stake in a lab do to the lab's sourcing, to rivals and to total investment?",
    claims=(4, 12),
    replicates=REPLICATES,
    quick={"draws": 64},
)
def study(*, draws: int = 2048, extra: float = 0.1, rng: np.random.Generator) -> Columns:
    """One independent set of draws, one row each; ``extra`` is the further stake."""
    if not 0 <= extra <= 0.5:
        raise InputError(f"extra is {extra}; a further stake is a share of the lab, from 0 to 0.5")
    base = EquityForCompute()
    model = base.replace(**base.priors().sample(share(draws, REPLICATES), rng=rng))
    found = solve_scenarios(model, extra)
    certified = np.all([each.certified for each in found.values()], axis=0)
    columns: dict[str, NDArray[Any]] = {"certified": certified, "two-chip share": two_chip_share(found["today"])}
    for name in ("no stakes", "Amazon only", "today", "Google more"):
        columns |= {f"{name}: {key}": values for key, values in levels(found[name]).items()}
        columns[f"{name}: Google refuses"] = found[name].compute[..., 0] == 0
    for effect, (after, before) in COMPARED.items():
        rival = np.asarray(model.amazon_stake) + (extra if "matched" in effect else 0.0)
        changes = differences(found[after], found[before], rival)
        columns |= {f"{effect}: {key}": values for key, values in changes.items()}
    for title, (after, before) in {
        "no stake": ("Amazon only, Amazon cheaper", "Amazon only"),
        "larger stake": ("Google more, Amazon cheaper", "Google more"),
    }.items():
        held, kept = (found[name].share[..., 0] for name in (before, after))
        columns |= {f"lost to a cheaper rival, {title}": held - kept, f"kept beside a cheaper rival, {title}": kept}
        columns[f"GW lost per dollar, {title}"] = lost_per_dollar(found[before], found[after])
        columns[f"GW held, {title}"] = found[before].compute[..., 0]
    none, today = (
        labs_concentration(found[name], stake) for name, stake in (("Amazon only", 0.0), ("today", model.google_stake))
    )
    columns |= {f"today's stake: {index} of labs": today[index] - none[index] for index in INDICES}
    return columns | taking(model, found) | drawn(model)


def solve_scenarios(model: EquityForCompute, extra: float) -> dict[str, Sourcing]:
    """Equilibria of every scenario, solved as one batch."""
    google, amazon, more_google, more_amazon, cut = (
        np.array(column)[:, None] for column in zip(*SCENARIOS.values(), strict=True)
    )
    stacked = model.replace(
        google_stake=google * model.google_stake + more_google * extra,
        amazon_stake=amazon * model.amazon_stake + more_amazon * extra,
        amazon_cost=(1 - CUT * cut) * model.amazon_cost,
    ).solve()
    return {name: stacked.take(row) for row, name in enumerate(SCENARIOS)}


def two_chip_share(found: Sourcing) -> NDArray[np.float64]:
    """Google's share of what the lab orders from Google and Amazon, the part that facts speak of."""
    pair = found.compute[..., :2].sum(axis=-1)
    return np.asarray(np.divide(found.compute[..., 0], pair, out=np.full(pair.shape, np.nan), where=pair > 0))


def lost_per_dollar(before: Sourcing, after: Sourcing) -> NDArray[np.float64]:
    """GW that Google loses at the lab for each US$ bn/GW by which Amazon's price falls; NaN if that does not fall.

    Demand is linear: while all sell, this depends neither on the share at the start nor on the size of the cut.
    """
    fall = before.price[..., 1] - after.price[..., 1]
    lost = before.compute[..., 0] - after.compute[..., 0]
    return np.asarray(np.divide(lost, fall, out=np.full(fall.shape, np.nan), where=fall > 0))


def labs_concentration(found: Sourcing, stake: Any) -> dict[str, NDArray[np.float64]]:
    """Concentration of the compute of Google's own lab and the other under Google's stake in that, points."""
    amounts = np.stack([found.own_compute, found.compute.sum(axis=-1)], axis=-1)
    stakes = np.broadcast_to(stake, amounts.shape[:-1])
    indices = [concentrated(amounts[place], float(stakes[place])) for place in np.ndindex(stakes.shape)]
    by_index = np.reshape(indices, (*stakes.shape, len(INDICES)))
    return dict(zip(INDICES, np.moveaxis(by_index, -1, 0), strict=True))


def concentrated(amounts: NDArray[np.float64], stake: float) -> tuple[float, float]:
    """Herfindahl index of two labs, and that modified for a silent stake of the first's owner in the second.

    NaN without compute.

    Examples
    --------
    >>> [round(index) for index in concentrated(np.array([1.0, 1.0]), 0.1)]
    [5000, 5250]
    """
    if not amounts.sum() > 0:
        return np.nan, np.nan
    held = [[1, stake], [0, 1 - stake]]
    index = concentration(amounts / amounts.sum(), profit_weights(held, np.eye(2)))
    return index.hhi, index.mhhi


def levels(found: Sourcing) -> dict[str, NDArray[np.float64]]:
    """Outcomes of one scenario: shares, GW, US$ bn."""
    own = {f"share, {cloud}": found.share[..., i] for i, cloud in enumerate(CLOUDS)}
    own |= {f"earned, {cloud}": found.before_stakes(i) for i, cloud in enumerate(CLOUDS)}
    return own | {
        "Google's price": np.where(found.compute[..., 0] > 0, found.price[..., 0], np.nan),
        "lab's compute": found.compute.sum(axis=-1),
        "Google's own compute": found.own_compute,
        "investment": found.investment,
        "lab's profit": found.lab_profit,
    }


def differences(after: Sourcing, before: Sourcing, rival_stake: Any) -> dict[str, NDArray[np.float64]]:
    """Change of every outcome, and of what Google and the lab's owners other than Amazon earn together."""
    old = levels(before)
    changes = {key: values - old[key] for key, values in levels(after).items()}
    return changes | {"pair's gain": pair_value(after, 0, rival_stake) - pair_value(before, 0, rival_stake)}


def taking(model: EquityForCompute, found: Mapping[str, Sourcing]) -> dict[str, NDArray[Any]]:
    """The game of taking today's stakes, for lump sums by Nash-in-Nash bargaining."""
    table = {(0, 0): "no stakes", (1, 0): "Google only", (0, 1): "Amazon only", (1, 1): "today"}
    payoffs = model.stake_payoffs({cell: found[name] for cell, name in table.items()})
    takes_google = (payoffs[..., 0, 1, :] > payoffs[..., 0, 0, :]).all(axis=-1)
    takes_amazon = (payoffs[..., 1, :, 1] > payoffs[..., 1, :, 0]).all(axis=-1)
    gain = payoffs[..., :, 1, 1] - payoffs[..., :, 0, 0]
    return {
        "taking dominates, Google": np.asarray(takes_google),
        "taking dominates, Amazon": np.asarray(takes_amazon),
        "both stakes against none, Google": gain[..., 0],
        "both stakes against none, Amazon": gain[..., 1],
    }


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int, extra: float) -> Findings:
    """Effects with intervals, the forecast, drivers, and the calibrated centre over a range of stakes."""
    columns = {name: np.concatenate([part[name] for part in replicates]) for name in replicates[0]}
    certified = columns.pop("certified")
    kept = {name: values[certified] for name, values in columns.items()}
    low, high = facts_on_share()
    consistent = (kept["two-chip share"] >= low) & (kept["two-chip share"] <= high)
    effects = {effect: _effect(kept, effect) for effect in COMPARED}
    lost, left = (
        {title: _sure(kept[f"{what} a cheaper rival, {title}"]) for title in TITLES}
        for what in ("lost to", "kept beside")
    )
    per_dollar = {title: kept[f"GW lost per dollar, {title}"] for title in TITLES}
    held = {title: kept[f"GW held, {title}"] for title in TITLES}
    numbers = {
        "draws": int(certified.sum()),
        "share not certified": float(1 - certified.mean()),
        "extra stake": extra,
        "cost cut": CUT,
        "levels": {
            f"{name}: {key}": _spread(kept[f"{name}: {key}"])
            for name in ("no stakes", "today")
            for key in OUTCOMES
            if key != "pair's gain"
        },
        "effects": effects,
        "forecast": _forecast(kept, consistent, extra),
        "facts on TPU share": {"low": low, "high": high},
        "two-chip share": _spread(kept["two-chip share"]),
        "P(consistent with facts)": probability(consistent),
        "effect, consistent draws": _spread(kept["larger stake: share, Google"][consistent]),
        "P(Google refuses)": {
            name: probability(kept[f"{name}: Google refuses"])
            for name in ("no stakes", "Amazon only", "today", "Google more")
        },
        "lost to a cheaper rival": {title: _spread(values) for title, values in lost.items()},
        "kept beside a cheaper rival": {title: _spread(values) for title, values in left.items()},
        "GW lost per dollar, with the stakes over without": _spread(_relative(per_dollar)),
        "GW held, with the stakes over without": _spread(_relative(held)),
        "part of GW lost per dollar, with the stakes over without": _spread(_relative(per_dollar) / _relative(held)),
        "claims": {
            "4": claim(replicates, cemented(FIRMER), EquityForCompute(), scope=_certified, readings=True)
            | {"by bound": by_bound(replicates, cemented, FIRMNESS, EquityForCompute(), scope=_certified)},
            "12": claim(replicates, consolidated(MATERIAL), EquityForCompute(), scope=_certified, readings=True)
            | {"by bound": by_bound(replicates, consolidated, BOUNDS, EquityForCompute(), scope=_certified)},
        },
        "rise among equal labs": {str(n): 1e4 * float(EquityForCompute().google_stake) / n**2 for n in (2, 3, 4)},
        "concentration": {index: _spread(kept[f"today's stake: {index} of labs"]) for index in INDICES},
        "P(taking dominates)": {cloud: probability(kept[f"taking dominates, {cloud}"]) for cloud in CLOUDS[:2]},
        "both stakes against none": {
            cloud: _spread(kept[f"both stakes against none, {cloud}"]) for cloud in CLOUDS[:2]
        },
        "P(both stakes leave it worse off)": {
            cloud: probability(kept[f"both stakes against none, {cloud}"] < 0) for cloud in CLOUDS[:2]
        },
        "drivers": drivers(rng, extra, points=32 if draws > 256 else 4),
        "centre": centre(),
        "payoff": formula(),
    }
    table = {effect: _sure(kept[f"{effect}: share, Google"]) for effect in COMPARED}
    return Findings(numbers, {"effects on the TPU share": table})


TITLES = ("no stake", "larger stake")
"""Stakes of Google under which Amazon gets cheaper."""


UNITS = {"in GW": "fewer GW", "of what is held": "a smaller part of its GW"}
"""Readings of claim 4: how what is lost for each dollar of a rival's lower price is counted, and what is needed."""


def cemented(firmer: float) -> dict[str, Any]:
    """What claim 4 needs, by reading: a deeper relation, and one that loses less to a rival's lower price, by so much.

    The relation is deeper if the larger stake raises the share above that with the stake of today; what is lost with
    the larger stake is compared with what is lost if Google has none.

    With demand ``x = a - b w + e w_A`` the holder of a stake theta asks ``w - c = (1 - theta) x / b``, so that
    ``x = (a - b c + e w_A) / (2 - theta)``: level and slope rise together. In GW the loss per dollar therefore rises
    with the stake by construction, and as a part of what is held it hardly moves, its own lab aside. Points of the
    share would repeat the first need, for a stake raises the share at the start.
    """
    return {unit: lambda part, unit=unit: _cemented(firmer, part, unit) for unit in UNITS}


def _cemented(firmer: float, part: Columns, unit: str) -> dict[str, NDArray[Any]]:
    held = {title: part[f"GW held, {title}"] if unit == "of what is held" else 1.0 for title in TITLES}
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = {title: _sure(part[f"GW lost per dollar, {title}"] / held[title]) for title in TITLES}
    return {
        "the larger stake raises Google's share above today's": _sure(part["larger stake: share, Google"]) > 0,
        f"with it Google loses {UNITS[unit]}, by at least {100 * firmer:g}%, for each dollar by which Amazon's price "
        "falls than with none": lost["larger stake"] < (1 - firmer) * lost["no stake"],
    }


def _relative(lost: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """What is lost with the stakes over what is without, where something is."""
    return lost["larger stake"] / np.where(lost["no stake"] > 0, lost["no stake"], np.nan)


def consolidated(points: float) -> dict[str, Any]:
    """Readings of claim 12 that are about a stake in a rival: today's stake of Google raises an index by so much."""
    return {
        f"Google's stake by {name}": lambda part, index=index, name=name: {
            f"{name} of the labs rises by {points:g} points": part[f"today's stake: {index} of labs"] >= points
        }
        for index, name in INDICES.items()
    }


def _certified(part: Columns) -> NDArray[Any]:
    return np.asarray(part["certified"], bool)


def facts_on_share() -> tuple[float, float]:
    """Google's share of Google's and Amazon's GW for the lab: against all of Rainier, and against what runs of it."""
    tpu = at_least("F078b")
    return tpu / (tpu + fact("F107a")), tpu / (tpu + fact("F105b"))


def _sure(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values with zero for draws in which the lab buys nothing: no share, so no effect on one."""
    return np.nan_to_num(values, nan=0.0)


def _spread(values: NDArray[np.float64]) -> dict[str, float]:
    """Quantiles over the draws: uncertainty about the parameters, not sampling error."""
    return {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.nanquantile(values, QUANTILES), strict=True)}


def _effect(kept: Mapping[str, NDArray[Any]], effect: str) -> dict[str, Any]:
    values = {key: _sure(kept[f"{effect}: {key}"]) for key in OUTCOMES}
    return {
        "change": {key: _spread(each) for key, each in values.items()},
        "P(rises)": {key: probability(each > 0) for key, each in values.items()},
    }


def _forecast(kept: Mapping[str, NDArray[Any]], consistent: NDArray[np.bool_], extra: float) -> dict[str, Any]:
    """The forecast in a form that can be compared with what happens."""
    values = _sure(kept["larger stake: share, Google"])
    low, lower, median, upper, high = np.quantile(values, QUANTILES)
    return {
        "date": FORECAST_DATE,
        "quantity": "change of Google's share (TPU) of the lab's compute from a larger stake of Google",
        "condition": "a further silent stake of the size 'extra stake', Amazon's unchanged, capacity built to order",
        "extra stake": extra,
        "median": float(median),
        "50% interval": [float(lower), float(upper)],
        "90% interval": [float(low), float(high)],
        "median, draws consistent with facts": float(np.median(values[consistent])) if consistent.any() else None,
    }


def drivers(rng: np.random.Generator, extra: float, points: int) -> dict[str, Any]:
    """Sobol indices of the effect of a larger stake on the TPU share, and of the TPU share itself."""
    base = EquityForCompute()
    priors = base.priors()

    def outputs(u: NDArray[np.float64]) -> NDArray[np.float64]:
        model = base.replace(**priors.ppf(u))
        stakes = np.asarray(model.google_stake) + np.array([[0.0], [extra]])
        shares = _sure(model.with_stakes(stakes, model.amazon_stake).share[..., 0])
        return np.stack([shares[1] - shares[0], shares[0]])

    effect, level = sobol_indices(outputs, priors.names, points=points, rng=rng, replicates=4)
    return {"effect": effect, "TPU share": level}


def centre() -> dict[str, Any]:
    """Central values: outcomes over a range of Google's stake, and concentration of the two labs' compute."""
    model = EquityForCompute()
    stakes = np.linspace(0.0, 0.5, 11)
    found = model.with_stakes(stakes, model.amazon_stake)
    curve = {"stake": stakes} | levels(found)
    curve["pair's value"] = pair_value(found, 0, model.amazon_stake)
    return {
        "curve": {key: values.tolist() for key, values in curve.items()},
        "stakes": {"Google": model.google_stake, "Amazon": model.amazon_stake},
        "labs": {
            name: {
                index: float(value)
                for index, value in labs_concentration(model.with_stakes(stake, model.amazon_stake), stake).items()
            }
            for name, stake in (("none", 0.0), ("today", model.google_stake))
        },
    }


def formula() -> str:
    """Google's payoff in Typst mathematics, from the function that gives the numbers."""
    import sympy

    w, c, x, g, total, lab = sympy.symbols("w_G c_G x_G g X L", positive=True)
    worth, slope, rivalry, stake = sympy.symbols("mu B rho theta_G", positive=True)
    own = own_lab_profit(g, total, worth, slope, rivalry)
    return typst(holder_payoff(w, c, x, own, stake, lab))
