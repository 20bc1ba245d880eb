"""Verification: every published number that this project is held to, against what its own solvers give.

`verify_cases` reads the cases of ``data/`` (published results of the literature, and solver cases from the public test
suites of other libraries, each with its citation and tolerance), gives their inputs to the solvers of `theory` and the
models of `models`, and compares. A case passes only if the library's own public solver or model, given the case's
inputs, returns the published value within the case's tolerance:

- an adapter (`finite_games`, `contests`, `capacity`, ...) translates inputs into a call and the result back. It is
  given the case without the expected values (`cases.Question`), so it cannot copy them;
- the tolerance is the case's own, the strictest where it names several (`comparison.TOLERANCES`);
- a case that no adapter covers is *not implemented*, and says what is missing (`topics`). It does not count as passed.
"""

from experiments.verification.meter import DISAGREEMENTS, CaseResult, verify_cases

__all__ = ["DISAGREEMENTS", "CaseResult", "verify_cases"]
