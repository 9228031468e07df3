"""What a rule is: a law that the value of a field, or the values of several, must obey."""

from collections.abc import Mapping, Sequence
from typing import Protocol


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
