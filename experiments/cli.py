"""The command line. Only what a command needs is imported, when it runs: ``computerace --help`` stays quick.

Standard output carries results, standard error what is said meanwhile. Exit codes: 0; 1 if something failed; 2 for
bad input, with one line that says what was given, what is allowed and what to do; 130 on Ctrl-C, 143 when told to end
(SIGTERM).
"""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments import ShadowedPackageError, refuse_shadows
from experiments.options import Json, Quick, Records, Scheduler, Set, Workers, count, model_names, positive, study_names

if TYPE_CHECKING:
    from experiments.records import Record
    from experiments.registry import Study

app = typer.Typer(
    name="computerace",
    help="Game theory of the AI compute race: payoff models, equilibria, repeated play, over- and underinvestment.",
    epilog="Start with: computerace models, computerace solve compute-race, computerace experiments.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


EXTRA = {"allow_extra_args": True, "ignore_unknown_options": True}

MOST_DRAWS = 2**24
"""Most draws that a target precision may take, unless told otherwise."""

FIRST_NUMBERS = 40
"""How many numbers of a record are printed; all of them with ``--json``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; errors become one line on standard error."""
    here = str(Path.cwd())
    if here not in sys.path:  # for a model beside the prompt; last, so that it hides nothing of ours
        sys.path.append(here)
    try:
        refuse_shadows()
        code = app(args=None if arguments is None else list(arguments), prog_name="computerace", standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        return _refuse(_usage(error))
    except (BrokenPipeError, SystemExit) as error:  # typer makes the latter of the former
        if not isinstance(error.__context__ or error, BrokenPipeError):
            raise
        _drop_output()
        return 128 + 13  # whoever read has enough, as `head` has: no failure to speak of
    except OSError as error:
        if error.filename is None and error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            _drop_output()
            return _refuse(f"the output cannot be written: {error.strerror}; make room, or send it elsewhere", code=1)
        return _refuse(f"{error.filename or 'the system'}: {error.strerror or error}", code=1)
    except ShadowedPackageError as error:
        return _refuse(str(error), code=1)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _refuse_ours(error)
    return code if isinstance(code, int) else 0


def _drop_output() -> None:
    """Let what is left of the output go nowhere, else Python complains when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    """Print the version, or the help if no command is given."""
    if version:
        from experiments.cite import version as installed

        print(f"computerace {installed()}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command(
    short_help="List the payoff models, or describe one.",
    epilog="Examples: computerace models; computerace models compute-race --json",
)
def models(
    name: Annotated[
        str | None,
        typer.Argument(autocompletion=model_names, help="A model, or module:Class of one; all models if left out."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the payoff models, or describe one: parameters, bounds, priors and the facts behind them."""
    from experiments.model_text import describe_model, model_text
    from experiments.targets import model_class
    from experiments.text import table
    from models.catalogue import catalogue

    if name is not None:
        described = describe_model(model_class(name))
        _print(described if as_json else model_text(described))
        return
    every = [describe_model(cls) for cls in catalogue().values()]
    rows = [[m["name"], len(m["players"]), len(m["parameters"]), m["summary"].splitlines()[0]] for m in every]
    _print(every if as_json else table(["model", "players", "parameters", "summary"], rows))


@app.command(
    short_help="Solve a model or a game.",
    epilog="Examples: computerace solve compute-race --set prize=350; computerace solve game.nfg --json",
)
def solve(
    target: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FILE",
            autocompletion=model_names,
            help="A model, module:Class of one, or a game file (.nfg, .gam).",
        ),
    ],
    settings: Set = None,
    as_json: Json = False,
) -> None:
    """Solve a model or a game: certified equilibria, class, strategic wedge, hindsight losses."""
    from experiments.progress import working
    from experiments.settings import split_settings
    from experiments.solve import solve as solve_target
    from experiments.solve_text import solve_text

    chosen = split_settings(settings or ())
    with working(f"solving {target}"):
        result = solve_target(target, chosen)
    _print(result if as_json else solve_text(result))


@app.command(
    short_help="List the studies and their records.",
    epilog="Examples: computerace experiments; computerace experiments dilemma_class",
)
def experiments(
    name: Annotated[
        str | None, typer.Argument(autocompletion=study_names, help="A study; all of them if left out.")
    ] = None,
    records: Records = Path("records"),
    as_json: Json = False,
) -> None:
    """List the studies and the state of their records, or describe one."""
    from experiments.catalogue import find, studies
    from experiments.progress import working
    from experiments.text import table

    if name is not None:
        described = _describe_study(find(name), records)
        _print(described if as_json else _study_text(described))
        return
    with working("reading the studies"):
        every = [_describe_study(study, records) for study in studies().values()]
    rows = [[s["name"], s["claims"], s["replicates"], s["state"], s["question"]] for s in every]
    _print(every if as_json else table(["study", "claims", "replicates", "record", "question"], rows))


