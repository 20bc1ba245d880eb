"""Which game is it? Restrain or race, over calibrated draws (S1; claims 1 and 2).

Every draw is one calibrated two-lab race. Its class follows from the payoffs that the contest gives; the loss
from holding back and the loss from overspending are measured separately, while rivals race, over the states of
prize and demand; so are hindsight losses, the wedge to joint profit and the patience that restraint needs, at the
equilibrium. The same draws with the stakes switched off say which term carries the dilemma.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from experiments.claims import by_bound, claim, drawn
from experiments.dilemma_boundary import boundaries, boundary_plane, chief_pair
from experiments.dilemma_risk import LABS, gains_in_hindsight, reduce_risk, risk_in_equilibrium, risk_numbers
from experiments.registry import Columns, Findings, Part, at_once, experiment
from models.lab_dilemma import LabDilemma
from models.unit_economics import LOSS_ELASTICITY, rent_at_reported_margin, rent_in_backlog
from theory import (
    CLASSES,
    Estimate,
    Game,
    cvar,
    dilemma_class,
    from_replicates,
    loss_asymmetry,
    probability,
    ratio_of_means,
)
from theory.information import value_of_information
from theory.intervals import probability_of, share_in_replicates, share_of_counts
from theory.regional import regional_sensitivity
from theory.risk import cvar_of_replicate
from theory.selection import over_equilibria, select_equilibrium
from theory.sensitivity import sobol_indices
from theory.shapley import shapley_effects
from theory.taxonomy import symmetric_dilemma_class
from theory.two_by_two import two_by_two

Replicates = Sequence[Mapping[str, NDArray[Any]]]

REPLICATES = 16
"""Independent scrambled point sets."""

DILEMMA = CLASSES.index("prisoner's dilemma")

STATES = 64
"""States of prize and demand per draw."""

CHUNK = 32_768
"""Draws in memory at one time, times `STATES`: a tenth of a gigabyte."""

RACING = np.array([[0, 1], [1, 2]])
"""Number of racing labs at every profile."""

SELECTED = ("risk-dominant", "payoff-dominant", "worst")

TERMS: dict[str, dict[str, float]] = {
    "unit margins alone": {"decided": 0.0, "survival": 0.0},
    "with the prize": {"survival": 0.0},
    "with standing": {"decided": 0.0},
    "with both": {},
}
"""What is switched on: parameters that are set to zero."""

SCENARIOS: dict[str, dict[str, float]] = {
    "price per GW constant": {"price_decline": 0.0},
    "no glut": {"glut": 0.0},
    "price constant and no glut": {"price_decline": 0.0, "glut": 0.0},
    "nothing to lose but the prize": {"survival": 0.0},
    "a tenth of the prize settled": {"decided": 0.1},
    "all of the prize settled": {"decided": 1.0},
    "rents as in CoreWeave's backlog": {"revenue": rent_in_backlog()},
    "rents at the margin that Oracle reports": {"revenue": rent_at_reported_margin()},
    "standing follows loss": {"decisiveness": LOSS_ELASTICITY},
    "a lottery": {"decisiveness": 1.0},
}
"""Choices that no fact settles, taken at an extreme, and lower sources of rents, on the same draws."""

IN_STEP = {("revenue", "capital_cost"): 0.8}
"""Rank correlation of rents with costs, if dearer compute is also sold dearer; the priors are independent."""


@experiment(
    "dilemma_class",
    question="Which game do the labs play, how sure can we be, and what drives it?",
    claims=(1, 2),
    replicates=REPLICATES,
    quick={"draws": 16_384},
    chunk=CHUNK,
)
def study(
    *, draws: int = 131_072, design: Literal["sobol", "latin hypercube"] = "sobol", rng: np.random.Generator, part: Part
) -> Columns:
    """Some of one independent set of calibrated draws: class for several numbers of labs, equilibria, losses."""
    model = LabDilemma()
    calibrated = model.replace(**model.priors().sample_part(part, design=design, rng=rng))
    gains = gains_in_hindsight(calibrated, calibrated.states(STATES, rng))
    state = rng.integers(STATES, size=part.draws)
    columns = one_race(calibrated, gains[1], state) | equilibria(calibrated)
    columns |= risk_in_equilibrium(calibrated, two_labs(calibrated), gains, state, rng)
    for n in LABS:
        if n != 2:
            columns[f"class, {n} labs"] = _codes(calibrated.replace(n=n))
    for name, changes in (TERMS | SCENARIOS).items():
        if changes:
            columns[f"class, {name}"] = _codes(calibrated.replace(**changes))
    in_step = model.priors(IN_STEP).sample_part(part, design=design, rng=rng)
    return columns | {"class, rent in step with cost": _codes(model.replace(**in_step))}


def _codes(model: LabDilemma) -> NDArray[np.int8]:
    return symmetric_dilemma_class(model.payoffs_by_count()).codes.astype(np.int8)


def one_race(model: LabDilemma, gain: NDArray[np.float64], state: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Class, strengths, and losses while the rival races, of every draw of two labs, US$ bn; one state apart."""
    payoffs = model.payoffs_by_count()
    two = symmetric_dilemma_class(payoffs)
    return {
        "class": two.codes.astype(np.int8),
        "greed": two.greed,
        "fear": two.fear,
        "inaction": np.maximum(gain, 0).mean(axis=0),
        "overspending": np.maximum(-gain, 0).mean(axis=0),
        "gain in one state": gain[state, np.arange(len(state))],
        "P - S": payoffs[..., 1, 1] - payoffs[..., 0, 1],
    }


