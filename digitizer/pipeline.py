"""The whole story of a page: find its fields, read them, judge them."""

import math
from collections.abc import Iterable

import numpy as np

from digitizer.document import (
    AUTO_FORM,
    BLANK,
    UNREADABLE,
    VOID,
    Field,
    FieldResult,
    FieldStatus,
    Page,
    PageResult,
    PageStatus,
    Reading,
)
from digitizer.policy import AcceptancePolicy
from digitizer.reading.page import Classifier, read_page

NO_FIELDS = "no_fields"
"""Reason of a rejected page: no comb and no grid of boxes was found on it."""
UNREADABLE_CELL = "unreadable"
"""Reason for review: a cell holds ink that is no digit."""
LOW_CONFIDENCE = "low_confidence"
"""Reason for review: the value is less certain than the error rate asks for."""


def digitize_pages(pages: Iterable[Page], classifier: Classifier, policy: AcceptancePolicy) -> list[PageResult]:
    """Read pages one by one, in their order, so that one page at a time is in memory."""
    return [digitize_page(page, classifier, policy) for page in pages]


def digitize_page(page: Page, classifier: Classifier, policy: AcceptancePolicy) -> PageResult:
    """Read every comb and grid of boxes on a page."""
    reading = read_page(page.pixels, classifier)
    fields = tuple(
        _field_result(field, cells, _field_confidence(cells, classifier.field_exponent), page, policy)
        for field, cells in zip(reading.fields, reading.readings, strict=True)
    )
    return PageResult(
        scan=page.scan,
        page=page.number,
        form=AUTO_FORM,
        status=PageStatus.DONE if fields else PageStatus.REJECTED,
        reason="" if fields else NO_FIELDS,
        fields=fields,
        dpi=page.dpi,
        rotation=None if reading.turn is None else 90 * reading.turn,
        sha256=page.sha256,
    )


def _field_confidence(cells: tuple[Reading, ...], exponent: float) -> float:
    """Return the probability, 0-1, that all cells of a field are right.

    Their product would be it if each went wrong for itself. But errors in one field hang together: the same
    hand, pen and scan. A power of the product, fitted on whole fields and told by the card of the model, allows
    for that, and leaves the order of the fields as it is.
    """
    return math.prod(cell.confidence for cell in cells) ** exponent


def _field_result(
    field: Field, cells: tuple[Reading, ...], confidence: float, page: Page, policy: AcceptancePolicy
) -> FieldResult:
    symbols = "".join(cell.symbol for cell in cells)
    value = "".join(symbol for symbol in symbols if symbol not in (BLANK, VOID, UNREADABLE))
    reason = _reason_for_review(symbols, confidence, policy)
    corners = np.concatenate([cell.quad for cell in field.cells])
    height, width = page.pixels.shape
    left, top = np.clip(np.floor(corners.min(axis=0)), 0, [width, height]).astype(int).tolist()
    right, bottom = np.clip(np.ceil(corners.max(axis=0)), 0, [width, height]).astype(int).tolist()
    return FieldResult(
        form=AUTO_FORM,
        field=field.name,
        value=value,
        cells=symbols,
        confidence=confidence,
        status=FieldStatus.REVIEW if reason else FieldStatus.ACCEPTED,
        reason=reason,
        cell_confidences=tuple(cell.confidence for cell in cells),
        x=left,
        y=top,
        width=right - left,
        height=bottom - top,
        machine_value=value,
    )


def _reason_for_review(symbols: str, confidence: float, policy: AcceptancePolicy) -> str:
    if UNREADABLE in symbols:
        return UNREADABLE_CELL
    return "" if policy.accepts(confidence) else LOW_CONFIDENCE
