"""`upperhand read` and `upperhand draft`: an article in, a draft out; and what a draft may become."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from upperhand.cli.show import note, say, say_json

if TYPE_CHECKING:
    from upperhand.audit.read import Article, Draft

app = typer.Typer(
    help="Turn a confirmed draft into a scenario or a file of claims.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
DraftFile = Annotated[Path, typer.Argument(help="Draft made by `upperhand read`.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="File to write, ending in .yaml.")]


def read(
    article: Annotated[Path, typer.Argument(help="Article: .txt, .md or .html.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the draft to this .yaml file.")
    ] = None,
    day: Annotated[
        str | None,
        typer.Option("--date", help="Day or month of the article, e.g. 2025-10-15 or 2025-10."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", help="Send the article to this language model: PROVIDER:NAME."),
    ] = None,
    model_url: Annotated[
        str | None, typer.Option("--model-url", help="Address of a model server of your own.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Draft measures and claims from an article, for you to confirm.

    Example: upperhand read column.html --date 2025-10-14 -o draft.yaml
    """
    from upperhand.audit.read import draft_from, read_article

    read_in = read_article(article, day=day)
    draft = _asked(read_in, model, model_url) if model else draft_from(read_in)
    if output is not None:
        draft.save(output)
    if as_json:
        say_json(draft.to_dict())
    elif output is None:
        say(draft.text())
    else:
        counts = f"{len(draft.measures)} measures, {len(draft.claims)} claims"
        say(f"{output}: {counts}, none confirmed; read each sentence, set `confirmed: true`")
        say(f"Then: upperhand draft scenario {output} -o mine.yaml")
    for reason in draft.article.get("refused", ()):
        note(f"refused {reason}")
    if read_in.written is None:
        note("the article has no date, so `last month` and its like stay open; give --date")


def _asked(article: Article, model: str, url: str | None) -> Draft:
    from upperhand.audit.read.ask import draft_with_model, model_by_name

    ask = model_by_name(model, url=url)
    note(f"the text of the article goes to {model}{f' at {url}' if url else ''}")
    return draft_with_model(article, ask=ask, name=model)


@app.command("scenario")
def scenario(draft: DraftFile, output: Output) -> None:
    """Write the confirmed measures of a draft as a scenario.

    Example: upperhand draft scenario draft.yaml -o mine.yaml
    """
    from upperhand.audit.read import read_draft
    from upperhand.audit.read.confirmed import scenario_text
    from upperhand.core.files import write_text

    text = scenario_text(read_draft(draft))
    say(f"{write_text(output, text)}: written; `upperhand run {output}`")


@app.command("claims")
def claims(
    draft: DraftFile,
    output: Output,
    scenario: Annotated[
        str, typer.Option(help="Scenario for claims on the model: a name, or a .yaml file.")
    ] = "",
) -> None:
    """Write the confirmed claims of a draft as a file of claims, with tests to look through.

    Example: upperhand draft claims draft.yaml --scenario mine.yaml -o claims.yaml
    """
    from upperhand.audit.read import read_draft
    from upperhand.audit.read.confirmed import claims_text
    from upperhand.core.files import write_text

    text = claims_text(read_draft(draft), scenario=scenario)
    say(f"{write_text(output, text)}: written; look through the tests, then `upperhand audit`")
