"""What a report tells: counts, curves and examples, without a word of how they are shown."""

from dataclasses import dataclass
from fractions import Fraction

from digitizer.budget.estimate import Estimate, Expected, review_minutes
from digitizer.budget.learning import ALL
from digitizer.budget.thresholds import Choice
from digitizer.document import QA_SAMPLE, FieldStatus, PageResult, PageStatus
from digitizer.report.reliability import Bin


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands: by the hash of its scan it is found again, by the name it is shown."""

    sha256: str
    scan: str
    page: int | None
    field: str


@dataclass(frozen=True, slots=True)
class DoubtfulCell:
    """A cell with ink of which the machine is least sure; `position` counts from 0 in its field."""

    place: Place
    position: int
    symbol: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Mistake:
    """A field that the machine read wrong, and how sure it was of that, 0-1."""

    place: Place
    read: str
    right: str
    confidence: float
    accepted: bool


@dataclass(frozen=True, slots=True)
class FieldTally:
    """What became of one field of a form on all its pages; `settled` are those that a person has seen."""

    form: str
    field: str
    accepted: int = 0
    settled: int = 0
    review: int = 0

    @property
    def total(self) -> int:
        """Pages on which it stands."""
        return self.accepted + self.settled + self.review


@dataclass(frozen=True, slots=True)
class Checked:
    """Fields of which it is known what stands there.

    Attributes
    ----------
    by_truth
        Whether a file told it; otherwise people did.
    count, wrong
        Fields, and those that the machine read wrong.
    accepted, accepted_wrong
        Of those that went, or would have gone, straight through: all, or a sample drawn by chance.
    missing
        Fields of the file that were not found on the pages.
    """

    by_truth: bool
    count: int = 0
    wrong: int = 0
    accepted: int = 0
    accepted_wrong: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Budget:
    """What error rates come to, by what people found and by confidences.

    Attributes
    ----------
    curve
        The strictest first, that of now among them.
    present
        The error rate of now, per accepted field.
    expected
        Errors in the fields that did go straight through, whatever they were accepted by.
    """

    curve: tuple[Estimate, ...]
    present: Fraction
    expected: Expected

    @property
    def now(self) -> Estimate:
        """What the error rate of now comes to."""
        return next(each for each in self.curve if each.max_errors == self.present)

    @property
    def reviewed(self) -> Choice:
        """What people found in fields that the present network had read, of all forms together."""
        return self.now.learned.choices[ALL]


@dataclass(frozen=True, slots=True)
class Attention:
    """What a reviewer did with answers that were known and slipped in.

    Attributes
    ----------
    checks, caught
        How many there were, and those of them that the reviewer put right or doubted.
    low, high
        Bounds of the share that the reviewer catches, 0-1.
    """

    reviewer: str
    checks: int
    caught: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in a ledger.

    Attributes
    ----------
    pages, fields
        Rows of `pages.csv` and of `fields.csv` by status.
    page_reasons, field_reasons
        With their number, the most frequent first.
    settled_digits
        Cells with ink that had been in doubt, in fields that people have settled.
    by_field
        Those first of which most waits for review.
    doubtful
        The least sure first, more than are shown: not of all there is a picture.
    mistakes
        The surest first.
    unread
        The first of the pages and files that were rejected or failed, in order, without fields.
    """

    pages: dict[PageStatus, int]
    fields: dict[FieldStatus, int]
    page_reasons: dict[str, int]
    field_reasons: dict[str, int]
    settled_digits: int
    budget: Budget
    bins: tuple[Bin, ...]
    checked: Checked
    by_field: tuple[FieldTally, ...]
    doubtful: tuple[DoubtfulCell, ...]
    mistakes: tuple[Mistake, ...]
    unread: tuple[PageResult, ...]

    @property
    def field_count(self) -> int:
        """Fields of any status."""
        return sum(self.fields.values())

    @property
    def unread_count(self) -> int:
        """Pages and files that were rejected or failed, shown or not."""
        return self.pages[PageStatus.REJECTED] + self.pages[PageStatus.FAILED]

    @property
    def review_minutes(self) -> float:
        """What people will need for the fields that wait."""
        return review_minutes(self.fields[FieldStatus.REVIEW])

    @property
    def sample(self) -> int:
        """Fields that were sure enough and drawn by lot, reviewed or waiting."""
        return self.field_reasons.get(QA_SAMPLE, 0) + self.budget.reviewed.sampled
