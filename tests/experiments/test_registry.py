"""What a study may be, and what its parameters take."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import experiments
from experiments import ShadowedPackageError, refuse_shadows
from experiments.catalogue import find, studies
from experiments.registry import Columns, Findings, Study, registered
from theory.errors import InputError


def make(name: str = "a_study", replicates: int = 4, **quick: int) -> Study:
    def function(*, draws: int = 64, step: float = 0.1, fast: bool = False, rng: np.random.Generator) -> Columns:
        """Draw."""
        return {"x": rng.random(draws) * step}

    return Study(function, name, "Why?", (1,), replicates, quick)


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("draws", "1_000", 1000),
        ("draws", "1e3", 1000),
        ("draws", np.int64(7), 7),
        ("step", "1e-3", 1e-3),
        ("step", 2, 2.0),
        ("fast", "yes", True),
        ("fast", False, False),
    ],
)
def test_values_are_read(name: str, given: object, value: object) -> None:
    read = make().values({name: given})[name]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("draws", "many"),
        ("draws", 1.5),
        ("draws", True),
        ("draws", None),
        ("draws", "1e300"),
        ("step", "nan"),
        ("step", np.inf),
        ("fast", 2),
    ],
)
def test_wrong_values_are_refused_by_name(name: str, given: object) -> None:
    with pytest.raises(InputError, match=rf"{name} is .*must be .*computerace experiments a_study"):
        make().values({name: given})


def test_options_of_a_literal_are_all_that_is_allowed() -> None:
    study = find("dilemma_class")
    assert study.values({"design": "latin hypercube"})["design"] == "latin hypercube"
    with pytest.raises(InputError, match="design is 'lattice'; it must be 'sobol' or 'latin hypercube'"):
        study.values({"design": "lattice"})


def test_quick_changes_defaults_and_explicit_values_win() -> None:
    study = make(draws=8)
    assert study.values(quick=True)["draws"] == 8
    assert study.values({"draws": 9}, quick=True)["draws"] == 9


def test_unknown_parameter_has_a_suggestion() -> None:
    with pytest.raises(InputError, match="Did you mean draws"):
        make().values({"draw": 3})
    with pytest.raises(InputError, match="no parameter"):
        make(dras=8)


@pytest.mark.parametrize(("name", "replicates"), [("a/b", 1), ("", 1), ("fine", 0)])
def test_bad_declarations_are_refused(name: str, replicates: int) -> None:
    with pytest.raises(InputError):
        make(name, replicates)


def test_arguments_need_keyword_and_default() -> None:
    def function(draws: int, *, rng: np.random.Generator) -> Columns:
        return {}

    with pytest.raises(InputError, match=r"'draws'.*keyword-only"):
        Study(function, "a_study", "Why?", (), 1, {})


def test_summary_must_return_findings() -> None:
    study = make()
    with pytest.raises(InputError, match="no summary"):
        study.summarise([], rng=np.random.default_rng(0))
    study.summary(lambda replicates, **_: {"mean": 1})
    with pytest.raises(InputError, match="must return Findings"):
        study.summarise([], rng=np.random.default_rng(0))
    study.summary(lambda replicates, **_: Findings({"mean": 1}))
    assert study.summarise([], rng=np.random.default_rng(0)).numbers == {"mean": 1}


def test_every_study_is_found_and_says_what_it_is() -> None:
    folder = Path(experiments.__path__[0], "studies")
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    found = studies()
    assert {
        study.module.rpartition(".")[2] for study in found.values() if study.module.startswith("experiments.")
    } == modules
    for study in found.values():
        assert study.question.endswith("?")
        assert study.description
        assert study.values(quick=True).keys() == study.values().keys()
        assert find(study.name) is study


def test_unknown_study_has_a_suggestion() -> None:
    with pytest.raises(InputError, match="Did you mean dilemma_class"):
        find("dilema_class")
    assert "dilema_class" not in registered()


def test_a_package_that_hides_ours_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_shadows()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ShadowedPackageError, match=str(tmp_path / "mine")):
        refuse_shadows(("mine",))
    with pytest.raises(ShadowedPackageError, match="not installed"):
        refuse_shadows(("no_such_package_of_ours",))
