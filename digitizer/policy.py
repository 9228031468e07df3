"""What goes straight through and what a person sees: thresholds as data."""

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction

from digitizer.errors import UsageError

DEFAULT_MAX_ERRORS = Fraction(1, 1000)
"""At most one wrong field in a thousand accepted ones."""

QA_SHARE = 0.01
"""Share of accepted fields that are drawn by lot for review, unless it is said otherwise."""


@dataclass(frozen=True, order=True, slots=True)
class LearnedThreshold:
    """What reviewers found asks for another threshold (0-1) here than the error rate alone does.

    Attributes
    ----------
    form, field
        Id of the template and name of the field; no `field` for all others of the template, neither for all others.
    """

    form: str
    field: str
    threshold: float


@dataclass(frozen=True, slots=True)
class AcceptancePolicy:
    """Accepts a field whose confidence is at least the threshold (0-1) that holds for it.

    The threshold of an error rate r is 1 - r: every accepted field is then wrong with a probability of at
    most r, and so is their average, whatever else the run holds. Deciding each field alone keeps a result
    independent of which other scans lie in the folder.

    Attributes
    ----------
    threshold
        Where nothing was learned.
    learned
        Sorted, each form and field once. They come from fields that people have settled, never from the run itself
        (see `digitizer.budget`); they belong to what a result was decided with.
    """

    threshold: float
    learned: tuple[LearnedThreshold, ...] = ()

    @classmethod
    def from_max_errors(cls, max_errors: Fraction) -> "AcceptancePolicy":
        """Accept at an error rate of at most `max_errors` wrong fields per accepted field."""
        return cls(threshold=float(1 - max_errors))

    @property
    def max_errors(self) -> Fraction:
        """The error rate that the threshold stands for."""
        return 1 - Fraction(self.threshold).limit_denominator(10**9)

    def threshold_of(self, form: str, field: str) -> float:
        """Return the threshold of a field: its own, or its template's, or that of all."""
        for place in ((form, field), (form, ""), ("", "")) if self.learned else ():
            at = bisect_left(self.learned, place, key=_place)
            if at < len(self.learned) and _place(self.learned[at]) == place:
                return self.learned[at].threshold
        return self.threshold

    def accepts(self, confidence: float, form: str = "", field: str = "") -> bool:
        """Tell whether a field of this confidence needs no person."""
        return confidence >= self.threshold_of(form, field)


def _place(learned: LearnedThreshold) -> tuple[str, str]:
    return learned.form, learned.field


def asked_policy(max_errors: str | None) -> AcceptancePolicy:
    """Return the policy of an error rate as a user writes it, or without one of the usual.

    Raises
    ------
    UsageError
        If it is no error rate.
    """
    return AcceptancePolicy.from_max_errors(DEFAULT_MAX_ERRORS if max_errors is None else parse_error_rate(max_errors))


def parse_error_rate(text: str) -> Fraction:
    """Read an error rate such as `1/1000`, `0.001` or `0.1%`.

    Raises
    ------
    UsageError
        If it is none of these, or not between 0 and 1.
    """
    stripped = text.strip()
    percent = stripped.endswith("%")
    try:
        rate = Fraction(stripped.removesuffix("%").strip()) / (100 if percent else 1)
    except (ValueError, ZeroDivisionError) as error:
        raise UsageError(f"Not an error rate: {text!r}. Write it as 1/1000, 0.001 or 0.1%.") from error
    if not 0 <= rate < 1:
        raise UsageError(f"An error rate lies between 0 and 1: {text!r}.")
    return rate
