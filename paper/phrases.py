"""Sentences that depend on results: chosen by the numbers, so that they cannot contradict them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paper.formats import interval, listed, number, percent, percent_interval, spread

Numbers = Mapping[str, Any]


def how_often(share: float) -> str:
    """A probability in words.

    Examples
    --------
    >>> how_often(0.34), how_often(0.95)
    ('in a minority of the draws', 'in almost all draws')
    """
    bounds = ((0.01, "in almost none of the draws"), (0.1, "in few draws"), (0.45, "in a minority of the draws"))
    bounds += ((0.55, "in about half of the draws"), (0.9, "in most draws"))
    return next((words for bound, words in bounds if share < bound), "in almost all draws")


def against_one(estimate: Mapping[str, float]) -> str:
    """Where a ratio's interval lies: above one, below one, or on both sides."""
    if float(estimate["low"]) > 1:
        return "above one"
    return "below one" if float(estimate["high"]) < 1 else "not distinguishable from one"


def trend(values: list[float]) -> str:
    """Direction of a series.

    Examples
    --------
    >>> trend([3.0, 2.0, 1.0]), trend([1.0, 3.0, 2.0])
    ('falls', 'does not move in one direction')
    """
    steps = [b - a for a, b in zip(values, values[1:], strict=False)]
    if all(step > 0 for step in steps):
        return "rises"
    return "falls" if all(step < 0 for step in steps) else "does not move in one direction"


def dilemma_phrases(dilemma: Numbers) -> dict[str, str]:
    """Sentences on which game it is."""
    name = "prisoner's dilemma"
    classes, asymmetry = dilemma["classes"], dilemma["asymmetry"]
    order = sorted(classes, key=lambda c: -classes[c]["value"])
    first, second = order[0], order[1]
    by_labs = dilemma["classes by labs"]
    labs, shares = list(by_labs), [by_labs[n][name]["value"] for n in by_labs]
    margins_alone = next(iter(dilemma["classes by terms"].values()))[name]["value"]
    gap = asymmetry["P(lambda > 1)"]["value"] - asymmetry["P(dilemma and lambda > 1)"]["value"]
    centre = dilemma["centre"]
    likely = first if first == name else f"{first}, not a {name}"
    return {
        "most probable": f"The most probable game of two labs is {likely} ({percent_interval(classes[first])}); "
        f"next is {second} ({percent_interval(classes[second])}).",
        "how often": how_often(classes[name]["value"]),
        "labs": f"The probability of a {name} {trend(shares)} with the number of labs, "
        f"from {percent(shares[0])} with {labs[0]} to {percent(shares[-1])} with {labs[-1]}.",
        "terms": (
            "Unit margins alone hardly ever make a dilemma"
            if margins_alone < 0.05
            else "Unit margins alone already make some dilemmas"
        )
        + f" ({percent(margins_alone)}).",
        "asymmetry without dilemma": f"In {percent(gap)} of all draws λ > 1 and the game is no {name}.",
        "centre": f"At the central values the game is a {centre['class']}"
        + (
            ", although over the draws most games are not: the centre is not the typical draw, because the priors of "
            "revenue and cost are skewed."
            if centre["class"] == name and classes[name]["value"] < 0.5
            else "."
        ),
    }


