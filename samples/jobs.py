"""The four jobs: which forms, what is written in them by which hand, and how each was scanned."""

from dataclasses import replace

import numpy as np
from stdnum import luhn

from digitizer.document import BLANK, VOID
from samples.forms.cheque import SIGNATURE_MM as CHEQUE_SIGNATURE_MM
from samples.forms.cheque import cheque
from samples.forms.exam import QUESTIONS as QUESTIONS_OF_EXAM
from samples.forms.exam import SIGNATURE_MM as EXAM_SIGNATURE_MM
from samples.forms.exam import cover_sheet
from samples.forms.postal import ORANGE, foreign_card, letter_card, redirection_list
from samples.forms.survey import DAYS, HOURS, QUESTIONS, survey_sheet
from samples.handwriting import Hand
from samples.ink import BALLPOINT_BLACK, BALLPOINT_BLUE, FELT_BLUE, GEL_BLACK, PENCIL
from samples.record import Job
from samples.scanner import Scanner, some_scanner
from samples.sheet import BLACK, Colour, Sheet

PEOPLE = (
    ("Ada Brandt", "Lindenweg 14"),
    ("Karl Osei", "Hafenstrasse 3"),
    ("Maria Pohl", "Am Anger 27"),
    ("Tom Rasmussen", "Birkenallee 5"),
    ("Ines Ferreira", "Kirchplatz 1"),
    ("Yusuf Demir", "Ringstrasse 88"),
    ("Olga Novak", "Talweg 9"),
    ("Jan de Vries", "Feldstrasse 41"),
    ("Lea Martin", "Zur Muehle 12"),
    ("Hugo Lang", "Bergstrasse 60"),
)

BLUE = Hand(BALLPOINT_BLUE)
BLACK_PEN = Hand(BALLPOINT_BLACK, size=0.64, slant_deg=4)
GEL = Hand(GEL_BLACK, size=0.72, slant_deg=-3)
FELT = Hand(FELT_BLUE, size=0.74, slant_deg=2)
PENCILLED = Hand(PENCIL, size=0.66, slant_deg=3, spread=0.05)


def postal(job: Job) -> None:
    """Draw letter cards, cards for abroad and two lists of redirections; one upside down, one by telephone."""
    rng = job.rng
    job.jpeg("card_01.jpg", job.scanned(_card(0, "18055", ORANGE), 200, BLUE), 200, 80, grey=False)
    job.jpeg("card_02.jpg", job.scanned(_card(1, _number(rng, 5), ORANGE), 300, BLACK_PEN), 300, 70)
    job.jpeg("card_03_upside_down.jpg", job.scanned(_card(2, _number(rng, 5), BLACK), 200, FELT, quarters=2), 200, 75)
    job.phone("card_04_phone.jpg", job.photographed(_card(4, _number(rng, 5), BLACK), 250, GEL, (1800, 1350)), 80)
    to_denmark = foreign_card(
        ("Ada Brandt", "18055 Rostock"), "18055", ("Soeren Holm", "Havnegade 8", "Danmark"), "5000"
    )
    to_india = foreign_card(
        ("M. Jensen", "Odense, DK"), _number(rng, 4), ("R. Iyer", "12 Mill Road", "India"), "560034"
    )
    job.jpeg("abroad_01.jpg", job.scanned(to_denmark, 200, PENCILLED), 200, 80)
    job.png("abroad_02.png", job.scanned(to_india, 150, BLUE), 150)
    lists = [_redirections(number, rng) for number in (1, 2)]
    fax = replace(some_scanner(rng, 1.5), shading=0.03, dust=9.0)
    job.tiff("redirections.tif", [job.scanned(sheet, 200, GEL, scanner=fax) for sheet in lists], 200)


def cheques(job: Job) -> None:
    """Draw cheques, some with a printed account number; three in a PDF, one on its side, one in black and white."""
    rng = job.rng
    signed = CHEQUE_SIGNATURE_MM
    job.jpeg("cheque_01.jpg", job.scanned(_cheque(0, rng), 200, BLUE, signature_mm=signed), 200, 75, grey=False)
    job.jpeg("cheque_02.jpg", job.scanned(_cheque(1, rng, printed=True), 200, GEL, signature_mm=signed), 200, 70)
    job.jpeg("cheque_03.jpg", job.scanned(_cheque(2, rng), 300, BLACK_PEN, signature_mm=signed), 300, 65)
    side = job.scanned(_cheque(3, rng), 200, FELT, signature_mm=signed, quarters=1)
    job.jpeg("cheque_04_on_its_side.jpg", side, 200, 75)
    job.tiff("cheque_05.tif", [job.scanned(_cheque(4, rng), 300, GEL, signature_mm=signed)], 300)
    batch = [
        job.scanned(_cheque(5 + place, rng, printed=place == 1), 200, hand, signature_mm=signed)
        for place, hand in enumerate((BLUE, BLACK_PEN, GEL))
    ]
    job.pdf("cheques_06_to_08.pdf", batch, 200, 75)


