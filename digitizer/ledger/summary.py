"""`summary.json`: how much was read, how much goes straight through, and with what it was read."""

import json
import math
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import ROUND_DOWN, ROUND_UP
from typing import Any

from digitizer.budget.doubts import doubt_step
from digitizer.document import FieldResult, FieldStatus, PageResult, PageStatus
from digitizer.errors import ExitCode
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.tables import in_order
from digitizer.rounding import six_decimals

UNREAD = (PageStatus.REJECTED, PageStatus.FAILED)
"""What makes a run incomplete."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was read, and what became of it.

    Attributes
    ----------
    files
        Files of any kind that have a row in `pages.csv`.
    pages
        Rows of `pages.csv` by status.
    fields
        Rows of `fields.csv` by status.
    page_reasons, field_reasons
        Why pages are not done and why fields need review, with their number, the most frequent first.
    expected_error_rate
        Mean probability, 0-1, that an accepted field is wrong, as its confidence says; None if none is accepted.
    accepted_doubts
        Accepted fields by the step of their doubt, see `digitizer.budget.doubts`.
    """

    files: int
    pages: dict[PageStatus, int]
    fields: dict[FieldStatus, int]
    page_reasons: dict[str, int]
    field_reasons: dict[str, int]
    expected_error_rate: float | None
    accepted_doubts: dict[int, int]


@dataclass(frozen=True, slots=True)
class Summary(Counts):
    """What `summary.json` holds, and what is still to be seen to.

    Attributes
    ----------
    unread
        The pages and files that were rejected or failed and still lie in the folder of scans, in order, without fields.
    provenance
        With what the newest scan was read.
    also_read_with
        With what others were read, in order of first use.
    """

    unread: tuple[PageResult, ...]
    provenance: Provenance
    also_read_with: tuple[Provenance, ...] = ()

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


class Tally:
    """Counts pages as they come by, in any order; holds none of them but those that were not read."""

    def __init__(self, present: Callable[[PageResult], bool] = lambda _: True) -> None:
        self._present = present
        self._scans: set[str] = set()
        self._pages: Counter[PageStatus] = Counter()
        self._fields: Counter[FieldStatus] = Counter()
        self._page_reasons: Counter[str] = Counter()
        self._field_reasons: Counter[str] = Counter()
        self._doubts = array("d")
        self._steps: Counter[int] = Counter()
        self._unread: list[PageResult] = []

    def add(self, page: PageResult) -> None:
        """Count one row of `pages.csv`, and those of its fields."""
        self._scans.add(page.scan)
        self._pages[page.status] += 1
        self._page_reasons[page.reason] += 1
        for field in page.fields:
            self._add_field(field)
        if page.status in UNREAD and self._present(page):
            self._unread.append(replace(page, fields=()))

    def summary(self, provenance: Provenance, also_read_with: Sequence[Provenance] = ()) -> Summary:
        """Return what was counted."""
        return Summary(
            files=len(self._scans),
            pages={status: self._pages[status] for status in PageStatus},
            fields={status: self._fields[status] for status in FieldStatus},
            page_reasons=_most_frequent_first(self._page_reasons),
            field_reasons=_most_frequent_first(self._field_reasons),
            expected_error_rate=math.fsum(self._doubts) / len(self._doubts) if self._doubts else None,
            accepted_doubts=dict(sorted(self._steps.items())),
            unread=tuple(in_order(self._unread)),
            provenance=provenance,
            also_read_with=tuple(also_read_with),
        )

    def _add_field(self, field: FieldResult) -> None:
        self._fields[field.status] += 1
        if field.status is FieldStatus.REVIEW:
            self._field_reasons[field.reason] += 1
        if field.status is FieldStatus.ACCEPTED:
            self._doubts.append(1.0 - field.confidence)
            self._steps[doubt_step(field.confidence)] += 1


def summarize(pages: Iterable[PageResult], provenance: Provenance) -> Summary:
    """Count pages. Their order makes no difference."""
    tally = Tally()
    for page in pages:
        tally.add(page)
    return tally.summary(provenance)


def summary_json(summary: Summary) -> str:
    """Write a summary: the same text for the same results, without times, paths or anything of the machine."""
    read_with = _read_with(summary.provenance)
    content: dict[str, Any] = {
        **read_with,
        **({"learned_thresholds": learned} if (learned := _learned(summary.provenance)) else {}),
        "files": summary.files,
        "pages": summary.pages,
        "fields": summary.fields,
        "rates": {
            "straight_through": six_decimals(summary.straight_through_rate, ROUND_DOWN),
            "expected_errors_among_accepted": six_decimals(summary.expected_error_rate, ROUND_UP),
        },
        "reasons": {"pages": summary.page_reasons, "fields": summary.field_reasons},
    }
    others: list[dict[str, Any]] = []
    for other in map(_read_with, summary.also_read_with):
        if other not in (read_with, *others):
            others.append(other)
    if others:
        content["also_read_with"] = others
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _learned(provenance: Provenance) -> list[dict[str, Any]]:
    """Tell the thresholds that hold in place of the one for all."""
    return [asdict(each) for each in provenance.learned]


def _read_with(provenance: Provenance) -> dict[str, Any]:
    templates = [{"form": each.form, "version": each.version, "sha256": each.sha256} for each in provenance.templates]
    return {
        "version": provenance.version,
        "model": {"name": provenance.model, "sha256": provenance.model_sha256},
        "template": templates or None,
        "policy": {"threshold": provenance.threshold, "max_errors": str(provenance.policy.max_errors)},
    }


def _most_frequent_first(counted: Counter[str]) -> dict[str, int]:
    reasons = ((reason, number) for reason, number in counted.items() if reason)
    return dict(sorted(reasons, key=lambda item: (-item[1], item[0])))
