"""Sentences that depend on results: chosen by the numbers, so that they cannot contradict them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from paper.claims import CONDITIONAL, OPEN, REJECTED, SUPPORTED, UNDECIDED
from paper.figures.style import spoken
from paper.formats import in_words, interval, listed, number, percent, percent_interval, signed_percent, spread, trimmed

Numbers = Mapping[str, Any]

DILEMMA = "prisoner's dilemma"

_FREQUENCIES: tuple[tuple[float, str], ...] = (
    (0.01, "in almost none of the draws"),
    (0.1, "in few draws"),
    (0.45, "in a minority of the draws"),
    (0.55, "in about half of the draws"),
    (0.9, "in most draws"),
)


def how_often(share: float) -> str:
    """A probability in words.

    Examples
    --------
    >>> how_often(0.34), how_often(0.95), how_often(1.0)
    ('in a minority of the draws', 'in almost all draws', 'in every draw')
    """
    if share in (0, 1):
        return "in every draw" if share else "in no draw"
    return next((words for bound, words in _FREQUENCIES if share < bound), "in almost all draws")


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
    steps = [after - before for before, after in itertools.pairwise(values)]
    if all(step > 0 for step in steps):
        return "rises"
    return "falls" if all(step < 0 for step in steps) else "does not move in one direction"


_NO_ARTICLE = ("harmony", "chicken", "deadlock", "racing assurance")
"""Classes of games that are named without an article."""


def with_article(name: str, article: str = "a") -> str:
    """Class of a game as a noun in a sentence.

    Examples
    --------
    >>> with_article("stag hunt"), with_article("prisoner's dilemma", "the"), with_article("harmony")
    ('a stag hunt', "the prisoner's dilemma", 'harmony')
    """
    if name[0] in "aeiou" and article == "a":
        article = "an"
    return name if name in _NO_ARTICLE else f"{article} {name}"


# -- which game is it --------------------------------------------------------------------------------------


def dilemma_phrases(dilemma: Numbers, calibration: Numbers) -> dict[str, str]:
    """Sentences on which game it is."""
    return scenario_phrases(dilemma) | {
        "how often": how_often(dilemma["classes"][DILEMMA]["value"]),
        "most probable": most_probable(dilemma["classes"]),
        "labs": by_number_of_labs(dilemma["classes by labs"]),
        "terms": margins_alone(dilemma["classes by terms"]),
        **centre_phrases(dilemma),
        **asymmetry_phrases(dilemma["asymmetry"]),
        **driver_phrases(dilemma["drivers"]["dilemma"], calibration),
        "several": "Two labs have several equilibria in "
        f"{percent_interval(dilemma['equilibria']['P(several)'])} of the draws.",
        "information": worth_knowing(dilemma["value of information"], dilemma["what separates dilemmas"]),
    }


def worth_knowing(values: Numbers, separates: Numbers) -> str:
    """What a lab would pay to know a parameter before it chooses, and what tells dilemmas from other games."""
    first, second, *_ = sorted((n for n in values if n != "everything"), key=lambda n: -values[n]["value"])
    apart = [spoken(name) for name in sorted(separates, key=lambda n: -separates[n]["distance"])[:2]]
    return (
        f"To know {spoken(first)} before choosing against a rival that races is worth US$ "
        f"{interval(values[first])} bn to a lab, {spoken(second)} {interval(values[second])} bn, and everything "
        f"{interval(values['everything'])} bn. What most tells the draws that are dilemmas from the others is "
        f"{listed(apart)}."
    )


def most_probable(classes: Mapping[str, Mapping[str, float]]) -> str:
    """The two most probable classes."""
    first, second, *_ = sorted(classes, key=lambda name: -classes[name]["value"])
    likely = with_article(first, "the")
    likely = likely if first == DILEMMA else f"{likely}, not a {DILEMMA}"
    return (
        f"The most probable game of two labs is {likely} ({percent_interval(classes[first])}); "
        f"next is {with_article(second, 'the')} ({percent_interval(classes[second])})."
    )


def by_number_of_labs(classes: Numbers) -> str:
    """How the probability of the dilemma moves with the number of labs."""
    labs = list(classes)
    shares = [classes[n][DILEMMA]["value"] for n in labs]
    return (
        f"The probability of a {DILEMMA} {trend(shares)} with the number of labs, "
        f"from {percent(shares[0])} with {labs[0]} to {percent(shares[-1])} with {labs[-1]}."
    )


def margins_alone(classes: Numbers) -> str:
    """Whether the first row, unit margins alone, makes dilemmas."""
    share = next(iter(classes.values()))[DILEMMA]["value"]
    start = "Unit margins alone hardly ever make a dilemma" if share < 0.05 else "Unit margins alone make some dilemmas"
    return f"{start} ({percent(share)})."


def centre_phrases(dilemma: Numbers) -> dict[str, str]:
    """The game at the central values, and whether it is typical."""
    found, share = dilemma["centre"]["class"], dilemma["classes"][DILEMMA]["value"]
    typical = found != DILEMMA or share >= 0.5
    return {
        "centre": f"At the central values the game is {with_article(found)}"
        + (
            "."
            if typical
            else ", although most draws are not: the central values are modes, and the priors of revenue and its "
            "decline are skewed towards the worse."
        ),
        "centre payoffs": "a lab that races alone gains, one that is left behind loses, and both would keep more by "
        "holding back."
        if found == DILEMMA
        else "these are the payoffs of the central values only.",
    }


def asymmetry_phrases(asymmetry: Numbers) -> dict[str, str]:
    """Loss asymmetry and fear against the dilemma."""
    gap = asymmetry["P(lambda > 1)"]["value"] - asymmetry["P(dilemma and lambda > 1)"]["value"]
    fear = asymmetry["P(fear > 1 | dilemma)"]
    far = ": far from necessary." if fear and fear["high"] < 0.5 else "."
    return {
        "asymmetry without dilemma": f"In {percent(gap)} of all draws λ > 1 and the game is no {DILEMMA}.",
        "fear": f"Fear exceeds one in {percent_interval(fear)} of the dilemmas{far}" if fear else "",
        "binding": "The drivers of λ > 1 are nearly those of the dilemma, because `pi_P > pi_S` is the condition "
        "that binds."
        if gap < 0.05
        else "The drivers of λ > 1 are shown beside them.",
    }


def driver_phrases(drivers: Numbers, calibration: Numbers) -> dict[str, str]:
    """Whether effects are separate or joint, and whether the chief drivers rest on facts."""
    first_order = sum(max(0.0, index["first"]["value"]) for index in drivers.values())
    grades = {e["parameter"]: e["grade"] for e in calibration["models"]["lab-dilemma"]}
    weak = ("swept", "mapped")
    chief = [f"{spoken(name)} ({grades[name]})" for name in list(drivers)[:4] if grades.get(name) in weak]
    alone = max(drivers, key=lambda name: drivers[name]["first"]["value"])
    return {
        "interaction": f"The first-order indices add up to {percent(first_order)} of the variance, the largest single "
        f"one being {percent(drivers[alone]['first']['value'])} ({spoken(alone)}): the rest is interaction"
        + (", and no single fact would settle the class." if drivers[alone]["first"]["value"] < 0.5 else "."),
        "chief swept": f"Among the four chief drivers of the dilemma are {listed(chief)}."
        if chief
        else "None of the four chief drivers of the dilemma is among them.",
    }


def plane_phrase(drivers: Numbers, shown: tuple[str, str]) -> str:
    """The two parameters of the map, and why these."""
    chief = list(drivers)[:2]
    names = " and ".join(spoken(name) for name in shown)
    if set(chief) == set(shown):
        return f"its two chief drivers, {names}"
    return f"{names}, its strongest drivers among the parameters that the map keeps draw by draw"


def hidden_phrase(names: list[str]) -> str:
    """The parameters that have no visible effect on either event."""
    if not names:
        return "Every parameter has a visible effect."
    verb = "have" if len(names) > 1 else "has"
    text = f"{listed(names)} {verb} no visible effect."
    return text[0].upper() + text[1:]


def verdict_phrase(claims: Sequence[Mapping[str, Any]]) -> str:
    """How many of the claims have each verdict."""
    counts = Counter(claim["verdict"] for claim in claims)
    verdicts = (SUPPORTED, CONDITIONAL, REJECTED, UNDECIDED, OPEN)
    found = [f"{in_words(n)} {'is' if n == 1 else 'are'} {verdict}" for verdict in verdicts if (n := counts[verdict])]
    never = [verdict for verdict in (SUPPORTED, REJECTED) if not counts[verdict]]
    names = {SUPPORTED: "supported without conditions", REJECTED: "rejected"}
    end = f"; none is {' or '.join(names[verdict] for verdict in never)}" if never else ""
    if len(found) == 1:
        return f"All {in_words(len(claims))} claims of the article are {claims[0]['verdict']}{end}."
    return f"Of the article's {in_words(len(claims))} claims {listed(found)}{end}."


# -- overspending and underinvesting -----------------------------------------------------------------------


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


def scenario_phrases(dilemma: Numbers) -> dict[str, str]:
    """Probability of the dilemma when a choice that no fact settles is taken at an extreme."""
    by_name = {name: float(e["value"]) for name, e in dilemma["dilemma by scenario"].items()}
    shown = listed([f"{percent(value)} ({name})" for name, value in by_name.items()])
    low, high = min(by_name.values()), max(by_name.values())
    in_step = dilemma["rent in step with cost"]
    return {
        "scenarios": "These intervals are sampling error only. Taking choices that no fact settles at an extreme, or "
        "rents from the source with the lowest, one at a time and on the same draws, moves the probability of the "
        f"{DILEMMA} of two labs much more: {shown}.",
        "in step": "If dearer compute is also sold dearer (a rank correlation of rents with capital cost of "
        f"{trimmed(in_step['rank correlation'])}), the probability of the {DILEMMA} is "
        f"{percent_interval(in_step['dilemma'])}, and by Shapley effects, which share out what correlated inputs "
        f"explain together, {shapley_phrase(dilemma['Shapley effects, rent in step with cost'])}.",
        "scenario range": f"over stated extremes it runs from {percent(low)} to {percent(high)}",
    }


def shapley_phrase(effects: Numbers) -> str:
    """The two largest effects, and that of rents."""
    first, second, *_ = sorted(effects, key=lambda name: -effects[name]["value"])
    shown = list(dict.fromkeys((first, second, "revenue")))
    return listed([f"{spoken(name)} explains {percent_interval(effects[name])}" for name in shown])


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
    return f"{where}; it is largest for {largest} ({interval(split[largest]['lambda'])})."


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


# -- restraint ---------------------------------------------------------------------------------------------


def repeated_phrases(repeated: Numbers) -> dict[str, str]:
    """Sentences on what restraint needs."""
    lasting, ending = repeated["sustainable"], repeated["sustainable, prize used up"]
    return lag_phrases(lasting, ending) | noise_phrases(repeated["centre"]["automata"])


def builders_restraint(restraint: Numbers) -> str:
    """Whether the builders of S2 could keep to less than the race, answered after the first and the last lag."""
    parts = []
    for target, found in restraint.items():
        every, needed = found["P(every builder gains)"], found["needed, where every builder gains"]
        lasts = found["P(lasts)"]
        first, *_, last = lasts
        asks = f", asks of the most tempted a discount factor of {spread(needed, 2)}" if needed else ""
        parts.append(
            f"to keep to {target} pays every builder in {percent_interval(every)} of the draws{asks}, and lasts in "
            f"{percent(lasts[first]['value'])} of all draws if the answer takes {_years(first)} and in "
            f"{percent(lasts[last]['value'])} if it takes {_years(last)}"
        )
    return f"For the five builders of S2, with the race for ever as the threat: {'; '.join(parts)}."


def _years(count: str) -> str:
    return "a year" if count == "1" else f"{in_words(int(count))} years"


def lag_phrases(sustainable: Numbers, ending: Numbers) -> dict[str, str]:
    """Restraint at the shortest lag with the fewest labs and at the longest with the most; and if the race can end."""
    few, *_, many = sustainable
    fast, *_, slow = sustainable[few]
    first, last = sustainable[few][fast]["value"], sustainable[many][slow]["value"]
    return {
        "lag": f"With {few} labs and an answer after {number(float(fast), 2)} years restraint can last in "
        f"{percent(first)} of the dilemmas; with {many} labs and {number(float(slow), 1)} years in {percent(last)}.",
        "used up": "That takes the prize to be contested anew in every vintage. If a vintage settles it with "
        f"probability `h` and the race is then over, the shares are {percent(ending[few][fast]['value'])} and "
        f"{percent(ending[many][slow]['value'])}.",
        "patience": "Impatience is not what stands against restraint, even if the race can end."
        if ending[many][slow]["value"] > 0.75
        else "Restraint can last if rivals' builds are seen soon and the prize is not about to be settled.",
    }


def noise_phrases(automata: Numbers) -> dict[str, str]:
    """What one slip in a hundred does, and which pairs are equilibria."""
    noise = automata["grim"]["noise"]
    at = min(range(len(noise)), key=lambda i: abs(noise[i] - 0.01))
    racing = {name.replace("_", " "): a["racing share"][at] for name, a in automata.items() if name != "always_race"}
    stable = [name.replace("_", " ") for name, a in automata.items() if a["subgame perfect"]]
    best, worst = min(racing, key=lambda a: racing[a]), max(racing, key=lambda a: racing[a])
    return {
        "noise": f"With {percent(noise[at])} of the choices slipping, a pair of {worst} races "
        f"{percent(racing[worst])} of the (discounted) time and a pair of {best} {percent(racing[best])}.",
        "unforgiving": "A pair of grim turns one misread build into a lasting race: an argument for making builds "
        "visible, and for strategies that return to restraint."
        if worst == "grim"
        else f"The pair that suffers most is {worst}.",
        "perfect": f"Without noise the pairs that are subgame perfect at the central values are {listed(stable)}."
        if stable
        else "Without noise no pair of these automata is subgame perfect at the central values.",
    }
