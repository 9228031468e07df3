"""The benchmark of rules: what it thinks up obeys, what it spoils is spoilt, and what it counts is so."""

import numpy as np
import pytest

from benchmarks import rules
from benchmarks.rules import Count, added_numbers, judge, listed_codes, luhn_numbers, main, read
from benchmarks.rules_digits import DigitReadings, read_digits
from digitizer.document import Reading
from digitizer.reading.classifier import load_classifier
from digitizer.rules.decode import Decision
from digitizer.rules.evidence import value_of
from tests.rules.readings import cell

DIGITS = DigitReadings(
    some=tuple((cell(str(digit), 0.99999),) for digit in range(10)),
    misread=tuple((cell(str((digit + 1) % 10), 0.6, str(digit), 0.39),) for digit in range(10)),
)
"""A reading of each digit, and one in which it is taken for the next."""


def test_what_is_written_obeys() -> None:
    """Numbers of every kind keep their own rules, blank cells left out."""
    rng = np.random.default_rng(1)
    for kind in (luhn_numbers(), listed_codes(rng), added_numbers()):
        values = {field: value_of(cells) for field, cells in kind.draw(rng).items()}

        assert all(rule.holds(values[field]) for field, own in kind.rules.items() for rule in own)
        assert all(rule.holds(values) for rule in kind.across)


def test_one_digit_is_misread() -> None:
    """A page differs from what is written on it in the one cell that was spoilt; as it comes, in none."""
    rng = np.random.default_rng(1)
    written = added_numbers().draw(rng)

    spoilt = read(written, rules.SPOILT["one misread"], DIGITS, 1.0, rng)
    as_it_comes = read(written, None, DIGITS, 1.0, rng)

    both = [(a, b) for field, cells in written.items() for a, b in zip(cells, spoilt[field].symbols, strict=True)]
    assert sum(a != b for a, b in both) == 1
    assert {field: each.symbols for field, each in as_it_comes.items()} == written


def test_pages_are_counted() -> None:
    """A page is right only if all its fields are, and accepted only in part where one of them is."""
    right, wrong = Decision("7", "7", 1.0, "7", "7"), Decision("8", "8", 1.0, "3", "3", overwhelming=True)
    count = Count()

    judge({"a": "7", "b": "_7"}, {"a": right, "b": wrong}, count)
    judge({"a": "7"}, {"a": right}, count)
    judge({"a": "7"}, {"a": Decision("7", "7", 0.9, "7", "7")}, count)

    assert count == Count(wrong_accepted=1, made_valid=1, right_accepted=1, review=1, miscorrected=1)


def test_every_kind_has_its_rows(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints a table: three kinds of numbers, three ways to spoil them, with and without rules."""
    monkeypatch.setattr(rules, "read_digits", lambda *_, **__: DIGITS)
    monkeypatch.setattr(rules, "SURE_PAGES", 1)

    main(["--numbers", "1"])

    printed = capsys.readouterr().out
    titles, _, *rows = [line.split(" | ") for line in printed.splitlines() if line.startswith("|")]
    assert len(rows) == 18
    assert {len(row) for row in rows} == {len(titles)}
    assert "ms of CPU time" in printed


def test_digits_are_read_with_the_bundled_network() -> None:
    """Of each half of the digits there are readings, most of them right, and misread ones, none of them right."""
    digits = read_digits(load_classifier(), tuning=False, crops=400)

    readings: list[Reading] = list(digits.some[3])
    assert sum(reading.symbol == "3" for reading in readings) > 0.9 * len(readings)
    assert all(reading.symbol != str(digit) for digit, some in enumerate(digits.misread) for reading in some)
