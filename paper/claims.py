"""Verdicts on the article's twelve claims: rules, not opinions.

A study records what a claim needs, in which cases, and under which condition on the parameters it is nearly certain
(`experiments.claims`). The verdict is a function of these numbers, the same for every claim:

    supported                          what is needed holds together with at least ``SURE`` in every case and reading
    not supported                      ... with at most ``RARE`` in every case and reading
    supported under stated conditions  neither, but a case, or bounds on parameters that are met with at least ``RARE``,
                                       or both, make it hold with at least ``SURE``
    dependent on the reading           none of these, and some readings of the words, not all, are supported, or are
                                       not supported
    not decided                        none of these

A reading is no condition. What is not decided is said with what would rule it out: a case, or bounds found like those
that make it hold. An interval counts by the end that is nearer to the bound. A claim about one parameter is
judged by where the sources put it against the value at which it turns (claim 8), for a probability would only repeat
the prior. A claim that no study judges is 'not yet answered', and says to which system it is left.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from experiments.claims import ONLY, RARE, SURE
from paper.claim_texts import CAUTIONS, CLAIMS, HISTORY, LEFT_TO
from paper.formats import chosen_percent, count, listed, number, percent, percent_interval
from paper.names import spoken
from theory.errors import InputError

SUPPORTED, CONDITIONAL, REJECTED, BY_READING, UNDECIDED, OPEN = (
    "supported",
    "supported under stated conditions",
    "not supported",
    "dependent on the reading",
    "not decided",
    "not yet answered",
)
"""The verdicts, in the order in which they are counted."""

Found = Mapping[str, Any]
"""What a study records of one claim, or of one case of it."""


@dataclass(frozen=True)
class Verdict:
    """Verdict on one claim, with what it rests on; ``cautions`` are those that depend on the numbers.

    ``condition`` completes the verdict: if what, in which reading, or what would rule it out. ``turns`` says whether
    some case is ruled otherwise at another bound of those tried.
    """

    claim: int
    text: str
    verdict: str
    evidence: str
    model: str
    sensitivity: str
    cautions: str = ""
    condition: str = ""
    turns: bool = False


def judge_claims(
    dilemma: Mapping[str, Any],
    race: Mapping[str, Any],
    forecast: Mapping[str, Any],
    chief: Sequence[str],
    others: Sequence[Verdict] = (),
) -> list[dict[str, Any]]:
    """Verdicts on all claims, in order.

    Parameters
    ----------
    dilemma, race, forecast
        Numbers of the records of ``dilemma_class``, ``overspend_underinvest`` and ``forecast``.
    chief
        The largest drivers of the dilemma, as the paper names them.
    others
        Verdicts of the systems around the race, at most one for each claim.
    """
    judged = {
        1: judge_dilemma(dilemma, forecast, chief),
        2: judge_inaction(dilemma, forecast),
        10: judge_scarcity(race, forecast),
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
        asdict(row) | {"cautions": f"{row.cautions} {CAUTIONS[row.claim]}".strip(), "history": HISTORY[row.claim]}
        for row in rows
    ]


def ruling(case: Found) -> str:
    """Verdict on a claim in one case.

    Examples
    --------
    >>> ruling({"together": {"value": 0.4, "low": 0.38, "high": 0.42}, "condition": None})
    'not decided'
    """
    together = case["together"]
    if together is None:
        return UNDECIDED
    if together["low"] >= SURE:
        return SUPPORTED
    if together["high"] <= RARE:
        return REJECTED
    return CONDITIONAL if case["condition"] else UNDECIDED


def verdict_of(found: Found) -> tuple[str, str]:
    """Verdict on a claim from all its cases or readings, and what completes it in words."""
    cases = found["cases"]
    rulings = {name: ruling(case) for name, case in cases.items()}
    if len(set(rulings.values())) == 1 and set(rulings.values()) <= {SUPPORTED, REJECTED}:
        return next(iter(rulings.values())), ""
    against = _against(found, rulings)
    condition = _condition(found, rulings)
    if condition:
        return CONDITIONAL, "; ".join(filter(None, (f"if {condition}", against)))
    if found["readings"] and {SUPPORTED, REJECTED} & set(rulings.values()):
        return BY_READING, "; ".join(filter(None, (_by_reading(rulings), against)))
    return UNDECIDED, against


def _condition(found: Found, rulings: Mapping[str, str]) -> str:
    """Cases, or bounds in all cases, or both in one of them, under which the claim holds; empty if there are none."""
    cases = found["cases"]
    sure = [name for name, verdict in rulings.items() if verdict == SUPPORTED]
    if sure and not found["readings"]:
        return " or ".join(
            f"{name} (it then holds in {percent_interval(cases[name]['together'])} of the draws)" for name in sure
        )
    if found["every case"]["condition"]:
        return condition_in_words(found["every case"]["condition"])
    if CONDITIONAL in rulings.values() and not found["readings"]:
        name = max((n for n in rulings if rulings[n] == CONDITIONAL), key=lambda n: _share(cases[n]["condition"]))
        return f"{name}, and {condition_in_words(cases[name]['condition'])}"
    return ""


def _against(found: Found, rulings: Mapping[str, str]) -> str:
    """What would rule the claim out: a case, or bounds."""
    ways = [] if found["readings"] else [name for name, verdict in rulings.items() if verdict == REJECTED]
    if found["ruled out"]:
        ways.append(condition_in_words(found["ruled out"], "fails"))
    return f"ruled out if {' or if '.join(ways)}" if ways else ""


def _by_reading(rulings: Mapping[str, str]) -> str:
    groups = {
        verdict: [name for name, given in rulings.items() if given in verdicts]
        for verdict, verdicts in {
            SUPPORTED: (SUPPORTED,),
            CONDITIONAL: (CONDITIONAL,),
            REJECTED: (REJECTED,),
            UNDECIDED: (UNDECIDED,),
        }.items()
    }
    return "; ".join(f"{verdict}: {listed(names)}" for verdict, names in groups.items() if names)


def _share(condition: Found) -> float:
    return float(condition["share"]["value"])


def condition_in_words(condition: Found, then: str = "holds") -> str:
    """Bounds of a condition, how often they are met, and how often the claim then holds, or fails.

    Examples
    --------
    >>> estimate = {"value": 0.95, "low": 0.94, "high": 0.96}
    >>> bound = {"parameter": "survival", "player": None, "side": "above", "value": 21.3, "unit": "US$ bn"}
    >>> condition_in_words({"bounds": [bound], "share": estimate, "holds": estimate})
    'standing at stake is above 21.3 US$ bn: so in 95.0% of the draws judged, and it then holds in 95.0% [...] of them'
    """
    met = listed([_bound(bound) for bound in condition["bounds"]])
    return (
        f"{met}: so in {percent(condition['share']['value'])} of the draws judged, and it then {then} in "
        f"{percent_interval(condition['holds'])} of them"
    )


def _bound(bound: Found) -> str:
    whose = f"{bound['player']}\N{RIGHT SINGLE QUOTATION MARK}s " if bound["player"] else ""
    unit = "" if bound["unit"] == "1" else f" {bound['unit']}"
    return f"{whose}{spoken(bound['parameter'])} is {bound['side']} {number(bound['value'])}{unit}"


def needed(case: Found) -> str:
    """What a claim needs with the probability of each, and of all together; what is not sure is all that it lacks."""
    parts = [f"{words} in {percent_interval(estimate)}" for words, estimate in case["needs"].items() if estimate]
    if not parts:
        return "No draw is left to judge it by."
    if len(parts) == 1:
        return f"Needed: {parts[0]} of the draws."
    return f"Needed: {listed(parts)} of the draws; all together in {percent_interval(case['together'])}."


def only(found: Found) -> Found:
    """The one case of a claim that has no others."""
    case: Found = found["cases"][ONLY]
    return case


def case_by_case(found: Found) -> str:
    """The ruling in each case, with the bounds that make it hold, and what it rests on."""
    cases = found["cases"]
    if all(len(case["needs"]) == 1 for case in cases.values()):
        return _by_need(cases)
    return " ".join(f"{name[0].upper()}{name[1:]}: {_ruled(case)}. {needed(case)}" for name, case in cases.items())


def _by_need(cases: Mapping[str, Found]) -> str:
    """Cases that need one thing each: the need once, and in which share of the draws it is so, case by case."""
    by_need: dict[str, list[str]] = {}
    for name, case in cases.items():
        ((words, estimate),) = case["needs"].items()
        share = percent_interval(estimate) if estimate else "no draw to judge by"
        by_need.setdefault(words, []).append(f"{name} {share} ({_ruled(case)})")
    return " ".join(f"Needed: {words}. Share of the draws: {'; '.join(said)}." for words, said in by_need.items())


def _ruled(case: Found) -> str:
    verdict = ruling(case)
    return f"{verdict} (if {condition_in_words(case['condition'])})" if verdict == CONDITIONAL else verdict


def if_explained(forecast: Found, events: Mapping[str, str]) -> str:
    """How probable events are in the draws in which the race itself explains the spending of 2025; not a verdict.

    Parameters
    ----------
    events
        Names of the events, as the forecast's ``"game"`` has them, and how each is called here.
    """
    met = forecast["game"]["guidance met"]
    if met is None:
        return ""
    shown = listed([f"{percent_interval(met[event])} {words}".strip() for event, words in events.items()])
    return (
        f" In the {percent(forecast['P(meets guidance)']['value'])} of the draws in which the race itself explains the "
        f"spending of 2025: {shown}, added after results were seen, and circular as evidence."
    )


def by_bound_in_words(found: Found, counts: str, shown: Callable[[str], str]) -> str:
    """How probable a claim is, and what the ruling would be, by the bound from which on something counts.

    Parameters
    ----------
    found
        What is recorded of the claim, with ``"by bound"``.
    counts
        What a bound is one of, with ``{}`` for the bounds that were tried.

    Examples
    --------
    >>> rows = {
    ...     bound: {"together": dict.fromkeys(("value", "low", "high"), share), "condition": None}
    ...     for bound, share in {"0.01": 0.95, "0.02": 0.6, "0.05": 0.4}.items()
    ... }
    >>> by_bound_in_words({"by bound": {"suppliers compete": rows}}, "If a fall counts from {} on", str)
    'If a fall counts from 0.01, 0.02 and 0.05 on: suppliers compete 95.0% (supported), 60.0% and 40.0% (not decided).'
    """
    judged = {name: rows for name, rows in found["by bound"].items() if all(row["together"] for row in rows.values())}
    if not judged:
        return ""
    bounds = listed([shown(bound) for bound in next(iter(judged.values()))])
    said = [f"{name} {_rulings_in_words(list(rows.values()))}".strip() for name, rows in judged.items()]
    return f"{counts.format(bounds)}: {'; '.join(said)}."


def _rulings_in_words(cases: Sequence[Found]) -> str:
    """Shares, and after each run of equal rulings what they are."""
    runs = [(verdict, list(run)) for verdict, run in itertools.groupby(cases, key=ruling)]
    return ", ".join(
        f"{listed([percent(case['together']['value']) for case in run])} ({verdict})" for verdict, run in runs
    )


def turns_with_bound(found: Found) -> bool:
    """Whether the ruling in some case is another at another of the bounds that were tried."""
    return any(len({ruling(case) for case in rows.values()}) > 1 for rows in found.get("by bound", {}).values())


def judge_dilemma(dilemma: Mapping[str, Any], forecast: Mapping[str, Any], chief: Sequence[str]) -> Verdict:
    """Claim 1: the class of the game, for every number of labs."""
    name = "prisoner's dilemma"
    found = dilemma["claims"]["1"]
    verdict, condition = verdict_of(found)
    two = dilemma["classes"]
    shown = listed([f"{percent_interval(each[name])} with {n} labs" for n, each in dilemma["classes by labs"].items()])
    other = max((c for c in two if c != name), key=lambda c: two[c]["value"])
    terms = listed(
        [f"{percent(classes[name]['value'])} {term}" for term, classes in dilemma["classes by terms"].items()]
    )
    return Verdict(
        1,
        CLAIMS[1],
        verdict,
        f"Probability by number of labs: {shown}; on the draws that the rule reads {_by_case(found)}, and whatever "
        f"their number {percent_interval(found['every case']['together'])}. The most probable other game of two labs "
        f"is {other}, {percent_interval(two[other])}."
        + if_explained(forecast, {f"{name} in a prisoner's dilemma": f"with {name}" for name in found["cases"]}),
        "S1, two-action race of n labs",
        f"With two labs: {terms}. Chief drivers: {listed(list(chief))}.",
        condition=condition,
    )


def _by_case(found: Found, word: str = "") -> str:
    shown = {name.removesuffix(word): case for name, case in found["cases"].items() if name.endswith(word)}
    return listed([f"{percent_interval(case['together'])} with {name}{_under(case)}" for name, case in shown.items()])


def _under(case: Found) -> str:
    """In brackets, the bounds that make a case hold, where its ruling needs them."""
    return f" ({condition_in_words(case['condition'])})" if ruling(case) == CONDITIONAL else ""


def judge_inaction(dilemma: Mapping[str, Any], forecast: Mapping[str, Any]) -> Verdict:
    """Claim 2: restraint loses more than racing while all rivals race, for every number of labs, in mean and tail."""
    asymmetry, found = dilemma["asymmetry"], dilemma["claims"]["2"]
    verdict, condition = verdict_of(found)
    both = asymmetry["P(dilemma | lambda > 1)"]
    return Verdict(
        2,
        CLAIMS[2],
        verdict,
        f"By mean loss while all rivals race (λ > 1): {_by_case(found, BY_MEAN)}. By the mean of the worst twentieth "
        f"of each loss: {_by_case(found, BY_TAIL)}. Median λ of two labs {number(asymmetry['median lambda'])}, at the "
        f"central values {number(dilemma['centre']['lambda'])}."
        + if_explained(
            forecast,
            {
                f"inaction loses more with {name.removesuffix(BY_MEAN)}": f"with {name}"
                for name in found["cases"]
                if name.endswith(BY_MEAN)
            },
        ),
        "S1, both losses while rivals race",
        f"{by_bound_in_words(found, 'If the worst {} of each loss count', chosen_percent)} Tails are measured on "
        f"{count(dilemma['states per draw judged'])} states a draw. Where λ > 1 the game of two "
        f"labs is a prisoner's dilemma in {percent(both and both['value'])} of the draws: it is necessary for one, and "
        "not sufficient.",
        condition=condition,
        turns=turns_with_bound(found),
    )


def by_build(cases: Mapping[str, Found]) -> str:
    """How probable the readings of claim 10 are, for how many builders, one build after the other.

    Examples
    --------
    >>> one = {"together": {"value": 0.4, "low": 0.38, "high": 0.42}, "condition": None}
    >>> by_build({"most builders at mean demand": one, "any builder at mean demand": one})
    'at mean demand in 40.0% [38.0%, 42.0%] for most builders and 40.0% [38.0%, 42.0%] for any builder'
    """
    builds: dict[str, list[str]] = {}
    for name, case in cases.items():
        who, _, where = name.partition(" at ")
        builds.setdefault(where, []).append(f"{percent_interval(case['together'])} for {who}{_under(case)}")
    return "; ".join(f"at {where} in {listed(shown)}" for where, shown in builds.items())


def _most_endangered(table: Mapping[str, Found]) -> str:
    """Who carries a reading of claim 10 that asks for any builder."""
    said = []
    for where, each in table.items():
        name = max(each, key=lambda n: float(each[n]["value"]))
        said.append(f"{where} to {name} ({percent_interval(each[name])})")
    return f"Too little is most often the greater danger {listed(said)}."


BY_MEAN, BY_TAIL = ", by the mean", ", by the worst twentieth"
"""How the study names its readings of a risk."""


def judge_scarcity(race: Mapping[str, Any], forecast: Mapping[str, Any]) -> Verdict:
    """Claim 10: whether too little loses more at the margin than too much, by how many builders, and at which builds.

    The statistic is the newsvendor's critical ratio. Losses in hindsight at the equilibrium are evidence only: they are
    measured around a choice that has answered the danger already, and for a newsvendor of even demand their ratio falls
    as the margin rises.
    """
    found, ratios = race["claims"]["10"], race["critical ratio"]
    verdict, condition = verdict_of(found)
    first, last = next(iter(ratios)), list(ratios)[-1]
    builders = listed([f"{name} {percent_interval(ratios[last][name]['P(above half)'])}" for name in ratios[last]])
    alone = [float(each["P(above half)"]["value"]) for each in ratios[first].values()]
    losses = [float(table["lambda"]["value"]) for table in race["split"].values()]
    return Verdict(
        10,
        CLAIMS[10],
        verdict,
        "Critical ratio (loss from too little over that and the loss from too much, at the margin) above one half, "
        f"with all terms, at planned demand: {builders}. Above one half {by_build(found['cases'])}. With {first}, at "
        f"planned demand: at most {percent(max(alone))}, by builder."
        + if_explained(
            forecast,
            {
                f"too little loses more in {year}": f"for every builder at demand rolled forward to {year}"
                for year in (2025, 2026)
            },
        ),
        "S2 at the margin",
        f"{_most_endangered(race['P(above half) by build'])} Hindsight at the equilibrium gives λ "
        f"{number(min(losses), 2)} to {number(max(losses), 2)} over the builders, and is no measure of this: what is "
        "built there already answers the danger.",
        condition=condition,
    )
