"""How fast does noise destroy restraint? S13: the race of S1 in amounts, with a noisy public total.

Labs hold back as long as the total that they see, with a relative error, stays below a threshold; above it they race
for some years (Green and Porter 1984); amount, threshold and length are optimal. Beside it stands the highest payoff of
strongly symmetric equilibria with whatever punishment. At the calibrated centre: over discount factor and noise. Over
the priors: what is kept and what is overspent. A year's vintage is a round, each raced for a prize of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from experiments.registry import Columns, Findings, at_once, experiment, share
from models.lab_dilemma import LabDilemma
from theory import continuous_nash, from_replicates, probability
from theory.noisy_restraint import SymmetricRace, best_trigger, symmetric_bounds

Replicates = Sequence[Mapping[str, NDArray[Any]]]
Floats = NDArray[np.float64]

REPLICATES = 8
LABS = (2, 3, 5)
FACTORS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98)
NOISE = tuple(round(0.02 * i, 2) for i in range(21))
"""Standard deviations of the relative error with which a year's total is seen; no fact, so swept."""

DRAWN_NOISE = (0.0, 0.05, 0.1, 0.2)
LATE = {"one year": 1, "three years": 3}
"""Years until a total is seen and answered."""

SHOWN_NOISE = (0.0, 0.02, 0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2, 0.225, 0.25, 0.3)
"""Noise at which races with more labs are shown."""

REFERENCE = 0.1
"""Noise at which policies are compared."""

TAX, FINE = 0.1, 0.1
"""Tax on every GW, given back in equal parts, and expected fine on a GW above the cap, as shares of a GW's cost."""

MARGIN = 1.02
"""A draw is a race that overbuilds if the equilibrium exceeds the joint optimum by this factor."""


@experiment(
    "restraint_under_noise",
    question="How much restraint can last when rivals' spending is seen late and with noise?",
    claims=(1,),
    replicates=REPLICATES,
    quick={"draws": 32},
)
def study(*, draws: int = 256, rng: np.random.Generator) -> Columns:
    """One independent set of draws of two labs: restraint kept and overspending by noise and lag."""
    base = LabDilemma()
    model = base.replace(**base.priors().sample(share(draws, REPLICATES), rng=rng))
    nash, certified = equilibrium(model)
    joint = joint_amount(model)
    overbuilds = certified & (nash > MARGIN * joint)
    columns: dict[str, NDArray[Any]] = {"certified": certified, "overbuilds": overbuilds}
    columns["excess"] = model.n * np.asarray(model.cost_per_gw()) * (nash - joint)
    cells = [(noise, late) for noise in DRAWN_NOISE for late in LATE]
    for noise, late in cells:
        columns[f"kept, {noise:g}, {late}"] = np.full(len(nash), np.nan)
        columns[f"overspent, {noise:g}, {late}"] = np.full(len(nash), np.nan)
    for b in np.flatnonzero(overbuilds):
        race = drawn(model, int(b), nash[b], joint[b])
        factors = [float(np.exp(-np.asarray(model.discount_rate)[b] * years)) for years in LATE.values()]
        for noise in DRAWN_NOISE:
            found = best_trigger(race, noise, factors)
            kept, over = kept_and_overspent(race, found, float(np.asarray(model.cost_per_gw())[b]))
            for place, late in enumerate(LATE):
                columns[f"kept, {noise:g}, {late}"][b] = kept[place]
                columns[f"overspent, {noise:g}, {late}"][b] = over[place]
    return columns


def equilibrium(model: LabDilemma) -> tuple[Floats, NDArray[np.bool_]]:
    """Equilibrium amount of every draw, GW per lab, and whether it is certified and symmetric."""
    solution = continuous_nash(model.continuous_game())
    amounts = np.atleast_2d(solution.select())
    alike = np.ptp(amounts, axis=-1) <= 1e-6 * amounts.max(axis=-1)
    return amounts[:, 0], np.atleast_1d(solution.certified.any(axis=-1)) & alike


