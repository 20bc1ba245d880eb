"""How much restraint can labs sustain when rivals' compute is seen with noise and late, and what is verification worth?

Two labs of `models.lab_dilemma` choose GW year after year (S13). The public signal is the total build, seen with a
proportional error and answered after a delay. Restraint is the best that trigger strategies sustain: which common
build, which threshold, which length of the race that follows an alarm (`theory.noisy_restraint`); beside it stands the
bound on every strongly symmetric equilibrium. The map is drawn at the calibrated centre; the draws give its spread.

Two errors are taken from the calibration: that of published spending (the range of guidance for the year), and that
of GW inferred from it, by what a GW costs and which part of the spending is AI.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.registry import Columns, Findings, experiment, share
from models.lab_dilemma import LabDilemma
from models.prior import Prior, fact
from theory import from_replicates, probability
from theory.noisy_restraint import SymmetricStage, best_trigger, restraint_bound, symmetric_stage

Floats = NDArray[np.float64]
Replicates = Sequence[Mapping[str, NDArray[Any]]]

REPLICATES = 8
LABS = 2
NOISE = (0.01, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
"""Errors at which the draws are solved: standard deviation of the logarithm of the total."""

MAP_NOISE = np.geomspace(0.01, 1.0, 25)
MAP_DISCOUNT = np.linspace(0.5, 0.99, 50)
DELAYS = (0.25, 0.5, 1.0, 2.0, 3.0)
"""Years from a build to the answer to it."""

LENGTHS = (3, 5, 10)
FINES = (0.05, 0.1, 0.2)
"""Expected fine on GW above what was agreed, and tax on every GW, as shares of the cost of a GW."""

GUIDANCE = ("F020", "F021")
NEAR = np.array([-0.6, -0.2, -0.05, -0.01, 0.01, 0.03, 0.06, 0.1])
FAR = np.linspace(0, 1, 17)[1:]
"""Deviations that are tried: logarithms of the build over the common one, then shares of the way to thrice the race."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def published_error() -> float:
    """Error of published spending: half the widest range of guidance, in logarithms."""
    return max(float(np.log(fact(f, "high") / fact(f, "low"))) / 2 for f in GUIDANCE)


def inferred_error() -> float:
    """Error of GW inferred from published spending: what is unknown of the AI share and of the cost of a GW."""
    u = (np.arange(4096) + 0.5) / 4096
    priors = [LabDilemma.parameters()[name].prior for name in ("ai_share", "capital_cost")]
    parts = [float(np.log(prior.ppf(u)).var()) for prior in priors if isinstance(prior, Prior)]
    return float(np.sqrt(sum(parts) + published_error() ** 2))


@experiment(
    "restraint_under_noise",
    question="How much restraint survives when rivals' compute is seen with noise and late, and what is verification "
    "worth?",
    claims=(1,),
    replicates=REPLICATES,
    quick={"draws": 64},
)
def study(*, draws: int = 256, rng: np.random.Generator) -> Columns:
    """One independent set of draws: the gain from restraint, and what is kept of it, one row each."""
    base = LabDilemma(n=LABS)
    model = base.replace(**base.priors().sample(share(draws, REPLICATES), rng=rng))
    race = Race(model)
    year = np.exp(-np.asarray(model.discount_rate))[:, None]
    columns: dict[str, NDArray[Any]] = {
        "certified": race.certified,
        "joint build": race.joint,
        "race build": race.nash,
        "gain": LABS * race.gain,
    }
    stage = race.stage()
    for noise in NOISE:
        found = best_trigger(stage, noise, year)
        columns[f"kept, {noise:g}"] = race.kept(found.value)[:, 0]
        columns[f"overspend, {noise:g}"] = race.overspend(found.action, found.lasting)[:, 0]
    late = best_trigger(stage, inferred_error(), np.exp(-np.multiply.outer(np.asarray(model.discount_rate), DELAYS)))
    for delay, kept in zip(DELAYS, race.kept(late.value).T, strict=True):
        columns[f"kept, delay {delay:g}"] = kept
    return columns


