"""Verdicts follow their stated rules."""

import itertools
from typing import Any

import numpy as np
import pytest

from experiments.claims import claim, drawn
from experiments.plain import plain
from models.lab_dilemma import LabDilemma
from paper.claim_texts import CLAIMS, once_rejected
from paper.claims import (
    BY_READING,
    CONDITIONAL,
    OPEN,
    REJECTED,
    SUPPORTED,
    UNDECIDED,
    by_bound_in_words,
    case_by_case,
    condition_in_words,
    judge_claims,
    needed,
    only,
    ruling,
    turns_with_bound,
    verdict_of,
)
from paper.phrases import explained_phrase, guidance_gap, margin_phrase, verdict_phrase, wedge_phrases


def estimate(value: float, half: float = 0.01) -> dict[str, float]:
    return {"value": value, "low": value - half, "high": value + half}


def condition(share: float = 0.3) -> dict[str, Any]:
    bound = {"parameter": "prize", "player": None, "side": "above", "value": 400.0, "unit": "US$ bn"}
    return {"bounds": [bound], "share": estimate(share), "holds": estimate(0.95)}


def case(share: float | None, box: dict[str, Any] | None = None) -> dict[str, Any]:
    together = None if share is None else estimate(share)
    return {"needs": {"it is so": together}, "together": together, "condition": box}


def claimed(shares: dict[str, float], every: dict[str, Any] | None = None, **boxes: Any) -> dict[str, Any]:
    cases = {name: case(share, boxes.get(name)) for name, share in shares.items()}
    together = case(min(shares.values()), every)
    return {"readings": False, "scope": estimate(0.9), "cases": cases, "every case": together, "ruled out": None} | {
        "by bound": {}
    }


@pytest.mark.parametrize(
    ("share", "box", "verdict"),
    [
        (0.95, None, SUPPORTED),
        (0.905, None, UNDECIDED),  # the interval counts, not the value
        (0.5, condition(), CONDITIONAL),
        (0.5, None, UNDECIDED),
        (0.095, None, UNDECIDED),
        (0.05, condition(), REJECTED),
        (None, None, UNDECIDED),
    ],
)
def test_a_case_is_ruled_by_its_interval_and_its_condition(share: Any, box: Any, verdict: str) -> None:
    assert ruling(case(share, box)) == verdict


@pytest.mark.parametrize(
    ("found", "verdict", "words"),
    [
        (claimed({"a": 0.95, "b": 0.97}), SUPPORTED, ""),
        (claimed({"a": 0.02, "b": 0.03}), REJECTED, ""),
        (claimed({"a": 0.02, "b": 0.97}), CONDITIONAL, "b (it then holds in 97.0%"),
        (claimed({"a": 0.95, "b": 0.97, "c": 0.02}), CONDITIONAL, "of the draws) or b (it"),
        (claimed({"a": 0.5, "b": 0.6}, condition()), CONDITIONAL, "prize is above 400 US$ bn"),
        (claimed({"a": 0.02, "b": 0.6}, b=condition()), CONDITIONAL, "b, and prize is above"),
        (claimed({"a": 0.5, "b": 0.6}, a=condition(0.2), b=condition(0.4)), CONDITIONAL, "b, and prize is above"),
        (claimed({"a": 0.5, "b": 0.02}), UNDECIDED, "ruled out if b"),
        (claimed({"a": 0.5, "b": 0.6}), UNDECIDED, ""),
        (claimed({"a": 0.5}) | {"ruled out": condition()}, UNDECIDED, "ruled out if prize is above 400 US$ bn"),
        (claimed({"a": 0.97, "b": 0.02}) | {"ruled out": condition()}, CONDITIONAL, "; ruled out if b or if prize"),
        (claimed({"a": 0.02}) | {"ruled out": condition()}, REJECTED, ""),
    ],
)
def test_cases_must_agree_or_be_a_condition(found: Any, verdict: str, words: str) -> None:
    assert verdict_of(found)[0] == verdict
    assert words in verdict_of(found)[1] and bool(words) == bool(verdict_of(found)[1])


def test_a_reading_is_no_condition_but_bounds_on_all_readings_are() -> None:
    found = claimed({"by the mean": 0.97, "by the tail": 0.5}, **{"by the mean": condition()}) | {"readings": True}
    assert verdict_of(found) == (BY_READING, "supported: by the mean; not decided: by the tail")
    assert verdict_of(found | {"every case": case(0.5, condition())})[0] == CONDITIONAL
    apart = claimed({"by the mean": 0.97, "by the tail": 0.02}) | {"readings": True}
    assert verdict_of(apart) == (BY_READING, "supported: by the mean; not supported: by the tail")
    bounded = claimed({"a": 0.02, "b": 0.5}, b=condition()) | {"readings": True}
    assert verdict_of(bounded) == (BY_READING, f"{CONDITIONAL}: b; {REJECTED}: a")
    assert "(supported under stated conditions (if prize is above 400 US$ bn" in case_by_case(bounded)
    open_yet = claimed({"by the mean": 0.3, "by the tail": 0.5}, **{"by the mean": condition()}) | {"readings": True}
    assert verdict_of(open_yet) == (UNDECIDED, "")


