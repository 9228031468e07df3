"""Crops and fields from sheets: labelled by their source, the same whatever the number of workers."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pymupdf_fonts")

from training.dataset import Source, draw_crops, draw_fields

ARRAYS = np.load(Path(__file__).parents[1] / "reading" / "data" / "mnist_digits.npz")
DIGITS, LABELS = ARRAYS["x"], ARRAYS["y"]


def test_crops_are_labelled_by_their_source() -> None:
    """Sheets hold digits of three sources, ink that is no digit and crossed-out boxes, each with its label."""
    crops = draw_crops(DIGITS, LABELS, 6, seed=1)

    assert crops.images.shape == (len(crops.labels), 28, 28)
    assert set(crops.sources) == set(Source)
    assert (crops.of(Source.NO_DIGIT).labels == 10).all()
    assert (crops.of(Source.VOID).labels == 11).all()
    assert (crops.of(Source.HANDWRITTEN, Source.DRAWN, Source.PRINTED).labels < 10).all()


def test_crops_do_not_depend_on_workers() -> None:
    """Two processes draw the same sheets as one."""
    one, two = (draw_crops(DIGITS, LABELS, 4, 5, workers) for workers in (1, 2))

    np.testing.assert_array_equal(one.images, two.images)
    np.testing.assert_array_equal(one.labels, two.labels)


def test_fields_hold_one_hand() -> None:
    """Fields have up to five or three cells, all written by one writer."""
    writers = np.repeat(np.arange(5), 10)
    labels = writers.astype(np.uint8)  # each writer writes one digit only

    crops, fields = draw_fields(DIGITS, labels, writers, 2, seed=1)

    for field in np.unique(fields):
        assert (fields == field).sum() <= 5
        assert len(set(crops.labels[fields == field])) == 1
