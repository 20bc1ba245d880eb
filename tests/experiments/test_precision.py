"""Target precision: draws grow until the interval is narrow enough, and it is said when it is not."""

from __future__ import annotations

import json

import pytest

from experiments.cli import main
from experiments.precision import PrecisionError, half_width_of, run_to_precision
from experiments.runner import run
from theory.errors import InputError

from .conftest import Workshop


def test_draws_grow_until_the_half_width_is_reached(chunked: Workshop) -> None:
    first = run(chunked.study, workers=1, directory=chunked.records, progress=False)
    target = half_width_of(first.numbers, "mean", first.study) / 2
    record = run_to_precision(
        chunked.study, "mean", target, 2**17, workers=1, directory=chunked.records, progress=False
    )
    mean = record.numbers["mean"]
    assert (mean["high"] - mean["low"]) / 2 <= target
    sizes = sorted(
        json.loads(path.read_text())["parameters"]["draws"] for path in chunked.records.glob("*/*/record.json")
    )
    assert len(sizes) > 1
    assert sizes[0] == 48
    assert sizes[-1] == record.parameters["draws"]
    assert all(size % 48 == 0 and (size // 48).bit_count() == 1 for size in sizes)


def test_what_is_not_reached_is_said(chunked: Workshop) -> None:
    with pytest.raises(PrecisionError, match=r"with 96 draws, the most allowed; 1e-09 was asked for and not reached"):
        run_to_precision(chunked.study, "mean", 1e-9, 96, workers=1, directory=chunked.records, progress=False)
    assert len(list(chunked.records.glob("*/*/record.json"))) == 2


@pytest.mark.parametrize(
    ("target", "half_width", "most", "message"),
    [
        ("maen", 0.1, 96, "Did you mean 'mean'"),
        ("mean", -1.0, 96, "half-width is -1"),
        ("mean", 0.1, 47, "most is 47; it must be at least draws, 48"),
    ],
)
def test_a_target_that_cannot_be_is_refused(
    chunked: Workshop, target: str, half_width: float, most: int, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        run_to_precision(chunked.study, target, half_width, most, workers=1, directory=chunked.records, progress=False)


def test_a_name_that_a_record_does_not_know_is_refused_before_anything_runs(chunked: Workshop) -> None:
    run(chunked.study, workers=1, directory=chunked.records, progress=False)
    kept = sorted(chunked.records.glob("**/*"))
    with pytest.raises(InputError, match="Did you mean 'mean'"):
        run_to_precision(
            chunked.study, "maen", 0.1, 192, {"draws": 96}, workers=1, directory=chunked.records, progress=False
        )
    assert sorted(chunked.records.glob("**/*")) == kept


def test_only_a_number_with_an_interval_is_suggested() -> None:
    numbers = {"centre": {"noise": 0.1}, "by labs": {"noise level": {"value": 0.1, "low": 0.0, "high": 0.2}}}
    with pytest.raises(InputError, match="Did you mean 'by labs / noise level'"):
        half_width_of(numbers, "centre / noise", "a_study")


@pytest.mark.parametrize(("low", "high"), [(0.1, "inf"), ("-inf", "inf"), ("inf", "inf"), (None, None), (0.1, None)])
def test_an_interval_without_a_finite_width_is_said_in_one_line(low: object, high: object) -> None:
    """Records hold an infinity as text and NaN as null."""
    with pytest.raises(PrecisionError, match=r"^tail of a_study is known from \S+ to \S+: there is no") as told:
        half_width_of({"tail": {"value": 0.2, "low": low, "high": high}}, "tail", "a_study")
    assert "\n" not in str(told.value)


def test_the_command_line_exits_with_one_if_it_is_not_reached(
    chunked: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", chunked.name, "--workers", "1", "--target", "mean"]
    assert main([*words, "--half-width", "1e-9", "--most", "48"]) == 1
    assert "not reached" in capsys.readouterr().err.splitlines()[-1]
    assert main([*words, "--half-width", "1e9"]) == 0
    assert main(words) == 2
    assert "belong together" in capsys.readouterr().err
