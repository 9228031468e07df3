"""The overlay: what was read, drawn beside what was written, hiding none of it."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.document import FieldResult, FieldStatus
from digitizer.report.overlay import GREEN, ORANGE, draw_overlay, label

FIELD = FieldResult(
    form="auto",
    field="field_01",
    value="12",
    cells="_12",
    confidence=0.99996,
    status=FieldStatus.ACCEPTED,
    reason="",
    cell_confidences=(1.0, 1.0, 1.0),
    x=100,
    y=100,
    width=120,
    height=40,
    machine_value="12",
)


def noise() -> NDArray[np.uint8]:
    """Draw a page on which every change shows."""
    return np.random.default_rng(1).integers(0, 200, (300, 500)).astype(np.uint8)


def within(image: NDArray[np.uint8], field: FieldResult) -> NDArray[np.uint8]:
    """Cut a field's box out."""
    return image[field.y : field.y + field.height, field.x : field.x + field.width]


def coloured(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell which px are not grey."""
    return np.asarray(image.max(axis=2) != image.min(axis=2))


def test_the_page_itself_is_not_drawn_on() -> None:
    """The picture is a new one in colour; the page stays as it was."""
    page = noise()

    image = draw_overlay(page, [FIELD])

    assert image.shape == (300, 500, 3)
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(page, noise())


@pytest.mark.parametrize(
    ("status", "colour"),
    [
        (FieldStatus.ACCEPTED, GREEN),
        (FieldStatus.CONFIRMED, GREEN),
        (FieldStatus.CORRECTED, GREEN),
        (FieldStatus.REVIEW, ORANGE),
    ],
)
def test_what_waits_for_a_person_is_orange(status: FieldStatus, colour: tuple[int, int, int]) -> None:
    """Left of the box runs its outline, in the colour of the status."""
    image = draw_overlay(np.full((300, 500), 255, np.uint8), [replace(FIELD, status=status)])

    assert (image[120, 90:100] == colour).all(axis=1).any()


def test_what_is_written_is_not_hidden() -> None:
    """Neither outlines nor labels lie on a field, also where fields stand close beside each other."""
    fields = [replace(FIELD, x=x, y=y) for y in (30, 100, 170, 240) for x in (10, 160, 310)]

    image = draw_overlay(noise(), fields)

    for field in fields:
        assert not coloured(within(image, field)).any()
        np.testing.assert_array_equal(within(image, field)[..., 0], within(noise(), field))


def test_the_label_stands_right_of_the_box() -> None:
    """Beside the box, where there is room."""
    image = draw_overlay(noise(), [FIELD])

    assert coloured(image[100:140, 230:]).sum() > 50


def test_a_label_at_the_edge_stays_on_the_page() -> None:
    """A field at the right edge has its label above, one that fills the page somewhere on it."""
    edge = replace(FIELD, x=375, width=120)
    whole = replace(FIELD, x=0, y=0, width=500, height=300)

    assert coloured(draw_overlay(noise(), [edge])[:95, 330:]).sum() > 50
    assert coloured(draw_overlay(noise(), [whole])).sum() > 50


def test_a_page_without_fields_is_only_brought_to_colour() -> None:
    """Nothing was read, nothing is drawn."""
    image = draw_overlay(noise(), [])

    np.testing.assert_array_equal(image, np.repeat(noise()[..., None], 3, axis=2))


def test_the_label_tells_cells_and_confidence() -> None:
    """Blanks show; confidence is rounded down; a grid's reading is cut."""
    assert label(FIELD) == "_12 0.999"
    assert label(replace(FIELD, confidence=0.29)) == "_12 0.290"
    assert label(replace(FIELD, cells="0123456789012", confidence=0.5)) == "012345678... 0.500"
