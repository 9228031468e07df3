"""Post: a letter card, a card for abroad, and a list of redirection orders, with postal codes in combs."""

from collections.abc import Sequence

from samples.sheet import Boxes, Colour, Sheet

ORANGE: Colour = (0.98, 0.62, 0.40)
"""A drop-out colour: a red lamp does not see it, a grey scan shows it light."""

LIST_ROWS = 10
"""How many orders a list of redirections holds."""

GREETING = (
    "Please find enclosed the copy of your contract that you asked for. Keep it with your papers; "
    "we hold the signed original for ten years. Nothing else is needed from you."
)


def letter_card(name: str, street: str, town: str, code: str, colour: Colour) -> Sheet:
    """Print a card, 148 x 105 mm, with one postal code."""
    sheet = Sheet(148, 105)
    _head(sheet)
    sheet.lines([(72, 30), (72, 96)], 0.5)
    sheet.paragraph(8, 36, 58, GREETING)
    for row, line in enumerate((name, street, town)):
        sheet.text(80, 52 + 8 * row, line, 3.6, "Times-Roman")
        sheet.lines([(80, 53.5 + 8 * row), (140, 53.5 + 8 * row)], 0.3)
    sheet.text(80, 79, "Postal code", 2.4)
    sheet.comb(80, 81, code, Boxes(7.5, 9.5, line_pt=1.0, colour=colour), name="postal_code")
    return sheet


def foreign_card(sender: Sequence[str], sender_code: str, recipient: Sequence[str], code: str) -> Sheet:
    """Print a card for abroad, 148 x 105 mm: the sender's code and the recipient's."""
    sheet = Sheet(148, 105)
    _head(sheet)
    sheet.text(8, 32, "From / De", 2.6)
    for row, line in enumerate(sender):
        sheet.text(8, 38 + 5.5 * row, line, 3.2, "Times-Roman")
    sheet.comb(8, 53, sender_code, Boxes(5.5, 7, line_pt=0.7), name="sender_code")
    sheet.text(72, 54, "To / A", 2.6)
    for row, line in enumerate(recipient):
        sheet.text(72, 61 + 6 * row, line, 3.8, "Times-Roman")
    sheet.comb(72, 84, code, Boxes(7, 9, gap_mm=2, line_pt=0.9), name="recipient_code")
    return sheet


def redirection_list(names: Sequence[tuple[str, str]], codes: Sequence[tuple[str, str]], number: str) -> Sheet:
    """Print an A4 list of redirection orders: the old and the new postal code of each person."""
    sheet = Sheet(210, 297)
    sheet.text(18, 24, "Redirection of mail", 6.5, "Helvetica-Bold")
    sheet.text(192, 24, f"Sheet {number}", 3.4, anchor="end")
    sheet.paragraph(
        18,
        32,
        174,
        "Write one digit in each box with a dark pen. Leave the new code empty if the mail is to be kept at the "
        "office. Orders received before noon are carried out on the next working day; all others on the day after. "
        "The list is to be handed in at the counter together with a copy of each person's order.",
    )
    sheet.text(102, 56, "Old code", 2.8)
    sheet.text(152, 56, "New code", 2.8)
    for row, ((name, street), (old, new)) in enumerate(zip(names, codes, strict=True)):
        top_mm = 59 + 21 * row
        sheet.text(18, top_mm + 4, name, 3.6, "Helvetica-Bold")
        sheet.text(18, top_mm + 9, street, 3.2)
        sheet.comb(102, top_mm, old, Boxes(6, 7.5), name=f"old_{row + 1}")
        sheet.text(142, top_mm + 5, "to", 3.4, anchor="middle")
        sheet.comb(152, top_mm, new, Boxes(6, 7.5), name=f"new_{row + 1}")
        sheet.lines([(18, top_mm + 13.5), (192, top_mm + 13.5)], 0.3)
    sheet.text(18, 283, "Form P 12 - Post office copy", 2.4)
    return sheet


def _head(sheet: Sheet) -> None:
    sheet.text(8, 13, "NORTHERN POST", 5.0, "Helvetica-Bold")
    sheet.text(8, 18.5, "Item of correspondence - Postage paid", 2.6)
    sheet.frame(117, 6, 22, 26, line_pt=0.7)
    sheet.text(128, 18, "PRIORITY", 2.8, "Helvetica-Bold", anchor="middle")
    sheet.text(128, 22, "20 g", 2.8, anchor="middle")
