"""The command line: `digitizer review`, the page where a person decides."""

import getpass
import os
from pathlib import Path
from typing import Annotated

import typer

from digitizer.errors import UsageError
from digitizer.results import database_url, require_folder

_MOST_LETTERS = 60


def review(
    results: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the results of a run.")],
    scans: Annotated[
        str | None, typer.Option(help="Where the scans lie, to show whole pages.", show_default="only their fields")
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option(help="A template, or a folder of templates, whose rules are checked live.", show_default="none"),
    ] = None,
    reviewer: Annotated[str | None, typer.Option(help="Who reviews.", show_default="the user's name")] = None,
    second_look: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the fields that a second person keys blind.")
    ] = 0.0,
    check_share: Annotated[
        float, typer.Option(min=0, max=0.5, help="Share of known answers among the digits on sheets.")
    ] = 0.0,
    host: Annotated[str, typer.Option(help="Address to offer the page on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port.", show_default="the same each time for the same DIR")
    ] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the link.")] = False,
) -> None:
    """Open the page on which a person settles what the machine is not sure of. Ctrl-C ends it.

    Every decision is kept at once; the CSV files are written anew at the end. A run may go on meanwhile.

    Exit codes: 0 ended, 1 the ledger cannot be used, 2 wrong usage.
    """
    from digitizer.review.security import is_loopback
    from digitizer.review.server import Reviewing, serve

    require_folder(results)
    reviewing = Reviewing(
        out=results,
        reviewer=_name(reviewer),
        host=host,
        port=port,
        scans=scans,
        template=template,
        second_share=second_look,
        check_share=check_share,
        database=database_url(),
    )
    if not is_loopback(host):
        typer.echo(
            "warning: whoever can listen in on this network can read what forms say, and the key to the page: it is "
            "not encrypted. Better leave --host away, and use an SSH tunnel (docs/review.md).",
            err=True,
        )
    done = serve(reviewing, _tell, browser=not no_browser)
    typer.echo(done.message)


def _tell(link: str) -> None:
    typer.echo(f"Review at {link}\nCtrl-C ends it.")


def _name(given: str | None) -> str:
    """Return the reviewer's name: as given, or the user's."""
    if given is None:
        try:
            return getpass.getuser()[:_MOST_LETTERS]
        except (OSError, KeyError):  # a user id without a name
            return f"uid {os.getuid()}"
    name = given.strip()
    if not 0 < len(name) <= _MOST_LETTERS or not name.isprintable():
        raise UsageError(f"--reviewer is a name of 1 to {_MOST_LETTERS} letters.")
    return name
