"""Single frames that may be answers: boxes for whole numbers, and tick boxes. Guesses, made to be few and useful.

1. What is a cell of a comb or grid, holds one, or holds another frame, is left out.
2. By its size a frame may be a tick box or a box for a number; by what is printed in it, and by the frames that it
   shares its sides with, a table of text or a headline in a frame is told from them.
"""

from collections.abc import Sequence

from digitizer.document import FieldKind
from digitizer.forms.drafting.field import DraftField
from digitizer.forms.drafting.frames import Frame, innermost

_MARK_MM = (2.3, 6.2)
"""Sides of a tick box."""
_SQUARE = (0.75, 1.33)
"""Width over height of a tick box."""
_BOX_HEIGHT_MM = (4.0, 16.0)
_BOX_ASPECT = (1.2, 8.0)
"""Width over height of a box for a number of at least two digits."""
_CELL_ASPECT = 5.0
"""Most width over height of such a box in a table, where long cells are for words."""
_MOST_CELLS = 24
"""Most such boxes of one size on a page: more of them are for strokes or for words."""
_DIGIT_HEIGHT_MM, _DIGIT_ASPECT = (6.2, 16.0), (0.55, 1.2)
"""A single frame for one digit."""
_DIGIT_WIDTH = 0.65
"""Width that a digit written in a box takes, as a share of the box's height."""
_EMPTY, _FULL = 0.004, 0.4
"""Share of ink in a frame up to which it is empty, and from which it is a picture."""
_WRITTEN = 0.4
"""Height of handwriting as a share of the inside of its frame, at least: print in a frame is smaller."""
_BESIDE_MM = 1.3
"""Frames nearer than this share their line."""
_ALIKE_MM = 0.5


def boxes_and_marks(frames: Sequence[Frame], taken: Sequence[DraftField]) -> list[DraftField]:
    """Choose the frames that look like answers.

    Parameters
    ----------
    taken
        The combs and grids of the page: what they cover, or what covers them, is no frame.
    """
    free = [frame for frame in innermost(frames) if not _meets_taken(frame, taken)]
    of_size = [frame for frame in free if _may_be_answer(frame)]
    found = []
    for frame in of_size:
        alike = [other for other in of_size if other is not frame and _alike(frame, other)]
        in_table = any(_share_a_side(frame, other) for other in frames if other is not frame)
        if _is_mark(frame, alike, in_table):
            found.append(_field(FieldKind.MARK, frame, 0))
        elif _is_box(frame, alike, in_table):
            found.append(_field(FieldKind.BOX, frame, max(1, round(frame.aspect / _DIGIT_WIDTH))))
    return found


def _may_be_answer(frame: Frame) -> bool:
    """Tell quickly what is far too large or too small."""
    return frame.height <= _BOX_HEIGHT_MM[1] and frame.aspect <= _BOX_ASPECT[1] and frame.ink <= _FULL


def _is_mark(frame: Frame, alike: Sequence[Frame], in_table: bool) -> bool:
    sides_fit = all(_MARK_MM[0] <= side <= _MARK_MM[1] for side in (frame.width, frame.height))
    if not sides_fit or not _SQUARE[0] <= frame.aspect <= _SQUARE[1] or in_table:
        return False
    empty_ones = sum(other.ink <= _EMPTY for other in (frame, *alike))
    return frame.ink <= _FULL and empty_ones > 0 and (frame.beside > 0.01 or len(alike) > 1)


def _is_box(frame: Frame, alike: Sequence[Frame], in_table: bool) -> bool:
    many = _within(frame.height, _BOX_HEIGHT_MM) and _within(frame.aspect, _BOX_ASPECT)
    single = _within(frame.height, _DIGIT_HEIGHT_MM) and _within(frame.aspect, _DIGIT_ASPECT)
    empty = frame.ink <= _EMPTY
    if in_table:
        short = many and frame.aspect <= _CELL_ASPECT
        return short and empty and 2 <= sum(other.ink <= _EMPTY for other in alike) <= _MOST_CELLS
    written = frame.text_lines == 1 and frame.ink_height >= _WRITTEN and frame.ink <= _FULL
    return not frame.runs_on and ((many and (empty or written)) or (single and empty))


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _field(kind: FieldKind, frame: Frame, digits: int) -> DraftField:
    return DraftField(kind, frame.left, frame.top, frame.width, frame.height, digits=digits)


def _meets_taken(frame: Frame, taken: Sequence[DraftField]) -> bool:
    return any(
        min(frame.right, field.right_mm) - max(frame.left, field.left_mm) > 0.5
        and min(frame.bottom, field.bottom_mm) - max(frame.top, field.top_mm) > 0.5
        for field in taken
    )


def _alike(frame: Frame, other: Frame) -> bool:
    return abs(frame.width - other.width) < _ALIKE_MM and abs(frame.height - other.height) < _ALIKE_MM


def _share_a_side(frame: Frame, other: Frame) -> bool:
    apart_x = max(frame.left, other.left) - min(frame.right, other.right)
    apart_y = max(frame.top, other.top) - min(frame.bottom, other.bottom)
    beside = abs(apart_x) < _BESIDE_MM and apart_y < -1
    below = abs(apart_y) < _BESIDE_MM and apart_x < -1
    return beside or below
