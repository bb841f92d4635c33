"""The commands of `upperhand`; each imports what it needs when it runs."""

from __future__ import annotations

import typer

from upperhand.cli import audit as audits
from upperhand.cli import doctor, measures, path, read, records, run, scenarios, talks, worlds
from upperhand.cli import mcp as assistants
from upperhand.cli import replicate as replications
from upperhand.cli import serve as serving
from upperhand.cli import sweep as sweeps

app = typer.Typer(
    name="upperhand",
    help="Who has the upper hand in a confrontation between trading powers, with numbers to check."
    "\n\nStart with: upperhand run october-2025",
    epilog="Exit codes: 0 done, 1 no equilibrium, 2 wrong input, 3 fault of the program. "
    "Add --debug for a traceback.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run.run)
app.command("talks")(talks.talks)
app.command("leverage")(talks.leverage)
app.command("war")(talks.war)
app.command("path")(path.path)
app.command("beliefs")(path.beliefs)
app.command("measures")(measures.measures)
app.add_typer(scenarios.app, name="scenario")
app.add_typer(worlds.app, name="world")
app.command("read")(read.read)
app.add_typer(read.app, name="draft")
app.command("audit")(audits.audit)
app.command("backtest")(audits.backtest)
app.command("sweep")(sweeps.sweep)
app.command("query")(sweeps.query)
app.command("replicate")(replications.replicate)
app.command("serve")(serving.serve)
app.command("mcp")(assistants.mcp)
app.command("verify")(records.verify)
app.command("cite")(records.cite)
app.command("doctor")(doctor.doctor)
app.command("version")(doctor.version)
