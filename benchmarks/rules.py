"""What rules make of misread digits, as Markdown tables: `python -m benchmarks.rules`."""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass

import numpy as np

from benchmarks.rules_digits import DigitReadings, read_digits
from digitizer.document import BLANK, UNREADABLE, Reading
from digitizer.policy import DEFAULT_MAX_ERRORS, AcceptancePolicy
from digitizer.reading.classifier import load_classifier
from digitizer.rules.decode import Decision, decode_page
from digitizer.rules.evidence import Evidence, from_cells
from digitizer.rules.formats import check_digit
from digitizer.rules.laws import listed
from digitizer.rules.laws_across import sums
from digitizer.rules.rule import CrossRule, Rule

NUMBERS = 1000
LUHN_DIGITS, CODE_DIGITS, CODES, PARTS, PART_DIGITS = 16, 5, 500, 4, 3
COLUMNS = (
    *("numbers", "digits", "rules", "wrong and accepted", "of these changed", "right and accepted"),
    *("review", "changed and right", "changed and wrong", "CPU ms"),
)
SURE_CELL, SURE_PAGES = 0.9999, 20
"""Confidence of the cells on the pages that decoding is timed on, and how many pages."""
BLANK_CELL = Reading(BLANK, 1 - 2e-5)
"""A clean one."""

Rng = np.random.Generator
Values = dict[str, str]
"""What is written on a page: for each field its cells, `_` for a blank one."""
Spoil = Callable[[int, DigitReadings, Rng], Reading]
"""Gives the reading of a cell in which a digit stands, wrong or not."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of page, with its rules.

    Attributes
    ----------
    draw
        Thinks up what is written: it obeys.
    """

    name: str
    draw: Callable[[Rng], Values]
    rules: Mapping[str, tuple[Rule, ...]]
    across: tuple[CrossRule, ...] = ()


@dataclass(slots=True)
class Count:
    """How many numbers (of sums: pages) went which way.

    Attributes
    ----------
    made_valid
        Wrong and accepted, and not what was read: what the rules made of it.
    review
        Seen by a person, in part at least, whether right or wrong.
    corrected, miscorrected
        Changed by the rules, and then right, and then not.
    """

    wrong_accepted: int = 0
    made_valid: int = 0
    right_accepted: int = 0
    review: int = 0
    corrected: int = 0
    miscorrected: int = 0