def joint_amount(model: LabDilemma) -> Floats:
    """Amount per lab that is best for all, GW: the payoff of like labs is a parabola in it (or a line)."""
    low, high = (np.atleast_2d(bound)[:, 0] for bound in model.action_bounds())
    n, middle = model.n, (low + high) / 2
    at = [np.atleast_1d(model.payoff(0, [k] * n)) for k in (low, middle, high)]
    half = (high - low) / 2
    slope, bend = (at[2] - at[0]) / (2 * half), (at[2] - 2 * at[1] + at[0]) / half**2
    with np.errstate(divide="ignore", invalid="ignore"):
        top = np.clip(middle - slope / bend, low, high)
    return np.asarray(np.where(bend < -1e-12 * np.abs(slope) / half, top, np.where(slope > 0, high, low)), float)


def drawn(model: LabDilemma, b: int, nash: float, joint: float) -> SymmetricRace:
    """The race of one draw."""
    fields = {name: np.asarray(getattr(model, name)) for name in type(model).parameters() if name != "n"}
    single = model.replace(**{name: float(value[b]) if value.ndim else float(value) for name, value in fields.items()})
    return stage(single, nash, joint, levels=24)


def stage(
    model: LabDilemma, nash: float, joint: float, *, levels: int = 40, tax: float = 0.0, fine: float = 0.0
) -> SymmetricRace:
    """The race in amounts; ``tax`` per GW is given back in equal parts, ``fine`` per GW above the optimum is lost."""
    low, high = (float(np.ravel(bound)[0]) for bound in model.action_bounds())

    def payoff(own: Floats, rival: Floats) -> Floats:
        plain = np.asarray(model.payoff(0, [own, *[rival] * (model.n - 1)]), float)
        paid = tax * (own - rival) * (model.n - 1) / model.n + fine * np.maximum(own - joint, 0)
        return np.asarray(plain - paid, float)

    return SymmetricRace(payoff, model.n, nash, joint, low, high, levels)


def kept_and_overspent(race: SymmetricRace, found: Any, cost: float) -> tuple[Floats, Floats]:
    """Share of the gain of the joint optimum that lasts, and spending above it, US$ bn a year, all labs."""
    base, best = race.symmetric(np.array([race.nash, race.joint]))
    return (found.value - base) / (best - base), race.n * cost * (found.average_action - race.joint)


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
    """Maps at the centre, critical noise, policies; shares over the priors."""
    centres = {str(n): partial(centre, n) for n in LABS}
    parts, made = at_once(replicates, dict, {"map": over_patience_and_noise, "policies": policies, **centres})
    pooled = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    over = pooled["overbuilds"]
    cells: dict[str, Any] = {}
    for late in LATE:
        for noise in DRAWN_NOISE:
            names = {key: f"{key}, {noise:g}, {late}" for key in ("kept", "overspent")}
            cells.setdefault(late, {})[f"{noise:g}"] = {
                "kept": _mean(replicates, names["kept"]),
                "overspent": _mean(replicates, names["overspent"]),
                "P(some)": probability(pooled[names["kept"]][over] > 0) if over.any() else None,
            }
    numbers = {
        "draws": len(over),
        "P(certified)": probability(pooled["certified"]),
        "P(overbuilds)": probability(over),
        "excess": _mean(replicates, "excess"),
        "drawn": cells,
        "map": made["map"],
        "centre": {n: made[n] for n in centres},
        "policies": made["policies"],
        "reference noise": REFERENCE,
    }
    return Findings(numbers)


def _mean(replicates: Replicates, name: str) -> Any:
    """Mean over the draws that overbuild, with its interval over replicates."""
    means = [float(part[name][part["overbuilds"]].mean()) for part in replicates if part["overbuilds"].any()]
    return from_replicates(means) if len(means) > 1 else None


def over_patience_and_noise() -> dict[str, Any]:
    """Two labs at the calibrated centre: restraint by noise (rows) and discount factor (columns)."""
    model, race = _centre(2)
    base, best = race.symmetric(np.array([race.nash, race.joint]))
    rows: dict[str, list[Any]] = {"kept": [], "overspent": [], "bound": []}
    for noise in NOISE:
        found = best_trigger(race, noise, FACTORS)
        kept, over = kept_and_overspent(race, found, float(model.cost_per_gw()))
        rows["kept"].append(kept.tolist())
        rows["overspent"].append(over.tolist())
        rows["bound"].append(((symmetric_bounds(race, noise, FACTORS)[1] - base) / (best - base)).tolist())
    return {"factors": list(FACTORS), "noise": list(NOISE)} | rows


