"""What other error rates would come to: fields are counted as they come by, and judged by what people found."""

from collections import Counter
from fractions import Fraction

from digitizer.budget.doubts import doubt_step
from digitizer.budget.estimate import RATES, estimate, expected_errors
from digitizer.budget.outcomes import FieldColumns, FieldTable, tabulate
from digitizer.document import FieldResult, FieldStatus
from digitizer.report.findings import Budget


class BudgetCount:
    """Collects how sure the machine was, 17 bytes a field; all else that is kept does not grow with their number.

    Parameters
    ----------
    present
        The error rate of now, per accepted field.
    """

    def __init__(self, present: Fraction) -> None:
        self._present = present
        self._columns = FieldColumns()
        self._stated_errors = 0.0
        self._accepted_doubts: Counter[int] = Counter()

    def add(self, field: FieldResult) -> None:
        """Count a field of any status."""
        self._columns.add(field)
        if field.status is FieldStatus.ACCEPTED:
            self._stated_errors += 1.0 - field.confidence
            self._accepted_doubts[doubt_step(field.confidence)] += 1

    def budget(self, evidence: FieldTable | None, qa_share: float) -> Budget:
        """Return what was counted, as `digitizer threshold` has it; see `Collector.findings`."""
        table, known = self._columns.table(), tabulate(()) if evidence is None else evidence
        rates = sorted({*RATES, self._present})
        curve = tuple(estimate(table, known, rate, qa_share=qa_share) for rate in rates)
        expected = expected_errors(self._stated_errors, self._accepted_doubts, known.outcomes(), self._present)
        return Budget(curve, self._present, expected)
