"""Which game the labs play: sentences on the classes and on what drives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paper.figures.style import spoken
from paper.formats import interval, listed, percent, percent_interval, trimmed
from paper.phrases.words import DILEMMA, trend, with_article

Numbers = Mapping[str, Any]


def dilemma_phrases(dilemma: Numbers, calibration: Numbers) -> dict[str, str]:
    """Sentences on which game it is."""
    return scenario_phrases(dilemma) | {
        "most probable": most_probable(dilemma["classes"]),
        "labs": by_number_of_labs(dilemma["classes by labs"]),
        "terms": margins_alone(dilemma["classes by terms"]),
        **centre_phrases(dilemma),
        **asymmetry_phrases(dilemma["asymmetry"]),
        "tail": fear_of_the_tail(dilemma["claims"]["2"]["cases"]),
        "constant stakes": constant_stakes(dilemma["P(joint restraint pays)"]),
        **driver_phrases(dilemma["drivers"]["dilemma"], calibration),
        "several": "Two labs have several equilibria in "
        f"{percent_interval(dilemma['equilibria']['P(several)'])} of the draws.",
        "information": worth_knowing(dilemma["value of information"], dilemma["what separates dilemmas"]),
    }


def fear_of_the_tail(cases: Mapping[str, Numbers]) -> str:
    """Which loss is larger by its mean and by its worst twentieth, over numbers of labs."""
    mean, tail = (
        [float(case["together"]["value"]) for name, case in cases.items() if name.endswith(words)]
        for words in ("by the mean", "by the worst twentieth")
    )
    shares = (
        f"holding back loses more than overspending, while all rivals race, in {percent(min(mean))} to "
        f"{percent(max(mean))} of the draws by the mean loss, over numbers of labs, and in {percent(min(tail))} to "
        f"{percent(max(tail))} by the mean of the worst twentieth of each loss"
    )
    if min(tail) <= max(mean):
        return f"{shares}."
    return f"{shares}: the fear is one of the tail, and the tail one of the lognormal law that is assumed."


def constant_stakes(estimate: Mapping[str, float]) -> str:
    """How often joint restraint pays, and what then decides the class."""
    start = f"Joint restraint pays two labs more than joint racing in {percent_interval(estimate)} of the draws"
    if estimate["low"] > 0.9:
        return f"{start}, because stakes do not grow when all race: what decides the class is whether racing dominates."
    return f"{start}."


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
    noise = max(classes[n][DILEMMA]["high"] - classes[n][DILEMMA]["low"] for n in labs)
    return (
        f"The probability of a {DILEMMA} {trend(shares, noise)} with the number of labs, "
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


def plane_phrase(shown: tuple[str, str]) -> str:
    """The two parameters of the map."""
    return f"its two chief drivers, {' and '.join(spoken(name) for name in shown)}"


def hidden_phrase(names: list[str]) -> str:
    """The parameters that have no visible effect on either event."""
    if not names:
        return "Every parameter has a visible effect."
    verb = "have" if len(names) > 1 else "has"
    text = f"{listed(names)} {verb} no visible effect."
    return text[0].upper() + text[1:]
