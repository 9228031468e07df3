"""Evidence: what was seen comes with the result, and a page is decided about again from it as if it were read again."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.document import BLANK, FieldEvidence, FieldKind, Page, PageResult, PageStatus, ScanFile
from digitizer.forms.files.load import load_template, load_templates
from digitizer.forms.printing.print_files import print_files
from digitizer.forms.template import FormField, FormPage, Template
from digitizer.pipeline import decide_again, digitize_page
from digitizer.policy import DEFAULT_MAX_ERRORS, AcceptancePolicy
from digitizer.reading.classifier import load_classifier
from digitizer.rules.laws import in_range
from digitizer.scans.decode import Limits, read_pages
from samples.digits import BUNDLED_FILE
from samples.page import turned
from tests.reading.classifiers import Knowing, Sure
from tests.reading.forms import filled, small_sheet

SAMPLES = BUNDLED_FILE.parent
JOBS = sorted(folder.name for folder in (SAMPLES / "scans").iterdir())
STRICT, LOOSE = AcceptancePolicy.from_max_errors(DEFAULT_MAX_ERRORS), AcceptancePolicy(0.5)
ALL_KINDS = """
digitizer: 1
form: visit
page: [148, 105]
fields:
  - {name: number, kind: comb, at: [30, 30, 40, 8], cells: 5, rules: {range: [0, 20000]}}
  - {name: counts, kind: grid, at: [30, 50, 24, 16], rows: 2, columns: 3}
  - {name: amount, kind: box, at: [80, 30, 40, 10], digits: 5, rules: {range: [0, 111]}}
  - {name: agreed, kind: mark, at: [80, 60, 5, 5], required: true}
