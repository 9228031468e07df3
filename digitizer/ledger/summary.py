"""`summary.json`: how much was read, how much goes straight through, and with what it was read."""

import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from fractions import Fraction

from digitizer.document import FieldResult, FieldStatus, PageResult, PageStatus
from digitizer.errors import ExitCode
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.tables import in_order

_RATE_STEP = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of one run: what `summary.json` holds.

    Attributes
    ----------
    files
        Files of any kind that were found.
    pages
        Rows of `pages.csv` by status.
    fields
        Rows of `fields.csv` by status.
    page_reasons, field_reasons
        Why pages are not done and why fields need review, with their number, the most frequent first.
    expected_error_rate
        Mean probability, 0-1, that an accepted field is wrong, as its confidence says; None if none is accepted.
    unread
        The pages and files that were rejected or failed, in order.
    """

    files: int
    pages: dict[PageStatus, int]
    fields: dict[FieldStatus, int]
    page_reasons: dict[str, int]
    field_reasons: dict[str, int]
    expected_error_rate: float | None
    unread: tuple[PageResult, ...]
    provenance: Provenance

    @property
    def field_count(self) -> int:
        """Fields of any status."""
        return sum(self.fields.values())

    @property
    def straight_through_rate(self) -> float | None:
        """Accepted fields among all fields, 0-1; None if there is no field."""
        return self.fields[FieldStatus.ACCEPTED] / self.field_count if self.field_count else None

    @property
    def exit_code(self) -> ExitCode:
        """What a command that made this run ends with."""
        return ExitCode.INCOMPLETE if self.unread else ExitCode.OK


def summarize(pages: Iterable[PageResult], provenance: Provenance) -> Summary:
    """Count what a run has read. The order of `pages` makes no difference."""
    ordered = in_order(pages)
    fields = [field for page in ordered for field in page.fields]
    return Summary(
        files=len({page.scan for page in ordered}),
        pages={status: sum(page.status is status for page in ordered) for status in PageStatus},
        fields={status: sum(field.status is status for field in fields) for status in FieldStatus},
        page_reasons=_frequencies(page.reason for page in ordered),
        field_reasons=_frequencies(field.reason for field in fields),
        expected_error_rate=_expected_error_rate(fields),
        unread=tuple(page for page in ordered if page.status in (PageStatus.REJECTED, PageStatus.FAILED)),
        provenance=provenance,
    )


def summary_json(summary: Summary) -> str:
    """Write a summary: the same text for the same results, without times, paths or anything of the machine."""
    provenance = summary.provenance
    content = {
        "version": provenance.version,
        "model": {"name": provenance.model, "sha256": provenance.model_sha256},
        "template": [
            {"form": each.form, "version": each.version, "sha256": each.sha256} for each in provenance.templates
        ]
        or None,
        "policy": {"threshold": provenance.threshold, "max_errors": _error_rate_text(provenance.threshold)},
        "files": summary.files,
        "pages": summary.pages,
        "fields": summary.fields,
        "rates": {
            "straight_through": _rounded(summary.straight_through_rate, ROUND_DOWN),
            "expected_errors_among_accepted": _rounded(summary.expected_error_rate, ROUND_UP),
        },
        "reasons": {"pages": summary.page_reasons, "fields": summary.field_reasons},
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _frequencies(reasons: Iterable[str]) -> dict[str, int]:
    counted = Counter(reason for reason in reasons if reason)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _expected_error_rate(fields: Iterable[FieldResult]) -> float | None:
    doubts = [1.0 - field.confidence for field in fields if field.status is FieldStatus.ACCEPTED]
    return math.fsum(doubts) / len(doubts) if doubts else None


def _rounded(rate: float | None, rounding: str) -> float | None:
    """Round to six decimals, in the direction that does not flatter."""
    return None if rate is None else float(Decimal(repr(rate)).quantize(_RATE_STEP, rounding=rounding))


def _error_rate_text(threshold: float) -> str:
    """Return the error rate that a threshold stands for, such as `1/1000`."""
    return str(1 - Fraction(threshold).limit_denominator(10**9))
