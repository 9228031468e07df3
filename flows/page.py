"""What a run shows on its page: progress, counts, rates, what was not read, links. Names of scans only if asked for.

Prefect's server may be away at any time. What cannot be shown is not worth a minute of a run: it is left out.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import cast
from uuid import UUID

from prefect import get_run_logger
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from digitizer.budget.estimate import review_minutes
from digitizer.budget.text import learned_note
from digitizer.document import FieldStatus, PageResult
from digitizer.job import Outcome, Progress
from digitizer.ledger.export import PAGES_FILE
from digitizer.ledger.summary import Summary
from digitizer.reporting import REPORT_FILE
from digitizer.rounding import expected_errors, percent_down, percent_up, up
from flows.parameters import DigitizeParameters

_PROGRESS_STEP_PERCENT = 5
_AWAY_S = 60.0
"""For so long nothing is shown after it failed once, so that a server that hangs does not slow the run down."""
_MOST_NAMES = 200


def show(work: Callable[[], object]) -> bool:
    """Put something on the run's page, at one attempt; return whether that went well."""
    try:
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}):
            work()
    except Exception as error:  # nothing that Prefect fails with may cost a run its work
        get_run_logger().warning("Prefect's server does not take what is to be shown (%s).", type(error).__name__)
        return False
    return True


class ProgressBar:
    """Shows how many pages are read, a few times in a run."""

    def __init__(self) -> None:
        self._artifact: UUID | None = None
        self._shown_percent = -_PROGRESS_STEP_PERCENT
        self._silent_until = 0.0

    def __call__(self, progress: Progress) -> None:
        """Take note of progress; show it if that is worth it."""
        percent = 100 * progress.done // progress.total
        if progress.stage != "read" or time.monotonic() < self._silent_until:
            return
        if percent >= self._shown_percent + _PROGRESS_STEP_PERCENT or progress.done == progress.total:
            self._shown_percent = percent
            if not show(lambda: self._put(percent)):
                self._silent_until = time.monotonic() + _AWAY_S

    def _put(self, percent: int) -> None:
        if self._artifact is None:
            made = create_progress_artifact(percent, key="digitize-folder-progress", description="Pages read")
            self._artifact = cast("UUID", made)  # the coroutine of its type is for asynchronous flows
        else:
            update_progress_artifact(self._artifact, percent)


def publish(outcome: Outcome, params: DigitizeParameters) -> None:
    """Show what became of a run."""
    summary, out = outcome.summary, Path(params.out)
    get_run_logger().info(
        "%d pages, %d fields; %d pages not read", sum(summary.pages.values()), summary.field_count, len(summary.unread)
    )
    if show(lambda: create_table_artifact(counts(outcome), key="digitize-folder-summary", description=f"In `{out}`")):
        show(lambda: create_markdown_artifact(rates(outcome), key="digitize-folder-rates"))
        show(lambda: create_markdown_artifact(unread(summary, out, params.show_names), key="digitize-folder-unread"))
        if text := links(out, params.review_url):
            show(lambda: create_markdown_artifact(text, key="digitize-folder-links"))


def counts(outcome: Outcome) -> list[dict[str, str | int]]:
    """Return the rows of the summary's table: this run first, then all that the results hold."""
    summary = outcome.summary
    rows = {
        "scans read by this run": outcome.read,
        "scans decided anew": outcome.decided,
        "scans known before": outcome.known,
        "files still being written": outcome.waiting,
        "scans done with other settings": outcome.stale,
        "files": summary.files,
        **{f"pages {status}": number for status, number in summary.pages.items()},
        **{f"fields {status}": number for status, number in summary.fields.items()},
        **{f"fields: {reason}": number for reason, number in summary.field_reasons.items()},
    }
    return [{"what": what, "number": number} for what, number in rows.items()]


def rates(outcome: Outcome) -> str:
    """Say how much went straight through, and never without how much of that is expected to be wrong."""
    summary, expected = outcome.summary, outcome.expected
    accepted, waiting = (summary.fields[status] for status in (FieldStatus.ACCEPTED, FieldStatus.REVIEW))
    if summary.straight_through_rate is None or not accepted:
        return f"No field went straight through, of {summary.field_count}."
    low, high = expected.between
    errors, minutes = expected_errors(expected.errors), up(review_minutes(waiting))
    return (
        f"**{percent_down(summary.straight_through_rate)}** of {summary.field_count} fields went straight through; "
        f"of these **{percent_up(expected.errors / accepted)}** are expected to be wrong: {errors}, "
        f"between {low} and {high}. The {waiting} that wait will take a person about "
        f"{minutes} minute{'' if minutes == '1' else 's'}.\n\n"
        f"Confidence from which fields are accepted: {_thresholds(summary)}."
    )


def _thresholds(summary: Summary) -> str:
    """Return the stated threshold, and in how many places another was learned."""
    provenance = summary.provenance
    learned = f"; {len(provenance.learned)} learned from review ({learned_note(provenance.policy)})"
    return f"{provenance.threshold}{learned if provenance.learned else ''}"


def unread(summary: Summary, out: Path, show_names: bool) -> str:
    """Say why pages were not read, and where it stands which they are."""
    if not summary.unread:
        return "All pages were read."
    by_reason: dict[str, int] = {}
    for page in summary.unread:
        by_reason[page.reason] = by_reason.get(page.reason, 0) + 1
    table = "".join(f"| `{reason}` | {number} |\n" for reason, number in sorted(by_reason.items()))
    text = f"| reason | pages or files not read |\n|---|---|\n{table}\nWhich they are stands in `{out / PAGES_FILE}`.\n"
    return text + _named(summary.unread) if show_names else text


def links(out: Path, review_url: str | None) -> str:
    """Return links to what can be looked at; empty if there is nothing."""
    report = out / REPORT_FILE
    lines = [f"- [Report]({report.resolve().as_uri()}): `{report}`"] if report.exists() else []
    lines += [f"- [Review]({review_url})"] if review_url else []
    return "\n".join(lines)


def _named(pages: tuple[PageResult, ...]) -> str:
    """Name pages that were not read; code in Markdown, so that no name is taken for a link or a tag."""
    rows = [f"| `{_plain(page.scan)}` | {page.page or ''} | `{page.reason}` |" for page in pages[:_MOST_NAMES]]
    more = [f"\n{len(pages) - _MOST_NAMES} more."] if len(pages) > _MOST_NAMES else []
    return "\n".join(["\n| scan | page | reason |\n|---|---|---|", *rows, *more])


def _plain(name: str) -> str:
    """Take out of a name what would end its cell or its quotation."""
    return "".join("?" if character in "`|" or not character.isprintable() else character for character in name)
