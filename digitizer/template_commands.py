"""The command line: `digitizer template`, with which the templates of forms are made and checked."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.errors import ExitCode, TemplateError

if TYPE_CHECKING:
    from digitizer.forms.template import Template

app = typer.Typer(name="template", help="Make and check the templates of forms.", no_args_is_help=True)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Template files, or folders of them.")],
) -> None:
    """Say what is wrong with template files: all of it at once, with line and column.

    Exit codes: 0 nothing is wrong, 2 something is.
    """
    from digitizer.forms.load import load_templates, template_files

    faulty = False
    for path in files:
        try:
            for file, template in zip(template_files(path), load_templates(path), strict=True):
                typer.echo(f"{file}: {summary(template)}")
        except TemplateError as error:
            faulty = True
            typer.echo(str(error), err=True)
    raise typer.Exit(ExitCode.USAGE if faulty else ExitCode.OK)


@app.command()
def schema() -> None:
    """Print the JSON schema of template files, with which editors complete and check them."""
    from digitizer.forms.schema import schema_text

    typer.echo(schema_text(), nl=False)


def summary(template: "Template") -> str:
    """Return a template in a line: `exam-cover, version 1, 2 pages, 15 fields`."""
    fields = sum(len(page.fields) for page in template.pages)
    counts = f"{_counted(len(template.pages), 'page')}, {_counted(fields, 'field')}"
    return f"{template.id}, version {template.version}, {counts}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
