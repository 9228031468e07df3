"""An exam's cover sheet: student number in spaced boxes, marks of each question, total."""

from collections.abc import Sequence

from samples.sheet import Boxes, Sheet

SIGNATURE_MM = (128.0, 250.0, 46.0, 11.0)
"""Where the examiner signs: left, top, width, height."""

QUESTIONS = 12

RULES = (
    "Answer all questions. Write the number of each question in the margin. Only the dictionary handed out in the "
    "room may be used; pocket calculators and telephones stay in your bag. Paper for drafts is to be crossed out and "
    "handed in with this sheet. You may leave the room after forty minutes at the earliest, and not in the last ten. "
    "Do not write below the line: marks are entered by the examiner, two digits a question, halves rounded up."
)


def cover_sheet(student: str, marks: Sequence[str], total: str, *, printed_student: bool = False) -> Sheet:
    """Print an A4 cover sheet; `marks` are those of the `QUESTIONS`, combs of two, in reading order."""
    sheet = Sheet(210, 297)
    sheet.text(105, 26, "Written examination", 7.0, "Times-Bold", anchor="middle")
    sheet.text(105, 35, "Data structures, second year - 90 minutes", 4.2, "Times-Roman", anchor="middle")
    sheet.frame(20, 44, 170, 26, line_pt=0.6)
    sheet.paragraph(24, 50, 160, RULES, 3.2)
    sheet.text(20, 97, "Student number", 4.0, "Helvetica-Bold")
    spaced = Boxes(8, 10, gap_mm=2.2, line_pt=1.0)
    sheet.comb(66, 90, student, spaced, name="student", printed=printed_student)
    sheet.text(20, 118, "Name in block letters", 3.2)
    sheet.lines([(66, 118), (186, 118)], 0.4)
    sheet.lines([(20, 130), (190, 130)], 1.4)
    for place, mark in enumerate(marks):
        row, column = divmod(place, 2)
        x_mm, y_mm = 20 + 88 * column, 142 + 15 * row
        sheet.text(x_mm, y_mm + 6, f"Question {place + 1}", 3.6)
        sheet.comb(x_mm + 34, y_mm, mark, Boxes(7, 8.5), name=f"question_{place + 1}")
        sheet.text(x_mm + 54, y_mm + 6, "out of 20", 3.2)
    sheet.text(20, 245, "Total", 4.6, "Helvetica-Bold")
    sheet.comb(54, 238, total, Boxes(8, 10, line_pt=1.6), name="total")
    sheet.lines([(124, 264), (186, 264)], 0.4)
    sheet.text(124, 268.5, "Examiner", 2.8)
    return sheet
