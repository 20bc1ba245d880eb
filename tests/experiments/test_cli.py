"""The command line: one line for every mistake, JSON that parses, interrupts that keep what is done."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from experiments.cli import main
from experiments.records import MissingRecord, StaleRecord, load_record
from experiments.runner import run
from experiments.verification_record import load_verification, write_verification

from .conftest import Workshop

NFG = 'NFG 1 R "PD" { "A" "B" } { { "c" "d" } { "c" "d" } } ""\n3 3 5 0 0 5 1 1\n'
COMMAND = [sys.executable, "-P", "-c", "import sys; from experiments.cli import main; sys.exit(main())"]

MISTAKES = [
    (["modls"], "models"),
    (["models", "compute-rase"], "compute-race"),
    (["models", "--foo"], "--foo"),
    (["solve"], "TARGET|NAME|target"),
    (["solve", "nothing"], "'nothing' is no model"),
    (["solve", "nothing.nfg"], "there is no file nothing.nfg"),
    (["solve", "broken.nfg"], "broken|nfg"),
    (["solve", "game.nfg", "--set", "prize=3"], "only models have parameters"),
    (["solve", "compute-race", "--set", "prize=-3"], r"prize \(V\) is -3.*at least 0.*computerace models compute-race"),
    (["solve", "compute-race", "--set", "prise=3"], "Did you mean prize"),
    (["solve", "compute-race", "--set", "prize=much"], "'much'.*one number"),
    (["solve", "compute-race", "--set", "plan=1,x"], "'1,x'|'x'"),
    (["solve", "compute-race", "--set", "plan=1,2"], "plan.*one per player"),
    (["solve", "compute-race", "--set", "prize"], "name=value"),
    (["solve", "compute-race", "--set", "prize=1", "--set", "prize=2"], "given twice"),
    (["solve", "capacity-race", "--set", "rule=none"], "herd, equal"),
    (["experiments", "dilema_class"], "Did you mean dilemma_class"),
    (["run"], "name"),
    (["run", "dilema_class"], "Did you mean dilemma_class"),
    (["run", "dilemma_class", "--draw", "3"], "Did you mean draws"),
    (["run", "dilemma_class", "--draws", "many"], "'many'.*whole number"),
    (["run", "dilemma_class", "--draws"], "--draws has no value"),
    (["run", "dilemma_class", "surplus"], "'surplus'"),
    (["run", "dilemma_class", "--set", "draws=3", "--draws", "4"], "given twice"),
    (["run", "dilemma_class", "--workers", "0"], "'0'.*at least 1"),
    (["run", "dilemma_class", "--workers", "two"], "'two'.*whole number"),
    (["run", "dilemma_class", "--most", "many"], "'many'.*whole number"),
    (["solve", "compute-race", "--set", "n_builders=1e9"], r"n_builders \(n\) is 1000000000.*at most 12"),
    (["solve", "cloud-sourcing", "--set", "n=1e9"], r"n \(.\) is 1000000000.*at most"),
    (["solve", "custom-silicon", "--set", "n=1e9"], r"n \(.\) is 1000000000.*at most"),
    (["reproduce", "--workers", "-1"], "-1"),
    (["verify", "--all"], "--all"),
    (["check", "nothing"], "'nothing' is no model"),
    (["check", "nothing:Race"], "nothing:Race cannot be loaded"),
    (["check", "power_race.py"], "'power_race.py' is a file; give module:Class .*power_race:NAME_OF_CLASS"),
    (["check", "lab-dilema"], "Did you mean lab-dilemma\\? Or give module:Class"),
    (["check", "zzz"], "switching-costs\\. Or give module:Class"),
    (["cite", "--set", "draws=3"], "draws is given, but no study"),
    (["check", "json:JSONDecoder"], "derived from models.PayoffModel"),
    (["cite", "dilema_class"], "Did you mean dilemma_class"),
]


@pytest.mark.parametrize(("arguments", "pattern"), MISTAKES, ids=[" ".join(arguments) for arguments, _ in MISTAKES])
def test_a_mistake_is_one_line_that_helps(
    arguments: list[str],
    pattern: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("game.nfg").write_text(NFG)
    Path("broken.nfg").write_text("NFG 1 R")
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("computerace: ")
    assert captured.err.count("\n") == 1
    assert re.search(pattern, captured.err)
    assert not Path("records").exists()


def values_of(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_every_listing_is_json(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    assert any(m["name"] == "compute-race" for m in values_of(["models"], capsys))
    model = values_of(["models", "compute-race"], capsys)
    assert {"name", "symbol", "unit", "default", "allowed", "priors", "facts", "meaning"} <= model["parameters"][
        0
    ].keys()
    assert any(study["name"] == workshop.name for study in values_of(["experiments"], capsys))
    study = values_of(["experiments", workshop.name], capsys)
    assert study["state"] == "none"
    assert {p["name"]: p["quick"] for p in study["parameters"]}["draws"] == 8


def test_the_text_of_a_model_names_every_parameter(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "lab-dilemma"]) == 0
    text = capsys.readouterr().out
    assert all(word in text for word in ("prize", "US$ bn", "at least 0", "S03", "swept", "prisoner's dilemma"))


def test_a_game_file_is_solved_and_classed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "game.nfg"
    path.write_text(NFG)
    game = values_of(["solve", str(path)], capsys)["finite"]
    assert game["class"]["name"] == "prisoner's dilemma"
    assert game["critical discount factor"] == 0.5
    assert [e["strategies"] for e in game["equilibria"]] == [[[0, 1], [0, 1]]]
    assert main(["solve", str(path)]) == 0
    assert "class: prisoner's dilemma" in capsys.readouterr().out


def test_a_model_is_solved_with_wedge_and_hindsight(capsys: pytest.CaptureFixture[str]) -> None:
    low, high = (values_of(["solve", "compute-race", "--set", f"prize={v}"], capsys) for v in (100, 400))
    for result in (low, high):
        assert result["continuous"]["certified"]
        assert result["wedge"]["profit_joint"] >= result["wedge"]["profit_nash"]
        assert len(result["hindsight"]["players"]) == len(result["continuous"]["players"])
    total = [sum(result["continuous"]["equilibria"][0]["choices"]) for result in (low, high)]
    assert total[0] < total[1]  # a larger prize is fought for harder


def test_run_takes_parameters_both_ways_and_cite_finds_the_record(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["run", workshop.name, "--draws", "16", "--set", "step=0.5", "--workers", "1"]
    record = values_of(arguments, capsys)
    assert record["parameters"]["draws"] == 16
    assert record["parameters"]["step"] == 0.5
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert record["key"][:12] in text
    assert "mean" in text
    assert "\x1b" not in text
    assert main(["cite", workshop.name, "--draws", "16", "--step", "0.5"]) == 0
    assert f"@misc{{computerace_{workshop.name}_{record['key'][:12]}," in capsys.readouterr().out
    assert main(["cite", workshop.name]) == 1
    assert f"Run: computerace run {workshop.name}" in capsys.readouterr().err


def test_an_unwritable_folder_is_one_line(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    Path("taken").write_text("")
    for folder in ("taken", "taken/below"):
        assert main(["run", workshop.name, "--quick", "--workers", "1", "--records", folder]) == 2
        captured = capsys.readouterr()
        assert captured.err.startswith("computerace: ")
        assert "taken" in captured.err and "give the path of a folder" in captured.err
        assert captured.err.count("\n") == 1
    assert main(["reproduce", "--paper", "taken/paper.pdf"]) == 2
    assert "folder of the paper is 'taken'" in capsys.readouterr().err


def test_solve_takes_a_class_of_a_module(capsys: pytest.CaptureFixture[str]) -> None:
    by_name = values_of(["solve", "lab-dilemma"], capsys)
    by_class = values_of(["solve", "models.lab_dilemma:LabDilemma"], capsys)
    assert {**by_class, "name": None} == {**by_name, "name": None}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["solve", "nothing:Race"], "cannot be loaded"),
        (["solve", "json:dumps"], "must be a class derived from models.PayoffModel"),
        (["solve", "models.base:PayoffModel"], "is the base of all models"),
        (["solve", "race.txt"], "neither a model nor a game file"),
        (["solve", "."], "neither a model nor a game file"),
        (["solve", "short.nfg"], "short.nfg: the .nfg text has 3 entries at its end; 8 are needed"),
        (["solve", "folder.nfg"], "is a folder"),
        (["solve", "compute-race", "--set", "prize[meta]=3"], "prize is one value"),
    ],
)
def test_what_cannot_be_solved_is_one_line(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("short.nfg").write_text('NFG 1 R "" { "a" "b" } { 2 2 } 1 2 3')
    Path("folder.nfg").mkdir()
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert words in captured.err and captured.err.count("\n") == 1 and not captured.out


def test_version_help_and_citation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("computerace 0.")
    assert main(["cite"]) == 0
    assert (entry := capsys.readouterr().out).startswith("@software{computerace,")
    assert main(["cite", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"bibtex": entry.removesuffix("\n")}
    for command in ("models", "solve", "experiments", "run", "reproduce", "verify", "check", "cite"):
        assert main([command, "--help"]) == 0
        assert "Example" in capsys.readouterr().out
    assert main([]) == 0
    assert "Usage: computerace" in capsys.readouterr().out


@pytest.mark.parametrize(("words", "found"), [("computerace sol", "solve"), ("computerace solve comp", "compute-race")])
def test_the_shell_completes_commands_and_names(words: str, found: str) -> None:
    asked = {"_COMPUTERACE_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run(COMMAND, capture_output=True, text=True, env=os.environ | asked, check=False)
    assert done.stdout.split() == [found]


def test_help_imports_no_numerics() -> None:
    script = (
        "import sys; from experiments.cli import main; main(['--help']); print({'numpy', 'sympy'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


def test_a_model_of_ones_own_is_checked_from_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    Path("thin_race.py").write_text("from models import PayoffModel\n\n\nclass ThinRace(PayoffModel):\n    pass\n")
    assert main(["check", "thin_race:ThinRace"]) == 1
    captured = capsys.readouterr()
    assert "FAILED  declares every parameter" in captured.out
    assert captured.err == ""


def test_a_closed_pipe_is_quiet() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen([*COMMAND, "cite"], stdout=writer, stderr=subprocess.PIPE, text=True) as process:
        os.close(writer)
        _, errors = process.communicate()
    assert errors == ""
    assert process.returncode == 141


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_is_interrupted_keeps_what_is_done_and_the_next_run_goes_on(
    workshop: Workshop, number: signal.Signals, code: int
) -> None:
    parameters = {"fault": "waits", "signs": str(workshop.signs)}
    words = [word for name, value in parameters.items() for word in ("--set", f"{name}={value}")]
    command = [*COMMAND, "run", workshop.name, "--quick", *words, "--workers", "2"]
    folder = workshop.records / workshop.name
    # a suite that runs in the background has SIGINT ignored, and its children would inherit that
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        started = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    finally:
        signal.signal(signal.SIGINT, before)
    with started as process:
        while process.poll() is None and not (workshop.computed() > 2 and list(folder.glob("*/replicate-*.parquet"))):
            time.sleep(0.02)
        if number == signal.SIGINT:
            os.killpg(process.pid, number)  # as a terminal does: to all processes of the command
        else:
            process.send_signal(number)
        _, errors = process.communicate()
    assert process.returncode == code
    assert errors.startswith("computerace: interrupted; ")
    assert errors.count("\n") == 1
    assert f"computerace run {workshop.name} --quick --set fault=waits" in errors
    kept = {path.name: path.stat().st_mtime_ns for path in folder.glob("*/replicate-*.parquet")}
    assert 0 < len(kept) < 4
    assert f"{len(kept)} of 4 replicates" in errors
    assert not list(folder.glob("*/.*"))

    (workshop.signs / "go").touch()
    record = run(workshop.name, parameters, quick=True, workers=1, directory="records", progress=False)
    assert {name: (record.folder / name).stat().st_mtime_ns for name in kept} == kept
    assert load_record(workshop.name, parameters, quick=True).values_digest == record.values_digest


@dataclass(frozen=True)
class Case:
    """A verified case, as `experiments.verification` returns them."""

    id: str
    status: str
    collection: str = "solver cases"
    family: str = "finite games"
    expected: object = 1.0
    computed: object = 2.0
    tolerance: str = "1e-9"
    citation: str = "Nobody 1999"
    detail: str = "off by one"


@pytest.mark.parametrize(("status", "code"), [("passed", 0), ("not implemented", 0), ("failed", 1)])
def test_verify_counts_by_collection_and_fails_if_a_case_does(
    status: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = [Case("one", status), Case("two", "passed", computed={1, 2})]
    monkeypatch.setattr("experiments.verification.verify_cases", lambda only, progress: cases)
    assert main(["verify"]) == code
    printed = capsys.readouterr().out
    assert ("FAILED one: expected 1, computed 2" in printed) == (status == "failed")
    assert ("not implemented one: off by one" in printed) == (status == "not implemented")
    assert main(["verify", "--json"]) == code
    counts = json.loads(capsys.readouterr().out)["counts"]["solver cases"]
    assert sum(counts.values()) == 2
    assert counts["failed"] == (status == "failed")


def test_verify_takes_single_cases(capsys: pytest.CaptureFixture[str]) -> None:
    described = values_of(["verify", "--only", "tullock_sym_3"], capsys)
    assert [case["id"] for case in described["cases"]] == ["tullock_sym_3"]
    assert main(["verify", "--only", "tullock_sym_33"]) == 2
    assert "tullock_sym_33" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("status", "paper_fails", "code"), [("passed", False, 0), ("failed", False, 1), ("passed", True, 1)]
)
def test_reproduce_runs_every_study_verifies_and_builds_the_paper(
    status: str,
    paper_fails: bool,
    code: int,
    workshop: Workshop,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    commands: list[list[str]] = []

    def build(command: list[str], *, check: bool) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, int(paper_fails))

    monkeypatch.setattr("experiments.reproduce.studies", lambda: {workshop.name: workshop.study})
    monkeypatch.setattr("experiments.verification.verify_cases", lambda only, progress: [Case("one", status)])
    monkeypatch.setattr("experiments.reproduce.subprocess.run", build)
    arguments = ["reproduce", "--quick", "--workers", "1", "--records", "kept", "--paper", "a.pdf"]
    assert main(arguments) == code
    assert [command[1:] for command in commands] == [
        ["-P", "-m", "paper", "--records", "kept", "--output", "a.pdf", "--quick"]
    ]
    assert load_record(workshop.study, quick=True, directory="kept").numbers["mean"]
    assert load_verification("kept")["counts"]["solver cases"][status] == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("computerace: ")
    if status == "failed":
        assert "one" in last


def test_a_verification_of_older_source_is_stale(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingRecord, match=r"no verification.*Run: computerace reproduce"):
        load_verification("kept")
    write_verification([Case("one", "passed")], "kept")
    assert load_verification("kept")["cases"][0]["id"] == "one"
    monkeypatch.setattr("experiments.verification_record.lock_digests", lambda: {"requirements.lock": "edited"})
    with pytest.raises(StaleRecord, match=r"older.*Run: computerace reproduce"):
        load_verification("kept")


def test_a_hidden_package_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "__init__.py").write_text("")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run([*COMMAND, "models"], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"computerace: {tmp_path / 'models'} hides the package models")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("body", ['raise RuntimeError("boom")', "import sys; sys.exit(7)"])
def test_a_module_that_breaks_when_it_is_loaded_is_one_line(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "breaks_when_loaded.py").write_text(body)
    monkeypatch.syspath_prepend(tmp_path)
    sys.modules.pop("breaks_when_loaded", None)
    assert main(["check", "breaks_when_loaded:Model"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "breaks_when_loaded:Model cannot be loaded" in error


def test_one_player_of_a_parameter_per_player_can_be_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", "compute-race", "--set", "plan[Nobody]=5"]) == 2
    assert "Amazon, Alphabet" in capsys.readouterr().err


@pytest.mark.parametrize("prize", ["1e308", "1e30"])
def test_an_absurd_number_is_bad_input(prize: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", "compute-race", "--set", f"prize={prize}"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and f"prize (V) is {prize}; it must be at most 3.5e+14 US$ bn" in error


def test_a_reader_that_has_enough_is_no_failure_and_a_full_output_is_one_line() -> None:
    command = [*COMMAND, "models", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "the output cannot be written: No space left on device" in done.stderr


def test_the_help_cuts_no_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    usage, _, rest = capsys.readouterr().out.partition("\n\n")
    assert "Usage" in usage and "solve" in rest and "..." not in rest


def test_more_builders_are_average_ones(capsys: pytest.CaptureFixture[str]) -> None:
    found = values_of(["solve", "compute-race", "--set", "n_builders=7"], capsys)
    assert found["continuous"]["players"][5:] == ["entrant 1", "entrant 2"]


@pytest.mark.parametrize("paper", ["", "."])
def test_a_paper_that_is_no_file_is_refused_before_anything_runs(
    paper: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["reproduce", "--quick", "--paper", paper]) == 2
    assert "must be the path of a file" in capsys.readouterr().err
    assert not Path("records").exists()


def test_most_draws_without_a_target_are_refused(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", workshop.name, "--quick", "--most", "100"]) == 2
    assert "there is no --target" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["", "foo", "http://127.0.0.1:1", "tcp://127.0.0.1", "tcp://:x"])
def test_what_is_no_address_of_a_scheduler_is_refused_before_anything_runs(
    address: str, workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (["run", workshop.name, "--quick"], ["reproduce", "--quick"]):
        assert main([*command, "--scheduler", address]) == 2
        captured = capsys.readouterr()
        assert "it must be the address of a Dask scheduler" in captured.err
        assert captured.err.count("\n") == 1
