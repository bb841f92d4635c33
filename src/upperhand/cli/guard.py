"""Turn what a command raises into a message and an exit code, without a traceback.

0 done; 1 no equilibrium; 2 wrong input; 3 a fault of the program.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

DONE, NO_EQUILIBRIUM, WRONG_INPUT, FAULT, INTERRUPTED = 0, 1, 2, 3, 130
DEBUG = "--debug"


def guarded(arguments: Sequence[str]) -> int:
    """Run the command line with `arguments`, print errors to stderr, and return the exit code.

    Examples:
        >>> guarded(["version"]) == DONE
        0.1...
        True
    """
    debug = DEBUG in arguments
    _print_anything()
    try:
        _invoke([argument for argument in arguments if argument != DEBUG])
    except SystemExit as stop:
        return int(stop.code or 0) if not isinstance(stop.code, str) else WRONG_INPUT
    except KeyboardInterrupt:
        return _say("stopped", INTERRUPTED)
    except BrokenPipeError:
        _quiet_stdout()
        return DONE
    except Exception as error:
        if debug:
            raise
        return _report(error)
    return DONE


def _print_anything() -> None:
    """Write a question mark for a character that the terminal's encoding does not have."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower() not in ("utf-8", "utf8"):
            reconfigure(errors="replace")


def _invoke(arguments: list[str]) -> None:
    from upperhand.cli.app import app

    app(args=arguments, prog_name="upperhand")


def _report(error: Exception) -> int:
    from upperhand.core.errors import NoEquilibriumError, UpperhandError

    if isinstance(error, NoEquilibriumError):
        return _say(f"error: {error}", NO_EQUILIBRIUM)
    if isinstance(error, UpperhandError):
        return _say(f"error: {error}", WRONG_INPUT)
    if isinstance(error, OSError):
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        return _say(f"error: {what}; check the path and the space on the disk", WRONG_INPUT)
    what = f"{type(error).__name__}: {error}"
    return _say(f"fault of the program: {what}; run again with {DEBUG} and report it", FAULT)


def _say(text: str, code: int) -> int:
    sys.stderr.write(text.rstrip() + "\n")
    return code


def _quiet_stdout() -> None:
    """Point stdout nowhere, so that closing a pipe early says nothing at the end."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
