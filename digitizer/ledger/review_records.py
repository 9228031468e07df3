"""What a person is shown and what they say: the nouns of review."""

from dataclasses import dataclass
from enum import StrEnum

from digitizer.document import FieldKind

UNSURE = "?"
"""What a person says of a cell that they cannot tell: it is left to the next person, who sees the whole field."""


class Screen(StrEnum):
    """Where something is shown, and where a field waits."""

    SHEET = "sheet"
    """Cells that were read as one digit, many at once."""
    FIELD = "field"
    """A whole field."""
    SECOND = "second"
    """A whole field again, blind: by somebody who has not decided about it."""
    THIRD = "third"
    """Once more, by a third: the first two said different things."""


@dataclass(frozen=True, order=True, slots=True)
class FieldKey:
    """What a field is known by, also after its scan was read again.

    Attributes
    ----------
    sha256
        Of the scan's bytes, 64 hexadecimal digits.
    page
        1-based.
    field
        Name of the field.
    """

    sha256: str
    page: int
    field: str


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One cell of a sheet.

    Attributes
    ----------
    position
        0-based place of the cell in its field.
    symbol
        What it was read as.
    confidence
        Probability, 0-1, that this is right.
    crop
        28 * 28 bytes, row by row, ink 255.
    seen
        Of what state this was shown; goes back unchanged in `Decision.seen`.
    """

    key: FieldKey
    position: int
    symbol: str
    confidence: float
    crop: bytes
    seen: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cells that were read as one symbol, the least sure first; checks among them look like the others.

    Attributes
    ----------
    symbol
        A digit, or `x` for what was read as crossed out; the one that was asked for, else empty if none is left.
    remaining
        Open cells of this symbol that are not on this sheet; those on other people's sheets count.
    """

    symbol: str
    cells: tuple[SheetCell, ...]
    remaining: int


@dataclass(frozen=True, slots=True)
class FieldTask:
    """A whole field for a person to decide about, or to look at.

    Attributes
    ----------
    scan
        Name that is shown.
    value, cells
        What stands now: what was read, with what people have said of its cells. Empty if `blind`, as the next is.
    machine_cells
        What was read, one character per cell.
    confidence
        Probability, 0-1, that what was read is right; `reason` is why it needs review.
    cell_confidences
        0-1, one for each of `machine_cells`.
    open_positions
        0-based places of the cells that are in doubt: where the cursor goes. All of them if `blind`, or where the
        doubt is about the field as a whole.
    cell_count
        How many characters are to be typed, one for each cell; 0 for a box, which takes a number of any length.
    quads
        For each cell (a box and a mark have one), x and y of its four corners in px on the page.
    strip
        JPEG, grey: the part of the page around the field, turned upright.
    strip_box
        x, y, width, height of that part on the page as its file shows it, px.
    rotation
        Degrees (0, 90, 180, 270) by which the page was turned clockwise to stand upright: so was the strip.
    blind
        Whether what was said until now is to be hidden.
    screen
        `FIELD`, `SECOND` or `THIRD`; goes into the decision.
    seen
        Of what state this was shown; goes back unchanged in `Decision.seen`.
    """

    key: FieldKey
    scan: str
    form: str
    kind: FieldKind
    value: str
    cells: str
    machine_cells: str
    confidence: float
    reason: str
    cell_confidences: tuple[float, ...]
    open_positions: tuple[int, ...]
    cell_count: int
    quads: tuple[tuple[float, ...], ...]
    strip: bytes
    strip_box: tuple[int, int, int, int]
    rotation: int
    blind: bool
    screen: Screen
    seen: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says of a cell, or of a whole field.

    Attributes
    ----------
    client_id
        Made by the client for each decision, such as a UUID: sent again, the decision counts once.
    reviewer
        Who says it.
    screen
        Where it was shown.
    position
        0-based place of the cell; None for the whole field.
    before
        What was shown: the symbol of the cell, or the symbols of the field; empty where it was shown blind.
    after
        What it is: a digit, `_` blank, `x` crossed out, `?` unsure; for a field one for each cell, for a box as many as
        there are digits.
    seen
        As it came with what was shown.
    """

    client_id: str
    reviewer: str
    screen: Screen
    key: FieldKey
    position: int | None
    before: str
    after: str
    seen: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A decision that was not saved, for something else was said in the meantime.

    Attributes
    ----------
    now
        What stands: a symbol, or the symbols of the field. Empty where the field is gone, or was keyed blind.
    reviewer
        Who said so; empty where the scan was read again or purged, or a blind look is not this reviewer's to take.
    """

    decision: Decision
    now: str
    reviewer: str


@dataclass(frozen=True, slots=True)
class Event:
    """A decision as it was kept; nothing of it ever changes, until its scan is purged.

    Attributes
    ----------
    number
        Events follow each other by it.
    at_s
        Seconds since 1970, UTC.
    kind
        `cell`, `field`, `check` or `undo`.
    position
        None for a whole field.
    before, after
        The symbols that stood, and that stand from then on.
    undoes
        Number of the event that an undo takes back; None for others.
    """

    number: int
    at_s: int
    reviewer: str
    kind: str
    screen: str
    key: FieldKey
    position: int | None
    before: str
    after: str
    undoes: int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far review has come.

    Attributes
    ----------
    open_cells
        Cells that wait on sheets.
    open_fields
        Fields that wait to be seen as a whole, a second and third look included.
    unsure_fields
        Of these, those that somebody has keyed and could not tell.
    settled
        Fields that people have confirmed or corrected.
    per_hour
        Decisions an hour of each reviewer of the last hour; who has worked for less than a minute, as if for one.
    """

    open_cells: int
    open_fields: int
    unsure_fields: int
    settled: int
    per_hour: dict[str, int]
