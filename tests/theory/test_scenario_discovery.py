"""Conditions that make an event nearly certain are found where they are known, and nowhere else."""

import numpy as np
import pytest

from theory.errors import InputError
from theory.scenario_discovery import sufficient_condition

DRAWS = 20_000


@pytest.fixture
def square():
    x, y, z = np.random.default_rng(3).random((3, DRAWS))
    return {"x": x, "y": y, "z": z}


HELD_OUT = np.arange(DRAWS) >= DRAWS // 2


def found(inputs, event, **options):
    return sufficient_condition(inputs, event, HELD_OUT, **{"sure": 0.9, "least": 0.05} | options)


def test_a_corner_is_found_with_both_its_bounds(square):
    condition = found(square, (square["x"] > 0.6) & (square["y"] <= 0.3))
    bounds = {bound.name: (bound.above, bound.value) for bound in condition.bounds}
    assert bounds["x"][0] and not bounds["y"][0]
    assert bounds["x"][1] == pytest.approx(0.6, abs=0.02) and bounds["y"][1] == pytest.approx(0.3, abs=0.02)
    assert condition.share.value == pytest.approx(0.12, abs=0.02) and condition.holds.low >= 0.9


def test_the_weakest_condition_is_taken(square):
    """Above 0.4 the event holds with probability 0.95, above 0.7 always: the wider box suffices."""
    often = np.random.default_rng(5).random(DRAWS) < 0.93
    event = (square["x"] > 0.7) | ((square["x"] > 0.4) & often)
    (bound,) = found(square, event).bounds
    assert bound.name == "x" and bound.above and bound.value == pytest.approx(0.4, abs=0.02)


def test_an_event_that_is_nearly_certain_needs_no_condition(square):
    condition = found(square, np.random.default_rng(6).random(DRAWS) < 0.97)
    assert condition.bounds == () and condition.share.value == 1


def test_an_event_without_a_cause_among_the_inputs_has_no_condition(square):
    assert found(square, np.random.default_rng(7).random(DRAWS) < 0.5) is None


def test_a_condition_that_hardly_ever_holds_says_nothing(square):
    event = (square["x"] > 0.9) & (square["y"] > 0.9)
    assert found(square, event, least=0.05) is None
    assert found(square, event, least=0.005).share.value == pytest.approx(0.01, abs=0.005)


def test_a_condition_of_one_decile_is_not_lost_to_the_toss_of_a_coin(square):
    """A tenth of the choosing draws is a tenth of all, though not exactly of those held out."""
    for name in square:
        assert found(square, square[name] > 0.9, least=0.1).share.value == pytest.approx(0.1, abs=0.01)


def test_conditions_are_hardly_ever_false():
    """In the box that looks best the event has a probability just below what is asked for."""
    false = 0
    for stream in np.random.default_rng(11).spawn(60):
        inputs = dict(zip("abcdef", stream.random((6, 2048)), strict=True))
        event = stream.random(2048) < np.where(inputs["a"] > 0.5, 0.89, 0.4)
        condition = sufficient_condition(inputs, event, np.arange(2048) % 2 == 1, sure=0.9, least=0.1)
        false += condition is not None
    assert false <= 3  # five in a hundred, at most


def test_what_only_the_choosing_draws_show_is_not_confirmed(square):
    """The event follows x among the draws that choose, and is a coin's toss among those held out."""
    event = np.where(HELD_OUT, np.random.default_rng(8).random(DRAWS) < 0.5, square["x"] > 0.5)
    assert found(square, event) is None


def test_units_do_not_matter(square):
    event = (square["x"] > 0.6) & (square["y"] <= 0.3)
    scaled = {name: 1e12 * values for name, values in square.items()}
    here, there = found(square, event), found(scaled, event)
    assert [b.name for b in here.bounds] == [b.name for b in there.bounds] and here.holds == there.holds


def test_brute_force_finds_no_wider_box(square):
    """Every box of one or two deciles' bounds, counted one by one."""
    event = (square["x"] + square["z"] > 1.1) | (square["y"] > 0.97)
    condition = found(square, event)
    choosing = ~HELD_OUT
    widest = 0
    for first in "xyz":
        for second in "xyz":
            for i in range(10):
                for j in range(10):
                    for sign in (1, -1):
                        for other in (1, -1):
                            box = _side(square[first], i, sign, choosing) & _side(square[second], j, other, choosing)
                            kept = box & choosing
                            if kept.sum() >= 0.05 * choosing.sum() and event[kept].mean() >= 0.915:  # well above
                                widest = max(widest, int(kept.sum()))
    mine = np.ones(DRAWS, bool)
    for bound in condition.bounds:
        values = square[bound.name]
        mine &= values > bound.value if bound.above else values <= bound.value
    assert (mine & choosing).sum() >= widest > 0


def _side(values, decile, sign, choosing):
    cut = np.quantile(values[choosing], decile / 10)
    return values > cut if sign > 0 else values <= np.quantile(values[choosing], 1 - decile / 10)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"event": np.ones(3, bool)}, "shapes are"),
        ({"event": np.ones(DRAWS)}, "true or false"),
        ({"held_out": np.zeros(DRAWS, bool)}, "held out"),
        ({"inputs": {"x": np.full(DRAWS, np.nan)}}, "x has"),
        ({"inputs": {}}, "at least one input"),
        ({"sure": 1.0}, "sure is 1.0"),
        ({"least": 0.0}, "least is 0.0"),
    ],
)
def test_bad_input_is_named(square, change, words):
    given = {"inputs": square, "event": square["x"] > 0.5, "held_out": HELD_OUT, "sure": 0.9, "least": 0.1} | change
    with pytest.raises(InputError, match=words):
        sufficient_condition(**given)
