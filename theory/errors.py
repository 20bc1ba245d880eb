"""Errors of the toolkit: one root class, and a message that tells what to do.

Every message says what was given, what is allowed and what to do about it, so that the command
line can print it as it stands.
"""


class ComputeraceError(Exception):
    """Root of every error that this project raises on purpose."""


class InputError(ComputeraceError, ValueError):
    """An argument, parameter or file that cannot be used as it was given."""


class SolverError(ComputeraceError, RuntimeError):
    """A solver that could not certify an answer."""
