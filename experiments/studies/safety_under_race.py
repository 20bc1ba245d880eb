"""Does the race cost safety, when is that a dilemma, and does dearer compute help? System S11 of the plan.

Three models of the literature, each asked its own question, with what links them to the compute race taken from its
calibration and everything else swept:

- `racing-to-precipice` (Armstrong, Bostrom and Shulman 2016): probability of disaster by number of teams and by what
  they know. Enmity, the loss if a rival's machine is the safe one, is what a lab in the calibrated two-lab race loses
  in stakes by lagging: ``e = 1 - S / T``, both of prize and standing alone.
- `dsair` (Han et al. 2020): whether safe development is better for both and yet risk-dominated.
  Both also with a regulator: detection, ``found_out``, and the trust game of users, creators and regulators
  (`ai-trust`, Alalawi et al. 2026) with and without a reward for findings.
- `SafetyTax` (Jensen, Emery-Xu and Trager 2023): the sign of the effect of the price of compute on safety. Returns of
  performance to compute are the scaling exponents behind the decisiveness of the race.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.registry import Columns, Findings, experiment, share
from models.ai_trust import ACTIONS, AiTrust
from models.dsair import Dsair
from models.lab_dilemma import LabDilemma
from models.prior import Prior, swept
from models.racing_to_precipice import RacingToPrecipice
from models.safety_tax import SafetyTax
from theory import probability, pure_nash
from theory.errors import SolverError
from theory.multi_population import interior_rest_points

Replicates = Sequence[Mapping[str, NDArray[Any]]]
Floats = NDArray[np.float64]

REPLICATES = 8
TEAMS = (2, 3, 5, 8)
DETECTION = (0.0, 0.1, 0.25, 0.5, 0.75)
"""Probabilities that unsafe development is found out."""

REWARDS = (0.0, 1.0, 1.5, 2.0, 3.0, 4.0)
"""Rewards of a regulator for a finding, over the normalisation of the trust game."""

SOLVED = 16
"""Draws of each replicate for which the model of the safety tax is solved; the others go by its condition."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

_RETURNS = LabDilemma.parameters()["decisiveness"].prior
assert isinstance(_RETURNS, Prior)

SWEPT: dict[str, Prior] = {
    "capability": swept(0.25, 1.0, 4.0, log=True, reason="spread of ability against the cost of full safety; no fact"),
    "speed": swept(1.1, 1.5, 3.0, log=True, reason="how much faster the careless are; no fact"),
    "risk": swept(0.0, 0.5, 1.0, reason="probability that an unsafe winner loses everything; no fact"),
    "prize": swept(1.0, 30.0, 1000.0, log=True, reason="prize over all benefits on the way; no fact"),
    "care": swept(0.05, 0.25, 0.5, reason="cost of care as a share of a round's benefit; no fact"),
    "safety returns": swept(0.05, 0.3, 0.9, reason="returns of safety to compute; no fact"),
    "drag": swept(0.0, 0.5, 1.0, reason="how much harder performance makes safety; no fact"),
    "performance returns": Prior(
        _RETURNS.low,
        _RETURNS.central,
        0.95,
        facts=_RETURNS.facts,
        grade=_RETURNS.grade,
        reason=f"{_RETURNS.reason}; the upper end below one, for returns must diminish",
    ),
}


@experiment(
    "safety_under_race",
    question="Does the race cost safety, when is that a dilemma, and does dearer compute make it safer?",
    replicates=REPLICATES,
    quick={"draws": 512},
)
def study(*, draws: int = 16_384, rng: np.random.Generator) -> Columns:
    """One independent set of draws, one row each."""
    from scipy.stats import qmc

    size = share(draws, REPLICATES)
    u = qmc.Sobol(len(SWEPT), rng=rng).random_base2(int(np.ceil(np.log2(size))))[:size]
    drawn = {name: prior.ppf(u[:, j]) for j, (name, prior) in enumerate(SWEPT.items())}
    columns: dict[str, NDArray[Any]] = dict(drawn) | {"enmity": enmity(size, rng)}
    for n in TEAMS:
        teams = RacingToPrecipice(n=n, enmity=columns["enmity"], capability=drawn["capability"])
        columns[f"risk if private, {n}"] = teams.private_risk()
        columns[f"risk if public, {n}"] = teams.public_risk()
    for found_out in DETECTION:
        low, high = zone(drawn, found_out)
        columns |= {f"zone low, {found_out:g}": low, f"zone high, {found_out:g}": high}
    solved = np.zeros(size, bool)
    solved[np.linspace(0, size - 1, min(SOLVED, size)).astype(int)] = True
    return columns | {"dearer is safer": _condition(drawn) > 0, "slope": _slopes(drawn, solved)}


def enmity(draws: int, rng: np.random.Generator) -> Floats:
    """What a lab loses by lagging, as a share of what it has when it leads: stakes of the calibrated race alone."""
    base = LabDilemma()
    race = base.replace(**base.priors().sample(draws, rng=rng))
    restrained = race.restrained()
    ahead = [race.intensity * restrained, restrained]
    leading, lagging = race.stakes(0, ahead), race.stakes(1, ahead)
    return np.asarray(1 - lagging / leading)