class Race:
    """The race of a model: its equilibrium, its joint optimum and its stage game on a grid.

    Attributes
    ----------
    least
        Last year's build, GW per lab: nobody builds less.
    nash, joint
        GW per lab in the symmetric equilibrium, and the common build that pays best, shape ``batch``.
    gain
        What the second pays a lab above the first, US$ bn.
    certified
        Whether the equilibrium is certified and more is built in it than at the joint optimum.
    """

    def __init__(self, model: LabDilemma, tax: float = 0.0) -> None:
        self.model = model
        self.cost = np.asarray(model.cost_per_gw())
        self.tax = tax * self.cost
        high = np.broadcast_to(np.asarray(model.action_bounds()[1], float)[..., 0], model.batch_shape)
        self.harshest = high
        low = np.broadcast_to(np.asarray(model.restrained(), float), model.batch_shape)
        self.least = low
        self.nash = self._equilibrium(low, high)
        levels = low[..., None] + np.linspace(0, 1, 401) * (self.nash - low)[..., None]
        common = self.payoff(levels[..., None, :], levels[..., None, :])[..., 0, :]
        self.joint = np.take_along_axis(levels, common.argmax(axis=-1)[..., None], axis=-1)[..., 0]
        self.gain = common.max(axis=-1) - common[..., -1]
        replies = np.geomspace(low, high, 401, axis=-1)
        best = self.payoff(replies[..., None, :], self.nash[..., None, None]).max(axis=(-1, -2))
        self.certified = (best <= common[..., -1] + 1e-6 * self.gain) & (self.gain > 0)

    def _equilibrium(self, low: Floats, high: Floats) -> Floats:
        """Common build at which nobody gains by a small step, by halving in logarithms; certified by its caller."""
        for _ in range(60):
            middle = np.sqrt(low * high)
            own = middle[..., None, None] * np.array([1 - 1e-5, 1 + 1e-5])
            values = self.payoff(own, middle[..., None, None])[..., 0, :]
            rising = values[..., 1] > values[..., 0]
            low, high = np.where(rising, middle, low), np.where(rising, high, middle)
        return np.asarray(np.sqrt(low * high))

    def payoff(self, own: Floats, others: Floats) -> Floats:
        """Payoff of a lab; a tax is refunded to all alike, so that it moves choices and no money."""
        model = self.model.replace(
            **{name: np.asarray(getattr(self.model, name))[..., None, None] for name in self.model.priors().fields}
        )
        return np.asarray(model.payoff(0, [own, *[others] * (LABS - 1)]) - self.tax[..., None, None] * (own - others))

    def stage(self, fine: float = 0.0) -> SymmetricStage:
        """The stage game between the joint optimum and the race, with an expected fine on what is built beyond."""
        actions = self.joint[..., None] + np.linspace(0, 1, 31) * (self.nash - self.joint)[..., None]
        farthest = np.log(3 * self.nash[..., None] / actions)[..., None]
        steps = np.concatenate(
            [np.broadcast_to(NEAR, (*actions.shape, len(NEAR))), NEAR[-1] + FAR * (farthest - NEAR[-1])], axis=-1
        )
        deviations = np.maximum(actions[..., None] * np.exp(steps), self.least[..., None, None])
        table = symmetric_stage(
            self.payoff, actions, deviations, nash=self.nash, harshest=self.harshest, n_players=LABS
        )
        return table.with_penalty(fine * self.cost) if fine else table

    def kept(self, value: Floats) -> Floats:
        """Share of the gain from joint restraint that a value per round keeps, shape ``(*batch, B)``."""
        race = self.payoff(self.nash[..., None, None], self.nash[..., None, None])[..., 0]
        gain = np.where(self.certified, self.gain, 1.0)[..., None]
        return np.asarray(np.where(self.certified[..., None], (value - race) / gain, 0.0))

    def overspend(self, action: Floats, lasting: Floats) -> Floats:
        """Expected spending beyond the joint optimum, all labs, US$ bn a year."""
        build = lasting * action + (1 - lasting) * self.nash[..., None]
        return np.asarray(LABS * self.cost[..., None] * (build - self.joint[..., None]))


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
    """The map at the centre, the spread over the draws, and what policies are worth."""
    parts = [{name: v[part["certified"]] for name, v in part.items()} for part in replicates]
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Findings(
        {
            "draws": int(sum(len(part["certified"]) for part in replicates)),
            "P(race above joint optimum)": probability(np.concatenate([part["certified"] for part in replicates])),
            "published error": published_error(),
            "inferred error": inferred_error(),
            "gain": _spread(rows["gain"]),
            "noise": {f"{noise:g}": _level(parts, rows, f"{noise:g}") for noise in NOISE},
            "delay": {f"{delay:g}": _spread(rows[f"kept, delay {delay:g}"]) for delay in DELAYS},
            "centre": centre(),
        }
    )


