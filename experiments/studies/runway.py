"""Valuations and runway: feedback, ruin, and when the fear of falling behind is self-fulfilling (S10; claim 9).

Every draw is a game of plans of two labs (`models.runway`). Its pure equilibria say whether restraint can last, whether
both escalate, or whether both are equilibria, so that fear makes itself true. Claim 9 is judged on the jump of one
valuation that is known: the same draws and paths are solved at Anthropic's valuation of September 2025 and at that of
the talks. It counts as an escalation if the labs' spending in equilibrium rises by a tenth or more (`MATERIAL`), and as
one of the environment if the rival's does too. Where a game has several equilibria both extremes are reported.

Payoffs are means over paths. Every replicate has draws and paths of its own, so that the intervals hold the error of
both; the map of two equal labs, whose parameters are no draws, is made anew on the paths of each replicate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.claims import by_bound, claim, drawn
from experiments.registry import Columns, Findings, at_once, experiment, share
from models.multi_stage_race import staged_race
from models.prior import at_least, fact
from models.runway import LABS, PLANS, Runway
from theory import Estimate, Game, from_replicates, pure_nash, share_in_replicates
from theory.sensitivity import sobol_indices

Replicates = Sequence[Mapping[str, NDArray[Any]]]
Floats = NDArray[np.float64]

REPLICATES = 8
MATERIAL = 0.1
"""Rise of spending, as a share, above which it counts."""

BOUNDS = (0.01, 0.05, 0.1, 0.2)
"""Other shares that it might be."""

VALUATIONS = {"before": fact("F060a"), "talks": at_least("S03")}
"""Anthropic's valuation, US$ bn."""

ALL = "all"
"""The case in which the other lab's valuation rises by the same factor."""

KINDS = ("restraint", "either", "one escalates", "escalation", "mixed")
"""What the pure equilibria of a game say; see `kind_of`."""

PROFILES = {"both restrain": (0, 0), "OpenAI escalates": (2, 0), "Anthropic escalates": (0, 2), "both escalate": (2, 2)}
SHOCK = 0.01
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@experiment(
    "runway",
    question="Do valuations escalate spending, whom does the race ruin, and when is fear of falling behind true?",
    claims=(9,),
    replicates=REPLICATES,
    quick={"draws": 64, "paths": 64},
)
def study(*, draws: int = 512, paths: int = 512, rng: np.random.Generator) -> Columns:
    """One independent set of draws and paths, one row per draw."""
    base = Runway(paths=paths)
    model = base.replace(**base.priors().sample(share(draws, REPLICATES), rng=rng))
    seed = int(rng.integers(2**62))  # every case meets the same paths
    columns: dict[str, NDArray[Any]] = {}
    step = VALUATIONS["talks"] / VALUATIONS["before"]
    for case, (factor, value) in {
        **{name: (1.0, value) for name, value in VALUATIONS.items()},
        ALL: (step, VALUATIONS["talks"]),
    }.items():
        own = np.full(len(model.valuation), value)
        changed = model.replace(valuation=np.stack([factor * model.valuation[:, 0], own], -1))
        columns |= {
            f"{name}, {case}": v for name, v in solved(changed.induced_game(np.random.default_rng(seed))).items()
        }
    game = model.induced_game(np.random.default_rng(seed))
    columns |= solved(game)
    columns |= {f"attitude, {lab}": attitude(game, i) for i, lab in enumerate(LABS)}
    for name, (i, j) in PROFILES.items():
        for lab in LABS:
            columns[f"ruin, {lab}, {name}"] = game.outcomes[f"ruin, {lab}"][:, i, j]
        columns[f"spending, {name}"] = game.outcomes["spending"][:, i, j]
    return columns | multiplier(model, seed) | drawn(model)


def kind_of(game: Game) -> NDArray[np.str_]:
    """Kind of each game, by its pure equilibria, shape ``batch``.

    *restraint*: some equilibrium in which nobody ever escalates, and not both escalating; *escalation*: the reverse;
    *either*: both, so that expectations decide; *one escalates*: only the asymmetric; *mixed*: no pure equilibrium.
    """
    stable = pure_equilibria(game)
    calm, wild = stable[..., :2, :2].any(axis=(-1, -2)), stable[..., 2, 2]
    some = stable.any(axis=(-1, -2))
    return np.select([calm & wild, calm, wild, some], ["either", "restraint", "escalation", "one escalates"], "mixed")


def attitude(game: Game, lab: int) -> NDArray[np.str_]:
    """Why a lab escalates, by its best replies to a restrained and to an escalating rival, shape ``batch``.

    *greed*: against both; *fear*: only if the rival does; *caution*: only if the rival does not; *calm*: never.
    """
    own = np.moveaxis(game.payoff(lab), 1 + lab, 1)  # (draws, own plan, rival's plan)
    alone, both = (own[:, 2, j] > own[:, :2, j].max(axis=1) for j in (0, 2))
    return np.select([alone & both, both, alone], ["greed", "fear", "caution"], "calm")


