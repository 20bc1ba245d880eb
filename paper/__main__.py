"""``python -P -m paper --records DIR --output PATH [--quick]``: build the paper and print its path."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from experiments.folders import require_writable
from experiments.records import RECORDS, MissingRecord
from paper.assemble import build_paper
from theory.errors import InputError


def main(arguments: list[str] | None = None) -> int:
    """Build; one line and exit code 1 if a record is missing or stale, 2 if the folder will not do."""
    parser = argparse.ArgumentParser("python -m paper", description="Build the paper from the records.")
    parser.add_argument("--records", type=Path, default=RECORDS, help="folder of the records")
    parser.add_argument("--output", type=Path, default=Path("paper/build/computerace.pdf"), help="path of the PDF")
    parser.add_argument("--quick", action="store_true", help="use the records of quick runs")
    options = parser.parse_args(arguments)
    try:
        require_writable(options.output.parent, "folder of the paper")
        print(build_paper(options.records, options.output, quick=options.quick))
    except MissingRecord as error:
        print(f"computerace: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    except InputError as error:
        print(f"computerace: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"computerace: the paper cannot be written: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
