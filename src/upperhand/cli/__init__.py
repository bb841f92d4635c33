"""The command line: parse, run a scenario, print what `report` says, return an exit code."""

from __future__ import annotations


def main() -> None:
    """Run the command line and leave with its exit code."""
    import sys

    from upperhand.cli.guard import guarded

    sys.exit(guarded(sys.argv[1:]))
