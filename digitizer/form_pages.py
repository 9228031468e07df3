"""A page of a known form: find out which and where, see each field in its way; let the rules have their say."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from digitizer.document import Field, FieldEvidence, FieldKind, FieldReading, Page
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
from digitizer.reading.seen import SeenField, SeenPage, seen_field
from digitizer.rules.decode import Decision, decode_page
from digitizer.rules.evidence import Evidence, from_alternatives, from_cells

RULE = "rule:"
"""Reason for review: the rule whose name follows is broken, or a value was only made to obey it."""
REQUIRED = RULE + "required"
"""Reason for review: nothing is written where something has to be."""
_CELLS = (FieldKind.COMB, FieldKind.GRID)


def see_form(page: Page, templates: Sequence[Template], classifier: Classifier) -> SeenPage:
    """See what stands in the fields of a page that shows one of some forms, in the template's order."""
    found = register(page, templates)
    if isinstance(found, Unregistered):
        return SeenPage(found.form, residual_mm=found.residual_mm, reason=found.reason)
    side, guided = found.page, guided_fields(found.page)
    placed = [replace(field, guided=field.name in guided) for field in place_fields(found, page.pixels)]
    seen = {field.name: field for field in _each_kind(page.pixels, side, placed, classifier)}
    fields = tuple(seen[field.name] for field in side.fields)
    return SeenPage(side.form, side.number, _turn(found), found.residual_mm, fields=fields)


def decide_form(
    templates: Sequence[Template], form: str, number: int, seen: Sequence[SeenField], exponent: float
) -> tuple[FieldReading, ...]:
    """Let the rules of a template have their say about what was seen of one of its pages.

    Parameters
    ----------
    form, number
        Id of the template, and the 1-based page in it.
    seen
        All fields of that page, in the template's order.
    exponent
        What the product of the cells' confidences is raised to, to be that of their field.

    Raises
    ------
    ValueError
        If there is no such template, or it has other fields: then the page has to be looked at again.
    """
    side = _side(templates, form, number)
    if side is None or [field.name for field in side.fields] != [field.name for field in seen]:
        raise ValueError(f"Page {number} of {form!r} was seen with another template; read it again")
    evidence = {field.name: _for_rules(field.evidence, exponent) for field in seen}
    rules = {field.name: field.rules for field in side.fields if field.rules}
    decisions = decode_page(evidence, rules, side.rules)
    return tuple(
        _field_reading(form, field, own, decisions[field.name]) for field, own in zip(side.fields, seen, strict=True)
    )


def _side(templates: Sequence[Template], form: str, number: int) -> FormPage | None:
    sides = (side for template in templates for side in template.pages)
    return next((side for side in sides if (side.form, side.number) == (form, number)), None)


def register(page: Page, templates: Sequence[Template]) -> Registration | Unregistered:
    """Find out which of some forms a page shows, and where it lies."""
    return identify(page.pixels, boxes_on(page.pixels), [side for template in templates for side in template.pages])


def boxes_on(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Find all boxes of a page (H, W) uint8: (N, 4, 2) px."""
    rulings = find_rulings(pixels)
    return rulings.on_page(find_boxes(rulings.mask, rulings.factor).quads)


def _each_kind(
    pixels: NDArray[np.uint8], side: FormPage, placed: Sequence[Field], classifier: Classifier
) -> Iterator[SeenField]:
    """See the fields of each kind together, so that the network sees few and large batches."""
    combs = [field for field in placed if field.kind in _CELLS]
    for field, cells in zip(combs, read_cells(pixels, combs, classifier), strict=True):
        yield seen_field(field, cells)
    boxes = [field for field in placed if field.kind is FieldKind.BOX]
    digits = {field.name: field.digits for field in side.fields}
    frames = [field.cells[0].quad for field in boxes]
    numbers = read_numbers(pixels, frames, [digits[field.name] for field in boxes], classifier)
    for field, number in zip(boxes, numbers, strict=True):
        yield seen_field(field, numbers=_plain_first(number), number_confidences=number.confidences)
    marks = [field for field in placed if field.kind is FieldKind.MARK]
    for field, mark in zip(marks, read_marks(pixels, [field.cells[0].quad for field in marks]), strict=True):
        yield seen_field(field, (mark,))


def _plain_first(number: NumberReading) -> tuple[tuple[str, float], ...]:
    """List what may stand in a box; the plain reading is first, whether or not it is a string of digits."""
    if number.alternatives and number.alternatives[0][0] == number.symbols:
        return number.alternatives
    return ((number.symbols, number.confidence), *number.alternatives)


def _for_rules(seen: FieldEvidence, exponent: float) -> Evidence:
    """Take what was seen of a field as rules are told of it; the power is for cells that the network has read."""
    if seen.kind is FieldKind.BOX:
        return from_alternatives(seen.numbers)
    return from_cells(seen.cells, exponent if seen.kind in _CELLS else 1.0)


def _field_reading(form: str, field: FormField, seen: SeenField, decision: Decision) -> FieldReading:
    rule = decision.rule_to_review
    doubt = RULE + rule if rule else REQUIRED if field.required and not decision.value else ""
    return FieldReading(
        form=form,
        name=field.name,
        symbols=decision.symbols,
        confidence=decision.confidence,
        cell_confidences=_cell_confidences(seen.evidence, decision),
        machine_symbols=decision.machine_symbols,
        doubt=doubt,
        corners=seen.corners,
        evidence=seen.evidence,
    )


def _cell_confidences(seen: FieldEvidence, decision: Decision) -> tuple[float, ...]:
    """Return the recogniser's probability of each symbol that was decided on; a box cut otherwise has but one."""
    if decision.symbols == decision.machine_symbols:
        return seen.number_confidences or tuple(cell.confidence for cell in seen.cells)
    if not seen.cells:
        return (decision.confidence,) * len(decision.symbols)
    return tuple(
        cell.probabilities[int(symbol)] if symbol.isdigit() and cell.probabilities else cell.confidence
        for cell, symbol in zip(seen.cells, decision.symbols, strict=True)
    )


def _turn(found: Registration) -> int:
    """Quarters of a turn, clockwise, after which the page stands upright, from where its right-hand side lies."""
    origin, right = found.matrix[:, 2], found.matrix @ np.array([found.page.width_mm, 0, 1])
    x, y = right[:2] / right[2] - origin[:2] / origin[2]
    return round(float(-np.arctan2(y, x) / (np.pi / 2))) % 4
