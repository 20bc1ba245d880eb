"""Adapters: races in which safety is at stake."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.verification.cases import Question
from experiments.verification.oligopoly import equilibrium
from experiments.verification.registry import adapter
from models.ai_trust import AiTrust
from models.dsair import SAFE, UNSAFE, Dsair
from models.racing_to_precipice import RacingToPrecipice
from models.safety_tax import SafetyTax
from theory import SolverError
from theory.multi_population import interior_rest_points

# -- racing to the precipice ---------------------------------------------------------------------------


def _race(question: Question) -> RacingToPrecipice:
    inputs = question.inputs
    return RacingToPrecipice(n=inputs["n"], enmity=inputs["enmity"], capability=inputs["mu"])


def _private(model: RacingToPrecipice) -> Any:
    if model.private_gain() > 1e-6:
        raise SolverError("a team gains by leaving the strategy with private information")
    return model.private_risk()


@adapter("abs_noinfo_n2_e1.0_mu1.0", "abs_noinfo_n5_e0.5_mu2.0")
def _no_information(question: Question) -> Any:
    return equilibrium(_race(question).continuous_game())[0]


@adapter("abs_private_n2_e1.0_mu1.0", "abs_private_n5_e0.5_mu2.0", "abs_private_capped")
def _private_information(question: Question) -> Any:
    return _private(_race(question))


@adapter("abs_public_n2_e1.0_mu1.0", "abs_public_n5_e0.5_mu2.0")
def _public_information(question: Question) -> Any:
    return _race(question).public_risk()


@adapter("abs_public_vs_private_low_mu")
def _three_states_of_information(question: Question) -> list[Any]:
    model = _race(question)
    game = model.continuous_game()
    return [game.outcome("risk", equilibrium(game)), _private(model), model.public_risk()]


# -- DSAIR ---------------------------------------------------------------------------------------------

_FIELDS = {"b": "benefit", "c": "care", "W": "length", "B": "prize", "s": "speed", "pfo": "found_out", "p_r": "risk"}


def _dsair(question: Question) -> Dsair:
    inputs = question.inputs
    values = {field: inputs[symbol] for symbol, field in _FIELDS.items() if symbol in inputs}
    return Dsair(strategies=" ".join(inputs.get("strategies", ["AS", "AU"])), **values)


@adapter("dsair_limit_s1.25", "dsair_limit_s1.5", "dsair_limit_s2.0")
def _early_zone(question: Question) -> list[float]:
    speed = Dsair.symbolic().speed
    return [float(end.subs(speed, question.inputs["s"])) for end in Dsair.early_zone()]


@adapter("dsair_exact_s1.5", "dsair_exact_s1.5_pfo0.1")
def _zone(question: Question) -> list[Any]:
    return list(_dsair(question).dilemma_zone())


@adapter("dsair_payoff_matrix")
def _table(question: Question) -> Any:
    return _dsair(question).game().payoff(0)


@adapter("dsair_fixation")
def _fixation(question: Question) -> list[Any]:
    found = _dsair(question).fixation(population=question.inputs["Z"], selection=question.inputs["beta"])
    return [found[SAFE, UNSAFE], found[UNSAFE, SAFE]]


@adapter("dsair_stationary_0.75", "dsair_stationary_0.77", "dsair_stationary_0.8")
def _unsafe_share(question: Question) -> Any:
    return _shares(question)[UNSAFE]


@adapter("dsair_stationary3_.77")
def _shares(question: Question) -> Any:
    return _dsair(question).long_run(population=question.inputs["Z"], selection=question.inputs["beta"])


# -- trust ---------------------------------------------------------------------------------------------

_TRUST = {
    "bU": "use",
    "bP": "sale",
    "cP": "care",
    "u": "penalty",
    "cR": "checking",
    "v": "finding",
    "b_fo": "reward",
    "eps": "harm",
}


def _trust(question: Question) -> AiTrust:
    return AiTrust(**{field: question.inputs[symbol] for symbol, field in _TRUST.items() if symbol in question.inputs})


@adapter("trust_interior")
def _interior(question: Question) -> list[Any]:
    (point,) = interior_rest_points(_trust(question).game())
    return [shares[0] for shares in point.shares]


@adapter("trust_regulator_threshold")
def _reward(question: Question) -> Any:
    share = {"all trust": 1.0, "all unsafe": 0.0}
    return _trust(question).least_reward(share[question.inputs["users"]], share[question.inputs["creators"]])


# -- the safety tax ------------------------------------------------------------------------------------

_TAX = {
    "n": "labs",
    "A": "safety_scale",
    "alpha": "safety_returns",
    "B": "speed_scale",
    "beta": "speed_returns",
    "theta": "drag",
    "d": "disaster",
    "r": "price",
}


def _tax(inputs: Any) -> SafetyTax:
    return SafetyTax(**{field: inputs[symbol] for symbol, field in _TAX.items() if symbol in inputs})


@adapter("safetytax_0.5_0.25_r0.05", "safetytax_0.5_0.25_r0.1", "safetytax_0.1_0.5_r0.05", "safetytax_0.1_0.5_r0.1")
def _safety_and_compute(question: Question) -> list[float]:
    found = _tax(question.inputs).symmetric_equilibrium()
    return [found.safety, found.safety_compute, found.speed_compute]


@adapter("safetytax_sign")
def _dearer_compute(question: Question) -> list[int]:
    signs = []
    for alpha, beta, theta in question.inputs["pairs"]:
        model = _tax(dict(question.inputs) | {"alpha": alpha, "beta": beta, "theta": theta})
        signs.append(int(np.sign(model.safety_slope())))
    return signs
