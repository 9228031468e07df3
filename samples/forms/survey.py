"""A survey sheet: counts in combs of three boxes, their total, and a tally grid."""

from collections.abc import Sequence

import numpy as np

from samples.forms.ornaments import logo, square_code, text_table
from samples.sheet import Boxes, Sheet

QUESTIONS = {
    "entered": "Persons who entered the hall",
    "left": "Persons who left the hall",
    "children": "Children below six years",
    "season_tickets": "Visitors with a season ticket",
    "day_tickets": "Visitors with a day ticket",
    "no_tickets": "Visitors with no ticket",
    "bicycles": "Bicycles in the stand",
    "cars": "Cars in the car park",
    "coaches": "Coaches in the car park",
    "questions": "Questions at the desk",
}
"""The counts: the name of each field, and what is printed beside it."""
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
HOURS = ("8 - 10 h", "10 - 12 h", "12 - 14 h", "14 - 16 h", "16 - 18 h")


def survey_sheet(counts: Sequence[str], total: str, tally: Sequence[str], rng: np.random.Generator) -> Sheet:
    """Print an A4 survey sheet; `counts` are `QUESTIONS`' combs, `tally` a row of `DAYS` for each of `HOURS`."""
    sheet = Sheet(210, 297)
    logo(sheet, 16, 12, "Census")
    sheet.text(58, 20, "Counting sheet for visitors", 6.0, "Helvetica-Bold")
    square_code(sheet, 170, 11, 22, rng)
    sheet.paragraph(
        16,
        40,
        176,
        "Enter each count at the end of your shift, one digit in each box, without a sign for thousands. Cross a box "
        "out if you could not count. An empty row means that nothing was to be counted at your place. Hand the sheet "
        "to the head of your team, who keeps it until the figures have been sent in.",
    )
    for row, ((name, question), count) in enumerate(zip(QUESTIONS.items(), counts, strict=True)):
        top_mm = 58 + 12 * row
        sheet.text(16, top_mm + 5, f"{row + 1}.  {question}", 3.5)
        sheet.lines([(76, top_mm + 5.5), (128, top_mm + 5.5)], 0.2, (0.5, 0.5, 0.5))
        sheet.comb(134, top_mm, count, Boxes(6.5, 7.5), name=name)
    sheet.text(124, 183, "Total", 3.8, "Helvetica-Bold", anchor="end")
    sheet.comb(127.5, 178, total, Boxes(6.5, 7.5, line_pt=1.2), name="total", apart=True)
    _tally(sheet, 58, 196, tally)
    text_table(
        sheet,
        16,
        258,
        (38, 52, 60),
        (
            ("Region", "Head of team", "Remarks"),
            ("North-west", "B. Lindqvist", "sent in on paper"),
            ("Coast", "-", "-"),
        ),
    )
    return sheet


def _tally(sheet: Sheet, x_mm: float, y_mm: float, tally: Sequence[str]) -> None:
    boxes = Boxes(11, 9.5, line_pt=0.7)
    sheet.text(16, y_mm - 7, "Full coaches turned away", 3.8, "Helvetica-Bold")
    for column, day in enumerate(DAYS):
        sheet.text(x_mm + (column + 0.5) * boxes.width_mm, y_mm - 1.5, day, 3.0, anchor="middle")
    for row, hours in enumerate(HOURS):
        sheet.text(x_mm - 3, y_mm + (row + 0.65) * boxes.height_mm, hours, 3.0, anchor="end")
    sheet.grid(x_mm, y_mm, tally, boxes, name="turned_away")
