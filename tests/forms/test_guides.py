"""Which fields have something printed in their cells, by the blank form."""

from dataclasses import replace

from benchmarks.warps import form_page
from digitizer.document import BLANK
from digitizer.forms.guides import guided_fields
from digitizer.forms.template import FormPage
from samples.sheet import Sheet


def page_with_guides(shade: float) -> FormPage:
    """Print two combs, a cross of this shade (0 black) in each box of the second one."""
    sheet = Sheet(105, 60)
    sheet.comb(10, 10, 5 * BLANK, name="empty")
    sheet.comb(10, 30, 5 * BLANK, name="guided")
    for quad in sheet.fields[1].quads_mm:
        (left, top), (right, bottom) = quad[0] * 0.7 + quad[2] * 0.3, quad[0] * 0.3 + quad[2] * 0.7
        sheet.lines([(left, top), (right, bottom)], 0.6, (shade, shade, shade))
        sheet.lines([(left, bottom), (right, top)], 0.6, (shade, shade, shade))
    return form_page(sheet, "guides")


def test_faint_print_in_the_cells_is_seen() -> None:
    """In those that have it; a frame is none."""
    assert guided_fields(page_with_guides(0.7)) == {"guided"}


def test_what_is_not_printed_is_no_guide() -> None:
    """White on white."""
    assert guided_fields(page_with_guides(1.0)) == frozenset()


def test_without_a_blank_form_nothing_is_known_to_be_printed() -> None:
    """A template may have none."""
    assert guided_fields(replace(page_with_guides(0.7), reference=None)) == frozenset()