def race_phrases(race: Numbers) -> dict[str, str]:
    """Sentences on overspending and underinvesting."""
    wedge, split, terms = race["wedge"], race["split"], race["terms"]
    joint, welfare = (wedge[f"P(Nash above {w})"] for w in ("joint", "welfare"))
    sides = {against_one(table["lambda"]) for table in split.values()}
    asymmetry = f"λ is {sides.pop()} for every builder" if len(sides) == 1 else "λ lies on different sides of one"
    largest = max(split, key=lambda b: split[b]["lambda"]["value"])
    names = list(terms)
    alone, everything = terms[names[0]]["0.5"], terms[names[-1]]["0.5"]
    carried = sorted(names[1:-1], key=lambda t: alone - terms[t]["0.5"])
    middle = [t for t in carried if terms[t]["0.5"] > 1.5 * alone]
    rivals = race["rivals"]
    dissipation = [rivals[n]["dissipation"] for n in rivals]
    known = wedge["Nash over joint"]["0.5"] is not None
    return {
        "wedge": f"The race builds more than joint profit would ask for {how_often(joint['value'])} "
        f"({percent_interval(joint)}), and more than welfare would {how_often(welfare['value'])} "
        f"({percent_interval(welfare)}).",
        "ratios": f"The median total build is {spread(wedge['Nash over joint'])} times the joint optimum and "
        f"{spread(wedge['Nash over welfare'])} times the welfare optimum."
        if known
        else "The optimum was not found in some draws, so the record gives no quantiles of these ratios, and the two "
        "shares above count those draws as not above it.",
        "asymmetry": f"{asymmetry}; it is largest for {largest} ({interval(split[largest]['lambda'])}).",
        "meaning": "Even after the race has built what it builds, being too small costs more in hindsight than being "
        "too large: the losses from a missed boom are rarer or equally frequent, but much larger."
        if sides <= {"above one"} and asymmetry.startswith("λ is above")
        else "At the equilibrium the two losses are no longer ordered as the quoted fear has it for all builders.",
        "carried": (
            f"The median total is {number(alone, 2)} GW with {names[0]} and {number(everything)} GW with all terms; "
            + (
                f"the build is carried by {listed([t.removeprefix('+ ') for t in middle])}, each switched on alone."
                if middle
                else "no single term carries the difference."
            )
        ),
        "rivals": f"At the central values the total build {trend([rivals[n]['total GW'] for n in rivals])} with the number of builders, "
        f"and the share of joint profit dissipated {trend(dissipation)} (between {percent(min(dissipation))} and {percent(max(dissipation))}).",
        "margin": margin_phrase(race["P(unit margin > 0)"]),
    }


def margin_phrase(estimate: Mapping[str, float]) -> str:
    """What unit margins alone say."""
    share = percent_interval(estimate)
    if estimate["high"] < 0.5:
        return f"Unit margins straddle zero and are mostly negative: they are positive in {share} of the draws."
    if estimate["low"] > 0.5:
        return f"Unit margins straddle zero and are mostly positive: they are positive in {share} of the draws."
    return f"Unit margins straddle zero: they are positive in {share} of the draws."


def repeated_phrases(repeated: Numbers) -> dict[str, str]:
    """Sentences on what restraint needs."""
    sustainable, automata = repeated["sustainable"], repeated["centre"]["automata"]
    labs = list(sustainable)
    lags = list(sustainable[labs[0]])
    first, last = sustainable[labs[0]][lags[0]]["value"], sustainable[labs[-1]][lags[-1]]["value"]
    stable = [name.replace("_", " ") for name, a in automata.items() if a["subgame perfect"]]
    noise = automata["grim"]["noise"]
    at = min(range(len(noise)), key=lambda i: abs(noise[i] - 0.01))
    racing = {name.replace("_", " "): a["racing share"][at] for name, a in automata.items() if name != "always_race"}
    best, worst = min(racing, key=lambda a: racing[a]), max(racing, key=lambda a: racing[a])
    return {
        "lag": f"With {labs[0]} labs and an answer after {number(float(lags[0]), 2)} years restraint can last in "
        f"{percent(first)} of the dilemmas; with {labs[-1]} labs and {number(float(lags[-1]), 1)} years in {percent(last)}.",
        "patience": "Impatience is not what stands against restraint"
        if last > 0.75
        else "Slow information is a real obstacle to restraint",
        "noise": f"With {percent(noise[at])} of the choices slipping, a pair of {worst} races {percent(racing[worst])} of "
        f"the (discounted) time and a pair of {best} {percent(racing[best])}.",
        "perfect": f"Without noise the pairs that are subgame perfect at the central values are {listed(stable)}."
        if stable
        else "Without noise no pair of these automata is subgame perfect at the central values.",
    }
