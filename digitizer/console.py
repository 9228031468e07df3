"""What `digitizer run` shows: progress on stderr, the outcome on stdout, what could not be read on stderr."""

from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from digitizer import job
from digitizer.budget.estimate import review_minutes
from digitizer.budget.text import learned_note
from digitizer.document import FieldStatus, PageResult, PageStatus
from digitizer.ledger.export import FIELDS_FILE, PAGES_FILE, SUMMARY_FILE
from digitizer.ledger.summary import Summary
from digitizer.ledger.tables import visible
from digitizer.rounding import expected_errors, percent_down, percent_up, up

UNREAD_SHOWN = 20
"""Names on the screen; all of them are in `pages.csv`."""
_STAGES = {"inspect": "Looking into files", "read": "Reading pages", "decide": "Deciding again"}


class ProgressDisplay:
    """A bar on a terminal; elsewhere, such as in a log, a line for each tenth of the work."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._tenths: dict[str, int] = {}

    def __enter__(self) -> "ProgressDisplay":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, progress: job.Progress) -> None:
        """Show how far the run is."""
        description = _STAGES[progress.stage]
        if self._console.is_terminal:
            if progress.stage not in self._tasks:
                self._tasks[progress.stage] = self._bar.add_task(description, total=progress.total)
            self._bar.update(self._tasks[progress.stage], completed=progress.done)
            return
        tenth = 10 * progress.done // progress.total
        if tenth > self._tenths.get(progress.stage, 0):
            self._tenths[progress.stage] = tenth
            self._console.print(f"{description}: {progress.done} of {progress.total}", highlight=False)


def print_outcome(outcome: job.Outcome, out: Path) -> None:
    """Print the counts and where the results are; on stderr what could not be read, and what to know."""
    summary = outcome.summary
    console = Console(soft_wrap=True, highlight=False)
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(justify="left")
    table.add_column(justify="right")
    table.add_column(justify="left")
    table.add_row("scans read", str(outcome.read), _scan_note(outcome))
    table.add_row("pages", str(sum(_pages(summary).values())), _page_note(summary))
    table.add_row("fields", str(summary.field_count))
    table.add_row("accepted", str(summary.fields[FieldStatus.ACCEPTED]), _accepted_note(summary))
    if summary.fields[FieldStatus.ACCEPTED]:
        table.add_row("errors", expected_errors(outcome.expected.errors), _errors_note(outcome))
    if summary.provenance.learned:
        table.add_row("thresholds", str(len(summary.provenance.learned)), _thresholds_note(summary))
    if settled := sum(summary.fields[status] for status in (FieldStatus.CONFIRMED, FieldStatus.CORRECTED)):
        table.add_row("settled", str(settled), "by people")
    table.add_row("for review", str(summary.fields[FieldStatus.REVIEW]), _review_note(summary))
    console.print(table)
    for name in (FIELDS_FILE, PAGES_FILE, SUMMARY_FILE):
        console.print(Text(str(out / name)))
    _print_unread(summary.unread)
    if outcome.stale:
        Console(stderr=True, soft_wrap=True, highlight=False).print(
            f"{outcome.stale} scans were read with another model, other templates or other settings, and are left "
            "as they are: --again does them anew."
        )


def _scan_note(outcome: job.Outcome) -> str:
    """Return what became of the scans that were not read."""
    counts = {"known already": outcome.known, "decided again": outcome.decided, "still being written": outcome.waiting}
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def _pages(summary: Summary) -> dict[PageStatus, int]:
    """Return the counts without files that are no scans, which have no pages."""
    return {status: count for status, count in summary.pages.items() if status is not PageStatus.SKIPPED}


def _page_note(summary: Summary) -> str:
    counts = ", ".join(f"{status} {count}" for status, count in _pages(summary).items() if count)
    skipped = summary.pages[PageStatus.SKIPPED]
    return "; ".join(filter(None, [counts, f"files skipped: {skipped}" if skipped else ""]))


def _accepted_note(summary: Summary) -> str:
    """Return the straight-through rate, which the next line is needed to judge."""
    rate = summary.straight_through_rate
    return "" if rate is None else f"{percent_down(rate)} straight through"


def _errors_note(outcome: job.Outcome) -> str:
    """Return the rate that the expected errors come to, and between which numbers they will lie."""
    rate = outcome.expected.errors / outcome.summary.fields[FieldStatus.ACCEPTED]
    low, high = outcome.expected.between
    return f"expected among these ({percent_up(rate)}), between {low} and {high}"


def _thresholds_note(summary: Summary) -> str:
    """Return how thresholds that were learned differ from the stated one, which holds elsewhere."""
    return f"learned from review: {learned_note(summary.provenance.policy)}"


def _review_note(summary: Summary) -> str:
    """Return what the fields that wait will cost people."""
    waiting = summary.fields[FieldStatus.REVIEW]
    minutes = up(review_minutes(waiting))
    return f"about {minutes} minute{'' if minutes == '1' else 's'} of a person's time" if waiting else ""


def _print_unread(unread: tuple[PageResult, ...]) -> None:
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    for page in unread[:UNREAD_SHOWN]:
        name = "".join(visible(character) for character in page.scan)
        where = name if page.page is None else f"{name}, page {page.page}"
        console.print(Text(f"{page.status}: {where}: {page.reason}"))
    if len(unread) > UNREAD_SHOWN:
        console.print(f"... and {len(unread) - UNREAD_SHOWN} more: see {PAGES_FILE}")
