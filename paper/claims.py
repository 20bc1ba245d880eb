"""Verdicts on the article's twelve claims: rules, not opinions.

A claim that a study answers is judged by an interval against a threshold:

    supported                          the whole interval is above ``SURE`` (or, for ratios, above one)
    not supported                      the whole interval is below ``RARE`` (or below one)
    supported under stated conditions  anything else; the conditions are computed and printed

A claim whose legs rest on scenarios that the model does not choose between, such as who else bids, is judged in each
scenario; the verdict is theirs if they agree, and else holds under stated conditions, with the scenarios as those. So
is a claim with a threshold that no fact sets. A claim about a parameter is judged by where the sources put it against
the value at which it turns, and not by a probability, which would only repeat the prior.

A claim that no study judges is 'not yet answered', and says to which system it is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from paper.formats import interval, listed, number, percent, percent_interval
from theory.errors import InputError

SURE, RARE = 0.9, 0.1
"""A claim about the sign of something is supported above the one, and not supported below the other."""

SUPPORTED, CONDITIONAL, REJECTED, OPEN = (
    "supported",
    "supported under stated conditions",
    "not supported",
    "not yet answered",
)

CLAIMS = {
    1: "Firms are in a prisoner's dilemma.",
    2: "The risk of inaction exceeds that of overspending.",
    3: "Using two chip families avoids lock-in and makes suppliers compete.",
    4: "Direct equity makes the customer relation deeper and cements the partner.",
    5: "Serving rival labs makes a cloud indispensable.",
    6: "Anchoring a top lab is a strategic win for a cloud.",
    7: "Fast, large deployment is decisive under scarcity.",
    8: "TPUs give a cost and performance edge over the market leader.",
    9: "The valuation escalates the investment environment.",
    10: "Too little compute is the greater danger.",
    11: "Scarcity forces labs into long, large commitments.",
    12: "The movement consolidates the sector.",
}

LEFT_TO = {
    3: "S3, multi-cloud balancing",
    4: "S4, equity for compute",
    5: "S6, the AI supermarket",
    6: "S5, anchor tenants",
    7: "S8, speed: neither the two-action race nor the one-shot choice of GW has time to build in it",
    8: "S7, custom silicon: here a saving on capital enters as a parameter, it is not a result",
    9: "S10, valuations and runway",
    11: "S5, anchor tenants, and S9, compute scarcity",
    12: "S14, the dynamic race, with S4",
}
"""The system that would judge a claim, where the numbers of the two races do not."""


CAUTIONS = {
    1: "The priors are drawn independently, and industry stakes do not grow when all race: both could move draws to "
    "another class.",
    2: "A loss asymmetry is no dilemma, and a firm without any rival may face one.",
    3: "Chips are of one quality, and what a lab knows of a family is in the porting cost alone.",
    4: "The known stake is a claim on profits, without votes or seats; the talks behind the larger one rest on one "
    "source.",
    5: "How the other clouds conduct themselves is a scenario, and not an equilibrium choice.",
    6: "Who bids for the tenant is a scenario, and not an equilibrium choice.",
    7: "It is judged for those who build: what a lab gains from compute that is there today is not in it.",
    8: "The two sources measure unlike things; software, and what it costs to port, are not in the ratio.",
    9: "A valuation stands for money that a lab can raise; why it steps up is outside the model.",
    10: "Hindsight compares mistakes around a choice that already answers the rivals; joint profit is not in it.",
    11: "Tightness is a parameter and not the outcome of a market; the contract is bargained by one lab and one cloud.",
    12: "Stakes here carry no votes; a merger or a loan would be another game.",
}
"""What each verdict leaves out, whatever the numbers are; a study may add what depends on them."""


@dataclass(frozen=True)
class Verdict:
    """Verdict on one claim, with what it rests on; ``cautions`` are those that depend on the numbers.

    ``condition`` completes 'if ...', for a claim that is supported under conditions; else it is not printed.
    """

    claim: int
    text: str
    verdict: str
    evidence: str
    model: str
    sensitivity: str
    cautions: str = ""
    condition: str = ""


def judge_claims(
    dilemma: Mapping[str, Any],
    race: Mapping[str, Any],
    chief: Sequence[str],
    conditions: Mapping[str, str],
    others: Sequence[Verdict] = (),
) -> list[dict[str, Any]]:
    """Verdicts on all claims, in order.

    Parameters
    ----------
    dilemma, race
        Numbers of the records of ``dilemma_class`` and ``overspend_underinvest``.
    chief
        The largest drivers of the dilemma, as the paper names them.
    conditions
        Under which conditions the dilemma and the loss asymmetry hold, in words (`paper.conditions`).
    others
        Verdicts of the systems around the race, at most one for each claim.
    """
    judged = {
        1: judge_dilemma(dilemma, chief, conditions["dilemma"], conditions["short"]),
        2: judge_inaction(dilemma, conditions["asymmetry"], conditions["short"]),
        10: judge_scarcity(race),
    }
    for verdict in others:
        if verdict.claim in judged:
            raise InputError(f"two studies judge claim {verdict.claim}; let one of them, and cite the other")
        judged[verdict.claim] = verdict
    rows = [
        judged.get(n) or Verdict(n, text, OPEN, "No study answers it yet.", f"Left to {LEFT_TO[n]}.", "")
        for n, text in CLAIMS.items()
    ]
    return [
        asdict(row)
        | {
            "cautions": f"{row.cautions} {CAUTIONS[row.claim]}".strip(),
            "condition": row.condition if row.verdict == CONDITIONAL else "",
        }
        for row in rows
    ]


def by_probability(estimates: Sequence[Mapping[str, float]]) -> str:
    """Verdict from probabilities with intervals; all must agree."""
    if all(e["low"] >= SURE for e in estimates):
        return SUPPORTED
    return REJECTED if all(e["high"] <= RARE for e in estimates) else CONDITIONAL


def by_necessary(estimates: Sequence[Mapping[str, float]]) -> str:
    """Verdict from the probabilities of what a claim needs, each of them: one that hardly ever holds refutes it."""
    if all(e["low"] >= SURE for e in estimates):
        return SUPPORTED
    return REJECTED if any(e["high"] <= RARE for e in estimates) else CONDITIONAL


def agreed(rulings: Iterable[str]) -> str:
    """One verdict from those of several scenarios or thresholds: theirs if it is the same, else conditional.

    Examples
    --------
    >>> agreed([SUPPORTED, SUPPORTED]), agreed([SUPPORTED, REJECTED])
    ('supported', 'supported under stated conditions')
    """
    found = set(rulings)
    return found.pop() if len(found) == 1 else CONDITIONAL


def likeliest(rulings: Mapping[str, str]) -> list[str]:
    """The scenarios whose ruling is the most favourable.

    Examples
    --------
    >>> likeliest({"alone": CONDITIONAL, "with a rival": REJECTED})
    ['alone']
    """
    order = (SUPPORTED, CONDITIONAL, REJECTED)
    best = min(order.index(ruling) for ruling in rulings.values())
    return [name for name, ruling in rulings.items() if order.index(ruling) == best]


def weakest(legs: Mapping[str, Mapping[str, float] | None]) -> str:
    """What a claim needs and has the least of: the key of the smallest probability."""
    known = {name: estimate["value"] for name, estimate in legs.items() if estimate}
    return min(known, key=lambda name: known[name])


def by_ratio(estimates: Sequence[Mapping[str, float]]) -> str:
    """Verdict from ratios with intervals, against one; all must agree."""
    if all(float(e["low"]) > 1 for e in estimates):
        return SUPPORTED
    return REJECTED if all(float(e["high"]) < 1 for e in estimates) else CONDITIONAL


def judge_dilemma(dilemma: Mapping[str, Any], chief: Sequence[str], condition: str, short: str) -> Verdict:
    """Claim 1: probability of the prisoner's dilemma for every number of labs."""
    name = "prisoner's dilemma"
    by_labs = {n: classes[name] for n, classes in dilemma["classes by labs"].items()}
    two = dilemma["classes"]
    other = max((c for c in two if c != name), key=lambda c: two[c]["value"])
    shares = listed([f"{percent(e['value'])} with {n}" for n, e in by_labs.items()])
    terms = listed(
        [f"{percent(classes[name]['value'])} {term}" for term, classes in dilemma["classes by terms"].items()]
    )
    return Verdict(
        1,
        CLAIMS[1],
        by_probability(list(by_labs.values())),
        f"Probability by number of labs: {shares}. The most probable other game of two labs is {other}, "
        f"{percent_interval(two[other])}. {condition}",
        "S1, two-action race of n labs",
        f"With two labs: {terms}. Chief drivers: {listed(list(chief))}.",
        condition=short,
    )