def main(arguments: Sequence[str] | None = None) -> None:
    """Read numbers of each kind, with and without rules, and print a row for each way in which digits go wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, default=NUMBERS, help="of each kind")
    parser.add_argument("--tuning", action="store_true", help="the half of the digits that parameters were chosen on")
    options = parser.parse_args(arguments)
    rng = np.random.default_rng([7, int(options.tuning)])
    classifier = load_classifier()
    digits = read_digits(classifier, tuning=options.tuning)
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for kind in (luhn_numbers(), listed_codes(rng), added_numbers()):
        for title, spoil in SPOILT.items():
            compare(kind, title, spoil, options.numbers, digits, classifier.field_exponent, rng)
    ms = sure_page_ms(digits, classifier.field_exponent, rng)
    print(f"\n30 fields (10 of Luhn, 10 listed, 2 sums), every digit sure to {SURE_CELL}: {ms:.1f} ms of CPU time")


def compare(
    kind: Kind, title: str, spoil: Spoil | None, numbers: int, digits: DigitReadings, exponent: float, rng: Rng
) -> None:
    """Read as many numbers of a kind and print two rows."""
    pages = []
    for _ in range(numbers):
        values = kind.draw(rng)
        pages.append((values, read(values, spoil, digits, exponent, rng)))
    for ruled in (False, True):
        count, start = Count(), time.process_time()
        for values, evidence in pages:
            judge(values, decode_page(evidence, kind.rules if ruled else {}, kind.across if ruled else ()), count)
        ms = (time.process_time() - start) / numbers * 1000
        row = [kind.name, title, "with" if ruled else "without", *map(str, astuple(count)), f"{ms:.1f}"]
        print(f"| {' | '.join(row)} |", flush=True)


def read(values: Values, spoil: Spoil | None, digits: DigitReadings, exponent: float, rng: Rng) -> dict[str, Evidence]:
    """Read a page: the digit in one cell in the given way and all others rightly, or without a way as they come."""
    inked = [(field, i) for field, cells in values.items() for i, symbol in enumerate(cells) if symbol != BLANK]
    chosen = inked[rng.integers(len(inked))]
    evidence: dict[str, Evidence] = {}
    for field, cells in values.items():
        readings = []
        for i, symbol in enumerate(cells):
            if symbol == BLANK:
                readings.append(BLANK_CELL)
            elif spoil is None:
                readings.append(digits.any_of(int(symbol), rng))
            elif (field, i) == chosen:
                readings.append(spoil(int(symbol), digits, rng))
            else:
                readings.append(digits.right(int(symbol), rng))
        evidence[field] = from_cells(readings, exponent)
    return evidence


def judge(values: Values, decisions: Mapping[str, Decision], count: Count) -> None:
    """Count what became of a page: accepted if all its fields are, right if all that is asked for is."""
    policy = AcceptancePolicy.from_max_errors(DEFAULT_MAX_ERRORS)
    right = {field: decisions[field].value == cells.replace(BLANK, "") for field, cells in values.items()}
    passed = {field: accepted(decision, policy) for field, decision in decisions.items()}
    changed = any(decision.changed for decision in decisions.values())
    count.wrong_accepted += any(passed[field] and not right[field] for field in values)
    count.made_valid += any(passed[field] and not right[field] and decisions[field].changed for field in values)
    count.right_accepted += all(passed[field] and right[field] for field in values)
    count.review += not all(passed.values())
    count.corrected += changed and all(right.values())
    count.miscorrected += changed and not all(right.values())


def sure_page_ms(digits: DigitReadings, exponent: float, rng: Rng) -> float:
    """Return the CPU time in ms that a page of 30 fields takes, all of whose digits are read surely."""
    sure = DigitReadings(
        tuple(tuple(each for each in some if each.confidence >= SURE_CELL) for some in digits.some), digits.misread
    )
    kinds = [*[luhn_numbers()] * 10, *[listed_codes(rng)] * 10, *[added_numbers()] * 2]
    took = 0.0
    for _ in range(SURE_PAGES):
        evidence: dict[str, Evidence] = {}
        rules: dict[str, tuple[Rule, ...]] = {}
        across: list[CrossRule] = []
        for i, kind in enumerate(kinds):
            read_fields = read(kind.draw(rng), None, sure, exponent, rng)
            evidence |= {f"{i} {field}": each for field, each in read_fields.items()}
            rules |= {f"{i} {field}": each for field, each in kind.rules.items()}
            if kind.across:
                across.append(sums(f"{i}", [f"{i} {field}" for field in list(read_fields)[:-1]], f"{i} total"))
        start = time.process_time()
        decode_page(evidence, rules, across)
        took += time.process_time() - start
    return took / SURE_PAGES * 1000


def accepted(decision: Decision, policy: AcceptancePolicy) -> bool:
    """Tell whether a field goes straight through, as the pipeline does."""
    readable = UNREADABLE not in decision.machine_symbols
    return readable and not decision.rule_to_review and policy.accepts(decision.confidence)


def luhn_numbers() -> Kind:
    """Make numbers whose last digit is Luhn's."""
    rule = check_digit("luhn")

    def draw(rng: Rng) -> Values:
        start = "".join(map(str, rng.integers(0, 10, LUHN_DIGITS - 1)))
        return {"number": next(start + last for last in "0123456789" if rule.holds(start + last))}

    return Kind(f"{LUHN_DIGITS} digits, Luhn", draw, {"number": (rule,)})


def listed_codes(rng: Rng) -> Kind:
    """Choose codes at random, and put only these into a list."""
    codes = [f"{code:0{CODE_DIGITS}}" for code in rng.choice(10**CODE_DIGITS, CODES, replace=False).tolist()]
    rules = {"code": (listed(codes, "codes"),)}
    return Kind(f"{CODE_DIGITS} digits, list of {CODES}", lambda rng: {"code": codes[rng.integers(CODES)]}, rules)


def added_numbers() -> Kind:
    """Make numbers and their sum, with blank cells before them."""
    parts = [f"part {i}" for i in range(1, PARTS + 1)]

    def draw(rng: Rng) -> Values:
        numbers = rng.integers(1, 10**PART_DIGITS, PARTS).tolist()
        written = {part: str(number).rjust(PART_DIGITS, BLANK) for part, number in zip(parts, numbers, strict=True)}
        return {**written, "total": str(sum(numbers)).rjust(PART_DIGITS + 1, BLANK)}

    return Kind(f"{PARTS} of {PART_DIGITS} digits, sum", draw, {}, (sums("sum", parts, "total"),))


SPOILT: dict[str, Spoil | None] = {
    "one misread": lambda digit, digits, rng: digits.wrong(digit, rng),
    "one surely another": lambda digit, digits, rng: digits.right(int((digit + rng.integers(1, 10)) % 10), rng),
    "as they come": None,
}


if __name__ == "__main__":
    main()