def centre(n: int) -> dict[str, Any]:
    """Restraint by noise at the centre's own discount rate, a year and three years late, and where it ends."""
    model, race = _centre(n)
    base, best = race.symmetric(np.array([race.nash, race.joint]))
    factors = {late: float(np.exp(-model.discount_rate * years)) for late, years in LATE.items()}
    found = [best_trigger(race, noise, list(factors.values())) for noise in SHOWN_NOISE]
    kept, over = zip(*(kept_and_overspent(race, f, float(model.cost_per_gw())) for f in found), strict=True)
    columns = {
        "kept": kept,
        "overspent": over,
        "length": [f.length for f in found],
        "alarm": [f.false_alarm for f in found],
    }
    return {
        "noise": list(SHOWN_NOISE),
        "factor": factors,
        "equilibrium": race.nash,
        "joint optimum": race.joint,
        "gain": float(best - base),
        "excess": float(n * model.cost_per_gw() * (race.nash - race.joint)),
        "late": {
            late: {name: [float(row[i]) for row in table] for name, table in columns.items()}
            | {"critical noise": critical_noise(race, factors[late])}
            for i, late in enumerate(LATE)
        },
    }


def _centre(n: int) -> tuple[LabDilemma, SymmetricRace]:
    model = LabDilemma(n=n)
    nash, _ = equilibrium(model)
    return model, stage(model, float(nash[0]), float(joint_amount(model)[0]))


def critical_noise(race: SymmetricRace, discount_factor: float, *, most: float = 1.0) -> float:
    """Noise above which no trigger strategy sustains anything, to 0.001; 0 if none does even without noise."""
    low, high = 0.0, most
    if not best_trigger(race, low, discount_factor).length:
        return 0.0
    while high - low > 1e-3:
        middle = (low + high) / 2
        low, high = (middle, high) if best_trigger(race, middle, discount_factor).length else (low, middle)
    return low


def policies() -> dict[str, Any]:
    """What halved noise, faster reports, a tax and a fine do to two labs at the reference noise, three years late."""
    model, race = _centre(2)
    cost, rate = float(model.cost_per_gw()), float(model.discount_rate)
    slow, fast = (float(np.exp(-rate * LATE[late])) for late in ("three years", "one year"))
    base, best = race.symmetric(np.array([race.nash, race.joint]))
    return {
        name: _outcome(changed, noise, factor, cost, float(base), float(best), race.joint)
        for name, changed, noise, factor in (
            ("as it is", race, REFERENCE, slow),
            ("half the noise", race, REFERENCE / 2, slow),
            ("no noise", race, 0.0, slow),
            ("seen after one year", race, REFERENCE, fast),
            ("both", race, REFERENCE / 2, fast),
            ("tax", _transformed(model, race, tax=TAX * cost), REFERENCE, slow),
            ("fine above the cap", _transformed(model, race, fine=FINE * cost), REFERENCE, slow),
        )
    }


def _transformed(model: LabDilemma, race: SymmetricRace, *, tax: float = 0.0, fine: float = 0.0) -> SymmetricRace:
    """The race under a tax or a fine, with its own equilibrium of one round."""
    changed = stage(model, race.nash, race.joint, tax=tax, fine=fine).payoff
    nash = symmetric_equilibrium(changed, race.lowest, race.highest)
    return stage(model, max(nash, race.joint * 1.0001), race.joint, tax=tax, fine=fine)


def symmetric_equilibrium(payoff: Callable[[Floats, Floats], Floats], low: float, high: float) -> float:
    """Amount at which the marginal payoff of a player among like ones changes sign."""

    def marginal(k: float) -> float:
        step = 1e-5 * k
        up, down, rival = np.array(k + step), np.array(k - step), np.array(k)
        return float((payoff(up, rival) - payoff(down, rival)) / (2 * step))

    return float(brentq(marginal, low, high, xtol=1e-9))


def _outcome(
    race: SymmetricRace, noise: float, factor: float, cost: float, base: float, best: float, joint: float
) -> dict[str, float]:
    """Payoff, share of the gain and overspending, all against the race without policy."""
    found = best_trigger(race, noise, factor)
    return {
        "noise": noise,
        "discount factor": factor,
        "equilibrium": race.nash,
        "worth": float(found.value - base),
        "worth without restraint": float(race.symmetric(np.array([race.nash]))[0] - base),
        "kept": float((found.value - base) / (best - base)),
        "overspent": float(race.n * cost * (found.average_action - joint)),
        "length": float(found.length),
    }
