"""Which game is it? Restrain or race, over calibrated draws (S1; claims 1 and 2).

Every draw is one calibrated two-lab race. Its class follows from the payoffs that the contest gives; the loss
from holding back and the loss from overspending are measured separately, while rivals race, over the states of
prize and demand. The same draws with the stakes switched off say which term carries the dilemma.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.registry import Columns, Findings, experiment, share
from models.lab_dilemma import LabDilemma
from models.symbolic import choice_symbols
from models.typeset import typst
from theory import CLASSES, dilemma_class, loss_asymmetry, probability, share_in_replicates
from theory.sensitivity import sobol_indices

Replicates = Sequence[Mapping[str, NDArray[Any]]]

REPLICATES = 16
"""Independent scrambled point sets."""

DILEMMA = CLASSES.index("prisoner's dilemma")

STATES = 64
"""States of prize and demand per draw."""

LABS = (2, 3, 5, 8)
"""Numbers of labs compared."""

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
}
"""Choices that no fact settles, taken at an extreme, on the same draws."""


@experiment(
    "dilemma_class",
    question="Which game do the labs play, how sure can we be, and what drives it?",
    claims=(1, 2),
    replicates=REPLICATES,
    quick={"draws": 16_384},
)
def study(*, draws: int = 131_072, rng: np.random.Generator) -> Columns:
    """One independent set of calibrated draws: class for several numbers of labs, strengths, losses."""
    model = LabDilemma()
    sample = model.priors().sample(share(draws, REPLICATES), rng=rng)
    calibrated = model.replace(**sample)
    two = dilemma_class(calibrated.game())
    inaction, overspending = losses_while_rivals_race(calibrated, STATES, rng)
    columns: dict[str, NDArray[Any]] = {
        "class": two.codes,
        "greed": two.greed,
        "fear": two.fear,
        "inaction": inaction,
        "overspending": overspending,
        "P - S": _gain_against_racing(calibrated),
    }
    columns |= {f"class, {n} labs": dilemma_class(calibrated.replace(n=n).game()).codes for n in LABS if n != 2}
    columns |= {
        f"class, {term}": dilemma_class(calibrated.replace(**zeros).game()).codes
        for term, zeros in (TERMS | SCENARIOS).items()
        if zeros
    }
    return columns | {name: sample[name] for name in ("decided", "decisiveness", "intensity", "survival", "prize")}


def _gain_against_racing(model: LabDilemma) -> NDArray[np.float64]:
    """P - S: what racing adds in expectation when the rival races. Positive if and only if lambda is above one."""
    payoffs = model.game().payoffs[..., 0, :, :]
    return np.asarray(payoffs[..., 1, 1] - payoffs[..., 0, 1])


def losses_while_rivals_race(
    model: LabDilemma, states: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean hindsight loss of restraint and of racing when every rival races, US$ bn, shape ``batch``."""
    game = model.realised_game(states, rng)
    low, high = (np.asarray(level) for _, level in model.levels())
    crowd = np.broadcast_to(high, game.batch_shape)
    race = np.stack([crowd] * model.n, axis=-1)
    restrain = race.copy()
    restrain[..., 0] = low
    gain = game.payoff_of(0, race) - game.payoff_of(0, restrain)
    return np.maximum(gain, 0).mean(axis=0), np.maximum(-gain, 0).mean(axis=0)


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
    """Probabilities of the classes, loss asymmetry against dilemma, drivers, boundaries, and the centre."""
    pooled = {name: np.concatenate([part[name] for part in replicates]) for name in replicates[0]}
    dilemma = pooled["class"] == DILEMMA
    asymmetry = loss_asymmetry(pooled["inaction"], pooled["overspending"])
    fearful = pooled["P - S"] > 0  # lambda > 1, without the sampling error of the losses
    strong_fear = np.nan_to_num(pooled["fear"], nan=-1.0) > 1
    numbers = {
        "draws": len(dilemma),
        "states per draw": STATES,
        "classes": _class_probabilities(replicates, "class"),
        "classes by labs": {
            str(n): _class_probabilities(replicates, "class" if n == 2 else f"class, {n} labs") for n in LABS
        },
        "classes by terms": {
            term: _class_probabilities(replicates, f"class, {term}" if zeros else "class")
            for term, zeros in TERMS.items()
        },
        "dilemma by scenario": {
            name: _class_probabilities(replicates, f"class, {name}")["prisoner's dilemma"] for name in SCENARIOS
        },
        "asymmetry": {
            "P(lambda > 1)": share_in_replicates([part["P - S"] > 0 for part in replicates]),
            "P(dilemma)": share_in_replicates([part["class"] == DILEMMA for part in replicates]),
            "P(dilemma and lambda > 1)": share_in_replicates(
                [(part["class"] == DILEMMA) & (part["P - S"] > 0) for part in replicates]
            ),
            "P(dilemma | lambda > 1)": _conditional(dilemma, fearful),
            "P(lambda > 1 | dilemma)": _conditional(fearful, dilemma),
            "P(fear > 1)": probability(strong_fear),
            "P(fear > 1 | dilemma)": _conditional(strong_fear, dilemma),
            "P(dilemma | fear > 1)": _conditional(dilemma, strong_fear),
            "median lambda": float(np.median(asymmetry)),
        },
        "greed in dilemmas": _quartiles(pooled["greed"][dilemma]),
        "fear in dilemmas": _quartiles(pooled["fear"][dilemma]),
        "drivers": drivers(rng),
        "boundaries": boundaries(),
        "centre": centre(rng),
    }
    keep = ("decided", "decisiveness", "intensity", "survival", "prize", "class", "P - S")
    shown = {name: pooled[name][:: max(1, len(dilemma) // 6000)] for name in keep}
    return Findings(numbers, {"map": shown | {"lambda": asymmetry[:: max(1, len(dilemma) // 6000)]}})


def _class_probabilities(replicates: Replicates, column: str) -> dict[str, Any]:
    """Probability of each class; replicates are independent scrambled point sets, hence the t interval."""
    return {
        name: share_in_replicates([part[column] == code for part in replicates]) for code, name in enumerate(CLASSES)
    }


def _conditional(event: NDArray[np.bool_], given: NDArray[np.bool_]) -> Any:
    return probability(event[given]) if given.any() else None


def _quartiles(values: NDArray[np.float64]) -> list[float]:
    return [float(v) for v in np.quantile(values, (0.25, 0.5, 0.75))] if values.size else []


def drivers(rng: np.random.Generator, points: int = 512) -> dict[str, Any]:
    """Sobol indices of being a dilemma, and of lambda above one (racing is the best reply to racing: P > S)."""
    model = LabDilemma()
    priors = model.priors()

    def indicators(u: NDArray[np.float64]) -> NDArray[np.float64]:
        drawn = model.replace(**priors.ppf(u))
        fearful = _gain_against_racing(drawn) > 0
        return np.stack([dilemma_class(drawn.game()).is_prisoners_dilemma, fearful]).astype(float)

    dilemma, fear = sobol_indices(indicators, priors.names, points=points, rng=rng)
    return {"dilemma": dilemma, "lambda > 1": fear}


def boundaries() -> dict[str, str]:
    """The three differences of the prisoner's dilemma in reduced form, as Typst.

    The contest depends on the ratio of builds alone, so with ``z = x^r`` its part is rational in z and omega. With
    R, c the life revenue and cost of a GW and ``b = k_L (x - 1)`` the extra build, the rest is linear in R b and c b.
    """
    restrain, race, alone, behind = (0, 0), (1, 1), (1, 0), (0, 1)
    pairs = {"greed": (alone, restrain), "fear": (race, behind), "burnt": (restrain, race)}
    return {name: typst(_difference(left, right)) for name, (left, right) in pairs.items()}


def _difference(left: tuple[int, int], right: tuple[int, int]) -> Any:
    """Payoff of the first lab at one profile of levels less that at another, in the reduced symbols."""
    import sympy

    model, k = LabDilemma.symbolic(n=2), choice_symbols(2)
    stake, revenue, cost, build, z = sympy.symbols("S_V R c b z", positive=True)
    levels = [level for _, level in model.levels()]
    short = {model.revenue_per_gw(): revenue, model.cost_per_gw(): cost}
    market = model.payoff(0, k).subs({model.prize: 0, model.survival: 0}).subs(short)

    def contest(formula: Any) -> Any:
        there, here = (
            sympy.simplify(formula.subs({k[i]: model.intensity ** p[i] for i in range(2)})) for p in (left, right)
        )
        return sympy.factor((there - here).subs(model.intensity**model.decisiveness, z))

    there, here = (market.subs({k[i]: levels[p[i]] for i in range(2)}) for p in (left, right))
    extra = model.restrained() * (model.intensity - 1)
    per_gw = sympy.expand(sympy.simplify((there - here) / extra))
    rest = sum(build * symbol * sympy.factor(per_gw.coeff(symbol)) for symbol in (revenue, cost))
    return stake * contest(model.prize_share(0, k)) + model.survival * contest(model.standing(0, k)) + rest


def centre(rng: np.random.Generator) -> dict[str, Any]:
    """The game at the calibrated centre: payoffs, class, losses."""
    model = LabDilemma()
    game = model.game()
    found = dilemma_class(game)
    inaction, overspending = losses_while_rivals_race(model, 2**14, rng)
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