def _level(parts: Replicates, rows: Mapping[str, NDArray[Any]], noise: str) -> dict[str, Any]:
    kept = rows[f"kept, {noise}"]
    return {
        "kept": _spread(kept),
        "mean kept": from_replicates([float(part[f"kept, {noise}"].mean()) for part in parts]),
        "overspend": _spread(rows[f"overspend, {noise}"]),
        "P(none)": probability(kept <= 1e-9),
        "P(most kept)": probability(kept > 0.5),
    }


def centre() -> dict[str, Any]:
    """Everything at the calibrated centre."""
    race = Race(LabDilemma(n=LABS))
    stage = race.stage()
    found = [best_trigger(stage, noise, MAP_DISCOUNT) for noise in MAP_NOISE]
    kept = np.array([race.kept(f.value) for f in found])
    year = float(np.exp(-race.model.discount_rate))
    column = np.array([race.kept(best_trigger(stage, noise, [year]).value)[0] for noise in MAP_NOISE])
    return {
        "joint build": float(race.joint),
        "race build": float(race.nash),
        "gain": float(LABS * race.gain),
        "race overspend": float(race.overspend(np.array([race.nash]), np.array([0.0]))[0]),
        "discount factor of a year": year,
        "map": {
            "noise": MAP_NOISE,
            "discount factor": MAP_DISCOUNT,
            "kept": kept,
            "bound": np.array([race.kept(restraint_bound(stage, noise, MAP_DISCOUNT)) for noise in MAP_NOISE]),
            "overspend": np.array([race.overspend(f.action, f.lasting) for f in found]),
        },
        "half lost at": _crossing(MAP_NOISE, column, 0.5),
        "all lost at": _crossing(MAP_NOISE, column, 1e-9),
        "policies": policies(race),
    }


def policies(race: Race) -> dict[str, dict[str, Any]]:
    """Restraint at the inferred error and a year's delay, and what changes with better rules."""
    inferred, published, year = inferred_error(), published_error(), float(np.exp(-race.model.discount_rate))
    stage = race.stage()
    cases: dict[str, tuple[Race, Any]] = {
        "none": (race, best_trigger(stage, inferred, [year])),
        "error halved": (race, best_trigger(stage, inferred / 2, [year])),
        "full verification": (race, best_trigger(stage, published, [year])),
        "seen after a quarter": (race, best_trigger(stage, inferred, [year**0.25])),
    }
    for length in LENGTHS:
        cases[f"punishment of {length}"] = (race, best_trigger(stage, inferred, [year], longest=length))
    for rate in FINES:
        taxed = Race(race.model, tax=rate)
        cases[f"fine {rate:g}"] = (race, best_trigger(race.stage(fine=rate), inferred, [year]))
        cases[f"tax {rate:g}"] = (taxed, best_trigger(taxed.stage(), inferred, [year]))
    level = float(race.payoff(race.nash[None, None], race.nash[None, None])[0, 0])
    none = float(cases["none"][1].value[0])
    return {
        name: {
            "kept": float((f.value[0] - level) / race.gain),
            "worth": float(LABS * (f.value[0] - none)),
            "overspend": float((r.overspend(f.action, f.lasting) + LABS * r.cost * (r.joint - race.joint))[0]),
            "build": float(f.action[0]),
            "lasting": float(f.lasting[0]),
            "alarm": float(f.alarm[0]),
            "threshold": float(f.threshold[0]),
            "length": float(f.length[0]),
        }
        for name, (r, f) in cases.items()
    }


def _crossing(noise: Floats, kept: Floats, level: float) -> float:
    """Noise at which the share kept falls to ``level``; NaN if it does not."""
    below = np.flatnonzero(kept <= level)
    if not below.size or below[0] == 0:
        return float("nan")
    j = int(below[0])
    step = (kept[j - 1] - level) / (kept[j - 1] - kept[j])
    return float(np.exp(np.log(noise[j - 1]) + step * np.log(noise[j] / noise[j - 1])))


def _spread(values: Any) -> dict[str, float]:
    """Quantiles over the draws: uncertainty about the parameters, not sampling error."""
    return {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)}
