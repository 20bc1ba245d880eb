"""Adapters: patent races, R&D with spillovers and free entry, all-pay contests, races in stages."""

from __future__ import annotations

from typing import Any

from experiments.verification.cases import Question
from experiments.verification.oligopoly import equilibrium
from experiments.verification.registry import adapter
from models.free_entry_rd import FreeEntryRd
from models.multi_stage_race import StagedRace, staged_race
from models.patent_race import FlowCostRace, IncumbentRace, LumpSumRace
from models.rd_spillovers import RdSpillovers
from theory import joint_optimum
from theory.all_pay import all_pay_auction

# -- patent races --------------------------------------------------------------------------------------


@adapter("loury")
def _lump_sum(question: Question) -> list[Any]:
    models = [LumpSumRace(n=n, prize=question.inputs["R"], interest=question.inputs["r"]) for n in question.inputs["n"]]
    return [model.spending(equilibrium(model.continuous_game())[0]) for model in models]


@adapter("loury_social")
def _planner(question: Question) -> Any:
    inputs = question.inputs
    model = LumpSumRace(n=inputs["n"], prize=inputs["R"], interest=inputs["r"])
    return model.spending(joint_optimum(model.continuous_game())[0])


@adapter("leewilde")
def _flow_cost(question: Question) -> list[Any]:
    inputs = question.inputs
    models = [FlowCostRace(n=n, prize=inputs["R"], interest=inputs["r"]) for n in inputs["n"]]
    return [model.spending(equilibrium(model.continuous_game())[0]) for model in models]


@adapter("reinganum_drastic")
def _incumbent(question: Question) -> Any:
    inputs = question.inputs
    return equilibrium(IncumbentRace(prize=inputs["P"], rent=inputs["R0"], interest=inputs["r"]).continuous_game())


# -- R&D before competition ----------------------------------------------------------------------------


@adapter("dj_0.2", "dj_0.5", "dj_0.8")
def _spillovers(question: Question) -> list[Any]:
    names = {"margin": "a_minus_A", "slope": "b", "expense": "gamma", "spillover": "beta"}
    model = RdSpillovers(**{name: question.inputs[symbol] for name, symbol in names.items()})
    rivals = equilibrium(model.continuous_game())[0]
    return [rivals, model.research_cartel(), model.full_cartel(), model.planner()]


@adapter("henriques_stability")
def _stability(question: Question) -> float:
    return RdSpillovers.stability_limit(question.inputs["b_gamma"])


@adapter("henriques_crossing")
def _crossing(question: Question) -> float:
    return RdSpillovers.crossing(question.inputs["b_gamma"])


@adapter("dasgupta_stiglitz", "dasgupta_stiglitz2")
def _free_entry(question: Question) -> list[float]:
    found = FreeEntryRd(inelasticity=question.inputs["eps"], returns=question.inputs["alpha"]).equilibrium()
    return [found.firms, found.research_share]


# -- races in stages -----------------------------------------------------------------------------------


def _staged(question: Question) -> StagedRace:
    return staged_race(prize=question.inputs["P"], interest=question.inputs["r"])


@adapter("harris_vickers_11", "harris_vickers_22")
def _level(question: Question) -> list[Any]:
    own, rival = question.inputs["steps"]
    return list(_staged(question).state(own, rival))


@adapter("harris_vickers_12")
def _leader_and_follower(question: Question) -> list[Any]:
    ahead, behind = question.inputs["leader_steps"], question.inputs["follower_steps"]
    race = _staged(question)
    leader, follower = race.state(ahead, behind), race.state(behind, ahead)
    return [leader[0], follower[0], leader[1], follower[1]]


# -- all-pay contests ----------------------------------------------------------------------------------


@adapter("allpay_3_2")
def _two_bidders(question: Question) -> list[Any]:
    found = all_pay_auction([question.inputs["v1"], question.inputs["v2"]])
    return [*found.payoffs, *found.bids, found.revenue, found.winning[0]]


@adapter("allpay_exit")
def _third_bidder(question: Question) -> list[Any]:
    found = all_pay_auction(question.inputs["v"])
    return [found.bids[2], found.payoffs[2]]


@adapter("allpay_sym4")
def _equals(question: Question) -> list[Any]:
    found = all_pay_auction([question.inputs["V"]] * question.inputs["n"])
    return [found.bids[0], found.largest_bid, found.revenue / question.inputs["V"]]
