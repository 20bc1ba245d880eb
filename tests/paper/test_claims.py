"""Verdicts follow their stated rules."""

import pytest

from paper.claims import CLAIMS, CONDITIONAL, OPEN, REJECTED, SUPPORTED, by_probability, by_ratio, judge_claims
from paper.phrases import guidance_gap, margin_phrase, verdict_phrase, wedge_phrases


def estimate(value: float, half: float = 0.01) -> dict[str, float]:
    return {"value": value, "low": value - half, "high": value + half}


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [
        ([0.95, 0.99], SUPPORTED),
        ([0.95, 0.905], CONDITIONAL),
        ([0.34, 0.2], CONDITIONAL),
        ([0.05, 0.02], REJECTED),
        ([0.05, 0.3], CONDITIONAL),
    ],
)
def test_probabilities(shares: list[float], verdict: str) -> None:
    assert by_probability([estimate(share) for share in shares]) == verdict


@pytest.mark.parametrize(
    ("ratios", "verdict"), [([2.0, 1.5], SUPPORTED), ([0.5, 0.9], REJECTED), ([2.0, 1.005], CONDITIONAL)]
)
def test_ratios(ratios: list[float], verdict: str) -> None:
    assert by_ratio([estimate(ratio) for ratio in ratios]) == verdict


def dilemma(share: float) -> dict[str, object]:
    classes = {"prisoner's dilemma": estimate(share), "harmony": estimate(1 - share)}
    names = ("P(lambda > 1)", "P(dilemma | lambda > 1)")
    return {
        "classes": classes,
        "classes by labs": {"2": classes, "8": classes},
        "classes by terms": {"unit margins alone": classes, "with both": classes},
        "asymmetry": {name: estimate(share) for name in names} | {"median lambda": 0.5},
        "centre": {"lambda": 4.0},
    }


def race(ratio: float, margin: float = 0.2) -> dict[str, object]:
    return {
        "split": {"Meta": {"lambda": estimate(ratio)}},
        "terms": {"unit margins alone": {"0.5": 0.1}, "all terms": {"0.5": 4.0}},
        "P(unit margin > 0)": estimate(margin),
    }


CONDITIONS = {"dilemma": "", "asymmetry": "", "short": "the prize is large"}


@pytest.mark.parametrize(("share", "ratio", "verdict"), [(0.97, 2.0, SUPPORTED), (0.03, 0.5, REJECTED)])
def test_all_twelve_claims_have_a_verdict(share: float, ratio: float, verdict: str) -> None:
    verdicts = judge_claims(dilemma(share), race(ratio, margin=share), ["prize"], CONDITIONS)
    assert [v["claim"] for v in verdicts] == list(CLAIMS) == list(range(1, 13))
    judged = {v["claim"]: v["verdict"] for v in verdicts if v["verdict"] != OPEN}
    assert judged == {1: verdict, 2: verdict, 10: verdict}
    assert all(v["cautions"] for v in verdicts)
    assert all("Left to S" in v["model"] for v in verdicts if v["verdict"] == OPEN)


def test_an_asymmetry_that_only_the_stakes_carry_is_supported_under_that_condition() -> None:
    verdicts = judge_claims(dilemma(0.97), race(2.0, margin=0.1), ["prize"], CONDITIONS)
    (scarcity,) = (v for v in verdicts if v["claim"] == 10)
    assert scarcity["verdict"] == CONDITIONAL
    assert "a GW too many would mostly cost more than a GW too few" in scarcity["sensitivity"]
    assert "stake" in scarcity["condition"]


def test_conditions_are_printed_where_there_are_some_only() -> None:
    for share, words in ((0.97, ""), (0.5, "the prize is large"), (0.03, "")):
        verdicts = judge_claims(dilemma(share), race(2.0, margin=share), ["prize"], CONDITIONS)
        assert [v["condition"] for v in verdicts[:2]] == [words, words]


def test_sentences_turn_with_the_numbers() -> None:
    assert "mostly negative" in margin_phrase(estimate(0.1)) and "mostly positive" in margin_phrase(estimate(0.9))
    assert "cannot tell" in guidance_gap(100, 500, 400) and "more than is guided" in guidance_gap(900, 500, 400)
    spread = {"0.05": 1.0, "0.5": 2.0, "0.95": 3.0}
    wedge = {
        name: estimate(0.95) for name in ("P(Nash above joint)", "P(Nash above welfare)", "P(joint optimum builds)")
    } | dict.fromkeys(("Nash over joint, where it builds", "excess spending", "excess over welfare"), spread)
    wedge |= {"least build, share of demand": 0.05}
    assert "almost all" in wedge_phrases(wedge)["wedge"]
    assert "next to nothing" not in wedge_phrases(wedge)["joint builds"]


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        ([CONDITIONAL] * 3, "All three claims of the article are supported under stated conditions"),
        ([SUPPORTED, CONDITIONAL, CONDITIONAL], "one is supported and two are supported under stated conditions; none"),
        ([SUPPORTED, REJECTED], "one is supported and one is not supported."),
    ],
)
def test_verdicts_are_counted(verdicts: list[str], words: str) -> None:
    assert words in verdict_phrase([{"verdict": verdict} for verdict in verdicts])
