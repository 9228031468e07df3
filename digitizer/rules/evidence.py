"""What a field may say by the recogniser alone: its strings of symbols, and how likely each is."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from digitizer.document import BLANK, UNREADABLE, VOID, Reading
from digitizer.rules.ranking import best_first

SYMBOLS = "0123456789" + UNREADABLE + VOID + BLANK
"""What a cell may say; all but the last are the columns of `Reading.probabilities`."""
_DIGITS, _INKED = 10, 12
_SILENT = [SYMBOLS.index(VOID), SYMBOLS.index(BLANK)]
"""Columns of what adds nothing to the value."""
_ELSEWHERE = 0.05
"""Share of a cell's doubt that is spread evenly over all its other symbols, instead of as the network has it."""


class Evidence(Protocol):
    """What a field may say."""

    @property
    def symbols(self) -> str:
        """The plain reading: one character for each cell, or for each digit in a box."""

    @property
    def confidence(self) -> float:
        """Probability, 0-1, that the plain reading is right, as it is told without rules."""

    @property
    def unexplored(self) -> float:
        """Probability, 0-1, of all that `ranked` never comes to."""

    def ranked(self) -> Iterator[tuple[str, float]]:
        """Yield strings of symbols and their probabilities, the likeliest first."""

    def probabilities(self, digits: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return the probability, 0-1, of each of N values, (N, L) digits 0-9."""

    def spelt(self, value: str) -> str:
        """Return the likeliest string of symbols that has a value; the value itself if there is none."""

    def doubted(self, doubt: float) -> "Evidence":
        """Return the evidence if, with that probability, a cell says anything at all, however sure it looks."""


def value_of(symbols: str) -> str:
    """Return the digits in a string of symbols."""
    return "".join(symbol for symbol in symbols if symbol not in (BLANK, VOID, UNREADABLE))


@dataclass(frozen=True, slots=True)
class CellEvidence:
    """Evidence from cells, each of which says what it says for itself.

    Attributes
    ----------
    cells
        (N, 13) float64, the probability of each of `SYMBOLS`; rows sum to 1.
    """

    symbols: str
    confidence: float
    cells: NDArray[np.float64]

    @property
    def unexplored(self) -> float:
        """Nothing: every string has its probability."""
        return 0.0

    def ranked(self) -> Iterator[tuple[str, float]]:
        """Yield strings of symbols and their probabilities, the likeliest first."""
        rankings = []
        for row in self.cells.tolist():
            ranking = sorted(zip(SYMBOLS, row, strict=True), key=lambda choice: -choice[1])
            rankings.append([choice for choice in ranking if choice[1] > 0])
        return best_first(rankings)

    def probabilities(self, digits: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return the probability of each of N values, (N, L) digits 0-9, whichever of the cells hold its digits."""
        said = np.zeros((len(digits), digits.shape[1] + 1))
        said[:, 0] = 1
        for row in self.cells:
            silent = said * row[_SILENT].sum()
            silent[:, 1:] += said[:, :-1] * row[digits]
            said = silent
        return np.asarray(said[:, -1])

    def spelt(self, value: str) -> str:
        """Return the likeliest string of symbols that has a value (Viterbi); the value itself if there is none."""
        ways = {0: (1.0, "")}
        for row in self.cells.tolist():
            onwards: dict[int, tuple[float, str]] = {}
            for said, (probability, symbols) in ways.items():
                silent = max(_SILENT, key=row.__getitem__)
                steps = [(said, silent)] + ([(said + 1, int(value[said]))] if said < len(value) else [])
                for place, column in steps:
                    way = (probability * row[column], symbols + SYMBOLS[column])
                    onwards[place] = max(onwards.get(place, (0.0, "")), way)
            ways = onwards
        probability, symbols = ways.get(len(value), (0.0, ""))
        return symbols if probability > 0 else value

    def doubted(self, doubt: float) -> "CellEvidence":
        """Return the evidence if, with that probability, an inked cell says anything at all, however sure it looks."""
        anything = np.append(np.full(_INKED, doubt / _INKED), 0.0)
        inked = np.array([symbol != BLANK for symbol in self.symbols])[:, np.newaxis]
        return replace(self, cells=np.where(inked, self.cells * (1 - doubt) + anything, self.cells))


@dataclass(frozen=True, slots=True)
class ReadyEvidence:
    """Evidence that comes as a list, such as the ways to cut a box into digits.

    Attributes
    ----------
    alternatives
        Strings of symbols and their probabilities, 0-1, falling; what is missing to 1 is all other strings'.
    """

    alternatives: tuple[tuple[str, float], ...]
    confidence: float

    @property
    def symbols(self) -> str:
        """The likeliest string."""
        return self.alternatives[0][0]

    @property
    def unexplored(self) -> float:
        """Probability, 0-1, that the field says none of the alternatives."""
        return max(0.0, 1 - math.fsum(probability for _, probability in self.alternatives))

    def ranked(self) -> Iterator[tuple[str, float]]:
        """Yield strings of symbols and their probabilities, the likeliest first."""
        return iter(self.alternatives)

    def probabilities(self, digits: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return the probability of each of N values, (N, L) digits 0-9; 0 for those that are no alternative."""
        known: dict[bytes, float] = {}
        for symbols, probability in self.alternatives:
            if UNREADABLE not in symbols:
                key = bytes(map(int, value_of(symbols)))
                known[key] = known.get(key, 0.0) + probability
        return np.array([known.get(row.tobytes(), 0.0) for row in digits])

    def spelt(self, value: str) -> str:
        """Return the likeliest string of symbols that has a value; the value itself if there is none."""
        ways = (symbols for symbols, _ in self.alternatives if value_of(symbols) == value)
        return next(ways, value)

    def doubted(self, doubt: float) -> "ReadyEvidence":
        """Return the evidence if each symbol of each alternative may, with that probability, be any other."""
        lowered = tuple((symbols, p * (1 - doubt) ** len(symbols)) for symbols, p in self.alternatives)
        return replace(self, alternatives=lowered)


def from_cells(readings: Sequence[Reading], exponent: float) -> CellEvidence:
    """Take what the cells of a field say, with the power that field confidences are raised to.

    Each cell's best symbol has the power of its confidence, so that the plain reading has the confidence that it has
    without rules; the doubt that remains is shared out among its other symbols. What a cell that looks blank holds
    if it is not blank, no network has been asked: one thing is as likely as the other.
    """
    return CellEvidence(
        symbols="".join(reading.symbol for reading in readings),
        confidence=math.prod(reading.confidence for reading in readings) ** exponent,
        cells=np.array([_tempered(reading, exponent) for reading in readings]).reshape(-1, len(SYMBOLS)),
    )


def from_alternatives(alternatives: Sequence[tuple[str, float]]) -> ReadyEvidence:
    """Take a list of strings of symbols and their calibrated probabilities, falling, not empty."""
    return ReadyEvidence(tuple(alternatives), alternatives[0][1])


def _tempered(reading: Reading, exponent: float) -> list[float]:
    """Return the probability, 0-1, of each of `SYMBOLS` in one cell."""
    best = SYMBOLS.index(reading.symbol)
    if reading.symbol == UNREADABLE:
        best = max(range(_DIGITS), key=reading.probabilities.__getitem__)
    doubt = 1 - reading.confidence**exponent
    network = [*reading.probabilities, 0.0] if reading.probabilities else [1.0] * _INKED + [0.0]
    others = sum(network) - network[best]
    elsewhere = _ELSEWHERE if reading.probabilities and others > 0 else 1.0
    even = elsewhere / (_INKED - (best < _INKED))
    scale = (1 - elsewhere) / others if others > 0 else 0.0
    row = [doubt * (p * scale + even) for p in network[:_INKED]] + [0.0]
    row[best] = 1 - doubt
    return row