def pure_equilibria(game: Game) -> NDArray[np.bool_]:
    """Which profiles are pure equilibria, shape ``(*batch, 3, 3)``."""
    solution = pure_nash(game)
    return np.asarray(np.where(solution.mask[..., None, None], solution.distributions, 0.0).max(axis=-3) > 0)


def solved(game: Game) -> dict[str, NDArray[Any]]:
    """Kind of the game, and spending and ruin in the equilibria with the most and with the least spending."""
    stable, total = pure_equilibria(game), game.outcomes["spending"]
    flat = (len(total), -1)
    columns: dict[str, NDArray[Any]] = {"kind": kind_of(game)}
    for word, pick in (("fearful", np.where(stable, total, -np.inf)), ("trusting", np.where(stable, -total, -np.inf))):
        at = pick.reshape(flat).argmax(axis=1)
        rows = np.arange(len(at))
        for name, values in game.outcomes.items():
            columns[f"{word} {name}"] = values.reshape(flat)[rows, at]
        for i, lab in enumerate(LABS):
            columns[f"{word} plan, {lab}"] = np.unravel_index(at, stable.shape[1:])[i]
    return columns


def multiplier(model: Runway, seed: int) -> dict[str, NDArray[Any]]:
    """Elasticity of spending to all valuations when both escalate, with the loop and with standing and size fixed."""
    cut = model.replace(decisiveness=1e-9, elasticity=0.0)  # spending buys neither standing nor size
    spent = {}
    for name, each in (("loop", model), ("cut", cut)):
        for word, factor in (("base", 1.0), ("more", 1 + SHOCK)):
            richer = each.replace(valuation=each.valuation * factor)
            course = richer.course(("escalate", "escalate"), richer.shocks_drawn(np.random.default_rng(seed)))
            spent[name, word] = course.spending.sum(axis=-1)
    gain = {name: spent[name, "more"] - spent[name, "base"] for name in ("loop", "cut")}
    value = SHOCK * model.valuation.sum(axis=-1)
    return {
        "elasticity": gain["loop"] / spent["loop", "base"] / SHOCK,
        "spending per dollar": gain["loop"] / value,
        "spending per dollar, cut": gain["cut"] / value,
    }


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int, paths: int) -> Findings:
    """Ruin, kinds of game, the jump of a valuation, feedback; who escalates; maps for equal labs; drivers."""
    mapped, driven = rng.spawn(2)
    calls = {
        "map": partial(equal_labs, max(16, paths // 4), mapped),
        "drivers": partial(drivers, driven, points=max(4, draws // 8), paths=paths),
    }
    parts, made = at_once(replicates, dict, calls)
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    plans = [rows[f"fearful plan, {lab}"] for lab in LABS]
    one = rows["kind"] == "one escalates"
    race = staged_race(steps=2)
    numbers = {
        "draws": len(rows["kind"]),
        "paths": paths,
        "years": Runway().years,
        "material": MATERIAL,
        "valuations": VALUATIONS,
        "ruin": {name: {lab: _mean(replicates, f"ruin, {lab}, {name}") for lab in LABS} for name in PROFILES},
        "spending": {name: _spread(rows[f"spending, {name}"]) for name in PROFILES},
        "ruin in equilibrium": {
            word: {lab: _mean(replicates, f"{word} ruin, {lab}") for lab in LABS} for word in ("fearful", "trusting")
        },
        "kinds": {kind: share_in_replicates([part["kind"] == kind for part in replicates]) for kind in KINDS},
        "attitudes": {
            lab: {
                name: share_in_replicates([part[f"attitude, {lab}"] == name for part in replicates])
                for name in ("greed", "fear", "caution", "calm")
            }
            for lab in LABS
        },
        "P(laggard escalates | one does)": float((plans[1][one] == PLANS.index("escalate")).mean())
        if one.any()
        else None,
        "staged race": {"leader": float(race.state(1, 2)[1]), "follower": float(race.state(2, 1)[1])},
        "jump": {word: _jump(replicates, rows, word, "talks") for word in ("fearful", "trusting")},
        "jump of all": {word: _jump(replicates, rows, word, ALL) for word in ("fearful", "trusting")},
        "claims": {
            "9": claim(replicates, environment(MATERIAL), Runway(), readings=True)
            | {"by bound": by_bound(replicates, environment, BOUNDS, Runway())},
        },
        "kind changes": share_in_replicates([part["kind, before"] != part["kind, talks"] for part in replicates]),
        "elasticity": _spread(rows["elasticity"]),
        "spending per dollar": _spread(rows["spending per dollar"]),
        "loop": _spread(rows["spending per dollar"] / rows["spending per dollar, cut"]),
        "map": made["map"],
        "drivers": made["drivers"],
    }
    return Findings(numbers)


def rises(part: Columns, name: str, material: float) -> NDArray[Any]:
    """In which draws spending rises by so much when the one valuation jumps that is known to."""
    return np.asarray(part[f"fearful {name}, talks"] / part[f"fearful {name}, before"] - 1 >= material)


def environment(material: float) -> dict[str, Any]:
    """Readings of claim 9, of what the investment environment is, if a rise counts from a share on."""
    by = "a tenth" if material == MATERIAL else f"{material:g}"
    return {
        "the two labs together": lambda part: {f"their spending rises by {by}": rises(part, "spending", material)},
        "each of them": lambda part: {
            f"the spending of {lab} rises by {by}": rises(part, f"spending, {lab}", material) for lab in LABS
        },
    }


def _jump(replicates: Replicates, rows: Mapping[str, NDArray[Any]], word: str, to: str) -> dict[str, Any]:
    """What the jump of Anthropic's valuation, or of both, does to spending in equilibrium."""

    def change(part: Mapping[str, NDArray[Any]], name: str) -> Floats:
        return np.asarray(part[f"{word} {name}, {to}"] / part[f"{word} {name}, before"] - 1)

    rival, own = (f"spending, {lab}" for lab in LABS)
    return {
        "total": _spread(change(rows, "spending")),
        "mean": from_replicates([float(change(part, "spending").mean()) for part in replicates]),
        "P(total rises)": _above(replicates, lambda part: change(part, "spending")),
        "P(rival rises)": _above(replicates, lambda part: change(part, rival)),
        "rival": _spread(change(rows, rival)),
        "own": _spread(change(rows, own)),
        "ruin": {
            case: {lab: _mean(replicates, f"{word} ruin, {lab}, {case}") for lab in LABS} for case in ("before", to)
        },
    }


def _above(replicates: Replicates, of: Any) -> Estimate:
    return share_in_replicates([of(part) >= MATERIAL for part in replicates])


def _mean(replicates: Replicates, name: str) -> Estimate:
    """Mean over draws and paths; cut at zero, because the means are probabilities."""
    estimate = from_replicates([float(part[name].mean()) for part in replicates])
    return Estimate(estimate.value, max(estimate.low, 0.0), min(estimate.high, 1.0))


def _spread(values: Any) -> dict[str, float]:
    """Quantiles over the draws: uncertainty about the parameters, not sampling error."""
    return {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)}


def equal_labs(paths: int, rng: np.random.Generator) -> dict[str, Any]:
    """Kind of game between two equal labs, by equity sold and intensity, for twice the horizon.

    The kinds are those of the payoffs over the paths of all replicates; the shares of the map are per replicate.
    """
    centre = Runway(paths=paths)
    sold, intensity = np.linspace(0.01, 0.2, 11), np.linspace(1.1, 3.2, 15)
    grid = np.stack(np.meshgrid(sold, intensity, indexing="ij"), axis=-1).reshape(-1, 2)
    twins = {
        name: np.full((len(grid), 2), np.mean(getattr(centre, name)))
        for name in ("valuation", "revenue", "compute", "cash")
    }
    near = centre.replace(sold=grid[:, 0], intensity=grid[:, 1], **twins)
    far = near.replace(years=2 * centre.years)
    payoffs = {
        word: np.stack([payoff_of_twins(model, each) for each in rng.spawn(REPLICATES)])
        for word, model in (("near", near), ("far", far))
    }
    return {
        "years": far.years,
        "sold": sold.tolist(),
        "intensity": intensity.tolist(),
        "kinds": kind_of(twin_game(payoffs["far"].mean(axis=0))).reshape(len(sold), len(intensity)).tolist(),
        "share either": {
            word: share_in_replicates([kind_of(twin_game(each)) == "either" for each in parts])
            for word, parts in payoffs.items()
        },
        "centre": {"sold": centre.sold, "intensity": centre.intensity},
    }


def payoff_of_twins(model: Runway, rng: np.random.Generator) -> Floats:
    """Payoff of either of two equal labs, ``(draws, own plan, rival's plan)``: the mean of both labs' on the paths."""
    payoffs = model.induced_game(rng).payoffs
    return np.asarray((payoffs[:, 0] + np.swapaxes(payoffs[:, 1], -1, -2)) / 2)


def twin_game(own: Floats) -> Game:
    """Symmetric games from the payoffs of one of two equal labs."""
    return Game(np.stack([own, np.swapaxes(own, -1, -2)], axis=1), batch_ndim=1)


def drivers(rng: np.random.Generator, points: int, paths: int) -> dict[str, Any]:
    """Sobol indices of the probability that at least one lab's money runs out when both escalate."""
    base = Runway(paths=max(16, paths // 4))
    priors = base.priors()

    def outputs(u: Floats) -> Floats:
        model = base.replace(**priors.ppf(u))
        ruin = model.course(("escalate", "escalate"), model.shocks_drawn(np.random.default_rng(1))).ruin
        return np.asarray(ruin.sum(axis=-1)[None])

    (indices,) = sobol_indices(outputs, priors.names, points=2 ** int(np.log2(points)), rng=rng)
    return dict(indices)
