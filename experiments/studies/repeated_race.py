"""What does restraint need? The race played again and again (S13 on S1's stage game; claim 1).

For the draws that are prisoner's dilemmas: the critical discount factor of the grim trigger, and how often a
discount rate of the draw meets it when rivals' builds are seen one, two, three or four years late. At the
calibrated centre: finite automata against each other with implementation errors, exactly.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.registry import Columns, Findings, experiment, share
from models.lab_dilemma import LabDilemma
from models.typeset import typst
from theory import (
    CLASSICS,
    dilemma_class,
    from_replicates,
    grim_trigger,
    is_subgame_perfect,
    play,
    probability,
    symbolic_critical_discount_factor,
    turn_taking,
)

Replicates = Sequence[Mapping[str, NDArray[Any]]]

REPLICATES = 8
"""Independent scrambled point sets."""

LABS = (2, 3, 5)
LAGS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0)
"""Years until a rival's build is seen and answered."""

NOISE = (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
"""Probabilities that an intended choice slips."""

AUTOMATA = ("grim", "tit_for_tat", "generous_tit_for_tat", "win_stay_lose_shift", "forgiving_grim", "always_race")


@experiment(
    "repeated_race",
    question="How patient, and how well informed, must labs be for restraint to last?",
    claims=(1,),
    replicates=REPLICATES,
    quick={"draws": 8_192},
)
def study(*, draws: int = 65_536, rng: np.random.Generator) -> Columns:
    """One independent set of draws: whether each is a dilemma, and its critical discount factors."""
    base = LabDilemma()
    sample = base.priors().sample(share(draws, REPLICATES), rng=rng)
    columns: dict[str, NDArray[Any]] = {"discount rate": sample["discount_rate"], "decided": sample["decided"]}
    for n in LABS:
        game = base.replace(n=n, **sample).game()
        columns[f"dilemma, {n} labs"] = dilemma_class(game).is_prisoners_dilemma
        columns[f"critical, {n} labs"] = grim_trigger(game)
        if n == 2:
            columns["critical, taking turns"] = turn_taking(game)
    return columns


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
    """Critical patience, sustainability against the lag of information, and noisy automata at the centre."""
    from sympy import Symbol

    pooled = {name: np.concatenate([part[name] for part in replicates]) for name in replicates[0]}
    numbers = {
        "draws": len(pooled["discount rate"]),
        "critical": {str(n): _critical(pooled, n) for n in LABS},
        "taking turns": _turns(pooled),
        "sustainable": {str(n): {f"{lag:g}": _sustainable(replicates, n, lag) for lag in LAGS} for n in LABS},
        "sustainable, prize used up": {
            str(n): {f"{lag:g}": _sustainable(replicates, n, lag, prize_lasts=False) for lag in LAGS} for n in LABS
        },
        "formula": typst(symbolic_critical_discount_factor({name: Symbol(f"pi_{name}") for name in "RTP"})),
        "centre": centre(),
    }
    dilemma = pooled["dilemma, 2 labs"]
    return Findings(numbers, {"critical": {"critical": pooled["critical, 2 labs"][dilemma][:20_000]}})


def _critical(pooled: Mapping[str, NDArray[Any]], n: int) -> dict[str, Any]:
    dilemma = pooled[f"dilemma, {n} labs"]
    values = pooled[f"critical, {n} labs"][dilemma]
    quantiles = np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95)) if values.size else np.full(5, np.nan)
    return {
        "P(dilemma)": probability(dilemma),
        "quantiles": dict(zip(("0.05", "0.25", "0.5", "0.75", "0.95"), (float(q) for q in quantiles), strict=True)),
        "mean yearly equivalent": float(np.exp(-pooled["discount rate"]).mean()),
    }


def _turns(pooled: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    dilemma = pooled["dilemma, 2 labs"]
    turns, grim = pooled["critical, taking turns"][dilemma], pooled["critical, 2 labs"][dilemma]
    easier = np.nan_to_num(turns, nan=2.0) < grim
    return {"P(easier than restraint | dilemma)": probability(easier) if easier.size else None}


def _sustainable(replicates: Replicates, n: int, lag: float, *, prize_lasts: bool = True) -> Any:
    """Share of the dilemmas in which the draw's own discounting over ``lag`` years meets the critical factor.

    If the prize does not last, a year's vintage settles it with probability h and the race is over: the future counts
    only if it goes on, and the effective discount factor is ``(e^{-rho} (1 - h))^lag``.
    """
    shares = []
    for part in replicates:
        dilemma = part[f"dilemma, {n} labs"]
        goes_on = 1.0 if prize_lasts else (1 - part["decided"]) ** lag
        meets = np.exp(-part["discount rate"] * lag) * goes_on >= part[f"critical, {n} labs"]
        shares.append(float(meets[dilemma].mean()))
    return from_replicates(shares)


def centre() -> dict[str, Any]:
    """Automata at the calibrated centre, with yearly moves: shares of racing and payoffs, exactly."""
    model = LabDilemma()
    game = model.game()
    discount_factor = float(np.exp(-model.discount_rate))
    reward, punishment = (float(game.payoffs[0][profile]) for profile in ((0, 0), (1, 1)))
    noisy = {}
    for name in AUTOMATA:
        results = [
            play(game, [CLASSICS[name](0), CLASSICS[name](1)], discount_factor=discount_factor, noise=noise)
            for noise in NOISE
        ]
        noisy[name] = {
            "noise": list(NOISE),
            "racing share": [float(r.discounted_share().mean()) for r in results],
            "racing share, long run": [float(r.share().mean()) for r in results],
            "kept": [float((r.discounted_payoffs.mean() - punishment) / (reward - punishment)) for r in results],
            "subgame perfect": bool(
                is_subgame_perfect(game, [CLASSICS[name](0), CLASSICS[name](1)], discount_factor=discount_factor)
            ),
        }
    duel = {
        f"{a} v {b}": [float(v) for v in _duel(game, a, b, discount_factor)]
        for a, b in itertools.combinations(AUTOMATA, 2)
    }
    return {
        "class": str(dilemma_class(game).names),
        "R": reward,
        "P": punishment,
        "discount factor": discount_factor,
        "critical": float(grim_trigger(game)),
        "automata": noisy,
        "duels at 1% noise": duel,
    }


def _duel(game: Any, first: str, second: str, discount_factor: float) -> NDArray[np.float64]:
    result = play(game, [CLASSICS[first](0), CLASSICS[second](1)], discount_factor=discount_factor, noise=0.01)
    return np.asarray(result.discounted_payoffs, float)
