"""The simulated reviewer: what is noticed is settled, what is not stays wrong, and keys are counted."""

import numpy as np
import pytest

from benchmarks.review_people import Work, doubtful_digits, doubtful_fields, review
from benchmarks.rules_digits import DigitReadings
from digitizer.document import Reading

THRESHOLD = 0.999


def readings() -> DigitReadings:
    """Return readings of which some are sure, some are doubtful, and a few of those are wrong."""
    crop = bytes(784)

    def of(digit: int) -> tuple[Reading, ...]:
        sure = Reading(str(digit), 0.99999, (0.1,) * 12, crop)
        doubtful, wrong = Reading(str(digit), 0.9, (0.1,) * 12, crop), Reading(str(9 - digit), 0.8, (0.1,) * 12, crop)
        return (*[sure] * 8, doubtful, wrong)

    return DigitReadings(tuple(map(of, range(10))), ())


@pytest.mark.parametrize("catch_rate", [1.0, 0.5, 0.0])
def test_errors_are_left_where_nothing_is_noticed(catch_rate: float) -> None:
    """None if all is noticed, all if nothing is."""
    truth, record = doubtful_fields(readings(), 200, 1.0, THRESHOLD, np.random.default_rng(1))
    wrong = sum(field.value != truth[field.field] for field in record.pages[0].fields)

    work, misread, left = review(record, truth, catch_rate, THRESHOLD, seed=1)

    assert doubtful_digits(record, THRESHOLD) in range(200, 206)
    assert misread >= wrong > 30
    if catch_rate in (0.0, 1.0):
        assert (work.changed, left) == ((misread, 0) if catch_rate else (0, wrong))
    else:
        assert 0 < left < wrong


def test_keys_are_counted() -> None:
    """One for each sheet, one for each digit typed, and the way to it or a click."""
    assert Work(sheets=3, changed=2, moves=7).keys == (12, 7)
