"""What a report tells: counts, curves and examples, without a word of how they are shown."""

from dataclasses import dataclass

from digitizer.document import FieldStatus, PageResult, PageStatus
from digitizer.report.budget import Budget
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
class Findings:
    """What was found in a ledger.

    Attributes
    ----------
    pages, fields
        Rows of `pages.csv` and of `fields.csv` by status.
    page_reasons, field_reasons
        With their number, the most frequent first.
    expected_errors
        Wrong fields among the accepted, as their confidences say.
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
    expected_errors: float
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