@app.command(
    short_help="Run a study, or what is missing of it.",
    context_settings=EXTRA,
    epilog="Examples: computerace run dilemma_class --quick; computerace run dilemma_class --draws 1000000 --workers 2",
)
def run(
    context: typer.Context,
    name: Annotated[str, typer.Argument(autocompletion=study_names, help="The study.")],
    settings: Set = None,
    quick: Quick = False,
    workers: Workers = None,
    scheduler: Scheduler = None,
    target: Annotated[str | None, typer.Option(metavar="NUMBER", help="Run until this number is precise.")] = None,
    half_width: Annotated[
        float | None, typer.Option(parser=positive, metavar="W", help="Half the width its interval may have.")
    ] = None,
    most: Annotated[int, typer.Option(parser=count, metavar="DRAWS", help="Most draws for a target.")] = MOST_DRAWS,
    records: Records = Path("records"),
    as_json: Json = False,
) -> None:
    """Run a study, or what is missing of it, and print what it found. A parameter may also be given as --NAME VALUE."""
    _one_thread()
    from experiments.precision import run_to_precision
    from experiments.runner import run as run_study
    from theory.errors import InputError

    if (target is None) != (half_width is None):
        raise InputError("--target and --half-width belong together: which number, and how precise it must be")
    if target is None and most != MOST_DRAWS:
        raise InputError(
            f"--most is {most}, but there is no --target to stop at; give --target and --half-width, or --draws"
        )
    chosen = _parameters(context, settings)
    where: Any = {"quick": quick, "workers": workers, "scheduler": scheduler, "directory": records}
    with _interruptible():
        if target is None or half_width is None:
            record = run_study(name, chosen, **where)
        else:
            record = run_to_precision(name, target, half_width, most, chosen, **where)
    _print(record.to_dict() if as_json else _record_text(record))


@app.command(short_help="Run every study, verify, build the paper.", epilog="Example: computerace reproduce --quick")
def reproduce(
    quick: Quick = False,
    workers: Workers = None,
    scheduler: Scheduler = None,
    records: Records = Path("records"),
    paper: Annotated[Path, typer.Option(metavar="PATH", help="Where the paper goes.")] = Path(
        "paper/build/computerace.pdf"
    ),
) -> None:
    """Run every study, verify, and build the paper. What is recorded already is not computed again."""
    _one_thread()
    from experiments.reproduce import reproduce as reproduce_all

    with _interruptible():
        reproduce_all(quick=quick, workers=workers, scheduler=scheduler, directory=records, paper=paper)


@app.command(
    short_help="Hold the toolkit to published results.",
    epilog="Example: computerace verify --only tullock_sym_r1.2 --only green_porter",
)
def verify(
    only: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this case; may be repeated.")] = None,
    as_json: Json = False,
) -> None:
    """Hold the toolkit to published results and solver cases; exit with 1 if one fails, known disagreement or not."""
    from experiments.verification_record import describe_cases, verify_with_progress

    described = describe_cases(verify_with_progress(only or ()))
    _print(described if as_json else _verification_text(described))
    if any(counts["failed"] for counts in described["counts"].values()):
        raise typer.Exit(1)


@app.command(
    short_help="Run the contract tests on a payoff model.", epilog="Example: computerace check power_race:PowerRace"
)
def check(
    target: Annotated[
        str,
        typer.Argument(metavar="MODULE:CLASS", autocompletion=model_names, help="A model class, or a model's name."),
    ],
    as_json: Json = False,
) -> None:
    """Run the contract tests on a payoff model; exit with 1 if one fails."""
    from experiments.progress import working
    from experiments.targets import model_class
    from experiments.text import table
    from models.contract import check_model

    with working(f"checking {target}"):
        results = check_model(model_class(target))
    values = [{"test": name, "passed": passed, "detail": detail} for name, passed, detail in results]
    rows = [["passed" if passed else "FAILED", name, detail] for name, passed, detail in results]
    _print(values if as_json else table(["result", "contract", "detail"], rows))
    if not all(passed for _, passed, _ in results):
        raise typer.Exit(1)


@app.command(
    short_help="Print BibTeX for the toolkit or a record.",
    context_settings=EXTRA,
    epilog="Examples: computerace cite; computerace cite dilemma_class",
)
def cite(
    context: typer.Context,
    study: Annotated[
        str | None, typer.Argument(autocompletion=study_names, help="A study; the toolkit itself if left out.")
    ] = None,
    settings: Set = None,
    quick: Quick = False,
    records: Records = Path("records"),
    as_json: Json = False,
) -> None:
    """Print BibTeX for the toolkit, or for the record of a study."""
    from experiments.cite import cite_record, cite_software
    from theory.errors import InputError

    if study is None:
        unused = sorted(_parameters(context, settings))
        if unused:
            raise InputError(
                f"{unused[0]} is given, but no study that has parameters; e.g. computerace cite dilemma_class"
            )
        entry = cite_software()
        _print({"bibtex": entry} if as_json else [entry])
        return
    from experiments.records import load_record

    record = load_record(study, _parameters(context, settings), quick=quick, directory=records)
    entry = cite_record(record)
    _print({"bibtex": entry} if as_json else [entry])


# -- input -------------------------------------------------------------------------------------------


