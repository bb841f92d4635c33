"""Problems as `application/problem+json`: what, where, got, allowed, what to do (RFC 9457)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from upperhand.core.errors import (
    MissingExtraError,
    NoEquilibriumError,
    ScenarioError,
    UpperhandError,
)

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "The request cannot be read",
    401: "An access token is needed",
    403: "This address is not served here",
    404: "Not found",
    405: "The method is not allowed here",
    409: "Not in this state",
    413: "The request is too large",
    415: "The kind of content is not accepted",
    422: "The scenario or request is wrong",
    429: "Too many requests",
    500: "A fault of the program",
    501: "A part of the program is not installed",
    503: "The server is busy",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem, as it is sent.

    Attributes:
        status: HTTP status.
        detail: What is wrong and what to do, in words.
        errors: Faults by field: `path, message, got, allowed, hint`.
        kind: Name of the problem, the last part of `type`.
        retry_after: Seconds after which to ask again; 0 when that does not help.
    """

    status: int
    detail: str
    errors: tuple[dict[str, Any], ...] = ()
    kind: str = "about:blank"
    retry_after: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the members of the problem.

        Examples:
            >>> Problem(404, "no such job").to_dict()["title"]
            'Not found'
        """
        return {
            "type": self.kind,
            "title": TITLES.get(self.status, "Problem"),
            "status": self.status,
            "detail": self.detail,
            "errors": list(self.errors),
        }


class ProblemError(Exception):
    """A problem on its way to the client."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def refuse(status: int, detail: str, *, path: str = "", retry_after: int = 0) -> ProblemError:
    """Return a problem to raise, with the field at fault where there is one."""
    errors = (fault(path, detail),) if path else ()
    return ProblemError(Problem(status, detail, errors, retry_after=retry_after))


def fault(path: str, message: str) -> dict[str, Any]:
    """Return one fault of a field: its message, and what of it can be told apart.

    Examples:
        >>> fault("moves[0].add_pp", "got 1e9; allowed: a number from -100 to 10000 points")["got"]
        '1e9'
        >>> fault("moves[0].kind", "unknown kind 'tarif'; did you mean 'tariff'?")["hint"]
        "did you mean 'tariff'?"
    """
    got = re.search(r"^got (.+?); ", message)
    allowed = re.search(r"allowed: ([^)]+)", message)
    hint = re.search(r"did you mean '[^']*'\?|use (?:the code )?'[^']*'", message)
    return {
        "path": path,
        "message": message,
        "got": got[1] if got else None,
        "allowed": allowed[1] if allowed else None,
        "hint": hint[0] if hint else None,
    }


def problem_of(error: Exception) -> Problem:
    """Return the problem that an error of the package stands for.

    Examples:
        >>> problem_of(NoEquilibriumError("no equilibrium: the step limit was reached")).status
        422
        >>> problem_of(KeyError("x")).detail
        'a fault of the program (KeyError); it was written to the log'
    """
    if isinstance(error, ProblemError):
        return error.problem
    if isinstance(error, MissingExtraError):
        return Problem(501, str(error))
    if isinstance(error, ScenarioError) and error.fields:
        return Problem(422, str(error), tuple(fault(*field) for field in error.fields))
    if isinstance(error, NoEquilibriumError):
        return Problem(422, str(error), kind="no-equilibrium")
    if isinstance(error, UpperhandError):
        return Problem(422, str(error))
    if isinstance(error, MemoryError):
        return Problem(413, "this needs more memory than one request may take; send less")
    return Problem(
        500, f"a fault of the program ({type(error).__name__}); it was written to the log"
    )
