"""Fields read by an old and a new network, and confidences made careful by what people found."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.reading.model_card import CalibrationCard
from training.retrain_calibrate import LEAST_FIELDS, careful
from training.retrain_measure import judge, summary
from training.retrain_settled import Fields, Settled


def settled(labels: list[int], field: list[int], **of_fields: NDArray[np.generic]) -> Settled:
    """Return settled crops without anything on them."""
    count = max(field) + 1
    columns: dict[str, Any] = {
        "part": np.full(count, 2, np.uint8),
        "rest": np.ones(count),
        "possible": np.ones(count, bool),
        "sampled": np.zeros(count, bool),
        "share": np.ones(count),
        **of_fields,
    }
    images = np.zeros((len(labels), 28, 28), np.uint8)
    said = np.ones(len(labels), bool)
    return Settled(images, np.array(labels, np.uint8), said, np.array(field, np.int64), Fields(**columns))


def read_as(*cells: tuple[int, float]) -> NDArray[np.float64]:
    """Return probabilities: of one class each, the rest shared by the other digits."""
    rows = np.zeros((len(cells), 12))
    for row, (label, probability) in zip(rows, cells, strict=True):
        row[:10] = (1 - probability) / (9 if label < 10 else 10)
        row[label] = probability
    return rows


def test_a_field_is_right_when_all_its_cells_are() -> None:
    """Products of the cells' confidences; a wrong cell makes a field wrong."""
    outcome = judge(read_as((1, 0.9), (2, 0.8), (3, 0.7)), settled([1, 2, 4], [0, 0, 1]))

    np.testing.assert_allclose(outcome.products, [0.72, 0.7], rtol=1e-6)
    assert outcome.right.tolist() == [True, False]
    assert outcome.cells_right.tolist() == [True, True, False]


def test_blank_cells_count_in_their_field() -> None:
    """Their confidence is part of the product, and one that is not blank makes the field wrong for any network."""
    rest, possible = np.array([0.5, 1.0]), np.array([True, False])

    outcome = judge(read_as((1, 0.9), (2, 0.8)), settled([1, 2], [0, 1], rest=rest, possible=possible))

    np.testing.assert_allclose(outcome.products, [0.45, 0.8], rtol=1e-6)
    assert outcome.right.tolist() == [True, False]


def test_cells_are_decided_as_in_a_run() -> None:
    """Ink called unreadable or crossed out is right where people say so, and never sure of a digit."""
    outcome = judge(read_as((10, 0.95), (11, 0.99), (10, 0.95)), settled([10, 11, 4], [0, 1, 2]))

    assert outcome.right.tolist() == [True, True, False]
    assert (outcome.products < [0.1, 1, 0.1]).all()


def test_fields_drawn_by_lot_stand_for_all() -> None:
    """Shares and means are of all fields that there are, not of those that happened to be looked at."""
    kept = settled([1, 2], [0, 1], share=np.array([1.0, 0.25]), sampled=np.array([False, True]))
    outcome = judge(read_as((3, 0.6), (2, 0.9)), kept)

    figures = summary(outcome, kept, exponent=1.0)

    assert [figures["cell_accuracy"], figures["fields_right"]] == [0.5, 1]
    assert figures["field_accuracy"] == 0.8
    assert figures["mean_confidence"] == pytest.approx((0.6 + 4 * 0.9) / 5, abs=1e-6)


def some_calibration(exponent: float = 1.5) -> CalibrationCard:
    """Return a calibration that leaves probabilities as they are."""
    return CalibrationCard(method="test", temperature=1.0, offsets=(0.0,) * 12, field_exponent=exponent)


def fields_of_one(wrong: int, count: int, **of_fields: NDArray[np.generic]) -> tuple[NDArray[np.float64], Settled]:
    """Return logits of cells read as 1 with 0.98, and fields of a cell each, the first few of which are a 7."""
    labels = [7] * wrong + [1] * (count - wrong)
    return np.log(read_as(*[(1, 0.98)] * count).clip(1e-9)), settled(labels, list(range(count)), **of_fields)


def test_wrong_fields_make_careful() -> None:
    """Where a fifth of the fields is wrong, cells of 0.98 make fields of 0.8."""
    adjusted = careful(some_calibration(), *fields_of_one(20, 100))

    assert 0.98**adjusted.field_exponent == pytest.approx(0.8, abs=0.005)
    assert "100 fields" in adjusted.method


def test_right_fields_make_no_bolder() -> None:
    """Confidences are never raised by what people settled; nor changed by a few fields, by one fate, or by nothing."""
    card = some_calibration(15.0)

    assert careful(card, *fields_of_one(2, 100)) == card
    for wrong, count in ((LEAST_FIELDS // 2, LEAST_FIELDS - 1), (0, 100), (100, 100)):
        assert careful(some_calibration(), *fields_of_one(wrong, count)) == some_calibration()


def test_a_field_drawn_by_lot_weighs_as_many() -> None:
    """Right ones that stand for a hundred each let doubted ones that were wrong appear as rare as they are."""
    share = np.r_[np.ones(90), np.full(10, 0.01)]

    doubted, all_of_them = (careful(some_calibration(1.0), *fields_of_one(45, 100, share=s)) for s in (share**0, share))

    assert all_of_them.field_exponent < 0.2 * doubted.field_exponent