def _parameters(context: typer.Context, settings: Sequence[str] | None) -> dict[str, str]:
    """Parameters of a study from ``--set name=value`` and ``--name value``."""
    from experiments.settings import split_options, split_settings
    from theory.errors import InputError

    chosen, direct = split_settings(settings or ()), split_options(context.args)
    for name in chosen.keys() & direct.keys():
        raise InputError(
            f"{name} is given twice: --set {name}={chosen[name]} and --{name} {direct[name]}; give it once"
        )
    return chosen | direct


def _one_thread() -> None:
    """Limit linear algebra to one thread, before numpy is imported, so that a record does not depend on the machine."""
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))


# -- output ------------------------------------------------------------------------------------------


def _print(content: Iterable[str] | Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
    """Print lines as they are, and everything else as JSON."""
    lines = None if isinstance(content, Mapping) else list(content)
    if lines is None or (lines and not isinstance(lines[0], str)):
        print(json.dumps(content if lines is None else lines, indent=1, ensure_ascii=False, allow_nan=False))
    else:
        print(*lines, sep="\n")


def _record_text(record: Record) -> Iterable[str]:
    from experiments.text import flatten

    yield f"{record.study}: {record.question}"
    found = list(flatten(record.numbers))
    width = max((len(name) for name, _ in found[:FIRST_NUMBERS]), default=0)
    yield from (f"  {name:<{width}}  {value}" for name, value in found[:FIRST_NUMBERS])
    if len(found) > FIRST_NUMBERS:
        yield f"  and {len(found) - FIRST_NUMBERS} more: --json"
    yield f"record {record.short_key} in {record.folder.parent}"


def _describe_study(study: Study, records: Path) -> dict[str, Any]:
    return {
        "name": study.name,
        "question": study.question,
        "description": study.description,
        "claims": list(study.claims),
        "replicates": study.replicates,
        "module": study.module,
        "parameters": [
            {"name": p.name, "kind": p.kind, "default": p.default, "quick": study.quick.get(p.name, p.default)}
            for p in study.parameters.values()
        ],
        "state": _state(study, records),
    }


def _state(study: Study, records: Path) -> str:
    """State of the full record or, if there is nothing of it, of the quick one."""
    from experiments.keys import key_of
    from experiments.records import state_of

    key = key_of(study, study.values())
    full, quick = (state_of(study, quick=quick, directory=records, key=key) for quick in (False, True))
    return f"{quick} (quick)" if full.startswith("none") and not quick.startswith("none") else full


def _study_text(described: Mapping[str, Any]) -> Iterable[str]:
    from experiments.text import show, table

    yield f"{described['name']}: {described['question']}"
    yield ""
    yield described["description"]
    yield f"claims: {show(described['claims'])}   replicates: {described['replicates']}   record: {described['state']}"
    if described["parameters"]:
        yield ""
        rows = [[p["name"], p["default"], p["quick"], p["kind"]] for p in described["parameters"]]
        yield from table(["parameter", "default", "quick", "allowed"], rows)


def _verification_text(described: Mapping[str, Any]) -> Iterable[str]:
    from experiments.text import show, table
    from experiments.verification import DISAGREEMENTS

    groups = described["families"] | {f"{name}, all": counts for name, counts in described["counts"].items()}
    rows = [[group, *counts.values()] for group, counts in groups.items()]
    yield from table(["cases", "passed", "failed", "not implemented"], rows)
    for case in described["cases"]:
        if case["status"] == "failed":
            known = " (known; looked into)" if case["id"] in DISAGREEMENTS else ""
            yield (
                f"FAILED{known} {case['id']}: expected {show(case['expected'])}, computed {show(case['computed'])}, "
                f"tolerance {show(case['tolerance'])}. {case['detail'] or ''} [{case['citation']}]"
            )
        elif case["status"] == "not implemented":
            yield f"not implemented {case['id']}: {case['detail']}"


# -- errors ------------------------------------------------------------------------------------------


def _refuse(message: str, code: int = 2) -> int:
    print(f"computerace: {' '.join(message.split())}", file=sys.stderr)
    return code


@contextmanager
def _interruptible() -> Iterator[None]:
    """Say what an interrupt, or being told to end, leaves behind; typer only passes on that there was one."""
    from experiments.runner import RunInterrupted

    code = 130

    def end(number: int, frame: object) -> None:
        nonlocal code
        code = 128 + number
        raise KeyboardInterrupt

    ends = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, end) for number in ends if signal.getsignal(number) is signal.SIG_DFL}
    try:
        yield
    except RunInterrupted as interrupt:
        raise typer.Exit(_refuse(str(interrupt), code=code)) from interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _refuse_ours(error: Exception) -> int:
    """One line for an error that this project raises on purpose; any other is a fault, and shows where."""
    from theory.errors import ComputeraceError, InputError

    if not isinstance(error, ComputeraceError):
        raise error
    return _refuse(str(error), code=2 if isinstance(error, InputError) else 1)


def _usage(error: typer.TyperException) -> str:
    """Message of a wrong command line, with the help to read."""
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "computerace"
    return f"{message.rstrip('.?')}{'?' if message.endswith('?') else '.'} See: {path} --help"