def test_conditions_say_how_often_they_hold_and_how_often_the_claim_then_does() -> None:
    words = condition_in_words(condition() | {"bounds": [condition()["bounds"][0] | {"player": "Meta"}]})
    assert words.startswith("Meta’s prize is above 400 US$ bn") and "30.0%" in words and "95.0%" in words


def test_needs_are_listed_each_and_together() -> None:
    assert needed(case(0.5)) == "Needed: it is so in 50.0% [49.0%, 51.0%] of the draws."
    two = case(0.4) | {"needs": {"one thing": estimate(0.5), "another": estimate(0.6)}}
    assert "one thing in 50.0%" in needed(two) and "all together in 40.0%" in needed(two)
    assert needed(case(None)) == "No draw is left to judge it by."


def test_from_draws_to_verdict() -> None:
    """A claim that a parameter decides is conditional on it, and its interval comes from the draws."""
    model, parts = LabDilemma(), []
    for stream in np.random.default_rng(1).spawn(4):
        parts.append(drawn(model.replace(**model.priors().sample(2048, rng=stream))))
    middle = float(np.median(np.concatenate([part["draw of prize"] for part in parts])))
    found = plain(claim(parts, lambda part: {"the prize is large": part["draw of prize"] > middle}, model))
    verdict, words = verdict_of(found)
    assert verdict == CONDITIONAL and words.startswith("if prize is above") and "US$ bn" in words
    assert "ruled out if prize is below" in words  # one side makes it hold, the other makes it fail
    assert only(found)["together"]["value"] == pytest.approx(0.5, abs=0.01)
    tossed = plain(claim(parts, lambda part: {"by chance": np.arange(2048) % 2 == 0}, model))
    assert verdict_of(tossed) == (UNDECIDED, "")
    scoped = plain(
        claim(
            parts,
            lambda part: {"the prize is large": part["draw of prize"] > middle},
            model,
            scope=lambda part: part["draw of prize"] > middle,
        )
    )
    assert verdict_of(scoped) == (SUPPORTED, "") and scoped["scope"]["value"] == pytest.approx(0.5, abs=0.01)


def dilemma(share: float) -> dict[str, object]:
    classes = {"prisoner's dilemma": estimate(share), "harmony": estimate(1 - share)}
    names = ("P(lambda > 1)", "P(dilemma | lambda > 1)")
    return {
        "classes": classes,
        "classes by labs": {"2": classes, "8": classes},
        "classes by terms": {"unit margins alone": classes, "with both": classes},
        "asymmetry": {name: estimate(share) for name in names} | {"median lambda": 0.5},
        "centre": {"lambda": 4.0},
        "states per draw judged": 1024,
        "claims": {
            "1": claimed({"2 labs": share, "8 labs": share}),
            "2": claimed({f"{n} labs, by the {by}": share for n in (2, 8) for by in ("mean", "worst twentieth")}),
        },
    }


def race(share: float) -> dict[str, object]:
    ratio = {"0.5": share, "P(above half)": estimate(share)}
    return {
        "split": {"Meta": {"lambda": estimate(2.0)}},
        "critical ratio": {"unit margins alone": {"Meta": ratio}, "all terms": {"Meta": ratio}},
        "P(above half) by build": {"at planned demand": {"Meta": estimate(share), "Amazon": estimate(share / 2)}},
        "claims": {"10": claimed({f"{who} at planned demand": share for who in ("every builder", "any builder")})},
    }


def forecast(share: float | None = 0.8) -> dict[str, Any]:
    events = [
        *(f"{n} labs in a prisoner's dilemma" for n in (2, 8)),
        *(f"inaction loses more with {n} labs" for n in (2, 8)),
        *(f"too little loses more in {year}" for year in (2025, 2026)),
    ]
    met = None if share is None else dict.fromkeys(events, estimate(share))
    every = dict.fromkeys(events, estimate(0.5))
    return {
        "game": {"guidance met": met, "all draws": every},
        "P(meets guidance)": estimate(0.06),
        "tolerance": 1.25,
    }


