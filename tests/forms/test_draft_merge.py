"""`digitizer.forms.drafting.merge`: one set of fields of what was found in several ways."""

import numpy as np

from digitizer.document import FieldKind
from digitizer.forms.drafting.field import DraftField
from digitizer.forms.drafting.merge import best, merged

CLEAN = np.zeros((1000, 1000), np.uint8)


def _comb(left: float, columns: int, width: float = 6, height: float = 8) -> DraftField:
    return DraftField(FieldKind.COMB, left, 20, width, height, columns=columns)


def test_the_whole_row_wins_over_a_part_and_over_guides() -> None:
    """Of fields that meet, the one with many and large cells is kept, but not a table's large cells."""
    row, part, guides, table = _comb(20, 5), _comb(26, 3), _comb(21, 5, 3, 4), _comb(10, 3, 22, 18)
    assert best([[part, guides], [table, row]]) == [row]


def test_a_row_joins_its_pieces() -> None:
    """A comb that holds the cells of two pieces replaces them; what meets nothing is added."""
    whole, far = _comb(20, 7), DraftField(FieldKind.COMB, 20, 60, 6, 8, columns=3)
    assert merged([_comb(20, 2), _comb(38, 3)], [whole, far], CLEAN, 10) == [whole, far]


def test_a_grid_grows_only_over_cells_that_are_written_in() -> None:
    """Without ink in its other cells, a larger grid is a mistake."""
    strict = DraftField(FieldKind.GRID, 20, 20, 6, 8, 2, 2)
    larger = DraftField(FieldKind.GRID, 20, 20, 6, 8, 3, 3)
    inked = CLEAN.copy()
    inked[200:440:5, 200:380:5] = 1
    assert merged([strict], [larger], CLEAN, 10) == [strict]
    assert merged([strict], [larger], inked, 10) == [larger]
