"""A page of a known form: find out which and where, read each field in its way, and let the rules have their say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digitizer.document import Field, FieldKind, FieldReading, Page, Reading
from digitizer.forms.guides import guided_fields
from digitizer.forms.registering.identify import identify
from digitizer.forms.registering.place import place_fields
from digitizer.forms.registering.registration import Registration, Unregistered
from digitizer.forms.template import FormField, FormPage, Template
from digitizer.reading.boxes import find_boxes
from digitizer.reading.marks import read_marks
from digitizer.reading.numbers import NumberReading, read_numbers
from digitizer.reading.page import Classifier, read_cells
from digitizer.reading.rulings import find_rulings
from digitizer.rules.decode import Decision, decode_page
from digitizer.rules.evidence import Evidence, from_alternatives, from_cells

RULE = "rule:"
"""Reason for review: the rule whose name follows is broken, or a value was only made to obey it."""
REQUIRED = RULE + "required"
"""Reason for review: nothing is written where something has to be."""
_CELLS = (FieldKind.COMB, FieldKind.GRID)


@dataclass(frozen=True, slots=True)
class FormReading:
    """What stands on a page of a form.

    Attributes
    ----------
    form
        Id of the template, or of the one that comes nearest; empty where none does.
    turn
        Clockwise turns by 90 degrees after which the page stands upright; None where it was not registered.
    residual_mm
        How well the page fits; None where that cannot be said.
    reason
        Why the page was rejected; empty where it was read.
    """

    form: str
    turn: int | None
    residual_mm: float | None
    reason: str
    fields: tuple[FieldReading, ...]


def read_form(page: Page, templates: Sequence[Template], classifier: Classifier) -> FormReading:
    """Read a page that shows one of some forms."""
    found = register(page, templates)
    if isinstance(found, Unregistered):
        return FormReading(found.form, None, found.residual_mm, found.reason, ())
    guided = guided_fields(found.page)
    placed = [replace(field, guided=field.name in guided) for field in place_fields(found, page.pixels)]
    readings = _read_fields(page.pixels, found.page, placed, classifier)
    return FormReading(found.page.form, _turn(found), found.residual_mm, "", readings)


def register(page: Page, templates: Sequence[Template]) -> Registration | Unregistered:
    """Find out which of some forms a page shows, and where it lies."""
    return identify(page.pixels, boxes_on(page.pixels), [side for template in templates for side in template.pages])


def boxes_on(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Find all boxes of a page (H, W) uint8: (N, 4, 2) px."""
    rulings = find_rulings(pixels)
    return rulings.on_page(find_boxes(rulings.mask, rulings.factor).quads)


@dataclass(frozen=True, slots=True)
class _Read:
    """One field as it was read, before the rules."""

    evidence: Evidence
    confidences: tuple[float, ...]
    cells: tuple[Reading, ...] = ()


def _read_fields(
    pixels: NDArray[np.uint8], side: FormPage, placed: Sequence[Field], classifier: Classifier
) -> tuple[FieldReading, ...]:
    """Read all fields of a page, in the template's order."""
    readings = dict(_each_kind(pixels, side, placed, classifier))
    rules = {field.name: field.rules for field in side.fields if field.rules}
    decisions = decode_page({name: read.evidence for name, read in readings.items()}, rules, side.rules)
    return tuple(
        _field_reading(side.form, field, place, readings[field.name], decisions[field.name])
        for field, place in zip(side.fields, placed, strict=True)
    )


def _each_kind(
    pixels: NDArray[np.uint8], side: FormPage, placed: Sequence[Field], classifier: Classifier
) -> Iterator[tuple[str, _Read]]:
    """Read the fields of each kind together, so that the network sees few and large batches."""
    combs = [field for field in placed if field.kind in _CELLS]
    for field, cells in zip(combs, read_cells(pixels, combs, classifier), strict=True):
        evidence = from_cells(cells, classifier.field_exponent)
        yield field.name, _Read(evidence, tuple(cell.confidence for cell in cells), cells)
    boxes = [field for field in placed if field.kind is FieldKind.BOX]
    digits = {field.name: field.digits for field in side.fields}
    frames = [field.cells[0].quad for field in boxes]
    numbers = read_numbers(pixels, frames, [digits[field.name] for field in boxes], classifier)
    for field, number in zip(boxes, numbers, strict=True):
        yield field.name, _Read(_number_evidence(number), number.confidences)
    marks = [field for field in placed if field.kind is FieldKind.MARK]
    for field, mark in zip(marks, read_marks(pixels, [field.cells[0].quad for field in marks]), strict=True):
        yield field.name, _Read(from_cells((mark,), 1.0), (mark.confidence,), (mark,))


def _number_evidence(number: NumberReading) -> Evidence:
    """Take the whole number as it was read where nothing else is to be said for it."""
    if number.alternatives and number.alternatives[0][0] == number.symbols:
        return from_alternatives(number.alternatives)
    return from_alternatives([(number.symbols, number.confidence), *number.alternatives])


def _field_reading(form: str, field: FormField, place: Field, read: _Read, decision: Decision) -> FieldReading:
    rule = decision.rule_to_review
    doubt = RULE + rule if rule else REQUIRED if field.required and not decision.value else ""
    return FieldReading(
        form=form,
        name=field.name,
        symbols=decision.symbols,
        confidence=decision.confidence,
        cell_confidences=_cell_confidences(read, decision),
        machine_symbols=decision.machine_symbols,
        doubt=doubt,
        corners=np.concatenate([cell.quad for cell in place.cells]),
    )


def _cell_confidences(read: _Read, decision: Decision) -> tuple[float, ...]:
    """Return the recogniser's probability of each symbol that was decided on; a box cut otherwise has but one."""
    if decision.symbols == decision.machine_symbols:
        return read.confidences
    if not read.cells:
        return (decision.confidence,) * len(decision.symbols)
    return tuple(
        cell.probabilities[int(symbol)] if symbol.isdigit() and cell.probabilities else cell.confidence
        for cell, symbol in zip(read.cells, decision.symbols, strict=True)
    )


def _turn(found: Registration) -> int:
    """Quarters of a turn, clockwise, after which the page stands upright, from where its right-hand side lies."""
    origin, right = found.matrix[:, 2], found.matrix @ np.array([found.page.width_mm, 0, 1])
    x, y = right[:2] / right[2] - origin[:2] / origin[2]
    return round(float(-np.arctan2(y, x) / (np.pi / 2))) % 4
