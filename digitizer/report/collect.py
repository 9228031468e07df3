"""Makes the findings of a report from the pages of a ledger as they come by: memory does not grow with their number."""

import heapq
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Generic, TypeVar

from digitizer.budget.outcomes import FieldTable
from digitizer.document import BLANK, QA_SAMPLE, FieldResult, FieldStatus, PageResult, PageStatus
from digitizer.policy import QA_SHARE, AcceptancePolicy
from digitizer.report.curve import BudgetCount
from digitizer.report.findings import Checked, DoubtfulCell, FieldTally, Findings, Mistake, Place
from digitizer.report.reliability import ReliabilityCount
from digitizer.report.score_input import FieldKey, TrueField

SETTLED = frozenset({FieldStatus.CONFIRMED, FieldStatus.CORRECTED})
MOST_DOUBTFUL, MOST_MISTAKES, MOST_UNREAD = 240, 12, 100
_CELLS_OF_A_FIELD = 2
"""More of one field in the list would show one bad field and not what is hard."""
_UNREAD = frozenset({PageStatus.REJECTED, PageStatus.FAILED})

Item = TypeVar("Item")
Truth = Mapping[FieldKey, TrueField]


class Collector:
    """Counts pages and keeps the examples that tell most.

    Parameters
    ----------
    policy
        By which fields are accepted now.
    truth
        What stands in the fields; None where people's decisions are all that is known.
    written
        How the results write a name from outside: the truth may write it so too.
    """

    def __init__(
        self, policy: AcceptancePolicy, truth: Truth | None = None, written: Callable[[str], str] = lambda name: name
    ) -> None:
        self._truth = truth
        self._written = written
        self._pages: Counter[PageStatus] = Counter()
        self._fields: Counter[FieldStatus] = Counter()
        self._page_reasons: Counter[str] = Counter()
        self._field_reasons: Counter[str] = Counter()
        self._settled_digits = 0
        self._threshold_of = cache(policy.threshold_of)
        self._budget = BudgetCount(policy.max_errors)
        self._reliability = ReliabilityCount()
        self._checked = Checked(by_truth=truth is not None)
        self._by_field: Counter[tuple[str, str, str]] = Counter()
        self._doubtful: _Largest[DoubtfulCell] = _Largest(MOST_DOUBTFUL)
        self._mistakes: _Largest[Mistake] = _Largest(MOST_MISTAKES)
        self._unread: list[PageResult] = []

    def add(self, page: PageResult) -> None:
        """Count one row of `pages.csv`, and those of its fields."""
        self._pages[page.status] += 1
        self._page_reasons[page.reason] += 1
        if page.status in _UNREAD and len(self._unread) < MOST_UNREAD:
            self._unread.append(replace(page, fields=()))
        for field in page.fields:
            self._add_field(page, field)

    def findings(self, evidence: FieldTable | None = None, qa_share: float = QA_SHARE) -> Findings:
        """Return what was found.

        Parameters
        ----------
        evidence
            What people have settled of what the present network had read, the oldest first; None if that is nothing.
        qa_share
            Share, 0-1, above 0, of the accepted fields that people review.
        """
        missing = len(self._truth) - self._checked.count if self._truth is not None else 0
        return Findings(
            pages={status: self._pages[status] for status in PageStatus},
            fields={status: self._fields[status] for status in FieldStatus},
            page_reasons=_most_frequent_first(self._page_reasons),
            field_reasons=_most_frequent_first(self._field_reasons),
            settled_digits=self._settled_digits,
            budget=self._budget.budget(evidence, qa_share),
            bins=self._reliability.bins(),
            checked=replace(self._checked, missing=missing),
            by_field=self._tallies(),
            doubtful=self._doubtful.items(),
            mistakes=self._mistakes.items(),
            unread=tuple(self._unread),
        )

    def _add_field(self, page: PageResult, field: FieldResult) -> None:
        self._fields[field.status] += 1
        if field.status is FieldStatus.REVIEW:
            self._field_reasons[field.reason] += 1
        if field.status in SETTLED:
            self._settled_digits += len(self._doubtful_cells(field))
        self._by_field[field.form, field.field, "settled" if field.status in SETTLED else field.status] += 1
        self._budget.add(field)
        place = Place(page.sha256, page.scan, page.page, field.field)
        self._check(place, field)
        if field.status is FieldStatus.REVIEW:
            self._doubt(place, field)

    def _check(self, place: Place, field: FieldResult) -> None:
        """Compare what the machine read with what is known to stand there."""
        read = field.machine_value if field.status is FieldStatus.CORRECTED else field.value
        true = self._true_value(place) if self._truth is not None else field.value if field.status in SETTLED else None
        if true is None:
            return
        # Rules may have changed what was read first (`machine_value`): a person who corrects that says it was wrong.
        right = read == true and not (field.status is FieldStatus.CORRECTED and field.value == true)
        accepted = field.status is FieldStatus.ACCEPTED or field.reason == QA_SAMPLE
        was = self._checked
        self._checked = Checked(
            was.by_truth,
            was.count + 1,
            was.wrong + (not right),
            was.accepted + accepted,
            was.accepted_wrong + (accepted and not right),
        )
        self._reliability.add(field.confidence, right=right)
        if not right:
            self._mistakes.add(field.confidence, Mistake(place, read, true, field.confidence, accepted))

    def _true_value(self, place: Place) -> str | None:
        assert self._truth is not None  # noqa: S101 - for the type checker
        key = FieldKey(place.scan, str(place.page), place.field)
        true = self._truth.get(key) or self._truth.get(
            key._replace(scan=self._written(key.scan), field=self._written(key.field))
        )
        return None if true is None else true.value

    def _doubt(self, place: Place, field: FieldResult) -> None:
        """Keep the least sure cells, a few of each field."""
        for confidence, position in heapq.nsmallest(_CELLS_OF_A_FIELD, self._doubtful_cells(field)):
            self._doubtful.add(-confidence, DoubtfulCell(place, position, field.cells[position], confidence))

    def _doubtful_cells(self, field: FieldResult) -> list[tuple[float, int]]:
        """Return confidence and position of the cells with ink that alone keep a field from being accepted."""
        threshold = self._threshold_of(field.form, field.field)
        return [
            (confidence, position)
            for position, (symbol, confidence) in enumerate(zip(field.cells, field.cell_confidences, strict=False))
            if symbol != BLANK and confidence < threshold
        ]

    def _tallies(self) -> tuple[FieldTally, ...]:
        names = dict.fromkeys((form, field) for form, field, _ in self._by_field)
        tallies = (
            FieldTally(form, field, *(self._by_field[form, field, what] for what in ("accepted", "settled", "review")))
            for form, field in names
        )
        return tuple(sorted(tallies, key=lambda each: (-each.review, each.form, each.field)))


class _Largest(Generic[Item]):
    """Keeps the items with the largest values, of equal ones the first."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._heap: list[tuple[float, int, Item]] = []
        self._seen = 0

    def add(self, value: float, item: Item) -> None:
        self._seen += 1
        entry = (value, -self._seen, item)  # no two are equal before the item, which is never compared
        if len(self._heap) < self._count:
            heapq.heappush(self._heap, entry)
        elif entry > self._heap[0]:
            heapq.heapreplace(self._heap, entry)

    def items(self) -> tuple[Item, ...]:
        """Return them, the largest first."""
        return tuple(item for _, _, item in sorted(self._heap, key=lambda entry: entry[:2], reverse=True))


def _most_frequent_first(counted: Counter[str]) -> dict[str, int]:
    reasons = ((reason, number) for reason, number in counted.items() if reason)
    return dict(sorted(reasons, key=lambda item: (-item[1], item[0])))