def test_what_spending_would_say_is_evidence_and_no_verdict() -> None:
    for share in (0.8, 0.99, None):
        rows = {v["claim"]: v for v in judge_claims(dilemma(0.5), race(0.5), forecast(share), ["prize"])}
        for claim_id in (1, 2, 10):
            assert rows[claim_id]["verdict"] == UNDECIDED
            assert ("circular as evidence" in rows[claim_id]["evidence"]) == (share is not None)
    assert "80.0%" in explained_phrase(forecast(0.8)) and "too few" in explained_phrase(forecast(None))
    assert "; all more often than in all draws" in explained_phrase(forecast(0.8))
    assert "not all clearly more often" in explained_phrase(forecast(0.505))


def test_what_spending_would_say_of_too_little_is_said_for_both_years() -> None:
    given = forecast(0.8)
    given["game"]["guidance met"]["too little loses more in 2026"] = estimate(0.45)
    words = explained_phrase(given)
    assert "rolled forward to 2025 in 80.0% [79.0%, 81.0%] and to 2026 in 45.0% [44.0%, 46.0%]" in words
    assert "the first, the second and the third by the demand of 2025 mostly hold" in words


@pytest.mark.parametrize(("share", "verdict"), [(0.97, SUPPORTED), (0.5, UNDECIDED), (0.03, REJECTED)])
def test_all_twelve_claims_have_a_verdict(share: float, verdict: str) -> None:
    verdicts = judge_claims(dilemma(share), race(share), forecast(), ["prize"])
    assert [v["claim"] for v in verdicts] == list(CLAIMS) == list(range(1, 13))
    judged = {v["claim"]: v["verdict"] for v in verdicts if v["verdict"] != OPEN}
    assert judged == {1: verdict, 2: verdict, 10: verdict}
    assert all(v["cautions"] for v in verdicts)
    assert all("Left to S" in v["model"] for v in verdicts if v["verdict"] == OPEN)


def test_losses_in_hindsight_do_not_move_the_verdict_on_scarcity() -> None:
    """A newsvendor's lambda at its own optimum falls as its margin rises: it cannot be the measure of the danger."""
    for margin, less in itertools.pairwise((0.8, 0.6, 0.4, 0.2)):
        assert (1 - margin) / margin < (1 - less) / less
    for hindsight in (0.5, 5.0):
        given = race(0.03) | {"split": {"Meta": {"lambda": estimate(hindsight)}}}
        verdicts = judge_claims(dilemma(0.5), given, forecast(), ["prize"])
        assert next(v for v in verdicts if v["claim"] == 10)["verdict"] == REJECTED


def test_the_dilemma_is_cited_from_the_whole_sample_and_ruled_by_the_draws_judged() -> None:
    given = dilemma(0.97) | {"classes by labs": {"2": {"prisoner's dilemma": estimate(0.965)}}}
    row = judge_claims(given, race(0.5), forecast(), ["prize"])[0]
    assert row["verdict"] == SUPPORTED and "96.5% [95.5%, 97.5%] with 2 labs" in row["evidence"]


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
        ([UNDECIDED, REJECTED], "one is not supported and one is not decided; none is supported without conditions."),
    ],
)
def test_verdicts_are_counted(verdicts: list[str], words: str) -> None:
    assert words in verdict_phrase([{"verdict": verdict, "turns": False} for verdict in verdicts])


def test_how_much_hangs_on_conventions_and_on_changed_rules_is_counted() -> None:
    rows = [{"verdict": CONDITIONAL, "turns": True}, {"verdict": UNDECIDED, "turns": True}]
    assert "of two of them, the one supported included, changes" in verdict_phrase(rows)
    rows[0]["turns"] = False
    assert "of one of them changes" in verdict_phrase(rows)
    assert once_rejected() == [4, 7, 9, 12]


def test_rulings_by_bound_are_said_in_runs_and_tell_whether_they_turn() -> None:
    rows = {"0.01": case(0.95), "0.02": case(0.5, condition()), "0.05": case(0.4, condition()), "0.1": case(0.02)}
    found = claimed({"a": 0.5}) | {"by bound": {"a": rows}}
    assert by_bound_in_words(found, "If it counts from {} on", str) == (
        "If it counts from 0.01, 0.02, 0.05 and 0.1 on: a 95.0% (supported), 50.0% and 40.0% (supported under stated "
        "conditions), 2.0% (not supported)."
    )
    assert turns_with_bound(found) and not turns_with_bound(claimed({"a": 0.5}))
    assert not turns_with_bound(found | {"by bound": {"a": {"0.02": rows["0.02"], "0.05": rows["0.05"]}}})
    assert by_bound_in_words(found | {"by bound": {"a": {"0.1": case(None)}}}, "{}", str) == ""
