"""The whole story of a page: find its fields, see what stands in them, decide about it, now and again later."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from digitizer.document import (
    AUTO_FORM,
    BLANK,
    LOW_CONFIDENCE,
    UNREADABLE,
    VOID,
    FieldReading,
    FieldResult,
    FieldStatus,
    Page,
    PageResult,
    PageStatus,
)
from digitizer.policy import AcceptancePolicy
from digitizer.reading.page import Classifier, read_page
from digitizer.reading.seen import SeenField, SeenPage, seen_field
from digitizer.reading.strips import cut_strip

if TYPE_CHECKING:
    from digitizer.forms.template import Template

NO_FIELDS = "no_fields"
"""Reason of a rejected page: no comb and no grid of boxes was found on it."""
UNREADABLE_CELL = "unreadable"
"""Reason for review: a cell holds ink that is no digit."""


def digitize_pages(
    pages: Iterable[Page], classifier: Classifier, policy: AcceptancePolicy, templates: Sequence["Template"] = ()
) -> list[PageResult]:
    """Read pages one by one, in their order, so that one page at a time is in memory."""
    return [digitize_page(page, classifier, policy, templates) for page in pages]


def digitize_page(
    page: Page, classifier: Classifier, policy: AcceptancePolicy, templates: Sequence["Template"] = ()
) -> PageResult:
    """Read a page: the fields of the form that it is, or without templates every comb and grid of boxes on it."""
    seen = _see(page, classifier, templates)
    fields = _decided(seen.form, seen.side, seen.fields, templates, policy, classifier.field_exponent)
    return PageResult(
        scan=page.scan,
        page=page.number,
        form=seen.form,
        status=PageStatus.REJECTED if seen.reason else PageStatus.DONE,
        reason=seen.reason,
        fields=tuple(_with_strip(field, page, seen.turn or 0) for field in fields),
        residual_mm=seen.residual_mm,
        dpi=page.dpi,
        rotation=None if seen.turn is None else 90 * seen.turn,
        sha256=page.sha256,
        side=seen.side,
    )


def decide_again(
    page: PageResult, templates: Sequence["Template"], policy: AcceptancePolicy, field_exponent: float
) -> PageResult:
    """Decide about a page from what was seen of it: the result is that of reading it again, and no pixel is needed.

    Parameters
    ----------
    page
        With the evidence of all its fields; one that was rejected or failed comes back as it is.
    templates
        With the layouts that the page was read with (see `Template.layout_sha256`); their rules may be others.
    field_exponent
        Of the network that the page was read with, see `Classifier`.

    Raises
    ------
    ValueError
        If evidence is missing, or is of another layout: then the page has to be read again.
    """
    if page.status is not PageStatus.DONE:
        return page
    if templates and page.side is None:
        raise ValueError("The page was read without a template; read it again")
    seen = [_seen_before(field) for field in page.fields]
    return replace(page, fields=_decided(page.form, page.side, seen, templates, policy, field_exponent))


def _see(page: Page, classifier: Classifier, templates: Sequence["Template"]) -> SeenPage:
    if templates:
        from digitizer.form_pages import see_form  # only where there are templates: it needs a second more to import

        seen = see_form(page, templates, classifier)
    else:
        anything = read_page(page.pixels, classifier)
        fields = tuple(seen_field(*each) for each in zip(anything.fields, anything.readings, strict=True))
        seen = SeenPage(AUTO_FORM, turn=anything.turn, reason="" if fields else NO_FIELDS, fields=fields)
    height, width = page.pixels.shape
    return replace(seen, fields=tuple(field.within(width, height) for field in seen.fields))


def _seen_before(field: FieldResult) -> SeenField:
    """Return what was seen of a field when it was read."""
    if field.evidence is None:
        raise ValueError(f"What was seen of the field {field.field!r} is not known; read its page again")
    box = np.array([[field.x, field.y], [field.x + field.width, field.y + field.height]], np.float64)
    return SeenField(field.field, field.evidence, box)


def _decided(
    form: str,
    side: int | None,
    seen: Sequence[SeenField],
    templates: Sequence["Template"],
    policy: AcceptancePolicy,
    exponent: float,
) -> tuple[FieldResult, ...]:
    """Decide what the fields of a page say, and which of them a person has to see."""
    if side is None:
        readings = tuple(_as_read(field, exponent) for field in seen)
    else:
        from digitizer.form_pages import decide_form

        readings = decide_form(templates, form, side, seen, exponent)
    return tuple(_judged(reading, policy) for reading in readings)


def _as_read(seen: SeenField, exponent: float) -> FieldReading:
    """Put the cells of a field together, with no rules to help.

    The product of their confidences would be the probability that all are right if each went wrong for itself. But
    errors in one field hang together: the same hand, pen and scan. A power of the product, fitted on whole fields and
    told by the card of the model, allows for that, and leaves the order of the fields as it is.
    """
    cells = seen.evidence.cells
    symbols = "".join(cell.symbol for cell in cells)
    return FieldReading(
        form=AUTO_FORM,
        name=seen.name,
        symbols=symbols,
        confidence=math.prod(cell.confidence for cell in cells) ** exponent,
        cell_confidences=tuple(cell.confidence for cell in cells),
        machine_symbols=symbols,
        doubt="",
        corners=seen.corners,
        evidence=seen.evidence,
    )


def _judged(reading: FieldReading, policy: AcceptancePolicy) -> FieldResult:
    """Decide whether a field goes straight through."""
    reason = _reason_for_review(reading, policy)
    left, top = np.floor(reading.corners.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(reading.corners.max(axis=0)).astype(int).tolist()
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
        evidence=reading.evidence,
    )


def _with_strip(field: FieldResult, page: Page, turn: int) -> FieldResult:
    assert field.evidence is not None  # noqa: S101 - for the type checker
    strip, box = cut_strip(page.pixels, field.evidence.quads, turn)
    return replace(field, evidence=replace(field.evidence, strip=strip, strip_box=box))


def _value(symbols: str) -> str:
    """Leave out what is no digit."""
    return "".join(symbol for symbol in symbols if symbol not in (BLANK, VOID, UNREADABLE))


def _reason_for_review(reading: FieldReading, policy: AcceptancePolicy) -> str:
    if UNREADABLE in reading.symbols + reading.machine_symbols:
        return UNREADABLE_CELL
    if reading.doubt:
        return reading.doubt
    return "" if policy.accepts(reading.confidence, reading.form, reading.name) else LOW_CONFIDENCE
