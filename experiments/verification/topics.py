"""What a case is about, and what the library lacks where no adapter covers it.

The topic of a case is that of the longest prefix of its id. The systems S1 to S14 are those of the project's plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """Family of a case, and what would have to be written for the ones that are not covered yet."""

    family: str
    missing: str = "no adapter"


_FINITE = "finite games"
_SAFETY = "safety under race pressure"
_CONTESTS = "contests"
_RD = "patent and R&D races"
_CAPACITY = "capacity under uncertain demand"
_OPTIONS = "real options"
_OLIGOPOLY = "oligopoly"
_REPEATED = "repeated games"
_VERTICAL = "vertical structure and ownership"
_RISK = "risk and efficiency"
_LEARNING = "evolution and learning"
_TOURNAMENTS = "tournaments"

_PAYOFF_SET = "S13: needs a solver for the payoff set of the repeated game (Abreu-Pearce-Stacchetti)"
_MIXED_N = "needs mixed equilibria of games with three or more players"
_RACE = "S10: needs a patent-race model with hazard rates"
_COMMITTED = "S7, S8: needs a two-stage solver (commitment, then the continuation equilibrium)"
_STRATEGIES = (
    "S13: needs the four entries that draw and the anonymous one exactly as they were programmed in 1979, which the "
    "paper does not give; the library that tried does not get this table either (its issue 1475)"
)
_RATING = (
    "S13: its scores are computed (tests of theory.tournament), its eigenvector rating is none: the matrix has the "
    "largest eigenvalues 0.6 and -0.6, and the printed vector is where an iteration between two values was cut off"
)

TOPICS: Mapping[str, Topic] = {
    # published results
    "abs_": Topic(_SAFETY, "S11: needs the model of Armstrong, Bostrom and Shulman (racing to the precipice)"),
    "dsair_": Topic(_SAFETY, "S11: needs the DSAIR payoffs (Han et al. 2020)"),
    "trust_": Topic(_SAFETY, "S11: needs the game of users, creators and regulators, and replicator rest points in it"),
    "safetytax_": Topic(_SAFETY, "S11: needs the model of compute price and safety tax"),
    "tullock_": Topic(_CONTESTS),
    "nti_": Topic(_CONTESTS),
    "stein_": Topic(_CONTESTS),
    "allpay_": Topic(_CONTESTS, "S2, S12: needs a solver of all-pay auctions (equilibrium in distributions)"),
    "loury": Topic(_RD, _RACE),
    "leewilde": Topic(_RD, _RACE),
    "reinganum_": Topic(_RD, _RACE),
    "dasgupta_": Topic(_RD, "S2: needs the model of process R&D with free entry"),
    "dj_": Topic(_RD, "S2: needs the two-stage model of R&D with spillovers"),
    "henriques_": Topic(_RD, "S2: needs the two-stage model of R&D with spillovers"),
    "harris_vickers_": Topic(_RD, "S10: needs a multi-stage race (Markov-perfect equilibrium)"),
    "kreps_scheinkman": Topic(_OLIGOPOLY, "S7: needs a two-stage solver (capacity, then price)"),
    "bertrand_edgeworth": Topic(_OLIGOPOLY, "S7: needs price competition under capacity limits (mixed prices)"),
    "newsvendor_": Topic(_CAPACITY),
    "competitive_newsvendor_": Topic(_CAPACITY),
    "parlar_iid": Topic(_CAPACITY, "S9: needs a capacity race with a demand of its own for each supplier"),
    "dp_": Topic(_OPTIONS, "S8: needs the value of waiting"),
    "realoption_": Topic(_OPTIONS, "S8: needs the preemption game in continuous time"),
    "hk_": Topic(_OPTIONS, "S8: needs timing and capacity chosen together"),
    "topdog_": Topic(_OLIGOPOLY, _COMMITTED),
    "puppydog_": Topic(_OLIGOPOLY, _COMMITTED),
    "stackelberg": Topic(_OLIGOPOLY, _COMMITTED),
    "deterrence": Topic(_OLIGOPOLY, _COMMITTED),
    "as2014": Topic(_REPEATED, _PAYOFF_SET),
    "pd_": Topic(_REPEATED, _PAYOFF_SET),
    "cournot_grim_": Topic(_REPEATED),
    "bertrand_grim": Topic(_REPEATED),
    "abreu_": Topic(_REPEATED),
    "green_porter": Topic(_REPEATED),
    "amp_bound": Topic(_REPEATED),
    "zd_": Topic(_REPEATED),
    "axelrod": Topic(_TOURNAMENTS, _STRATEGIES),
    "axelrod_library_caveat": Topic(_TOURNAMENTS, "a caveat about another library: nothing to compute"),
    "hw_": Topic(_VERTICAL, "S4: needs Nash-in-Nash bargaining over linear prices"),
    "nin_": Topic(_VERTICAL, "S4: needs Nash-in-Nash bargaining over fees, and the Shapley value"),
    "switching_costs": Topic(_VERTICAL, "S3: needs the two-period model of lock-in"),
    "crossholding_": Topic(_VERTICAL, "S4: needs the model of stakes in rivals"),
    "oneway_stake": Topic(_VERTICAL, "S4: needs the model of stakes in rivals"),
    "mhhi_": Topic(_VERTICAL, "S4: needs the concentration index with common owners"),
    "salinger": Topic(_VERTICAL, "S6: needs successive oligopolies"),
    "rrc": Topic(_VERTICAL),
    "foreclosure": Topic(_VERTICAL, "S6: needs secret contracting with downstream rivals"),
    "take_or_pay": Topic(_VERTICAL, "S5: needs take-or-pay contracts"),
    "reservation": Topic(_CAPACITY),
    "holdup": Topic(_VERTICAL, "S5: needs investment before bargaining"),
    "cournot_welfare": Topic(_RISK),
    "pigou_poa": Topic(_RISK, "S1: needs routing with many small players"),
    "johari_": Topic(_RISK),
    "cvar_": Topic(_RISK, "S9: theory.risk.cvar takes samples; needs CVaR of a distribution"),
    "cvar_newsvendor": Topic(_RISK, "S9: needs a capacity race of risk-averse suppliers"),
    "regret_newsvendor": Topic(_RISK, "S9: needs minimax-regret capacity"),
    "stranded": Topic(_RISK),
    # solver cases
    "nash2-": Topic(_FINITE),
    "lh-": Topic(_FINITE),
    "zerosum-": Topic(_FINITE),
    "nash3-": Topic(_FINITE, _MIXED_N),
    "nashN-": Topic(_FINITE, _MIXED_N),
    "pure-": Topic(_FINITE),
    "eps-": Topic(_FINITE),
    "dominance-": Topic(_FINITE),
    "mip-": Topic(_FINITE),
    "stackelberg-": Topic(_FINITE),
    "ce-": Topic(_FINITE),
    "qre-": Topic(_FINITE),
    "rep-": Topic(_REPEATED, _PAYOFF_SET),
    "evo-": Topic(_LEARNING),
    "axl-": Topic(_TOURNAMENTS, _RATING),
    "fp-": Topic(_LEARNING),
    "localint-": Topic(_LEARNING),
    "gam-": Topic("file formats"),
}


def topic_of(case_id: str) -> Topic:
    """Topic of a case; a general one if no prefix fits."""
    prefixes = [prefix for prefix in TOPICS if case_id.startswith(prefix)]
    return TOPICS[max(prefixes, key=len)] if prefixes else Topic("other")
