"""S3, multi-cloud balancing: what the paper says of the study ``multi_cloud``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.claims import SURE
from paper.claim_texts import CLAIMS
from paper.claims import Verdict, by_bound_in_words, case_by_case, turns_with_bound, verdict_of
from paper.figures.style import BLACK, BLUE, VERMILION, light_grid, new_figure, panel, spoken
from paper.formats import chosen_percent, number, percent, percent_interval
from paper.systems.section import Section

STUDY = "multi_cloud"

_CLOUD = {"[0]": "the first cloud's ", "[1]": "the second cloud's "}


def write(numbers: Mapping[str, Any]) -> Section:
    """Section from the record's numbers."""
    return Section(
        system="S3",
        heading="Multi-cloud balancing",
        model="cloud-sourcing",
        card={
            "Players": "Clouds that sell compute, and one lab that buys it.",
            "Choices": "Each cloud names a price per GW-year; the lab chooses which clouds to port its software "
            "to, and "
            "how to split its demand.",
            "Timing": "The lab ports; the clouds see it and name prices; the lab splits; clouds may fail.",
            "Equilibrium": "Solved backwards: the lab's best split in closed form, then prices from which no cloud "
            "gains by any other, then the number of clouds that pays the lab best.",
        },
        payoff=f"pi_1 = {numbers['formula']}",
        paragraphs=(_prices(numbers), _insurance(numbers), _homing(numbers), _four(numbers)),
        caption="Mean price that the lab pays, over the market's cost of a GW-year. (a) Central values, by the "
        "switching "
        "cost, with the software ported to one cloud and to two; thin lines: rigidity at the ends of its range. "
        "(b) Over the draws, median with 5th to 95th percentile, by the number of clouds ported to.",
        alt="Left, the price with one cloud rises with the switching cost while that with two is flat. Right, the "
        "price "
        "falls with each further cloud.",
        cites=("klemperer1987", "farrell2007", "singh1984"),
        verdicts=(judge(numbers),),
    )


def _middle(spread: Mapping[str, float]) -> str:
    return f"{_signed(spread['0.5'])} ({_signed(spread['0.05'])} to {_signed(spread['0.95'])})"


def _signed(share: float) -> str:
    return ("\N{MINUS SIGN}" if share < 0 else "") + percent(abs(share))


def _prices(numbers: Mapping[str, Any]) -> str:
    fall = numbers["price fall"]
    verb = "lowers" if fall["0.05"] > 0 else "usually lowers" if fall["0.5"] > 0 else "does not usually lower"
    return (
        f"A second cloud {verb} the price. A lab that is ported to one cloud alone pays "
        f"{_times(numbers['price']['1'])} times the market's cost, with the software on two "
        f"{_times(numbers['price']['2'])}, "
        f"{_middle(fall)} less. The cloud that had the lab alone gives up {_middle(numbers['pass-through'])} of the "
        "switching cost: that much hold-up is avoided. The rest it could not take: a dearer cloud sells less, and "
        "the other stays in reach. Once the lab runs on both in equal parts the price is "
        f"{_times(numbers['price, balanced'])} times the cost."
    )


def _times(spread: Mapping[str, float]) -> str:
    return f"{number(spread['0.5'])} ({number(spread['0.05'])} to {number(spread['0.95'])})"


def _insurance(numbers: Mapping[str, Any]) -> str:
    share, all_in = numbers["insurance share of gain"], numbers["effective price"]
    size = "a small part" if share["0.95"] < 0.5 else "a part" if share["0.5"] < 0.5 else "most"
    return (
        "As insurance against the failure of a cloud, spreading is worth "
        f"{_middle(numbers['insurance']['2'])} of the bill (a year's cost of the planned compute) at the split that "
        "the "
        f"lab chooses: {size} of the gain, {_middle(share)} of it. The rest is price, and the compute that a lower "
        "price adds. Together they make porting to "
        "the "
        f"second cloud worth its cost up to {_middle(numbers['break-even porting'])} of the bill. With everything "
        "counted, porting, moving and risk as well as price, a GW-year that is there when needed costs the lab "
        f"{_times(all_in['1'])} times the market's cost with one cloud and {_times(all_in['2'])} with two. "
        "(The linked race takes the price of the best number of clouds as the mark-up of one of its cases.)"
    )


def _homing(numbers: Mapping[str, Any]) -> str:
    claim = numbers["claim"]
    pays, beats = claim["P(second cloud pays)"], claim["P(second cloud beats the auction)"]
    turn, only = ("But the", "only ") if beats["high"] < SURE else ("Even so, the", "")
    return (
        "For a captive lab, which hears the price when it cannot leave, running on two clouds is the equilibrium in "
        f"{percent_interval(pays)} of the draws. {turn} comparison turns on what the lab could do before. If clouds "
        "bid "
        "up front for having it alone, they pay in advance for what lock-in will bring them, and two clouds beat "
        "that in "
        f"{only}{percent_interval(beats)} of the draws; the difference is "
        f"{_middle(numbers['gain against auction'])} of "
        f"the bill. {_condition(numbers['condition'])} Credits and equity for exclusivity are bids of this kind."
    )


