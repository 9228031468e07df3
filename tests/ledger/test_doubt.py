"""Which cells of a field a person is asked about."""

import math
from dataclasses import replace

import pytest

from digitizer.document import LOW_CONFIDENCE, FieldKind, FieldResult
from digitizer.ledger.doubt import doubtful_cells, field_read
from tests.ledger.readings import a_field


def doubtful(field: FieldResult, threshold: float = 0.999) -> tuple[int, ...]:
    """Return the cells in doubt."""
    read = field_read(field, threshold)
    assert read is not None
    return doubtful_cells(read)


def test_the_reason_is_the_word_that_stands_in_ledgers() -> None:
    """What was written with one release is read with the next."""
    assert LOW_CONFIDENCE == "low_confidence"


def test_as_few_as_will_do_the_least_sure_first() -> None:
    """One doubtful cell of two is enough if the other is sure enough without it."""
    assert doubtful(a_field("one", "1234", {1: 0.8, 2: 0.9995})) == (1,)
    assert doubtful(a_field("one", "1234", {1: 0.9, 2: 0.8})) == (2, 1)


@pytest.mark.parametrize("exponent", [0.5, 1.0, 1.85, 4.0])
def test_the_others_reach_the_threshold_with_the_power_of_the_model(exponent: float) -> None:
    """The power is found from the field's confidence; one cell fewer would not do."""
    confidences = [0.97, 0.9994, 0.9996, 0.9998, 0.99985, 0.9999]
    field = a_field("one", "123456", dict(enumerate(confidences)), exponent=exponent, reason=LOW_CONFIDENCE)

    places = doubtful(field)

    def others(number: int) -> float:
        return float(math.prod(confidences[number:]) ** max(exponent, 1.0))

    assert places == tuple(range(len(places)))
    assert others(len(places) - 1) < 0.999 <= others(len(places))


def test_rules_that_vouch_for_the_whole_do_not_vouch_for_each_cell() -> None:
    """A field that its check digit made surer is not asked about less."""
    field = replace(a_field("one", "1234", {0: 0.9, 1: 0.9985}), confidence=0.9989)

    assert doubtful(field) == (0, 1)


def test_a_field_that_is_all_doubt_is_asked_about_throughout() -> None:
    """Confidences of 0 are no accident either."""
    assert doubtful(a_field("one", "123", {0: 0.0, 1: 0.2, 2: 0.1})) == (0, 2, 1)


@pytest.mark.parametrize(
    "field",
    [
        a_field("one", "1234", {1: 0.8}, reason="rule:checksum"),
        a_field("one", "1234", {1: 0.8}, reason="qa_sample"),
        a_field("one", "12?4", {2: 0.8}, reason="unreadable"),
        a_field("one", "1234"),
        a_field("one", "1", {0: 0.8}, kind=FieldKind.MARK),
        a_field("one", "12", {0: 0.8}, kind=FieldKind.BOX),
        a_field("one", "1_23", {1: 0.8}),
        replace(a_field("one", "1234", {1: 0.8}), cells="1734"),
    ],
    ids=["rule", "sample", "unreadable", "accepted", "mark", "box", "doubtful blank", "changed by rules"],
)
def test_doubt_about_the_whole_is_not_put_on_cells(field: FieldResult) -> None:
    """Then the field is seen as a whole."""
    assert doubtful(field) == ()


def test_what_was_crossed_out_can_be_in_doubt() -> None:
    """A blank cell cannot: there is nothing to show."""
    assert doubtful(a_field("one", "1x_3", {1: 0.8})) == (1,)
