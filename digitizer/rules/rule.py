"""What a rule is: a law that the value of a field, or the values of several, must obey."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

Masses = Mapping[int | None, float]
"""What a field may say as a number, None where no digit is written, with the mass of evidence for it, 0-1."""
Plus = Callable[[float, float], float]
"""How masses that lead to the same number go together: `operator.add` for how likely it is, `max` for the best way."""


class Rule(Protocol):
    """A law for the value of one field."""

    @property
    def name(self) -> str:
        """Short name, as it stands in the column `reason` after `rule:`."""

    @property
    def values(self) -> Sequence[str] | None:
        """All values that obey it, where these can be listed; else None."""

    @property
    def share(self) -> float:
        """About which share of all digit strings of the usual length obeys it, (0-1]."""

    def holds(self, value: str) -> bool:
        """Tell whether a value, digits only and not empty, obeys it."""


class CrossRule(Protocol):
    """A law for the values of several fields of one page."""

    @property
    def name(self) -> str:
        """Short name, as it stands in the column `reason` after `rule:`."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields that it speaks of."""

    def holds(self, values: Mapping[str, str]) -> bool:
        """Tell whether values, of which some may be empty, obey it."""

    def share(self, digits: Sequence[int]) -> float:
        """About which share of all ways to fill the fields obeys it, (0-1].

        Parameters
        ----------
        digits
            How many digits each of `fields` holds, 0 for a blank one. 1.0 is returned where too much is blank for
            the rule to say anything.
        """

    def support(self, masses: Sequence[Masses], plus: Plus) -> tuple[list[dict[int | None, float]], float]:
        """Return for each field, and each number it may say, the mass of all that the others say in agreement with it.

        And which share of all mass, 0-1, was left out of account.

        Parameters
        ----------
        masses
            For each of `fields`; not changed.
        """