"""


@cache
def templates() -> tuple[Template, ...]:
    """Load those of the samples."""
    return load_templates(SAMPLES / "templates")


def pages_of(file: Path) -> Iterator[Page]:
    """Decode the pages of a file."""
    for page in read_pages(ScanFile(file, file.name), None, Limits()):
        assert isinstance(page, Page)
        yield page


def read(page: Page, policy: AcceptancePolicy = STRICT, forms: tuple[Template, ...] = ()) -> PageResult:
    """Read a page with the bundled network."""
    return digitize_page(page, load_classifier(), policy, forms)


def again(result: PageResult, policy: AcceptancePolicy = STRICT, forms: tuple[Template, ...] = ()) -> PageResult:
    """Decide again about a page that the bundled network has read."""
    return decide_again(result, forms, policy, load_classifier().field_exponent)


def with_other_rules(template: Template) -> Template:
    """Return the same layout with hardly a rule left as it was: dropped, added, what is required turned round."""
    return replace(template, pages=tuple(_other_rules(side) for side in template.pages))


def _other_rules(side: FormPage) -> FormPage:
    fields = (_other_rule(place, field) for place, field in enumerate(side.fields))
    return replace(side, fields=tuple(fields), rules=())


def _other_rule(place: int, field: FormField) -> FormField:
    return replace(field, rules=((), (in_range(3, 14),))[place % 2], required=not field.required)


@pytest.mark.parametrize("job", JOBS)
def test_deciding_again_is_reading_again(job: str) -> None:
    """With other rules and another threshold, and back, each sample page is decided about as if read, bit for bit."""
    others = tuple(map(with_other_rules, templates()))
    changed = 0

    for file in sorted((SAMPLES / "scans" / job).iterdir()):
        for page in pages_of(file):
            result, other = read(page, STRICT, templates()), read(page, LOOSE, others)
            assert again(result, LOOSE, others) == other
            assert again(other, STRICT, templates()) == result
            changed += [field.cells for field in result.fields] != [field.cells for field in other.fields]

    assert changed


@pytest.mark.parametrize("job", JOBS)
def test_pages_without_a_template_are_decided_about_again(job: str) -> None:
    """By the new threshold, to the last bit."""
    for file in sorted((SAMPLES / "scans" / job).iterdir()):
        for page in pages_of(file):
            result, other = read(page, STRICT), read(page, LOOSE)
            assert again(result, LOOSE) == other
            assert again(other, STRICT) == result


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> tuple[Page, Template]:
    """Print a form with a field of each kind, write ones into all of them, and tick the mark."""
    folder = tmp_path_factory.mktemp("visit")
    source, pdf, registered = folder / "visit.yaml", folder / "visit.pdf", folder / "visit.printed.yaml"
    source.write_text(ALL_KINDS, encoding="utf-8")
    print_files(load_template(source), source, pdf, registered=registered)
    (page,) = pages_of(pdf)
    px, pixels = page.pixels.shape[1] / 148, page.pixels.copy()
    downs = [(x, y, x, y + 5) for x, y in ((42, 31.5), (50, 31.5), (42, 51.5), (86, 32.5), (93, 32.5), (100, 32.5))]
    for stroke in (*downs, (81, 61, 84, 64), (84, 61, 81, 64)):
        left, top, right, bottom = np.rint(np.array(stroke) * px).astype(int).tolist()
        cv2.line(pixels, (left, top), (right, bottom), 40, 5, cv2.LINE_AA)
    return replace(page, pixels=pixels), load_template(registered)


def evidence_of(result: PageResult) -> dict[str, FieldEvidence]:
    """Return what was seen of each field."""
    return {field.field: field.evidence for field in result.fields if field.evidence is not None}


def picture(strip: bytes) -> NDArray[np.uint8]:
    """Decode a strip."""
    return np.asarray(cv2.imdecode(np.frombuffer(strip, np.uint8), cv2.IMREAD_UNCHANGED), np.uint8)


def test_every_kind_of_field_is_decided_about_again(visit: tuple[Page, Template]) -> None:
    """Boxes and marks like combs and grids."""
    page, template = visit
    other = with_other_rules(template)

    result, by_other = read(page, STRICT, (template,)), read(page, LOOSE, (other,))

    assert [field.cells for field in result.fields] == ["_11__", "_1____", "111", "1"]
    assert [field.reason for field in result.fields] != [field.reason for field in by_other.fields]
    assert again(result, LOOSE, (other,)) == by_other
    assert again(by_other, STRICT, (template,)) == result


def test_each_kind_of_field_has_its_evidence(visit: tuple[Page, Template]) -> None:
    """Combs and grids all cells, with crops where there is ink; a box its numbers; a mark its one cell; all a strip."""
    page, template = visit

    seen = evidence_of(read(page, STRICT, (template,)))

    assert [evidence.kind for evidence in seen.values()] == list(FieldKind)
    assert [len(evidence.cells) for evidence in seen.values()] == [5, 6, 0, 1]
    assert [len(evidence.quads) for evidence in seen.values()] == [5, 6, 1, 1]
    assert [len(cell.crop) for cell in seen["number"].cells] == [0, 784, 784, 0, 0]
    assert seen["agreed"].cells[0].crop == b""
    assert seen["amount"].numbers[0][0] == "111"
    assert len(seen["amount"].number_confidences) == 3
    assert all(picture(evidence.strip).ndim == 2 for evidence in seen.values())


def test_only_cells_that_the_network_read_hang_together(visit: tuple[Page, Template]) -> None:
    """The power for whole fields is that of combs and grids; a mark and a box are as sure as they were seen."""
    page, template = visit

    number, _, amount, agreed = read(page, STRICT, (replace(template, pages=(without_rules(template),)),)).fields

    assert number.evidence is not None
    assert amount.evidence is not None
    assert agreed.evidence is not None
    assert number.confidence != np.prod([cell.confidence for cell in number.evidence.cells])
    assert amount.confidence == amount.evidence.numbers[0][1]
    assert amount.cell_confidences == amount.evidence.number_confidences
    assert agreed.confidence == agreed.evidence.cells[0].confidence


def without_rules(template: Template) -> FormPage:
    """Return the only page of a template, no rule left."""
    (side,) = template.pages
    return replace(side, fields=tuple(replace(field, rules=()) for field in side.fields))


def test_evidence_is_plain(visit: tuple[Page, Template]) -> None:
    """No numpy type is in it, so that a database gives back what was put in."""
    page, template = visit

    for evidence in evidence_of(read(page, STRICT, (template,))).values():
        numbers = [*evidence.number_confidences, *(chance for _, chance in evidence.numbers)]
        numbers += [chance for cell in evidence.cells for chance in (cell.confidence, *cell.probabilities)]
        numbers += [number for quad in evidence.quads for number in quad]
        assert {type(number) for number in numbers} == {float}
        assert {type(number) for number in evidence.strip_box} == {int}
        assert {len(quad) for quad in evidence.quads} == {8}


def drawn_page(cells: str = "12_45", quarters: int = 0) -> Page:
    """Draw a page with a comb."""
    sheet = small_sheet()
    sheet.comb(20, 30, cells)
    return Page("scan.png", 1, turned(filled(sheet), quarters).pixels, 200, "ab12")


def test_a_crop_is_what_the_network_saw() -> None:
    """Byte by byte, in the order of the cells; where nothing is written there is none."""

    class Watching(Sure):
        def classify(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
            seen.append(crops.copy())
            return super().classify(crops)

    seen: list[NDArray[np.uint8]] = []

    (field,) = digitize_page(drawn_page(), Watching(), STRICT).fields

    assert field.evidence is not None
    assert [cell.crop for cell in field.evidence.cells if cell.symbol != BLANK] == [crop.tobytes() for crop in seen[-1]]
    assert [cell.crop for cell in field.evidence.cells if cell.symbol == BLANK] == [b""]


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_strips_are_upright_however_the_page_lies(quarters: int) -> None:
    """The field is in them as it is in that of the upright page."""
    sheet = small_sheet()
    sheet.comb(20, 30, "2347524")
    upright = filled(sheet)
    lying = turned(upright, quarters)

    first, second = (
        digitize_page(Page("scan.png", 1, each.pixels, 200, ""), Knowing(upright), STRICT).fields[0].evidence
        for each in (upright, lying)
    )

    assert first is not None
    assert second is not None
    field, found = picture(first.strip)[25:-25, 25:-25], picture(second.strip)
    assert cv2.matchTemplate(found, field, cv2.TM_CCOEFF_NORMED).max() > 0.9
    assert cv2.matchTemplate(found[::-1, ::-1], field, cv2.TM_CCOEFF_NORMED).max() < 0.9
    assert first.strip_box != second.strip_box


def test_what_was_not_read_comes_back_as_it_is() -> None:
    """There is nothing to decide about."""
    rejected = read(Page("scan.png", 1, np.full((300, 200), 255, np.uint8), 200, ""))

    assert rejected.status is PageStatus.REJECTED
    assert again(rejected, LOOSE, templates()) is rejected


def test_without_evidence_nothing_is_decided() -> None:
    """It is said that the page has to be read again."""
    result = read(drawn_page())
    bare = replace(result, fields=tuple(replace(field, evidence=None) for field in result.fields))

    with pytest.raises(ValueError, match="read its page again"):
        again(bare)


def test_evidence_of_another_layout_is_refused(visit: tuple[Page, Template]) -> None:
    """Of another form, of one whose fields have changed, and of none where there is one."""
    page, template = visit
    result = read(page, STRICT, (template,))
    (side,) = template.pages
    shorter = replace(template, pages=(replace(side, fields=side.fields[1:]),))

    for forms in (templates(), (shorter,), ()):
        with pytest.raises(ValueError, match="read it again"):
            again(result, STRICT, forms)
    with pytest.raises(ValueError, match="read it again"):
        again(read(drawn_page()), STRICT, (template,))