def survey(job: Job) -> None:
    """Draw counting sheets with blanks and crossed-out boxes."""
    rng = job.rng
    job.jpeg("sheet_01.jpg", job.scanned(_survey(rng), 300, BLUE), 300, 70)
    job.jpeg("sheet_02.jpg", job.scanned(_survey(rng), 200, BLACK_PEN), 200, 80)
    bound = replace(some_scanner(rng), gutter=0.45, shading=0.10, paper=0.95)
    job.jpeg("sheet_03_bound.jpg", job.scanned(_survey(rng), 150, GEL, scanner=bound), 150, 75)
    streaky = replace(some_scanner(rng), streak=0.12, paper=1.04)
    job.png("sheet_04.png", job.scanned(_survey(rng), 150, PENCILLED, scanner=streaky), 150)
    job.tiff("sheets_05_06.tif", [job.scanned(_survey(rng), 200, hand) for hand in (FELT, BLACK_PEN)], 200)


def exam(job: Job) -> None:
    """Draw cover sheets; one upside down, one by telephone."""
    rng = job.rng
    signed = EXAM_SIGNATURE_MM
    job.jpeg("cover_01.jpg", job.scanned(_cover(rng), 150, BLUE, signature_mm=signed), 150, 75, grey=False)
    job.jpeg("cover_02.jpg", job.scanned(_cover(rng, printed=True), 300, BLACK_PEN, signature_mm=signed), 300, 70)
    wrong_way = job.scanned(_cover(rng), 150, GEL, signature_mm=signed, quarters=2)
    job.jpeg("cover_03_upside_down.jpg", wrong_way, 150, 80)
    job.tiff("cover_04.tif", [job.scanned(_cover(rng), 300, FELT, signature_mm=signed)], 300)
    dim = Scanner(skew_deg=-2.4, stretch=0.006, blur_px=1.0, noise=0.02, paper=0.86, ink=0.2, shading=0.12)
    job.jpeg("cover_05_dim.jpg", job.scanned(_cover(rng), 150, PENCILLED, scanner=dim, signature_mm=signed), 150, 60)
    job.phone("cover_06_phone.jpg", job.photographed(_cover(rng), 200, BLUE, (1536, 2048)), 75)


JOBS = {"postal": postal, "cheque": cheques, "survey": survey, "exam": exam}


def _number(rng: np.random.Generator, digits: int) -> str:
    return "".join(str(digit) for digit in rng.integers(0, 10, digits))


def _card(person: int, code: str, colour: Colour) -> Sheet:
    towns = ("Rostock", "Lindau", "Goslar", "Erfurt", "Bad Aibling")
    return letter_card(*PEOPLE[person], towns[person], code, colour)


def _redirections(number: int, rng: np.random.Generator) -> Sheet:
    order = rng.permutation(len(PEOPLE))
    codes = [(_number(rng, 5), _number(rng, 5) if rng.random() < 0.85 else 5 * BLANK) for _ in order]
    return redirection_list([PEOPLE[person] for person in order], codes, str(number))


def _cheque(person: int, rng: np.random.Generator, *, printed: bool = False) -> Sheet:
    euros = str(rng.integers(10, 10 ** int(rng.integers(3, 6))))
    # What stands empty before an amount is crossed out by the careful, so that nobody can add to it.
    euros = euros.rjust(6, VOID if rng.random() < 0.5 else BLANK)
    words = "as in figures" if rng.random() < 0.5 else "the amount stated"
    account = _number(rng, 9)
    account += luhn.calc_check_digit(account)
    return cheque(account, euros, _number(rng, 2), PEOPLE[person][0], words, printed_account=printed)


def _survey(rng: np.random.Generator) -> Sheet:
    counts = []
    for _ in QUESTIONS:
        kind = rng.random()
        count = str(rng.integers(0, 10 ** int(rng.integers(1, 4))))
        counts.append(3 * BLANK if kind < 0.08 else 3 * VOID if kind < 0.16 else count.rjust(3, BLANK))
    tally = ["".join(rng.choice([BLANK, VOID, _number(rng, 1)], p=[0.15, 0.05, 0.80]) for _ in DAYS) for _ in HOURS]
    # Blank and crossed-out counts add nothing.
    total = sum(int(count.strip(BLANK + VOID) or 0) for count in counts)
    return survey_sheet(counts, str(total).rjust(4, BLANK), tally, rng)


def _cover(rng: np.random.Generator, *, printed: bool = False) -> Sheet:
    marks = [int(mark) for mark in rng.integers(0, 21, QUESTIONS_OF_EXAM)]
    texts = [f"{mark:02d}" if rng.random() < 0.6 else str(mark).rjust(2, BLANK) for mark in marks]
    # A question that was not attempted is crossed out and counts nothing.
    skipped = int(rng.integers(QUESTIONS_OF_EXAM))
    texts[skipped] = 2 * VOID
    total = str(sum(marks) - marks[skipped]).rjust(3, BLANK)
    return cover_sheet(_number(rng, 7), texts, total, printed_student=printed)