def _condition(found: Mapping[str, Any]) -> str:
    return (
        f"Two clouds win in {percent(found['above']['value'])} of the draws with {_spoken(found['driver'])} above its "
        "median of "
        f"{number(found['median'], 2)}, and in {percent(found['below']['value'])} below."
    )


def _spoken(driver: str) -> str:
    for place, words in _CLOUD.items():
        if driver.endswith(place):
            return words + spoken(driver.removesuffix(place))
    return spoken(driver)


def _four(numbers: Mapping[str, Any]) -> str:
    four = numbers["OpenAI"]
    best = max(four["best"], key=lambda m: float(four["best"][m]["value"]))
    last = max(four["price"], key=int)
    gains = {m: spread["0.5"] for m, spread in four["gain of the next"].items()}
    falling = list(gains.values()) == sorted(gains.values(), reverse=True)
    size = "less and less" if falling else "a different amount each time"
    steps = ", ".join(_signed(gain) for gain in gains.values())
    return (
        f"With four clouds at the market's cost, as OpenAI has, the price falls from {_times(four['price']['1'])} "
        "times the "
        f"cost with one to {_times(four['price'][last])} with all; each further cloud adds {size} (medians {steps} "
        "of the "
        f"bill). Most often {best} clouds pay best, in {percent_interval(four['best'][best])} of the draws."
    )


def judge(numbers: Mapping[str, Any]) -> Verdict:
    """Claim 3, read by its words, and against bids for exclusivity."""
    found = numbers["claims"]["3"]
    verdict, condition = verdict_of(found)
    chief = ", ".join(_spoken(name) for name in list(numbers["drivers"]["gain against auction"])[:3])
    return Verdict(
        3,
        CLAIMS[3],
        verdict,
        f"{case_by_case(found)} {_condition(numbers['condition'])}",
        "S3, clouds' prices after porting, the lab's split",
        f"A fall of the price counts from {chosen_percent(numbers['material'])} on; it falls by "
        f"{_middle(numbers['price fall'])}, and at all in "
        f"{percent_interval(numbers['claim']['P(second cloud lowers the price)'])} of the draws. "
        f"{by_bound_in_words(found, 'If a fall counts from {} on', chosen_percent)} Chief drivers of the gain over the "
        f"auction: {chief}.",
        condition=condition,
        turns=turns_with_bound(found),
    )


def draw(numbers: Mapping[str, Any], tables: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Price by switching cost at the centre; price by the number of clouds over the draws."""
    figure = new_figure(2.5)
    left, right = figure.subplots(1, 2, width_ratios=(1.2, 1))
    _by_switching(left, tables["switching"])
    _by_clouds(right, numbers)
    panel(left, "a", "switching cost (central values)")
    panel(right, "b", "number of clouds (all draws)")
    return figure


def _by_switching(axes: Axes, table: Mapping[str, Any]) -> None:
    x = table["switching"]
    levels = sorted({float(name.split(", ")[1]) for name in table if "," in name})
    for clouds, colour, dash in (("one", VERMILION, "-"), ("two", BLUE, "--")):
        for level in levels:
            middle = level == levels[len(levels) // 2]
            axes.plot(x, table[f"{clouds}, {level:g}"], color=colour, linestyle=dash, linewidth=1.8 if middle else 0.6)
        y = table[f"{clouds}, {levels[len(levels) // 2]:g}"]
        place = len(x) - 3 if clouds == "one" else 0
        shift, side = ((-8, 0), "right") if clouds == "one" else ((0, 4), "left")
        label = "one cloud" if clouds == "one" else "two clouds"
        axes.annotate(
            label, (x[place], y[place]), shift, textcoords="offset points", color=colour, ha=side, fontsize=8.5
        )
    axes.set_xscale("log")
    axes.set_xlabel("switching cost over a year's bill (no unit)")
    axes.set_ylabel("price over cost (no unit)")
    light_grid(axes, "y")


def _by_clouds(axes: Axes, numbers: Mapping[str, Any]) -> None:
    for label, spreads, colour, marker, shift in (
        ("Anthropic", numbers["price"], VERMILION, "o", -0.1),
        ("OpenAI", numbers["OpenAI"]["price"], BLUE, "s", 0.1),
    ):
        places = [int(m) + shift for m in spreads]
        axes.vlines(places, [s["0.05"] for s in spreads.values()], [s["0.95"] for s in spreads.values()], color=colour)
        axes.plot(places, [s["0.5"] for s in spreads.values()], color=colour, marker=marker, linestyle=":", label=label)
    axes.axhline(1, color=BLACK, linewidth=0.6)
    axes.set_xticks(sorted({int(m) for m in numbers["OpenAI"]["price"]}))
    axes.set_xlabel("clouds ported to (no unit)")
    axes.set_ylabel("price over cost (no unit)")
    axes.legend(loc="upper right")
    light_grid(axes, "y")
