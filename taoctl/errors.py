"""The one error tree: what happened, what to do, and the exit code it maps to."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """Process exit codes; the machine contract of every command."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    UNREACHABLE = 3
    DEADLINE = 4
    DECLINED = 5
    NO_KEY = 6
    UNKNOWN_OUTCOME = 7
    BAD_DATA = 8
    INTERRUPTED = 130


class TaoctlError(Exception):
    """An error a user can act on.

    Args:
        message: what happened, one sentence, no trailing period.
        hint: what to do about it, or None when there is nothing to do.
        details: what a program needs to know of it, as JSON values; None for nothing more.
    """

    exit_code = Exit.REFUSED
    code = "refused"

    def __init__(
        self,
        message: str,
        hint: str | None = None,
        *,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details

    def __str__(self) -> str:
        return self.message


class RefusedError(TaoctlError):
    """The chain, or a preflight check that knows its rules, refuses the request."""


class UsageError(TaoctlError):
    """An argument, option or configuration value is wrong."""

    exit_code = Exit.USAGE
    code = "usage"


class NotInRuntimeError(UsageError):
    """The connected runtime does not have an entry that the request needs."""

    code = "not_in_runtime"


class UnreachableError(TaoctlError):
    """No endpoint of the network answered."""

    exit_code = Exit.UNREACHABLE
    code = "unreachable"


class DeadlineError(TaoctlError):
    """The answer did not come before the deadline."""

    exit_code = Exit.DEADLINE
    code = "deadline"


class DeclinedError(TaoctlError):
    """The user said no."""

    exit_code = Exit.DECLINED
    code = "declined"


class NoKeyError(TaoctlError):
    """The key that must sign is not accessible."""

    exit_code = Exit.NO_KEY
    code = "no_key"


class StoppedError(TaoctlError):
    """The user pressed Ctrl-C; it says what was done before that, if anything was."""

    exit_code = Exit.INTERRUPTED
    code = "interrupted"


class UnknownOutcomeError(TaoctlError):
    """A transaction was submitted and its outcome has not been seen."""

    exit_code = Exit.UNKNOWN_OUTCOME
    code = "unknown_outcome"


class BadDataError(TaoctlError):
    """A file or an answer could not be decoded."""

    exit_code = Exit.BAD_DATA
    code = "bad_data"
