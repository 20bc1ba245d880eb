"""The study of policies: ruin is paired on the same draws and paths, and the section says what the numbers say."""

import numpy as np
import pytest

from experiments.plain import plain
from experiments.studies import policies
from experiments.studies.policies import CHOSEN, NONE, REACHING, RUIN, STRENGTHS, ruin_against_none, ruin_by_case
from models.policy import UNTOUCHED, regulate_labs
from models.runway import LABS, Runway
from paper.systems.policies import _ruin


def labs(draws, seed):
    base = Runway(paths=32)
    return base.replace(**base.priors().sample(draws, rng=np.random.default_rng(seed)))


@pytest.fixture(scope="module")
def parts():
    return [ruin_by_case(labs(6, seed), seed) for seed in range(3)]


@pytest.fixture(scope="module")
def numbers(parts):
    return plain(ruin_against_none(parts) | {"paths": 32, "years": 4})


def test_no_strength_meets_the_same_paths_and_changes_nothing(monkeypatch):
    monkeypatch.setattr(policies, "STRENGTHS", (0.0,))
    columns = ruin_by_case(labs(6, 1), 1)
    for name in (f"{word} {what}" for word in CHOSEN for what in RUIN):
        for policy in REACHING:
            np.testing.assert_array_equal(columns[f"{name}, {policy}, 0"], columns[f"{name}, {NONE}"])


def test_cases_are_the_labs_games_on_the_paths_of_the_seed(parts):
    model = labs(6, 2)
    game = regulate_labs(model, "compute tax", 1.0).induced_game(np.random.default_rng(2))
    found = parts[2][f"fearful ruin, {LABS[0]}, compute tax, 1"]
    assert all(value in table for value, table in zip(found, game.outcomes[f"ruin, {LABS[0]}"], strict=True))
    capped = model.replace(intensity=np.ones(6)).induced_game(np.random.default_rng(2))
    np.testing.assert_array_equal(parts[2]["fearful bills, cap on GW, 1"], capped.outcomes["spending"][:, 0, 0])


def test_changes_are_means_of_differences_draw_by_draw(parts, numbers):
    assert set(numbers["effects"]) == set(REACHING) and not set(REACHING) & set(UNTOUCHED)
    sound = [np.all([v for k, v in part.items() if k.startswith("pure")], axis=0) for part in parts]
    assert numbers["draws"] == sum(map(np.sum, sound))
    name, case = f"ruin, {LABS[1]}", "compute tax, 0.5"
    differences = [
        (part[f"fearful {name}, {case}"] - part[f"fearful {name}, {NONE}"])[keep].mean()
        for part, keep in zip(parts, sound, strict=True)
    ]
    found = numbers["effects"]["compute tax"]["0.5"]["fearful"][name]
    assert found["value"] == pytest.approx(np.mean(differences))
    assert len(numbers["effects"]["compute tax"]) == len(STRENGTHS)


def turned(numbers, policy, **changes):
    """The numbers with other effects of one policy, each with a narrow interval."""
    found = {name: {"value": v, "low": v - 0.01, "high": v + 0.01} for name, v in changes.items()}
    effects = {**numbers["effects"], policy: {"1": dict.fromkeys(CHOSEN, found)}}
    return {**numbers, "effects": {policy: effects[policy]}}


def test_the_section_says_which_way_ruin_goes(numbers):
    openai, anthropic = (f"ruin, {lab}" for lab in LABS)
    up = turned(numbers, "compute tax", **{openai: 0.1, anthropic: 0.2}, compute=-5.0, bills=3.0)
    text = _ruin(up)
    assert "it rises with compute tax (10.0 [9.00, 11.0]; 20.0 [19.0, 21.0])" in text
    assert "falls with compute tax (−5.00" in text and "more is paid with compute tax (US$ 3.00" in text
    split = _ruin(turned(numbers, "compute tax", **{openai: -0.1, anthropic: 0.0}, compute=5.0, bills=3.0))
    assert "it falls for OpenAI and does not change measurably for Anthropic with compute tax" in split
    assert "rises with compute tax (5.00" in split and "more is paid" not in split


def test_the_section_says_if_the_equilibrium_matters(numbers):
    names = dict.fromkeys((*(f"ruin, {lab}" for lab in LABS), "bills"), 0.1)
    same = turned(numbers, "cap on GW", **names, compute=1.0)
    assert "all directions are the same." in _ruin(same)
    other = turned(numbers, "cap on GW", **names, compute=-1.0)["effects"]["cap on GW"]["1"]["trusting"]
    same["effects"]["cap on GW"]["1"]["trusting"] = other
    assert "not all directions are the same with cap on GW." in _ruin(same)