def judge_inaction(dilemma: Mapping[str, Any], condition: str, short: str) -> Verdict:
    """Claim 2: probability that restraint loses more than racing while rivals race."""
    asymmetry = dilemma["asymmetry"]
    estimate = asymmetry["P(lambda > 1)"]
    return Verdict(
        2,
        CLAIMS[2],
        by_probability([estimate]),
        f"Probability that λ > 1 while rivals race: {percent_interval(estimate)}; median λ "
        f"{number(asymmetry['median lambda'])}, at the central values {number(dilemma['centre']['lambda'])}. "
        f"{condition}",
        "S1, both losses while rivals race",
        f"Where it holds the game is a prisoner's dilemma in {percent(_value(asymmetry['P(dilemma | lambda > 1)']))} "
        "of the draws: it is necessary for one, and not sufficient.",
        condition=short,
    )


def judge_scarcity(race: Mapping[str, Any]) -> Verdict:
    """Claim 10: hindsight asymmetry at the equilibrium, and whether unit margins say the same.

    A ratio above one in the race alone makes the claim hold under the condition that the stakes are there: it is
    supported outright only if a GW also earns its cost without them.
    """
    ratios = {name: table["lambda"] for name, table in race["split"].items()}
    shown = listed([f"{name} {interval(e, 2)}" for name, e in ratios.items()])
    terms = race["terms"]
    first, last = next(iter(terms)), list(terms)[-1]
    margin = race["P(unit margin > 0)"]
    carried = ""
    if margin["high"] < 0.5:
        carried = ": on margins alone a GW too many would mostly cost more than a GW too few"
    verdict = by_ratio(list(ratios.values()))
    if verdict == SUPPORTED and margin["low"] < SURE:
        verdict = CONDITIONAL
    build = f"{number(terms[last]['0.5'])} GW with {last}, {number(terms[first]['0.5'], 2)} GW with {first}"
    return Verdict(
        10,
        CLAIMS[10],
        verdict,
        f"λ at the equilibrium of the race: {shown}.",
        "S2, hindsight split at the Nash equilibrium",
        f"Unit margins are positive in {percent_interval(margin)} of the draws{carried}. Median build {build}.",
        condition="prize and standing are at stake, and not unit margins alone",
    )


def _value(estimate: Mapping[str, float] | None) -> float | None:
    return None if estimate is None else estimate["value"]
