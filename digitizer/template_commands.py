"""The command line: `digitizer template`, with which the templates of forms are made and checked."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.errors import ExitCode, TemplateError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitizer.forms.template import Template

app = typer.Typer(name="template", help="Make and check the templates of forms.", no_args_is_help=True)


@app.command()
def draft(
    blank: Annotated[
        Path, typer.Argument(help="The blank form: a PDF, a scan or a photo. One that is filled in will do.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The template file to write.")],
    pages: Annotated[list[int] | None, typer.Option("--page", min=1, help="Only this page; more than once.")] = None,
    paper: Annotated[
        str | None,
        typer.Option(help="Size of the paper: A4, 'A5 landscape' or 210x297 (mm).", show_default="as told by the file"),
    ] = None,
    turn: Annotated[int, typer.Option(min=0, max=3, help="Quarter turns clockwise until the pages stand upright.")] = 0,
    filled: Annotated[
        bool | None, typer.Option("--filled/--blank", help="Whether it is filled in.", show_default="as it looks")
    ] = None,
    title: Annotated[str, typer.Option(help="Of the form, for people.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Make a template from a blank form: find its fields, and draw a picture of them.

    Beside form.yaml it writes the upright blank page, form.png, and form.preview.png.
    """
    from digitizer.drafting import DraftOptions, draft_template
    from digitizer.forms.drafting.paper import parse_paper

    options = DraftOptions(None if paper is None else parse_paper(paper), turn, filled)
    drafted = draft_template(blank, out, numbers=pages, options=options, title=title, force=force)
    for path in (drafted.template, *drafted.references, *drafted.previews):
        typer.echo(str(path))
    typer.echo(", ".join(_counted(count, kind) for kind, count in drafted.counts.items() if count))
    _tell(drafted.notes)


@app.command()
def preview(
    template: Annotated[Path, typer.Argument(help="A template file.")],
    scan: Annotated[
        Path | None, typer.Argument(help="A filled page on which to draw the fields where they are found.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The picture to write.", show_default="FILE.preview.png")
    ] = None,
    page: Annotated[int, typer.Option(min=1, help="Page of the scan.")] = 1,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Draw the fields of a template: over the blank form, or over a filled page, to see whether it is found well."""
    from digitizer.forms.files.load import load_template
    from digitizer.forms.pictures.preview_files import preview_template
    from digitizer.previews import preview_scan

    form = load_template(template)
    picture = out or (scan or template).with_suffix(".preview.png")
    if scan is None:
        lines = tuple(str(path) for path in preview_template(form, picture, force=force))
    else:
        lines = (str(picture), *preview_scan(form, scan, page, picture, force=force))
    for line in lines:
        typer.echo(line)


@app.command("print")
def print_(
    template: Annotated[Path, typer.Argument(help="A template file.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The PDF to write.", show_default="FILE.pdf")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Print a form from its template, as a PDF with marks and a code by which its pages are found.

    Beside it, form.printed.yaml is the template with those marks: read filled pages with that one.
    """
    from digitizer.forms.files.load import load_template
    from digitizer.forms.printing.print_files import print_files

    pdf = out or template.with_suffix(".pdf")
    printed = print_files(
        load_template(template), template, pdf, registered=template.with_suffix(".printed.yaml"), force=force
    )
    for path in (printed.pdf, printed.template, *printed.references):
        typer.echo(str(path))
    _tell(printed.notes)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Template files, or folders of them.")],
) -> None:
    """Say what is wrong with template files: all of it at once, with line and column.

    Exit codes: 0 nothing is wrong, 2 something is.
    """
    from digitizer.forms.files.load import load_templates, template_files

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
    from digitizer.forms.files.schema import schema_text

    typer.echo(schema_text(), nl=False)


def summary(template: "Template") -> str:
    """Return a template in a line: `exam-cover, version 1, 2 pages, 15 fields`."""
    fields = sum(len(page.fields) for page in template.pages)
    counts = f"{_counted(len(template.pages), 'page')}, {_counted(fields, 'field')}"
    return f"{template.id}, version {template.version}, {counts}"


def _tell(notes: "Sequence[str]") -> None:
    """Print what the user should look at."""
    for note in notes:
        typer.echo(f"note: {note}", err=True)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 'es' if noun.endswith('x') else 's'}"
