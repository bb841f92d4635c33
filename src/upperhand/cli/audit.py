"""`upperhand audit`: claims in, verdicts out; and `upperhand backtest`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from upperhand.cli.show import progress_bar, say, say_json


def audit(
    source: Annotated[
        str | None,
        typer.Argument(help="Name of a packaged audit, or path of a YAML file; none to list them."),
    ] = None,
    output: Annotated[
        list[Path] | None, typer.Option("--output", "-o", help="Also write this file: html, json.")
    ] = None,
    central: Annotated[
        bool, typer.Option("--central", help="Central values only, without ranges; faster.")
    ] = False,
    draws: Annotated[
        int, typer.Option(help="Draws behind each claim on the model; 0 varies one at a time.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Test each claim of a file: supported, contradicted or undecided, and why.

    Example: upperhand audit column-2025-10 -o audit.html
    """
    from upperhand.audit.claims import packaged_audits
    from upperhand.audit.judge import audit as judge
    from upperhand.audit.page import check_suffix, save_audit, text_of

    if source is None:
        names = packaged_audits()
        if as_json:
            say_json(list(names))
        else:
            say("\n".join(names))
        return
    outputs = [check_suffix(path) for path in output or []]
    with progress_bar(wanted=not as_json) as progress:
        found = judge(source, central=central, draws=draws, seed=seed, progress=progress)
    written = [save_audit(found, path) for path in outputs]
    if as_json:
        say_json(found.to_dict() | {"files": [str(path) for path in written]})
        return
    say(text_of(found))
    for path in written:
        say(f"File: {path}")


def backtest(
    output: Annotated[
        list[Path] | None, typer.Option("--output", "-o", help="Also write this file: html, json.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the resampled questions.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Score forecasts of 2018 to 2026, made from what was known, against what happened.

    Example: upperhand backtest -o backtest.html
    """
    from upperhand.audit.backtest import run_backtest
    from upperhand.audit.backtest_page import save_backtest, text_of
    from upperhand.audit.page import check_suffix
    from upperhand.core.errors import OptionError

    outputs = [check_suffix(path) for path in output or []]
    if seed < 0:
        raise OptionError(f"--seed: got {seed}; allowed: 0 or more")
    found = run_backtest(seed=seed)
    written = [save_backtest(found, path) for path in outputs]
    if as_json:
        say_json(found.to_dict() | {"files": [str(path) for path in written]})
        return
    say(text_of(found))
    for path in written:
        say(f"File: {path}")
