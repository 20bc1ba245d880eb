"""``python -P -m paper --records DIR --output PATH [--quick]``: build the paper and print its path."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from theory.errors import ComputeraceError, InputError


def main(arguments: list[str] | None = None) -> int:
    """Build; one line and exit code 1 if a record is missing or stale, 2 if the folder will not do."""
    parser = argparse.ArgumentParser("python -m paper", description="Build the paper from the records.")
    parser.add_argument("--records", type=Path, default=Path("records"), help="folder of the records")
    parser.add_argument("--output", type=Path, default=Path("paper/build/computerace.pdf"), help="path of the PDF")
    parser.add_argument("--quick", action="store_true", help="use the records of quick runs")
    options = parser.parse_args(arguments)
    try:  # a facts file that cannot be read is refused as the models are imported
        from experiments.folders import require_writable
        from paper.assemble import build_paper

        require_writable(options.output.parent, "folder of the paper")
        print(build_paper(options.records, options.output, quick=options.quick))
    except ComputeraceError as error:
        print(f"computerace: {' '.join(str(error).split())}", file=sys.stderr)
        return 2 if isinstance(error, InputError) else 1
    except OSError as error:
        print(f"computerace: the paper cannot be written: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
