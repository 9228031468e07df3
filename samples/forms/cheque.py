"""A bank cheque: account number, amount in euros and cents, date."""

from samples.forms.ornaments import logo, security_lines
from samples.sheet import Boxes, Sheet

SIGNATURE_MM = (122.0, 64.0, 42.0, 9.0)
"""Where it is signed: left, top, width, height."""

AMOUNT_BOXES = Boxes(6.2, 8.0, line_pt=0.9)
ACCOUNT_BOXES = Boxes(5.2, 7.0, line_pt=0.7)


def cheque(account: str, euros: str, cents: str, payee: str, words: str, *, printed_account: bool = False) -> Sheet:
    """Print a cheque, 178 x 82 mm, with its account number written or printed."""
    sheet = Sheet(178, 82)
    security_lines(sheet, (0.86, 0.90, 0.95))
    logo(sheet, 8, 6, "Kreditbank")
    sheet.text(170, 11, "CHEQUE", 5.0, "Helvetica-Bold", anchor="end")
    sheet.text(170, 16, "Not negotiable - valid for eight days", 2.3, anchor="end")
    sheet.text(8, 28, "Pay to", 3.0)
    sheet.text(24, 28, payee, 4.4, "Times-Italic", (0.1, 0.15, 0.45))
    sheet.lines([(22, 29.5), (100, 29.5)], 0.4)
    sheet.text(8, 38, "the sum of", 3.0)
    sheet.text(26, 38, words, 4.2, "Times-Italic", (0.1, 0.15, 0.45))
    sheet.lines([(24, 39.5), (100, 39.5)], 0.4)
    sheet.text(110, 36, "EUR", 4.0, "Helvetica-Bold", anchor="end")
    sheet.comb(113, 30, euros, AMOUNT_BOXES, name="euros")
    comma_mm = 113 + AMOUNT_BOXES.width_mm * len(euros) + 3
    sheet.text(comma_mm, 38, ",", 9.0, "Helvetica-Bold", anchor="middle")
    sheet.comb(comma_mm + 3, 30, cents, AMOUNT_BOXES, name="cents")
    sheet.text(8, 53, "Account number", 2.6)
    sheet.comb(8, 55, account, ACCOUNT_BOXES, name="account", printed=printed_account)
    sheet.lines([(120, 74), (168, 74)], 0.4)
    sheet.text(120, 77.5, "Signature of the drawer", 2.3)
    sheet.text(8, 77, "Please do not write below or beside the lines.", 2.3)
    return sheet
