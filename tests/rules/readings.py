"""Readings of cells, made up, for the tests of rules."""

from itertools import product
from math import prod

import numpy as np
from hypothesis import strategies as st

from digitizer.document import BLANK, UNREADABLE, VOID, Reading
from digitizer.rules.evidence import SYMBOLS, CellEvidence, from_cells

SURE = 0.9999


def cell(symbol: str, confidence: float = SURE, other: str = "", other_probability: float = 0.0) -> Reading:
    """Make a reading; what its confidence and another symbol leave is spread over all other symbols."""
    if symbol == BLANK:
        return Reading(BLANK, 1 - 2e-5)
    rest = (1 - confidence - other_probability) / (11 - bool(other))
    columns = [rest] * 12
    if other:
        columns[SYMBOLS.index(other)] = other_probability
    columns[SYMBOLS.index(symbol)] = confidence
    return Reading(symbol, confidence, tuple(columns))


def cells(symbols: str, confidence: float = SURE) -> list[Reading]:
    """Make readings that are all as sure."""
    return [cell(symbol, confidence) for symbol in symbols]


def evidence(symbols: str, confidence: float = SURE) -> CellEvidence:
    """Make the evidence of a field whose cells are all as sure."""
    return from_cells(cells(symbols, confidence), 1.0)


def torn(
    symbols: str, place: int, other: str, confidence: float = 0.6, other_probability: float = 0.39
) -> CellEvidence:
    """Make the evidence of a field in which one cell may well be something else."""
    readings = cells(symbols)
    readings[place] = cell(symbols[place], confidence, other, other_probability)
    return from_cells(readings, 1.0)


def everything(field: CellEvidence) -> dict[str, float]:
    """Return the probability of every string of symbols, by brute force."""
    rows = [[(s, p) for s, p in zip(SYMBOLS, row, strict=True) if p > 0] for row in field.cells.tolist()]
    return {"".join(s for s, _ in way): prod(p for _, p in way) for way in product(*rows)}


@st.composite
def drawn_cells(draw: st.DrawFn) -> Reading:
    """Draw a reading of a cell that is not blank, as the network and the decision after it could give it."""
    columns = np.array(draw(st.lists(st.floats(0.001, 1), min_size=12, max_size=12)))
    columns[draw(st.integers(0, 11))] += draw(st.floats(0, 30))
    columns /= columns.sum()
    best = int(columns.argmax())
    symbol = SYMBOLS[best]
    confidence = columns[:10].max() if symbol == UNREADABLE else columns[best]
    assert symbol in {*"0123456789", UNREADABLE, VOID}
    return Reading(symbol, float(confidence), tuple(columns.tolist()))
