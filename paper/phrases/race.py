"""Overspending and underinvesting: sentences on the builders of S2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paper.claims import by_build
from paper.formats import interval, listed, number, percent, percent_interval, signed_percent, spread
from paper.phrases.restraint import builders_restraint
from paper.phrases.words import against_one, how_often, trend

Numbers = Mapping[str, Any]


def race_phrases(race: Numbers, calibration: Numbers) -> dict[str, str]:
    """Sentences on overspending and underinvesting."""
    return {
        **wedge_phrases(race["wedge"]),
        "society": society(race["centre"]),
        "laws": law_phrase(race["lambda by law of the prize"]),
        "positive at constant price": "At a price that never falls, unit margins would be positive in "
        f"{percent_interval(race['P(unit margin > 0), constant price'])}.",
        "certified": certified(race["share not certified"]),
        "gap": guidance_gap(*spending_against_guidance(race, calibration)),
        "asymmetry": hindsight_asymmetry(race["split"]),
        "meaning": frequency_and_size(race["split"]),
        "carried": carried(race["terms"]),
        "margin": margin_phrase(race["P(unit margin > 0)"]),
        "account margin": account_margin(race["margin at constant price"], calibration["facts"]["F119a"]["central"]),
        "critical ratio": critical_ratio(race["unit margin"]),
        "danger": greater_danger(race),
        "danger in brief": danger_in_brief(race),
        "danger in hindsight": danger_in_hindsight(race["split at mean demand"], race["split"]),
        "constant price": constant_price(race["unit margin, constant price"], race["unit margin"]),
        "rivals": more_rivals(race["rivals"]),
        "builders' restraint": builders_restraint(race["restraint"]),
    }


def wedge_phrases(wedge: Numbers) -> dict[str, str]:
    """Nash against joint profit and welfare."""
    joint, welfare, builds = (
        wedge[name] for name in ("P(Nash above joint)", "P(Nash above welfare)", "P(joint optimum builds)")
    )
    ratio = wedge["Nash over joint, where it builds"]
    nothing = "Mostly the builders together would rather build next to nothing: " if builds["value"] < 0.5 else ""
    least = percent(wedge["least build, share of demand"])
    start = (
        f"{nothing}joint profit asks for more than {least} of mean demand in {percent_interval(builds)} of the draws"
    )
    return {
        "wedge": f"The race builds more than joint profit would ask for {how_often(joint['value'])} "
        f"({percent_interval(joint)}), and more than welfare would {how_often(welfare['value'])} "
        f"({percent_interval(welfare)}).",
        "joint builds": f"{start[0].upper()}{start[1:]}"
        + (f", and the race then builds {spread(ratio)} times as much." if ratio else "."),
        "excess": f"Capital spending in excess of the joint optimum is US$ {spread(wedge['excess spending'])} bn, in "
        f"excess of the welfare optimum US$ {spread(wedge['excess over welfare'])} bn.",
    }


def society(centre: Numbers) -> str:
    """Who bears the cost of the race, in dollars: the ratios have different bases."""
    profit, welfare = centre["profit lost"], centre["welfare lost"]
    lost = f"the race costs the racers US$ {number(profit)} bn against the joint optimum, and society US$ "
    lost += f"{number(welfare)} bn against the welfare optimum"
    return lost + (": less, because users gain from what is built." if welfare < profit else ".")


def account_margin(margin: Mapping[str, float], reported: float) -> str:
    """Margin of the draws as accounts state it, against what a cloud reports."""
    level = "higher" if margin["0.5"] > reported else "lower"
    return (
        "As accounts state it, undiscounted and at a constant price, the median margin of the draws is "
        f"{percent(margin['0.5'])}: {level} than the {percent(reported)} that Oracle reports of its latest quarter. "
        "The rent that leaves just that is among the scenarios."
    )


def law_phrase(by_law: Numbers) -> str:
    """How much of the hindsight asymmetry is the law assumed for the prize."""
    words = {"lognormal": "lognormal", "uniform": "even on an interval", "likely": "all or nothing, mostly all"}
    values = {law: [float(e["value"]) for e in table.values()] for law, table in by_law.items()}
    ranges = [f"{number(min(v))} to {number(max(v))} if it is {words.get(law, law)}" for law, v in values.items()]
    means = [sum(v) / len(v) for v in values.values()]
    start = (
        "The law of the prize, of which only the mean moves the equilibrium, matters little at the central values"
        if max(means) < 1.25 * min(means)
        else "How large `lambda_i` is depends on the law of the prize, of which only the mean moves the equilibrium"
    )
    return (
        f"{start}: over the builders `lambda_i` is {listed(ranges)}. "
        "The law of demand is lognormal throughout, and skewed."
    )


def certified(missed: float) -> str:
    """How many draws have no certified equilibrium."""
    if missed == 0:
        return "A certified equilibrium was found in every draw."
    return f"No certified equilibrium was found in {percent(missed)} of the draws, which are left out."


def spending_against_guidance(race: Numbers, calibration: Numbers) -> tuple[float, float, float]:
    """Median capital spending of all builders, their guidance, and the part of it that is AI compute, US$ bn a year."""
    entries = calibration["models"]["compute-race"]
    plans, labs = ([e for e in entries if e["parameter"] == name] for name in ("plan", "compute_only"))
    share = next(e["central"] for e in entries if e["parameter"] == "ai_share")
    guided = [(e["high"], share + (1 - share) * lab["central"]) for e, lab in zip(plans, labs, strict=True)]
    predicted = sum(table["0.5"] for table in race["capital spending"].values())
    return predicted, sum(high for high, _ in guided), sum(high * part for high, part in guided)


def guidance_gap(predicted: float, guidance: float, on_ai: float) -> str:
    """What the difference between predicted and guided spending means."""
    if predicted < 0.9 * on_ai:
        return (
            "The gap says that actual builders see more revenue per GW, a larger stake, or more demand than the "
            "public contracts show, or that they build more than their payoffs as modelled justify; the facts "
            "cannot tell which."
        )
    if predicted < 1.1 * on_ai:
        return "The two agree as far as the swept share allows to say."
    return (
        "The model predicts more than is guided: its stakes are too large, or something that it leaves out, such as "
        "power, chips or finance, holds the builders back."
    )


def hindsight_asymmetry(split: Numbers) -> str:
    """On which side of one lambda lies, and where it is largest."""
    sides = {against_one(table["lambda"]) for table in split.values()}
    one_side = len(sides) == 1
    where = (
        f"`lambda_i` is {sides.pop()} for every builder" if one_side else "`lambda_i` is not on one side of one for all"
    )
    largest = max(split, key=lambda name: float(split[name]["lambda"]["value"]))
    others = [float(table["lambda"]["high"]) for name, table in split.items() if name != largest]
    if others and split[largest]["lambda"]["low"] > max(others):
        return f"{where}; it is largest for {largest} ({interval(split[largest]['lambda'])})."
    values = [float(table["lambda"]["value"]) for table in split.values()]
    spread = f"{number(min(values), 2)} to {number(max(values), 2)}"
    return f"{where}, {spread}, and sampling leaves open for whom it is largest."


def frequency_and_size(split: Numbers) -> str:
    """How often builds turn out too large, and how the tails of the two losses compare."""
    often = [table["P(overspend)"]["value"] for table in split.values()]
    tails = [_tail(table, "underinvest") / _tail(table, "overspend") for table in split.values()]
    start = f"A build turns out too large in {percent(min(often))} to {percent(max(often))} of the cases"
    ratio = f"{number(min(tails), 2)} to {number(max(tails), 2)} times"
    end = ": the asymmetry is in the tail, where a boom is missed." if min(tails) > 1 else "."
    return f"{start}; the worst twentieth of the losses from too little is {ratio} that from too much{end}"


def _tail(table: Numbers, loss: str) -> float:
    return float(table[f"CVaR95[{loss}]"]["value"]) or float("nan")


def carried(terms: Mapping[str, Mapping[str, float]]) -> str:
    """Which terms carry the build, each switched on alone."""
    names = list(terms)
    alone, everything = terms[names[0]]["0.5"], terms[names[-1]]["0.5"]
    order = sorted(names[1:-1], key=lambda name: -terms[name]["0.5"])
    large = [name.removeprefix("+ ") for name in order if terms[name]["0.5"] > 1.5 * alone]
    end = (
        f"the build is carried by {listed(large)}: each alone brings most of the difference."
        if all(terms["+ " + name]["0.5"] - alone > (everything - alone) / 2 for name in large)
        else f"the build is carried by {listed(large)} together."
        if large
        else "no single term carries the difference."
    )
    return (
        f"The median total is {number(alone, 2)} GW with {names[0]} and {number(everything)} GW with {names[-1]}; {end}"
    )


def margin_phrase(estimate: Mapping[str, float]) -> str:
    """What unit margins alone say."""
    share = percent_interval(estimate)
    if estimate["value"] in (0, 1):
        return f"Unit margins are positive in {share} of the draws."
    side = "mostly negative" if estimate["high"] < 0.5 else "mostly positive" if estimate["low"] > 0.5 else "evenly so"
    return f"Unit margins straddle zero, {side}: they are positive in {share} of the draws."


def critical_ratio(margin: Mapping[str, float]) -> str:
    """What unit margins alone say of too little against too much: the critical ratio against one half."""
    ends = (
        f"The unit margin runs from {signed_percent(margin['0.05'])} to {signed_percent(margin['0.95'])} "
        "(5th to 95th percentile)"
    )
    if margin["0.95"] < 0.5:
        return (
            f"{ends} and so stays below one half: on unit margins alone, before any race is added, a GW "
            "too many costs more than a GW too few."
        )
    if margin["0.05"] > 0.5:
        return f"{ends}: on unit margins alone, before any race is added, a GW too few costs more than a GW too many."
    return f"{ends}: whether unit margins alone favour too much or too little is open in the facts."


def danger_in_brief(race: Numbers) -> str:
    """Which mistake costs more at the margin of planned demand, on unit margins alone and with all terms."""
    ratios = race["critical ratio"]
    alone, everything = (
        [float(each["P(above half)"]["value"]) for each in ratios[term].values()]
        for term in (next(iter(ratios)), list(ratios)[-1])
    )
    least, most = min(everything), max(everything)
    verdict = (
        "too much is mostly the greater danger"
        if most < 0.5
        else "too little is mostly the greater danger"
        if least > 0.5
        else "which is the greater danger differs between the builders"
    )
    why = "; what makes too little one are the stakes" if max(alone) < least else ""
    return (
        f"At planned demand a builder loses more at the margin from too little than from too much in {percent(least)} "
        f"to {percent(most)} of the draws, by builder, and on unit margins alone in "
        f"{f'at most {percent(max(alone))}' if max(alone) > 0 else 'none'}: {verdict}{why}."
    )


def greater_danger(race: Numbers) -> str:
    """`danger_in_brief`, what a GW adds to the stakes and would have to, and the answer at other builds."""
    cases = race["claims"]["10"]["cases"]
    stakes = {
        word: [float(each["0.5"]) for each in race["stakes per GW"][word].values()] for word in ("added", "needed")
    }
    return (
        f"{danger_in_brief(race)} A GW adds US$ {_span(stakes['added'])} bn to them in the median, by builder, and "
        f"would have to add US$ {_span(stakes['needed'])} bn for too little to be the greater danger. The stakes add "
        "less the more is built, so that the answer depends on where it is asked, and for how many builders: too "
        f"little is the greater danger {by_build(cases)}."
    )


def danger_in_hindsight(at_demand: Numbers, in_equilibrium: Numbers) -> str:
    """Losses in hindsight from building planned demand, by terms, against those at the equilibrium."""
    first, last = next(iter(at_demand)), list(at_demand)[-1]
    alone, everything, race = (
        [float(table["lambda"]["value"]) for table in split.values()]
        for split in (at_demand[first], at_demand[last], in_equilibrium)
    )
    text = (
        f"In hindsight, if each builds the demand that it plans for, `lambda_i` is {_span(alone)} over the builders "
        f"with {first} and {_span(everything)} with {last}; at the equilibrium it is {_span(race)}."
    )
    if max(everything) < min(race):
        text += (
            " That is no contradiction: what is built there already answers the danger, and for a newsvendor with "
            "margin `m` and even demand that ratio is `(1 - m) / m`, which falls as the margin rises."
        )
    return text


def _span(values: list[float]) -> str:
    return f"{number(min(values), 2)} to {number(max(values), 2)}"


def constant_price(constant: Mapping[str, float], declining: Mapping[str, float]) -> str:
    """What the fall of prices does to the unit margin."""
    turns = constant["0.5"] > 0 > declining["0.5"]
    return (
        f"The median unit margin is {signed_percent(declining['0.5'])}; at a price that never falls it would be "
        f"{signed_percent(constant['0.5'])}"
        + (": the sign of the typical margin hangs on how fast prices fall." if turns else ".")
    )


def more_rivals(rivals: Mapping[str, Mapping[str, float]]) -> str:
    """Total build and dissipation as builders are added."""
    builds, lost = ([table[key] for table in rivals.values()] for key in ("total GW", "dissipation"))
    return (
        f"At the central values the total build {trend(builds)} with the number of builders, and the share of joint "
        f"profit dissipated {trend(lost)} (between {percent(min(lost))} and {percent(max(lost))})."
    )
