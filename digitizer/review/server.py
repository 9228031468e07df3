"""Serves the review page on this machine until Ctrl-C, and writes the CSVs when that is done."""

import secrets
import signal
import socket
import webbrowser
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import uvicorn
from starlette.types import ASGIApp

from digitizer.errors import UsageError
from digitizer.ledger.database import LEDGER_FILE
from digitizer.ledger.ledger import open_ledger
from digitizer.review.app import build_app
from digitizer.review.desk import Desk
from digitizer.review.results import Written, project
from digitizer.review.rule_check import load_rules
from digitizer.review.security import Door, is_loopback, loopback_hosts
from digitizer.review.whole_page import PageViewer, check_scans

_FIRST_PORT, _PORTS = 20_000, 10_000
_CLOSING_S = 3
"""For answers that are under way when the server is ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewing:
    """What is reviewed, by whom, and where the page is.

    Attributes
    ----------
    out
        Folder of the results of a run.
    reviewer
        Who sits before the page, until somebody says otherwise there.
    port
        0 for one that is the same each time for the same folder, if it is free: what a browser keeps, it keeps by it.
    scans
        Where the scans lie, to show whole pages; None not to.
    template
        A template or a folder of templates, whose rules are checked live; None not to.
    second_share
        Share, 0-1, of the fields that a second person keys blind.
    check_share
        Share, 0-1, of settled cells that are mixed into the sheets, to see who notices them.
    database
        URL of the PostgreSQL database that holds the ledger; None where it lies in `out`.
    """

    out: Path
    reviewer: str
    host: str = "127.0.0.1"
    port: int = 0
    scans: str | None = None
    template: Path | None = None
    second_share: float = 0.0
    check_share: float = 0.0
    database: str | None = None


def serve(reviewing: Reviewing, ready: Callable[[str], None], *, browser: bool = True) -> Written:
    """Serve the page until Ctrl-C or SIGTERM; then make the CSVs anew.

    Parameters
    ----------
    ready
        Told the link, which holds the secret, when the page can be opened.
    browser
        Whether to open it.

    Raises
    ------
    UsageError
        If there is no ledger, no such folder or template, or the address cannot be listened on.
    LedgerError
        If the ledger cannot be used.
    """
    check_scans(reviewing.scans)
    if reviewing.database is None and not (reviewing.out / LEDGER_FILE).is_file():
        # Opened to be read only, none is made: this is what says so.
        with open_ledger(reviewing.out, writable=False):
            pass
    with ExitStack() as stack:
        listening = stack.enter_context(_listen(reviewing))
        ledger = stack.enter_context(open_ledger(reviewing.out, reviewing.database))
        rules = load_rules(ledger, reviewing.template)
        viewer = PageViewer(ledger, reviewing.scans)
        stack.callback(viewer.close)
        desk = Desk(reviewing.out, ledger, viewer, rules, reviewing.second_share, reviewing.check_share)
        door = _door(reviewing, listening.getsockname()[1])
        server = _Server(_config(build_app(desk, door)))
        with _ended_by_signals(server):
            link = f"http://{_in_link(reviewing.host)}:{door.port}/?token={door.token}"
            ready(link)
            if browser:
                # A browser that is to be started may keep its starter waiting until it is closed.
                Thread(target=webbrowser.open, args=(link,), daemon=True).start()
            server.run(sockets=[listening])
        return project(reviewing.out, ledger)


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        access_log=False,  # it would hold the secret
        log_level="warning",
        lifespan="off",
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=_CLOSING_S,
    )


class _Server(uvicorn.Server):
    """Leaves signals to who runs it: uvicorn would raise them once more when it has ended."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing."""
        yield


@contextmanager
def _ended_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the server and nothing else, also before it has begun."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, server.handle_exit) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _listen(reviewing: Reviewing) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in reviewing.host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        wanted = reviewing.port or _usual_port(reviewing.out)
        try:
            try:
                listening.bind((reviewing.host, wanted))
            except PermissionError:
                raise
            except OSError:
                if reviewing.port:
                    raise
                listening.bind((reviewing.host, 0))  # taken, such as by another review of the same folder
            listening.listen(128)
        except OSError as error:
            place = f"{reviewing.host}, port {wanted}"
            raise UsageError(f"The page cannot be offered on {place}: {error.strerror or error}.") from error
        yield listening


def _usual_port(out: Path) -> int:
    """Return a port for a folder: marks that a browser has kept are found again under the same address only."""
    return _FIRST_PORT + zlib.crc32(str(out.resolve()).encode("utf-8", "surrogateescape")) % _PORTS


def _door(reviewing: Reviewing, port: int) -> Door:
    names = {*loopback_hosts(), reviewing.host.lower()}
    wide = not is_loopback(reviewing.host)
    if wide:
        with suppress(OSError):
            names |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    return Door(secrets.token_urlsafe(32), frozenset(names), port, reviewing.reviewer, any_address=wide)


def _in_link(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104 - told apart, not listened on
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host