def zone(drawn: Mapping[str, Floats], found_out: float = 0.0) -> tuple[Floats, Floats]:
    """Ends of DSAIR's dilemma zone for the draws, where unsafe development is found out with this probability."""
    base = Dsair()
    return Dsair(
        strategies="AS AU",
        care=drawn["care"] * base.benefit,
        prize=drawn["prize"] * base.benefit * base.length,
        speed=drawn["speed"],
        found_out=found_out,
    ).dilemma_zone()


def _condition(drawn: Mapping[str, Floats]) -> Floats:
    """``theta beta - alpha``: positive where a dearer compute makes the winner safer."""
    return np.asarray(drawn["drag"] * drawn["performance returns"] - drawn["safety returns"])


def _slopes(drawn: Mapping[str, Floats], chosen: NDArray[np.bool_]) -> Floats:
    """Derivative of equilibrium safety in the price of compute where chosen; NaN elsewhere and where none is found."""
    slopes = np.full(len(chosen), np.nan)
    for j in np.flatnonzero(chosen):
        model = SafetyTax(
            safety_returns=float(drawn["safety returns"][j]),
            speed_returns=float(drawn["performance returns"][j]),
            drag=float(drawn["drag"][j]),
        )
        try:
            slopes[j] = model.safety_slope()
        except SolverError:
            continue
    return slopes


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
    """Risk by number of teams and knowledge; shares of the dilemma zone; sign of the price of compute."""
    rows = {name: np.concatenate([part[name] for part in replicates]) for name in replicates[0]}
    risk = rows["risk"]
    by_detection = {f"{found_out:g}": _states(rows, found_out) for found_out in DETECTION}
    states = by_detection["0"]
    known = np.isfinite(rows["slope"])
    agree = (rows["slope"] > 0) == rows["dearer is safer"]
    few, *_, many = TEAMS
    return Findings(
        {
            "draws": len(risk),
            "enmity": _spread(rows["enmity"]),
            "risk": {
                know: {str(n): _spread(rows[f"risk if {know}, {n}"]) for n in TEAMS} for know in ("private", "public")
            },
            "P(more teams, more risk)": {
                know: probability(rows[f"risk if {know}, {many}"] > rows[f"risk if {know}, {few}"])
                for know in ("private", "public")
            },
            "P(public riskier)": {
                str(n): probability(rows[f"risk if public, {n}"] > rows[f"risk if private, {n}"]) for n in TEAMS
            },
            "states": {name: probability(flags) for name, flags in states.items()},
            "states by risk": _by_risk(risk, states),
            "states by detection": {
                found_out: {name: probability(flags) for name, flags in each.items()}
                for found_out, each in by_detection.items()
            },
            "trust": {f"{reward:g}": trust(reward) for reward in REWARDS},
            "P(dearer is safer)": probability(rows["dearer is safer"]),
            "solved": int(known.sum()),
            "not solved": int(np.sum([min(SOLVED, len(part["slope"])) for part in replicates]) - known.sum()),
            "solutions that agree": int(agree[known].sum()),
            "ranges": {name: [prior.low, prior.central, prior.high] for name, prior in SWEPT.items()},
        }
    )


def _states(rows: Mapping[str, NDArray[Any]], found_out: float) -> dict[str, NDArray[np.bool_]]:
    """What the risk of a draw makes of its two developers."""
    risk, low, high = rows["risk"], rows[f"zone low, {found_out:g}"], rows[f"zone high, {found_out:g}"]
    return {
        "unsafe is better for both": risk <= low,
        "dilemma": (risk > low) & (risk < high),
        "safe prevails": (risk > low) & (risk >= high),
    }


def trust(reward: float) -> dict[str, Any]:
    """Equilibria of the trust game: pure ones, and shares of trusting users, safe creators, checks in the mixed one."""
    model = AiTrust(reward=reward)
    game = model.game()
    pure = [
        [action[int(np.argmax(x))] for action, x in zip(ACTIONS, p, strict=True)] for p in pure_nash(game).profiles()
    ]
    points = interior_rest_points(game)
    shares = [[float(each[0]) for each in point.shares] for point in points]
    return {
        "pure": pure,
        "mixed": shares[0] if shares else None,
        "mixed repels": bool(points[0].repels) if points else None,
        "least reward": float(model.least_reward()),
    }


def _by_risk(risk: Floats, states: Mapping[str, NDArray[np.bool_]]) -> dict[str, list[float]]:
    """Shares of the states over tenths of the range of risk."""
    edges = np.linspace(0, 1, 11)
    place = np.clip(np.digitize(risk, edges) - 1, 0, 9)
    shares = {
        name: [float(flags[place == j].mean()) if (place == j).any() else np.nan for j in range(10)]
        for name, flags in states.items()
    }
    return {"edges": edges.tolist()} | shares


def _spread(values: Any) -> dict[str, float]:
    return {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)}