def two_labs(model: LabDilemma) -> Game:
    """The finite game of two labs, from payoffs by count."""
    own = model.payoffs_by_count()
    return Game(np.stack([own, own.swapaxes(-1, -2)], axis=-3), batch_ndim=own.ndim - 2)


def equilibria(model: LabDilemma) -> dict[str, NDArray[Any]]:
    """How many equilibria two labs have, and what each rule of selection, and all of them, say of two outcomes."""
    game = two_labs(model)
    found = two_by_two(game)
    payoffs = game.payoff(0) + game.payoff(1)
    outcomes = {"racing": RACING, "burnt": payoffs[..., :1, :1] - payoffs}
    columns: dict[str, NDArray[Any]] = {"equilibria": found.mask.sum(axis=-1).astype(np.int8)}
    for rule in SELECTED:
        played = select_equilibrium(game, rule, found)
        columns |= {f"{name}, {rule}": (played * value).sum(axis=(-2, -1)) for name, value in outcomes.items()}
    for name, value in outcomes.items():
        columns[f"{name}, least"], columns[f"{name}, most"] = over_equilibria(found, value)
    return columns


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int, design: str) -> Findings:
    """Probabilities of the classes, loss asymmetry against dilemma, equilibria, drivers, boundaries, the centre.

    Each replicate is read once and leaves counts, means and quantiles, whose spread over replicates gives intervals.
    """
    stream = iter(rng.spawn(6))
    sets = {
        f"judged {k}": partial(judged_draws, each, min(JUDGED, max(SETS, draws // 4)) // SETS)
        for k, each in enumerate(next(stream).spawn(SETS))
    }
    calls: dict[str, Callable[[], Any]] = {
        **sets,
        "boundaries": boundaries,
        "drivers": partial(drivers, next(stream)),
        "tornado": partial(tornado, next(stream)),
        "shares in step": partial(shares_in_step, next(stream), orders=min(256, max(4, draws // 512))),
        "information": partial(information, next(stream)),
        "separation": partial(separation, next(stream)),
    }
    found, made = at_once(replicates, _reduce, calls)
    pair = chief_pair(made["drivers"]["dilemma"])
    numbers = {
        "draws": sum(part["draws"] for part in found),
        "states per draw": STATES,
        "classes": _class_probabilities(found, "class"),
        "classes by labs": {
            str(n): _class_probabilities(found, "class" if n == 2 else f"class, {n} labs") for n in LABS
        },
        "classes by terms": {
            term: _class_probabilities(found, f"class, {term}" if zeros else "class") for term, zeros in TERMS.items()
        },
        "dilemma by scenario": {
            name: _class_probabilities(found, f"class, {name}")["prisoner's dilemma"] for name in SCENARIOS
        },
        "rent in step with cost": {
            "rank correlation": min(IN_STEP.values()),
            "dilemma": _class_probabilities(found, "class, rent in step with cost")["prisoner's dilemma"],
        },
        "asymmetry": _asymmetry(found),
        "losses while rivals race": {name: _estimate(found, name) for name in found[0]["losses"]},
        "lambda of mean losses": ratio_of_means(
            [part["losses"]["E[inaction]"] for part in found], [part["losses"]["E[overspending]"] for part in found]
        ),
        "equilibria": _selection(found),
        **risk_numbers([part["risk"] for part in found]),
        "greed in dilemmas": _quartiles(found, "greed"),
        "fear in dilemmas": _quartiles(found, "fear"),
        "medians": _medians(found),
        "drivers": made["drivers"],
        "tornado": made["tornado"],
        "Shapley effects, rent in step with cost": made["shares in step"],
        "what separates dilemmas": made["separation"],
        "value of information": made["information"],
        "boundaries": made["boundaries"],
        "centre": centre(rng),
        **judged([made[name] for name in sets]),
    }
    return Findings(numbers, {"map": shown_draws(rng), "boundary": boundary_plane(pair)})


def _reduce(part: Columns) -> dict[str, Any]:
    """What the summary needs of one replicate."""
    dilemma, fearful = part["class"] == DILEMMA, part["P - S"] > 0  # lambda > 1, without sampling error of the losses
    strong = np.nan_to_num(part["fear"], nan=-1.0) > 1
    gain = part["gain in one state"]
    several = part["equilibria"] > 1
    events = {
        "dilemma": dilemma,
        "lambda > 1": fearful,
        "dilemma and lambda > 1": dilemma & fearful,
        "fear > 1": strong,
        "dilemma and fear > 1": dilemma & strong,
        "several": several,
    }
    losses: dict[str, float] = {}
    for name, loss in (("inaction", np.maximum(gain, 0)), ("overspending", np.maximum(-gain, 0))):
        losses |= {f"P({name} > 0)": float((loss > 0).mean()), f"E[{name}]": float(part[name].mean())}
        losses[f"CVaR95[{name}]"] = float(cvar_of_replicate(loss))
    selection: dict[str, float] = {}
    where_several: dict[str, float | None] = {}
    for name in part:
        if name.startswith(("racing", "burnt")):
            values = part[name]
            selection[name] = float(values.mean())
            where_several[name] = float(values[several].mean()) if several.any() else None
    return {
        "draws": len(dilemma),
        "classes": {name: np.bincount(part[name], minlength=len(CLASSES)) for name in part if name.startswith("class")},
        "events": {name: int(event.sum()) for name, event in events.items()},
        "losses": losses,
        "median lambda": float(np.median(loss_asymmetry(part["inaction"], part["overspending"]))),
        "quartiles": {
            name: np.quantile(part[name][dilemma], (0.25, 0.5, 0.75)) if dilemma.any() else None
            for name in ("greed", "fear")
        },
        "selection": selection,
        "selection where several": where_several,
        "risk": reduce_risk(part, dilemma),
    }


Found = Sequence[Mapping[str, Any]]


def _class_probabilities(found: Found, column: str) -> dict[str, Any]:
    """Probability of each class; replicates are independent scrambled point sets, hence the t interval."""
    counts = np.stack([part["classes"][column] for part in found])
    return {name: share_of_counts(counts[:, code], counts.sum(axis=1)) for code, name in enumerate(CLASSES)}


def _asymmetry(found: Found) -> dict[str, Any]:
    counts = {name: [part["events"][name] for part in found] for name in found[0]["events"]}
    draws = [part["draws"] for part in found]

    def conditional(event: str, given: str) -> Any:
        return probability_of(sum(counts[event]), sum(counts[given])) if sum(counts[given]) else None

    return {
        "P(lambda > 1)": share_of_counts(counts["lambda > 1"], draws),
        "P(dilemma)": share_of_counts(counts["dilemma"], draws),
        "P(dilemma and lambda > 1)": share_of_counts(counts["dilemma and lambda > 1"], draws),
        "P(dilemma | lambda > 1)": conditional("dilemma and lambda > 1", "lambda > 1"),
        "P(lambda > 1 | dilemma)": conditional("dilemma and lambda > 1", "dilemma"),
        "P(fear > 1)": probability_of(sum(counts["fear > 1"]), sum(draws)),
        "P(fear > 1 | dilemma)": conditional("dilemma and fear > 1", "dilemma"),
        "P(dilemma | fear > 1)": conditional("dilemma and fear > 1", "fear > 1"),
        "median lambda": float(np.mean([part["median lambda"] for part in found])),
    }


def _estimate(found: Found, name: str) -> Estimate:
    return from_replicates([part["losses"][name] for part in found])


def _selection(found: Found) -> dict[str, Any]:
    """Racing labs and US$ bn burnt against joint restraint, by rule of selection and as bounds over all equilibria."""
    draws = [part["draws"] for part in found]
    numbers: dict[str, Any] = {"P(several)": share_of_counts([part["events"]["several"] for part in found], draws)}
    for where in ("selection", "selection where several"):
        parts = [part[where] for part in found if None not in part[where].values()]
        estimates = {name: from_replicates([p[name] for p in parts]) for name in parts[0]} if len(parts) > 1 else {}
        for name in ("racing", "burnt"):
            rules = (*SELECTED, "least", "most")
            by_rule = {rule: estimates[f"{name}, {rule}"] for rule in rules if estimates}
            if by_rule:
                by_rule["logit limit"] = by_rule["risk-dominant"]  # the same in symmetric games
            numbers[f"{name}{', where several' if 'several' in where else ''}"] = by_rule
    return numbers


def _quartiles(found: Found, name: str) -> list[float]:
    parts = [part["quartiles"][name] for part in found if part["quartiles"][name] is not None]
    return [float(v) for v in np.mean(parts, axis=0)] if parts else []


def _medians(found: Found) -> dict[str, Any]:
    """Sampling intervals of medians over the draws, from the replicates'; None where one is infinite or missing."""
    medians = {"lambda": [part["median lambda"] for part in found]}
    for name in ("greed", "fear"):
        quartiles = [part["quartiles"][name] for part in found if part["quartiles"][name] is not None]
        medians[f"{name} in dilemmas"] = [middle for _, middle, _ in quartiles]
    return {
        name: from_replicates(values) if len(values) > 1 and np.isfinite(values).all() else None
        for name, values in medians.items()
    }


def shown_draws(rng: np.random.Generator, draws: int = 4096) -> dict[str, NDArray[Any]]:
    """Draws for figures: the parameters with the class, the gain against racing, and lambda."""
    model = LabDilemma()
    sample = model.priors().sample(draws, rng=rng)
    calibrated = model.replace(**sample)
    _, gain = gains_in_hindsight(calibrated, calibrated.states(STATES, rng))
    drawn = one_race(calibrated, gain, np.zeros(draws, int))
    return dict(sample) | {
        "class": drawn["class"],
        "P - S": drawn["P - S"],
        "lambda": loss_asymmetry(drawn["inaction"], drawn["overspending"]),
    }


def drivers(rng: np.random.Generator, points: int = 512) -> dict[str, Any]:
    """Sobol indices of being a dilemma, and of lambda above one (racing is the best reply to racing: P > S)."""
    model = LabDilemma()
    priors = model.priors()

    def indicators(u: NDArray[np.float64]) -> NDArray[np.float64]:
        drawn = model.replace(**priors.ppf(u))
        payoffs = drawn.payoffs_by_count()
        dilemma = symmetric_dilemma_class(payoffs).is_prisoners_dilemma
        return np.stack([dilemma, payoffs[..., 1, 1] > payoffs[..., 0, 1]]).astype(float)

    dilemma, fear = sobol_indices(indicators, priors.names, points=points, rng=rng)
    return {"dilemma": dilemma, "lambda > 1": fear}


def separation(rng: np.random.Generator, draws: int = 16_384) -> dict[str, Any]:
    """Which parameters tell the draws that are dilemmas from those that are not (Kolmogorov-Smirnov distance)."""
    model = LabDilemma()
    sample = model.priors().sample(draws, rng=rng)
    dilemma = _codes(model.replace(**sample)) == DILEMMA
    return regional_sensitivity({name: sample[name] for name in model.priors().names}, dilemma)


def information(rng: np.random.Generator, draws: int = 16_384, replicates: int = 8) -> dict[str, Any]:
    """What a lab would pay, US$ bn, to know a parameter before it chooses whether to race against one that races."""
    model = LabDilemma()
    priors = model.priors()

    def decision(stream: np.random.Generator) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
        sample = priors.sample(draws // replicates, rng=stream)
        payoffs = model.replace(**sample).payoffs_by_count()
        return payoffs[..., :, 1], {name: sample[name] for name in priors.names}

    return value_of_information([decision(stream) for stream in rng.spawn(replicates)])


def shares_in_step(rng: np.random.Generator, orders: int) -> dict[str, Estimate]:
    """Shapley effects on being a dilemma if rents move in step with costs: what indices of free inputs cannot say."""
    priors = LabDilemma().priors(IN_STEP)
    assert priors.copula is not None  # a correlation is declared

    def indicator(u: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(_codes(LabDilemma().replace(**priors.ppf(u))) == DILEMMA, float)[None]

    (effects,) = shapley_effects(indicator, priors.names, priors.copula, orders=orders, rng=rng)
    return effects


BY_MEAN, BY_TAIL = "by the mean", "by the worst twentieth"
"""Measures of a risk: the mean loss, and its conditional value at risk."""

TAIL = 0.05
TAILS = (0.025, 0.05, 0.1, 0.2)
"""Worst parts of each loss that might count."""

STATES_OF_RISK = 1024
"""States of a draw that measure its risk; with 160 the share by the worst twentieth is half a point too low."""

JUDGED, SETS = 16_384, 8
"""Draws on which claims are judged, at most, and independent sets of them."""


def judged_draws(rng: np.random.Generator, draws: int) -> Columns:
    """The class, and whether holding back is riskier while all rivals race, for every number of labs."""
    base = LabDilemma()
    model = base.replace(**base.priors().sample(draws, rng=rng))
    payoffs = model.payoffs_by_count()
    part = drawn(model) | {"joint restraint pays": payoffs[..., 0, 0] > payoffs[..., 1, 1]}
    state = model.states(STATES_OF_RISK, rng)
    for n in LABS:
        several = model.replace(n=n)
        payoffs = several.payoffs_by_count()
        part[f"{n} labs"] = symmetric_dilemma_class(payoffs).codes == DILEMMA
        part[f"{n} labs, {BY_MEAN}"] = payoffs[..., 1, n - 1] > payoffs[..., 0, n - 1]  # of the means, not sampled
        _, gain = gains_in_hindsight(several, state)
        levels = [1 - tail for tail in TAILS]
        inaction, overspending = (cvar(np.maximum(sign * gain, 0), levels, axis=0) for sign in (1, -1))
        part |= {f"{n} labs, {tail:g}": more for tail, more in zip(TAILS, inaction > overspending, strict=True)}
    return part


def judged(parts: Sequence[Columns]) -> dict[str, Any]:
    """Claims 1 and 2 for every number of labs.

    And how often two labs would gain by joint restraint, without which racing is no dilemma.
    """
    base, labs = LabDilemma(), [f"{n} labs" for n in LABS]

    def cases(columns: Mapping[str, str], event: str) -> dict[str, Any]:
        return {name: lambda part, column=column: {event: part[column]} for name, column in columns.items()}

    def risks(tail: float) -> dict[str, Any]:
        return cases({n: f"{n}, {tail:g}" for n in labs}, "inaction loses more")

    columns = {BY_MEAN: BY_MEAN, BY_TAIL: f"{TAIL:g}"}
    measures = {f"{n}, {by}": f"{n}, {column}" for by, column in columns.items() for n in labs}
    return {
        "states per draw judged": STATES_OF_RISK,
        "P(joint restraint pays)": share_in_replicates([part["joint restraint pays"] for part in parts]),
        "claims": {
            "1": claim(parts, cases({n: n for n in labs}, "a prisoner's dilemma"), base, readings=True),
            "2": claim(parts, cases(measures, "inaction loses more"), base, readings=True)
            | {"by bound": by_bound(parts, risks, TAILS, base)},
        },
    }


def tornado(rng: np.random.Generator, draws: int = 16_384) -> dict[str, Any]:
    """P(dilemma) with one parameter at the 5th and at the 95th percentile of its prior, the others drawn."""
    model = LabDilemma()
    priors = model.priors()
    drawn = model.replace(**priors.sample(draws, rng=rng))

    def at(place: int, level: float) -> Estimate:
        quantiles = np.full(len(priors.names), 0.5)
        quantiles[place] = level
        name = priors.names[place]
        held = drawn.replace(**{name: priors.ppf(quantiles)[name]})
        return probability(_codes(held) == DILEMMA)

    return {name: {"low": at(i, 0.05), "high": at(i, 0.95)} for i, name in enumerate(priors.names)}


def centre(rng: np.random.Generator) -> dict[str, Any]:
    """The game at the calibrated centre: payoffs, class, losses."""
    model = LabDilemma()
    game = model.game()
    found = dilemma_class(game)
    gain = gains_in_hindsight(model, model.states(2**14, rng))[1]
    inaction, overspending = np.maximum(gain, 0).mean(), np.maximum(-gain, 0).mean()
    r, s, t, p = (float(game.payoffs[0][profile]) for profile in ((0, 0), (0, 1), (1, 0), (1, 1)))
    return {
        "class": str(found.names),
        "R": r,
        "S": s,
        "T": t,
        "P": p,
        "greed": float(found.greed),
        "fear": float(found.fear),
        "inaction": float(inaction),
        "overspending": float(overspending),
        "lambda": float(loss_asymmetry(inaction, overspending)),
        "restrained GW": float(model.restrained()),
        "racing GW": float(model.intensity * model.restrained()),
        "revenue per GW": float(model.revenue_per_gw()),
        "cost per GW": float(model.cost_per_gw()),
        "unit margin": float(1 - model.cost_per_gw() / model.revenue_per_gw()),
    }
