"""`report.html` as it is read, for tests of what stands in it."""

from html.parser import HTMLParser

from digitizer.document import PageResult
from digitizer.report.collect import Collector, Truth
from digitizer.report.html import ReadWith, Report
from tests.report.pages_read import POLICY, THRESHOLD

READ_WITH = ReadWith("0.1.0", "default", "ab" * 32, ("ballot 2",), THRESHOLD, 7)
PICTURE = "data:image/png;base64,AAAA"
VOID_TAGS = {"meta", "img", "br", "line", "rect", "polyline"}


class Page(HTMLParser):
    """Reads a page: its tags with their attributes, its text, and whether all that is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID_TAGS:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note a tag that ends at once."""
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += f" {data}" if not self.open or self.open[-1] != "style" else ""

    def words(self) -> str:
        """Return the text on one line, with plain spaces only."""
        return " ".join(self.text.split())


def report_of(*pages: PageResult, truth: Truth | None = None) -> Report:
    """Collect pages, and give each example the same picture."""
    collector = Collector(POLICY, truth)
    for page in pages:
        collector.add(page)
    found = collector.findings()
    return Report(
        found,
        tuple((each, PICTURE) for each in found.doubtful[:36]),
        tuple((each, PICTURE) for each in found.mistakes),
        tuple((each, PICTURE if each.page else "") for each in found.unread),
        (READ_WITH,),
    )
