"""What restraint needs: sentences on the repeated race."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paper.formats import in_words, listed, number, percent, percent_interval, spread

Numbers = Mapping[str, Any]


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
