"""S2 with S3, S4 and S5: what ties between the players add to the race."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paper.figures.style import BLACK, BLUE, GREY, VERMILION, light_grid, new_figure, panel
from paper.formats import listed, number, percent, percent_interval, signed_percent, spread
from paper.systems.section import Section

STUDY = "linked_race"

Numbers = Mapping[str, Any]

WORDS = {"+ rents": "mark-ups on rented compute", "+ contracts": "take-or-pay contracts", "+ stakes": "equity stakes"}


def write(numbers: Numbers) -> Section:
    """Section of the linked race."""
    return Section(
        system="S2",
        heading="The race with its ties of rents, contracts and equity",
        model="linked-race",
        card={
            "Players": "The five builders and Anthropic.",
            "Choices": "GW to commission or to contract for, one vintage.",
            "Timing": "Contracts and stakes are given; all choose at once; demand and prize are drawn; accounts close.",
            "Equilibrium": "Nash, by semismooth Newton from several starts, certified by global best replies.",
        },
        payoff=None,
        payoff_in_words="That of S2 with its ties: rented compute is paid at a mark-up to the cloud that lets it, what "
        "is used and a minimum in any case under take-or-pay, and owners have their part of the profit of others.",
        paragraphs=(_answer(numbers), _each(numbers), _who(numbers), _solved(numbers)),
        caption="(a) Capital spending that each tie adds to the equilibrium, alone and all together. Marks: medians "
        "over the draws; lines: quartiles (thick) and 5th to 95th percentile. (b) Change of each player's build "
        "with all ties on.",
        alt="Dots with lines: capital added by rents, contracts and stakes; change of build for each of six players",
        cites=("obrien2000", "reynolds1986"),
    )


def _answer(numbers: Numbers) -> str:
    total = numbers["cases"]["all ties"]
    excess, chance = numbers["excess, no ties"]["0.5"], total["P(adds)"]
    verdict = _direction(chance)
    cells = {(c["loose contracts"], c["low mark-up"]): c for c in numbers["P(adds) by terms"]}
    loose, tight = cells[True, True], cells[False, False]
    return (
        "Taken together, and on terms that are drawn, the ties that are known "
        f"{verdict} the race: they change the capital spending of one "
        f"vintage by US$ {spread(total['added capital'], 2)} bn, and raise it in {percent_interval(chance)} of the "
        f"draws (the untied race exceeds the joint optimum by US$ {number(excess)} bn in the median draw). "
        f"{_other_terms(numbers)}"
        f"{_terms(loose, tight)}: they add in "
        f"{percent(_value(loose['P(adds)']))} of the draws with contracts that bind below the median and a mark-up "
        f"below it ({number(loose['take_or_pay'], 2)} and {number(loose['markup'], 2)}), and in "
        f"{percent(_value(tight['P(adds)']))} with both above. {_counted(numbers['counted twice'])}"
    )


def _solved(numbers: Numbers) -> str:
    """What the mark-up that S3 gives changes, whether hosts would let on such terms, and what stays a reduced form."""
    solved, drawn = numbers["solved markup"], numbers["cases"]["all ties"]
    case = solved["case"]
    same = _direction(case["P(adds)"]) == _direction(drawn["P(adds)"])
    return (
        "Mark-up and contract are reduced forms here. With the mark-up that S3 solves for in place of a drawn one, "
        f"{spread(solved['markup'], 2)} instead of {spread(solved['drawn'], 2)}, the ties "
        f"{_direction(case['P(adds)'])} the race{' too' if same else ' instead'}: they raise capital spending in "
        f"{percent_interval(case['P(adds)'])} of the draws, by US$ {spread(case['added capital'], 2)} bn. "
        "(S3's is that of a lab whose clouds make chips, for both tenants; it is "
        f"below zero in {percent_interval(solved['P(below zero)'])} of the draws, as own chips let a cloud ask less "
        "than the market's cost, and is taken as zero there.) The contract is S5's minimum payment, but the tenant "
        "chooses the quantity; S5's term, exit fee, re-letting and bargain are left out, and with them its price. "
        "What the hosts earn by it says whether they would let on these terms: they lose in "
        f"{percent_interval(drawn['P(hosts lose)'])} of the draws at the drawn mark-up and in "
        f"{percent_interval(case['P(hosts lose)'])} at S3's, where what their own chips save on it, equity or custom "
        "would have to be worth it to them: the race books what is let at the market's cost, and all hosts as one. "
        f"{_participating(drawn, case)} A tenant uses all that it has demand for, though a GW of use earns it less "
        f"than its bill saves in {percent_interval(numbers['P(use earns less than it costs)'])} of the "
        "draws: one that left it idle would pay its hosts less."
    )


def _participating(drawn: Numbers, solved: Numbers) -> str:
    """How often the ties escalate where the hosts lose nothing by them."""
    chances = [case["P(adds), hosts lose nothing"] for case in (drawn, solved)]
    said = [percent_interval(chance) if chance else "no draw to tell" for chance in chances]
    return f"Where they lose nothing the ties raise capital spending in {said[0]} and {said[1]} of these draws."


def _other_terms(numbers: Numbers) -> str:
    """The same in a sentence, where the sign is another."""
    solved = numbers["solved markup"]["case"]
    here, there = (_direction(case["P(adds)"]) for case in (numbers["cases"]["all ties"], solved))
    if here == there:
        return ""
    return (
        f"At the mark-up that S3 solves for they {there} instead, with hosts that lose by it in "
        f"{percent_interval(solved['P(hosts lose)'])} of the draws (the last paragraph of this section). "
    )


def _direction(chance: Mapping[str, Any]) -> str:
    return "mostly escalate" if chance["low"] > 0.5 else "mostly restrain" if chance["high"] < 0.5 else "may swing"


def _terms(loose: Numbers, tight: Numbers) -> str:
    """Whether the terms of contracts turn the sign: apart by their intervals, or not."""
    first, second = loose["P(adds)"], tight["P(adds)"]
    turn = first and second and (first["low"] > second["high"] or second["low"] > first["high"])
    return f"Two terms that are hardly known {'move the odds' if turn else 'do not turn the sign'}"


def _counted(twice: Numbers) -> str:
    little, much = twice["P(adds), little"], twice["P(adds), much"]
    apart = much is None or little["high"] < much["low"] or much["high"] < little["low"]
    return (
        f"What clouds of the race let to its labs is {percent(twice['let GW over demand'])} of all that is planned, at "
        "central values, and stands in plans of both; how much of it is swept, and so much is taken out of the hosts'. "
        f"The sign {'hangs' if apart else 'does not hang'} on that: {percent_interval(little)} with little of it in "
        f"both plans" + (f", {percent_interval(much)} with much." if much else ".")
    )


def _value(estimate: Mapping[str, float] | None) -> float | None:
    return None if estimate is None else estimate["value"]


def _each(numbers: Numbers) -> str:
    parts = []
    for case, words in WORDS.items():
        mean = numbers["cases"][case]["mean added capital"]
        verb = "add" if mean["value"] > 0 else "take off"
        parts.append(f"{words} {verb} US$ {number(abs(mean['value']), 2)} bn")
    risk = numbers["cases"]["+ contracts"]["mean added overspend"]
    shift = "raise" if risk["value"] > 0 else "lower"
    return (
        f"Switched on alone, {listed(parts)} (means); under contracts alone, without a mark-up, the hosts lose in "
        f"{percent_interval(numbers['cases']['+ contracts']['P(hosts lose)'])} of the draws. A mark-up makes "
        "rented compute dearer to those who race with it; a minimum below all of the capacity leaves the rest idle at "
        "the host's expense, so that the tenant risks other people's money; a stake makes a cloud share in what its "
        "own build takes from the lab. "
        f"Contracts {shift} what the players regret as overspent by US$ {number(abs(risk['value']), 2)} bn in sum"
        + (", because a host does not regret what its tenant chose." if risk["value"] < 0 else ".")
    )


def _who(numbers: Numbers) -> str:
    changes = numbers["GW change with all ties"]
    change = {name: e["0.5"] for name, e in changes.items()}
    profit = {name: e["0.5"] for name, e in numbers["payoff change with all ties"].items()}
    least, most = min(change, key=lambda n: change[n]), max(change, key=lambda n: change[n])
    gains = sorted((name for name in profit if profit[name] > 0), key=lambda n: -profit[n])
    loses = sorted((name for name in profit if profit[name] <= 0), key=lambda n: profit[n])
    return (
        f"The build of {least} moves most to the lower side ({_signed_spread(changes[least])}), that of {most} most to "
        f"the upper ({_signed_spread(changes[most])}). In the median draw ties pay for {listed(gains) or 'nobody'}"
        + (f" and cost {listed(loses)}: " if loses else ": ")
        + "the payoffs of labs fall by what outsiders own of them and by what their hosts charge, and part of it "
        f"is what they were given capital for. (Median change for {gains[0] if gains else least}: US$ "
        f"{spread(numbers['payoff change with all ties'][gains[0] if gains else least], 2)} bn.)"
    )


def _signed_spread(change: Mapping[str, float]) -> str:
    middle, low, high = (signed_percent(change[q]) for q in ("0.5", "0.05", "0.95"))
    return f"{middle}, {low} to {high}"


def draw(numbers: Numbers, tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Capital added by each tie; change of every player's build."""
    figure = new_figure(2.3)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1))
    cases = {WORDS.get(case, case): e["added capital"] for case, e in numbers["cases"].items() if case != "no ties"}
    _rows(left, cases, "capital added to the race (US$ bn)")
    changes = numbers["GW change with all ties"]
    _rows(right, {n: {q: 100 * v for q, v in e.items()} for n, e in changes.items()}, "change of build (%)")
    panel(left, "a", "each tie alone, and all")
    panel(right, "b", "all ties")
    return figure


def _rows(axes: Axes, rows: Mapping[str, Mapping[str, float]], label: str) -> None:
    axes.axvline(0, color=GREY, linewidth=0.8)
    for row, (name, e) in enumerate(rows.items()):
        colour = VERMILION if name == "all ties" else BLUE
        axes.hlines(row, e["0.05"], e["0.95"], color=BLACK, linewidth=0.8)
        axes.hlines(row, e["0.25"], e["0.75"], color=BLACK, linewidth=2.4)
        axes.plot(e["0.5"], row, "o", color=colour, markersize=5)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(label)
    light_grid(axes, "x")
