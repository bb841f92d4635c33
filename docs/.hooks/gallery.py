"""Run the notebooks of the gallery, and show executed ones as pages.

`python docs/.hooks/gallery.py` runs every `docs/gallery/NAME.py` (cells as in Jupytext's percent format)
and writes the executed `NAME.ipynb`, a page `NAME.md` and its pictures beside it.
"""

from __future__ import annotations

import base64
import re
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "gallery"
CELL = re.compile(r"^# %%(?: \[(markdown)\])?\n", re.MULTILINE)
#: Before the first cell: pictures as PNG, so that a notebook needs no script and no network.
SETUP = "import altair\n\naltair.renderers.enable('png', scale_factor=1.5)"
TIMEOUT = 120


def cells_of(text: str) -> list[tuple[str, str]]:
    r"""Return kind and source of every cell of a script in the percent format.

    Examples:
        >>> cells_of("# %% [markdown]\n# # Title\n\n# %%\n1 + 1\n")
        [('markdown', '# Title'), ('code', '1 + 1')]
    """
    parts = CELL.split(text)[1:]
    found = []
    for kind, source in zip(parts[::2], parts[1::2], strict=True):
        if kind:
            lines = [line.removeprefix("#").removeprefix(" ") for line in source.splitlines()]
            found.append(("markdown", "\n".join(lines).strip()))
        else:
            found.append(("code", source.strip()))
    return found


def executed(script: Path) -> Any:
    """Return the notebook of a script with the outputs of a fresh run."""
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(SETUP)]
    for kind, source in cells_of(script.read_text(encoding="utf-8")):
        make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
        book.cells.append(make(source))
    for position, cell in enumerate(book.cells):
        cell["id"] = f"cell-{position}"
    NotebookClient(book, timeout=TIMEOUT, kernel_name="python3").execute()
    book.cells = book.cells[1:]
    for cell in book.cells:
        cell.metadata.clear()
        if cell.cell_type == "code":
            cell.execution_count -= 1
            for output in cell.outputs:
                if "execution_count" in output:
                    output["execution_count"] = cell.execution_count
                _lean(output)
    book.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
    }
    return book


def _lean(output: Any) -> None:
    """Keep one form of an output: picture, else table, else text."""
    data = output.get("data")
    if not data:
        return
    for kind in ("image/png", "text/html", "text/plain"):
        if kind in data:
            output["data"] = {kind: data[kind].replace("\n", "") if "png" in kind else data[kind]}
            output["metadata"] = {}
            return


def page_of(book: Any, name: str) -> tuple[str, dict[str, bytes]]:
    """Return a notebook as Markdown, and its pictures by file name."""
    blocks: list[str] = []
    pictures: dict[str, bytes] = {}
    for cell in book["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            blocks.append(source)
            continue
        blocks.append(f"```python\n{source}\n```")
        blocks += [_shown(output, name, pictures) for output in cell["outputs"]]
    blocks.append(f"[The notebook]({name}.ipynb), executed; its [source]({name}.py).")
    return "\n\n".join(block for block in blocks if block) + "\n", pictures


def _shown(output: Any, name: str, pictures: dict[str, bytes]) -> str:
    if output["output_type"] == "stream":
        return f"```text\n{''.join(output['text']).rstrip()}\n```"
    data = output.get("data", {})
    if "image/png" in data:
        file = f"{name}-{len(pictures) + 1}.png"
        pictures[file] = base64.b64decode("".join(data["image/png"]))
        return f"![Picture {len(pictures)} of this notebook]({file})"
    if "text/html" in data:
        table = re.sub(r"<style.*?</style>", "", "".join(data["text/html"]), flags=re.DOTALL)
        table = re.sub(r'<table border="1" class="dataframe">', "<table>", table)
        return re.sub(r"\n\s*", "\n", table).strip()
    return f"```text\n{''.join(data.get('text/plain', '')).rstrip()}\n```"


def main(names: list[str]) -> None:
    """Run the notebooks named, or all."""
    import nbformat

    for script in sorted(FOLDER.glob("*.py")):
        if names and script.stem not in names:
            continue
        book = executed(script)
        page, pictures = page_of(book, script.stem)
        nbformat.write(book, script.with_suffix(".ipynb"))
        script.with_suffix(".md").write_text(page, encoding="utf-8")
        for file, content in pictures.items():
            (FOLDER / file).write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1:])
