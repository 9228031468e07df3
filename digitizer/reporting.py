"""Makes `report.html` of a ledger: counts its rows as they stream by, then fetches pictures for a few examples.

Of a field no more than how sure the machine was stays in memory, 17 bytes; what the file shows is bounded.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from pathlib import Path

from digitizer.budget.outcomes import tabulate
from digitizer.document import FieldResult, PageResult, PageStatus
from digitizer.ledger.checks import catch_rates
from digitizer.ledger.destination import replacing
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.outcomes import settled_fields
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.tables import outside_text
from digitizer.page_pictures import draw_pages
from digitizer.policy import DEFAULT_MAX_ERRORS, QA_SHARE, AcceptancePolicy
from digitizer.report.collect import Collector, Truth
from digitizer.report.drawing import Drawing
from digitizer.report.findings import Attention, DoubtfulCell, Findings, Place
from digitizer.report.html import ReadWith, Report, report_html
from digitizer.report.pictures import CROP_PX, crop_picture, data_address, strip_picture
from digitizer.report.score_input import load_truth
from digitizer.scans.discovery import discover
from digitizer.scans.limits import Limits

REPORT_FILE = "report.html"
MOST_CELLS, MOST_PAGE_PICTURES = 36, 12
"""Pictures of cells with ink, and of pages that were not read."""
PAGE_PICTURE_PX = 700


def write_report(
    ledger: Ledger, target: str, *, truth: Path | None = None, scans: Path | str | None = None
) -> Findings:
    """Write the report of a ledger; what stood there before is replaced at once, or not at all.

    Parameters
    ----------
    target
        A file, or the URL of an object in storage.
    truth
        A CSV file with the columns scan, page, field and value, to compare with; None if what people have settled is
        all that is known.
    scans
        Where the scans lie, for pictures of the pages that were not read; None to do without.

    Returns
    -------
    Findings
        What the report tells.

    Raises
    ------
    UsageError
        If the truth is of no use, or there is no such folder.
    LedgerError
        If the ledger cannot be read, or the report cannot be written.
    """
    report = make_report(ledger, truth=truth, scans=scans)
    with replacing(target) as draft:
        draft.write_text(report_html(report), encoding="utf-8", newline="\n")
    return report.findings


def make_report(ledger: Ledger, *, truth: Path | None = None, scans: Path | str | None = None) -> Report:
    """Gather all that the report shows; see `write_report`."""
    newest = ledger.latest_provenance()
    found = _findings(ledger, newest, None if truth is None else load_truth(truth, ()))
    strips = _strips(ledger, [each.place for each in found.mistakes])
    pictures = {} if scans is None else _page_pictures(found.unread, scans, newest.limits if newest else Limits())
    return Report(
        findings=found,
        cells=tuple(_with_crops(ledger, found.doubtful)),
        mistakes=tuple((each, strips.get(each.place, "")) for each in found.mistakes),
        unread=tuple((page, pictures.get((page.scan, page.page), "")) for page in found.unread),
        read_with=tuple(_read_with(*each) for each in ledger.provenances()),
        reviewers=tuple(Attention(*astuple(each)) for each in catch_rates(ledger)),
        scans_at_hand=scans is not None,
    )


def _findings(ledger: Ledger, newest: Provenance | None, truth: Truth | None) -> Findings:
    """Count the rows; what people found counts for the network that reads now."""
    policy = newest.policy if newest else AcceptancePolicy.from_max_errors(DEFAULT_MAX_ERRORS)
    collector = Collector(policy, truth, outside_text)
    for page in ledger.rows():
        collector.add(page)
    evidence = tabulate(settled_fields(ledger, newest.model_sha256) if newest else ())
    return collector.findings(evidence, (newest.qa_share if newest else 0.0) or QA_SHARE)


def _with_crops(ledger: Ledger, doubtful: Sequence[DoubtfulCell]) -> Iterator[tuple[DoubtfulCell, str]]:
    """Yield the least sure cells of which a crop was kept; one scan at a time is in memory."""
    crops: dict[DoubtfulCell, str] = {}
    looked_into: set[str] = set()
    shown = 0
    for cell in doubtful:
        digest = cell.place.sha256
        if digest not in looked_into:
            looked_into.add(digest)
            crops |= _crops(ledger, [each for each in doubtful if each.place.sha256 == digest])
        if cell in crops:
            yield cell, crops[cell]
            shown += 1
            if shown == MOST_CELLS:
                return


def _crops(ledger: Ledger, cells: Sequence[DoubtfulCell]) -> dict[DoubtfulCell, str]:
    """Return pictures of cells of one scan."""
    fields = _fields(ledger, {each.place for each in cells})
    pictures = {}
    for each in cells:
        field = fields.get(each.place)
        kept = field.evidence.cells if field and field.evidence else ()
        if each.position < len(kept) and len(kept[each.position].crop) == CROP_PX * CROP_PX:
            pictures[each] = crop_picture(kept[each.position].crop)
    return pictures


def _strips(ledger: Ledger, places: Iterable[Place]) -> dict[Place, str]:
    """Return pictures of fields, where they were kept."""
    pictures = {}
    for place in places:
        for found, field in _fields(ledger, {place}).items():
            pictures[found] = strip_picture(field.evidence.strip) if field.evidence else ""
    return pictures


def _fields(ledger: Ledger, places: set[Place]) -> dict[Place, FieldResult]:
    """Return fields of one scan with all that was seen of them."""
    wanted = {(each.page, each.field): each for each in places}
    return {
        wanted[page.page, field.field]: field
        for scan in ledger.evidence(sorted({each.sha256 for each in places}))
        for page in scan.pages
        for field in page.fields
        if (page.page, field.field) in wanted
    }


def _page_pictures(
    unread: Sequence[PageResult], scans: Path | str, limits: Limits
) -> dict[tuple[str, int | None], str]:
    """Return pictures of pages that were not read, of those first that could be seen, if they still lie there."""
    files = {each.file.name: each.file for each in discover(scans) if each.to_read}
    candidates = [page for page in unread if page.page is not None and page.sha256 and page.scan in files]
    candidates.sort(key=lambda page: page.status is not PageStatus.REJECTED)
    chosen = candidates[:MOST_PAGE_PICTURES]
    drawings = [Drawing(files[page.scan], page.page or 1, page.sha256, page.fields, PAGE_PICTURE_PX) for page in chosen]
    return {
        (page.scan, page.page): data_address(drawn.picture, "image/jpeg")
        for page, drawn in zip(chosen, draw_pages(drawings, limits), strict=True)
        if drawn.picture
    }


def _read_with(provenance: Provenance, scans: int) -> ReadWith:
    templates = tuple(f"{each.form} {each.version}" for each in provenance.templates)
    return ReadWith(
        provenance.version,
        provenance.model,
        provenance.model_sha256,
        templates,
        provenance.threshold,
        scans,
        len(provenance.learned),
    )
