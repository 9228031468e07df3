"""The whole story of a page: find its fields, read them, judge them."""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from digitizer.document import (
    AUTO_FORM,
    BLANK,
    UNREADABLE,
    VOID,
    Field,
    FieldReading,
    FieldResult,
    FieldStatus,
    Page,
    PageResult,
    PageStatus,
    Reading,
)
from digitizer.policy import AcceptancePolicy
from digitizer.reading.page import Classifier, read_page

if TYPE_CHECKING:
    from digitizer.forms.template import Template

NO_FIELDS = "no_fields"
"""Reason of a rejected page: no comb and no grid of boxes was found on it."""
UNREADABLE_CELL = "unreadable"
"""Reason for review: a cell holds ink that is no digit."""
LOW_CONFIDENCE = "low_confidence"
"""Reason for review: the value is less certain than the error rate asks for."""


def digitize_pages(
    pages: Iterable[Page], classifier: Classifier, policy: AcceptancePolicy, templates: Sequence["Template"] = ()
) -> list[PageResult]:
    """Read pages one by one, in their order, so that one page at a time is in memory."""
    return [digitize_page(page, classifier, policy, templates) for page in pages]


def digitize_page(
    page: Page, classifier: Classifier, policy: AcceptancePolicy, templates: Sequence["Template"] = ()
) -> PageResult:
    """Read a page: the fields of the form that it is, or without templates every comb and grid of boxes on it."""
    if templates:
        from digitizer.form_pages import read_form  # only where there are templates: it needs a second more to import

        form = read_form(page, templates, classifier)
        readings, turn, name, residual_mm, reason = form.fields, form.turn, form.form, form.residual_mm, form.reason
    else:
        anything = read_page(page.pixels, classifier)
        readings = tuple(
            _as_read(*each, classifier.field_exponent) for each in zip(anything.fields, anything.readings, strict=True)
        )
        turn, name, residual_mm, reason = anything.turn, AUTO_FORM, None, "" if readings else NO_FIELDS
    return PageResult(
        scan=page.scan,
        page=page.number,
        form=name,
        status=PageStatus.REJECTED if reason else PageStatus.DONE,
        reason=reason,
        fields=tuple(_judged(reading, page, policy) for reading in readings),
        residual_mm=residual_mm,
        dpi=page.dpi,
        rotation=None if turn is None else 90 * turn,
        sha256=page.sha256,
    )


def _as_read(field: Field, cells: tuple[Reading, ...], exponent: float) -> FieldReading:
    """Put the cells of a field together, with no rules to help.

    The product of their confidences would be the probability that all are right if each went wrong for itself. But
    errors in one field hang together: the same hand, pen and scan. A power of the product, fitted on whole fields and
    told by the card of the model, allows for that, and leaves the order of the fields as it is.
    """
    symbols = "".join(cell.symbol for cell in cells)
    return FieldReading(
        form=AUTO_FORM,
        name=field.name,
        symbols=symbols,
        confidence=math.prod(cell.confidence for cell in cells) ** exponent,
        cell_confidences=tuple(cell.confidence for cell in cells),
        machine_symbols=symbols,
        doubt="",
        corners=np.concatenate([cell.quad for cell in field.cells]),
    )


def _judged(reading: FieldReading, page: Page, policy: AcceptancePolicy) -> FieldResult:
    """Decide whether a field goes straight through."""
    reason = _reason_for_review(reading, policy)
    height, width = page.pixels.shape
    left, top = np.clip(np.floor(reading.corners.min(axis=0)), 0, [width, height]).astype(int).tolist()
    right, bottom = np.clip(np.ceil(reading.corners.max(axis=0)), 0, [width, height]).astype(int).tolist()
    return FieldResult(
        form=reading.form,
        field=reading.name,
        value=_value(reading.symbols),
        cells=reading.symbols,
        confidence=reading.confidence,
        status=FieldStatus.REVIEW if reason else FieldStatus.ACCEPTED,
        reason=reason,
        cell_confidences=reading.cell_confidences,
        x=left,
        y=top,
        width=right - left,
        height=bottom - top,
        machine_value=_value(reading.machine_symbols),
    )


def _value(symbols: str) -> str:
    """Leave out what is no digit."""
    return "".join(symbol for symbol in symbols if symbol not in (BLANK, VOID, UNREADABLE))


def _reason_for_review(reading: FieldReading, policy: AcceptancePolicy) -> str:
    if UNREADABLE in reading.symbols + reading.machine_symbols:
        return UNREADABLE_CELL
    if reading.doubt:
        return reading.doubt
    return "" if policy.accepts(reading.confidence) else LOW_CONFIDENCE
